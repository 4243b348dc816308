//! Replaces the module `gpu` in builds without the feature `webgpu`, where no device computes by
//! [`Backend::Gpu`](crate::compute::device::Backend::Gpu) and nothing here is called.

use burn::tensor::Tensor;

use super::{BLOCK, FrequencyMatrices};

pub(super) fn transformed(_: Tensor<4>, _: &[[f64; BLOCK]; BLOCK]) -> Tensor<4> {
    unreachable!("kernels need the feature webgpu")
}

pub(super) fn weighed(_: &FrequencyMatrices, _: Tensor<4>) -> Tensor<4> {
    unreachable!("kernels need the feature webgpu")
}
