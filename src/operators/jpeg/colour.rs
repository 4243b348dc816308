//! JPEG's colours on the colour axes, and what its tables say of the noise (docs/method.md,
//! sections 10.1, 10.2 and 10.8).

use burn::tensor::Tensor;
use nalgebra::Matrix3;

use crate::compute::block_dct::{BLOCK, FREQUENCIES, tiled};
use crate::compute::device::ComputeDevice;
use crate::photo::jpeg::YCBCR;
use crate::prior::axes;

/// 8-bit levels in a unit of [-1, 1].
const LEVEL: f64 = 127.5;

/// The quantisation tables of luma and of chroma, in 8-bit levels; row by row, vertical frequency
/// first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tables {
    /// Of Y.
    pub luma: [f64; FREQUENCIES],
    /// Of Cb and Cr.
    pub chroma: [f64; FREQUENCIES],
}

impl Tables {
    /// r of luma and of chroma.
    pub(super) fn variances(&self) -> [[f64; FREQUENCIES]; 2] {
        let variance = |q: f64| ((q / LEVEL).powi(2) + LEVEL.powi(-2)) / 12.0;
        [self.luma.map(variance), self.chroma.map(variance)]
    }
}

/// How far coefficients may lie from the file's, of luma and of chroma: half a step, less a level,
/// since Y, Cb and Cr are rounded before the DCT, and a saved result is rounded again.
#[derive(Clone, Debug)]
pub(super) struct Boxes([[f64; FREQUENCIES]; 2]);

impl Boxes {
    pub(super) fn new(tables: &Tables) -> Self {
        let half = |q: f64| (q / 2.0 - 1.0).max(0.0) / LEVEL;
        Self([tables.luma.map(half), tables.chroma.map(half)])
    }

    /// What brings planes of coefficients into their boxes around y; plane 0 is luma, 1 chroma.
    pub(super) fn moves(&self, plane: usize, now: Tensor<4>, y: Tensor<4>) -> Tensor<4> {
        let [_, _, height, width] = y.dims();
        let block = self.0[plane].to_vec();
        let block = ComputeDevice::of(&y).tensor(block, [1, 1, BLOCK, BLOCK]);
        let limit = tiled(block, [height, width]);
        let residual = now - y;
        residual.clone().min_pair(limit.clone()).max_pair(-limit) - residual
    }
}

/// M' = M Uᵀ: Y, Cb and Cr from planes on the colour axes.
pub(super) fn mixing() -> Matrix3<f64> {
    matrix(YCBCR) * matrix(axes::matrix()).transpose()
}

/// A matrix given row by row.
pub(super) fn matrix(rows: [[f64; 3]; 3]) -> Matrix3<f64> {
    Matrix3::from_fn(|i, j| rows[i][j])
}
