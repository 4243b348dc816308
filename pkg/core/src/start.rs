//! What runs when the module is instantiated.

use wasm_bindgen::prelude::wasm_bindgen;

unsafe extern "C" {
    /// Runs the constructors of statics. The linker writes it.
    fn __wasm_call_ctors();
}

/// Runs the constructors once. A module that never calls them gets them at the top of every
/// exported function instead, bindgen's own helpers among them: CubeCL registers its operations by
/// constructors, and enqueuing an evaluation spent two thirds of its time on registering them
/// again.
#[wasm_bindgen(start)]
fn start() {
    // SAFETY: the linker's function, without arguments, called once before anything else.
    unsafe { __wasm_call_ctors() }
}
