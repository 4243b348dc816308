//! The denoiser D(mu*, Sigma*) = E[x | mu* = x + n, n ~ N(0, Sigma*)]: all that exact posterior sampling asks of a model.

mod preconditioning;
mod unet;
mod weights;

pub use preconditioning::{Level, PhotoDenoiser};
pub use unet::PhotoV1;
pub use weights::Weights;

use burn::tensor::Tensor;

use crate::posterior::Posterior;

/// A denoiser under the anisotropic noise that a measurement leaves.
pub trait Denoiser {
    /// What depends on the operator and tau alone: computed once per grid point, shared by all samples.
    type Level;

    /// Prepares for the noise level `tau`.
    fn level(&self, posterior: &Posterior, tau: f64) -> Self::Level;

    /// D at the pivot of z; z and the result are `[B, 3, H, W]`.
    fn denoise(&self, posterior: &Posterior, z: Tensor<4>, level: &Self::Level) -> Tensor<4>;
}
