//! The denoiser D(mu*, Sigma*) = E[x | mu* = x + n], n ~ N(0, Sigma*). It is the only model that
//! exact posterior sampling needs.

mod architecture;
mod divisible;
mod evaluation;
pub mod layers;
mod network_inputs;
mod part_ledger;
mod preconditioning;
pub mod tiling;
mod unet;
mod weights;

pub use divisible::{Divisible, Loan};
pub use network_inputs::{NetworkInputs, Planes};
pub use preconditioning::{Level, PhotoDenoiser};
pub(crate) use unet::MAPS;
pub use unet::UNet;
pub use weights::{Tensors, Weights};

use burn::tensor::Tensor;

use crate::posterior::Posterior;
use crate::prior::model::PriorModel;

/// The highest noise level tau. There the query z carries almost no information beside y, so that
/// one evaluation gives the posterior mean (`docs/method.md`, sections 2.2 and 7.2).
pub const TAU_TOP: f64 = 80.0;

/// A denoiser under the anisotropic noise Sigma* that a measurement leaves.
///
/// An evaluation consists of parts. The caller may pause between two parts, and cancels an
/// evaluation by not advancing it further.
pub trait Denoiser {
    /// The quantities that depend only on the operator and on tau. They are computed once for each
    /// tau of the sampler's grid, and shared by all samples.
    type Level;

    /// An unfinished evaluation of D.
    type Evaluation;

    /// The prior of the posteriors that this denoiser is asked about.
    fn prior(&self) -> PriorModel {
        PriorModel::PHOTO_V2
    }

    /// Prepares evaluations at the noise level `tau`.
    fn level(&self, posterior: &Posterior, tau: f64) -> Self::Level;

    /// The number of parts of one evaluation, at least 1.
    fn parts(&self, posterior: &Posterior) -> usize;

    /// Begins the evaluation of D at the pivot of z `[B, 3, H, W]`.
    fn begin(&self, posterior: &Posterior, z: Tensor<4>, level: &Self::Level) -> Self::Evaluation;

    /// Whether all parts that are left are computed elsewhere: see [`Divisible`].
    fn is_lent_out(&self, _evaluation: &Self::Evaluation) -> bool {
        false
    }

    /// Computes one more part. After the last part: D, of the shape of z.
    fn advance(&self, evaluation: &mut Self::Evaluation) -> Option<Tensor<4>>;

    /// D at the pivot of z `[B, 3, H, W]`: all parts of an evaluation at once.
    fn denoise(&self, posterior: &Posterior, z: Tensor<4>, level: &Self::Level) -> Tensor<4> {
        let mut evaluation = self.begin(posterior, z, level);
        loop {
            if let Some(d) = self.advance(&mut evaluation) {
                return d;
            }
        }
    }
}
