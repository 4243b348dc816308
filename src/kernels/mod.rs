//! The layers that the network is made of, on each device: plain tensors, and hand-written kernels that are tested against them.

pub mod cpu;
mod tensor;

pub use tensor::TensorLayers;

use burn::tensor::Tensor;

/// What is done to a convolution's output before it is written.
pub enum After<'a, Map> {
    /// The output itself.
    Nothing,
    /// silu(output).
    Silu,
    /// silu(output + addend).
    AddSilu(&'a Map),
    /// output + residual.
    Add(&'a Map),
}

// Not derived: it holds a reference, whatever the map.
impl<Map> Clone for After<'_, Map> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Map> Copy for After<'_, Map> {}

/// A convolution's weights in PyTorch's layout: `[outputs, inputs, kernel, kernel]`, zero-padded "same", or stride = kernel = 2 without padding.
#[derive(Clone, Copy)]
pub struct ConvWeights<'a> {
    pub weight: &'a [f32],
    pub bias: &'a [f32],
    pub inputs: usize,
    pub kernel: usize,
    pub stride: usize,
}

/// The layers of photo-v1. A `Map` is a batch of feature maps in whatever layout suits the device.
pub trait Layers {
    type Map: Clone;
    type Conv;
    type Gain;

    /// Prepares a convolution: 3×3, 1×1, or 2×2 of stride 2.
    fn conv(&self, weights: ConvWeights<'_>) -> Self::Conv;
    /// Prepares the gain of a norm, a value a channel.
    fn gain(&self, gain: &[f32]) -> Self::Gain;

    /// From and to `[B, C, H, W]`.
    fn enter(&self, x: Tensor<4>) -> Self::Map;
    fn leave(&self, x: Self::Map) -> Tensor<4>;

    fn apply(&self, conv: &Self::Conv, x: &Self::Map, after: After<'_, Self::Map>) -> Self::Map;
    /// x/sqrt(mean over channels of x² + 1e-6) * gain, per pixel.
    fn norm(&self, gain: &Self::Gain, x: &Self::Map) -> Self::Map;
    fn silu(&self, x: Self::Map) -> Self::Map;
    fn add(&self, a: Self::Map, b: &Self::Map) -> Self::Map;
    /// softmax(8 q/|q| · k/|k|) v over all pixels; `qkv` holds the channels of q, k and v, each in heads of `head` channels.
    fn attend(&self, qkv: &Self::Map, head: usize) -> Self::Map;
    /// Means of `size` by `size` pixels.
    fn pool(&self, x: &Self::Map, size: usize) -> Self::Map;
    /// One map's channels after another's.
    fn join(&self, maps: &[&Self::Map]) -> Self::Map;
    /// `C` channels to `4 C` at half the size, channel 4c + 2dy + dx; and back.
    fn unshuffle(&self, x: &Self::Map) -> Self::Map;
    fn shuffle(&self, x: &Self::Map) -> Self::Map;
}
