//! Devices, noise, formulas, transforms and solvers on image planes.
//!
//! A subject that also runs on GPUs keeps its kernels in a module `gpu`. In builds without the
//! feature `webgpu`, a file `no_gpu.rs` takes the place of that module. Nothing in it is ever
//! called, because no device then computes by [`device::Backend::Gpu`].

pub mod block_dct;
pub mod box_mean;
pub mod cells;
pub mod conjugate_gradients;
pub mod device;
pub mod formula;
pub mod fourier;
#[cfg(feature = "webgpu")]
pub mod gpu;
pub mod grid_system;
pub mod host;
pub mod membrane;
pub mod noise_stream;
pub mod symmetric_3x3;
pub mod walsh_hadamard;
#[cfg(feature = "webgpu")]
pub mod webgpu;
pub mod white_noise;
