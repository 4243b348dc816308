//! A restoration as a value: call [`Run::step`] for one evaluation and a preview, or
//! [`Run::advance`] for a tile of it. Stop calling and it is cancelled.
//!
//! Its evaluations are `direct`, or `coarse_to_fine`: a run of a smaller size inside.

mod coarse_to_fine;
mod direct;
mod lending;

use std::fmt::{self, Debug};
use std::rc::Rc;

use burn::tensor::Tensor;

pub use self::coarse_to_fine::coarse_sampler;

use self::coarse_to_fine::CoarseToFine;
use self::direct::Direct;
use super::Query;
use super::coarsened::Coarsened;
use super::sample_ledger::{SampleLedger, SampleSubset};
use crate::denoiser::Denoiser;
use crate::error::Error;
use crate::posterior::Posterior;
use crate::prior::axes;
use crate::sampler::Sampler;

/// Noise regions of one window: the sizes of a coarse-to-fine run, and the samples of each.
const REGIONS_OF_WINDOW: u64 = 64 * 64;

/// How to sample.
#[derive(Debug, Clone, Copy)]
pub struct Sampling {
    /// The solver of the samples, its grid and its start.
    pub sampler: Sampler,
    /// Posterior samples after the mean; 0: the mean alone.
    pub samples: usize,
    /// The seed of all noise: the same seed gives the same samples.
    pub seed: u64,
}

/// What a step has just computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The linear estimate, without the network.
    Estimate,
    /// One evaluation of the posterior mean.
    Mean,
    /// One evaluation of a sample.
    Sample {
        /// The number of the sample, from 0.
        index: usize,
    },
}

/// The outcome of one step.
#[derive(Debug)]
pub struct Step {
    /// What the step has computed.
    pub stage: Stage,
    /// Evaluations of the network so far.
    pub evaluations: usize,
    /// What the evaluation was asked about; none for the linear estimate.
    pub query: Option<Query>,
    /// Whether the preview is a finished sample: it is handed over here, and not kept.
    pub finished: bool,
    /// The current best guess at the image, in RGB: `[B, 3, H, W]`.
    pub preview: Tensor<4>,
}

/// What `advance()` has done.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time exists, handed from call to call"
)]
pub enum Progress {
    /// A part of a step that is not complete.
    Part,
    /// The last part of a step.
    Step(Step),
}

/// What the next evaluation is for.
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time exists, on the stack of a step"
)]
pub(super) enum Goal {
    Mean,
    /// Sample `index`, which starts from this mean.
    Sample {
        index: usize,
        mean: Tensor<4>,
    },
}

/// One part of the work towards a goal.
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time exists, handed from call to call"
)]
pub(super) enum Part {
    /// The evaluation is not complete, or does not count as one of the run.
    Incomplete,
    /// An evaluation of the run is complete.
    Evaluation {
        query: Query,
        preview: Tensor<4>,
        /// Whether the preview is the goal: the mean, or the sample.
        reached: bool,
    },
}

/// What comes next.
#[allow(clippy::large_enum_variant, reason = "one a run, where it stays")]
enum State {
    Estimate,
    Mean,
    Samples { mean: Tensor<4> },
}

/// How the evaluations of a run are made.
enum Method<D: Denoiser> {
    Direct(Box<Direct<D>>),
    CoarseToFine(Box<CoarseToFine<D>>),
}

/// A restoration of one window under way.
pub struct Run<D: Denoiser> {
    method: Method<D>,
    posterior: Rc<Posterior>,
    sampler: Sampler,
    ledger: SampleLedger,
    state: State,
    /// Evaluations of the mean in this run: none where another run computes it.
    mean_evaluations: usize,
    evaluations: usize,
}

impl<D: Denoiser> Debug for Run<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("sampler", &self.sampler)
            .field("mean_evaluations", &self.mean_evaluations)
            .field("evaluations", &self.evaluations)
            .finish_non_exhaustive()
    }
}

impl<D: Denoiser> Run<D> {
    /// At the window's own size.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for a sampler whose grid is impossible.
    pub fn new(
        denoiser: Rc<D>,
        posterior: Posterior,
        sampler: Sampler,
        samples: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        let sampling = Sampling {
            sampler,
            samples,
            seed,
        };
        Self::direct(denoiser, posterior, sampling, 0)
    }

