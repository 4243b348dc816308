//! The evaluations of a run over a hole, or a grey photo, wider than the network's reach, coarse to
//! fine.
//!
//! The window is restored at a reduced size first, by the same means, where the network sees it
//! whole. That image then becomes a measurement of the next size, beside the photo's own: its
//! values as block means inside a hole, its colours as those of blocks of a grey photo. So what
//! is large is decided where the network can see it, and each size adds its own detail. The mean is
//! made from the coarse mean, each sample from a coarse sample of its own.
//!
//! An evaluation of the run is one at the full size. The smaller sizes, and the mean that each
//! sample starts from, are parts of the evaluations that need them.

use std::rc::Rc;

use burn::tensor::Tensor;

use super::{Goal, Part, Progress, Run, Sampling, Stage, Step};
use crate::denoiser::{Denoiser, Divisible, Loan, NetworkInputs};
use crate::error::Error;
use crate::posterior::Posterior;
use crate::restoration::coarsened::Coarsened;
use crate::restoration::sample_ledger::SampleSubset;
use crate::sampler::Sampler;

/// How the smaller sizes are sampled, whatever the sampler of the full one: they decide what fills
/// the hole, at a fraction of its cost. With more steps than the default's a sample keeps more of
/// its energy; Heun's steps leave it too much where the surroundings are smooth (`docs/holes.md`).
pub fn coarse_sampler(full: Sampler) -> Sampler {
    Sampler::ACCURATE.refining(full.refine_mean)
}

/// The distance between the noise regions of two sizes; those between are the samples'.
const REGIONS_OF_SIZE: u64 = 64;

/// Where the images of the smaller size come from.
enum Coarse<D: Denoiser> {
    /// A run of that size.
    Run(Box<Run<D>>),
    /// They are known: the mean's, then one for each sample.
    Known(Vec<Tensor<4>>),
}

pub(super) struct CoarseToFine<D: Denoiser> {
    denoiser: Rc<D>,
    measured: Rc<dyn Coarsened>,
    /// The smaller size is 1/factor of this one.
    factor: usize,
    sampling: Sampling,
    region: u64,
    coarse: Coarse<D>,
    /// This size, while it works from a coarse image.
    fine: Option<Run<D>>,
    /// Tiles of one evaluation at this size, and those of finished fine runs.
    parts: usize,
    finished_tiles: usize,
}

impl<D: Denoiser> CoarseToFine<D> {
    pub(super) fn new(
        denoiser: Rc<D>,
        posterior: &Posterior,
        measured: Rc<dyn Coarsened>,
        factor: usize,
        sampling: Sampling,
        region: u64,
    ) -> Result<Self, Error> {
        let smaller = Sampling {
            sampler: coarse_sampler(sampling.sampler),
            ..sampling
        };
        let reduced = measured.reduced(factor).into();
        let region_of_coarse = region + REGIONS_OF_SIZE;
        let coarse = Run::coarsened(denoiser.clone(), reduced, smaller, region_of_coarse)?;
        let coarse = Coarse::Run(Box::new(coarse));
        Ok(Self::from(
            coarse, denoiser, posterior, measured, factor, sampling, region,
        ))
    }

    /// From images of the smaller size: the mean's, then one for each sample.
    pub(super) fn from_known(
        denoiser: Rc<D>,
        posterior: &Posterior,
        measured: Rc<dyn Coarsened>,
        coarse: Vec<Tensor<4>>,
        sampling: Sampling,
        region: u64,
    ) -> Self {
        let factor = measured.reduction().expect("a reduced size");
        let coarse = Coarse::Known(coarse);
        Self::from(
            coarse, denoiser, posterior, measured, factor, sampling, region,
        )
    }

    fn from(
        coarse: Coarse<D>,
        denoiser: Rc<D>,
        posterior: &Posterior,
        measured: Rc<dyn Coarsened>,
        factor: usize,
        sampling: Sampling,
        region: u64,
    ) -> Self {
        Self {
            parts: denoiser.parts(posterior),
            denoiser,
            measured,
            factor,
            sampling,
            region,
            coarse,
            fine: None,
            finished_tiles: 0,
        }
    }

    pub(super) fn draw_only(&mut self, subset: SampleSubset) {
        if let Coarse::Run(coarse) = &mut self.coarse {
            coarse.draw_only(subset);
        }
    }

    /// Tiles of all sizes: the evaluations of the mean, and for each sample one more than the
    /// sampler's, for the mean that it starts from.
    pub(super) fn total_tiles(&self, mean_evaluations: usize, samples: usize) -> usize {
        let each = 1 + self.sampling.sampler.evaluations();
        let smaller = self.coarse.run().map_or(0, Run::total_tiles);
        smaller + self.parts * (mean_evaluations + samples * each)
    }

