//! The Gaussian posterior of operators that have forms of their own, such as JPEG.

use burn::tensor::Tensor;

use super::measurement::Measurement;
use super::solver::GaussianSolver;
use crate::operators::GaussianUpdate;
use crate::prior::GaussianPrior;

pub(super) struct CustomSolver<'a> {
    pub(super) update: &'a dyn GaussianUpdate,
    pub(super) measurement: &'a Measurement,
    pub(super) prior: &'a GaussianPrior,
}

impl GaussianSolver for CustomSolver<'_> {
    fn linear_estimate(&self) -> Tensor<4> {
        let Measurement { y, s2, .. } = self.measurement;
        let (y, s2) = (y.clone(), s2.clone());
        self.update.linear_estimate(self.prior, y, s2)
    }

    fn mean(&self, z: Tensor<4>, t2: Tensor<4>, estimate: Tensor<4>) -> Tensor<4> {
        let Measurement { y, s2, .. } = self.measurement;
        let (y, s2) = (y.clone(), s2.clone());
        self.update.mean(self.prior, [z, t2], y, s2, estimate)
    }

    fn variance(&self, t2: Tensor<4>) -> Tensor<4> {
        let s2 = self.measurement.s2.clone();
        self.update.variance(self.prior, t2, s2)
    }
}
