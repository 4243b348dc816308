//! What can go wrong.

use thiserror::Error;

/// Every failure of a fill.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The photo has no pixels, another number of values than its size takes, or values that are
    /// not finite where it is known.
    #[error("invalid image: {0}")]
    InvalidImage(String),
    /// A mask is not of the size of the photo.
    #[error("invalid mask: {0}")]
    InvalidMask(String),
    /// An option is out of range.
    #[error("invalid option: {0}")]
    InvalidOption(String),
    /// No pixel around the hole may be copied.
    #[error("nothing to copy from: {0}")]
    NothingToCopy(String),
    /// The equations were not solved to the tolerance in the steps allowed.
    #[error("not converged: {0}")]
    NotConverged(String),
    /// The caller's closure said to stop.
    #[error("cancelled")]
    Cancelled,
}
