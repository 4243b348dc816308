//! Holes filled with the photo's own texture, without the network.

use eps_restore::low_level::exemplar::{Options, filled_from_photo};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::answers::bytes;
use crate::failure::Failure;
use crate::request::{Bytes, of_js, whole};

/// `CopyRequest` of TypeScript.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CopyFields {
    image: Bytes,
    mask: Bytes,
    avoid: Option<Bytes>,
    seed: f64,
    variant: f64,
}

/// RGBA bytes of the photo with its missing pixels copied from elsewhere in it.
///
/// # Errors
/// Codes `invalid-mask`, also where nothing is left to copy from, `invalid-option` and
/// `not-converged`.
#[wasm_bindgen(js_name = copyFill, unchecked_return_type = "Uint8Array<ArrayBuffer>")]
pub fn copy_fill(
    #[wasm_bindgen(unchecked_param_type = "CopyRequest")] request: JsValue,
) -> Result<Vec<u8>, Failure> {
    let request: CopyFields = of_js(request)?;
    let options = Options {
        seed: whole("seed", request.seed)?,
        ..Options::DEFAULT
    };
    let variant = whole("variant", request.variant)? as usize;
    let (photo, missing) = (request.image.photo()?, request.mask.mask()?);
    let avoid = request.avoid.map(Bytes::mask).transpose()?;
    let filled = filled_from_photo(&photo, &missing, avoid.as_ref(), options, variant)?;
    Ok(bytes(filled).into_vec())
}
