//! Photos as pixels and as tensors, their masks, and the kernels that blur them.

pub mod blur_kernel;
pub mod mask;
pub mod pixels;
