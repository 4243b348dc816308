//! A = diag(c) + diag(b) P/f, with P = repeat_f mean_f: known pixels, and the block means of a hole
//! that was filled at a smaller size (docs/method.md, sections 3.5, 4.3 and 5.7).
//!
//! b is 1 in the blocks of which no pixel is known. Pixels and block means are then never measured
//! twice. The eigenvalues of A Aᵀ are 1, 1/f² and 0, as for the mask and the block mean alone, and
//! a white prior takes the closed forms of both side by side. y has the image's shape; in a block
//! with b = 1 each of its pixels holds the block mean divided by f.

use burn::tensor::Tensor;

use super::{
    BlockMean, ClosedVariances, LinearOperator, NoiseVariances, PriorUpdate, SpatialUpdate,
    remaining,
};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::error::Error;
use crate::prior::noise_geometry::bands_of_pixels;

/// Known pixels, and block means of the blocks without one.
#[derive(Debug)]
pub struct CoarseGuidedMask {
    factor: usize,
    /// c, `[1, 1, H, W]`.
    known: Tensor<4>,
    /// b, `[1, 1, H, W]`.
    filled: Tensor<4>,
    mean: BlockMean,
}

impl CoarseGuidedMask {
    /// `known`: c, `[1, 1, H, W]` of zeros and ones.
    ///
    /// # Errors
    /// [`Error::InvalidFactor`] if H and W are not multiples of `factor`.
    pub fn new(known: Tensor<4>, factor: usize) -> Result<Self, Error> {
        let [_, _, height, width] = known.dims();
        let mean = BlockMean::new(factor, height, width, &ComputeDevice::of(&known))?;
        let empty = mean.apply(known.clone()).equal_elem(0.0).float();
        Ok(Self {
            factor,
            filled: mean.repeat(empty.cast(known.dtype())),
            known,
            mean,
        })
    }

    /// y from the known pixels of `photo`, `[B, 3, H, W]`, and the means of `coarse`,
    /// `[B, 3, H/f, W/f]`.
    pub fn observe(&self, photo: Tensor<4>, coarse: Tensor<4>) -> Tensor<4> {
        let means = self.mean.repeat(coarse) / self.factor as f64;
        photo * self.known.clone() + means * self.filled.clone()
    }

    /// P x.
    fn block_means(&self, x: Tensor<4>) -> Tensor<4> {
        self.mean.repeat(self.mean.apply(x))
    }

    /// 1 - c - b.
    fn unmeasured(&self) -> Tensor<4> {
        -(self.known.clone() + self.filled.clone()) + 1.0
    }

    /// c known + b filled + (1 - c - b) unmeasured: a sum of products, since a difference would
    /// round small values away.
    fn select(&self, known: Formula, filled: Formula, unmeasured: Formula) -> Formula {
        known * &self.known + filled * &self.filled + unmeasured * self.unmeasured()
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

    /// A is symmetric, since b is constant over a block.
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

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spatial(self)
    }
}

impl NoiseVariances for CoarseGuidedMask {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let known = remaining(v.clone(), s2.clone(), 1.0);
        let filled = self.mean.pixel_variance(v.clone(), s2);
        self.select(known, filled, v.into())
    }

    /// The sum of the maps of c, b and 1 - c - b, each times its own variance in the band.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let known = remaining(v.clone(), s2.clone(), 1.0);
        let filled = self.mean.band_variances(v.clone(), s2);
        let known = known * bands_of_pixels(self.known.clone());
        let filled = filled * bands_of_pixels(self.filled.clone());
        known + filled + Formula::from(v) * bands_of_pixels(self.unmeasured())
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

    /// The block mean's where b = 1, `diagonal_variance` elsewhere.
    fn stationary_variance(
        &self,
        e: Tensor<4>,
        s2: Tensor<4>,
        diagonal_variance: Tensor<4>,
    ) -> Tensor<4> {
        let filled = self.mean.stationary_variance(e, s2);
        let others = Formula::from(diagonal_variance);
        self.select(others.clone(), filled.into(), others).tensor()
    }
}
