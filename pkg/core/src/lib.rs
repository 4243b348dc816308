//! The WebAssembly core of the npm package: the only place that knows JavaScript.
//!
//! An [`Engine`] is a device with the network on it, a [`Run`] one restoration. Requests and
//! answers are plain objects, translated by serde in both directions; `typescript.rs` states their
//! types.

#![cfg(target_family = "wasm")]

mod answers;
mod blur_search;
mod copy;
mod edit;
mod engine;
mod failure;
mod gpu;
mod jpeg;
mod lending;
mod loans;
mod panic;
mod parts;
mod rehearsal;
mod request;
mod run;
mod scratches;
mod side;
mod start;
mod tile;
mod trial;
mod typescript;
mod user_operator;

pub use blur_search::BlurSearch;
pub use copy::{CopyRun, split_mask};
pub use edit::edit_jpeg;
pub use engine::Engine;
pub use panic::on_panic;
pub use parts::jpeg_parts;
pub use run::Run;
pub use scratches::ScratchSearch;

use eps_restore::Error;
use eps_restore::burn::tensor::Tensor;

/// Reads a tensor back without blocking the event loop.
///
/// # Errors
/// [`Error::DeviceLost`] where it cannot be read, [`Error::DeviceFailed`] where a value is not
/// finite.
async fn read(tensor: Tensor<4>) -> Result<Vec<f32>, Error> {
    let data = tensor.into_data_async().await.map_err(Error::unread)?;
    let values: Vec<f32> = data.try_into_vec().map_err(Error::unread)?;
    if values.iter().all(|value| value.is_finite()) {
        return Ok(values);
    }
    Err(Error::DeviceFailed(
        "it computed values that are not finite".into(),
    ))
}
