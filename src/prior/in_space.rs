//! Q in space, with replicated borders: Q x = c ((KAPPA2 + 4) x - N x), N x the sum of the four
//! neighbours of each pixel (docs/method.md, sections 5.1 and 5.5).

use burn::tensor::Tensor;

use super::model::{KAPPA2, PriorModel};
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, expand};
use crate::compute::membrane::Membrane;

/// The sweeps of q: as many as the network was trained with.
pub const SWEEPS: usize = 16;

/// Q on images, or on reduced images whose pixels are means of `area` pixels.
///
/// The integral of |∇x|² over the plane does not change by a reduction. That of KAPPA2 x² does: a
/// pixel stands for `area` pixels.
#[derive(Debug, Clone)]
pub struct PrecisionInSpace {
    /// Q/c: a kernel takes one membrane for all planes.
    membrane: Membrane,
    /// c.
    factor: Formula,
}

impl PrecisionInSpace {
    /// Q on images on `device` whose pixels are means of `area` pixels; 1 without a reduction.
    pub fn new(model: &PriorModel, area: f64, device: &ComputeDevice) -> Self {
        Self {
            membrane: Membrane {
                centre: KAPPA2 * area + 4.0,
                neighbour: 1.0,
            },
            factor: model.stiffness_on(device),
        }
    }

    /// The diagonal of Q away from borders, which broadcasts to `[B, 3, H, W]`.
    pub fn diagonal(&self) -> Formula {
        &self.factor * self.membrane.centre
    }

    /// Q x.
    pub fn times(&self, x: Tensor<4>) -> Tensor<4> {
        (&self.factor * self.membrane.times(x)).tensor()
    }

    /// The iterate for (Q + diag(data)) x = b after `iterations` of conjugate gradients from
    /// `start`, preconditioned by the diagonal. b and `start` are `[B, 3, H, W]`; `data` broadcasts
    /// to that shape and is not negative.
    pub fn solve(
        &self,
        data: &Formula,
        b: &Formula,
        start: &Tensor<4>,
        iterations: usize,
    ) -> Tensor<4> {
        let shape = start.dims();
        // Each axis as an image of one plane, with an inner product of its own.
        let [batch, channels, height, width] = shape;
        let planes = [batch * channels, 1, height, width];
        let plane = |x: Tensor<4>| expand(x, shape).reshape(planes);
        let [data, b] = [data, b].map(|x| Formula::from(plane((x / &self.factor).tensor())));
        self.iterate(&data, &b, &plane(start.clone()), iterations)
            .reshape(shape)
    }

    /// [`Self::solve`] for the membrane, without the factor.
    fn iterate(
        &self,
        data: &Formula,
        b: &Formula,
        start: &Tensor<4>,
        iterations: usize,
    ) -> Tensor<4> {
        let membrane = self.membrane;
        let fused = membrane.solve(data, b, start, iterations);
        fused.unwrap_or_else(|| {
            let [data, b] = [data, b].map(|x| x.clone().tensor());
            let diagonal = data.clone() + membrane.centre;
            conjugate_gradients(
                |x| membrane.times(x.clone()) + x * data.clone(),
                |r| r / diagonal.clone(),
                b,
                Some(start.clone()),
                &Stop::After(iterations),
            )
        })
    }

    /// An approximation of the diagonal of (Q + D)^-1 for a diagonal D, given the diagonal of
    /// Q + D: a fixed number of sweeps q <- 1/(diagonal - c² N q) from q = 1/diagonal.
    pub fn swept(&self, diagonal: &Formula) -> Tensor<4> {
        let swept = self.membrane.swept(&(diagonal / &self.factor), SWEEPS);
        (Formula::from(swept) / &self.factor).tensor()
    }
}
