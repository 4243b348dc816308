//! What can go wrong: each error has a code for programs, and a sentence that says what would be
//! right.

use std::fmt::{self, Display};
use std::sync::Arc;

use thiserror::Error;

/// Every failure of this crate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The photo has no pixels, or another number of bytes than its size takes.
    #[error("invalid image: {0}")]
    InvalidImage(String),
    /// The restoration does not fit into memory.
    #[error("image too large: {0}")]
    ImageTooLarge(String),
    /// The mask is not of the size of the photo.
    #[error("invalid mask: {0}")]
    InvalidMask(String),
    /// The blur kernel is not one, or out of range.
    #[error("invalid kernel: {0}")]
    InvalidKernel(String),
    /// Photos are not enlarged by this factor.
    #[error("invalid factor: {0}")]
    InvalidFactor(String),
    /// The noise is out of range, or cannot be estimated.
    #[error("invalid noise: {0}")]
    InvalidNoise(String),
    /// Another option is out of range.
    #[error("invalid option: {0}")]
    InvalidOption(String),
    /// A user's operator broke its contract.
    #[error("invalid operator: {0}")]
    InvalidOperator(String),
    /// The equations of an operator could not be solved.
    #[error("not converged: {0}")]
    NotConverged(String),
    /// The weights are those of another network, or damaged.
    #[error("invalid weights: {0}")]
    InvalidWeights(String),
    /// The device, or its precision, is not available.
    #[error("unsupported device: {0}")]
    UnsupportedDevice(String),
    /// The bytes of the weights are no safetensors file.
    #[error("invalid weights: {message}")]
    UnreadableWeights {
        /// What is wrong with the file, and what to do.
        message: String,
        /// What the reader of safetensors found.
        source: Cause,
    },
    /// There is no such device.
    #[error("unsupported device: {message}")]
    NoDevice {
        /// Which device is missing, and what to do.
        message: String,
        /// Why there is none.
        source: Cause,
    },
    /// A device computes something else than it should.
    #[error("device failed: {0}")]
    DeviceFailed(String),
    /// A device failed while it worked.
    #[error("device lost: {message}")]
    DeviceLost {
        /// What could not be done.
        message: String,
        /// The error of the device.
        source: Cause,
    },
}

/// The error of a dependency behind one of this crate's.
#[derive(Debug, Clone)]
pub struct Cause(Arc<dyn std::error::Error + Send + Sync>);

impl Cause {
    /// An error of a dependency, which stays in reach through
    /// [`source`](std::error::Error::source).
    pub fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Cause {}

impl Error {
    /// A value could not be read back from its device.
    pub fn unread(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::DeviceLost {
            message: format!("a result could not be read back: {error}"),
            source: Cause::new(error),
        }
    }

    /// The code that the JavaScript API carries as `EpsError.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::InvalidImage(_) => "invalid-image",
            Error::ImageTooLarge(_) => "image-too-large",
            Error::InvalidMask(_) => "invalid-mask",
            Error::InvalidKernel(_) => "invalid-kernel",
            Error::InvalidFactor(_) => "invalid-factor",
            Error::InvalidNoise(_) => "invalid-noise",
            Error::InvalidOption(_) => "invalid-option",
            Error::InvalidOperator(_) => "invalid-operator",
            Error::NotConverged(_) => "not-converged",
            Error::InvalidWeights(_) | Error::UnreadableWeights { .. } => "invalid-weights",
            Error::UnsupportedDevice(_) | Error::NoDevice { .. } => "unsupported-device",
            Error::DeviceFailed(_) => "device-failed",
            Error::DeviceLost { .. } => "device-lost",
        }
    }
}
