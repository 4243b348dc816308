//! What a step asked the network about: the state of its solver, and the pivot that Theorem 1 moves
//! it to.

use std::rc::Rc;

use burn::tensor::Tensor;

use crate::posterior::{Posterior, SIGMA_DATA};
use crate::prior::axes;

/// The query z at the noise level tau: the sampler's x_t in the variance-exploding form,
/// z = x + tau n.
#[derive(Debug, Clone)]
pub struct Query {
    z: Tensor<4>,
    tau: f64,
    posterior: Rc<Posterior>,
}

impl Query {
    pub(super) fn new(z: Tensor<4>, tau: f64, posterior: Rc<Posterior>) -> Self {
        Self { z, tau, posterior }
    }

    /// tau.
    pub fn tau(&self) -> f64 {
        self.tau
    }

    /// z/sqrt(1 + (tau/sigma_data)²) in RGB, `[B, 3, H, W]`: of the scale of an image at every tau.
    pub fn state(&self) -> Tensor<4> {
        let scale = (self.tau / SIGMA_DATA).hypot(1.0);
        axes::to_rgb(self.z.clone() / scale)
    }

    /// mu*, the pivot of z, in RGB, `[B, 3, H, W]`: what y measured, with noise where it did not.
    pub fn pivot(&self) -> Tensor<4> {
        let t2 = self.posterior.prior().device().scalar(self.tau * self.tau);
        axes::to_rgb(self.posterior.pivot(self.z.clone(), t2))
    }
}
