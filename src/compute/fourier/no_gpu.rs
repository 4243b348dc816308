//! Replaces the module `gpu` in builds without the feature `webgpu`, where no device computes by
//! [`Backend::Gpu`](crate::compute::device::Backend::Gpu) and nothing here is called.

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;

pub(crate) struct GpuFourier;

impl GpuFourier {
    pub(crate) fn new(_: usize, _: usize, _: &ComputeDevice) -> Self {
        unreachable!("kernels need the feature webgpu")
    }

    pub(crate) fn forward(&self, _: Tensor<4>) -> [Tensor<4>; 2] {
        unreachable!("kernels need the feature webgpu")
    }

    pub(crate) fn inverse(&self, _: Tensor<4>, _: Tensor<4>) -> Tensor<4> {
        unreachable!("kernels need the feature webgpu")
    }

    pub(crate) fn through<const N: usize, const M: usize>(
        &self,
        _: &[Formula],
        _: [[Formula; 2]; N],
        _: [Formula; M],
    ) -> Option<[Tensor<4>; M]> {
        unreachable!("kernels need the feature webgpu")
    }
}
