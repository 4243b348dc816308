//! A = C M, a mask after the mean of f×f blocks: scratches on a small photo.
//!
//! A Aᵀ = C/f², so the pivot is a closed form. S(v) = v - (v - r) Σ u_b u_bᵀ over the known blocks
//! b, u_b being a block's unit vector and r = f² s2 v/(f² s2 + v) the variance along it: what band
//! k has at a pixel is v - (v - r) times the share of the filter's energy in the known blocks
//! around, again averaged over the phases within a block.
//!
//! q is that of the mean without the mask, and beside it what the mask adds to the variance of a
//! block's mean. That is found as a mask's q is, by sweeps under the same membrane f times coarser:
//! its stiffness C stays, kappa² becomes f² kappa², and noise of variance t2 is t2/f² on a mean.

use std::rc::Rc;

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;

use super::block_mean::band_stencils;
use super::{
    BlockMean, Iterative, LinearOperator, Mask, PriorUpdate, SpectralUpdate, compose, remaining,
    spectrum_mean,
};
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::prior::noise_geometry::BANDS;
use crate::prior::{C, KAPPA2, swept};

/// A mask, of the small photo's size, after the block mean.
#[derive(Clone)]
pub struct MaskedBlockMean {
    blocks: Rc<Blocks>,
    iterative: Iterative,
}

struct Blocks {
    mean: BlockMean,
    mask: Mask,
    factor: usize,
    /// The share of the filters' energy in each block around: `[4, 1, n, n]`.
    stencils: Tensor<4>,
}

impl MaskedBlockMean {
    /// `mask`: on images of the transform's size over `factor`, which divides it.
    pub fn new(factor: usize, mask: Mask, fourier: Fourier) -> Self {
        let ([height, width], device) = (fourier.size(), fourier.device());
        let (side, stencils) = band_stencils(factor);
        let blocks = Rc::new(Blocks {
            mean: BlockMean::new(factor, height, width, device),
            mask,
            factor,
            stencils: device.tensor(stencils.concat(), [BANDS, 1, side, side]),
        });
        let (mean, mask) = (Rc::new(blocks.mean.clone()), Rc::new(blocks.mask.clone()));
        let of_blocks = blocks.clone();
        Self {
            iterative: compose(mean, mask, fourier)
                .with_variance(move |e, s2| of_blocks.smooth_variance(e, s2)),
            blocks,
        }
    }

    /// The same with its iterations replaced, to end them elsewhere.
    pub fn map(self, change: impl FnOnce(Iterative) -> Iterative) -> Self {
        Self {
            iterative: change(self.iterative),
            ..self
        }
    }
}

impl Blocks {
    /// f².
    fn area(&self) -> f64 {
        (self.factor * self.factor) as f64
    }

    /// r - v: what a known block takes of the variance along it, below 0.
    fn taken(&self, v: &Tensor<4>, s2: Tensor<4>) -> Formula {
        remaining(v.clone(), s2 * self.area(), 1.0) - v
    }

    /// The variances of the block means where `known` of them were measured.
    fn sweep(&self, known: Tensor<4>, precision: &Tensor<4>, s2: &Tensor<4>) -> Tensor<4> {
        let stiffness = C * (KAPPA2 * self.area() + 4.0);
        let precision = Formula::from(precision) * self.area();
        swept(&(Formula::from(known) / s2 + precision + stiffness))
    }

    /// q.
    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let precision = query_precision(&e);
        let known = self.mask.known();
        let all = self.sweep(known.ones_like(), &precision, &s2);
        let added = (self.sweep(known, &precision, &s2) - all).clamp_min(0.0);
        let least = self.mean.smooth_variance(e.clone(), s2);
        (least + self.mean.repeat(added)).min_pair(spectrum_mean(e))
    }
}

/// 1/t2, `[B or 1, 1, 1, 1]`, from E = 1/(Q + 1/t2), whose largest value, at frequency 0 where Q =
/// C kappa², is the first.
fn query_precision(e: &Tensor<4>) -> Tensor<4> {
    let lowest = e.clone().narrow(2, 0, 1).narrow(3, 0, 1);
    (lowest.recip() - C * KAPPA2).clamp_min(0.0)
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
        let gain = &v / (Formula::from(s2) * self.blocks.area() + &v);
        gain * self.mean_of_known(residual) + m
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        let taken = self.blocks.taken(&v, s2) / self.blocks.area();
        let known = self.mean_of_known(self.blocks.mask.known());
        Some(taken * known + v)
    }

    /// Luma and chroma both see the mean over channels, as a mask's do.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        let known = self.blocks.mask.known().mean_dim(1);
        let share = stencilled(known, self.blocks.stencils.clone());
        let taken = self.blocks.taken(&v, s2);
        let bands = (taken * self.blocks.mean.repeat(share) + v).tensor();
        Some(Tensor::cat(vec![bands.clone(), bands], 1).into())
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0 / self.blocks.area())
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Iterative(&self.iterative)
    }

    fn residual(&self) -> Option<Tensor<4>> {
        self.iterative.residual()
    }
}

/// Planes `[B, 1, H, W]` under stencils `[K, 1, side, side]`, borders repeated: `[B, K, H, W]`.
/// Burn's convolution would do it in one step; this one place is not worth the quarter of the
/// download that its GPU kernels are.
fn stencilled(planes: Tensor<4>, stencils: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = planes.dims();
    let [_, _, side, _] = stencils.dims();
    let half = side / 2;
    let around = planes.pad([(half, half), (half, half)], PadMode::Edge);
    let terms = (0..side * side).map(|i| {
        let (row, column) = (i / side, i % side);
        let seen = around.clone().narrow(2, row, height);
        let seen = seen.narrow(3, column, width);
        let weight = stencils.clone().narrow(2, row, 1).narrow(3, column, 1);
        seen * weight.swap_dims(0, 1)
    });
    terms.reduce(|a, b| a + b).expect("a stencil has a centre")
}

impl MaskedBlockMean {
    /// A block's value at each of its pixels, 0 where it is not known.
    fn mean_of_known(&self, blocks: Tensor<4>) -> Tensor<4> {
        self.blocks.mean.repeat(self.blocks.mask.apply(blocks))
    }
}
