//! A window with missing pixels, and the same at a smaller size: what filling coarse to fine is
//! made of.

use std::rc::Rc;

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

use super::coarsened::Coarsened;
use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Fourier;
use crate::operators::{CoarseGuidedMask, LinearOperator, Mask};
use crate::photo::mask::hole_width;
use crate::posterior::Posterior;
use crate::posterior::measurement::Measurement;
use crate::prior::GaussianPrior;
use crate::prior::axes;
use crate::prior::model::PriorModel;

/// The widest hole that the iterations of the linear estimate carry information across, in pixels:
/// what the network was trained on.
const REACH: usize = 42;
/// The widest hole that is filled at its own size.
const WIDEST: usize = 64;

/// Known pixels, and which are missing.
#[derive(Debug, Clone)]
pub struct Hole {
    size: [usize; 2],
    /// An entry a pixel, row by row.
    lost: Vec<bool>,
    /// The known pixels on the colour axes, `[1, 3, H, W]`; 0 elsewhere.
    y: Tensor<4>,
    s2: Tensor<4>,
    prior: PriorModel,
}

impl Hole {
    /// `photo`: the window's pixels in RGB, `[1, 3, H, W]`, anything where `lost`.
    pub fn new(lost: Vec<bool>, photo: Tensor<4>, s2: Tensor<4>, prior: PriorModel) -> Self {
        Self::of_planes(lost, axes::from_rgb(photo), s2, prior)
    }

    /// `y`: the window's pixels on the colour axes.
    fn of_planes(lost: Vec<bool>, y: Tensor<4>, s2: Tensor<4>, prior: PriorModel) -> Self {
        let [_, _, height, width] = y.dims();
        let known = known(&lost, [height, width], &ComputeDevice::of(&y));
        Self {
            size: [height, width],
            lost,
            y: y * known,
            s2,
            prior,
        }
    }

    fn known(&self) -> Tensor<4> {
        known(&self.lost, self.size, &ComputeDevice::of(&self.y))
    }

    /// How far the hole reaches across.
    pub fn width(&self) -> usize {
        hole_width(&self.lost, self.size)
    }

    fn posterior_of(&self, operator: Rc<dyn LinearOperator>, y: Tensor<4>) -> Posterior {
        let [height, width] = self.size;
        let fourier = Fourier::new(height, width, &ComputeDevice::of(&y));
        let s2 = self.s2.clone();
        let measurement = Measurement { operator, y, s2 };
        let prior = GaussianPrior::new(self.prior, fourier);
        Posterior::new(measurement, prior).with_wanted(self.lost.clone())
    }
}

impl Coarsened for Hole {
    /// None for sides that can't be reduced, too.
    fn reduction(&self) -> Option<usize> {
        let divides = |f: &usize| self.size.iter().all(|n| n.is_multiple_of(*f));
        let factors = reductions(self.width());
        factors.first().copied().filter(divides)
    }

    /// A block is known where all of it is.
    fn reduced(&self, factor: usize) -> Box<dyn Coarsened> {
        let [height, width] = self.size.map(|n| n / factor);
        let mut lost = vec![false; height * width];
        for (i, _) in self.lost.iter().enumerate().filter(|(_, lost)| **lost) {
            let (row, column) = (i / self.size[1], i % self.size[1]);
            lost[row / factor * width + column / factor] = true;
        }
        let means = avg_pool2d(self.y.clone(), AvgPoolOptions::new([factor; 2]));
        Box::new(Self::of_planes(lost, means, self.s2.clone(), self.prior))
    }

    /// What the known pixels say of the missing ones.
    fn posterior(&self) -> Posterior {
        let mask = Mask::new(self.known()).with_halvings(halvings(self.width()));
        self.posterior_of(Rc::new(mask), self.y.clone())
    }

    /// The same with the means of f×f blocks where whole blocks are missing.
    fn posterior_given(&self, coarse: Tensor<4>, factor: usize) -> Posterior {
        let operator = CoarseGuidedMask::new(self.known(), factor);
        let operator = operator.expect("a factor that divides the sides");
        let coarse = axes::from_rgb(coarse);
        let y = operator.observe(self.y.clone(), coarse);
        self.posterior_of(Rc::new(operator), y)
    }
}

fn known(lost: &[bool], [height, width]: [usize; 2], device: &ComputeDevice) -> Tensor<4> {
    let c = lost.iter().map(|&lost| if lost { 0.0 } else { 1.0 });
    device.tensor_f32(c.collect(), [1, 1, height, width])
}

/// How often an image is halved until a hole of that width is no wider than the linear estimate's
/// iterations reach.
pub fn halvings(width: usize) -> usize {
    let levels = width.div_ceil(REACH).max(1).next_power_of_two();
    levels.ilog2() as usize
}

/// The factors by which a hole of that width is reduced one after another.
pub fn reductions(width: usize) -> Vec<usize> {
    let factor = match width {
        0..=WIDEST => return Vec::new(),
        _ if width <= 2 * WIDEST => 2,
        _ => 4,
    };
    let mut factors = vec![factor];
    factors.extend(reductions(width.div_ceil(factor) + 1));
    factors
}
