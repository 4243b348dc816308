//! A = mean_f, the means of f×f blocks: super-resolution. A Aᵀ = I/f²; both sides are multiples
//! of f (docs/method.md, sections 3.2 and 4.3).
//!
//! y[i] is the mean of the block that starts at pixel f i. This is a filtered decimation with
//! k = conj(DFT of the box 1/f² on [0, f)²). A white prior needs no DFT.

use std::f64::consts::TAU;

use burn::tensor::Tensor;

use super::aliasing::{Aliasing, check_factor};
use super::{ClosedVariances, LinearOperator, NoiseVariances, PriorUpdate, SpectralUpdate};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, Group, View, grouped};
use crate::compute::fourier::{Fourier, Spectrum};
use crate::error::Error;
use crate::prior::noise_geometry::{BANDS, REACH, band_energies, band_filters};

/// The means of f×f blocks.
#[derive(Debug, Clone)]
pub struct BlockMean {
    aliasing: Aliasing,
    /// e_k, the share of each band filter's energy in the range of Aᵀ, in luma and then in chroma:
    /// `[1, 8, 1, 1]`.
    band_share: Tensor<4>,
}

impl BlockMean {
    /// For images of `height` by `width`.
    ///
    /// # Errors
    /// [`Error::InvalidFactor`] if the sides are not multiples of `factor`.
    pub fn new(
        factor: usize,
        height: usize,
        width: usize,
        device: &ComputeDevice,
    ) -> Result<Self, Error> {
        check_factor(factor, [height, width])?;
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
        Ok(Self {
            aliasing: Aliasing::new(factor, spectrum)?,
            band_share: device.tensor(band_share(factor).repeat(2), [1, 2 * BANDS, 1, 1]),
        })
    }

    /// Each value at every pixel of its block.
    pub fn repeat(&self, blocks: Tensor<4>) -> Tensor<4> {
        self.aliasing.repeat(blocks)
    }

    fn blocks(&self) -> View {
        View::Blocks(self.aliasing.factor())
    }

    /// `epilogue(A x)`, computed together with A x.
    fn means(&self, x: impl Into<Formula>, epilogue: impl Fn(Formula) -> Formula) -> Tensor<4> {
        let (f, area) = (self.aliasing.factor(), self.area());
        grouped(x.into(), Group::Block, f, |sum| epilogue(sum / area))
    }

    /// f².
    fn area(&self) -> f64 {
        self.aliasing.area()
    }

    /// v + (ρ - v) share, with ρ = f² s2 v/(f² s2 + v) the variance along the range of Aᵀ.
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

    fn row_power(&self) -> Option<f64> {
        Some(1.0 / self.area())
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl NoiseVariances for BlockMean {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        self.along(v, s2, self.area().recip())
    }

    /// Of the stationary part of S(v), which is exact for the maps on an infinite grid.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        self.along(v, s2, &self.band_share)
    }
}

impl ClosedVariances for BlockMean {
    /// Averaged over the f² phases within a block.
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        self.aliasing.variance(e, s2)
    }
}

impl SpectralUpdate for BlockMean {
    fn stationary_update(
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

/// e_k: the share of each band filter's energy in the range of Aᵀ, on an infinite grid.
fn band_share(factor: usize) -> [f64; BANDS] {
    let (_, stencils) = band_stencils(factor);
    stencils.map(|stencil| stencil.iter().sum())
}

/// e_k block by block: the share of each band filter's energy in every block around the block of
/// the filter's centre, averaged over the f² phases of that centre within its block. Returns n and,
/// for each band, an n×n square of shares, row by row.
pub(super) fn band_stencils(factor: usize) -> (usize, [Vec<f64>; BANDS]) {
    let (filters, energies) = (band_filters(), band_energies());
    let reach = (REACH / 2).div_ceil(factor);
    let side = 2 * reach + 1;
    // The block of a tap of the filter along one axis, for a centre at this phase.
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
            // A block whose sum is s has mean s/f² and energy s²/f² in the range of Aᵀ. The other
            // f² averages over the phases.
            let scale = (factor as f64).powi(4) * energies[k];
            for (share, s) in stencil.iter_mut().zip(sums) {
                *share += s * s / scale;
            }
        }
        stencil
    };
    (side, std::array::from_fn(stencil))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_that_do_not_divide_the_sides_are_refused() {
        let device = ComputeDevice::cpu_f64();
        for (factor, size) in [(0, [16, 16]), (3, [15, 16]), (4, [18, 16])] {
            let error = BlockMean::new(factor, size[0], size[1], &device).err();
            let code = error.map(|error| error.code());
            assert_eq!(code, Some("invalid-factor"), "{factor} on {size:?}");
        }
        assert!(BlockMean::new(4, 16, 20, &device).is_ok());
    }
}
