//! A = 0: no measurement, the prior alone. S(v) = v I.

use burn::tensor::Tensor;

use super::{
    ClosedVariances, LinearOperator, NoiseVariances, PriorUpdate, SpectralUpdate, spectrum_mean,
};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;

/// A = 0 on images of one size. The measurement is a single zero, `[B, 1, 1, 1]`.
#[derive(Clone, Copy, Debug)]
pub struct NoMeasurement {
    /// Rows of the images.
    pub height: usize,
    /// Columns of the images.
    pub width: usize,
}

impl LinearOperator for NoMeasurement {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        [image[0], 1, 1, 1]
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        ComputeDevice::of(&x).zeros([x.dims()[0], 1, 1, 1])
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        ComputeDevice::of(&y).zeros([y.dims()[0], 3, self.height, self.width])
    }

    fn update(&self, m: Formula, _: Tensor<4>, _: Formula, _: Tensor<4>) -> Formula {
        m
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl NoiseVariances for NoMeasurement {
    fn pixel_variance(&self, v: Tensor<4>, _: Tensor<4>) -> Formula {
        v.into()
    }

    fn band_variances(&self, v: Tensor<4>, _: Tensor<4>) -> Formula {
        v.into()
    }
}

impl ClosedVariances for NoMeasurement {
    fn stationary_variance(&self, e: Tensor<4>, _: Tensor<4>) -> Tensor<4> {
        spectrum_mean(e)
    }
}

impl SpectralUpdate for NoMeasurement {
    fn stationary_update(
        &self,
        _: &Fourier,
        u: Tensor<4>,
        _: Tensor<4>,
        _: Tensor<4>,
        _: Tensor<4>,
    ) -> Tensor<4> {
        u
    }

    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        Some(e.zeros_like())
    }
}
