//! The layers that the network is made of, on each device: plain tensors, and hand-written kernels
//! that are tested against them.

pub mod cpu;
#[cfg(feature = "webgpu")]
pub mod gpu;
mod tensor;

pub use tensor::TensorLayers;

use burn::tensor::Tensor;

/// How a GPU stores the network's maps and weights. All arithmetic, and all sums, are in f32; the
/// CPU's layers know f32 alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    F32,
    /// Half the memory and its traffic, for a relative error of 1e-3. Of the GPUs, not all have it:
    /// `shader-f16` in WebGPU.
    F16,
}

/// What is done to a convolution's output before it is written.
pub enum Epilogue<'a, Map> {
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
impl<Map> Clone for Epilogue<'_, Map> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Map> Copy for Epilogue<'_, Map> {}

/// A convolution's weights in PyTorch's layout: `[outputs, inputs, kernel, kernel]`, zero-padded
/// "same", or stride = kernel = 2 without padding.
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
    /// Means of `size` by `size` pixels of the parts' channels, one part's after another's; a part
    /// of one image stands for the whole batch.
    fn enter_pooled(&self, parts: &[&Tensor<4>], size: usize) -> Self::Map;
    /// The parts' channels likewise, each 2×2 pixels as channels at half the size: channel 4c + 2dy
    /// + dx.
    fn enter_unshuffled(&self, parts: &[&Tensor<4>]) -> Self::Map;
    /// The inverse: a quarter of the channels at twice the size.
    fn leave_shuffled(&self, x: Self::Map) -> Tensor<4>;

    fn apply(
        &self,
        conv: &Self::Conv,
        x: &Self::Map,
        epilogue: Epilogue<'_, Self::Map>,
    ) -> Self::Map;
    /// x/sqrt(mean over channels of x² + 1e-6) * gain, per pixel.
    fn norm(&self, gain: &Self::Gain, x: &Self::Map) -> Self::Map;
    /// silu of the norm.
    fn norm_silu(&self, gain: &Self::Gain, x: &Self::Map) -> Self::Map;
    /// `skip` + a quarter of the channels of `x` at twice the size, from channels 4c + 2dy + dx.
    fn shuffle_add(&self, x: &Self::Map, skip: &Self::Map) -> Self::Map;
    /// softmax(8 q/|q| · k/|k|) v over all pixels; `qkv` holds the channels of q, k and v, each in
    /// heads of `head` channels.
    fn attend(&self, qkv: &Self::Map, head: usize) -> Self::Map;

    /// Finds out which of several kernels is the fastest for the maps seen so far, where there is a
    /// choice.
    fn measure(&self) -> impl Future<Output = ()> {
        async {}
    }
}

/// The parts as one batch: a part of one image repeated, channels one part's after another's.
fn joined(parts: &[&Tensor<4>]) -> Tensor<4> {
    let batch = parts.iter().map(|part| part.dims()[0]).max().unwrap_or(1);
    let whole = |part: &&Tensor<4>| {
        let [_, channels, height, width] = part.dims();
        (*part).clone().expand([batch, channels, height, width])
    };
    Tensor::cat(parts.iter().map(whole).collect(), 1)
}
