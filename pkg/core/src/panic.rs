//! Reports panics to a JavaScript listener: the trap that follows says only "unreachable".

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::*;

thread_local! {
    static LISTENER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Calls `listener` with the message of a panic, before the instance traps. The console gets it
/// too.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(
    #[wasm_bindgen(unchecked_param_type = "(message: string) => void")] listener: Function,
) {
    LISTENER.set(Some(listener));
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        LISTENER.with_borrow(|listener| {
            if let Some(listener) = listener {
                // An exception of the listener's own is lost: the instance traps anyway.
                let _ = listener.call1(&JsValue::UNDEFINED, &info.to_string().into());
            }
        });
    }));
}
