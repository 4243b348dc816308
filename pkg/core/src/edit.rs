//! An edited photo saved with the coefficients of its file.

use eps_restore::Error;
use eps_restore::low_level::photo::jpeg::HuffmanTables;
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::jpeg::jpeg;
use crate::request::photo;

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
    let edited = jpeg(file)?.edited(&photo(before)?, &photo(after)?);
    let written = edited.and_then(|jpeg| jpeg.write(HuffmanTables::Optimised));
    Ok(written.map_err(|e| Error::InvalidImage(e.to_string()))?)
}
