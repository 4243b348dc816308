//! JPEG files: their coefficients, and an edited photo saved with them.

use eps_restore::low_level::photo::jpeg::HuffmanTables;
use eps_restore::{Error, Jpeg};
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::request::photo;

/// The largest file that is read: what a page can hold of coefficients and pixels.
const MAX_PIXELS: usize = 1 << 26;

pub(crate) fn jpeg(file: &[u8]) -> Result<Jpeg, Error> {
    Jpeg::read(file, MAX_PIXELS).map_err(|e| Error::InvalidImage(e.to_string()))
}

/// A JPEG of the photo `after`, made from the file that was decoded to `before`: where no pixel
/// changed, it has the file's own coefficients.
///
/// # Errors
/// Code `invalid-image` where the file's coefficients are not to be had, or the photos do not have
/// its size.
#[wasm_bindgen(js_name = editJpeg)]
pub fn edit_jpeg(
    file: &[u8],
    #[wasm_bindgen(unchecked_param_type = "Pixels")] before: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Pixels")] after: JsValue,
) -> Result<Vec<u8>, Failure> {
    let invalid = |e: &dyn std::fmt::Display| Error::InvalidImage(e.to_string());
    let edited = jpeg(file)?.edited(&photo(before)?, &photo(after)?);
    let written = edited.and_then(|jpeg| jpeg.write(HuffmanTables::Optimised));
    Ok(written.map_err(|e| invalid(&e))?)
}
