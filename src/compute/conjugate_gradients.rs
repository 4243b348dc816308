//! Preconditioned conjugate gradients on images.
//!
//! Inner products run over one image's channels and pixels together, never over the batch.

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;

/// Keeps a quotient finite once the residual has vanished.
const TINY: f64 = 1e-20;

/// `[B, 1, 1, 1]`.
pub fn dot(a: &Tensor<4>, b: &Tensor<4>) -> Tensor<4> {
    let product = (Formula::from(a) * b).tensor();
    let [batch, channels, height, width] = product.dims();
    // One reduction over contiguous values, where `sum_dims` takes one for each dimension.
    let flat = product.reshape([batch, channels * height * width]);
    flat.sum_dim(1).reshape([batch, 1, 1, 1])
}

/// |a|, `[B, 1, 1, 1]`.
pub fn norm(a: &Tensor<4>) -> Tensor<4> {
    dot(a, a).sqrt()
}

/// When to end.
#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time exists, on the stack of a solve"
)]
pub enum Stop {
    /// After so many iterations: where their number is part of the method, since the network was
    /// trained on these very iterates.
    After(usize),
    /// Where every image's |residual| is at most this, `[B or 1, 1, 1, 1]`, or after `most`. On a
    /// device that reads cannot be had from without waiting always after `on_device`.
    At {
        residual: Tensor<4>,
        most: usize,
        on_device: usize,
    },
}

impl Stop {
    fn most(&self, device: &ComputeDevice) -> usize {
        match self {
            Self::After(iterations) => *iterations,
            Self::At { most, .. } if device.is_cpu() => *most,
            Self::At { on_device, .. } => *on_device,
        }
    }

    /// Whether the residual r is small enough, looked up on the CPU only.
    fn reached(&self, r: &Tensor<4>) -> bool {
        let Self::At { residual, .. } = self else {
            return false;
        };
        ComputeDevice::of(r).is_cpu() && greatest(norm(r) - residual.clone()) <= 0.0
    }
}

/// The greatest value of a tensor on the CPU.
fn greatest(x: Tensor<4>) -> f64 {
    let values = x.try_into_vec_as::<f64>().expect("a tensor on the CPU");
    values.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

/// Solves M x = b from `start`, or from 0; `precondition` is near M^-1, but for a factor.
pub fn conjugate_gradients(
    multiply: impl Fn(Tensor<4>) -> Tensor<4>,
    precondition: impl Fn(Tensor<4>) -> Tensor<4>,
    b: Tensor<4>,
    start: Option<Tensor<4>>,
    stop: &Stop,
) -> Tensor<4> {
    let (mut x, mut r) = match start {
        Some(x) => (x.clone(), b - multiply(x)),
        None => (b.zeros_like(), b),
    };
    let mut last: Option<[Tensor<4>; 2]> = None;
    for _ in 0..stop.most(&ComputeDevice::of(&r)) {
        if stop.reached(&r) {
            break;
        }
        let z = precondition(r.clone());
        let rz = dot(&r, &z);
        let p = match last {
            Some([p, before]) => {
                let turn = Formula::from(&rz) / (Formula::from(before) + TINY);
                (Formula::from(z) + Formula::from(p) * turn).tensor()
            }
            None => z,
        };
        let mp = multiply(p.clone());
        let of = |x: &Tensor<4>| Formula::from(x);
        let step = (of(&rz) / (of(&dot(&p, &mp)) + TINY)).tensor();
        x = (of(&x) + of(&p) * &step).tensor();
        r = (of(&r) - of(&mp) * &step).tensor();
        last = Some([p, rz]);
    }
    x
}
