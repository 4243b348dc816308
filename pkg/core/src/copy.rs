//! Holes filled with the photo's own texture, without the network.

use eps_restore::low_level::exemplar::{FillProgress, FillRun, Options, Split};
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;

use crate::answers::object;
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
    variants: f64,
}

/// Fills from the photo under way: stop calling `advance()` and it is cancelled.
#[derive(Debug)]
#[wasm_bindgen]
pub struct CopyRun {
    run: FillRun,
}

#[wasm_bindgen]
impl CopyRun {
    /// Checks the request. The first variants are computed, one after another.
    ///
    /// # Errors
    /// Codes `invalid-image`, `invalid-mask` and `invalid-option`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "CopyRequest")] request: JsValue,
    ) -> Result<CopyRun, Failure> {
        let request: CopyFields = of_js(request)?;
        let options = Options {
            seed: whole("seed", request.seed)?,
            ..Options::DEFAULT
        };
        let variants = whole("variants", request.variants)? as usize;
        let (photo, missing) = (request.image.photo()?, request.mask.mask()?);
        let avoid = request.avoid.map(Bytes::mask).transpose()?;
        let run = FillRun::new(photo, missing, avoid, options, variants)?;
        Ok(Self { run })
    }

    /// The share of all variants' work that is done, 0 to 1.
    #[wasm_bindgen(getter)]
    pub fn share(&self) -> f32 {
        self.run.share()
    }

    /// Some hundredths of a second of work: `null` within a variant, the photo's RGBA bytes at its
    /// end, `undefined` once all are finished.
    ///
    /// # Errors
    /// Codes `invalid-mask` where nothing is left to copy from, and `not-converged`.
    #[wasm_bindgen(unchecked_return_type = "Uint8Array<ArrayBuffer> | null | undefined")]
    pub fn advance(&mut self) -> Result<JsValue, Failure> {
        Ok(match self.run.advance()? {
            None => JsValue::UNDEFINED,
            Some(FillProgress::Part) => JsValue::NULL,
            Some(FillProgress::Variant(photo)) => Uint8Array::from(photo.rgba()).into(),
        })
    }
}

/// `MaskSplit` of TypeScript.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SplitAnswer {
    narrow: ByteBuf,
    narrow_holes: usize,
    wide: ByteBuf,
    wide_holes: usize,
}

/// The holes of a mask that the network fills, and those that are filled from the photo.
///
/// # Errors
/// Code `invalid-mask` where the masks differ in size.
#[wasm_bindgen(js_name = splitMask, unchecked_return_type = "MaskSplit")]
pub fn split_mask(
    #[wasm_bindgen(unchecked_param_type = "Pixels")] mask: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Pixels | undefined")] avoid: JsValue,
) -> Result<JsValue, Failure> {
    let missing = of_js::<Bytes>(mask)?.mask()?;
    let avoid = of_js::<Option<Bytes>>(avoid)?;
    let avoid = avoid.map(Bytes::mask).transpose()?;
    let split = Split::of(&missing, avoid.as_ref())?;
    let bytes = |of: &[bool]| ByteBuf::from(of.iter().map(|&b| u8::from(b)).collect::<Vec<u8>>());
    object(&SplitAnswer {
        narrow: bytes(split.narrow.pixels()),
        narrow_holes: split.narrow_holes,
        wide: bytes(split.wide.pixels()),
        wide_holes: split.wide_holes,
    })
}
