//! A = C mean_f, a mask C after the means of f×f blocks: scratches on a small photo
//! (docs/method.md, sections 3.5, 4.3 and 5.8).
//!
//! R may be given for each block and axis. A Aᵀ = C/f², so that the pivot is a closed form. With
//! u_b the unit vector of block b, and ρ = f² s2 v/(f² s2 + v) the variance along it,
//!
//! ```text
//! S(v) = v - (v - ρ) Σ u_b u_bᵀ     over the known blocks b
//! ```
//!
//! The map of band k is therefore v - (v - ρ) times the share of the filter's energy in the known
//! blocks around a pixel, again averaged over the phases within a block.
//!
//! q is that of the block mean without the mask, plus what the mask adds to the variance of a
//! block's mean, or its noise beyond that of the best known block. That addition is computed as q
//! of a mask is, by sweeps under the same membrane f times coarser: its stiffness C stays, kappa²
//! becomes f² kappa², and noise of variance t2 on a pixel is noise of variance t2/f² on a mean.

use std::rc::Rc;

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;

use super::block_mean::band_stencils;
use super::{
    BlockMean, ClosedVariances, Iterative, IterativeUpdate, LinearOperator, Mask, NoiseVariances,
    PriorUpdate, Tolerance, compose, remaining, spectrum_mean,
};
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::error::Error;
use crate::prior::KAPPA2;
use crate::prior::in_space::PrecisionInSpace;
use crate::prior::model::PriorModel;
use crate::prior::noise_geometry::BANDS;

/// A mask, of the small photo's size, after the block mean.
#[derive(Debug, Clone)]
pub struct MaskedBlockMean {
    mean: BlockMean,
    mask: Mask,
    factor: usize,
    /// The share of each band filter's energy in every block around: `[4, 1, n, n]`.
    stencils: Tensor<4>,
    /// The prior's precision on the block means, times f².
    precision: PrecisionInSpace,
    /// c kappa² of the first colour axis, the prior's precision at frequency 0.
    lowest_precision: f64,
    iterative: Iterative,
}

impl MaskedBlockMean {
    /// `mask`: on images of the transform's size divided by `factor`. `prior`: the one that q is
    /// asked for.
    ///
    /// # Errors
    /// [`Error::InvalidFactor`] if the sides are not multiples of `factor`;
    /// [`Error::InvalidMask`] if the mask does not have the small photo's size.
    pub fn new(
        factor: usize,
        mask: Mask,
        prior: &PriorModel,
        fourier: Fourier,
    ) -> Result<Self, Error> {
        let ([height, width], device) = (fourier.size(), fourier.device());
        let mean = BlockMean::new(factor, height, width, device)?;
        let small = [height / factor, width / factor];
        let [_, _, rows, columns] = mask.known().dims();
        if [rows, columns] != small {
            return Err(Error::InvalidMask(format!(
                "the mask is {rows}x{columns}; the reduced image is {}x{}",
                small[0], small[1]
            )));
        }
        let (side, stencils) = band_stencils(factor);
        Ok(Self {
            stencils: device.tensor(stencils.concat(), [BANDS, 1, side, side]),
            precision: PrecisionInSpace::new(prior, (factor * factor) as f64, device),
            lowest_precision: prior.stiffness[0] * KAPPA2,
            iterative: compose(Rc::new(mean.clone()), Rc::new(mask.clone()), fourier),
            mean,
            mask,
            factor,
        })
    }

    /// The same operator with another tolerance of its iterations.
    pub fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self {
            iterative: self.iterative.with_tolerance(tolerance),
            ..self
        }
    }

    /// f².
    fn area(&self) -> f64 {
        (self.factor * self.factor) as f64
    }

    /// The values of known blocks at each of their pixels, 0 elsewhere.
    fn repeat_known(&self, blocks: Tensor<4>) -> Tensor<4> {
        self.mean.repeat(self.mask.apply(blocks))
    }

    /// ρ - v, at most 0: what the measurement of a block adds to the variance along it.
    fn reduction(&self, v: &Tensor<4>, s2: Tensor<4>) -> Formula {
        remaining(v.clone(), s2 * self.area(), 1.0) - v
    }

    /// 1/t2, `[B or 1, 1, 1, 1]`, from E = 1/(Q̂ + 1/t2). The largest value of E is the first, at
    /// frequency 0, where Q̂ = c kappa².
    fn query_precision(&self, e: &Tensor<4>) -> Tensor<4> {
        let lowest = e.clone().narrow(1, 0, 1).narrow(2, 0, 1).narrow(3, 0, 1);
        (lowest.recip() - self.lowest_precision).clamp_min(0.0)
    }

    /// The variances of the block means if `known` of them were measured. `precision`: 1/t2.
    fn sweep(&self, known: Tensor<4>, precision: &Tensor<4>, s2: &Tensor<4>) -> Tensor<4> {
        let q = &self.precision;
        let precision = Formula::from(precision) * self.area();
        q.swept(&(Formula::from(known) / s2 + precision + q.diagonal()))
    }
}

