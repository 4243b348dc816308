//! The network's layers on a CPU, one thread: channels-last, Winograd convolutions, weights packed
//! once.
//!
//! Plain Rust over `f32` slices. On wasm the innermost loops are `simd128`; natively they are
//! compiled for AVX-512, for AVX2 and for the baseline, and chosen at run time.

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

/// What is done to an output before it is written.
type Epilogue<'a> = super::Epilogue<'a, Map>;
