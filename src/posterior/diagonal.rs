//! The Gaussian posterior of masks, AᵀA = diag(c), by conjugate gradients in image space
//! (docs/method.md, sections 5.5 and 5.7).
//!
//! The numbers of iterations are fixed: the network was trained on these very iterates.

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::{AvgPoolOptions, PadMode};

use super::measurement::Measurement;
use super::solver::{ESTIMATE_ITERATIONS, GaussianSolver, MEAN_ITERATIONS};
use crate::compute::formula::Formula;
use crate::operators::DiagonalUpdate;
use crate::prior::GaussianPrior;

pub(super) struct DiagonalSolver<'a> {
    pub update: &'a dyn DiagonalUpdate,
    pub measurement: &'a Measurement,
    pub prior: &'a GaussianPrior,
}

impl GaussianSolver for DiagonalSolver<'_> {
    fn linear_estimate(&self) -> Tensor<4> {
        let Measurement { y, s2, .. } = self.measurement;
        let (known, s2) = (Formula::from(self.update.known()), Formula::from(s2));
        let (precision, b) = (&known / &s2, known * y / s2);
        coarse_to_fine(self.prior, precision, b, [0, self.update.halvings()])
    }

    fn mean(&self, z: Tensor<4>, t2: Tensor<4>, estimate: Tensor<4>) -> Tensor<4> {
        let Measurement { y, s2, .. } = self.measurement;
        let (t2, s2) = (Formula::from(t2), Formula::from(s2));
        let precision = Formula::from(self.update.known()) / &s2 + t2.recip();
        let b = Formula::from(z) / &t2 + Formula::from(y) / &s2;
        let q = self.prior.in_space();
        q.solve(&precision, &b, &estimate, MEAN_ITERATIONS)
    }

    fn variance(&self, t2: Tensor<4>) -> Tensor<4> {
        let known = self.update.known().clone();
        swept_variance(self.prior, known, t2, self.measurement.s2.clone())
    }
}

/// The solution of (Q + diag(precision)) x = b in an image halved `level` times, after the
/// iterations of w0 from the solution in the next smaller image, and so on down to `coarsest`. The
/// iterations of a level then need not carry information across a hole wider than they reach.
fn coarse_to_fine(
    prior: &GaussianPrior,
    precision: Formula,
    b: Formula,
    [level, coarsest]: [usize; 2],
) -> Tensor<4> {
    let q = prior.in_space_at(level);
    if level == coarsest {
        let start = (&b / (&precision + q.diagonal())).tensor();
        return q.solve(&precision, &b, &start, ESTIMATE_ITERATIONS);
    }
    let [precision, b] = [precision, b].map(Formula::tensor);
    let halves = [&precision, &b].map(|x| Formula::from(halved(x.clone())));
    let [coarse_precision, coarse_b] = halves;
    let coarse = coarse_to_fine(prior, coarse_precision, coarse_b, [level + 1, coarsest]);
    let start = doubled(coarse, b.dims());
    q.solve(&precision.into(), &b.into(), &start, ESTIMATE_ITERATIONS)
}

/// The sums of 2×2 pixels. Odd sides are first padded by zeros, which hold no data.
fn halved(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let even = x.pad([(0, height % 2), (0, width % 2)], PadMode::Constant(0.0));
    avg_pool2d(even, AvgPoolOptions::new([2; 2])) * 4.0
}

/// Each pixel at four pixels of an image of the shape given.
fn doubled(x: Tensor<4>, [_, _, height, width]: [usize; 4]) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    let large = x.reshape([b, c, h, 1, w, 1]).expand([b, c, h, 2, w, 2]);
    let large = large.reshape([b, c, 2 * h, 2 * w]);
    large.slice([0..b, 0..c, 0..height, 0..width])
}

/// The pixel variance of (Q + 1/t2 + diag(c)/s2)^-1 after a fixed number of Jacobi sweeps, for a
/// diagonal c `[B or 1, 1, H, W]`.
pub(super) fn swept_variance(
    prior: &GaussianPrior,
    c: Tensor<4>,
    t2: Tensor<4>,
    s2: Tensor<4>,
) -> Tensor<4> {
    let diagonal = Formula::from(c) / s2 + Formula::from(t2).recip();
    let q = prior.in_space();
    q.swept(&(diagonal + q.diagonal()))
}
