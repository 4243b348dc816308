//! The layers as plain tensor operations on any device: the reference for the hand-written ones.

use burn::tensor::Tensor;
use burn::tensor::activation::{silu, softmax};
use burn::tensor::module::{avg_pool2d, conv2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions};

use super::{ConvWeights, Epilogue, Layers, joined};
use crate::compute::device::ComputeDevice;

/// Layers whose maps are plain tensors `[B, C, H, W]`.
#[derive(Debug)]
pub struct TensorLayers {
    device: ComputeDevice,
}

impl TensorLayers {
    /// Layers on `device`, in its float type.
    pub fn new(device: &ComputeDevice) -> Self {
        Self {
            device: device.clone(),
        }
    }
}

/// The weights of a convolution as tensors.
#[derive(Debug)]
pub struct TensorConv {
    weight: Tensor<4>,
    bias: Tensor<1>,
    stride: usize,
    padding: usize,
}

impl Layers for TensorLayers {
    type Map = Tensor<4>;
    type Conv = TensorConv;
    type Gain = Tensor<4>;

    fn conv(&self, weights: ConvWeights<'_>) -> TensorConv {
        let ConvWeights {
            weight,
            bias,
            inputs,
            kernel,
            stride,
        } = weights;
        let outputs = bias.len();
        let shape = [outputs, inputs, kernel, kernel];
        TensorConv {
            weight: self.device.tensor_f32(weight.to_vec(), shape),
            bias: self.device.tensor_f32(bias.to_vec(), [outputs]),
            stride,
            padding: kernel / 2 / stride,
        }
    }

    fn gain(&self, gain: &[f32]) -> Tensor<4> {
        self.device.tensor_f32(gain.to_vec(), [1, gain.len(), 1, 1])
    }

    fn enter(&self, x: Tensor<4>) -> Tensor<4> {
        x
    }

    fn leave(&self, x: Tensor<4>) -> Tensor<4> {
        x
    }

    fn enter_pooled(&self, parts: &[&Tensor<4>], size: usize) -> Tensor<4> {
        avg_pool2d(joined(parts), AvgPoolOptions::new([size; 2]))
    }

    fn enter_unshuffled(&self, parts: &[&Tensor<4>]) -> Tensor<4> {
        unshuffle(joined(parts))
    }

    fn leave_shuffled(&self, x: Tensor<4>) -> Tensor<4> {
        shuffle(x)
    }

    fn apply(
        &self,
        conv: &TensorConv,
        x: &Tensor<4>,
        epilogue: Epilogue<'_, Tensor<4>>,
    ) -> Tensor<4> {
        let options = ConvOptions::new([conv.stride; 2], [conv.padding; 2], [1, 1], 1);
        let y = conv2d(
            x.clone(),
            conv.weight.clone(),
            Some(conv.bias.clone()),
            options,
        );
        match epilogue {
            Epilogue::Nothing => y,
            Epilogue::Silu => silu(y),
            Epilogue::AddSilu(addend) => silu(y + addend.clone()),
            Epilogue::Add(residual) => y + residual.clone(),
        }
    }

    fn norm(&self, gain: &Tensor<4>, x: &Tensor<4>) -> Tensor<4> {
        let scale = (x.clone().square().mean_dim(1) + 1e-6).sqrt().recip();
        x.clone() * scale * gain.clone()
    }

    fn norm_silu(&self, gain: &Tensor<4>, x: &Tensor<4>) -> Tensor<4> {
        silu(self.norm(gain, x))
    }

    fn shuffle_add(&self, x: &Tensor<4>, skip: &Tensor<4>) -> Tensor<4> {
        shuffle(x.clone()) + skip.clone()
    }

    fn attend(&self, qkv: &Tensor<4>, head: usize) -> Tensor<4> {
        let [batch, channels, height, width] = qkv.dims();
        let pixels = height * width;
        let parts = qkv.clone().reshape([batch, channels / head, head, pixels]);
        let mut parts = parts.swap_dims(2, 3).chunk(3, 1).into_iter();
        let mut next = || parts.next().expect("three equal parts of the channels");
        let (q, k, v) = (normalised(next()) * 8.0, normalised(next()), next());
        let share = softmax(q.matmul(k.swap_dims(2, 3)), 3);
        let mixed = share.matmul(v).swap_dims(2, 3);
        mixed.reshape([batch, channels / 3, height, width])
    }
}

/// See [`Layers::enter_unshuffled`].
fn unshuffle(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    x.reshape([b, c, h / 2, 2, w / 2, 2])
        .permute([0, 1, 3, 5, 2, 4])
        .reshape([b, 4 * c, h / 2, w / 2])
}

/// The inverse of [`unshuffle`].
fn shuffle(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    x.reshape([b, c / 4, 2, 2, h, w])
        .permute([0, 1, 4, 2, 5, 3])
        .reshape([b, c / 4, 2 * h, 2 * w])
}

/// x/|x| with norms over the last dimension, at least 1e-12.
fn normalised(x: Tensor<4>) -> Tensor<4> {
    let norm = x.clone().square().sum_dim(3).sqrt().clamp_min(1e-12);
    x / norm
}
