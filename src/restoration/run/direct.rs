//! The evaluations of a run at the window's own size: E[x | y] by one evaluation, or by two more
//! that refine it; then sample after sample.
//!
//! Posterior, solvers and denoiser work on the colour axes. Means and samples enter and
//! leave in RGB.

use std::rc::Rc;

use burn::tensor::Tensor;

use super::{Goal, Part, Sampling};
use crate::compute::formula::Formula;
use crate::compute::noise_stream::NoiseStream;
use crate::compute::white_noise::WhiteNoise;
use crate::denoiser::{Denoiser, Divisible, Loan, NetworkInputs};
use crate::error::Error;
use crate::posterior::Posterior;
use crate::prior::axes;
use crate::restoration::Query;
use crate::sampler::{PosteriorMean, Solver};

/// The largest image whose levels are all kept, in pixels. A level of a larger one may be ten
/// planes as large, and costs little beside an evaluation.
const KEPT_LEVELS: usize = 256 * 256;

pub(super) struct Direct<D: Denoiser> {
    denoiser: Rc<D>,
    posterior: Rc<Posterior>,
    sampling: Sampling,
    region: u64,
    /// The solver of the current goal.
    solver: Option<Box<dyn Solver>>,
    /// D under way, and what it was asked about.
    evaluation: Option<(D::Evaluation, Query)>,
    levels: Vec<(f64, Rc<D::Level>)>,
    /// Tiles of one evaluation.
    parts: usize,
    /// Evaluations that are finished, and tiles of the one under way that are.
    finished: usize,
    computed: usize,
}

impl<D: Denoiser> Direct<D> {
    /// `region`: which noise is drawn.
    pub(super) fn new(
        denoiser: Rc<D>,
        posterior: Rc<Posterior>,
        sampling: Sampling,
        region: u64,
    ) -> Self {
        Self {
            parts: denoiser.parts(&posterior),
            denoiser,
            posterior,
            sampling,
            region,
            solver: None,
            evaluation: None,
            levels: Vec::new(),
            finished: 0,
            computed: 0,
        }
    }

    /// Tiles of one evaluation.
    pub(super) fn parts(&self) -> usize {
        self.parts
    }

    /// Tiles that are finished.
    pub(super) fn tiles(&self) -> usize {
        self.finished * self.parts + self.computed
    }

    /// Whether all tiles that are left of the evaluation under way are lent.
    pub(super) fn is_lent_out(&self) -> bool {
        let under_way = self.evaluation.as_ref();
        under_way.is_some_and(|(evaluation, _)| self.denoiser.is_lent_out(evaluation))
    }

    /// One part of an evaluation.
    pub(super) fn advance(&mut self, goal: &Goal) -> Part {
        let (mut evaluation, query) = match self.evaluation.take() {
            Some(under_way) => under_way,
            None => self.begin(goal),
        };
        match self.denoiser.advance(&mut evaluation) {
            Some(d) => {
                (self.finished, self.computed) = (self.finished + 1, 0);
                self.answer(d, query, goal)
            }
            None => {
                self.computed += 1;
                self.evaluation = Some((evaluation, query));
                Part::Incomplete
            }
        }
    }

    /// Begins the solver's next evaluation.
    fn begin(&mut self, goal: &Goal) -> (D::Evaluation, Query) {
        let solver = match (self.solver.take(), goal) {
            (Some(solver), _) => solver,
            (None, Goal::Mean) => Box::new(self.mean_solver()),
            (None, Goal::Sample { index, mean }) => self.sample_solver(mean.clone(), *index),
        };
        let (z, tau) = solver.query().expect("an unfinished solver has a query");
        self.solver = Some(solver);
        let level = self.level(tau);
        let evaluation = self.denoiser.begin(&self.posterior, z.clone(), &level);
        (evaluation, Query::new(z, tau, self.posterior.clone()))
    }

    /// Gives D to the solver.
    fn answer(&mut self, d: Tensor<4>, query: Query, goal: &Goal) -> Part {
        let mut solver = self.solver.take().expect("the solver that asked for D");
        solver.answer(d.clone());
        let reached = solver.query().is_none();
        let preview = match goal {
            // The mean so far is the solver's, which averages evaluations.
            Goal::Mean => solver.sample(),
            Goal::Sample { .. } if reached => solver.sample(),
            Goal::Sample { .. } => d,
        };
        let preview = match reached {
            true => self.posterior.constrained(preview),
            false => preview,
        };
        let preview = axes::to_rgb(preview);
        if !reached {
            self.solver = Some(solver);
        }
        Part::Evaluation {
            query,
            preview,
            reached,
        }
    }

    fn mean_solver(&self) -> PosteriorMean {
        let refines = self.sampling.sampler.refine_mean;
        let n = refines.then(|| self.noise(NoiseStream::Mean).draw(self.shape()));
        PosteriorMean::new(&self.posterior.linear_estimate(), n)
    }

    fn sample_solver(&self, mean: Tensor<4>, index: usize) -> Box<dyn Solver> {
        let noise = self.noise(NoiseStream::Churn(index));
        let start = self.start(mean, index);
        self.sampling.sampler.solver(start, noise)
    }

    /// Where a sample starts, from a mean in RGB. Without the deviation a mode of posterior
    /// variance lambda would keep only 1/(1 + lambda/tau²) of it.
    fn start(&self, mean: Tensor<4>, index: usize) -> Tensor<4> {
        let mut noise = self.noise(NoiseStream::Sample(index));
        let shape = self.shape();
        let sampler = self.sampling.sampler;
        let n = Formula::from(noise.draw(shape)) * sampler.tau_max;
        if !sampler.from_mean {
            return n.tensor();
        }
        let operator = &self.posterior.measurement().operator;
        let measured = operator.measurement_shape(shape);
        let deviation = self
            .posterior
            .deviation(noise.draw(shape), noise.draw(measured));
        (n + axes::from_rgb(mean) + deviation).tensor()
    }

    fn shape(&self) -> [usize; 4] {
        self.posterior.linear_estimate().dims()
    }

    fn noise(&self, stream: NoiseStream) -> WhiteNoise {
        let stream = stream.in_region(self.region);
        WhiteNoise::new(self.sampling.seed, stream, self.posterior.prior().device())
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
}

/// See the methods of [`Run`](super::Run) of the same names.
impl<D: Divisible> Direct<D> {
    pub(super) fn open_tiles(&self) -> usize {
        match &self.evaluation {
            Some((evaluation, _)) => self.denoiser.open_parts(evaluation),
            None => self.parts(),
        }
    }

    pub(super) fn lend(&mut self, goal: &Goal) -> Option<(Loan, NetworkInputs)> {
        let mut under_way = match self.evaluation.take() {
            Some(under_way) => under_way,
            None => self.begin(goal),
        };
        let lent = self.denoiser.lend(&mut under_way.0);
        self.evaluation = Some(under_way);
        lent
    }

    pub(super) fn give_back(&mut self, loan: &Loan, output: &[f32]) -> Result<bool, Error> {
        let Some((evaluation, _)) = &mut self.evaluation else {
            return Ok(false);
        };
        let is_new = self.denoiser.give_back(evaluation, loan, output)?;
        self.computed += usize::from(is_new);
        Ok(is_new)
    }

    pub(super) fn reopen(&mut self, loan: &Loan) {
        if let Some((evaluation, _)) = &mut self.evaluation {
            self.denoiser.reopen(evaluation, loan);
        }
    }
}
