//! The constants of a Gaussian prior. Weights are trained under one prior, and their file states
//! it (docs/method.md, section 5.1).

use crate::compute::device::ComputeDevice;
use crate::compute::formula::{CHANNELS, Formula};

/// kappa², which holds the mean of an image near 0.
pub const KAPPA2: f64 = 1e-3;

/// The precision c_a (kappa² - Laplacian) on each colour axis a.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriorModel {
    /// c, the stiffness of the membrane on each axis; above 0.
    pub stiffness: [f64; CHANNELS],
}

impl PriorModel {
    /// The prior of photo-v2: photos vary much in luma and little in colour.
    pub const PHOTO_V2: Self = Self {
        stiffness: [5.0, 40.0, 150.0],
    };

    /// c on `device`, `[1, 3, 1, 1]`.
    pub fn stiffness_on(&self, device: &ComputeDevice) -> Formula {
        let c = self.stiffness.to_vec();
        device.tensor(c, [1, CHANNELS, 1, 1]).into()
    }
}