    pub(super) fn tiles(&self) -> usize {
        let [smaller, fine] = [self.coarse.run(), self.fine.as_ref()];
        let tiles = |run: Option<&Run<D>>| run.map_or(0, Run::tiles);
        tiles(smaller) + self.finished_tiles + tiles(fine)
    }

    pub(super) fn is_lent_out(&self) -> bool {
        self.current().is_some_and(Run::is_lent_out)
    }

    /// The run of the size that is under way; none before this size begins from known images.
    fn current(&self) -> Option<&Run<D>> {
        self.fine.as_ref().or(self.coarse.run())
    }

    /// One part: of the smaller size until it has the goal's image, then of this size.
    pub(super) fn advance(&mut self, goal: &Goal) -> Part {
        let Some(fine) = &mut self.fine else {
            if let Some(image) = self.coarse.advance(goal) {
                self.fine = Some(self.begun(goal, image));
            }
            return Part::Incomplete;
        };
        match fine.advance() {
            Some(Progress::Step(step)) => self.take(step, goal),
            Some(Progress::Part) | None => Part::Incomplete,
        }
    }

    /// A run of this size towards the goal, from the goal's image of the smaller size.
    fn begun(&self, goal: &Goal, coarse: Tensor<4>) -> Run<D> {
        let Sampling { sampler, seed, .. } = self.sampling;
        // A run of its own for each sample: its noise differs from the others', whoever draws it.
        let (samples, sampler, region) = match goal {
            Goal::Mean => (0, sampler, self.region),
            // The mean that a sample starts from is not refined.
            Goal::Sample { index, .. } => {
                let region = self.region + 1 + *index as u64;
                (1, sampler.refining(false), region)
            }
        };
        let posterior = self.measured.posterior_given(coarse, self.factor);
        let sampling = Sampling {
            sampler,
            samples,
            seed,
        };
        let fine = Run::direct(self.denoiser.clone(), posterior, sampling, region);
        fine.expect("a sampler that was checked")
    }

    /// What a step at this size is to the run.
    fn take(&mut self, step: Step, goal: &Goal) -> Part {
        let Some(query) = step.query else {
            return Part::Incomplete; // the linear estimate
        };
        let reached = match (step.stage, goal) {
            (Stage::Mean, Goal::Mean) => self.fine.as_ref().is_some_and(|f| f.mean().is_some()),
            (Stage::Sample { .. }, Goal::Sample { .. }) => step.finished,
            // The mean that a sample starts from.
            _ => return Part::Incomplete,
        };
        if reached {
            self.finished_tiles += self.fine.take().map_or(0, |fine| fine.tiles());
        }
        Part::Evaluation {
            query,
            preview: step.preview,
            reached,
        }
    }
}

impl<D: Denoiser> Coarse<D> {
    fn run(&self) -> Option<&Run<D>> {
        match self {
            Self::Run(run) => Some(run),
            Self::Known(_) => None,
        }
    }

    /// The goal's image, where it is known or one part of the run completes it.
    fn advance(&mut self, goal: &Goal) -> Option<Tensor<4>> {
        let run = match (self, goal) {
            (Self::Run(run), _) => run,
            (Self::Known(images), Goal::Mean) => return Some(images[0].clone()),
            (Self::Known(images), Goal::Sample { index, .. }) => {
                return Some(images[1 + index].clone());
            }
        };
        let Some(Progress::Step(step)) = run.advance() else {
            return None;
        };
        let reached = match (step.stage, goal) {
            (Stage::Mean, Goal::Mean) => run.mean().is_some(),
            (Stage::Sample { .. }, Goal::Sample { .. }) => step.finished,
            _ => false,
        };
        reached.then_some(step.preview)
    }
}

/// See the methods of [`Run`] of the same names.
impl<D: Divisible> CoarseToFine<D> {
    fn current_mut(&mut self) -> Option<&mut Run<D>> {
        match (&mut self.fine, &mut self.coarse) {
            (Some(fine), _) => Some(fine),
            (None, Coarse::Run(run)) => Some(run),
            (None, Coarse::Known(_)) => None,
        }
    }

    pub(super) fn open_tiles(&self) -> usize {
        self.current().map_or(0, Run::open_tiles)
    }

    pub(super) fn lend(&mut self) -> Option<(Loan, NetworkInputs)> {
        self.current_mut()?.lend()
    }

    pub(super) fn give_back(&mut self, loan: &Loan, output: &[f32]) -> Result<bool, Error> {
        self.current_mut()
            .map_or(Ok(false), |run| run.give_back(loan, output))
    }

    pub(super) fn reopen(&mut self, loan: &Loan) {
        if let Some(run) = self.current_mut() {
            run.reopen(loan);
        }
    }
}
