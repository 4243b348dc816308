//! The network's layers on a GPU: channels-last maps, vectors of four channels, weights packed
//! once, a launch a layer.
//!
//! Written in CubeCL, which makes WGSL of them at run time, for any WebGPU adapter: no subgroups,
//! no matrix units, at most 256 invocations and 16 KiB of workgroup memory. Each is held against
//! its plain-tensor twin by `tests/browser/golden.test.mjs`.

#![allow(
    clippy::manual_range_contains,
    reason = "kernels are translated as they stand, and know no ranges"
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
