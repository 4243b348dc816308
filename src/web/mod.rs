//! The wasm-bindgen surface: the only place that knows JavaScript. The npm package wraps it; its
//! TypeScript types are `pkg/src/engine.ts`.

mod engine;
mod request;
mod run;
mod start;
mod user_operator;

pub use engine::Engine;
#[cfg(feature = "webgpu")]
pub use engine::webgpu;
pub use run::Run;

use burn::tensor::Tensor;
use wasm_bindgen::JsValue;

use crate::error::Error;

/// A JavaScript `Error` with a `code`.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let js = js_sys::Error::new(&error.to_string());
        set(&js, "code", error.code());
        js.into()
    }
}

fn set(object: &JsValue, key: &str, value: impl Into<JsValue>) {
    js_sys::Reflect::set(object, &key.into(), &value.into())
        .expect("a plain object takes any property");
}

/// Reads a tensor back without blocking the event loop.
async fn read(tensor: Tensor<4>) -> Result<Vec<f32>, Error> {
    let lost =
        |e: &dyn std::fmt::Display| Error::DeviceLost(format!("reading a result back failed: {e}"));
    let data = tensor.into_data_async().await.map_err(|e| lost(&e))?;
    data.try_into_vec().map_err(|e| lost(&format!("{e:?}")))
}
