//! The layers of the network. Plain tensor operations are the reference; tests hold the
//! hand-written layers for the CPU and for GPUs against them.

pub mod cpu;
#[cfg(feature = "webgpu")]
pub mod gpu;
mod tensor;

pub use tensor::TensorLayers;

use burn::tensor::Tensor;

/// The float type in which a GPU stores the network's feature maps and weights. Arithmetic is in
/// f32 in all cases. The CPU's layers store f32 only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Single precision, as on the CPU.
    F32,
    /// Half the memory and memory traffic, at a relative error of 1e-3. It needs a GPU with the
    /// WebGPU feature `shader-f16`.
    F16,
}

/// The operation on the output of a convolution before it is written.
#[derive(Debug)]
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

// Derived implementations would require that `Map` is `Clone` and `Copy`.
impl<Map> Clone for Epilogue<'_, Map> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Map> Copy for Epilogue<'_, Map> {}

/// The weights of a convolution in PyTorch's layout. Convolutions of stride 1 are zero-padded to
/// the same size; those of stride 2 have a 2×2 kernel and no padding.
#[derive(Debug, Clone, Copy)]
pub struct ConvWeights<'a> {
    /// `[outputs, inputs, kernel, kernel]`.
    pub weight: &'a [f32],
    /// `[outputs]`.
    pub bias: &'a [f32],
    /// Input channels.
    pub inputs: usize,
    /// Side of the kernel, in pixels.
    pub kernel: usize,
    /// Pixels from one output to the next: 1 or 2.
    pub stride: usize,
}

/// The layers of the network.
pub trait Layers {
    /// A batch of feature maps, in a layout that suits the device.
    type Map: Clone;
    /// The prepared weights of a convolution.
    type Conv;
    /// The prepared gain of a norm.
    type Gain;

    /// Prepares a convolution: 3×3 or 1×1 of stride 1, or 2×2 of stride 2.
    fn conv(&self, weights: ConvWeights<'_>) -> Self::Conv;
    /// Prepares the gain of a norm, which has one value for each channel.
    fn gain(&self, gain: &[f32]) -> Self::Gain;

    /// A map of the values of x `[B, C, H, W]`.
    fn enter(&self, x: Tensor<4>) -> Self::Map;
    /// The values of a map as `[B, C, H, W]`.
    fn leave(&self, x: Self::Map) -> Tensor<4>;
    /// A map of the concatenated channels of `parts`, averaged over blocks of `size` by `size`
    /// pixels. `size` must divide both sides. Parts are `[B or 1, C, H, W]`; one of a single image
    /// serves the whole batch.
    fn enter_pooled(&self, parts: &[&Tensor<4>], size: usize) -> Self::Map;
    /// A map of the concatenated channels of `parts`, pixel-unshuffled: half the size, with pixel
    /// (dy, dx) of each 2×2 block of channel c in channel 4c + 2dy + dx.
    fn enter_unshuffled(&self, parts: &[&Tensor<4>]) -> Self::Map;
    /// The pixel-shuffled values of a map: twice the size, a quarter of the channels. The inverse
    /// of [`Self::enter_unshuffled`].
    fn leave_shuffled(&self, x: Self::Map) -> Tensor<4>;

    /// Convolves x and applies the epilogue.
    fn apply(
        &self,
        conv: &Self::Conv,
        x: &Self::Map,
        epilogue: Epilogue<'_, Self::Map>,
    ) -> Self::Map;
    /// x/sqrt(mean of x² over channels + 1e-6) * gain at each pixel.
    fn norm(&self, gain: &Self::Gain, x: &Self::Map) -> Self::Map;
    /// silu of [`Self::norm`].
    fn norm_silu(&self, gain: &Self::Gain, x: &Self::Map) -> Self::Map;
    /// `skip` plus the pixel-shuffled `x`, which has four times the channels at half the size.
    fn shuffle_add(&self, x: &Self::Map, skip: &Self::Map) -> Self::Map;
    /// softmax(8 q/|q| · k/|k|) v over all pixels. `qkv` has the channels of q, then of k, then of
    /// v, each in heads of `head` channels.
    fn attend(&self, qkv: &Self::Map, head: usize) -> Self::Map;

    /// Measures, for each size of map that was evaluated since the last call, which of several
    /// kernels is the fastest. Layers without a choice of kernels do nothing.
    fn measure(&self) -> impl Future<Output = ()> {
        async {}
    }
}

/// The concatenated channels of `parts`, with parts of a single image repeated for the batch.
fn joined(parts: &[&Tensor<4>]) -> Tensor<4> {
    let batch = parts.iter().map(|part| part.dims()[0]).max().unwrap_or(1);
    let whole = |part: &&Tensor<4>| {
        let [_, channels, height, width] = part.dims();
        (*part).clone().expand([batch, channels, height, width])
    };
    Tensor::cat(parts.iter().map(whole).collect(), 1)
}
