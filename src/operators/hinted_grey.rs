//! A = diag(c) on opponent axes: the luma of every pixel, which a grey photo shows, and the chroma
//! of some, which a person painted (docs/method.md, section 15). Colourising with hints.
//!
//! The mean of the channels is luma/√3, so that a grey photo g measures √3 g. R is diagonal: a
//! number for luma and one for chroma, `[1, 3, 1, 1]`.

use burn::tensor::Tensor;

use super::{DiagonalUpdate, LinearOperator, NoiseVariances, PriorUpdate, remaining};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::prior::noise_geometry::{BANDS, bands_of_pixels};

/// Luma where there is a photo, chroma where there is a hint.
#[derive(Debug, Clone)]
pub struct HintedGrey {
    /// c, `[1, 3, H, W]`, on the axes.
    known: Tensor<4>,
    halvings: usize,
}

impl HintedGrey {
    /// `luma`, `chroma`: where each is measured, `[1, 1, H, W]` of zeros and ones. `halvings`: as
    /// [`DiagonalUpdate::halvings`], for pixels far from any hint.
    pub fn new(luma: Tensor<4>, chroma: Tensor<4>, halvings: usize) -> Self {
        Self {
            known: Tensor::cat(vec![luma, chroma.clone(), chroma], 1),
            halvings,
        }
    }

    /// R for a grey photo of noise variance `grey`, and hints of noise variance `hint` on each
    /// channel.
    pub fn noise_variance(grey: f64, hint: f64, device: &ComputeDevice) -> Tensor<4> {
        device.tensor(vec![3.0 * grey, hint, hint], [1, 3, 1, 1])
    }

    fn measured(&self, x: Tensor<4>) -> Tensor<4> {
        let known = self.known.clone().cast(x.dtype());
        x * known
    }
}

impl LinearOperator for HintedGrey {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.measured(x)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.measured(y)
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.measured(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let v = Formula::from(v);
        let gain = Formula::from(&self.known) * (&v / (Formula::from(s2) + &v));
        &m + (y - &m) * gain
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Diagonal(self)
    }
}

impl NoiseVariances for HintedGrey {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        remaining(v, s2, &self.known)
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let variance = remaining(v, s2, &self.known).tensor();
        let bands = |axis: usize| {
            let maps = bands_of_pixels(variance.clone().narrow(1, axis, 1));
            maps.narrow(1, 0, BANDS)
        };
        // Both axes of chroma are measured alike.
        Tensor::cat(vec![bands(0), bands(1)], 1).into()
    }
}

impl DiagonalUpdate for HintedGrey {
    fn known(&self) -> &Tensor<4> {
        &self.known
    }

    fn halvings(&self) -> usize {
        self.halvings
    }
}
