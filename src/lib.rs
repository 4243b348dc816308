//! Restores images by exact posterior sampling (arXiv 2606.17048).
//!
//! For a measurement `y = A x + sigma_y n` with linear `A`, the posterior score has a closed form:
//! move the query to a pivot, and denoise it under the anisotropic noise covariance that the
//! operator leaves. One denoiser and an ordinary sampler then solve every linear problem.
//!
//! Images are `[batch, 3, height, width]` in [-1, 1]. Lower modules know nothing of higher ones:
//! [`operators`] → [`measurement`] → [`posterior`] → [`denoiser`] → [`sampler`] → [`restoration`] →
//! [`task`] → [`layout`] → [`job`].

pub mod box_mean;
pub mod conjugate_gradients;
pub mod cost;
pub mod denoiser;
pub mod draws;
pub mod error;
pub mod fourier;
pub mod hole;
pub mod image;
pub mod interpolant;
pub mod job;
pub mod kernel;
pub mod kernels;
pub mod layout;
pub mod measurement;
pub mod noise;
pub mod noise_estimation;
pub mod noise_geometry;
pub mod noise_level;
pub mod operators;
pub mod place;
pub mod posterior;
pub mod prior;
pub mod pyramid;
pub mod restoration;
pub mod sampler;
pub mod setup;
pub mod spread;
pub mod task;
pub mod tiling;
pub mod walsh_hadamard;

#[cfg(target_family = "wasm")]
pub mod web;
