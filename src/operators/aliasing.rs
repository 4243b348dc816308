//! Filter, then keep the pixels f i, in the DFT: what block means and filtered decimations share.
//!
//! A keeps every f-th pixel of F^-1 k F. The f² frequencies (a + i H/f, b + j W/f) alias together,
//! so that with a stationary covariance E the spectrum of A E Aᵀ is (1/f²) times the sum of |k|² E
//! over each group.

use burn::tensor::Tensor;

use super::spectrum_mean;
use crate::compute::formula::{Formula, Group, View, grouped};
use crate::compute::fourier::{ComplexFormula, Fourier, Spectrum};

/// A filter's spectrum k and a factor f.
#[derive(Clone)]
pub struct Aliasing {
    factor: usize,
    /// k, `[1, 1, H, W]`, and |k|².
    spectrum: Spectrum,
    power: Tensor<4>,
    /// The spectrum of A Aᵀ, `[1, 1, H/f, W/f]`.
    data_power: Tensor<4>,
}

impl Aliasing {
    /// `spectrum`: k, `[1, 1, H, W]`, H and W multiples of `factor`.
    pub fn new(factor: usize, spectrum: Spectrum) -> Self {
        let [_, _, height, width] = spectrum.re.dims();
        assert!(
            factor > 0 && height.is_multiple_of(factor) && width.is_multiple_of(factor),
            "sides of {height}x{width} must be multiples of the factor {factor}"
        );
        let power = spectrum.power();
        Self {
            data_power: alias_means(&power, factor),
            factor,
            power,
            spectrum,
        }
    }

    /// k.
    pub fn spectrum(&self) -> &Spectrum {
        &self.spectrum
    }

    pub fn factor(&self) -> usize {
        self.factor
    }

    /// f².
    pub fn area(&self) -> f64 {
        (self.factor * self.factor) as f64
    }

    /// The filter before any pixel is dropped: F^-1 k F x.
    pub fn filtered(&self, fourier: &Fourier, x: Tensor<4>) -> Tensor<4> {
        let [y] = fourier.through(x, |x| [x.times(&self.spectrum)], |y| y);
        y
    }

    /// The filter's adjoint: F^-1 conj(k) F x.
    pub fn correlated(&self, fourier: &Fourier, x: impl Into<Formula>) -> Tensor<4> {
        let [y] = fourier.through(x, |x| [x.back_through(&self.spectrum)], |y| y);
        y
    }

    /// Each value over its f×f block.
    pub fn repeat(&self, y: Tensor<4>) -> Tensor<4> {
        View::Blocks(self.factor).of(y)
    }

    /// Each value at the first pixel of its block, zeros elsewhere: the adjoint of keeping those.
    /// Its DFT is the coarse one repeated over the alias groups.
    pub fn spread(&self, y: Tensor<4>) -> Formula {
        Formula::from(y).view(View::Apart(self.factor))
    }

    /// The spectrum of A E Aᵀ on the grid of the pixels that are kept, `[B or 1, 1, H/f, W/f]`:
    /// (1/f²) times the sum of |k|² E over each group.
    pub fn data_spectrum(&self, e: impl Into<Formula>) -> Tensor<4> {
        alias_means(e.into() * &self.power, self.factor)
    }

    /// The same repeated over each group: `[B or 1, 1, H, W]`.
    pub fn repeated_data_spectrum(&self, e: impl Into<Formula>) -> Formula {
        Formula::from(self.data_spectrum(e)).view(View::Periodic(self.factor))
    }

    /// That of A Aᵀ: `[1, 1, H, W]`.
    pub fn repeated_power(&self) -> Formula {
        Formula::from(&self.data_power).view(View::Periodic(self.factor))
    }

    /// u + E Aᵀ (s2 + A E Aᵀ)^-1 residual, the residual being y - A u.
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

    /// The stationary part of what is left of E, its average over the f² phases within a block, as
    /// a spectrum: E - E² |k|²/(f² (s2 + sum)), where `sum` is that of A E Aᵀ over each group.
    ///
    /// Written as E times the noise and the other members of the group over their sum: the
    /// difference would round what is measured well away.
    fn remaining(&self, e: Formula, sum: Formula, s2: Tensor<4>) -> Formula {
        let s2 = Formula::from(s2);
        let others = (&sum - &e * &self.power / self.area()).positive();
        e * (others + &s2) / (sum + s2)
    }

    /// The same for the spectrum of a white covariance, v.
    pub fn remaining_of_white(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let v = Formula::from(v);
        let sum = &v * self.repeated_power();
        self.remaining(v, sum, s2)
    }

    /// The pixel variance averaged over the phases.
    pub fn variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let e = Formula::from(e);
        let sum = self.repeated_data_spectrum(&e);
        spectrum_mean(self.remaining(e, sum, s2).tensor())
    }
}

/// (1/f²) times the sums over alias groups.
fn alias_means(x: impl Into<Formula>, factor: usize) -> Tensor<4> {
    let area = (factor * factor) as f64;
    grouped(x.into(), Group::Aliases, factor, |sum| sum / area)
}
