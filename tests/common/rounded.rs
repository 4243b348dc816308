//! Layers whose every map is rounded to f16 between them: what a GPU in [`Precision::F16`]
//! computes, on any device.
//!
//! [`Precision::F16`]: eps_restore::low_level::denoiser::layers::Precision::F16

use burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::layers::{ConvWeights, Epilogue, Layers};
use half::f16;

/// Rounds what the layers of `L` give.
pub(crate) struct Rounded<L>(pub L);

impl<L: Layers> Rounded<L> {
    fn rounded(&self, x: L::Map) -> L::Map {
        self.0.enter(rounded(self.0.leave(x)))
    }
}

fn rounded(x: Tensor<4>) -> Tensor<4> {
    let (device, shape) = (ComputeDevice::of(&x), x.dims());
    let values: Vec<f32> = x.try_into_vec_as().expect("the CPU reads back");
    device.tensor_f32(each(&values), shape)
}

fn each(values: &[f32]) -> Vec<f32> {
    let rounded = values.iter().map(|&v| f16::from_f32(v).to_f32());
    rounded.collect()
}

impl<L: Layers> Layers for Rounded<L> {
    type Map = L::Map;
    type Conv = L::Conv;
    type Gain = L::Gain;

    fn conv(&self, weights: ConvWeights<'_>) -> L::Conv {
        self.0.conv(ConvWeights {
            weight: &each(weights.weight),
            bias: &each(weights.bias),
            ..weights
        })
    }

    fn gain(&self, gain: &[f32]) -> L::Gain {
        self.0.gain(gain)
    }

    fn enter(&self, x: Tensor<4>) -> L::Map {
        self.0.enter(rounded(x))
    }

    fn leave(&self, x: L::Map) -> Tensor<4> {
        self.0.leave(x)
    }

    fn enter_pooled(&self, parts: &[&Tensor<4>], size: usize) -> L::Map {
        self.rounded(self.0.enter_pooled(parts, size))
    }

    fn enter_unshuffled(&self, parts: &[&Tensor<4>]) -> L::Map {
        self.rounded(self.0.enter_unshuffled(parts))
    }

    fn leave_shuffled(&self, x: L::Map) -> Tensor<4> {
        self.0.leave_shuffled(x)
    }

    fn apply(&self, conv: &L::Conv, x: &L::Map, epilogue: Epilogue<'_, L::Map>) -> L::Map {
        self.rounded(self.0.apply(conv, x, epilogue))
    }

    fn norm(&self, gain: &L::Gain, x: &L::Map) -> L::Map {
        self.rounded(self.0.norm(gain, x))
    }

    fn norm_silu(&self, gain: &L::Gain, x: &L::Map) -> L::Map {
        self.rounded(self.0.norm_silu(gain, x))
    }

    fn shuffle_add(&self, x: &L::Map, skip: &L::Map) -> L::Map {
        self.rounded(self.0.shuffle_add(x, skip))
    }

    fn attend(&self, qkv: &L::Map, head: usize) -> L::Map {
        self.rounded(self.0.attend(qkv, head))
    }
}
