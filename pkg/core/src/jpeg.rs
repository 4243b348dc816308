//! The coefficients of JPEG files.

use eps_restore::{Error, Jpeg};

/// The largest file that is read: what a page can hold of coefficients and pixels.
const MAX_PIXELS: usize = 1 << 26;

pub(crate) fn jpeg(file: &[u8]) -> Result<Jpeg, Error> {
    Jpeg::read(file, MAX_PIXELS).map_err(|e| Error::InvalidImage(e.to_string()))
}
