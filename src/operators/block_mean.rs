//! A = the mean of f×f blocks: super-resolution. A Aᵀ = I/f². Sides are multiples of f.
//!
//! In the DFT: A keeps every f-th pixel of F^-1 k F with k = conj(DFT of the box 1/f² on [0, f)²), since y[i] is the mean of the block that starts at f i.
//! The f² frequencies (a + i H/f, b + j W/f) alias together.

use std::f64::consts::TAU;

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

use super::{LinearOperator, PriorUpdate, SpectralUpdate, remaining, spectrum_mean};
use crate::fourier::{Fourier, Spectrum};
use crate::noise_geometry::{BANDS, REACH, band_energies, band_filters};
use crate::place::Place;

/// The mean of f×f blocks.
#[derive(Clone)]
pub struct BlockMean {
    factor: usize,
    /// k, `[1, 1, H, W]`, and |k|².
    spectrum: Spectrum,
    power: Tensor<4>,
    /// 1 at the first pixel of each block, `[1, 1, H, W]`.
    comb: Tensor<4>,
    /// The share of each band filter's energy in the range of Aᵀ, `[1, 4, 1, 1]`.
    band_share: Tensor<4>,
}

impl BlockMean {
    /// For images of `height` by `width`, both multiples of `factor`.
    pub fn new(factor: usize, height: usize, width: usize, place: &Place) -> Self {
        assert!(
            factor > 0 && height.is_multiple_of(factor) && width.is_multiple_of(factor),
            "sides of {height}x{width} must be multiples of the factor {factor}"
        );
        let shape = [1, 1, height, width];
        let (rows, columns) = (box_spectrum(factor, height), box_spectrum(factor, width));
        let product = |i: usize| {
            let ((a, b), (c, d)) = (rows[i / width], columns[i % width]);
            (a * c - b * d, a * d + b * c)
        };
        let k: Vec<(f64, f64)> = (0..height * width).map(product).collect();
        let spectrum = Spectrum {
            re: place.tensor(k.iter().map(|k| k.0).collect(), shape),
            im: place.tensor(k.iter().map(|k| k.1).collect(), shape),
        };
        let first =
            |i: usize| (i / width).is_multiple_of(factor) && (i % width).is_multiple_of(factor);
        let comb = (0..height * width).map(|i| if first(i) { 1.0 } else { 0.0 });
        Self {
            factor,
            power: spectrum.power(),
            spectrum,
            comb: place.tensor(comb.collect(), shape),
            band_share: place.tensor(band_share(factor).to_vec(), [1, BANDS, 1, 1]),
        }
    }

    /// f².
    fn area(&self) -> f64 {
        (self.factor * self.factor) as f64
    }

    /// Each value over its f×f block.
    fn repeat(&self, y: Tensor<4>) -> Tensor<4> {
        let ([b, c, h, w], f) = (y.dims(), self.factor);
        y.reshape([b, c, h, 1, w, 1])
            .expand([b, c, h, f, w, f])
            .reshape([b, c, h * f, w * f])
    }

    /// v f² s2/(v + f² s2): the variance along the range of Aᵀ.
    fn along_range(&self, v: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let one = v.ones_like();
        remaining(v, s2 * self.area(), one)
    }

    /// The spectrum of s2 I + A E Aᵀ, repeated over each group of aliasing frequencies: `[B or 1, 1, H, W]`.
    fn data_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let (t, f) = (e * self.power.clone(), self.factor);
        let [b, c, h, w] = t.dims();
        let group = t
            .reshape([b, c, f, h / f, f, w / f])
            .sum_dims(&[2, 4])
            .reshape([b, c, h / f, w / f]);
        (group / self.area() + s2).repeat(&[1, 1, f, f])
    }
}

impl LinearOperator for BlockMean {
    fn measurement_shape(&self, [b, c, h, w]: [usize; 4]) -> [usize; 4] {
        [b, c, h / self.factor, w / self.factor]
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        avg_pool2d(x, AvgPoolOptions::new([self.factor; 2]))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.repeat(y) / self.area()
    }

    fn update(&self, m: Tensor<4>, v: Tensor<4>, y: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let residual = y - self.apply(m.clone());
        m + self.repeat(residual) * (v.clone() / (s2 * self.area() + v))
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        v.clone() + (self.along_range(v.clone(), s2) - v) / self.area()
    }

    /// The stationary part of S(v), which is exact for the band means on the infinite grid.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let u = v.clone() + (self.along_range(v.clone(), s2) - v) * self.band_share.clone();
        Tensor::cat(vec![u.clone(), u], 1)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl SpectralUpdate for BlockMean {
    fn smooth_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        // The coarse residual's DFT repeated over the alias groups is the fine DFT of the residual with zeros between its pixels.
        let residual = self.repeat(y - self.apply(u.clone())) * self.comb.clone();
        let gain = e.clone() / self.data_variance(e, s2);
        let r = fourier.forward(residual).times(&self.spectrum.conj());
        u + fourier.inverse(r.scale(gain))
    }

    /// Averaged over the f² phases within a block.
    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let seen = e.clone().square() * self.power.clone() / self.area();
        spectrum_mean(e.clone() - seen / self.data_variance(e, s2))
    }
}

/// conj(DFT of the box 1/f on [0, f)) on n points, as (real, imaginary).
fn box_spectrum(factor: usize, n: usize) -> Vec<(f64, f64)> {
    let at = |k: usize| {
        let angle = |j: usize| TAU * ((k * j) % n) as f64 / n as f64;
        let sum = (0..factor)
            .map(angle)
            .fold((0.0, 0.0), |s, a| (s.0 + a.cos(), s.1 + a.sin()));
        (sum.0 / factor as f64, sum.1 / factor as f64)
    };
    (0..n).map(at).collect()
}

/// The share of each band filter's energy that lies in the range of Aᵀ, averaged over the f² phases: for each phase the energy of the block sums.
fn band_share(factor: usize) -> [f64; BANDS] {
    let (filters, energies) = (band_filters(), band_energies());
    let blocks = (REACH + 2 * factor) / factor + 1;
    std::array::from_fn(|k| {
        let mut energy = 0.0;
        for phase in 0..factor * factor {
            let mut sums = vec![0.0; blocks * blocks];
            for (i, value) in filters[k].iter().enumerate() {
                let row = (i / REACH + phase / factor) / factor;
                let column = (i % REACH + phase % factor) / factor;
                sums[row * blocks + column] += value;
            }
            energy += sums.iter().map(|s| s * s).sum::<f64>();
        }
        // A block sum s has mean s/f² and energy s²/f² in the range; f² phases are averaged.
        energy / (factor as f64).powi(4) / energies[k]
    })
}
