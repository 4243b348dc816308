//! A x = (a x₀, P x₁/f, P x₂/f) with a = 1/√3 and P = repeat_f mean_f: the grey of every pixel, and
//! the mean colours of f×f blocks, which were decided at a smaller size (docs/method.md, section
//! 15.2).
//!
//! The grey is the mean of red, green and blue, and so luma x₀ alone: a measures it pixel by pixel,
//! and the chroma axes x₁ and x₂ have block means. Each axis has the closed forms of its own kind.
//! A is symmetric. y has the image's shape; each pixel of a block holds its mean chroma divided by
//! f, so that the noise of a block's mean has the variance s2.

use burn::tensor::Tensor;

use super::{
    BlockMean, ClosedVariances, LinearOperator, NoiseVariances, PriorUpdate, SpectralUpdate,
    remaining, spectrum_mean,
};
use crate::compute::formula::Formula;
use crate::compute::fourier::{ComplexFormula, Fourier};
use crate::error::Error;
use crate::prior::GaussianPrior;
use crate::prior::noise_geometry::BANDS;

/// a².
const LUMA_POWER: f64 = 1.0 / 3.0;

/// The grey of pixels, and the colours of blocks.
#[derive(Debug, Clone)]
pub struct GuidedGrey {
    factor: usize,
    mean: BlockMean,
    /// 1 on the luma axis, `[1, 3, 1, 1]`.
    is_luma: Tensor<4>,
    /// 1 in the bands of luma, `[1, 8, 1, 1]`.
    is_band_of_luma: Tensor<4>,
    prior: GaussianPrior,
}

impl GuidedGrey {
    /// For images of the prior's size.
    ///
    /// # Errors
    /// [`Error::InvalidFactor`] if the sides are not multiples of `factor`.
    pub fn new(factor: usize, prior: GaussianPrior) -> Result<Self, Error> {
        let ([height, width], device) = (prior.fourier().size(), prior.device());
        let first = |ones: usize, count: usize| {
            let values = (0..count).map(|i| if i < ones { 1.0 } else { 0.0 });
            device.tensor(values.collect(), [1, count, 1, 1])
        };
        Ok(Self {
            factor,
            mean: BlockMean::new(factor, height, width, device)?,
            is_luma: first(1, 3),
            is_band_of_luma: first(BANDS, 2 * BANDS),
            prior,
        })
    }

    /// y of a `grey` photo `[B, 1, H, W]` and a small image `coarse` on the axes, `[B, 3, H/f,
    /// W/f]`.
    pub fn observe(&self, grey: Tensor<4>, coarse: Tensor<4>) -> Tensor<4> {
        let chroma = coarse.narrow(1, 1, 2) / self.factor as f64;
        Tensor::cat(vec![grey, self.mean.repeat(chroma)], 1)
    }

    /// Luma, and the means of chroma over blocks at each pixel: the projection onto A's range. A is
    /// [`Self::root`] times this.
    fn in_range(&self, x: Tensor<4>) -> Tensor<4> {
        let [luma, chroma] = apart(&x);
        Tensor::cat(vec![luma, self.mean.repeat(self.mean.apply(chroma))], 1)
    }

    /// A on its range: a for luma, 1/f for chroma.
    fn root(&self) -> Formula {
        let share = (self.factor as f64).recip();
        selected(&self.is_luma, LUMA_POWER.sqrt().into(), share.into())
    }

    /// The mean colours of blocks in y, `[B, 2, H/f, W/f]`.
    fn blocks(&self, y: Tensor<4>) -> Tensor<4> {
        self.mean.apply(y.narrow(1, 1, 2)) * self.factor as f64
    }
}

/// Luma and chroma of x, or of a spectrum for each axis.
fn apart(x: &Tensor<4>) -> [Tensor<4>; 2] {
    [x.clone().narrow(1, 0, 1), x.clone().narrow(1, 1, 2)]
}

/// `luma` where `is_luma` is 1, `chroma` where it is 0: a sum of products, since a difference would
/// round small values away.
fn selected(is_luma: &Tensor<4>, luma: Formula, chroma: Formula) -> Formula {
    let is_luma = Formula::from(is_luma);
    luma * &is_luma + chroma * (Formula::from(1.0) - is_luma)
}

impl LinearOperator for GuidedGrey {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        (Formula::from(self.in_range(x)) * self.root()).tensor()
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.apply(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let (m, root) = (Formula::from(m.tensor()), self.root());
        let residual = self.in_range((y - &m * &root).tensor());
        let v = Formula::from(v);
        let gain = &v * &root / (Formula::from(s2) + &v * &root * &root);
        gain * residual + m
    }

    /// The image with the colours of blocks as measured, and else as the prior has it that is not
    /// measured: what is added is smooth. The network answers with stronger colours than it is
    /// shown.
    fn constrained(&self, x: Tensor<4>, y: &Tensor<4>) -> Tensor<4> {
        let [luma, chroma] = apart(&x);
        let [_, e] = apart(&self.prior.spectrum());
        let (blocks, exact) = (self.blocks(y.clone()), self.prior.device().scalar(0.0));
        let fourier = self.prior.fourier();
        let chroma = self
            .mean
            .stationary_update(fourier, chroma, e, blocks, exact);
        Tensor::cat(vec![luma, chroma], 1)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl NoiseVariances for GuidedGrey {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let luma = remaining(v.clone(), s2.clone(), LUMA_POWER);
        selected(&self.is_luma, luma, self.mean.pixel_variance(v, s2))
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let luma = remaining(v.clone(), s2.clone(), LUMA_POWER);
        selected(&self.is_band_of_luma, luma, self.mean.band_variances(v, s2))
    }
}

impl ClosedVariances for GuidedGrey {
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let [luma, chroma] = apart(&e);
        let luma = spectrum_mean(remaining(luma, s2.clone(), LUMA_POWER).tensor());
        Tensor::cat(vec![luma, self.mean.stationary_variance(chroma, s2)], 1)
    }
}

impl SpectralUpdate for GuidedGrey {
    fn stationary_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let ([luma, chroma], [of_luma, of_chroma]) = (apart(&u), apart(&e));
        let blocks = self.blocks(y.clone());
        let chroma = self
            .mean
            .stationary_update(fourier, chroma, of_chroma, blocks, s2.clone());
        let e = Formula::from(of_luma);
        let gain = &e * LUMA_POWER.sqrt() / (Formula::from(s2) + &e * LUMA_POWER);
        let u = Formula::from(luma);
        let residual = Formula::from(y.narrow(1, 0, 1)) - &u * LUMA_POWER.sqrt();
        let respond = |r: ComplexFormula| [r.scale(&gain)];
        let [luma] = fourier.through(residual, respond, |[added]| [added + &u]);
        Tensor::cat(vec![luma, chroma], 1)
    }

    fn data_spectrum(&self, _e: Tensor<4>) -> Option<Tensor<4>> {
        None
    }
}
