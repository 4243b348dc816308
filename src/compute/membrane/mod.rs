//! The precision of the membrane prior, C (KAPPA2 - Laplacian) with replicated borders: its product
//! with images, the equations of a mask, and the sweeps for the variances of their solution
//! (`docs/method.md`, sections 5.1 and 5.5).
//!
//! The CPU and GPUs take one pass or launch for an operation, or for an iteration or two. Plain
//! tensor operations are the reference in tests, and compute everything in f64.

mod cpu;
#[cfg_attr(not(feature = "webgpu"), path = "no_gpu.rs")]
pub mod gpu;

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;

use super::formula::Formula;
use crate::compute::device::{Backend, ComputeDevice};

/// Added to denominators, so that quotients stay finite once the residual has vanished.
pub(super) const TINY: f64 = 1e-20;
/// An upper bound on theta of [`Steps`]. In exact arithmetic theta is below 1, and for images below
/// 0.6. Once the residual is only rounding error, the quotient can be anything.
pub(super) const MAX_THETA: f32 = 0.9;

/// The matrix centre I - neighbour N. N x is the sum of the four neighbours of each pixel; at the
/// border the missing neighbour is the pixel itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Membrane {
    /// The weight of the pixel itself.
    pub centre: f64,
    /// The weight of the sum of the neighbours, which is subtracted.
    pub neighbour: f64,
}

fn backend(x: &Tensor<4>) -> Backend {
    ComputeDevice::of(x).backend()
}

impl Membrane {
    /// The product with images `[B, C, H, W]`.
    pub fn times(&self, x: Tensor<4>) -> Tensor<4> {
        match backend(&x) {
            Backend::Cpu => cpu::times(self, x),
            Backend::Gpu => gpu::times(self, x),
            Backend::Tensors => self.times_plain(x),
        }
    }

    /// [`Self::times`] by plain tensor operations: the reference.
    pub fn times_plain(&self, x: Tensor<4>) -> Tensor<4> {
        x.clone() * self.centre - neighbours(x) * self.neighbour
    }

    /// The iterate of preconditioned conjugate gradients on (M + diag(data)) x = b after
    /// `iterations` iterations from `start`, where M is this membrane.
    ///
    /// b and `start` are `[B, C, H, W]`; `data` broadcasts to that shape and must not be negative.
    /// The preconditioner is the diagonal. Inner products are those of single images.
    ///
    /// None in f64, where the caller uses [`crate::compute::conjugate_gradients`] instead.
    pub fn solve(
        &self,
        data: &Formula,
        b: &Formula,
        start: &Tensor<4>,
        iterations: usize,
    ) -> Option<Tensor<4>> {
        match backend(start) {
            Backend::Cpu => {
                let [data, b] = [data, b].map(|x| x.clone().tensor());
                Some(cpu::solve(self, &data, &b, start, iterations))
            }
            Backend::Gpu => Some(gpu::solve(self, data, b, start, iterations)),
            Backend::Tensors => None,
        }
    }

    /// v after `sweeps` sweeps v <- 1/(diagonal - neighbour² N v) from v = 1/diagonal. v has the
    /// shape of `diagonal`, `[B, C, H, W]`.
    ///
    /// # Panics
    /// If `diagonal` contains no tensor.
    pub fn swept(&self, diagonal: &Formula, sweeps: usize) -> Tensor<4> {
        if diagonal.is_on_gpu() {
            return gpu::swept(self, diagonal, sweeps);
        }
        let diagonal = diagonal.clone().tensor();
        match backend(&diagonal) {
            Backend::Cpu => cpu::swept(self, diagonal, sweeps),
            _ => self.swept_plain(diagonal, sweeps),
        }
    }

    /// [`Self::swept`] by plain tensor operations: the reference.
    pub fn swept_plain(&self, diagonal: Tensor<4>, sweeps: usize) -> Tensor<4> {
        let square = self.neighbour * self.neighbour;
        let mut v = diagonal.clone().recip();
        for _ in 0..sweeps {
            v = (diagonal.clone() - neighbours(v) * square).recip();
        }
        v
    }
}

/// N x: the sum of the four neighbours, with replicated borders.
fn neighbours(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    let p = x.pad([(1, 1), (1, 1)], PadMode::Edge);
    let at = |top: usize, left: usize| p.clone().slice([0..b, 0..c, top..top + h, left..left + w]);
    at(0, 1) + at(2, 1) + at(1, 0) + at(1, 2)
}

/// The coefficients of conjugate gradients in three-term form (Rutishauser 1959). It needs both
/// inner products of an iteration at the same time, and so only one pass over the images. With z
/// the preconditioned residual,
///
/// ```text
/// gamma = r·z / z·Mz,   theta = gamma/gamma' r·z/r'·z' 1/rho',   rho = 1/(1 - theta)
/// x <- rho (x + gamma z) + (1 - rho) x',   r <- rho (r - gamma M z) + (1 - rho) r'
/// ```
///
/// where primes mark values of the previous iteration. In the first iteration rho = 1. The iterates
/// are those of the two-term form.
#[derive(Clone, Copy, Default)]
struct Steps {
    /// gamma, rho and r·z of the previous iteration; zero before the first.
    previous: [f32; 3],
}

impl Steps {
    /// gamma and rho of the next iteration, from its r·z and z·Mz.
    fn next(&mut self, rz: f32, zmz: f32) -> [f32; 2] {
        let tiny = TINY as f32;
        let [previous_gamma, previous_rho, previous_rz] = self.previous;
        let gamma = rz / (zmz + tiny);
        let theta = if previous_gamma > 0.0 && previous_rz > tiny {
            (gamma / previous_gamma * (rz / previous_rz) / previous_rho).min(MAX_THETA)
        } else {
            0.0
        };
        let rho = 1.0 / (1.0 - theta);
        self.previous = [gamma, rho, rz];
        [gamma, rho]
    }
}
