//! The DFT of image planes `[B, C, H, W]` over global memory: each axis by passes of its factors,
//! or, if that costs less, as a convolution with a chirp.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;

use super::chirp::Chirp;
use super::factors::{Complex, Factors};
use crate::compute::device::ComputeDevice;
use crate::compute::gpu::{from_tensor, to_tensor};

/// The transform of planes of one size.
pub(super) struct Passes {
    /// Height and width.
    size: [usize; 2],
    /// The transforms of rows, then of columns.
    axes: [Axis; 2],
}

/// The transform of one axis.
#[allow(
    clippy::large_enum_variant,
    reason = "only two for each size of planes, which never move"
)]
enum Axis {
    Factors(Factors),
    Chirp(Chirp),
}

impl Axis {
    /// The cheaper transform of lines of `length` values, rows (axis 3) or columns (axis 2).
    fn new(axis: usize, length: usize, device: &ComputeDevice) -> Self {
        match Chirp::cost(length) < Factors::cost(length) {
            true => Self::Chirp(Chirp::new(axis, length, device)),
            false => Self::Factors(Factors::new(length, device)),
        }
    }

    /// `scale` times the transform of all lines, as [`Factors::lines`].
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
    /// The transform of planes of `height` by `width` pixels on `device`, a GPU.
    pub(super) fn new(height: usize, width: usize, device: &ComputeDevice) -> Self {
        Self {
            size: [height, width],
            axes: [Axis::new(3, width, device), Axis::new(2, height, device)],
        }
    }

    /// The real and imaginary parts of the spectrum of real planes `[B, C, H, W]`.
    pub(super) fn forward(&self, x: Tensor<4>) -> [Tensor<4>; 2] {
        let x = (from_tensor(x), None);
        self.transform(x, 1.0, 1.0).map(to_tensor)
    }

    /// The real part of the inverse transform of `[B, C, H, W]`.
    pub(super) fn inverse(&self, re: Tensor<4>, im: Tensor<4>) -> Tensor<4> {
        let [height, width] = self.size;
        let scale = 1.0 / (height * width) as f32;
        let parts = (from_tensor(re), Some(from_tensor(im)));
        let [re, _] = self.transform(parts, -1.0, scale);
        to_tensor(re)
    }

    /// Rows, then columns. `scale` is applied once.
    fn transform(&self, parts: (CubeTensor, Option<CubeTensor>), sign: f32, scale: f32) -> Complex {
        let [rows, columns] = &self.axes;
        let [re, im] = rows.lines(parts, 1, sign, scale);
        columns.lines((re, Some(im)), self.size[1], sign, 1.0)
    }
}
