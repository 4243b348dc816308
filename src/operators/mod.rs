//! Linear measurement operators A of y = A x + sigma_y n, and the closed forms that exact posterior
//! sampling takes from each (docs/method.md, sections 3 to 5).
//!
//! * Images are `[B, 3, H, W]`: planes on the colour axes of an RGB image in [-1, 1]. Operators
//!   that refer to channels mix the axes.
//! * Variances v, t2 = tau² and s2 = sigma_y² are tensors that broadcast to `[B, 1, 1, 1]`. A
//!   single number lies in host memory ([`ComputeDevice::scalar`]). Formulas read it there; every
//!   other operation moves it to the image's device first.
//! * R, the covariance of the noise, is s2 I. Operators whose text says so also take, in place of
//!   s2, the diagonal of R in the measurement's pixels, `[B or 1, 1 or C, h, w]`, or in the DFT,
//!   one spectrum for each axis, `[B or 1, 1 or 3, H, W]` (sections 2.4 and 2.5).
//! * S(v) = (I/v + AᵀA/s2)^-1 is the covariance that is left of a white prior of variance v after
//!   the measurement. Sigma* of Theorem 1 is S(t2).
//!
//! # The contract
//! [`LinearOperator`] holds A itself and the Bayesian update of a white prior. Everything else
//! depends on how the operator meets the 1/f² prior, which [`LinearOperator::prior_update`] states
//! once. Each of its six kinds names its own requirements as a trait, variances included, so that
//! no combination is left without a way to compute them.
//!
//! | kind | AᵀA | w0, g | p, maps | q |
//! | --- | --- | --- | --- | --- |
//! | [`SpectralUpdate`] | known in the DFT | closed form | closed form | closed form |
//! | [`DiagonalUpdate`] | diagonal in pixels | iteration | closed form | sweeps |
//! | [`PerChannelUpdate`] | diagonal in RGB pixels | iteration | closed form | sweeps |
//! | [`SpatialUpdate`] | local in pixels | iteration | closed form | closed form and sweeps |
//! | [`GaussianUpdate`] | any | the operator's own | closed form | the operator's own |
//! | [`IterativeUpdate`] | any | iteration | closed form or draws | closed form or draws |
//!
//! # Panics
//! Methods of all operators panic on tensors whose shapes do not fit the operator.
//!
//! [`ComputeDevice::scalar`]: crate::compute::device::ComputeDevice::scalar

mod aliasing;
mod block_mean;
mod channel_mix;
mod coarse_guided_mask;
mod composed;
mod convolution;
mod cropped_convolution;
mod cropped_solver;
mod decimation;
mod frame_band;
mod frame_system;
mod frame_variance;
mod gradient_mask;
mod guided_grey;
mod hadamard;
mod hinted_grey;
mod identity;
mod iterative;
pub mod jpeg;
mod linear_map;
mod mask;
mod masked_block_mean;
mod no_measurement;
mod partly_measured;

pub use aliasing::Aliasing;
pub use block_mean::BlockMean;
pub use channel_mix::{BT601, BT709, ChannelMix, GREY};
pub use coarse_guided_mask::CoarseGuidedMask;
pub use composed::compose;
pub use convolution::CircularConvolution;
pub use cropped_convolution::{CroppedConvolution, cropped_convolution};
pub use decimation::{Decimation, bicubic_kernel, block_mean_kernel, gaussian_kernel};
pub use gradient_mask::GradientMask;
pub use guided_grey::GuidedGrey;
pub use hadamard::Hadamard;
pub use hinted_grey::HintedGrey;
pub use identity::Identity;
pub use iterative::{Iterative, Tolerance};
pub use linear_map::{DataMap, LinearMap, OnAxes};
pub use mask::{Bayer, Mask};
pub use masked_block_mean::MaskedBlockMean;
pub use no_measurement::NoMeasurement;
pub use partly_measured::PartlyMeasured;

use std::fmt::{self, Debug};

use burn::tensor::Tensor;

use crate::compute::formula::Formula;
use crate::compute::fourier::{Fourier, Spectrum};
use crate::prior::GaussianPrior;

