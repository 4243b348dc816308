//! Filter, then keep the pixels f i, in the DFT: what block means and filtered decimations share.
//!
//! A keeps every f-th pixel of F^-1 k F. The f² frequencies (a + i H/f, b + j W/f) alias together, so that with a stationary covariance E the spectrum of
//! A E Aᵀ is (1/f²) times the sum of |k|² E over each group.

use burn::tensor::Tensor;

use super::spectrum_mean;
use crate::fourier::{Fourier, Spectrum};
use crate::kernels::formula::Formula;
use crate::place::Place;

/// A filter's spectrum k and a factor f.
#[derive(Clone)]
pub struct Aliasing {
    factor: usize,
    /// k, `[1, 1, H, W]`, and |k|².
    spectrum: Spectrum,
    power: Tensor<4>,
    /// 1 at the first pixel of each block, `[1, 1, H, W]`.
    comb: Tensor<4>,
}

impl Aliasing {
    /// `spectrum`: k, `[1, 1, H, W]`, H and W multiples of `factor`.
    pub fn new(factor: usize, spectrum: Spectrum) -> Self {
        let [_, _, height, width] = spectrum.re.dims();
        assert!(
            factor > 0 && height.is_multiple_of(factor) && width.is_multiple_of(factor),
            "sides of {height}x{width} must be multiples of the factor {factor}"
        );
        let first =
            |i: usize| (i / width).is_multiple_of(factor) && (i % width).is_multiple_of(factor);
        let comb = (0..height * width).map(|i| if first(i) { 1.0 } else { 0.0 });
        let place = Place::of(&spectrum.re);
        Self {
            factor,
            power: spectrum.power(),
            comb: place.tensor(comb.collect(), [1, 1, height, width]),
            spectrum,
        }
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
        fourier.inverse(fourier.forward(x).times(&self.spectrum))
    }

    /// The filter's adjoint: F^-1 conj(k) F x.
    pub fn correlated(&self, fourier: &Fourier, x: Tensor<4>) -> Tensor<4> {
        fourier.inverse(fourier.forward(x).back_through(&self.spectrum, 1.0))
    }

    /// The pixels f i.
    pub fn keep(&self, x: Tensor<4>) -> Tensor<4> {
        let ([b, c, h, w], f) = (x.dims(), self.factor);
        x.reshape([b, c, h / f, f, w / f, f])
            .slice([0..b, 0..c, 0..h / f, 0..1, 0..w / f, 0..1])
            .reshape([b, c, h / f, w / f])
    }

    /// Each value over its f×f block.
    pub fn repeat(&self, y: Tensor<4>) -> Tensor<4> {
        let ([b, c, h, w], f) = (y.dims(), self.factor);
        y.reshape([b, c, h, 1, w, 1])
            .expand([b, c, h, f, w, f])
            .reshape([b, c, h * f, w * f])
    }

    /// Each value at the first pixel of its block, zeros elsewhere: the adjoint of `keep`. Its DFT is the coarse one repeated over the alias groups.
    pub fn spread(&self, y: Tensor<4>) -> Tensor<4> {
        let comb = self.comb.clone().cast(y.dtype());
        self.repeat(y) * comb
    }

    /// The spectrum of A E Aᵀ on the grid of the pixels that are kept, `[B or 1, 1, H/f, W/f]`: (1/f²) times the sum of |k|² E over each group.
    pub fn data_spectrum(&self, e: Tensor<4>) -> Tensor<4> {
        let (t, f) = (e * self.power.clone(), self.factor);
        let [b, c, h, w] = t.dims();
        t.reshape([b, c, f, h / f, f, w / f])
            .sum_dims(&[2, 4])
            .reshape([b, c, h / f, w / f])
            / self.area()
    }

    /// The sum of |k|² E over the group of each frequency: `[B or 1, 1, H, W]`.
    fn group_sum(&self, e: Tensor<4>) -> Tensor<4> {
        let f = self.factor;
        self.data_spectrum(e).repeat(&[1, 1, f, f]) * self.area()
    }

    /// The spectrum of s2 I + A E Aᵀ, repeated over each group.
    fn data_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        (Formula::from(self.group_sum(e)) / self.area() + s2).tensor()
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
        let gain = (Formula::from(&e) / self.data_variance(e, s2)).tensor();
        let r = fourier.forward(self.spread(residual));
        (Formula::from(u) + fourier.inverse(r.back_through(&self.spectrum, gain))).tensor()
    }

    /// The stationary part of what is left of E, its average over the f² phases within a block, as a spectrum: E - E² |k|²/(f² s2 + sum of |k|² E).
    ///
    /// Written as E times the noise and the other members of the group over their sum: the difference would round what is measured well away.
    pub fn remaining(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let noise = Formula::from(s2) * self.area();
        let sum = Formula::from(self.group_sum(e.clone()));
        let e = Formula::from(e);
        let others = (&sum - &e * &self.power).positive();
        (e * (others + &noise) / (sum + noise)).tensor()
    }

    /// Its mean: the pixel variance averaged over the phases.
    pub fn variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        spectrum_mean(self.remaining(e, s2))
    }
}
