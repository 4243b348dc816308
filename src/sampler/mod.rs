//! Solvers of the probability-flow ODE dz/dtau = (z - D)/tau, one file each, to be read beside its
//! paper.
//!
//! A solver asks (`query`) and is told (`answer`), so that whoever runs it decides when each
//! evaluation happens: stop answering and it is cancelled. A grid begins where the solver starts,
//! at the top or below it from the mean, and ends above 0.

mod churn;
mod dpm_solver;
mod euler;
mod heun;
pub mod interpolant;
mod plan;
mod posterior_mean;

pub use churn::{Churn, ChurnParameters};
pub use dpm_solver::DpmSolver2M;
pub use euler::Euler;
pub use heun::Heun;
pub use plan::{Sampler, SolverKind};
pub use posterior_mean::PosteriorMean;

use burn::tensor::Tensor;

/// A solver between two evaluations of the denoiser.
pub trait Solver {
    /// The state z and the noise level tau at which D is asked next; none once finished.
    fn query(&self) -> Option<(Tensor<4>, f64)>;

    /// Takes D at the query and moves on.
    fn answer(&mut self, d: Tensor<4>);

    /// The sample, or the mean, once `query` has nothing more to ask.
    fn sample(&self) -> Tensor<4>;
}