    /// The window number `index` of its photo, at its own size. Each window draws noise of its own.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_window(
        denoiser: Rc<D>,
        posterior: Posterior,
        sampling: Sampling,
        index: usize,
    ) -> Result<Self, Error> {
        Self::direct(denoiser, posterior, sampling, region_of(index))
    }

    /// The window number `index` with such a measurement: at its own size, or coarse to fine where
    /// it is wide.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_coarsened(
        denoiser: Rc<D>,
        measured: Rc<dyn Coarsened>,
        sampling: Sampling,
        index: usize,
    ) -> Result<Self, Error> {
        Self::coarsened(denoiser, measured, sampling, region_of(index))
    }

    /// The window number `index` with such a measurement, from images of its reduced size: RGB, the
    /// mean's, then one for each sample.
    ///
    /// # Errors
    /// As [`Self::new`].
    ///
    /// # Panics
    /// If the measurement has no reduced size; later, if an image is missing.
    pub fn from_coarse(
        denoiser: Rc<D>,
        measured: Rc<dyn Coarsened>,
        coarse: Vec<Tensor<4>>,
        sampling: Sampling,
        index: usize,
    ) -> Result<Self, Error> {
        sampling.sampler.check()?;
        let posterior = Rc::new(measured.posterior());
        let sizes = CoarseToFine::from_known(
            denoiser,
            &posterior,
            measured,
            coarse,
            sampling,
            region_of(index),
        );
        let method = Method::CoarseToFine(Box::new(sizes));
        Ok(Self::with_method(method, posterior, sampling))
    }

    pub(super) fn coarsened(
        denoiser: Rc<D>,
        measured: Rc<dyn Coarsened>,
        sampling: Sampling,
        region: u64,
    ) -> Result<Self, Error> {
        sampling.sampler.check()?;
        let Some(factor) = measured.reduction() else {
            return Self::direct(denoiser, measured.posterior(), sampling, region);
        };
        let posterior = Rc::new(measured.posterior());
        let pyramid = CoarseToFine::new(denoiser, &posterior, measured, factor, sampling, region)?;
        let method = Method::CoarseToFine(Box::new(pyramid));
        Ok(Self::with_method(method, posterior, sampling))
    }

    pub(super) fn direct(
        denoiser: Rc<D>,
        posterior: Posterior,
        sampling: Sampling,
        region: u64,
    ) -> Result<Self, Error> {
        sampling.sampler.check()?;
        let posterior = Rc::new(posterior);
        let direct = Direct::new(denoiser, posterior.clone(), sampling, region);
        let method = Method::Direct(Box::new(direct));
        Ok(Self::with_method(method, posterior, sampling))
    }

    fn with_method(method: Method<D>, posterior: Rc<Posterior>, sampling: Sampling) -> Self {
        Self {
            method,
            posterior,
            sampler: sampling.sampler,
            ledger: SampleLedger::new(sampling.samples),
            state: State::Estimate,
            mean_evaluations: sampling.sampler.mean_evaluations(),
            evaluations: 0,
        }
    }

    /// Draws only these of the samples. [`Self::adopt`] takes all of them, in order, for the
    /// deviation.
    pub fn draw_only(&mut self, subset: SampleSubset) {
        self.ledger.draw_only(subset);
        if let Method::CoarseToFine(method) = &mut self.method {
            method.draw_only(subset);
        }
    }

    /// Goes on from the mean that the same run computed elsewhere. The smaller sizes of a
    /// coarse-to-fine run compute their own means, which are cheap.
    pub fn resume(&mut self, mean: Tensor<4>) {
        self.mean_evaluations = 0;
        self.state = State::Samples { mean };
    }

    /// Takes the next sample of a shared run, whichever run drew it.
    pub fn adopt(&mut self, sample: Tensor<4>) {
        self.ledger.adopt(sample);
    }

    /// An image of this run from its values.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for a wrong number of values.
    pub fn image(&self, values: Vec<f32>) -> Result<Tensor<4>, Error> {
        self.posterior.image(values)
    }

    /// The last finished sample of a shared run.
    pub fn last_sample(&self) -> Option<Tensor<4>> {
        self.ledger.last()
    }

    /// Evaluations from beginning to end: those that this run makes.
    pub fn total_evaluations(&self) -> usize {
        self.mean_evaluations + self.ledger.count() * self.sampler.evaluations()
    }

    /// Those of the mean; 0 where it was computed elsewhere.
    pub fn mean_evaluations(&self) -> usize {
        self.mean_evaluations
    }

    /// Tiles of the network from beginning to end.
    pub fn total_tiles(&self) -> usize {
        match &self.method {
            Method::Direct(method) => self.total_evaluations() * method.parts(),
            Method::CoarseToFine(method) => {
                method.total_tiles(self.mean_evaluations, self.ledger.count())
            }
        }
    }

    /// Tiles of the network that are finished.
    pub fn tiles(&self) -> usize {
        match &self.method {
            Method::Direct(method) => method.tiles(),
            Method::CoarseToFine(method) => method.tiles(),
        }
    }

    /// The linear estimate, then one evaluation of the mean, then of the current sample; none once
    /// the run is finished.
    pub fn step(&mut self) -> Option<Step> {
        loop {
            if let Progress::Step(step) = self.advance()? {
                return Some(step);
            }
        }
    }

    /// Whether [`Self::advance`] can only compute tiles that are lent.
    pub fn is_lent_out(&self) -> bool {
        match &self.method {
            Method::Direct(method) => method.is_lent_out(),
            Method::CoarseToFine(method) => method.is_lent_out(),
        }
    }

    /// One part of a step; none once the run is finished.
    pub fn advance(&mut self) -> Option<Progress> {
        if matches!(self.state, State::Estimate) {
            self.state = State::Mean;
            return Some(self.report(Stage::Estimate, None, self.estimate(), false));
        }
        if self.is_finished() {
            return None;
        }
        let goal = self.goal();
        let part = match &mut self.method {
            Method::Direct(method) => method.advance(&goal),
            Method::CoarseToFine(method) => method.advance(&goal),
        };
        let Part::Evaluation {
            query,
            preview,
            reached,
        } = part
        else {
            return Some(Progress::Part);
        };
        self.evaluations += 1;
        Some(match goal {
            Goal::Mean => {
                if reached {
                    self.state = State::Samples {
                        mean: preview.clone(),
                    };
                }
                self.report(Stage::Mean, Some(query), preview, false)
            }
            Goal::Sample { index, .. } => {
                if reached {
                    self.ledger.finish(preview.clone());
                }
                self.report(Stage::Sample { index }, Some(query), preview, reached)
            }
        })
    }

    /// What the next evaluation is for.
    fn goal(&self) -> Goal {
        match &self.state {
            State::Estimate | State::Mean => Goal::Mean,
            State::Samples { mean } => Goal::Sample {
                index: self.ledger.index(),
                mean: mean.clone(),
            },
        }
    }

    fn report(
        &self,
        stage: Stage,
        query: Option<Query>,
        preview: Tensor<4>,
        finished: bool,
    ) -> Progress {
        Progress::Step(Step {
            stage,
            evaluations: self.evaluations,
            query,
            finished,
            preview,
        })
    }

    /// The worst residual over its tolerance of the operator's iterations so far, to be read back
    /// and given to [`converged`]; none where no iteration runs to a tolerance.
    pub fn residual(&self) -> Option<Tensor<4>> {
        match &self.method {
            Method::Direct(_) => self.posterior.residual(),
            // Masks and block means iterate a fixed number of times.
            Method::CoarseToFine(_) => None,
        }
    }

    /// [`chi²`](crate::posterior::measurement::Measurement::chi_square) of the mean, once computed.
    pub fn chi_square(&self) -> Option<Tensor<4>> {
        let mean = axes::from_rgb(self.mean()?);
        Some(self.posterior.measurement().chi_square(mean))
    }

    /// Whether `step()` has nothing more to do.
    pub fn is_finished(&self) -> bool {
        matches!(self.state, State::Samples { .. }) && self.ledger.is_complete()
    }

    /// The linear estimate w0, in RGB.
    pub fn estimate(&self) -> Tensor<4> {
        axes::to_rgb(self.posterior.linear_estimate())
    }

    /// E[x | y], once computed, and refined where the sampler refines it.
    pub fn mean(&self) -> Option<Tensor<4>> {
        match &self.state {
            State::Samples { mean } => Some(mean.clone()),
            State::Estimate | State::Mean => None,
        }
    }

    /// Steps until the next sample is finished; none once all are.
    pub fn next_sample(&mut self) -> Option<Tensor<4>> {
        loop {
            let step = self.step()?;
            if step.finished {
                return Some(step.preview);
            }
        }
    }

    /// The standard deviation between the finished samples as they are shown, clipped to [-1, 1],
    /// per pixel and channel; none for fewer than two.
    pub fn deviation(&self) -> Option<Tensor<4>> {
        self.ledger.deviation()
    }
}

/// The first noise region of window number `index` of a photo.
fn region_of(index: usize) -> u64 {
    index as u64 * REGIONS_OF_WINDOW
}

/// Whether the iterations behind a residual over its tolerance have converged.
///
/// # Errors
/// [`Error::NotConverged`] where it is above 1, or not a number.
pub fn converged(residual: f32) -> Result<(), Error> {
    if residual <= 1.0 {
        return Ok(());
    }
    Err(Error::NotConverged(format!(
        "the operator's equations are solved to {residual:.1} times the tolerance only; \
         more noise makes them easier"
    )))
}
