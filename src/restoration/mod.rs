//! A restoration as a value: call `step()` for one evaluation and a preview, or `advance()` for a
//! tile of it; stop calling and it is cancelled.
//!
//! Mean first: the linear estimate w0 (no network), then E[x | y] by one evaluation, at tau = 80 or
//! where the denoiser knows better, or two more that refine it, then sample after sample.

pub mod hole;
pub mod pyramid;
pub mod sample_moments;

use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::formula::Formula;
use crate::compute::white_noise::WhiteNoise;
use crate::denoiser::{Denoiser, TAU_TOP};
use crate::error::Error;
use crate::posterior::Posterior;
use crate::restoration::sample_moments::SampleMoments;
use crate::sampler::{PosteriorMean, Sampler, Solver};

/// The largest image whose levels are all kept, in pixels. Of larger ones a level may be ten planes
/// as large, and costs little beside an evaluation.
const KEPT_LEVELS: usize = 256 * 256;
/// Noise streams: the mean's is 0, sample i's is i + 1.
const MEAN_STREAM: u64 = 0;
/// The stream of what a stochastic solver adds to sample i is this much further.
const CHURN_STREAM: u64 = 1 << 31;
/// Those of another region of the same photo lie this much further.
const REGION_STREAM: u64 = 1 << 40;

/// Which of the samples are drawn here: `first`, `first + every`, … A sample is the same wherever
/// it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSubset {
    pub first: usize,
    pub every: usize,
}

impl SampleSubset {
    /// All of them.
    pub const WHOLE: Self = Self { first: 0, every: 1 };

    /// How many of `wanted` samples.
    pub fn count(self, wanted: usize) -> usize {
        wanted.saturating_sub(self.first).div_ceil(self.every)
    }
}

/// What a step has just computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The linear estimate, without the network.
    Estimate,
    /// One evaluation of the posterior mean.
    Mean,
    /// One evaluation of sample `index`, counted from 0.
    Sample { index: usize },
}

/// One step's news.
pub struct Step {
    pub stage: Stage,
    /// Evaluations of the network so far.
    pub evaluations: usize,
    /// The noise level of this step's evaluation; 0 for the linear estimate.
    pub tau: f64,
    /// Whether the preview is a finished sample: it is handed over here, and not kept.
    pub finished: bool,
    /// The present best guess at the image, `[B, 3, H, W]`.
    pub preview: Tensor<4>,
}

/// What `advance()` has done.
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time exists, handed from call to call"
)]
pub enum Progress {
    /// A part of an evaluation that is not complete.
    Part,
    /// A step's last part.
    Step(Step),
}

/// A restoration under way.
pub struct Restoration<D: Denoiser> {
    denoiser: Rc<D>,
    posterior: Posterior,
    sampler: Sampler,
    wanted: usize,
    seed: u64,
    region: u64,
    evaluations: usize,
    tiles: usize,
    estimated: bool,
    mean: Option<Tensor<4>>,
    current: Option<Box<dyn Solver>>,
    /// D under way, and its tau.
    evaluation: Option<(D::Evaluation, f64)>,
    share: SampleSubset,
    /// Whether the mean was computed elsewhere.
    resumed: bool,
    /// Samples finished here.
    finished: usize,
    /// The last of them, where they are shared.
    last: Option<Tensor<4>>,
    /// All samples finished so far; where they are shared, those adopted.
    spread: SampleMoments,
    levels: Vec<(f64, Rc<D::Level>)>,
}

impl<D: Denoiser> Restoration<D> {
    /// `samples` posterior samples after the mean (0: the mean alone), from `seed`.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for a sampler of which no grid can be made.
    pub fn new(
        denoiser: Rc<D>,
        posterior: Posterior,
        sampler: Sampler,
        samples: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        sampler.check()?;
        Ok(Self {
            denoiser,
            posterior,
            sampler,
            wanted: samples,
            seed,
            evaluations: 0,
            tiles: 0,
            estimated: false,
            mean: None,
            current: None,
            evaluation: None,
            share: SampleSubset::WHOLE,
            resumed: false,
            finished: 0,
            last: None,
            spread: SampleMoments::default(),
            region: 0,
            levels: Vec::new(),
        })
    }

