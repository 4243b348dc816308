//! Small matrices at the 64 frequencies of a block, in f64 on the host.

use std::f64::consts::PI;

use burn::tensor::Tensor;
use nalgebra::{Matrix3, Vector3};

use crate::compute::block_dct::{BLOCK, FREQUENCIES, FrequencyMatrices, matrix};
use crate::compute::device::ComputeDevice;

/// A 3×3 matrix at each frequency.
pub type Matrices = Vec<Matrix3<f64>>;

/// The numbers of a tensor in host memory, one an image.
///
/// # Panics
/// If the tensor is on a GPU, or holds more than a number for each image.
pub(super) fn numbers(x: &Tensor<4>) -> Vec<f64> {
    let [images, rest @ ..] = x.dims();
    assert_eq!(
        rest,
        [1, 1, 1],
        "a JPEG's variances are one number an image"
    );
    let values = x.clone().try_into_vec_as::<f64>();
    let values = values.expect("a JPEG's variances lie in host memory");
    debug_assert_eq!(values.len(), images);
    values
}

/// The numbers of two tensors, image by image; one of either may stand for all.
pub(super) fn pairs(a: &Tensor<4>, b: &Tensor<4>) -> Vec<[f64; 2]> {
    let (a, b) = (numbers(a), numbers(b));
    let of = |values: &[f64], i: usize| values[i.min(values.len() - 1)];
    (0..a.len().max(b.len()))
        .map(|i| [of(&a, i), of(&b, i)])
        .collect()
}

/// The eigenvalue of -Laplacian at function u of a line of eight with replicated borders.
pub(super) fn line_eigenvalue(u: usize) -> f64 {
    4.0 * (PI * u as f64 / 16.0).sin().powi(2)
}

/// The eigenvalue l_u + l_v at frequency k of a block.
pub(super) fn eigenvalue(k: usize) -> f64 {
    line_eigenvalue(k / BLOCK) + line_eigenvalue(k % BLOCK)
}

/// The matrices of each image, as what the block transform takes.
pub(super) fn as_filter(images: &[Matrices]) -> FrequencyMatrices {
    FrequencyMatrices::new([images.len(), 3, 3], |image, row, column, k| {
        images[image][k][(row, column)]
    })
}

/// The inverse of a positive definite matrix.
pub(super) fn inverted(m: Matrix3<f64>) -> Matrix3<f64> {
    m.cholesky().expect("a positive definite matrix").inverse()
}

/// The pixel variances of independent coefficients at each phase of a block, one block an image,
/// `[images, 3, 8, 8]`: sum of C[u, i]² C[v, j]² times the variance of (u, v).
pub(super) fn in_space(images: &[Vec<Vector3<f64>>], device: &ComputeDevice) -> Tensor<4> {
    let squares = matrix().map(|row| row.map(|c| c * c));
    let values = (0..images.len() * 3 * FREQUENCIES).map(|i| {
        let (place, phase) = (i / FREQUENCIES, i % FREQUENCIES);
        let (image, axis) = (place / 3, place % 3);
        let terms = images[image].iter().enumerate().map(|(k, variances)| {
            let (u, v) = (k / BLOCK, k % BLOCK);
            squares[u][phase / BLOCK] * squares[v][phase % BLOCK] * variances[axis]
        });
        terms.sum()
    });
    device.tensor(values.collect(), [images.len(), 3, BLOCK, BLOCK])
}
