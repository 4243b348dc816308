//! The Gaussian prior N(0, Q^-1) per colour channel, Q = C (KAPPA2 - Laplacian): a membrane, whose
//! 1/f² spectrum is that of natural images.
//!
//! In the DFT (circular borders) Q̂ = C (KAPPA2 + 4 sin²(w1/2) + 4 sin²(w2/2)); in space
//! (replicated borders) C (KAPPA2 + 4) x minus C times the four neighbours, an edge pixel being its
//! own neighbour beyond the edge. Source: the project's method, section 5.

pub mod noise_geometry;

use std::f64::consts::PI;

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::compute::membrane::Membrane;

pub const C: f64 = 10.0;
pub const KAPPA2: f64 = 1e-3;

/// The prior on images of one size.
#[derive(Clone)]
pub struct GaussianPrior {
    fourier: Fourier,
    precision: Tensor<4>,
}

impl GaussianPrior {
    pub fn new(fourier: Fourier) -> Self {
        let [height, width] = fourier.size();
        // 2 - 2 cos w is written 4 sin²(w/2), which keeps its digits at low frequencies.
        let rough = |k: usize, n: usize| 4.0 * (PI * k as f64 / n as f64).sin().powi(2);
        let values = (0..height * width)
            .map(|i| C * (KAPPA2 + rough(i / width, height) + rough(i % width, width)));
        let precision = fourier
            .device()
            .tensor(values.collect(), [1, 1, height, width]);
        Self { fourier, precision }
    }

    pub fn fourier(&self) -> &Fourier {
        &self.fourier
    }

    pub fn device(&self) -> &ComputeDevice {
        self.fourier.device()
    }

    /// Q̂, `[1, 1, H, W]`.
    pub fn precision_spectrum(&self) -> Tensor<4> {
        self.precision.clone()
    }

    /// 1/Q̂, the prior's own spectrum, `[1, 1, H, W]`.
    pub fn spectrum(&self) -> Tensor<4> {
        self.precision.clone().recip()
    }

    /// Ê = t2/(1 + t2 Q̂): what of the prior is left beside an observation of noise variance t2 `[B
    /// or 1, 1, 1, 1]`.
    pub fn beside_noise(&self, t2: Tensor<4>) -> Tensor<4> {
        let t2 = Formula::from(t2);
        (&t2 / (Formula::from(&self.precision) * &t2 + 1.0)).tensor()
    }

    /// A draw of the prior from white noise of the wanted shape.
    pub fn draw(&self, white: Tensor<4>) -> Tensor<4> {
        self.fourier
            .filter(white, self.precision.clone().sqrt().recip())
    }
}

/// Sweeps of q: those that the network was trained with.
const SWEEPS: usize = 16;

/// Near the diagonal of (Q + D)^-1 for a diagonal D, from that of Q + D.
pub fn swept(diagonal: &Formula) -> Tensor<4> {
    membrane_at(0).swept(diagonal, SWEEPS)
}

/// Q x in space, replicated borders.
pub fn precision_times(x: Tensor<4>) -> Tensor<4> {
    membrane_at(0).times(x)
}

/// Q on an image whose sides were halved so many times. |∇x|² over the plane keeps its value; a
/// pixel stands for four, and so for four times KAPPA2 x².
pub fn membrane_at(level: usize) -> Membrane {
    Membrane {
        centre: C * (KAPPA2 * 4.0_f64.powi(level as i32) + 4.0),
        neighbour: C,
    }
}