    /// The region of this number of its photo: it draws other noise than the others.
    pub fn in_region(self, index: usize) -> Self {
        Self {
            region: index as u64,
            ..self
        }
    }

    /// Draws only these of the samples; [`Self::adopt`] takes all of them, in order, for the
    /// deviation.
    ///
    /// # Panics
    /// Where a share has no samples between.
    pub fn share(&mut self, share: SampleSubset) {
        assert!(share.every > 0, "every sample is a distance of 1");
        self.share = share;
    }

    /// Goes on from the mean of the same restoration elsewhere.
    pub fn resume(&mut self, mean: Tensor<4>) {
        self.estimated = true;
        self.resumed = true;
        self.mean = Some(mean);
    }

    /// The next sample of a shared restoration, wherever it was drawn.
    pub fn adopt(&mut self, sample: Tensor<4>) {
        self.spread.add(sample);
    }

    /// An image of this restoration from its values.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where there are more or fewer of them.
    pub fn image(&self, values: Vec<f32>) -> Result<Tensor<4>, Error> {
        self.posterior.image(values)
    }

    /// The last finished sample of a shared restoration.
    pub fn last_sample(&self) -> Option<Tensor<4>> {
        self.last.clone()
    }

    /// Evaluations from beginning to end: those that are done here.
    pub fn total_evaluations(&self) -> usize {
        let mean = if self.resumed {
            0
        } else {
            self.sampler.mean_evaluations()
        };
        mean + self.share.count(self.wanted) * self.sampler.evaluations()
    }

    /// The sample under way.
    fn index(&self) -> usize {
        self.share.first + self.finished * self.share.every
    }

    /// Tiles of the network from beginning to end: as many for each evaluation as it has parts.
    pub fn total_tiles(&self) -> usize {
        self.total_evaluations() * self.denoiser.parts(&self.posterior)
    }

    /// Those of them that are done.
    pub fn tiles(&self) -> usize {
        self.tiles
    }

    /// The linear estimate, then one evaluation of the mean, then of the current sample; none once
    /// all is done.
    pub fn step(&mut self) -> Option<Step> {
        loop {
            if let Progress::Step(step) = self.advance()? {
                return Some(step);
            }
        }
    }

    /// One part of a step; none once all is done.
    pub fn advance(&mut self) -> Option<Progress> {
        if !self.estimated {
            self.estimated = true;
            let estimate = self.posterior.linear_estimate();
            return Some(self.news(Stage::Estimate, 0.0, estimate, false));
        }
        if self.is_finished() {
            return None;
        }
        let (mut evaluation, tau) = match self.evaluation.take() {
            Some(under_way) => under_way,
            None => self.begin(),
        };
        let d = self.denoiser.advance(&mut evaluation);
        self.tiles += 1;
        let Some(d) = d else {
            self.evaluation = Some((evaluation, tau));
            return Some(Progress::Part);
        };
        self.evaluations += 1;
        Some(self.answer(d, tau))
    }

    /// Sets out for the next evaluation, the mean's or that of the sample under way.
    fn begin(&mut self) -> (D::Evaluation, f64) {
        let solver = match (self.current.take(), self.mean.clone()) {
            (Some(solver), _) => solver,
            (None, Some(mean)) => self.sample_solver(mean),
            (None, None) => Box::new(self.mean_solver()),
        };
        let (z, tau) = solver.query().expect("an unfinished solver has a query");
        self.current = Some(solver);
        let level = self.level(tau);
        (self.denoiser.begin(&self.posterior, z, &level), tau)
    }

    fn mean_solver(&self) -> PosteriorMean {
        let mut noise = self.noise(MEAN_STREAM);
        let tau = self.denoiser.tau_of_mean(&self.posterior);
        let z = noise.draw(self.shape()) * tau;
        let z = if tau < TAU_TOP {
            self.posterior.linear_estimate() + z
        } else {
            z
        };
        let n = self.sampler.refine_mean.then(|| noise.draw(self.shape()));
        PosteriorMean::new(tau, z, n)
    }

