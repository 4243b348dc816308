//! The blur of a photo, from the photo alone: y = k * x + noise with k unknown.
//!
//! * [`estimate_blur`] ranks no blur, the best Gaussian, disc and line, and on request a kernel of
//!   any shape. The first four are fitted to the power spectrum of textured windows: `evidence`
//!   has the model, `search` the grids, `decision` what a regression adds.
//! * [`free_kernel`] finds a kernel of any shape up to 31 pixels from one window's strong edges.
//! * [`ErrorSpectrum`] says how far a kernel may be off, for solvers that take it into account.

mod candidates;
mod decision;
mod evidence;
mod found;
mod free;
mod kernel_grid;
mod kind;
mod periodogram;
mod plane;
mod real_fourier;
mod rounding;
mod search;
mod spectrum_of_error;
mod windows;

pub use candidates::{Candidate, DecisionInputs, Options, decision_inputs, estimate_blur};
pub use free::{LARGEST, SMALLEST, free_kernel};
pub use kind::Blur;
pub use plane::Luma;
pub use spectrum_of_error::ErrorSpectrum;
