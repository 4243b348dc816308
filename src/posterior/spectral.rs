//! The Gaussian posterior of operators with closed forms in the DFT (docs/method.md, sections 5.2
//! to 5.4). The prior and z together are a stationary Gaussian of mean u and spectrum E, so that g
//! is one update of it.

use burn::tensor::Tensor;

use super::measurement::Measurement;
use super::solver::GaussianSolver;
use crate::operators::SpectralUpdate;
use crate::prior::GaussianPrior;

pub(super) struct SpectralSolver<'a> {
    pub update: &'a dyn SpectralUpdate,
    pub measurement: &'a Measurement,
    pub prior: &'a GaussianPrior,
}

impl GaussianSolver for SpectralSolver<'_> {
    fn linear_estimate(&self) -> Tensor<4> {
        let Measurement { operator, y, s2 } = self.measurement;
        let zero = operator.adjoint(y.clone()).zeros_like();
        let (fourier, e) = (self.prior.fourier(), self.prior.spectrum());
        self.update
            .stationary_update(fourier, zero, e, y.clone(), s2.clone())
    }

    fn mean(&self, z: Tensor<4>, t2: Tensor<4>, _estimate: Tensor<4>) -> Tensor<4> {
        let Measurement { y, s2, .. } = self.measurement;
        let (u, e) = self.prior.given_query(z, t2);
        self.update
            .stationary_update(self.prior.fourier(), u, e, y.clone(), s2.clone())
    }

    fn variance(&self, t2: Tensor<4>) -> Tensor<4> {
        let e = self.prior.spectrum_given_query(t2);
        self.update
            .stationary_variance(e, self.measurement.s2.clone())
    }
}
