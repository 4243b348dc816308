//! The contract of the solvers of the Gaussian posterior, and the iterations of those that iterate
//! in image space.

use burn::tensor::Tensor;

/// The iterations of w0 in image space: those that the network was trained with. They carry
/// information across holes of about 42 pixels.
pub(super) const ESTIMATE_ITERATIONS: usize = 25;
/// The iterations of g in image space, which start from w0.
pub(super) const MEAN_ITERATIONS: usize = 16;

/// The Gaussian posterior of one measurement, solved in the way that suits the operator.
pub(super) trait GaussianSolver {
    /// w0 = (Q + AᵀA/s2)^-1 Aᵀy/s2.
    fn linear_estimate(&self) -> Tensor<4>;

    /// g = (Q + 1/t2 + AᵀA/s2)^-1 (z/t2 + Aᵀy/s2). `estimate`: w0, where iterations start.
    fn mean(&self, z: Tensor<4>, t2: Tensor<4>, estimate: Tensor<4>) -> Tensor<4>;

    /// q = diag (Q + 1/t2 + AᵀA/s2)^-1.
    fn variance(&self, t2: Tensor<4>) -> Tensor<4>;
}
