//! Linear operators A with everything that exact posterior sampling asks of one.
//!
//! Images are `[B, 3, H, W]` in [-1, 1]. Variances v, t2 and s2 = sigma_y² are tensors that
//! broadcast to `[B, 1, 1, 1]`, in host memory where they are one number
//! ([`crate::compute::device::ComputeDevice::scalar`]): formulas take them so, other operations bring them to the
//! image's device. S(v) = (I/v + AᵀA/s2)^-1 is the covariance that a white prior of variance v
//! keeps after the measurement. One file a family; formulas: the project's method, sections 3 to 5.

mod aliasing;
mod block_mean;
mod channel_mix;
mod coarse_guided_mask;
mod composed;
mod convolution;
mod cropped_convolution;
mod decimation;
mod frame_band;
mod frame_system;
mod hadamard;
mod identity;
mod iterative;
mod mask;
mod masked_block_mean;
mod no_measurement;
mod partly_measured;

pub use aliasing::Aliasing;
pub use block_mean::BlockMean;
pub use channel_mix::ChannelMix;
pub use coarse_guided_mask::CoarseGuidedMask;
pub use composed::compose;
pub use convolution::CircularConvolution;
pub use cropped_convolution::{CroppedConvolution, cropped_convolution};
pub use decimation::{Decimation, bicubic_kernel, block_mean_kernel, gaussian_kernel};
pub use hadamard::Hadamard;
pub use identity::Identity;
pub use iterative::{DataMap, Iterative, LinearMap, Tolerance};
pub use mask::{Bayer, Mask};
pub use masked_block_mean::MaskedBlockMean;
pub use no_measurement::NoMeasurement;
pub use partly_measured::PartlyMeasured;

use burn::tensor::Tensor;

use crate::compute::formula::Formula;
use crate::compute::fourier::{Fourier, Spectrum};

/// A linear measurement operator on images of one size.
pub trait LinearOperator {
    /// The shape of A x for images of shape `[B, 3, H, W]`.
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4];

    /// A x.
    fn apply(&self, x: Tensor<4>) -> Tensor<4>;

    /// Aᵀ y.
    fn adjoint(&self, y: Tensor<4>) -> Tensor<4>;

    /// E[x | y] for x ~ N(m, v I) and y = A x + sqrt(s2) n: m + v Aᵀ (s2 + v A Aᵀ)^-1 (y - A m). Of
    /// formulas, a formula.
    ///
    /// This form keeps its digits in f32 at any noise level; the textbook's S (m/v + Aᵀy/s2) rounds
    /// m away.
    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula;

    /// diag S(v), per channel; broadcasts to `[B, 3, H, W]`. None: by exact draws.
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula>;

    /// The eight noise-geometry maps of S(v); broadcasts to `[B, 8, H, W]`. None: by exact draws.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula>;

    /// How this operator meets the 1/f² prior.
    fn prior_update(&self) -> PriorUpdate<'_>;

    /// How often an image is halved before the largest hole is one that the iteration of w0 carries
    /// information across.
    fn levels(&self) -> usize {
        0
    }

    /// y with zeros where A is always 0.
    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        y
    }

    /// b where A Aᵀ = b I on what is observed.
    fn row_power(&self) -> Option<f64> {
        None
    }

    /// The highest noise level at which the eight maps tell what is left unknown: below, whatever
    /// they hold only the mean of, or leave out, is little beside the rest.
    fn maps_hold_to(&self) -> f64 {
        f64::INFINITY
    }

    /// Of an operator that iterates: the worst residual so far over its tolerance, `[1, 1, 1, 1]`;
    /// above 1 it has not converged.
    fn residual(&self) -> Option<Tensor<4>> {
        None
    }
}

/// The operator's part in the Gaussian posterior under the 1/f² prior.
pub enum PriorUpdate<'a> {
    /// A closed form in the DFT.
    Spectral(&'a dyn SpectralUpdate),
    /// AᵀA = diag(c), c `[B or 1, 1 or 3, H, W]`: an iteration in space.
    Diagonal(&'a Tensor<4>),
    /// An iteration in space where AᵀA is local but not diagonal.
    Spatial(&'a dyn SpatialUpdate),
    /// An iteration in data space, q by exact draws.
    Iterative(&'a Iterative),
}

/// What the iteration in space asks of an operator.
pub trait SpatialUpdate {
    /// AᵀA x.
    fn normal(&self, x: Tensor<4>) -> Tensor<4>;

    /// The diagonal of AᵀA, `[1, 1, H, W]`.
    fn diagonal(&self) -> Tensor<4>;

    /// An image near y, to start from.
    fn first_guess(&self, y: Tensor<4>) -> Tensor<4>;

    /// The pixel variance of x given y for x ~ N(0, F^-1 E F); `beside`: that of the iteration on
    /// the diagonal alone.
    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>, beside: Tensor<4>) -> Tensor<4>;
}

/// The Gaussian update for a stationary prior x ~ N(u, F^-1 E F), E `[B or 1, 1, H, W]`.
pub trait SpectralUpdate {
    /// E[x | y] = u + E Aᵀ (s2 + A E Aᵀ)^-1 (y - A u).
    fn smooth_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4>;

    /// The pixel variance of x given y; broadcasts to `[B, 3, H, W]`.
    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4>;

    /// A itself, where it is diagonal in the DFT.
    fn diagonal(&self) -> Option<DiagonalInDft<'_>> {
        None
    }

    /// A itself, where it filters and keeps every f-th pixel, and has no shorter way than the DFT.
    fn aliasing(&self) -> Option<&Aliasing> {
        None
    }

    /// The spectrum of A E Aᵀ on the measurement's own grid, where it is stationary and the same
    /// for every channel: `[B or 1, 1, h or 1, w or 1]`. Compositions with this operator
    /// iterate there.
    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>>;
}

/// An operator that is diagonal in the DFT, alike in all channels.
pub enum DiagonalInDft<'a> {
    /// A = I.
    Identity,
    /// A = F^-1 k F: k and |k|², `[B or 1, 1, H, W]`.
    Filter {
        spectrum: &'a Spectrum,
        power: &'a Tensor<4>,
    },
}

/// The pixel variance of a stationary covariance: the mean of its spectrum.
pub(crate) fn spectrum_mean(spectrum: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = spectrum.dims();
    let flat = spectrum.reshape([batch, channels, height * width]);
    flat.mean_dim(2).reshape([batch, channels, 1, 1])
}

/// v s2/(s2 + v a): what is left of variance v along a direction that is measured with gain a =
/// |A|².
fn remaining(v: Tensor<4>, s2: Tensor<4>, gain: impl Into<Formula>) -> Formula {
    let (v, s2) = (Formula::from(v), Formula::from(s2));
    &v * &s2 / (&s2 + &v * gain)
}
