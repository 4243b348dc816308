//! The Gaussian posterior of operators whose AᵀA is local but not diagonal, by conjugate gradients
//! in image space (docs/method.md, section 5.7).
//!
//! The numbers of iterations are those of masks: the network was trained on them.

use burn::tensor::Tensor;

use super::diagonal::swept_variance;
use super::measurement::Measurement;
use super::solver::{ESTIMATE_ITERATIONS, GaussianSolver, MEAN_ITERATIONS};
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients};
use crate::compute::formula::Formula;
use crate::operators::SpatialUpdate;
use crate::prior::GaussianPrior;

pub(super) struct SpatialSolver<'a> {
    pub update: &'a dyn SpatialUpdate,
    pub measurement: &'a Measurement,
    pub prior: &'a GaussianPrior,
}

impl GaussianSolver for SpatialSolver<'_> {
    fn linear_estimate(&self) -> Tensor<4> {
        let Measurement { operator, y, s2 } = self.measurement;
        let b = Formula::from(operator.adjoint(y.clone())) / s2;
        let start = self.update.first_guess(y.clone());
        self.solve(&0.0.into(), b, start, ESTIMATE_ITERATIONS)
    }

    fn mean(&self, z: Tensor<4>, t2: Tensor<4>, estimate: Tensor<4>) -> Tensor<4> {
        let Measurement { operator, y, s2 } = self.measurement;
        let (t2, adjoint) = (Formula::from(t2), operator.adjoint(y.clone()));
        let b = Formula::from(z) / &t2 + Formula::from(adjoint) / s2;
        self.solve(&t2.recip(), b, estimate, MEAN_ITERATIONS)
    }

    fn variance(&self, t2: Tensor<4>) -> Tensor<4> {
        let s2 = &self.measurement.s2;
        let diagonal = swept_variance(self.prior, self.update.diagonal(), t2.clone(), s2.clone());
        let e = self.prior.spectrum_given_query(t2);
        self.update.stationary_variance(e, s2.clone(), diagonal)
    }
}

impl SpatialSolver<'_> {
    /// The iterate for (Q + precision + AᵀA/s2) x = b.
    fn solve(
        &self,
        precision: &Formula,
        b: Formula,
        start: Tensor<4>,
        iterations: usize,
    ) -> Tensor<4> {
        let (update, q) = (self.update, self.prior.in_space());
        let s2 = Formula::from(&self.measurement.s2);
        let diagonal = Formula::from(update.diagonal()) / &s2 + precision + q.diagonal();
        let diagonal = Formula::from(diagonal.tensor());
        let of = |x: &Tensor<4>| Formula::from(x);
        let multiply = |x: Tensor<4>| {
            let (prior, normal) = (q.times(x.clone()), update.normal(x.clone()));
            (of(&prior) + of(&x) * precision + of(&normal) / &s2).tensor()
        };
        conjugate_gradients(
            multiply,
            |r| (of(&r) / &diagonal).tensor(),
            b.tensor(),
            Some(start),
            &Stop::After(iterations),
        )
    }
}
