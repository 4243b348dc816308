//! Solvers of the probability-flow ODE dz/dtau = (z - D)/tau (docs/method.md, section 7), each in a
//! file to be read next to its paper.
//!
//! A solver never evaluates the denoiser. It states a query, and its caller answers with D. The
//! caller thus decides when each evaluation takes place, and cancels a run by not answering.
//!
//! A grid of noise levels descends from the level of the start to a level above 0.

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
pub use plan::{MAX_POINTS, Sampler, SolverKind, TAU_RANGE};
pub use posterior_mean::PosteriorMean;

use burn::tensor::Tensor;

/// A solver between two evaluations of the denoiser.
pub trait Solver {
    /// The state z and the noise level tau of the next evaluation; `None` once the solver has
    /// finished.
    fn query(&self) -> Option<(Tensor<4>, f64)>;

    /// Advances by D, the denoiser's output at the query.
    ///
    /// # Panics
    /// May panic once the solver has finished.
    fn answer(&mut self, d: Tensor<4>);

    /// The state: once the solver has finished, the sample or the mean.
    fn sample(&self) -> Tensor<4>;
}
