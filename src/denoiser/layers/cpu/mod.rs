//! The layers of the network on one thread of a CPU: channels-last maps, Winograd convolutions, and
//! weights that are packed once.
//!
//! All is plain Rust over `f32` slices. On wasm the innermost loops use `simd128`. Natively they
//! are compiled for AVX-512, for AVX2 and for the baseline; the version is chosen at run time.

mod attention;
mod dispatch;
mod gemm;
mod lane;
mod layers;
mod map;
mod pointwise;
mod winograd;

pub use layers::CpuLayers;
pub use map::Map;

/// The operation on an output before it is written, for one image.
type Epilogue<'a> = super::Epilogue<'a, Map>;
