//! A = M B: an operator B with a closed form in the DFT, measured only inside a mask M. It embeds
//! photos narrower than the network's smallest image in a larger one (docs/method.md, section 6.4).
//!
//! p and the maps are those of B inside the mask and of no measurement outside. This is exact if no
//! entry of the measurement depends on pixels of both parts, as for means of blocks and mixes of
//! channels. w0 and g are iterated. q is that of B inside, and that of the prior outside, as if no
//! pixel there had measured neighbours.

use std::fmt::{self, Debug};
use std::rc::Rc;

use burn::tensor::Tensor;

use super::{
    ClosedVariances, Iterative, IterativeUpdate, LinearOperator, Mask, NoiseVariances, PriorUpdate,
    SpectralOperator, Tolerance, compose, spectrum_mean,
};
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::prior::noise_geometry::bands_of_pixels;

/// B inside a mask.
pub struct PartlyMeasured {
    whole: Rc<dyn SpectralOperator>,
    /// 1 at the measured pixels of the image, 0 elsewhere: `[1, 1, H, W]`.
    inside: Tensor<4>,
    iterative: Iterative,
}

impl Debug for PartlyMeasured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartlyMeasured")
            .field("inside", &self.inside)
            .field("iterative", &self.iterative)
            .finish_non_exhaustive()
    }
}

impl PartlyMeasured {
    /// `measured`: M, a mask on B's measurements. `inside`: the same part of the image, `[1, 1, H,
    /// W]` of zeros and ones.
    pub fn new(
        whole: Rc<dyn SpectralOperator>,
        measured: Mask,
        inside: Tensor<4>,
        fourier: Fourier,
    ) -> Self {
        Self {
            iterative: compose(whole.clone(), Rc::new(measured), fourier),
            whole,
            inside,
        }
    }

    /// The same operator with another tolerance of its iterations.
    pub fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self {
            iterative: self.iterative.with_tolerance(tolerance),
            ..self
        }
    }

    fn outside(&self) -> Tensor<4> {
        -self.inside.clone() + 1.0
    }

    /// `measured` inside, `unmeasured` outside: a sum of products, since a difference would round
    /// small values away.
    fn select(&self, measured: Formula, unmeasured: Formula) -> Formula {
        measured * &self.inside + unmeasured * self.outside()
    }
}

impl LinearOperator for PartlyMeasured {
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
        self.iterative.update(m, v, y, s2)
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

impl NoiseVariances for PartlyMeasured {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let measured = self.whole.pixel_variance(v.clone(), s2);
        self.select(measured, v.into())
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let measured = self.whole.band_variances(v.clone(), s2);
        let inside = bands_of_pixels(self.inside.clone());
        let outside = bands_of_pixels(self.outside());
        measured * inside + Formula::from(v) * outside
    }
}

impl ClosedVariances for PartlyMeasured {
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let measured = self.whole.stationary_variance(e.clone(), s2);
        let unmeasured = spectrum_mean(e);
        self.select(measured.into(), unmeasured.into()).tensor()
    }
}
