//! A = M B: an operator B of which only a part of the measurement was made, M being a mask; what
//! lies elsewhere was not photographed.
//!
//! For photos narrower than the network's least image. B has a closed form in the DFT. S(v) is B's
//! own where M measures, and v I elsewhere: exact where a measurement looks at no pixel of both
//! parts, as means of blocks and mixes of channels do. The Gaussian posterior is iterated; its q is
//! B's own where M measures, and elsewhere that of the prior, as if neighbours told nothing.

use std::rc::Rc;

use burn::tensor::Tensor;

use super::{Iterative, LinearOperator, Mask, PriorUpdate, Tolerance, compose, spectrum_mean};
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::prior::noise_geometry::bands_of_pixels;

/// What B measures inside a mask.
pub struct PartlyMeasured {
    whole: Rc<dyn LinearOperator>,
    part: Part,
    iterative: Iterative,
}

/// The part of the image that is measured.
#[derive(Clone)]
struct Part {
    /// 1 there, `[1, 1, H, W]`.
    inside: Tensor<4>,
}

impl PartlyMeasured {
    /// `measured`: a mask on B's measurements; `inside`: the same pixels of the image, `[1, 1, H,
    /// W]`. B has a closed form in the DFT, which gives q.
    pub fn new(
        whole: Rc<dyn LinearOperator>,
        measured: Mask,
        inside: Tensor<4>,
        fourier: Fourier,
    ) -> Self {
        let part = Part { inside };
        let (of_whole, of_part) = (whole.clone(), part.clone());
        let q = move |e: Tensor<4>, s2| {
            let PriorUpdate::Spectral(whole) = of_whole.prior_update() else {
                panic!("B has a closed form in the DFT");
            };
            let here = whole.smooth_variance(e.clone(), s2);
            of_part
                .either(here.into(), spectrum_mean(e).into())
                .tensor()
        };
        let iterative = compose(whole.clone(), Rc::new(measured), fourier).with_variance(q);
        Self {
            whole,
            part,
            iterative,
        }
    }

    /// Ends its iterations elsewhere.
    pub fn within(self, tolerance: Tolerance) -> Self {
        Self {
            iterative: self.iterative.within(tolerance),
            ..self
        }
    }
}

impl Part {
    fn outside(&self) -> Tensor<4> {
        -self.inside.clone() + 1.0
    }

    /// `here` inside, `there` elsewhere: a sum of products, since a difference would round the
    /// small one away.
    fn either(&self, here: Formula, there: Formula) -> Formula {
        here * &self.inside + there * self.outside()
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

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        self.iterative.update(m, v, y, s2)
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        let here = self.whole.pixel_variance(v.clone(), s2)?;
        Some(self.part.either(here, v.into()))
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        let here = self.whole.band_variances(v.clone(), s2)?;
        let inside = bands_of_pixels(self.part.inside.clone());
        let outside = bands_of_pixels(self.part.outside());
        Some(here * inside + Formula::from(v) * outside)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Iterative(&self.iterative)
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.iterative.observed(y)
    }

    fn residual(&self) -> Option<Tensor<4>> {
        self.iterative.residual()
    }
}
