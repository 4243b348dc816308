//! The Gaussian posterior of masks that differ between red, green and blue, which the colour axes
//! mix (docs/method.md, section 5.6): each pixel is a 3×3 system.
//!
//! In RGB, with N = diag(c/s2) and C = Uᵀ diag(c_a) U, the matrices J = C (kappa² + 4) + 1/t2 + N
//! precondition the conjugate gradients of w0 and g, and the variances are swept by
//! V <- (J - C (sum of the neighbours' V) C)^-1 from V = J^-1. In RGB the large numbers of N are on
//! the diagonal, which keeps the digits of the inverses. The numbers of iterations are those of
//! masks.

use burn::tensor::Tensor;

use super::measurement::Measurement;
use super::solver::{ESTIMATE_ITERATIONS, GaussianSolver, MEAN_ITERATIONS};
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients};
use crate::compute::formula::{Formula, expand};
use crate::compute::membrane::Membrane;
use crate::compute::symmetric_3x3::{Matrix, Symmetric3x3};
use crate::operators::PerChannelUpdate;
use crate::prior::GaussianPrior;
use crate::prior::axes::{self, transposed};
use crate::prior::in_space::SWEEPS;

/// N x: the sum of the four neighbours.
const NEIGHBOURS: Membrane = Membrane {
    centre: 0.0,
    neighbour: -1.0,
};

pub(super) struct PerChannelSolver<'a> {
    pub update: &'a dyn PerChannelUpdate,
    pub measurement: &'a Measurement,
    pub prior: &'a GaussianPrior,
}

impl GaussianSolver for PerChannelSolver<'_> {
    fn linear_estimate(&self) -> Tensor<4> {
        let b = self.data();
        let inverse = self.system(&self.prior.device().zeros([1; 4])).inverse();
        let start = self.on_axes(&inverse, &b);
        self.solve(None, &inverse, b, start, ESTIMATE_ITERATIONS)
    }

    fn mean(&self, z: Tensor<4>, t2: Tensor<4>, estimate: Tensor<4>) -> Tensor<4> {
        let precision = self.prior.device().bring(t2).recip();
        let b = z * precision.clone() + self.data();
        let inverse = self.system(&precision).inverse();
        self.solve(Some(precision), &inverse, b, estimate, MEAN_ITERATIONS)
    }

    fn variance(&self, t2: Tensor<4>) -> Tensor<4> {
        let precision = self.prior.device().bring(t2).recip();
        let (system, c) = (self.system(&precision), self.stiffness());
        let mut v = system.inverse();
        for _ in 0..SWEEPS {
            let around = v.through(|planes| NEIGHBOURS.times(planes));
            v = system.minus_transformed(c, &around).inverse();
        }
        v.transformed(axes::matrix()).diagonal()
    }
}

impl PerChannelSolver<'_> {
    /// c/s2, `[B or 1, 3, H, W]`, in RGB.
    fn channel_precision(&self) -> Tensor<4> {
        let s2 = self.prior.device().bring(self.measurement.s2.clone());
        self.update.known().clone() / s2
    }

    /// Aᵀy/s2.
    fn data(&self) -> Tensor<4> {
        let y = self.measurement.y.clone() * self.channel_precision();
        axes::from_rgb(y)
    }

    /// C.
    fn stiffness(&self) -> Matrix {
        let (u, c) = (axes::matrix(), self.prior.model().stiffness);
        let entry = |i: usize, j: usize| (0..3).map(|a| u[a][i] * c[a] * u[a][j]).sum();
        std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j)))
    }

    /// U M Uᵀ r for matrices M in RGB and planes r on the axes.
    fn on_axes(&self, m: &Symmetric3x3, r: &Tensor<4>) -> Tensor<4> {
        axes::from_rgb(m.times(&axes::to_rgb(r.clone())))
    }

    /// J, with `precision` in place of 1/t2.
    fn system(&self, precision: &Tensor<4>) -> Symmetric3x3 {
        let to_rgb = transposed(axes::matrix());
        let [batch, ..] = precision.dims();
        let own = self.prior.in_space().diagonal() + precision;
        let own = expand(own.tensor(), [batch, 3, 1, 1]);
        Symmetric3x3::congruent(to_rgb, &own).plus_diagonal(&self.channel_precision())
    }

    /// The iterate for (Q + U N Uᵀ + precision) x = b. `inverse`: J^-1.
    fn solve(
        &self,
        precision: Option<Tensor<4>>,
        inverse: &Symmetric3x3,
        b: Tensor<4>,
        start: Tensor<4>,
        iterations: usize,
    ) -> Tensor<4> {
        let (q, data) = (
            self.prior.in_space(),
            Formula::from(self.channel_precision()),
        );
        let precision = precision.map_or(0.0.into(), Formula::from);
        let multiply = |x: Tensor<4>| {
            let measured = Formula::from(axes::to_rgb(x.clone())) * &data;
            let measured = Formula::from(axes::from_rgb(measured.tensor()));
            (measured + q.times(x.clone()) + Formula::from(x) * &precision).tensor()
        };
        let precondition = |r: Tensor<4>| self.on_axes(inverse, &r);
        conjugate_gradients(
            multiply,
            precondition,
            b,
            Some(start),
            &Stop::After(iterations),
        )
    }
}
