//! What can be wrong, with a code that programs can match and a sentence that says what would be
//! right.

use thiserror::Error;

/// Every failure of this crate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error("invalid image: {0}")]
    InvalidImage(String),
    #[error("image too large: {0}")]
    ImageTooLarge(String),
    #[error("invalid mask: {0}")]
    InvalidMask(String),
    #[error("invalid kernel: {0}")]
    InvalidKernel(String),
    #[error("invalid factor: {0}")]
    InvalidFactor(String),
    #[error("invalid noise: {0}")]
    InvalidNoise(String),
    #[error("invalid option: {0}")]
    InvalidOption(String),
    #[error("invalid operator: {0}")]
    InvalidOperator(String),
    #[error("not converged: {0}")]
    NotConverged(String),
    #[error("invalid weights: {0}")]
    InvalidWeights(String),
    #[error("unsupported device: {0}")]
    UnsupportedDevice(String),
    #[error("device lost: {0}")]
    DeviceLost(String),
}

impl Error {
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
            Error::InvalidWeights(_) => "invalid-weights",
            Error::UnsupportedDevice(_) => "unsupported-device",
            Error::DeviceLost(_) => "device-lost",
        }
    }
}
