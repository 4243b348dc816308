//! Tensors as the arguments and results of GPU kernels.
//!
//! Kernels are written in CubeCL, which compiles them to WGSL at run time. They run on any WebGPU
//! adapter: they use no subgroups and no matrix units, at most 256 invocations and at most 16 KiB
//! of workgroup memory.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::tensor::{DType, Shape, Tensor};
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

/// Invocations of a workgroup in kernels whose invocations are independent.
const UNITS: u32 = 64;

/// Whether fresh buffers hold NaN instead of arbitrary values. Tests set this: a value that a
/// kernel leaves unwritten then reaches the result as NaN.
pub static POISON: AtomicBool = AtomicBool::new(false);

/// A contiguous f32 tensor of uninitialised values on the device of `like`.
pub fn empty<const D: usize>(like: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    empty_of(like, DType::F32, shape)
}

/// [`empty`] for the float type `dtype`.
pub fn empty_of<const D: usize>(like: &CubeTensor, dtype: DType, shape: [usize; D]) -> CubeTensor {
    let (client, device) = (like.client.clone(), like.device.clone());
    if POISON.load(Ordering::Relaxed) {
        // Ones in every bit are NaN in all IEEE 754 formats.
        let bytes = shape.iter().product::<usize>() * dtype.size();
        let handle = client.create_from_slice(&vec![0xff; bytes]);
        return CubeTensor::new_contiguous(client, device, Shape::from(shape), handle, dtype);
    }
    empty_device_contiguous_dtype(client, device, Shape::from(shape), dtype)
}

/// The GPU tensor behind `x`, made contiguous.
///
/// # Panics
/// If `x` is not on a GPU.
pub fn from_tensor<const D: usize>(x: Tensor<D>) -> CubeTensor {
    let primitive = x.try_into_primitive::<CubeBackend>();
    into_contiguous(primitive.expect("a float tensor on a GPU"))
}

/// The inverse of [`from_tensor`].
pub fn to_tensor<const D: usize>(x: CubeTensor) -> Tensor<D> {
    Tensor::from_primitive::<CubeBackend>(x)
}

/// The number and the size of the workgroups for a launch of `invocations` independent invocations
/// on the device of `like`. The last workgroup may have invocations to spare.
pub fn grid(like: &CubeTensor, invocations: usize) -> (CubeCount, CubeDim) {
    let dim = CubeDim::new_1d(UNITS);
    let count = cubecl::calculate_cube_count_elemwise(&like.client, invocations, dim);
    (count, dim)
}
