//! A JPEG file in parts, for photos that are restored in windows.

use eps_restore::Error;
use eps_restore::low_level::photo::jpeg::{HuffmanTables, WriteError};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;

use crate::answers::object;
use crate::failure::Failure;
use crate::jpeg::jpeg;
use crate::request::of_js;

/// `Area` of TypeScript.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaFields {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

/// `JpegPart` of TypeScript.
#[derive(Serialize)]
struct PartAnswer {
    file: ByteBuf,
    area: AreaFields,
}

/// The parts of a JPEG file that cover areas of the photo, with the file's own coefficients.
///
/// # Errors
/// Codes `invalid-image` where the file's coefficients are not to be had, or an area is not within
/// the photo; `image-too-large` where there is no memory for a part.
#[wasm_bindgen(js_name = jpegParts, unchecked_return_type = "JpegPart[]")]
pub fn jpeg_parts(
    file: &[u8],
    #[wasm_bindgen(unchecked_param_type = "readonly Area[]")] areas: JsValue,
) -> Result<JsValue, Failure> {
    let areas: Vec<AreaFields> = of_js(areas)?;
    let jpeg = jpeg(file)?;
    let part = |area: AreaFields| {
        let right = area.left.saturating_add(area.width);
        let bottom = area.top.saturating_add(area.height);
        let (part, [columns, rows]) = jpeg.part([area.left..right, area.top..bottom])?;
        Ok(PartAnswer {
            file: ByteBuf::from(part.write(HuffmanTables::Standard)?),
            area: AreaFields {
                left: columns.start,
                top: rows.start,
                width: columns.len(),
                height: rows.len(),
            },
        })
    };
    let parts: Result<Vec<PartAnswer>, WriteError> = areas.into_iter().map(part).collect();
    object(&parts.map_err(|e| match e {
        WriteError::OutOfMemory => Error::ImageTooLarge(e.to_string()),
        _ => Error::InvalidImage(e.to_string()),
    })?)
}
