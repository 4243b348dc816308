//! Linear maps given by their product and their adjoint alone, and the test that the two belong
//! together.

use std::fmt::{self, Debug};
use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::conjugate_gradients::{dot, norm};
use crate::compute::fourier::Fourier;
use crate::compute::white_noise::WhiteNoise;
use crate::error::Error;
use crate::prior::axes;

/// The greatest |(A x)·y - x·(Aᵀ y)| of an adjoint pair, relative to |A x| |y|.
const ADJOINT_TOLERANCE: f64 = 1e-3;

/// A linear map A of which [`Iterative`](super::Iterative) makes an operator. Results have the
/// float type of the argument.
pub trait LinearMap {
    /// The shape of A x for images x of shape `image`, `[B, 3, H, W]`.
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4];

    /// A x.
    fn apply(&self, x: Tensor<4>) -> Tensor<4>;

    /// Aᵀ y.
    fn adjoint(&self, y: Tensor<4>) -> Tensor<4>;

    /// y with zeros in the entries that A maps every image to 0.
    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        y
    }

    /// r ↦ A G Aᵀ r for a covariance G of spectrum E, `[B or 1, 1, H or 1, W or 1]`, if it costs
    /// less than `adjoint`, G and `apply` in turn.
    fn gram(&self, _e: Tensor<4>) -> Option<DataMap<'_>> {
        None
    }

    /// A symmetric positive approximation of r ↦ (s2 + A G Aᵀ)^-1 r for a covariance G of
    /// spectrum E.
    fn preconditioner(&self, _e: Tensor<4>, _s2: Tensor<4>) -> Option<DataMap<'_>> {
        None
    }
}

/// A linear map of measurements to measurements.
pub type DataMap<'a> = Box<dyn Fn(Tensor<4>) -> Tensor<4> + 'a>;

/// A map of RGB images, as one of images on the colour axes.
pub struct OnAxes(pub Rc<dyn LinearMap>);

impl Debug for OnAxes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OnAxes").finish_non_exhaustive()
    }
}

impl LinearMap for OnAxes {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        self.0.measurement_shape(image)
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.0.apply(axes::to_rgb(x))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        axes::from_rgb(self.0.adjoint(y))
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.0.observed(y)
    }
}

/// Tests the adjoint on two pairs (x, y), each a batch of two images: white noise, and y = A x. In
/// the second pair the two products are as large as they can be, and only there does an adjoint
/// fail that is wrong by a factor.
///
/// # Errors
/// [`Error::InvalidOperator`] if a shape or an inner product is wrong.
pub(super) fn check_adjoint(map: &dyn LinearMap, fourier: &Fourier) -> Result<(), Error> {
    let [height, width] = fourier.size();
    let image = [2, 3, height, width];
    let measured = map.measurement_shape(image);
    let mut noise = WhiteNoise::new(0, 0, fourier.device());
    let (x, y) = (noise.draw(image), noise.draw(measured));
    let (ax, aty) = (map.apply(x.clone()), map.adjoint(y.clone()));
    if ax.dims() != measured || aty.dims() != image {
        return Err(Error::InvalidOperator(format!(
            "apply maps {image:?} to {:?} and adjoint maps {measured:?} to {:?}; \
             they must map {image:?} to {measured:?} and back",
            ax.dims(),
            aty.dims()
        )));
    }
    check_pair(&x, &ax, &y, &aty)?;
    let back = map.adjoint(ax.clone());
    check_pair(&x, &ax, &ax, &back)
}

/// Checks (A x)·y = x·Aᵀy.
fn check_pair(x: &Tensor<4>, ax: &Tensor<4>, y: &Tensor<4>, aty: &Tensor<4>) -> Result<(), Error> {
    let scale = norm(ax) * norm(y);
    let difference = (dot(ax, y) - dot(x, aty)).abs();
    let [difference, scale] = [difference, scale].map(|each| each.sum().into_scalar::<f64>());
    // Written so that NaN fails.
    if difference <= ADJOINT_TOLERANCE * scale {
        return Ok(());
    }
    Err(Error::InvalidOperator(format!(
        "adjoint is not the adjoint of apply: (A x)·y and x·(Aᵀ y) differ by {difference:.1e} \
         for |A x| |y| = {scale:.1e}"
    )))
}
