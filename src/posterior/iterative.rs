//! The Gaussian posterior of operators given by their product and adjoint alone, by conjugate
//! gradients in data space (docs/method.md, sections 3.4 and 5.8). q is a closed form where the
//! operator has one, and estimated by exact draws otherwise.

use burn::tensor::Tensor;

use super::draws::{DrawnVariances, VarianceDraws};
use super::measurement::Measurement;
use super::solver::GaussianSolver;
use crate::operators::IterativeUpdate;
use crate::prior::GaussianPrior;

pub(super) struct IterativeSolver<'a> {
    pub update: IterativeUpdate<'a>,
    pub measurement: &'a Measurement,
    pub prior: &'a GaussianPrior,
    pub drawn: &'a DrawnVariances,
}

impl GaussianSolver for IterativeSolver<'_> {
    fn linear_estimate(&self) -> Tensor<4> {
        let Measurement { y, s2, .. } = self.measurement;
        let e = self.prior.spectrum();
        self.update
            .solver
            .stationary_update(None, e, y.clone(), s2.clone(), None)
    }

    fn mean(&self, z: Tensor<4>, t2: Tensor<4>, estimate: Tensor<4>) -> Tensor<4> {
        let Measurement { y, s2, .. } = self.measurement;
        let (u, e) = self.prior.given_query(z, t2);
        self.update
            .solver
            .stationary_update(Some(u), e, y.clone(), s2.clone(), Some(estimate))
    }

    fn variance(&self, t2: Tensor<4>) -> Tensor<4> {
        let Some(closed) = self.update.closed_variances else {
            let draws = VarianceDraws {
                measurement: self.measurement,
                solver: self.update.solver,
                prior: self.prior,
            };
            return self.drawn.at(&draws, &t2).gaussian;
        };
        let e = self.prior.spectrum_given_query(t2);
        closed.stationary_variance(e, self.measurement.s2.clone())
    }
}