    fn sample_solver(&self, mean: Tensor<4>) -> Box<dyn Solver> {
        let index = self.index();
        let noise = self.noise(CHURN_STREAM + index as u64);
        self.sampler.solver(self.start(mean, index), noise)
    }

    /// Takes D where it was asked for.
    fn answer(&mut self, d: Tensor<4>, tau: f64) -> Progress {
        let index = self.index();
        let mut solver = self.current.take().expect("D was asked for");
        solver.answer(d.clone());
        let finished = solver.query().is_none();
        if self.mean.is_none() {
            let mean = solver.sample();
            if finished {
                self.mean = Some(mean.clone());
            } else {
                self.current = Some(solver);
            }
            return self.news(Stage::Mean, tau, mean, false);
        }
        let preview = if finished { solver.sample() } else { d };
        if !finished {
            self.current = Some(solver);
        } else {
            self.finished += 1;
            if self.share == SampleSubset::WHOLE {
                self.spread.add(preview.clone());
            } else {
                self.last = Some(preview.clone());
            }
        }
        self.news(Stage::Sample { index }, tau, preview, finished)
    }

    fn news(&self, stage: Stage, tau: f64, preview: Tensor<4>, finished: bool) -> Progress {
        Progress::Step(Step {
            stage,
            evaluations: self.evaluations,
            tau,
            finished,
            preview,
        })
    }

    fn shape(&self) -> [usize; 4] {
        self.posterior.linear_estimate().dims()
    }

    fn noise(&self, stream: u64) -> WhiteNoise {
        let stream = stream + self.region * REGION_STREAM;
        WhiteNoise::new(self.seed, stream, self.posterior.prior().device())
    }

    /// Where a sample starts. Without the deviation a mode of posterior variance lambda would keep
    /// only 1/(1 + lambda/tau²) of it.
    fn start(&self, mean: Tensor<4>, index: usize) -> Tensor<4> {
        let mut noise = self.noise(MEAN_STREAM + 1 + index as u64);
        let shape = self.shape();
        let n = Formula::from(noise.draw(shape)) * self.sampler.tau_max;
        if !self.sampler.from_mean {
            return n.tensor();
        }
        let operator = &self.posterior.measurement().operator;
        let measured = operator.measurement_shape(shape);
        let deviation = self
            .posterior
            .deviation(noise.draw(shape), noise.draw(measured));
        (n + mean + deviation).tensor()
    }

    fn level(&mut self, tau: f64) -> Rc<D::Level> {
        if let Some((_, level)) = self.levels.iter().find(|(t, _)| *t == tau) {
            return level.clone();
        }
        let level = Rc::new(self.denoiser.level(&self.posterior, tau));
        let [height, width] = self.posterior.prior().fourier().size();
        if height * width > KEPT_LEVELS {
            self.levels.clear();
        }
        self.levels.push((tau, level.clone()));
        level
    }

    /// The worst residual over its tolerance of the operator's iterations so far, to be read back
    /// and given to [`converged`]; none where nothing iterates to a tolerance.
    pub fn residual(&self) -> Option<Tensor<4>> {
        self.posterior.residual()
    }

    /// Whether `step()` has nothing more to do.
    pub fn is_finished(&self) -> bool {
        self.mean.is_some() && self.finished == self.share.count(self.wanted)
    }

    /// w0.
    pub fn estimate(&self) -> Tensor<4> {
        self.posterior.linear_estimate()
    }

    /// E[x | y], once computed, and refined where that is asked for.
    pub fn mean(&self) -> Option<Tensor<4>> {
        self.mean.clone()
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

    /// The standard deviation between the samples finished so far as they are shown, clipped to
    /// [-1, 1], per pixel and channel; none for fewer than two.
    pub fn deviation(&self) -> Option<Tensor<4>> {
        self.spread.deviation()
    }
}

/// Whether the iterations behind a residual over its tolerance did what they should.
///
/// # Errors
/// [`Error::NotConverged`] where it is above 1, or not a number.
pub fn converged(residual: f32) -> Result<(), Error> {
    if residual <= 1.0 {
        return Ok(());
    }
    Err(Error::NotConverged(format!(
        "the operator's equations are solved to {residual:.1} times the tolerance only; more noise makes them easier"
    )))
}
