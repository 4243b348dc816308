//! A = I: denoising. S(v) = v s2/(s2 + v) I.

use burn::tensor::Tensor;

use super::{
    ClosedVariances, DiagonalInDft, LinearOperator, NoiseVariances, PriorUpdate, SpectralForm,
    SpectralUpdate, remaining, spectrum_mean,
};
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;

/// A = I.
#[derive(Clone, Copy, Debug)]
pub struct Identity;

/// v s2/(s2 + v).
fn white(v: Tensor<4>, s2: Tensor<4>) -> Formula {
    remaining(v, s2, 1.0)
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

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let v = Formula::from(v);
        let gain = &v / (&v + s2);
        &m + (y - &m) * gain
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl NoiseVariances for Identity {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        white(v, s2)
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        white(v, s2)
    }
}

impl ClosedVariances for Identity {
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        spectrum_mean(white(e, s2).tensor())
    }
}

impl SpectralUpdate for Identity {
    fn stationary_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let e = Formula::from(e);
        let gain = (&e / (&e + s2)).tensor();
        let residual = (Formula::from(y) - &u).tensor();
        (Formula::from(u) + fourier.filter(residual, gain)).tensor()
    }

    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        Some(e)
    }

    fn form(&self) -> SpectralForm<'_> {
        SpectralForm::Diagonal(DiagonalInDft::Identity)
    }
}
