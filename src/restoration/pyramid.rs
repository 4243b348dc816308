//! Filling a hole wider than the network's reach, coarse to fine.
//!
//! The window is restored at a reduced size first, by the same means, where the network sees all of
//! the hole. That image is then handed to the next size as a measurement: the known pixels outside,
//! its values as block means inside. So the structure of a large hole is decided where it can be
//! seen, and each size adds its own detail. The mean is made from the coarse mean, each sample from
//! a coarse sample of its own.
//!
//! A step here is a step of the full size; what the smaller sizes do is in the parts of the steps
//! that need it.

use std::rc::Rc;

use burn::tensor::Tensor;

use crate::denoiser::Denoiser;
use crate::error::Error;
use crate::posterior::Posterior;
use crate::restoration::hole::Hole;
use crate::restoration::sample_moments::SampleMoments;
use crate::restoration::{Progress, Restoration, SampleSubset, Stage, Step};
use crate::sampler::Sampler;

/// How the smaller sizes are sampled, whatever is asked of the full one: they decide what fills the
/// hole, and cost a fraction of it. With more steps than the default's a sample keeps more of its
/// energy; Heun's steps leave it too much where the surroundings are smooth (`docs/holes.md`).
pub fn coarse(full: Sampler) -> Sampler {
    Sampler::ACCURATE.refining(full.refine_mean)
}

/// Regions of one photo draw other noise than each other, and so do a hole's sizes and samples.
const SIZES: usize = 64;

/// How to sample.
#[derive(Clone, Copy)]
pub struct Sampling {
    pub sampler: Sampler,
    pub samples: usize,
    pub seed: u64,
}

/// A window under way, at its own size or coarse to fine.
pub enum Region<D: Denoiser> {
    Plain(Box<Restoration<D>>),
    Wide(Box<Pyramid<D>>),
}

impl<D: Denoiser> Region<D> {
    /// At its own size; `index`: its number among the photo's.
    ///
    /// # Errors
    /// Those of [`Restoration::new`].
    pub fn plain(
        denoiser: Rc<D>,
        posterior: Posterior,
        how: Sampling,
        index: usize,
    ) -> Result<Self, Error> {
        let Sampling {
            sampler,
            samples,
            seed,
        } = how;
        let restoration = Restoration::new(denoiser, posterior, sampler, samples, seed)?;
        Ok(Self::Plain(Box::new(
            restoration.in_region(index * SIZES * SIZES),
        )))
    }

    /// By whatever sizes the hole's width takes.
    ///
    /// # Errors
    /// Those of [`Restoration::new`].
    pub fn of_hole(
        denoiser: Rc<D>,
        hole: &Hole,
        how: Sampling,
        index: usize,
    ) -> Result<Self, Error> {
        let pyramid = Pyramid::new(denoiser.clone(), hole, how, index * SIZES * SIZES)?;
        match pyramid {
            Some(pyramid) => Ok(Self::Wide(Box::new(pyramid))),
            None => Self::plain(denoiser, hole.posterior(), how, index),
        }
    }

    /// As [`Restoration::advance`].
    pub fn advance(&mut self) -> Option<Progress> {
        match self {
            Self::Plain(plain) => plain.advance(),
            Self::Wide(wide) => wide.advance(),
        }
    }

    /// As [`Restoration::tiles`].
    pub fn tiles(&self) -> usize {
        match self {
            Self::Plain(plain) => plain.tiles(),
            Self::Wide(wide) => wide.tiles(),
        }
    }

    /// As [`Restoration::total_tiles`].
    pub fn total_tiles(&self) -> usize {
        match self {
            Self::Plain(plain) => plain.total_tiles(),
            Self::Wide(wide) => wide.total_tiles(),
        }
    }

    /// As [`Restoration::is_finished`].
    pub fn is_finished(&self) -> bool {
        match self {
            Self::Plain(plain) => plain.is_finished(),
            Self::Wide(wide) => wide.is_finished(),
        }
    }

    /// As [`Restoration::share`].
    pub fn share(&mut self, share: SampleSubset) {
        match self {
            Self::Plain(plain) => plain.share(share),
            Self::Wide(wide) => {
                wide.coarse.share(share);
                wide.share = share;
            }
        }
    }

