//! Inner products and sums of batches of images, with one number an image, `[B, 1, 1, 1]`. On the
//! CPU each is one pass without a tensor in between, and a sum takes the place of its first term.

use burn::tensor::{DType, Tensor};

use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::compute::fourier::Real;
use crate::compute::host::{Borrowed, tensor, values};

/// Products that are added in T before their sum joins a sum in f64.
const CHUNK: usize = 1024;
/// Sums side by side, which compile to vector instructions.
const LANES: usize = 16;

/// The inner products of the images of `a` and `b` `[B, C, H, W]`: `[B, 1, 1, 1]`.
pub fn dot(a: &Tensor<4>, b: &Tensor<4>) -> Tensor<4> {
    match on_host(a, b) {
        Some(DType::F64) => dot_on_host::<f64>(a, b),
        Some(_) => dot_on_host::<f32>(a, b),
        None => dot_by_tensors(a, b),
    }
}

/// |a| of each image of `a`: `[B, 1, 1, 1]`.
pub fn norm(a: &Tensor<4>) -> Tensor<4> {
    dot(a, a).sqrt()
}

/// x + `scale` p. `scale`: `[B, 1, 1, 1]`.
pub(super) fn plus_scaled(x: Tensor<4>, scale: &Tensor<4>, p: &Tensor<4>) -> Tensor<4> {
    match on_host(&x, p) {
        Some(DType::F64) => plus_scaled_on_host::<f64>(x, scale, p),
        Some(_) => plus_scaled_on_host::<f32>(x, scale, p),
        None => (Formula::from(x) + Formula::from(p) * scale).tensor(),
    }
}

/// The type of two tensors of the same shape on the CPU.
fn on_host(a: &Tensor<4>, b: &Tensor<4>) -> Option<DType> {
    (ComputeDevice::of(a).is_cpu() && a.dims() == b.dims()).then(|| a.dtype())
}

fn dot_by_tensors(a: &Tensor<4>, b: &Tensor<4>) -> Tensor<4> {
    let product = (Formula::from(a) * b).tensor();
    let [batch, channels, height, width] = product.dims();
    // One reduction over contiguous values; `sum_dims` would take one for each dimension.
    let flat = product.reshape([batch, channels * height * width]);
    flat.sum_dim(1).reshape([batch, 1, 1, 1])
}

fn dot_on_host<T: Real>(a: &Tensor<4>, b: &Tensor<4>) -> Tensor<4> {
    let ([batch, channels, height, width], device) = (a.dims(), ComputeDevice::of(a));
    let [a, b] = [a, b].map(|x| Borrowed::<T>::new(x.clone()));
    let length = channels * height * width;
    let images = a.chunks_exact(length).zip(b.chunks_exact(length));
    let sums = images.map(|(a, b)| T::from_f64(product(a, b)).expect("a float holds any f64"));
    tensor(sums.collect(), [batch, 1, 1, 1], &device)
}

fn product<T: Real>(a: &[T], b: &[T]) -> f64 {
    let chunks = a.chunks(CHUNK).zip(b.chunks(CHUNK));
    let sum = |(a, b): (&[T], &[T])| {
        let mut sums = [T::zero(); LANES];
        for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
            for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                *sum = *sum + *a * *b;
            }
        }
        let sum = sums.into_iter().fold(T::zero(), |sum, lane| sum + lane);
        sum.to_f64()
    };
    chunks.map(sum).sum()
}

fn plus_scaled_on_host<T: Real>(x: Tensor<4>, scale: &Tensor<4>, p: &Tensor<4>) -> Tensor<4> {
    let (shape @ [_, channels, height, width], device) = (x.dims(), ComputeDevice::of(&x));
    let [scale, p] = [scale, p].map(|x| Borrowed::<T>::new(x.clone()));
    let length = channels * height * width;
    let mut x = values::<T>(x);
    let images = x.chunks_exact_mut(length).zip(p.chunks_exact(length));
    for ((x, p), scale) in images.zip(scale.iter()) {
        for (x, p) in x.iter_mut().zip(p) {
            *x = *x + *scale * *p;
        }
    }
    tensor(x, shape, &device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::white_noise::WhiteNoise;

    #[test]
    fn the_cpu_agrees_with_tensor_operations() {
        let device = ComputeDevice::cpu_f64();
        let noise = |seed| WhiteNoise::new(seed, 0, &device).draw([2, 3, 17, 23]);
        let (a, b) = (noise(1), noise(2));
        let largest = |x: Tensor<4>| x.abs().max().into_scalar::<f64>();
        assert!(largest(dot(&a, &b) - dot_by_tensors(&a, &b)) < 1e-11);
        let scale = dot(&a, &b);
        let sum = a.clone() + b.clone() * scale.clone();
        assert!(largest(plus_scaled(a.clone(), &scale, &b) - sum) < 1e-12);
    }
}
