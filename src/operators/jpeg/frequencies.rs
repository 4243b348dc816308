//! Small matrices at the 64 frequencies of a block, in f64 on the host.

use burn::tensor::Tensor;
use nalgebra::{Matrix3, Vector3};

use crate::compute::block_dct::{BLOCK, FREQUENCIES, FrequencyMatrices, matrix};
use crate::compute::device::ComputeDevice;
use crate::prior;

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
    (0..a.len().max(b.len()))
        .map(|i| [of_image(&a, i), of_image(&b, i)])
        .collect()
}

/// The eigenvalue of -Laplacian at function u of a line of eight with replicated borders.
pub(super) fn line_eigenvalue(u: usize) -> f64 {
    prior::line_eigenvalue(u, 2 * BLOCK)
}

/// The eigenvalue l_u + l_v at frequency k of a block.
pub(super) fn eigenvalue(k: usize) -> f64 {
    line_eigenvalue(k / BLOCK) + line_eigenvalue(k % BLOCK)
}

/// The eigenvalues of -Laplacian at the bins of a DFT.
#[derive(Clone, Debug)]
pub(super) struct BinEigenvalues([Vec<f64>; 2]);

impl BinEigenvalues {
    pub(super) fn new(size: [usize; 2]) -> Self {
        Self(size.map(prior::line_eigenvalues))
    }

    pub(super) fn at(&self, [row, column]: [usize; 2]) -> f64 {
        self.0[0][row] + self.0[1][column]
    }
}

/// The bin of a DFT of that size nearest to frequency k of a block, π (u, v)/8.
pub(super) fn nearest_bin(k: usize, size: [usize; 2]) -> [usize; 2] {
    let near = |u: usize, n: usize| (u as f64 * n as f64 / 16.0).round_ties_even() as usize;
    [near(k / BLOCK, size[0]), near(k % BLOCK, size[1])]
}

/// The frequency of a block that is nearest to a bin of a DFT of that size.
pub(super) fn nearest_frequency(bin: [usize; 2], size: [usize; 2]) -> usize {
    let near = |i: usize| {
        let (k, n) = (bin[i], size[i]);
        let frequency = k.min(n - k) as f64 / n as f64 * 16.0;
        (frequency.round_ties_even() as usize).min(BLOCK - 1)
    };
    near(0) * BLOCK + near(1)
}

/// Entry i of numbers that are one an image, or one for all.
pub(super) fn of_image(values: &[f64], i: usize) -> f64 {
    values[i.min(values.len() - 1)]
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
