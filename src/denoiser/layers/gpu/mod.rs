//! The layers of the network on a GPU: channels-last maps, vectors of four channels, weights that
//! are packed once, and one launch for most layers.
//!
//! [`crate::compute::gpu`] states what the kernels ask of an adapter. `tests/gpu.rs` and
//! `tests/browser/golden.test.mjs` compare each layer with plain tensor operations.

#![allow(
    clippy::manual_range_contains,
    reason = "CubeCL does not translate ranges"
)]

mod attention;
mod direct;
mod families;
mod layers;
mod layout;
mod map;
mod pointwise;
mod tiled;
mod weights;
mod winograd;

pub use families::Family;
pub use layers::GpuLayers;
pub use map::GpuMap;
