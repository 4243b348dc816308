//! The orthonormal Walsh-Hadamard transform of image planes `[B, C, H, W]`.
//!
//! The n = H W pixels of a plane are taken in row order; n must be a power of two. The transform
//! takes log2 n passes of sums and differences, and is its own inverse.

use burn::tensor::{DType, Element, Tensor, TensorData};
use rustfft::FftNum;

use crate::compute::device::ComputeDevice;

/// H x, the transform of every plane of x `[B, C, H, W]`. H W must be a power of two.
pub fn walsh_hadamard(x: Tensor<4>) -> Tensor<4> {
    match (ComputeDevice::of(&x).is_cpu(), x.dtype()) {
        (true, DType::F64) => on_host::<f64>(x),
        (true, _) => on_host::<f32>(x),
        (false, _) => by_tensors(x),
    }
}

/// [`walsh_hadamard`] on the CPU, in place.
fn on_host<T: Element + FftNum>(x: Tensor<4>) -> Tensor<4> {
    let (shape, device) = (x.dims(), ComputeDevice::of(&x));
    let n = shape[2] * shape[3];
    let values = x.into_data().try_into_vec::<T>();
    let mut values = values.expect("a tensor's data is of its own type");
    for plane in values.chunks_exact_mut(n) {
        transform(plane);
    }
    Tensor::from_data(
        TensorData::new(values, shape),
        (device.handle(), device.dtype()),
    )
}

/// The transform of one plane, in place.
fn transform<T: FftNum>(plane: &mut [T]) {
    let n = plane.len();
    let mut half = 1;
    while half < n {
        for pair in plane.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    let unit = T::from_f64(1.0 / (n as f64).sqrt()).expect("a plane's size fits a float");
    plane.iter_mut().for_each(|v| *v = *v * unit);
}

/// [`walsh_hadamard`] by tensor operations, on any device.
fn by_tensors(x: Tensor<4>) -> Tensor<4> {
    let [b, c, height, width] = x.dims();
    let n = height * width;
    let mut x = x.reshape([b * c, 1, 1, n]);
    let mut half = 1;
    while half < n {
        let pairs = x.reshape([b * c, n / (2 * half), 2, half]);
        let (low, high) = (pairs.clone().narrow(2, 0, 1), pairs.narrow(2, 1, 1));
        x = Tensor::cat(vec![low.clone() + high.clone(), low - high], 2);
        half *= 2;
    }
    x.reshape([b, c, height, width]) / (n as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::white_noise::WhiteNoise;

    #[test]
    fn both_implementations_agree_and_are_their_own_inverse() {
        for device in [ComputeDevice::cpu(), ComputeDevice::cpu_f64()] {
            let x = WhiteNoise::new(2, 0, &device).draw([2, 3, 8, 4]);
            let h = walsh_hadamard(x.clone());
            let largest = |x: Tensor<4>| x.abs().max().into_scalar::<f64>();
            // Five passes over values of order 1, each with a rounding error of at most 6e-8.
            assert!(largest(h.clone() - by_tensors(x.clone())) < 1e-6);
            assert!(largest(walsh_hadamard(h) - x) < 1e-5);
        }
    }
}