impl LinearOperator for MaskedBlockMean {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        self.iterative.measurement_shape(image)
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.iterative.apply(x)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.iterative.adjoint(y)
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.iterative.observed(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let m = m.tensor();
        let residual = self.observed(y.tensor()) - self.apply(m.clone());
        let v = Formula::from(v);
        let gain = &v / (Formula::from(s2) * self.area() + &v);
        let known = self.repeat_known((gain * residual).tensor());
        Formula::from(known) + m
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0 / self.area())
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Iterative(IterativeUpdate {
            solver: &self.iterative,
            closed_variances: Some(self),
        })
    }

    fn residual(&self) -> Option<Tensor<4>> {
        self.iterative.residual()
    }
}

impl NoiseVariances for MaskedBlockMean {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let reduction = self.reduction(&v, s2) / self.area();
        let known = (reduction * self.mask.known()).tensor();
        Formula::from(self.mean.repeat(known)) + v
    }

    /// Of the mean over channels, in luma and chroma alike, as for a mask.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let reduction = (self.reduction(&v, s2) * self.mask.known()).tensor();
        let reduction = stencilled(reduction.mean_dim(1), self.stencils.clone());
        let bands = (Formula::from(self.mean.repeat(reduction)) + v).tensor();
        Tensor::cat(vec![bands.clone(), bands], 1).into()
    }
}

impl ClosedVariances for MaskedBlockMean {
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let precision = self.query_precision(&e);
        let known = self.mask.known();
        let smallest = smallest(&s2);
        let unmasked = self.sweep(known.ones_like(), &precision, &smallest);
        let added = (self.sweep(known, &precision, &s2) - unmasked).clamp_min(0.0);
        let least = self.mean.stationary_variance(e.clone(), smallest);
        (least + self.mean.repeat(added)).min_pair(spectrum_mean(e))
    }
}

/// The smallest variance of each image, `[B or 1, 1, 1, 1]`.
fn smallest(s2: &Tensor<4>) -> Tensor<4> {
    s2.clone().min_dim(1).min_dim(2).min_dim(3)
}

/// Planes `[B, 1, H, W]` weighted by stencils `[K, 1, n, n]`, borders repeated: `[B, K, H, W]`.
///
/// Burn's convolution would take one operation, and its GPU kernels a quarter of the download.
fn stencilled(planes: Tensor<4>, stencils: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = planes.dims();
    let [_, _, side, _] = stencils.dims();
    let half = side / 2;
    let padded = planes.pad([(half, half), (half, half)], PadMode::Edge);
    let terms = (0..side * side).map(|i| {
        let (row, column) = (i / side, i % side);
        let shifted = padded.clone().narrow(2, row, height);
        let shifted = shifted.narrow(3, column, width);
        let weight = stencils.clone().narrow(2, row, 1).narrow(3, column, 1);
        shifted * weight.swap_dims(0, 1)
    });
    terms.reduce(|a, b| a + b).expect("a stencil has a centre")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::device::ComputeDevice;

    #[test]
    fn factors_and_masks_that_do_not_fit_are_refused() {
        let device = ComputeDevice::cpu_f64();
        let operator = |factor, mask: [usize; 2]| {
            let mask = Mask::new(device.full([1, 1, mask[0], mask[1]], 1.0));
            MaskedBlockMean::new(
                factor,
                mask,
                &PriorModel::PHOTO_V2,
                Fourier::new(16, 18, &device),
            )
        };
        let code = |operator: Result<_, Error>| operator.err().map(|error| error.code());
        assert_eq!(code(operator(0, [8, 9])), Some("invalid-factor"));
        assert_eq!(code(operator(3, [8, 9])), Some("invalid-factor"));
        assert_eq!(code(operator(2, [9, 8])), Some("invalid-mask"));
        assert!(operator(2, [8, 9]).is_ok());
    }
}
