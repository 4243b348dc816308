//! How the mean and the samples are computed: the solver, its grid and its start.

use burn::tensor::Tensor;

use super::{Churn, ChurnParameters, DpmSolver2M, Euler, Heun, PosteriorMean, Solver};
use crate::compute::white_noise::WhiteNoise;
use crate::denoiser::TAU_TOP;
use crate::error::Error;
use crate::sampler::interpolant::Interpolant;

/// The most points of a grid.
pub const MAX_POINTS: usize = 1000;
/// The noise levels that a grid lies between. The network was trained up to the highest; below the
/// lowest a sample no longer changes by one 8-bit level.
pub const TAU_RANGE: [f64; 2] = [0.002, TAU_TOP];

/// A solver of the probability-flow ODE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SolverKind {
    /// [`Euler`].
    Euler,
    /// [`Heun`].
    Heun,
    /// [`DpmSolver2M`].
    DpmSolver2M,
    /// [`Churn`], which is stochastic.
    Churn,
}

/// A solver, its grid, and its start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampler {
    /// How the samples descend the grid.
    pub solver: SolverKind,
    /// The spacing of the grid between `tau_max` and `tau_min`.
    pub interpolant: Interpolant,
    /// The points of the grid, 1 to [`MAX_POINTS`].
    pub points: usize,
    /// The first noise level, within [`TAU_RANGE`].
    pub tau_max: f64,
    /// The last noise level, within [`TAU_RANGE`] and below the first.
    pub tau_min: f64,
    /// Whether samples start at mean + deviation + tau_max n (docs/method.md, section 7.3).
    /// Otherwise they start at tau_max n, and tau_max must be far above the scale of images.
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
    /// The sampler of arXiv 2606.17048: ten Heun steps from 80 to 0.002, in 19 evaluations.
    pub const PAPER: Self = Self {
        solver: SolverKind::Heun,
        interpolant: Interpolant::Edm,
        points: 10,
        tau_max: TAU_TOP,
        tau_min: TAU_RANGE[0],
        from_mean: false,
        refine_mean: false,
    };

    /// The same sampler, with the mean refined or not.
    pub fn refining(self, refine_mean: bool) -> Self {
        Self {
            refine_mean,
            ..self
        }
    }

    /// The evaluations of the mean.
    pub fn mean_evaluations(&self) -> usize {
        if self.refine_mean {
            1 + PosteriorMean::PAIR
        } else {
            1
        }
    }

    /// The evaluations of one sample, without those of the mean.
    pub fn evaluations(&self) -> usize {
        match self.solver {
            SolverKind::Heun | SolverKind::Churn => 2 * self.points - 1,
            SolverKind::Euler | SolverKind::DpmSolver2M => self.points,
        }
    }

    /// Refuses parameters of which no grid can be made.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] if a number is out of its range.
    pub fn check(&self) -> Result<(), Error> {
        if !(1..=MAX_POINTS).contains(&self.points) {
            return Err(Error::InvalidOption(format!(
                "points is {}; a sampler takes 1 to {MAX_POINTS}",
                self.points
            )));
        }
        let [lowest, highest] = TAU_RANGE;
        let ordered =
            lowest <= self.tau_min && self.tau_min < self.tau_max && self.tau_max <= highest;
        if !ordered {
            return Err(Error::InvalidOption(format!(
                "tauMin {} and tauMax {} must satisfy {lowest} <= tauMin < tauMax <= {highest}",
                self.tau_min, self.tau_max
            )));
        }
        Ok(())
    }

    /// The solver from a state at tau_max. Stochastic solvers add `noise`.
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
        }
    }
}
