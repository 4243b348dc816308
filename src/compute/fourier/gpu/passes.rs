//! The DFT of image planes, `[B, C, H, W]`, over global memory: each axis by passes of its factors,
//! or, where that takes fewer multiplications, as a convolution with a chirp.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;

use super::chirp::Chirp;
use super::factors::{Complex, Factors};
use crate::compute::device::ComputeDevice;
use crate::compute::gpu::{from_tensor, to_tensor};

/// The transform for planes of one size.
pub struct Passes {
    size: [usize; 2],
    /// Along rows, then along columns.
    axes: [Axis; 2],
}

/// How one axis is transformed.
#[allow(
    clippy::large_enum_variant,
    reason = "two a size, never moved once made"
)]
enum Axis {
    Factors(Factors),
    Chirp(Chirp),
}

impl Axis {
    /// `axis`: 3 along rows, 2 along columns.
    fn new(axis: usize, length: usize, device: &ComputeDevice) -> Self {
        match Chirp::cost(length) < Factors::cost(length) {
            true => Self::Chirp(Chirp::new(axis, length, device)),
            false => Self::Factors(Factors::new(length, device)),
        }
    }

    fn lines(
        &self,
        parts: (CubeTensor, Option<CubeTensor>),
        stride: usize,
        sign: f32,
        scale: f32,
    ) -> Complex {
        match self {
            Self::Factors(factors) => factors.lines(parts, stride, sign, scale),
            Self::Chirp(chirp) => chirp.lines(parts, stride, sign, scale),
        }
    }
}

impl Passes {
    pub fn new(height: usize, width: usize, device: &ComputeDevice) -> Self {
        Self {
            size: [height, width],
            axes: [Axis::new(3, width, device), Axis::new(2, height, device)],
        }
    }

    /// Forward, e^(-i), not normalised: real and imaginary parts.
    pub fn forward(&self, x: Tensor<4>) -> [Tensor<4>; 2] {
        let x = (from_tensor(x), None);
        self.transform(x, 1.0, 1.0).map(to_tensor)
    }

    /// The real part of the inverse transform.
    pub fn inverse(&self, re: Tensor<4>, im: Tensor<4>) -> Tensor<4> {
        let [height, width] = self.size;
        let scale = 1.0 / (height * width) as f32;
        let parts = (from_tensor(re), Some(from_tensor(im)));
        let [re, _] = self.transform(parts, -1.0, scale);
        to_tensor(re)
    }

    fn transform(&self, parts: (CubeTensor, Option<CubeTensor>), sign: f32, scale: f32) -> Complex {
        let [rows, columns] = &self.axes;
        let [re, im] = rows.lines(parts, 1, sign, scale);
        columns.lines((re, Some(im)), self.size[1], sign, 1.0)
    }
}
