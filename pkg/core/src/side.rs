//! One device of an engine.

use std::rc::Rc;

use eps_restore::Error;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::layers::Precision;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};

/// A device, and the network on it.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    pub denoiser: Rc<PhotoDenoiser>,
    pub device: ComputeDevice,
    /// `"webgpu"` or `"cpu"`.
    pub kind: &'static str,
    pub precision: Precision,
}

impl Side {
    pub(crate) fn new(
        device: ComputeDevice,
        kind: &'static str,
        weights: &[u8],
        precision: Precision,
    ) -> Result<Self, Error> {
        let weights = Weights::read(weights)?;
        let denoiser = PhotoDenoiser::in_precision(&weights, &device, precision)?;
        Ok(Self {
            denoiser: Rc::new(denoiser),
            device,
            kind,
            precision,
        })
    }
}
