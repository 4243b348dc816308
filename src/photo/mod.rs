//! Photos as pixels and as tensors, and the kernels that blur them.

pub mod blur_kernel;
pub mod pixels;
