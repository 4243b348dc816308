//! Replaces the module `gpu` in builds without the feature `webgpu`, where no device computes by
//! [`Backend::Gpu`](crate::compute::device::Backend::Gpu) and nothing here is called.

use burn::tensor::Tensor;

use super::{Group, Program};

/// The outputs of a program.
///
/// # Panics
/// Always.
pub fn run(_: &Program) -> Vec<Tensor<4>> {
    unreachable!("kernels need the feature webgpu")
}

/// The sums of a program over groups of values, as `finish` of them.
///
/// # Panics
/// Always.
pub fn grouped(_: &Program, _: Group, _: usize, _: &Program) -> Tensor<4> {
    unreachable!("kernels need the feature webgpu")
}
