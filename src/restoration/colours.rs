//! A grey photo whose colours are decided at a smaller size, where the network sees all of it and
//! knows best what it shows: tiles that do not see each other disagree about the colour of a sky.

use std::rc::Rc;

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

use super::coarsened::Coarsened;
use super::hints::Hints;
use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Fourier;
use crate::operators::{ChannelMix, GuidedGrey, LinearOperator};
use crate::posterior::Posterior;
use crate::posterior::measurement::Measurement;
use crate::prior::GaussianPrior;
use crate::prior::axes;
use crate::prior::model::PriorModel;

/// The longest side of a photo that is coloured at its own size. The network knows best what it
/// sees where a whole photo is about as large as the crops that it was trained on (docs/colour.md).
const WIDEST: usize = 128;

/// The shortest side of a photo that is reduced: the network's maps reach 15 pixels far.
const NARROWEST: usize = 16;

/// A grey photo, the mean of red, green and blue.
#[derive(Debug, Clone)]
pub struct GreyPhoto {
    /// `[1, 1, H, W]`.
    grey: Tensor<4>,
    s2: Tensor<4>,
    hints: Option<Hints>,
    prior: PriorModel,
    /// By which it is reduced one after another.
    factors: Vec<usize>,
}

impl GreyPhoto {
    /// `grey`: `[1, 1, H, W]` in [-1, 1], of sides that are multiples of the `factors`' product.
    /// `s2`: the variance of its noise.
    pub fn new(grey: Tensor<4>, s2: Tensor<4>, prior: PriorModel, factors: Vec<usize>) -> Self {
        Self {
            grey,
            s2,
            hints: None,
            prior,
            factors,
        }
    }

    /// The photo with colours that a person painted on it.
    pub fn with_hints(self, hints: Hints) -> Self {
        let hints = Some(hints);
        Self { hints, ..self }
    }

    fn gaussian_prior(&self) -> GaussianPrior {
        let [_, _, height, width] = self.grey.dims();
        let fourier = Fourier::new(height, width, &ComputeDevice::of(&self.grey));
        GaussianPrior::new(self.prior, fourier)
    }

    fn measurement(&self, operator: Rc<dyn LinearOperator>, y: Tensor<4>) -> Measurement {
        let s2 = self.s2.clone();
        Measurement { operator, y, s2 }
    }
}

impl Coarsened for GreyPhoto {
    fn reduction(&self) -> Option<usize> {
        self.factors.first().copied()
    }

    fn reduced(&self, factor: usize) -> Box<dyn Coarsened> {
        let grey = avg_pool2d(self.grey.clone(), AvgPoolOptions::new([factor; 2]));
        Box::new(Self {
            grey,
            hints: self.hints.as_ref().map(|hints| hints.reduced(factor)),
            factors: self.factors[1..].to_vec(),
            ..self.clone()
        })
    }

    fn posterior(&self) -> Posterior {
        let measurement = match &self.hints {
            Some(hints) => {
                let luma = self.grey.clone() * 3.0_f64.sqrt();
                hints.measurement(luma, self.grey.ones_like())
            }
            None => self.measurement(Rc::new(ChannelMix::grey()), self.grey.clone()),
        };
        Posterior::new(measurement, self.gaussian_prior())
    }

    /// The colours of the small image count, which has followed the hints; its brightness is the
    /// photo's own.
    fn posterior_given(&self, coarse: Tensor<4>, factor: usize) -> Posterior {
        let operator = GuidedGrey::new(factor, self.gaussian_prior());
        let operator = operator.expect("a factor that divides the sides");
        let y = operator.observe(self.grey.clone(), axes::from_rgb(coarse));
        Posterior::new(
            self.measurement(Rc::new(operator), y),
            self.gaussian_prior(),
        )
    }
}

/// The factors by which a grey photo is reduced one after another, until it is so small, or too
/// narrow to be smaller.
pub fn reductions(size: [usize; 2]) -> Vec<usize> {
    let [shortest, longest] = [size[0].min(size[1]), size[0].max(size[1])];
    let factor = if longest > 2 * WIDEST && shortest >= 4 * NARROWEST {
        4
    } else if longest > WIDEST && shortest >= 2 * NARROWEST {
        2
    } else {
        return Vec::new();
    };
    let mut factors = vec![factor];
    factors.extend(reductions(size.map(|n| n.div_ceil(factor))));
    factors
}
