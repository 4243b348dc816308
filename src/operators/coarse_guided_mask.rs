//! A = diag(c) + diag(b) P/f, P the mean of f×f blocks repeated over them: known pixels, and the
//! block means of a hole that was filled at a smaller size.
//!
//! b is 1 in the blocks of which nothing is known, so that pixels and means are never measured
//! twice: A Aᵀ is 1, 1/f² or 0, as for the mask and the block mean by themselves, and a white prior
//! takes their closed forms side by side. y has the image's shape; in blocks it is the mean, over
//! f, repeated.

use burn::tensor::Tensor;

use super::{BlockMean, LinearOperator, PriorUpdate, SpatialUpdate, SpectralUpdate, remaining};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::prior::noise_geometry::bands_of_pixels;

/// Known pixels, and block means where a whole block is missing.
pub struct CoarseGuidedMask {
    factor: usize,
    /// c and b, `[1, 1, H, W]`.
    known: Tensor<4>,
    filled: Tensor<4>,
    mean: BlockMean,
}

impl CoarseGuidedMask {
    /// `known`: `[1, 1, H, W]` of zeros and ones; sides are multiples of `factor`.
    pub fn new(known: Tensor<4>, factor: usize) -> Self {
        let [_, _, height, width] = known.dims();
        let mean = BlockMean::new(factor, height, width, &ComputeDevice::of(&known));
        let empty = mean.apply(known.clone()).equal_elem(0.0).float();
        Self {
            factor,
            filled: mean.repeat(empty.cast(known.dtype())),
            known,
            mean,
        }
    }

    /// y from the known pixels of `photo` and the means of `coarse`, an image of 1/f of the size.
    pub fn observe(&self, photo: Tensor<4>, coarse: Tensor<4>) -> Tensor<4> {
        let means = self.mean.repeat(coarse) / self.factor as f64;
        photo * self.known.clone() + means * self.filled.clone()
    }

    /// P x.
    fn block_means(&self, x: Tensor<4>) -> Tensor<4> {
        self.mean.repeat(self.mean.apply(x))
    }

    /// 1 where neither a pixel nor a mean is known.
    fn neither(&self) -> Tensor<4> {
        -(self.known.clone() + self.filled.clone()) + 1.0
    }

    /// `known` where c is 1, `filled` where b is 1, `neither` elsewhere: a sum of products, since a
    /// difference would round the small ones away.
    fn each(&self, known: Formula, filled: Formula, neither: Formula) -> Formula {
        known * &self.known + filled * &self.filled + neither * self.neither()
    }
}

impl LinearOperator for CoarseGuidedMask {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        let means = self.block_means(x.clone()) / self.factor as f64;
        x * self.known.clone() + means * self.filled.clone()
    }

    /// A is symmetric: b is constant over a block.
    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.apply(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let (f, area) = (self.factor as f64, (self.factor * self.factor) as f64);
        let (v, s2) = (Formula::from(v), Formula::from(s2));
        let means = self.block_means((&y * f - &m).tensor());
        let pixels = (y - &m) * (&v / (&s2 + &v));
        let means = Formula::from(means) * (&v / (s2 * area + &v));
        m + pixels * &self.known + means * &self.filled
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        let known = remaining(v.clone(), s2.clone(), 1.0);
        let filled = self.mean.pixel_variance(v.clone(), s2)?;
        Some(self.each(known, filled, v.into()))
    }

    /// Each pixel's part by what was measured there.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        let known = remaining(v.clone(), s2.clone(), 1.0);
        let filled = self.mean.band_variances(v.clone(), s2)?;
        let share = bands_of_pixels;
        let known = known * share(self.known.clone());
        let filled = filled * share(self.filled.clone());
        Some(known + filled + Formula::from(v) * share(self.neither()))
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spatial(self)
    }
}

impl SpatialUpdate for CoarseGuidedMask {
    fn normal(&self, x: Tensor<4>) -> Tensor<4> {
        self.adjoint(self.apply(x))
    }

    fn diagonal(&self) -> Tensor<4> {
        let area = (self.factor * self.factor) as f64;
        self.known.clone() + self.filled.clone() / (area * area)
    }

    fn first_guess(&self, y: Tensor<4>) -> Tensor<4> {
        y.clone() * self.known.clone() + y * self.filled.clone() * self.factor as f64
    }

    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>, beside: Tensor<4>) -> Tensor<4> {
        let filled = self.mean.smooth_variance(e, s2);
        let beside = Formula::from(beside);
        self.each(beside.clone(), filled.into(), beside).tensor()
    }
}
