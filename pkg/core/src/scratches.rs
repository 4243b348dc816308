//! The search for scratches and dust: for the demo, which has its weights. The package has not.

use std::rc::Rc;

use eps_restore::low_level::scratches::{self, ScratchFinder};
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::request::photo;

/// The search of one photo, tile by tile: stop calling `advance()` and it is cancelled.
#[derive(Debug)]
#[wasm_bindgen]
pub struct ScratchSearch {
    search: scratches::ScratchSearch,
}

#[wasm_bindgen]
impl ScratchSearch {
    /// Begins a search, with the bytes of `models/scratches-v1.safetensors`.
    ///
    /// # Errors
    /// Codes `invalid-weights`, `invalid-image` and `invalid-option`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        weights: &[u8],
        #[wasm_bindgen(unchecked_param_type = "Pixels")] image: JsValue,
    ) -> Result<ScratchSearch, Failure> {
        let finder = Rc::new(ScratchFinder::new(weights)?);
        Ok(Self {
            search: finder.search(photo(image)?),
        })
    }

    /// Searches one more tile. False once all are searched.
    pub fn advance(&mut self) -> bool {
        self.search.advance()
    }

    /// The share of the photo that is searched, 0 to 1.
    #[wasm_bindgen(getter)]
    pub fn share(&self) -> f32 {
        self.search.share()
    }

    /// What was found so far: a byte a pixel, 1 on scratches and dust.
    #[wasm_bindgen(unchecked_return_type = "Uint8Array<ArrayBuffer>")]
    pub fn mask(&self) -> Vec<u8> {
        let mask = self.search.mask();
        mask.pixels().iter().map(|&found| u8::from(found)).collect()
    }
}