/// A linear measurement operator on images of one size.
pub trait LinearOperator {
    /// The shape of A x for images x of shape `image`, `[B, 3, H, W]`.
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4];

    /// A x.
    fn apply(&self, x: Tensor<4>) -> Tensor<4>;

    /// Aᵀ y.
    fn adjoint(&self, y: Tensor<4>) -> Tensor<4>;

    /// E[x | y] = m + v Aᵀ (s2 + v A Aᵀ)^-1 (y - A m) for x ~ N(m, v I) and y = A x + sqrt(s2) n.
    ///
    /// This form keeps its digits in f32 at every noise level. The textbook form S (m/v + Aᵀy/s2)
    /// rounds m away (docs/method.md, section 3.1).
    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula;

    /// The image nearest to x that satisfies what y states exactly: for a JPEG file, the intervals
    /// of its rounded coefficients.
    fn constrained(&self, x: Tensor<4>, _y: &Tensor<4>) -> Tensor<4> {
        x
    }

    /// How this operator meets the 1/f² prior, and where its variances come from.
    fn prior_update(&self) -> PriorUpdate<'_>;

    /// A draw of N(0, R) from white noise of the measurement's shape.
    fn noise(&self, white: Tensor<4>, s2: &Tensor<4>) -> Formula {
        Formula::from(white) * Formula::from(s2).sqrt()
    }

    /// R^-1/2 r of a measurement's residual r: what [`Self::noise`] makes r of. 0 in entries that
    /// are not observed.
    fn whitened(&self, r: Tensor<4>, s2: &Tensor<4>) -> Formula {
        Formula::from(self.observed(r)) / Formula::from(s2).sqrt()
    }

    /// y with zeros in the entries that A maps every image to 0.
    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        y
    }

    /// b if A Aᵀ = b I on the observed entries.
    fn row_power(&self) -> Option<f64> {
        None
    }

    /// The worst residual of the operator's iterations so far, divided by their tolerance:
    /// `[1, 1, 1, 1]`. Above 1 they have not converged. `None` for operators that do not iterate to
    /// a tolerance.
    fn residual(&self) -> Option<Tensor<4>> {
        None
    }
}

/// How an operator meets the 1/f² prior: the kind of solver for its Gaussian posterior, and the
/// source of its variances.
pub enum PriorUpdate<'a> {
    /// Closed forms in the DFT.
    Spectral(&'a dyn SpectralUpdate),
    /// AᵀA is diagonal in pixels: iterations in image space.
    Diagonal(&'a dyn DiagonalUpdate),
    /// AᵀA is diagonal in the pixels of red, green and blue, which the colour axes mix: iterations
    /// in image space.
    PerChannel(&'a dyn PerChannelUpdate),
    /// AᵀA is local but not diagonal: iterations in image space.
    Spatial(&'a dyn SpatialUpdate),
    /// Iterations in data space.
    Iterative(IterativeUpdate<'a>),
    /// Forms of the operator's own.
    Custom(&'a dyn GaussianUpdate),
}

impl Debug for PriorUpdate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Spectral(_) => "Spectral",
            Self::Diagonal(_) => "Diagonal",
            Self::PerChannel(_) => "PerChannel",
            Self::Spatial(_) => "Spatial",
            Self::Iterative(_) => "Iterative",
            Self::Custom(_) => "Custom",
        };
        f.debug_tuple(name).finish_non_exhaustive()
    }
}

/// Where p and the noise-geometry maps of an operator come from.
pub enum VarianceSource<'a> {
    /// Closed forms.
    Closed(&'a dyn NoiseVariances),
    /// Exact draws, each of which solves the operator's equations.
    Drawn(&'a Iterative),
}

impl Debug for VarianceSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Closed(_) => "Closed",
            Self::Drawn(_) => "Drawn",
        };
        f.debug_tuple(name).finish_non_exhaustive()
    }
}

impl<'a> PriorUpdate<'a> {
    /// Where p and the maps come from.
    pub fn noise_variances(self) -> VarianceSource<'a> {
        match self {
            Self::Spectral(update) => VarianceSource::Closed(update),
            Self::Diagonal(update) => VarianceSource::Closed(update),
            Self::PerChannel(update) => VarianceSource::Closed(update),
            Self::Spatial(update) => VarianceSource::Closed(update),
            Self::Custom(update) => VarianceSource::Closed(update),
            Self::Iterative(update) => match update.closed_variances {
                Some(closed) => VarianceSource::Closed(closed),
                None => VarianceSource::Drawn(update.solver),
            },
        }
    }
}

/// Closed forms of the variances of S(v).
pub trait NoiseVariances {
    /// p = diag S(v) for each channel; broadcasts to `[B, 3, H, W]`.
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula;

    /// The eight noise-geometry maps of S(v) (docs/method.md, section 4.1); broadcasts to
    /// `[B, 8, H, W]`.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula;
}

/// Closed forms of the variances that the measurement leaves of white and of stationary priors.
pub trait ClosedVariances: NoiseVariances {
    /// The pixel variance of x given y for x ~ N(0, F^-1 E F), E `[B or 1, 3, H, W]`;
    /// broadcasts to `[B, 3, H, W]`.
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4>;
}

/// Closed forms in the DFT for a stationary prior x ~ N(u, F^-1 E F), E `[B or 1, 1 or 3, H, W]`.
pub trait SpectralUpdate: ClosedVariances {
    /// E[x | y] = u + E Aᵀ (s2 + A E Aᵀ)^-1 (y - A u).
    fn stationary_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4>;

    /// The spectrum of A E Aᵀ on the measurement's own grid, `[B or 1, 1 or 3, h or 1, w or 1]`, if
    /// that covariance is stationary. Compositions with this operator
    /// iterate on that grid.
    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>>;

    /// The form of A in the DFT, for formulas that share transforms.
    fn form(&self) -> SpectralForm<'_> {
        SpectralForm::Other
    }
}

