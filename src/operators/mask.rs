//! A = diag(c), c in {0, 1} per pixel: inpainting. S(v) = v s2/(s2 + c v).

use burn::tensor::Tensor;

use super::{LinearOperator, PriorUpdate, remaining};
use crate::noise_geometry::bands_of_pixels;

/// A = diag(c): pixels with c = 1 are known. What a measurement holds elsewhere is never looked at.
#[derive(Clone, Debug)]
pub struct Mask {
    known: Tensor<4>,
}

impl Mask {
    /// `known`: `[B or 1, 1, H, W]` of zeros and ones, 1 = known.
    pub fn new(known: Tensor<4>) -> Self {
        Self { known }
    }

    fn variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        remaining(v, s2, self.known.clone())
    }
}

impl LinearOperator for Mask {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        x * self.known.clone()
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        y * self.known.clone()
    }

    fn update(&self, m: Tensor<4>, v: Tensor<4>, y: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        m.clone() + (y - m) * (self.known.clone() * (v.clone() / (s2 + v)))
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        self.variance(v, s2)
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        bands_of_pixels(self.variance(v, s2))
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Diagonal(&self.known)
    }
}
