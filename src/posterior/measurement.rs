//! What was observed: y = A x + sigma_y n with n ~ N(0, I).

use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::formula::Formula;
use crate::operators::LinearOperator;

/// An operator, what it measured, and the variance of the measurement's noise.
#[derive(Clone)]
pub struct Measurement {
    pub operator: Rc<dyn LinearOperator>,
    /// y, of the operator's measurement shape.
    pub y: Tensor<4>,
    /// s2 = sigma_y², `[B or 1, 1, 1, 1]`, in the units of images in [-1, 1].
    pub s2: Tensor<4>,
}

impl Measurement {
    /// The same operator and noise with another y.
    pub fn with(&self, y: Tensor<4>) -> Self {
        Self { y, ..self.clone() }
    }

    /// A x + sigma_y n for given white noise n of the measurement's shape.
    pub fn simulate(&self, x: Tensor<4>, noise: Tensor<4>) -> Tensor<4> {
        let deviation = Formula::from(&self.s2).sqrt();
        (Formula::from(self.operator.apply(x)) + Formula::from(noise) * deviation).tensor()
    }
}
