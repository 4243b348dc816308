//! The colours that grain is measured in, as matrices of `f32`.

use std::sync::LazyLock;

use crate::compute::symmetric_3x3::Matrix;
use crate::photo::jpeg::YCBCR;
use crate::prior::axes;

/// The opponent axes, one a row: orthonormal, so that a sum of squares over them is that over R, G
/// and B.
pub(super) static OPPONENT: LazyLock<[[f32; 3]; 3]> = LazyLock::new(|| narrow(&axes::matrix()));

/// Y, Cb and Cr less their zero points, each from R, G and B.
pub(super) static TO_YCBCR: LazyLock<[[f32; 3]; 3]> = LazyLock::new(|| narrow(&YCBCR));

/// R, G and B, each from Y, Cb and Cr less their zero points.
pub(super) const FROM_YCBCR: [[f32; 3]; 3] = [
    [1.0, 0.0, 1.402],
    [1.0, -0.344_136, -0.714_136],
    [1.0, 1.772, 0.0],
];

/// A matrix times a vector.
pub(super) fn apply(matrix: &[[f32; 3]; 3], v: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

fn narrow(matrix: &Matrix) -> [[f32; 3]; 3] {
    matrix.map(|row| row.map(|entry| entry as f32))
}
