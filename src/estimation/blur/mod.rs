//! The blur of a photo, from the photo alone: y = k * x + noise with k unknown.
//!
//! * [`estimate_blur`] ranks no blur, the best Gaussian, disc and line, and on request a kernel of
//!   any shape; [`BlurSearch`] does it in steps. The first four are fitted to the power spectrum of
//!   textured windows: `evidence` has the model, `search` the grids, `decision` what a regression
//!   adds.
//! * [`free_kernel`] finds a kernel of any shape up to 31 pixels from one window's strong edges.
//! * [`noise_under`] finds the noise of a photo whose kernel is known.
//! * [`ErrorSpectrum`] says how far a kernel may be off, for solvers that take it into account.

mod blur_search;
mod candidates;
mod decision;
mod evidence;
mod found;
mod free;
mod kernel_grid;
mod kind;
mod noise;
mod periodogram;
mod plane;
mod real_fourier;
mod rounding;
mod search;
mod spectrum_of_error;
mod windows;

pub use blur_search::{BlurSearch, Options, estimate_blur};
pub use candidates::{Candidate, DecisionInputs, decision_inputs};
pub use free::{FreeKernelSearch, LARGEST, SMALLEST, free_kernel};
pub use kind::Blur;
pub use noise::noise_under;
pub use plane::Luma;
pub use spectrum_of_error::ErrorSpectrum;
