//! The Gaussian prior N(0, Q^-1) of each colour channel: a membrane, Q = C (KAPPA2 - Laplacian),
//! whose 1/f² spectrum is that of natural images (docs/method.md, section 5.1, with the constants
//! of section 16).
//!
//! ```text
//! in the DFT   Q̂(w) = C (KAPPA2 + 4 sin²(w_1/2) + 4 sin²(w_2/2))     circular borders
//! in space     Q x  = C ((KAPPA2 + 4) x - N x)                       replicated borders
//! ```
//!
//! N x is the sum of the four neighbours, an edge pixel being its own neighbour beyond the edge.

pub mod noise_geometry;

use std::f64::consts::PI;

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::compute::membrane::Membrane;

/// The stiffness of the membrane, c of docs/method.md.
pub const C: f64 = 10.0;
/// kappa², which holds the mean of an image near 0.
pub const KAPPA2: f64 = 1e-3;

/// The sweeps of q: as many as the network was trained with.
const SWEEPS: usize = 16;

/// The prior on images of one size.
#[derive(Clone)]
pub struct GaussianPrior {
    fourier: Fourier,
    /// Q̂, `[1, 1, H, W]`.
    precision: Tensor<4>,
}

impl GaussianPrior {
    /// The prior on images of the transform's size.
    pub fn new(fourier: Fourier) -> Self {
        let [height, width] = fourier.size();
        // 2 - 2 cos w is written 4 sin²(w/2), which keeps its digits at low frequencies.
        let laplacian = |k: usize, n: usize| 4.0 * (PI * k as f64 / n as f64).sin().powi(2);
        let values = (0..height * width)
            .map(|i| C * (KAPPA2 + laplacian(i / width, height) + laplacian(i % width, width)));
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

    /// 1/Q̂, the spectrum of the prior's covariance, `[1, 1, H, W]`.
    pub fn spectrum(&self) -> Tensor<4> {
        self.precision.clone().recip()
    }

    /// u and E: the mean of x given a query z = x + sqrt(t2) eps, and the spectrum of its
    /// covariance. F u = F z/(1 + t2 Q̂).
    pub fn given_query(&self, z: Tensor<4>, t2: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let shrink = Formula::from(self.precision_spectrum()) * &t2 + 1.0;
        let gain = shrink.recip();
        let [u] = self.fourier.through(z, |z| [z.scale(&gain)], |u| u);
        (u, self.spectrum_given_query(t2))
    }

    /// E = t2/(1 + t2 Q̂), `[B or 1, 1, H, W]`: the spectrum of the covariance of x given a query
    /// at t2, `[B or 1, 1, 1, 1]`.
    pub fn spectrum_given_query(&self, t2: Tensor<4>) -> Tensor<4> {
        let t2 = Formula::from(t2);
        (&t2 / (Formula::from(&self.precision) * &t2 + 1.0)).tensor()
    }

    /// A draw of the prior from white noise `[B, 3, H, W]`.
    pub fn draw(&self, white: Tensor<4>) -> Tensor<4> {
        self.fourier
            .filter(white, self.precision.clone().sqrt().recip())
    }
}

/// An approximation of the diagonal of (Q + D)^-1 for a diagonal D, given the diagonal of Q + D:
/// a fixed number of sweeps (docs/method.md, section 5.5).
pub fn swept(diagonal: &Formula) -> Tensor<4> {
    membrane_at(0).swept(diagonal, SWEEPS)
}

/// Q x in space.
pub fn precision_times(x: Tensor<4>) -> Tensor<4> {
    membrane_at(0).times(x)
}

/// Q in space on an image whose sides were halved `level` times. The integral of |∇x|² over the
/// plane does not change. That of KAPPA2 x² does: a pixel stands for four.
pub fn membrane_at(level: usize) -> Membrane {
    Membrane {
        centre: C * (KAPPA2 * 4.0_f64.powi(level as i32) + 4.0),
        neighbour: C,
    }
}