    /// As [`Restoration::resume`]. The smaller sizes compute their own means, which are cheap.
    pub fn resume(&mut self, mean: Tensor<4>) {
        match self {
            Self::Plain(plain) => plain.resume(mean),
            Self::Wide(wide) => {
                wide.estimated = true;
                wide.resumed = true;
                wide.mean = Some(mean);
            }
        }
    }

    /// As [`Restoration::adopt`].
    pub fn adopt(&mut self, sample: Tensor<4>) {
        match self {
            Self::Plain(plain) => plain.adopt(sample),
            Self::Wide(wide) => wide.spread.add(sample),
        }
    }

    /// As [`Restoration::image`].
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where there are more or fewer values.
    pub fn image(&self, values: Vec<f32>) -> Result<Tensor<4>, Error> {
        match self {
            Self::Plain(plain) => plain.image(values),
            Self::Wide(wide) => wide.posterior.image(values),
        }
    }

    /// As [`Restoration::last_sample`].
    pub fn last_sample(&self) -> Option<Tensor<4>> {
        match self {
            Self::Plain(plain) => plain.last_sample(),
            Self::Wide(wide) => wide.last.clone(),
        }
    }

    /// As [`Restoration::total_evaluations`].
    pub fn total_evaluations(&self) -> usize {
        match self {
            Self::Plain(plain) => plain.total_evaluations(),
            Self::Wide(wide) => {
                let samples = wide.share.count(wide.how.samples);
                wide.mean_evaluations() + samples * wide.how.sampler.evaluations()
            }
        }
    }

    /// As [`Restoration::residual`].
    pub fn residual(&self) -> Option<Tensor<4>> {
        match self {
            Self::Plain(plain) => plain.residual(),
            // Masks and block means iterate a fixed number of times.
            Self::Wide(_) => None,
        }
    }

    /// As [`Restoration::estimate`].
    pub fn estimate(&self) -> Tensor<4> {
        match self {
            Self::Plain(plain) => plain.estimate(),
            Self::Wide(wide) => wide.posterior.linear_estimate(),
        }
    }

    /// As [`Restoration::mean`].
    pub fn mean(&self) -> Option<Tensor<4>> {
        match self {
            Self::Plain(plain) => plain.mean(),
            Self::Wide(wide) => wide.mean.clone(),
        }
    }

    /// As [`Restoration::deviation`].
    pub fn deviation(&self) -> Option<Tensor<4>> {
        match self {
            Self::Plain(plain) => plain.deviation(),
            Self::Wide(wide) => wide.spread.deviation(),
        }
    }
}

/// A wide hole under way: a smaller size, and the full one given what that has made.
pub struct Pyramid<D: Denoiser> {
    denoiser: Rc<D>,
    hole: Hole,
    factor: usize,
    how: Sampling,
    index: usize,
    coarse: Region<D>,
    /// Of the full size by itself.
    posterior: Posterior,
    /// Tiles of one evaluation at the full size, and those of finished restorations.
    parts: usize,
    behind: usize,
    /// Whether the linear estimate has been told.
    estimated: bool,
    evaluations: usize,
    /// The full size, while it is given a coarse image.
    fine: Option<Restoration<D>>,
    mean: Option<Tensor<4>>,
    /// As those of [`Restoration`].
    share: SampleSubset,
    resumed: bool,
    finished: usize,
    last: Option<Tensor<4>>,
    spread: SampleMoments,
}

impl<D: Denoiser> Pyramid<D> {
    /// None where the hole is filled at its own size.
    fn new(
        denoiser: Rc<D>,
        hole: &Hole,
        how: Sampling,
        index: usize,
    ) -> Result<Option<Self>, Error> {
        let Some(factor) = hole.reduction() else {
            return Ok(None);
        };
        let posterior = hole.posterior();
        let reduced = hole.reduced(factor);
        let smaller = Sampling {
            sampler: coarse(how.sampler),
            ..how
        };
        let coarse = match Self::new(denoiser.clone(), &reduced, smaller, index + SIZES)? {
            Some(wide) => Region::Wide(Box::new(wide)),
            None => {
                let posterior = reduced.posterior();
                let Sampling {
                    sampler,
                    samples,
                    seed,
                } = smaller;
                let plain = Restoration::new(denoiser.clone(), posterior, sampler, samples, seed)?;
                Region::Plain(Box::new(plain.in_region(index + SIZES)))
            }
        };
        Ok(Some(Self {
            parts: denoiser.parts(&posterior),
            posterior,
            denoiser,
            hole: hole.clone(),
            factor,
            how,
            index,
            coarse,
            behind: 0,
            estimated: false,
            evaluations: 0,
            fine: None,
            mean: None,
            share: SampleSubset::WHOLE,
            resumed: false,
            finished: 0,
            last: None,
            spread: SampleMoments::default(),
        }))
    }

