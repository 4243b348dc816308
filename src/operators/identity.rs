//! A = I: denoising. S(v) = v s2/(s2 + v) I.

use burn::tensor::Tensor;

use super::{LinearOperator, PriorUpdate, SpectralUpdate, remaining, spectrum_mean};
use crate::fourier::Fourier;

/// A = I.
#[derive(Clone, Copy, Debug)]
pub struct Identity;

/// S of variance v, itself white.
fn white(v: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
    let one = s2.ones_like();
    remaining(v, s2, one)
}

impl LinearOperator for Identity {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        x
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        y
    }

    fn update(&self, m: Tensor<4>, v: Tensor<4>, y: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        m.clone() + (y - m) * (v.clone() / (v + s2))
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Tensor<4>> {
        Some(white(v, s2))
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Tensor<4>> {
        Some(white(v, s2).repeat_dim(1, 8))
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl SpectralUpdate for Identity {
    fn smooth_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        u.clone() + fourier.filter(y - u, e.clone() / (e + s2))
    }

    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        spectrum_mean(white(e, s2))
    }

    fn data_spectrum(&self, e: Tensor<4>) -> Tensor<4> {
        e
    }
}
