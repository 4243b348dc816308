//! Photos as pixels, as tensors and as JPEG files, their masks, and the kernels that blur them.

pub mod blur_kernel;
pub mod composite;
pub mod jpeg;
pub mod mask;
pub mod pixels;
mod transparency;
pub(crate) mod turning;