    fn mean_evaluations(&self) -> usize {
        if self.resumed {
            return 0;
        }
        self.how.sampler.mean_evaluations()
    }

    /// The mean's evaluations, and for each sample one more than the sampler's: its own mean, to
    /// start from.
    fn total_tiles(&self) -> usize {
        let each = 1 + self.how.sampler.evaluations();
        let samples = self.share.count(self.how.samples);
        let evaluations = self.mean_evaluations() + samples * each;
        self.coarse.total_tiles() + self.parts * evaluations
    }

    fn tiles(&self) -> usize {
        let fine = self.fine.as_ref().map_or(0, Restoration::tiles);
        self.coarse.tiles() + self.behind + fine
    }

    fn is_finished(&self) -> bool {
        self.mean.is_some() && self.finished == self.share.count(self.how.samples)
    }

    fn advance(&mut self) -> Option<Progress> {
        if !self.estimated {
            self.estimated = true;
            return Some(self.news(
                Stage::Estimate,
                0.0,
                self.posterior.linear_estimate(),
                false,
            ));
        }
        if self.is_finished() {
            return None;
        }
        let Some(fine) = &mut self.fine else {
            self.advance_coarse();
            return Some(Progress::Part);
        };
        match fine.advance()? {
            Progress::Part => Some(Progress::Part),
            Progress::Step(step) => Some(self.advanced(step)),
        }
    }

    /// One part of the smaller size; its mean, and each of its samples, sets out the full size.
    fn advance_coarse(&mut self) {
        let Some(Progress::Step(step)) = self.coarse.advance() else {
            return;
        };
        let (samples, sampler) = match step.stage {
            Stage::Mean if self.mean.is_none() && self.coarse.mean().is_some() => {
                (0, self.how.sampler)
            }
            // The mean that a sample starts from need not be the best one.
            Stage::Sample { .. } if step.finished => (1, self.how.sampler.refining(false)),
            _ => return,
        };
        let posterior = self.hole.posterior_given(step.preview, self.factor);
        let seed = self.how.seed;
        let fine = Restoration::new(self.denoiser.clone(), posterior, sampler, samples, seed);
        // Regions of their own: each sample's noise is other than the rest's, wherever it is drawn.
        let number = self.index + if samples > 0 { 1 + self.sample() } else { 0 };
        self.fine = Some(fine.expect("a sampler that was checked").in_region(number));
    }

    /// What a step of the full size is to those who watch.
    fn advanced(&mut self, step: Step) -> Progress {
        let index = self.sample();
        match step.stage {
            Stage::Mean if self.mean.is_none() => {
                self.mean = self.fine.as_ref().and_then(Restoration::mean);
                if self.mean.is_some() {
                    self.leave();
                }
                self.evaluations += 1;
                self.news(Stage::Mean, step.tau, step.preview, false)
            }
            Stage::Estimate | Stage::Mean => Progress::Part,
            Stage::Sample { .. } => {
                self.evaluations += 1;
                if step.finished {
                    self.finished += 1;
                    if self.share == SampleSubset::WHOLE {
                        self.spread.add(step.preview.clone());
                    } else {
                        self.last = Some(step.preview.clone());
                    }
                    self.leave();
                }
                self.news(
                    Stage::Sample { index },
                    step.tau,
                    step.preview,
                    step.finished,
                )
            }
        }
    }

    /// The sample under way.
    fn sample(&self) -> usize {
        self.share.first + self.finished * self.share.every
    }

    fn leave(&mut self) {
        self.behind += self.fine.take().map_or(0, |fine| fine.tiles());
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
}
