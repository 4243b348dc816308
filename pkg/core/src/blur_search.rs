//! The search for a photo's blur, step by step.

use eps_restore::low_level::estimation::blur;
use wasm_bindgen::prelude::*;

use crate::answers::{BlurAnswer, object};
use crate::failure::Failure;
use crate::request::BlurredPhoto;

/// The search in one photo: stop calling `step()` and it is cancelled.
#[derive(Debug)]
#[wasm_bindgen]
pub struct BlurSearch(blur::BlurSearch);

#[wasm_bindgen]
impl BlurSearch {
    /// Finds the blurs with a closed form.
    ///
    /// # Errors
    /// The codes of invalid input.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "BlurRequest")] photo: JsValue,
    ) -> Result<BlurSearch, Failure> {
        let (luma, options) = BlurredPhoto::read(photo)?;
        Ok(Self(blur::BlurSearch::new(&luma, options)?))
    }

    /// Goes on with the kernel of any shape, for up to half a second. False once nothing is left.
    pub fn step(&mut self) -> bool {
        self.0.step()
    }

    /// The share of the search that is done, 0 to 1.
    #[wasm_bindgen(getter)]
    pub fn share(&self) -> f64 {
        self.0.progress()
    }

    /// The blurs that the photo may have, the most probable first; none where it does not show its
    /// blur. A kernel of any shape is among them once nothing is left.
    ///
    /// # Errors
    /// None that input can cause.
    #[wasm_bindgen(unchecked_return_type = "BlurCandidate[]")]
    pub fn candidates(&mut self) -> Result<JsValue, Failure> {
        let answers: Vec<BlurAnswer> = self.0.candidates().iter().map(BlurAnswer::from).collect();
        object(&answers)
    }
}
