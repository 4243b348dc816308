//! A = keep the pixels f i of F^-1 k F x: the part that block means and filtered decimations share
//! (docs/method.md, section 3.2).
//!
//! The f² frequencies (a + i H/f, b + j W/f) alias together. For a stationary covariance E, the
//! spectrum of A E Aᵀ is therefore 1/f² times the sum of |k|² E over each such group.

use burn::tensor::Tensor;

use super::spectrum_mean;
use crate::compute::formula::{Formula, Group, View, grouped};
use crate::compute::fourier::{ComplexFormula, Fourier, Spectrum};
use crate::error::Error;

/// A filter of spectrum k, and the factor f by which it decimates.
#[derive(Debug, Clone)]
pub struct Aliasing {
    factor: usize,
    /// k, `[1, 1, H, W]`.
    spectrum: Spectrum,
    /// |k|².
    power: Tensor<4>,
    /// The spectrum of A Aᵀ, `[1, 1, H/f, W/f]`.
    data_power: Tensor<4>,
}

impl Aliasing {
    /// `spectrum`: k, `[1, 1, H, W]`.
    ///
    /// # Errors
    /// [`Error::InvalidFactor`] if H and W are not multiples of `factor`.
    pub fn new(factor: usize, spectrum: Spectrum) -> Result<Self, Error> {
        let [_, _, height, width] = spectrum.re.dims();
        check_factor(factor, [height, width])?;
        let power = spectrum.power();
        Ok(Self {
            data_power: alias_means(&power, factor),
            factor,
            power,
            spectrum,
        })
    }

    /// k.
    pub fn spectrum(&self) -> &Spectrum {
        &self.spectrum
    }

    /// f.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// f².
    pub fn area(&self) -> f64 {
        (self.factor * self.factor) as f64
    }

    /// F^-1 k F x: the filter alone.
    pub fn filtered(&self, fourier: &Fourier, x: Tensor<4>) -> Tensor<4> {
        let [y] = fourier.through(x, |x| [x.times(&self.spectrum)], |y| y);
        y
    }

    /// F^-1 conj(k) F x: the adjoint of the filter alone.
    pub fn correlated(&self, fourier: &Fourier, x: impl Into<Formula>) -> Tensor<4> {
        let [y] = fourier.through(x, |x| [x.back_through(&self.spectrum)], |y| y);
        y
    }

    /// Each value at all f² pixels of its block: `[B, C, H/f, W/f]` to `[B, C, H, W]`.
    pub fn repeat(&self, y: Tensor<4>) -> Tensor<4> {
        View::Blocks(self.factor).of(y)
    }

    /// Each value at the first pixel of its block, and zeros elsewhere: the adjoint of decimation.
    /// Its DFT is that of y, repeated over the alias groups.
    pub fn spread(&self, y: Tensor<4>) -> Formula {
        Formula::from(y).view(View::Apart(self.factor))
    }

    /// The spectrum of A E Aᵀ on the grid of the measurement, `[B or 1, 1, H/f, W/f]`: 1/f² times
    /// the sum of |k|² E over each alias group.
    pub fn data_spectrum(&self, e: impl Into<Formula>) -> Tensor<4> {
        alias_means(e.into() * &self.power, self.factor)
    }

    /// [`Self::data_spectrum`] at every frequency of its group, `[B or 1, 1, H, W]`.
    pub fn repeated_data_spectrum(&self, e: impl Into<Formula>) -> Formula {
        Formula::from(self.data_spectrum(e)).view(View::Periodic(self.factor))
    }

    /// The spectrum of A Aᵀ at every frequency of its group, `[1, 1, H, W]`.
    pub fn repeated_power(&self) -> Formula {
        Formula::from(&self.data_power).view(View::Periodic(self.factor))
    }

    /// u + E Aᵀ (s2 + A E Aᵀ)^-1 residual, with residual = y - A u.
    pub fn update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        residual: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let e = Formula::from(e);
        let gain = &e / (self.repeated_data_spectrum(&e) + s2);
        let respond = |r: ComplexFormula| [r.back_through(&self.spectrum).scale(&gain)];
        let [x] = fourier.through(self.spread(residual), respond, |[added]| [added + &u]);
        x
    }

    /// The spectrum of the covariance left of E, averaged over the f² phases within a block:
    /// E - E² |k|²/(f² (s2 + D)), with D = `data_spectrum` that of A E Aᵀ at every frequency of its
    /// group.
    ///
    /// It is written as E times the noise and the other members of the group over their sum. The
    /// difference would round away what is left of frequencies that are measured well.
    fn remaining(&self, e: Formula, data_spectrum: Formula, s2: Tensor<4>) -> Formula {
        let s2 = Formula::from(s2);
        let others = (&data_spectrum - &e * &self.power / self.area()).positive();
        e * (others + &s2) / (data_spectrum + s2)
    }

    /// `remaining` of a white covariance of variance v.
    pub fn remaining_of_white(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let v = Formula::from(v);
        let data_spectrum = &v * self.repeated_power();
        self.remaining(v, data_spectrum, s2)
    }

    /// The pixel variance left of E, averaged over the phases: `[B or 1, 1, 1, 1]`.
    pub fn variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let e = Formula::from(e);
        let data_spectrum = self.repeated_data_spectrum(&e);
        spectrum_mean(self.remaining(e, data_spectrum, s2).tensor())
    }
}

/// Refuses a factor that does not divide both sides.
pub(super) fn check_factor(factor: usize, [height, width]: [usize; 2]) -> Result<(), Error> {
    if factor > 0 && height.is_multiple_of(factor) && width.is_multiple_of(factor) {
        return Ok(());
    }
    Err(Error::InvalidFactor(format!(
        "the factor is {factor}; both sides of {height}x{width} must be multiples of it"
    )))
}

/// 1/f² times the sums over alias groups: `[B, C, H, W]` to `[B, C, H/f, W/f]`.
fn alias_means(x: impl Into<Formula>, factor: usize) -> Tensor<4> {
    let area = (factor * factor) as f64;
    grouped(x.into(), Group::Aliases, factor, |sum| sum / area)
}
