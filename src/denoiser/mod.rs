//! The denoiser D(mu*, Sigma*) = E[x | mu* = x + n, n ~ N(0, Sigma*)]: all that exact posterior
//! sampling asks of a model.

pub mod layers;
mod preconditioning;
pub mod tiling;
mod unet;
mod weights;

pub use preconditioning::{Level, PhotoDenoiser};
pub use unet::PhotoV1;
pub use weights::Weights;

use burn::tensor::Tensor;

use crate::posterior::Posterior;

/// The highest noise level.
pub const TAU_TOP: f64 = 80.0;

/// A denoiser under the anisotropic noise that a measurement leaves.
///
/// An evaluation is begun and then advanced part by part, so that whoever runs it can look up
/// between two parts: stop advancing and it is cancelled.
pub trait Denoiser {
    /// What depends on the operator and tau alone: computed once per grid point, shared by all
    /// samples.
    type Level;

    /// D of one z, under way.
    type Evaluation;

    /// The noise level at which one evaluation is taken for the posterior mean. At the top,
    /// [`TAU_TOP`], z holds next to nothing beside y (method, section 2); lower, z is the
    /// linear estimate and noise, about which a denoiser may know better.
    fn tau_of_mean(&self, _posterior: &Posterior) -> f64 {
        TAU_TOP
    }

    /// Prepares for the noise level `tau`.
    fn level(&self, posterior: &Posterior, tau: f64) -> Self::Level;

    /// Parts of one evaluation, at least 1.
    fn parts(&self, posterior: &Posterior) -> usize;

    /// Sets out for D at the pivot of z, `[B, 3, H, W]`.
    fn begin(&self, posterior: &Posterior, z: Tensor<4>, level: &Self::Level) -> Self::Evaluation;

    /// Computes one part more; D, of z's shape, after the last.
    fn advance(&self, evaluation: &mut Self::Evaluation) -> Option<Tensor<4>>;

    /// The whole of it.
    fn denoise(&self, posterior: &Posterior, z: Tensor<4>, level: &Self::Level) -> Tensor<4> {
        let mut evaluation = self.begin(posterior, z, level);
        loop {
            if let Some(d) = self.advance(&mut evaluation) {
                return d;
            }
        }
    }
}
