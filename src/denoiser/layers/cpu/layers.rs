//! [`Layers`] on the CPU, image by image.

use std::fmt::{self, Debug};

use burn::tensor::{DType, Tensor};

use super::map::Map;
use super::pointwise::{self, Pointwise};
use super::winograd::Conv3x3;
use super::{Epilogue, attention};
use crate::compute::device::ComputeDevice;
use crate::denoiser::layers::{self, ConvWeights, Layers, joined};

/// The layers in plain Rust, in f32.
#[derive(Debug)]
pub struct CpuLayers;

/// The packed weights of a convolution.
pub enum CpuConv {
    Winograd(Conv3x3),
    Pointwise(Pointwise),
}

impl Debug for CpuConv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Winograd(_) => "Winograd",
            Self::Pointwise(_) => "Pointwise",
        };
        f.debug_tuple(name).finish_non_exhaustive()
    }
}

impl Layers for CpuLayers {
    type Map = Vec<Map>;
    type Conv = CpuConv;
    type Gain = Vec<f32>;

    fn conv(&self, weights: ConvWeights<'_>) -> CpuConv {
        let ConvWeights {
            weight,
            bias,
            inputs,
            kernel,
            ..
        } = weights;
        match kernel {
            3 => CpuConv::Winograd(Conv3x3::new(weight, bias, inputs)),
            side => CpuConv::Pointwise(Pointwise::new(weight, bias, inputs, side)),
        }
    }

    fn gain(&self, gain: &[f32]) -> Vec<f32> {
        gain.to_vec()
    }

    fn enter(&self, x: Tensor<4>) -> Vec<Map> {
        let [_, channels, height, width] = x.dims();
        let data = x.cast(DType::F32).into_data();
        let values = data
            .try_into_vec::<f32>()
            .expect("the tensor was cast to f32");
        let images = values.chunks_exact(channels * height * width);
        images
            .map(|planes| Map::from_planes(planes, height, width))
            .collect()
    }

    fn leave(&self, x: Vec<Map>) -> Tensor<4> {
        let shape = [x.len(), x[0].channels, x[0].height, x[0].width];
        let mut values = Vec::with_capacity(shape.iter().product());
        x.iter().for_each(|map| map.extend_planes(&mut values));
        ComputeDevice::cpu().tensor_f32(values, shape)
    }

    fn enter_pooled(&self, parts: &[&Tensor<4>], size: usize) -> Vec<Map> {
        let maps = self.enter(joined(parts));
        maps.iter().map(|map| pointwise::pool(map, size)).collect()
    }

    fn enter_unshuffled(&self, parts: &[&Tensor<4>]) -> Vec<Map> {
        let maps = self.enter(joined(parts));
        maps.iter().map(pointwise::unshuffle).collect()
    }

    fn leave_shuffled(&self, x: Vec<Map>) -> Tensor<4> {
        self.leave(x.iter().map(pointwise::shuffle).collect())
    }

    fn apply(
        &self,
        conv: &CpuConv,
        x: &Vec<Map>,
        epilogue: layers::Epilogue<'_, Vec<Map>>,
    ) -> Vec<Map> {
        let convolve = |(i, x): (usize, &Map)| {
            let epilogue = match epilogue {
                layers::Epilogue::Nothing => Epilogue::Nothing,
                layers::Epilogue::Silu => Epilogue::Silu,
                layers::Epilogue::AddSilu(addend) => Epilogue::AddSilu(&addend[i]),
                layers::Epilogue::Add(residual) => Epilogue::Add(&residual[i]),
            };
            match conv {
                CpuConv::Winograd(conv) => conv.forward(x, epilogue),
                CpuConv::Pointwise(conv) => conv.forward(x, epilogue),
            }
        };
        x.iter().enumerate().map(convolve).collect()
    }

    fn norm(&self, gain: &Vec<f32>, x: &Vec<Map>) -> Vec<Map> {
        let norm = |x: &Map| {
            let mut y = Map::zeros(x.height, x.width, x.channels);
            pointwise::norm(x, gain, &mut y);
            y
        };
        x.iter().map(norm).collect()
    }

    fn norm_silu(&self, gain: &Vec<f32>, x: &Vec<Map>) -> Vec<Map> {
        let mut y = self.norm(gain, x);
        y.iter_mut()
            .for_each(|map| pointwise::silu_all(&mut map.data));
        y
    }

    fn shuffle_add(&self, x: &Vec<Map>, skip: &Vec<Map>) -> Vec<Map> {
        let shuffle_add = |(x, skip): (&Map, &Map)| {
            let mut y = pointwise::shuffle(x);
            pointwise::add(&mut y, skip);
            y
        };
        x.iter().zip(skip).map(shuffle_add).collect()
    }

    fn attend(&self, qkv: &Vec<Map>, head: usize) -> Vec<Map> {
        qkv.iter().map(|map| attention::attend(map, head)).collect()
    }
}
