//! How the mean and the samples are computed: a solver, its grid, and where it starts.

use burn::tensor::Tensor;

use super::{Churn, ChurnParameters, DpmSolver2M, Euler, Heun, PosteriorMean, Solver};
use crate::compute::white_noise::WhiteNoise;
use crate::denoiser::TAU_TOP;
use crate::error::Error;
use crate::sampler::interpolant::Interpolant;

/// Which solver follows the probability-flow ODE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SolverKind {
    Euler,
    Heun,
    DpmSolver2M,
    /// EDM's stochastic sampler.
    Churn,
    /// D at the top of the grid: from tau_max = 80 another estimate of the posterior mean.
    OneEvaluation,
}

/// A solver and its grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampler {
    pub solver: SolverKind,
    /// Where the grid's points lie between tau_max and tau_min.
    pub interpolant: Interpolant,
    /// Points of the grid, at least 1.
    pub points: usize,
    pub tau_max: f64,
    pub tau_min: f64,
    /// Start at mean + deviation + tau_max n; otherwise at tau_max n, for which tau_max must
    /// exceed the images' own scale by far.
    pub from_mean: bool,
    /// Whether two more evaluations refine the mean ([`PosteriorMean`]).
    pub refine_mean: bool,
}

impl Sampler {
    const fn from_mean(points: usize, tau_min: f64) -> Self {
        Self {
            solver: SolverKind::DpmSolver2M,
            interpolant: Interpolant::Edm,
            points,
            tau_max: 5.0,
            tau_min,
            from_mean: true,
            refine_mean: false,
        }
    }

    /// 5 evaluations, the mean's included.
    pub const DRAFT: Self = Self::from_mean(4, 0.03);
    /// 7 evaluations, the mean's included.
    pub const DEFAULT: Self = Self::from_mean(6, 0.01);
    /// 11 evaluations, the mean's included.
    pub const ACCURATE: Self = Self::from_mean(10, 0.01);
    /// The paper's: ten Heun steps from 80 to 0.002 in 19 evaluations.
    pub const PAPER: Self = Self {
        solver: SolverKind::Heun,
        interpolant: Interpolant::Edm,
        points: 10,
        tau_max: TAU_TOP,
        tau_min: 0.002,
        from_mean: false,
        refine_mean: false,
    };

    /// The same, with the mean refined or not.
    pub fn refining(self, refine_mean: bool) -> Self {
        Self {
            refine_mean,
            ..self
        }
    }

    /// Evaluations of the mean.
    pub fn mean_evaluations(&self) -> usize {
        if self.refine_mean {
            1 + PosteriorMean::PAIR
        } else {
            1
        }
    }

    /// Evaluations of one sample, the mean's not included.
    pub fn evaluations(&self) -> usize {
        match self.solver {
            SolverKind::Heun | SolverKind::Churn => 2 * self.points - 1,
            SolverKind::Euler | SolverKind::DpmSolver2M => self.points,
            SolverKind::OneEvaluation => 1,
        }
    }

    /// # Errors
    /// [`Error::InvalidOption`] where no grid can be made of it.
    pub fn check(&self) -> Result<(), Error> {
        if !(1..=1000).contains(&self.points) {
            return Err(Error::InvalidOption(format!(
                "points is {}; a sampler takes 1 to 1000",
                self.points
            )));
        }
        let ordered = 0.0 < self.tau_min && self.tau_min < self.tau_max && self.tau_max <= 1000.0;
        if !ordered {
            return Err(Error::InvalidOption(format!(
                "tauMin {} and tauMax {} must satisfy 0 < tauMin < tauMax <= 1000",
                self.tau_min, self.tau_max
            )));
        }
        Ok(())
    }

    /// The solver from a state at tau_max; `noise` is what a stochastic one adds.
    pub fn solver(&self, start: Tensor<4>, noise: WhiteNoise) -> Box<dyn Solver> {
        let grid = self
            .interpolant
            .grid(self.points, self.tau_max, self.tau_min);
        match self.solver {
            SolverKind::Euler => Box::new(Euler::new(grid, start)),
            SolverKind::Heun => Box::new(Heun::new(grid, start)),
            SolverKind::DpmSolver2M => Box::new(DpmSolver2M::new(grid, start)),
            SolverKind::Churn => {
                Box::new(Churn::new(grid, start, ChurnParameters::default(), noise))
            }
            SolverKind::OneEvaluation => Box::new(PosteriorMean::new(self.tau_max, start, None)),
        }
    }
}
