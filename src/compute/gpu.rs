//! Tensors as kernels on a GPU take and return them.
//!
//! Kernels are written in CubeCL, which makes WGSL of them at run time, for any WebGPU adapter: no
//! subgroups, no matrix units, at most 256 invocations and 16 KiB of workgroup memory.

use burn::tensor::{DType, Shape, Tensor};
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

/// Invocations of a workgroup whose members do not work together.
const UNITS: u32 = 64;

/// A contiguous f32 tensor of uninitialised values on the device of `like`.
pub fn empty<const D: usize>(like: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    empty_of(like, DType::F32, shape)
}

/// The same of another type.
pub fn empty_of<const D: usize>(like: &CubeTensor, dtype: DType, shape: [usize; D]) -> CubeTensor {
    empty_device_contiguous_dtype(
        like.client.clone(),
        like.device.clone(),
        Shape::from(shape),
        dtype,
    )
}

/// The contiguous GPU tensor behind `x`.
///
/// # Panics
/// Where `x` is not on a GPU: kernels are launched for tensors of a GPU only.
pub fn from_tensor<const D: usize>(x: Tensor<D>) -> CubeTensor {
    let primitive = x.try_into_primitive::<CubeBackend>();
    into_contiguous(primitive.expect("a float tensor on a GPU"))
}

pub fn to_tensor<const D: usize>(x: CubeTensor) -> Tensor<D> {
    Tensor::from_primitive::<CubeBackend>(x)
}

/// The number of workgroups and their size for this many independent invocations.
pub fn grid(like: &CubeTensor, invocations: usize) -> (CubeCount, CubeDim) {
    let dim = CubeDim::new_1d(UNITS);
    let count = cubecl::calculate_cube_count_elemwise(&like.client, invocations, dim);
    (count, dim)
}
