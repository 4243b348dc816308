//! Tiles of a run that other workers evaluate, each with an engine of its own.

use eps_restore::low_level::denoiser::Divisible;
use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use crate::answers::object;
use crate::engine::Engine;
use crate::failure::Failure;
use crate::run::Run;
use crate::tile::{LentTile, network_inputs};

#[wasm_bindgen]
impl Run {
    /// Tiles of the step under way, or of the next one, that nobody evaluates.
    #[wasm_bindgen(getter, js_name = openTiles)]
    pub fn open_tiles(&self) -> usize {
        self.job.open_tiles()
    }

    /// Whether `advance()` can only evaluate tiles that are lent.
    #[wasm_bindgen(getter, js_name = isLentOut)]
    pub fn is_lent_out(&self) -> bool {
        self.job.is_lent_out()
    }

    /// Lends an open tile: `advance()` then evaluates others. `undefined` where there is none, and
    /// on a GPU.
    ///
    /// # Errors
    /// Code `invalid-operator` where the page's own operator fails.
    #[wasm_bindgen(js_name = lendTile, unchecked_return_type = "LentTile | undefined")]
    pub fn lend_tile(&mut self) -> Result<JsValue, Failure> {
        let lent = self.loans.lend(&mut self.job);
        self.check_operator()?;
        match lent {
            Some((number, inputs)) => object(&LentTile::new(number, &inputs)),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// Takes the output for a lent tile. False if it is not awaited any more.
    ///
    /// # Errors
    /// Code `invalid-option` for another number of values than the tile has.
    #[wasm_bindgen(js_name = returnTile)]
    pub fn return_tile(&mut self, number: u32, output: &[f32]) -> Result<bool, Failure> {
        Ok(self.loans.give_back(&mut self.job, number, output)?)
    }

    /// Opens a lent tile again, which will not come back.
    #[wasm_bindgen(js_name = reopenTile)]
    pub fn reopen_tile(&mut self, number: u32) {
        self.loans.reopen(&mut self.job, number);
    }
}

#[wasm_bindgen]
impl Engine {
    /// The network's output, on the CPU, for a tile that another worker has lent.
    ///
    /// # Errors
    /// Code `invalid-option` for inputs that are no tile's.
    #[wasm_bindgen(js_name = evaluateTile)]
    pub fn evaluate_tile(
        &self,
        shape: &[u32],
        values: &Float32Array,
    ) -> Result<Float32Array, Failure> {
        let inputs = network_inputs(shape, values)?;
        let output = self.cpu()?.denoiser.evaluate_part(inputs)?;
        Ok(Float32Array::from(output.as_slice()))
    }
}
