//! What the membrane prior, C (KAPPA2 - Laplacian) with replicated borders, asks of a device: its
//! product with an image, the equations of a mask, and their sweeps. In one pass or launch an
//! iteration; the twin of each is the same in plain tensor operations, which is also what computes
//! it in f64.

mod cpu;
#[cfg(feature = "webgpu")]
pub mod gpu;

use burn::tensor::ops::PadMode;
use burn::tensor::{DType, Tensor};

use super::formula::Formula;
use crate::compute::device::ComputeDevice;

/// Keeps a quotient finite once the residual has vanished.
pub(super) const TINY: f64 = 1e-20;
/// The greatest theta of [`Steps`]: exact arithmetic stays below 1, and on images below 0.6; where
/// only rounding is left to solve it may be anything.
pub(super) const MOST: f32 = 0.9;

/// The matrix centre I - neighbour N, N x being the sum of the four neighbours, an edge pixel its
/// own neighbour beyond the edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Membrane {
    pub centre: f64,
    pub neighbour: f64,
}

/// Where tensors of one kind are worked on.
enum Backend {
    Rows,
    #[cfg(feature = "webgpu")]
    Gpu,
    Plain,
}

impl Backend {
    fn of(x: &Tensor<4>) -> Self {
        let device = ComputeDevice::of(x);
        if device.dtype() != DType::F32 {
            return Self::Plain;
        }
        if device.is_cpu() {
            return Self::Rows;
        }
        #[cfg(feature = "webgpu")]
        return Self::Gpu;
        #[cfg(not(feature = "webgpu"))]
        Self::Plain
    }
}

impl Membrane {
    /// The product with images `[B, C, H, W]`.
    pub fn times(&self, x: Tensor<4>) -> Tensor<4> {
        match Backend::of(&x) {
            Backend::Rows => cpu::times(self, x),
            #[cfg(feature = "webgpu")]
            Backend::Gpu => gpu::times(self, x),
            Backend::Plain => self.times_plain(x),
        }
    }

    /// The same by plain tensor operations.
    pub fn times_plain(&self, x: Tensor<4>) -> Tensor<4> {
        x.clone() * self.centre - neighbours(x) * self.neighbour
    }

    /// The iterate after so many preconditioned conjugate gradients on (this + diag(data)) x = b
    /// from `start`, `[B, C, H, W]`; data, which broadcasts to that, must be positive or zero.
    /// The preconditioner is the diagonal; inner products run over an image.
    ///
    /// None in f64: there [`crate::compute::conjugate_gradients`] does it.
    pub fn solve(
        &self,
        data: &Formula,
        b: &Formula,
        start: &Tensor<4>,
        iterations: usize,
    ) -> Option<Tensor<4>> {
        match Backend::of(start) {
            Backend::Rows => {
                let [data, b] = [data, b].map(|x| x.clone().tensor());
                Some(cpu::solve(self, &data, &b, start, iterations))
            }
            #[cfg(feature = "webgpu")]
            Backend::Gpu => Some(gpu::solve(self, data, b, start, iterations)),
            Backend::Plain => None,
        }
    }

    /// v after so many sweeps v <- 1/(diagonal - neighbour² N v) from 1/diagonal.
    pub fn swept(&self, diagonal: &Formula, sweeps: usize) -> Tensor<4> {
        #[cfg(feature = "webgpu")]
        if diagonal.is_on_gpu() {
            return gpu::swept(self, diagonal, sweeps);
        }
        let diagonal = diagonal.clone().tensor();
        match Backend::of(&diagonal) {
            Backend::Rows => cpu::swept(self, diagonal, sweeps),
            _ => self.swept_plain(diagonal, sweeps),
        }
    }

    /// The same by plain tensor operations.
    pub fn swept_plain(&self, diagonal: Tensor<4>, sweeps: usize) -> Tensor<4> {
        let square = self.neighbour * self.neighbour;
        let mut v = diagonal.clone().recip();
        for _ in 0..sweeps {
            v = (diagonal.clone() - neighbours(v) * square).recip();
        }
        v
    }
}

/// The sum of the four neighbours, replicated borders.
fn neighbours(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    let p = x.pad([(1, 1), (1, 1)], PadMode::Edge);
    let at = |top: usize, left: usize| p.clone().slice([0..b, 0..c, top..top + h, left..left + w]);
    at(0, 1) + at(2, 1) + at(1, 0) + at(1, 2)
}

/// Conjugate gradients by their three-term recurrence (Rutishauser 1959), which needs both inner
/// products of an iteration at once, and so one pass of a device over the image. With z the
/// residual times the preconditioner,
///
/// ```text
/// gamma = r·z / z·Mz,   theta = gamma/gamma' r·z/r'·z' 1/rho',   rho = 1/(1 - theta), at first 1
/// x <- rho (x + gamma z) + (1 - rho) x',   r <- rho (r - gamma M z) + (1 - rho) r'
/// ```
///
/// where primes are the values of the iteration before. The iterates are those of the two-term
/// form.
#[derive(Clone, Copy, Default)]
struct Steps {
    /// gamma, rho and r·z of the iteration before; zero at first.
    before: [f32; 3],
}

impl Steps {
    /// gamma and rho from r·z and z·Mz.
    fn next(&mut self, rz: f32, zmz: f32) -> [f32; 2] {
        let tiny = TINY as f32;
        let [gamma_before, rho_before, rz_before] = self.before;
        let gamma = rz / (zmz + tiny);
        let theta = if gamma_before > 0.0 && rz_before > tiny {
            (gamma / gamma_before * (rz / rz_before) / rho_before).min(MOST)
        } else {
            0.0
        };
        let rho = 1.0 / (1.0 - theta);
        self.before = [gamma, rho, rz];
        [gamma, rho]
    }
}
