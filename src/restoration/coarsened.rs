//! Measurements that are restored at a smaller size first.

use std::fmt::Debug;

use burn::tensor::Tensor;

use crate::posterior::Posterior;

/// A window's measurement whose large structures are decided at a smaller size, where the network
/// sees them whole.
pub trait Coarsened: Debug {
    /// The factor by which it is reduced; none where it is restored at its own size alone.
    fn reduction(&self) -> Option<usize>;

    /// The same measurement in blocks of `factor` by `factor`, which divide the sides.
    fn reduced(&self, factor: usize) -> Box<dyn Coarsened>;

    /// What the measurement alone says.
    fn posterior(&self) -> Posterior;

    /// What it says beside `coarse`, an RGB image of 1/`factor` of the size.
    ///
    /// # Panics
    /// If `factor` does not divide the sides.
    fn posterior_given(&self, coarse: Tensor<4>, factor: usize) -> Posterior;
}
