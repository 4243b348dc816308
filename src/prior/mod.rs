//! The Gaussian prior N(0, Q^-1) of each colour axis: a membrane, Q = c (KAPPA2 - Laplacian), whose
//! 1/f² spectrum is that of natural images (docs/method.md, section 5.1).
//!
//! ```text
//! in the DFT   Q̂(w) = c (KAPPA2 + 4 sin²(w_1/2) + 4 sin²(w_2/2))     circular borders
//! in space     Q x  = c ((KAPPA2 + 4) x - N x)                       replicated borders
//! ```
//!
//! N x is the sum of the four neighbours, an edge pixel being its own neighbour beyond the edge. c
//! is one number for each axis ([`PriorModel`]).

pub mod axes;
pub mod in_space;
pub mod model;
pub mod noise_geometry;

use std::f64::consts::PI;

use burn::tensor::Tensor;

pub use self::model::KAPPA2;

use self::in_space::PrecisionInSpace;
use self::model::PriorModel;
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{CHANNELS, Formula};
use crate::compute::fourier::Fourier;

/// The eigenvalue of -Laplacian along a circular line of n pixels, at bin k of its DFT. It is
/// 2 - 2 cos w, written as 4 sin²(w/2), which keeps its digits at low frequencies.
pub(crate) fn line_eigenvalue(k: usize, n: usize) -> f64 {
    4.0 * (PI * k as f64 / n as f64).sin().powi(2)
}

/// [`line_eigenvalue`] at all n bins.
pub(crate) fn line_eigenvalues(n: usize) -> Vec<f64> {
    (0..n).map(|k| line_eigenvalue(k, n)).collect()
}

/// The prior on images of one size.
#[derive(Debug, Clone)]
pub struct GaussianPrior {
    model: PriorModel,
    fourier: Fourier,
    /// Q̂, `[1, 3, H, W]`.
    precision: Tensor<4>,
}

impl GaussianPrior {
    /// The prior on images of the transform's size.
    pub fn new(model: PriorModel, fourier: Fourier) -> Self {
        let [height, width] = fourier.size();
        let [rows, columns] = [height, width].map(line_eigenvalues);
        let membrane = |i: usize| KAPPA2 + rows[i / width] + columns[i % width];
        let plane = |c: f64| (0..height * width).map(move |i| c * membrane(i));
        let values = model.stiffness.into_iter().flat_map(plane).collect();
        let precision = fourier
            .device()
            .tensor(values, [1, CHANNELS, height, width]);
        Self {
            model,
            fourier,
            precision,
        }
    }

    /// The prior's constants.
    pub fn model(&self) -> &PriorModel {
        &self.model
    }

    /// The transform in which Q̂ is diagonal, of the images' size.
    pub fn fourier(&self) -> &Fourier {
        &self.fourier
    }

    /// The device and the float type of Q̂, which the images share.
    pub fn device(&self) -> &ComputeDevice {
        self.fourier.device()
    }

    /// Q in space.
    pub fn in_space(&self) -> PrecisionInSpace {
        self.in_space_at(0)
    }

    /// Q in space on images whose sides were halved `level` times.
    pub fn in_space_at(&self, level: usize) -> PrecisionInSpace {
        PrecisionInSpace::new(&self.model, 4.0_f64.powi(level as i32), self.device())
    }

    /// Q̂, `[1, 3, H, W]`.
    pub fn precision_spectrum(&self) -> Tensor<4> {
        self.precision.clone()
    }

    /// 1/Q̂, the spectrum of the prior's covariance, `[1, 3, H, W]`.
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

    /// E = t2/(1 + t2 Q̂), `[B or 1, 3, H, W]`: the spectrum of the covariance of x given a
    /// query at t2, `[B or 1, 1, 1, 1]`.
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
