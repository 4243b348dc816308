//! Preconditioned conjugate gradients on batches of images `[B, C, H, W]`.
//!
//! Inner products are those of single images: sums over channels and pixels, not over the batch.

mod vectors;

use burn::tensor::Tensor;

pub use vectors::{dot, norm};

use self::vectors::plus_scaled;
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;

/// Added to denominators, so that quotients stay finite once the residual has vanished.
const TINY: f64 = 1e-20;

/// The stopping rule.
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "only one exists at a time, on the stack of a solve"
)]
pub enum Stop {
    /// After this number of iterations. It is part of the method where the network was trained on
    /// these iterates.
    After(usize),
    /// When |r| of every image is at most `residual`, `[B or 1, 1, 1, 1]`, or after `most`
    /// iterations. On a GPU, where reading |r| would stall the device, always after `on_device`
    /// iterations.
    At {
        /// The greatest |r| at which an image is solved.
        residual: Tensor<4>,
        /// The most iterations on the CPU.
        most: usize,
        /// The iterations on a GPU.
        on_device: usize,
    },
}

impl Stop {
    /// The largest number of iterations on `device`.
    fn limit(&self, device: &ComputeDevice) -> usize {
        match self {
            Self::After(iterations) => *iterations,
            Self::At { most, .. } if device.is_cpu() => *most,
            Self::At { on_device, .. } => *on_device,
        }
    }

    /// Whether the residual r is small enough. Always false on a GPU.
    fn reached(&self, r: &Tensor<4>) -> bool {
        let Self::At { residual, .. } = self else {
            return false;
        };
        ComputeDevice::of(r).is_cpu() && largest(norm(r) - residual.clone()) <= 0.0
    }
}

/// The largest value of a tensor on the CPU.
fn largest(x: Tensor<4>) -> f64 {
    let values = x.try_into_vec_as::<f64>().expect("a tensor on the CPU");
    values.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

/// Solves M x = b for symmetric positive definite M, from `start`, or from 0 if there is none.
///
/// `multiply` is x -> M x. `precondition` is r -> P r with a symmetric positive definite P close to
/// a multiple of M^-1.
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
    let mut previous: Option<[Tensor<4>; 2]> = None;
    for _ in 0..stop.limit(&ComputeDevice::of(&r)) {
        if stop.reached(&r) {
            break;
        }
        let z = precondition(r.clone());
        let rz = dot(&r, &z);
        let p = match previous {
            Some([p, previous_rz]) => {
                let beta = Formula::from(&rz) / (Formula::from(previous_rz) + TINY);
                plus_scaled(z, &beta.tensor(), &p)
            }
            None => z,
        };
        let mp = multiply(p.clone());
        let alpha = Formula::from(&rz) / (Formula::from(dot(&p, &mp)) + TINY);
        let alpha = alpha.tensor();
        x = plus_scaled(x, &alpha, &p);
        r = plus_scaled(r, &-alpha, &mp);
        previous = Some([p, rz]);
    }
    x
}
