//! Replaces the module `gpu` in builds without the feature `webgpu`, where no device computes by
//! [`Backend::Gpu`](crate::compute::device::Backend::Gpu) and nothing here is called.

use burn::tensor::Tensor;

use super::Membrane;
use crate::compute::formula::Formula;

/// See [`Membrane::times`].
///
/// # Panics
/// Always.
pub fn times(_: &Membrane, _: Tensor<4>) -> Tensor<4> {
    unreachable!("kernels need the feature webgpu")
}

/// See [`Membrane::solve`].
///
/// # Panics
/// Always.
pub fn solve(_: &Membrane, _: &Formula, _: &Formula, _: &Tensor<4>, _: usize) -> Tensor<4> {
    unreachable!("kernels need the feature webgpu")
}

/// See [`Membrane::swept`].
///
/// # Panics
/// Always.
pub fn swept(_: &Membrane, _: &Formula, _: usize) -> Tensor<4> {
    unreachable!("kernels need the feature webgpu")
}
