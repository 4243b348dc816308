//! Preconditioned conjugate gradients on images, a fixed number of iterations.
//!
//! Inner products run over one image's channels and pixels together, never over the batch. The number of iterations is part of the method: the network
//! was trained on these very iterates, and nothing is read back from the device to decide when to stop.

use burn::tensor::Tensor;

/// Keeps a quotient finite once the residual has vanished.
const TINY: f64 = 1e-20;

fn dot(a: &Tensor<4>, b: &Tensor<4>) -> Tensor<4> {
    (a.clone() * b.clone()).sum_dims(&[1, 2, 3])
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
