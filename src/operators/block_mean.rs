//! A = the mean of f×f blocks: super-resolution. A Aᵀ = I/f². Sides are multiples of f.
//!
//! A filtered decimation, k = conj(DFT of the box 1/f² on [0, f)²), since y[i] is the mean of the
//! block that starts at f i; a white prior needs no DFT.

use std::f64::consts::TAU;

use burn::tensor::Tensor;

use super::aliasing::Aliasing;
use super::{LinearOperator, PriorUpdate, SpectralUpdate};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, Group, View, grouped};
use crate::compute::fourier::{Fourier, Spectrum};
use crate::prior::noise_geometry::{BANDS, REACH, band_energies, band_filters};

/// The mean of f×f blocks.
#[derive(Clone)]
pub struct BlockMean {
    aliasing: Aliasing,
    /// The share of each band filter's energy in the range of Aᵀ, in luma and in chroma, `[1, 8,
    /// 1, 1]`.
    band_share: Tensor<4>,
}

impl BlockMean {
    /// For images of `height` by `width`, both multiples of `factor`.
    pub fn new(factor: usize, height: usize, width: usize, device: &ComputeDevice) -> Self {
        let shape = [1, 1, height, width];
        let (rows, columns) = (box_spectrum(factor, height), box_spectrum(factor, width));
        let product = |i: usize| {
            let ((a, b), (c, d)) = (rows[i / width], columns[i % width]);
            (a * c - b * d, a * d + b * c)
        };
        let k: Vec<(f64, f64)> = (0..height * width).map(product).collect();
        let spectrum = Spectrum {
            re: device.tensor(k.iter().map(|k| k.0).collect(), shape),
            im: device.tensor(k.iter().map(|k| k.1).collect(), shape),
        };
        Self {
            aliasing: Aliasing::new(factor, spectrum),
            band_share: device.tensor(band_share(factor).repeat(2), [1, 2 * BANDS, 1, 1]),
        }
    }

    /// Each value at every pixel of its block.
    pub fn repeat(&self, blocks: Tensor<4>) -> Tensor<4> {
        self.aliasing.repeat(blocks)
    }

    fn blocks(&self) -> View {
        View::Blocks(self.aliasing.factor())
    }

    /// A formula of A x.
    fn means(&self, x: impl Into<Formula>, then: impl Fn(Formula) -> Formula) -> Tensor<4> {
        let (f, area) = (self.aliasing.factor(), self.area());
        grouped(x.into(), Group::Block, f, |sum| then(sum / area))
    }

    /// f².
    fn area(&self) -> f64 {
        self.aliasing.area()
    }

    /// v f² s2/(v + f² s2), the variance along the range of Aᵀ, for a share of v; v for the rest.
    fn along(&self, v: Tensor<4>, s2: Tensor<4>, share: impl Into<Formula>) -> Formula {
        let (v, s2) = (Formula::from(v), Formula::from(s2) * self.area());
        let range = &v * &s2 / (&s2 + &v);
        &v + (range - &v) * share.into()
    }
}

impl LinearOperator for BlockMean {
    fn measurement_shape(&self, [b, c, h, w]: [usize; 4]) -> [usize; 4] {
        let f = self.aliasing.factor();
        [b, c, h / f, w / f]
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.means(x, |mean| mean)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        (Formula::from(y).view(self.blocks()) / self.area()).tensor()
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let residual = self.means(m.clone(), |mean| &y - mean);
        let v = Formula::from(v);
        let gain = &v / (Formula::from(s2) * self.area() + &v);
        m + gain * Formula::from(residual).view(self.blocks())
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        Some(self.along(v, s2, self.area().recip()))
    }

    /// The stationary part of S(v), which is exact for the band means on the infinite grid.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        Some(self.along(v, s2, &self.band_share))
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0 / self.area())
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
        let residual = self.means(u.clone(), |mean| Formula::from(&y) - mean);
        self.aliasing.update(fourier, u, e, residual, s2)
    }

    /// Averaged over the f² phases within a block.
    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        self.aliasing.variance(e, s2)
    }

    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        Some(self.aliasing.data_spectrum(e))
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

/// The share of each band filter's energy that lies in the range of Aᵀ.
fn band_share(factor: usize) -> [f64; BANDS] {
    let (_, stencils) = band_stencils(factor);
    stencils.map(|stencil| stencil.iter().sum())
}

/// The same block by block: the share that lies in each of the blocks around a pixel's own,
/// averaged over the f² phases of the pixel in it. Squares of side n, row by row, and n.
pub(super) fn band_stencils(factor: usize) -> (usize, [Vec<f64>; BANDS]) {
    let (filters, energies) = (band_filters(), band_energies());
    let reach = (REACH / 2).div_ceil(factor);
    let side = 2 * reach + 1;
    // The block that a tap of the filter falls in, for a pixel at this phase.
    let block = |tap: usize, phase: usize| (tap + phase + reach * factor - REACH / 2) / factor;
    let stencil = |k: usize| {
        let mut stencil = vec![0.0; side * side];
        for phase in 0..factor * factor {
            let mut sums = vec![0.0; side * side];
            for (i, value) in filters[k].iter().enumerate() {
                let row = block(i / REACH, phase / factor);
                let column = block(i % REACH, phase % factor);
                sums[row * side + column] += value;
            }
            // A block sum s has mean s/f² and energy s²/f² in the range; f² phases are averaged.
            let scale = (factor as f64).powi(4) * energies[k];
            for (to, s) in stencil.iter_mut().zip(sums) {
                *to += s * s / scale;
            }
        }
        stencil
    };
    (side, std::array::from_fn(stencil))
}
