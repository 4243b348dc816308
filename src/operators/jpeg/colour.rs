//! JPEG's colours on the prior's axes, and what its tables say of the noise (docs/method.md,
//! sections 10.1 and 10.2).

use nalgebra::Matrix3;

use crate::compute::block_dct::FREQUENCIES;
use crate::prior::axes::Axes;

/// 8-bit levels in a unit of [-1, 1].
const LEVEL: f64 = 127.5;
/// JPEG's Y, Cb and Cr from red, green and blue (ITU-T T.871).
const YCBCR: [[f64; 3]; 3] = [
    [0.299, 0.587, 0.114],
    [-0.168_735_892, -0.331_264_108, 0.5],
    [0.5, -0.418_687_589, -0.081_312_411],
];

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

/// M' = M Uᵀ: Y, Cb and Cr from planes on the prior's axes.
pub(super) fn mixing(axes: Axes) -> Matrix3<f64> {
    matrix(YCBCR) * matrix(axes.matrix()).transpose()
}

/// A matrix given row by row.
pub(super) fn matrix(rows: [[f64; 3]; 3]) -> Matrix3<f64> {
    Matrix3::from_fn(|i, j| rows[i][j])
}
