//! The constants of a Gaussian prior. Weights are trained under one prior, and their file states
//! it (docs/method.md, section 5.1).

use crate::compute::device::ComputeDevice;
use crate::compute::formula::{CHANNELS, Formula};
use crate::prior::axes::Axes;

/// kappa², which holds the mean of an image near 0.
pub const KAPPA2: f64 = 1e-3;

/// The precision c_a (kappa² - Laplacian) on each colour axis a.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriorModel {
    /// The colour axes, on which all planes of the method lie.
    pub axes: Axes,
    /// c, the stiffness of the membrane on each axis; above 0.
    pub stiffness: [f64; CHANNELS],
    /// Whether the conjugate gradients of masks take one inner product for an image, or one for
    /// each of its axes. Iterates differ, and the network was trained on one kind of them.
    pub joint_products: bool,
    /// Whether p and the maps of a cropped blur count what its unknown frame leaves unknown of the
    /// photo. The network was trained on one kind of them.
    pub counts_frame: bool,
}

impl PriorModel {
    /// The prior of photo-v1: the same for red, green and blue.
    pub const PHOTO_V1: Self = Self {
        axes: Axes::Rgb,
        stiffness: [10.0; CHANNELS],
        joint_products: true,
        counts_frame: false,
    };

    /// The prior of photo-v2: photos vary much in luma and little in colour.
    pub const PHOTO_V2: Self = Self {
        axes: Axes::Opponent,
        stiffness: [5.0, 40.0, 150.0],
        joint_products: false,
        counts_frame: true,
    };

    /// Whether the weights of this prior were trained on the noise of JPEG files: all of the
    /// opponent axes were.
    pub fn knows_jpeg(&self) -> bool {
        self.axes == Axes::Opponent
    }

    /// c, if it is the same on all axes.
    pub fn common_stiffness(&self) -> Option<f64> {
        let [first, rest @ ..] = self.stiffness;
        rest.iter().all(|c| *c == first).then_some(first)
    }

    /// c on `device`, `[1, 3, 1, 1]`.
    pub fn stiffness_on(&self, device: &ComputeDevice) -> Formula {
        let c = self.stiffness.to_vec();
        device.tensor(c, [1, CHANNELS, 1, 1]).into()
    }
}
