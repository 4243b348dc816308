//! The measurement y = A x + sigma_y n with n ~ N(0, I) (docs/method.md, section 1.1).

use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::formula::Formula;
use crate::operators::LinearOperator;

/// An operator, its measurement, and the variance of the measurement's noise.
#[derive(Clone)]
pub struct Measurement {
    pub operator: Rc<dyn LinearOperator>,
    /// y, of the operator's measurement shape.
    pub y: Tensor<4>,
    /// s2 = sigma_y², `[B or 1, 1, 1, 1]`, in the units of images in [-1, 1].
    pub s2: Tensor<4>,
}

impl Measurement {
    /// Another y by the same operator under the same noise.
    pub fn with(&self, y: Tensor<4>) -> Self {
        Self { y, ..self.clone() }
    }

    /// A x + sigma_y n for an image x and white noise n of the measurement's shape.
    pub fn simulate(&self, x: Tensor<4>, noise: Tensor<4>) -> Tensor<4> {
        let deviation = Formula::from(&self.s2).sqrt();
        (Formula::from(self.operator.apply(x)) + Formula::from(noise) * deviation).tensor()
    }
}
