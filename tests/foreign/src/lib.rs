//! A third-party crate: it depends on the library, compiles for wasm32, and exports its own
//! functions alone. `tests/unit/foreign.test.mjs` looks.

#![cfg(target_family = "wasm")]

use eps_restore::{Denoiser, Photo, Request, Task, restore};
use wasm_bindgen::prelude::*;

unsafe extern "C" {
    /// Runs the constructors of statics. The linker writes it.
    fn __wasm_call_ctors();
}

/// Runs the constructors once: a module that never does runs them in every exported function.
#[wasm_bindgen(start)]
fn start() {
    // SAFETY: the linker's function, without arguments, called once before anything else.
    unsafe { __wasm_call_ctors() }
}

/// The RGBA bytes of a photo without its noise.
///
/// # Errors
/// The message of the library's error.
#[wasm_bindgen]
pub fn denoised(weights: &[u8], width: usize, rgba: Vec<u8>) -> Result<Vec<u8>, JsError> {
    let denoiser = Denoiser::on_cpu(weights)?;
    let photo = Photo::new(width, rgba.len() / (4 * width.max(1)), rgba)?;
    let restoration = restore(Request::new(photo, Task::Denoise), &denoiser)?;
    Ok(restoration.mean.into_rgba())
}
