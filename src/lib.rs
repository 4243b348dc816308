//! Restores photos by exact posterior sampling (arXiv 2606.17048).
//!
//! For a measurement `y = A x + sigma_y n` with linear `A`, the posterior score has a closed form:
//! move the query to a pivot, and denoise it under the anisotropic noise covariance that the
//! operator leaves. One denoiser and an ordinary sampler then solve every linear problem: they fill
//! scratches and holes, enlarge, unblur, denoise and colourise.
//!
//! # Examples
//!
//! ```
//! use eps_restore::{Denoiser, Mask, Photo, Request, Task, restore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # std::env::set_current_dir(env!("CARGO_MANIFEST_DIR"))?;
//! let denoiser = Denoiser::on_cpu(&std::fs::read("models/photo-v2.safetensors")?)?;
//! let photo = Photo::new(32, 32, vec![200; 4 * 32 * 32])?;
//! // A scratch down column 8.
//! let missing = Mask::new(32, 32, (0..32 * 32).map(|i| i % 32 == 8).collect())?;
//! let request = Request::new(photo, Task::Inpaint { missing });
//! let restored = restore(request, &denoiser)?;
//! let rgba: &[u8] = restored.mean.rgba();
//! // Known pixels are kept bit for bit.
//! assert_eq!(rgba[..4], [200; 4]);
//! # Ok(())
//! # }
//! ```
//!
//! # Photos from files
//!
//! The weights are the file `models/photo-v2.safetensors` of the repository; the published crate
//! does not hold them. Any library may decode the photo, here `image`:
//!
//! ```no_run
//! use eps_restore::{Denoiser, Photo, Request, Task, restore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let denoiser = Denoiser::on_cpu(&std::fs::read("photo-v2.safetensors")?)?;
//! let image = image::open("photo.jpg")?.into_rgba8();
//! let (width, height) = image.dimensions();
//! let photo = Photo::new(width as usize, height as usize, image.into_raw())?;
//! let mean = restore(Request::new(photo, Task::Denoise), &denoiser)?.mean;
//! let colour = image::ColorType::Rgba8;
//! image::save_buffer("restored.png", mean.rgba(), width, height, colour)?;
//! # Ok(())
//! # }
//! ```
//!
//! # In a browser
//!
//! The npm package `eps-restore` wraps this crate. Your own crate can depend on it too, and
//! compile for `wasm32-unknown-unknown` with the flags
//! `--cfg getrandom_backend="wasm_js" -C target-feature=+simd128`. The library exports no function.
//! The final module must run the constructors of statics once, at its start; otherwise every
//! exported function runs them, and CubeCL registers its operations anew in each:
//!
//! ```ignore
//! unsafe extern "C" {
//!     fn __wasm_call_ctors();
//! }
//! #[wasm_bindgen(start)]
//! fn start() {
//!     unsafe { __wasm_call_ctors() }
//! }
//! ```
//!
//! # Threads
//!
//! [`Denoiser`], [`Task`] and [`Request`] are not `Send`: they share operators and weights without
//! locks. Restore on the thread that loads the network; [`Photo`] and [`Restoration`] may move.

mod compute;
mod denoiser;
mod error;
mod estimation;
mod exemplar;
pub mod low_level;
mod operators;
mod photo;
mod posterior;
mod prior;
mod request;
mod restoration;
mod restore;
mod sampler;
mod scratches;

/// The tensors that operators, denoisers and measurements are made of.
pub use burn;

pub use error::{Cause, Error};
pub use operators::Bayer;
pub use photo::blur_kernel::Kernel;
pub use photo::jpeg::{Jpeg, ReadError};
pub use photo::mask::Mask;
pub use photo::pixels::Photo;
pub use request::noise::Noise;
pub use request::task::{BT601, BT709, Borders, ColourHints, GREY, Reduction, Task};
pub use request::{MAX_SAMPLES, Request};
pub use restoration::Stage;
pub use restore::{Denoiser, Restoration, RestorationProgress, restore, restore_with};
pub use sampler::interpolant::Interpolant;
pub use sampler::{Sampler, SolverKind};
