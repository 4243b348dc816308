//! Preconditioned conjugate gradients on images, a fixed number of iterations.
//!
//! Inner products run over one image's channels and pixels together, never over the batch. The number of iterations is part of the method: the network
//! was trained on these very iterates, and nothing is read back from the device to decide when to stop.

use burn::tensor::Tensor;

/// Keeps a quotient finite once the residual has vanished.
const TINY: f64 = 1e-20;

/// `[B, 1, 1, 1]`.
fn dot(a: &Tensor<4>, b: &Tensor<4>) -> Tensor<4> {
    let product = a.clone() * b.clone();
    let [batch, channels, height, width] = product.dims();
    // One reduction over contiguous values, where `sum_dims` takes one for each dimension.
    let flat = product.reshape([batch, channels * height * width]);
    flat.sum_dim(1).reshape([batch, 1, 1, 1])
}

/// Solves M x = b from `start`, preconditioned by a diagonal.
pub fn conjugate_gradients(
    multiply: impl Fn(Tensor<4>) -> Tensor<4>,
    b: Tensor<4>,
    diagonal: Tensor<4>,
    start: Tensor<4>,
    iterations: usize,
) -> Tensor<4> {
    let mut x = start;
    let mut r = b - multiply(x.clone());
    let mut z = r.clone() / diagonal.clone();
    let mut p = z.clone();
    let mut rz = dot(&r, &z);
    for _ in 0..iterations {
        let mp = multiply(p.clone());
        let step = rz.clone() / (dot(&p, &mp) + TINY);
        x = x + p.clone() * step.clone();
        r = r - mp * step;
        z = r.clone() / diagonal.clone();
        let next = dot(&r, &z);
        p = z + p * (next.clone() / (rz + TINY));
        rz = next;
    }
    x
}
