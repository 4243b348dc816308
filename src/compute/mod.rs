//! What the method computes with: devices, noise, formulas, transforms and solvers on image planes.
//! Each subject that runs on a GPU has its `cpu` and `gpu` parts beside each other.

pub mod box_mean;
pub mod conjugate_gradients;
pub mod device;
pub mod formula;
pub mod fourier;
#[cfg(feature = "webgpu")]
pub mod gpu;
pub mod membrane;
pub mod noise_stream;
pub mod walsh_hadamard;
#[cfg(feature = "webgpu")]
pub mod webgpu;
pub mod white_noise;
