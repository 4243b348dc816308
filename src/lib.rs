//! Restores images by exact posterior sampling (arXiv 2606.17048).
//!
//! For a measurement `y = A x + sigma_y n` with linear `A`, the posterior score has a closed form:
//! move the query to a pivot, and denoise it under the anisotropic noise covariance that the
//! operator leaves. One denoiser and an ordinary sampler then solve every linear problem.
//!
//! Images are `[batch, 3, height, width]` in [-1, 1]. Lower modules know nothing of higher ones:
//! [`operators`] → [`measurement`] → [`posterior`] → [`denoiser`] → [`sampler`] → [`restoration`] →
//! [`task`] → [`layout`] → [`job`].

/// The tensors that operators, denoisers and measurements are made of.
pub use burn;

pub mod compute;
pub mod denoiser;
pub mod error;
pub mod estimation;
pub mod operators;
pub mod photo;
pub mod posterior;
pub mod prior;
pub mod request;
pub mod restoration;
mod restore;
pub mod sampler;
