//! The measurement y = A x + n with n ~ N(0, R) (docs/method.md, sections 1.1 and 2.3 to 2.5).

use std::fmt::{self, Debug};
use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::formula::Formula;
use crate::operators::LinearOperator;

/// An operator, its measurement, and the covariance of the measurement's noise.
#[derive(Clone)]
pub struct Measurement {
    /// A, which maps an image to what is measured of it.
    pub operator: Rc<dyn LinearOperator>,
    /// y, of the operator's measurement shape.
    pub y: Tensor<4>,
    /// R, in the units of images in [-1, 1]: s2 = sigma_y², `[B or 1, 1, 1, 1]`, for white noise;
    /// otherwise its diagonal in the basis that the operator states. R depends on what is known,
    /// never on x.
    pub s2: Tensor<4>,
}

impl Debug for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Measurement")
            .field("y", &self.y)
            .field("s2", &self.s2)
            .finish_non_exhaustive()
    }
}

impl Measurement {
    /// Another y by the same operator under the same noise.
    pub fn with(&self, y: Tensor<4>) -> Self {
        Self { y, ..self.clone() }
    }

    /// chi² of an image x, over the number of entries that were measured: the mean of
    /// |R^-1/2 (y - A x)|² over them, `[1, 1, 1, 1]`. 1 on average for the true image, where A and
    /// R are right.
    pub fn chi_square(&self, x: Tensor<4>) -> Tensor<4> {
        let measured = self.operator.observed(self.y.ones_like()).sum();
        let residual = self.y.clone() - self.operator.apply(x);
        let whitened = self.operator.whitened(residual, &self.s2).tensor();
        (whitened.square().sum() / measured).reshape([1; 4])
    }

    /// A x + n for an image x, with n made from white `noise` of the measurement's shape.
    pub fn simulate(&self, x: Tensor<4>, noise: Tensor<4>) -> Tensor<4> {
        let noise = self.operator.noise(noise, &self.s2);
        (Formula::from(self.operator.apply(x)) + noise).tensor()
    }
}
