//! A measurement in the DFT, for operators that are diagonal there.

use burn::tensor::Tensor;

use super::measurement::Measurement;
use crate::compute::formula::Formula;
use crate::compute::fourier::{ComplexFormula, Fourier, Spectrum};
use crate::operators::DiagonalInDft;

/// A measurement by an operator that is diagonal in the DFT, at each frequency.
#[derive(Debug, Clone)]
pub(super) struct MeasuredFrequencies {
    /// b = conj(k) F y/s2.
    pub(super) data: Spectrum,
    /// P = |k|²/s2.
    pub(super) precision: Tensor<4>,
}

impl MeasuredFrequencies {
    pub(super) fn new(
        measurement: &Measurement,
        diagonal: &DiagonalInDft<'_>,
        fourier: &Fourier,
    ) -> Self {
        let Measurement { y, s2, .. } = measurement;
        let y = fourier.forward(y.clone());
        let precision = Formula::from(s2).recip();
        let (y, precision) = match diagonal {
            DiagonalInDft::Identity => (y, precision),
            DiagonalInDft::Filter { spectrum, power } => {
                (y.back_through(spectrum), precision * *power)
            }
        };
        Self {
            data: ComplexFormula::of(&y)
                .scale(Formula::from(s2).recip())
                .spectrum(),
            precision: precision.tensor(),
        }
    }
}