/// A linear operator with closed forms in the DFT.
pub trait SpectralOperator: LinearOperator + SpectralUpdate {}

impl<Operator: LinearOperator + SpectralUpdate> SpectralOperator for Operator {}

/// The form of A in the DFT.
#[derive(Debug)]
pub enum SpectralForm<'a> {
    /// A is diagonal, and the same for every channel.
    Diagonal(DiagonalInDft<'a>),
    /// A filters, then keeps every f-th pixel of both axes.
    Aliased(&'a Aliasing),
    /// Neither, or the operator computes its update with fewer transforms than those forms take.
    Other,
}

/// An operator that is diagonal in the DFT.
#[derive(Debug)]
pub enum DiagonalInDft<'a> {
    /// A = I.
    Identity,
    /// A = F^-1 k F.
    Filter {
        /// k, `[B or 1, 1, H, W]`.
        spectrum: &'a Spectrum,
        /// |k|², `[B or 1, 1, H, W]`.
        power: &'a Tensor<4>,
    },
}

/// AᵀA = A = diag(c) with c in {0, 1}, on all axes alike.
pub trait DiagonalUpdate: NoiseVariances {
    /// c, `[B or 1, 1, H, W]`.
    fn known(&self) -> &Tensor<4>;

    /// How often the image is halved before w0 is first solved for. The iterations of w0 carry
    /// information across holes of about 42 pixels; in the halved image the widest hole is no wider
    /// (docs/method.md, section 5.7).
    fn halvings(&self) -> usize {
        0
    }
}

/// The Gaussian posterior by forms of the operator's own.
pub trait GaussianUpdate: NoiseVariances {
    /// w0 = (Q + Aᵀ R⁻¹ A)⁻¹ Aᵀ R⁻¹ y.
    fn linear_estimate(&self, prior: &GaussianPrior, y: Tensor<4>, s2: Tensor<4>) -> Tensor<4>;

    /// g = (Q + 1/t2 + Aᵀ R⁻¹ A)⁻¹ (z/t2 + Aᵀ R⁻¹ y) for a query `[z, t2]`; `estimate` is w0.
    fn mean(
        &self,
        prior: &GaussianPrior,
        query: [Tensor<4>; 2],
        y: Tensor<4>,
        s2: Tensor<4>,
        estimate: Tensor<4>,
    ) -> Tensor<4>;

    /// q, the diagonal of that inverse; broadcasts to `[B, 3, H, W]`.
    fn variance(&self, prior: &GaussianPrior, t2: Tensor<4>, s2: Tensor<4>) -> Tensor<4>;
}

/// A = diag(c) Uᵀ with c in {0, 1} for each pixel of red, green and blue.
pub trait PerChannelUpdate: NoiseVariances {
    /// c, `[B or 1, 3, H, W]`, in RGB.
    fn known(&self) -> &Tensor<4>;
}

/// AᵀA is local in pixels, such as a gain for each pixel or block means beside known pixels.
pub trait SpatialUpdate: NoiseVariances {
    /// AᵀA x.
    fn normal(&self, x: Tensor<4>) -> Tensor<4>;

    /// The diagonal of AᵀA, `[1, 1, H, W]`.
    fn diagonal(&self) -> Tensor<4>;

    /// An image near y, where the iteration of w0 starts.
    fn first_guess(&self, y: Tensor<4>) -> Tensor<4>;

    /// The pixel variance of x given y for x ~ N(0, F^-1 E F), E `[B or 1, 3, H, W]`;
    /// broadcasts to `[B, 3, H, W]`. `diagonal_variance` is that of an operator with
    /// [`Self::diagonal`] alone.
    fn stationary_variance(
        &self,
        e: Tensor<4>,
        s2: Tensor<4>,
        diagonal_variance: Tensor<4>,
    ) -> Tensor<4>;
}

/// An operator whose equations are solved by conjugate gradients in data space.
#[derive(Clone, Copy)]
pub struct IterativeUpdate<'a> {
    /// Solves the equations.
    pub solver: &'a Iterative,
    /// p, the maps and q in closed form; `None` has all three estimated by exact draws
    /// (docs/method.md, section 4.4).
    pub closed_variances: Option<&'a dyn ClosedVariances>,
}

impl Debug for IterativeUpdate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IterativeUpdate")
            .field("solver", &self.solver)
            .finish_non_exhaustive()
    }
}

/// The pixel variance of a stationary covariance: the mean of its spectrum over frequencies.
pub(crate) fn spectrum_mean(spectrum: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = spectrum.dims();
    let flat = spectrum.reshape([batch, channels, height * width]);
    flat.mean_dim(2).reshape([batch, channels, 1, 1])
}

/// v s2/(s2 + v a): the variance that is left of v along a direction measured with power a.
fn remaining(v: Tensor<4>, s2: Tensor<4>, power: impl Into<Formula>) -> Formula {
    let (v, s2) = (Formula::from(v), Formula::from(s2));
    &v * &s2 / (&s2 + &v * power)
}
