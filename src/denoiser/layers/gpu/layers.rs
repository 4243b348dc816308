//! [`Layers`] on a GPU.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;

use super::families::{Families, Family};
use super::map::{GpuMap, LANES};
use super::weights::Packed;
use super::{attention, direct, layout, pointwise};
use crate::compute::device::ComputeDevice;
use crate::compute::gpu::from_tensor;
use crate::denoiser::layers::{ConvWeights, Epilogue, Layers, Precision};

/// The layers as GPU kernels.
#[derive(Debug)]
pub struct GpuLayers {
    device: ComputeDevice,
    precision: Precision,
    families: Families,
}

impl GpuLayers {
    /// Layers on `device`, a GPU that supports `precision`.
    pub fn new(device: &ComputeDevice, precision: Precision) -> Self {
        Self {
            device: device.clone(),
            precision,
            families: Families::new(None),
        }
    }

    /// These layers with all 3×3 convolutions on one family. Convolutions that it does not support
    /// use [`Family::Direct`].
    pub fn with_family(self, family: Family) -> Self {
        Self {
            families: Families::new(Some(family)),
            ..self
        }
    }
}

impl Layers for GpuLayers {
    type Map = GpuMap;
    type Conv = Packed;
    type Gain = CubeTensor;

    fn conv(&self, weights: ConvWeights<'_>) -> Packed {
        Packed::new(weights, &self.device, self.precision)
    }

    fn gain(&self, gain: &[f32]) -> CubeTensor {
        let mut padded = gain.to_vec();
        padded.resize(gain.len().next_multiple_of(LANES), 0.0);
        let length = padded.len();
        from_tensor(self.device.tensor_f32(padded, [length]))
    }

    fn enter(&self, x: Tensor<4>) -> GpuMap {
        layout::enter_pooled(&[&x], 1, self.precision)
    }

    fn enter_pooled(&self, parts: &[&Tensor<4>], size: usize) -> GpuMap {
        layout::enter_pooled(parts, size, self.precision)
    }

    fn enter_unshuffled(&self, parts: &[&Tensor<4>]) -> GpuMap {
        layout::enter_unshuffled(parts, self.precision)
    }

    fn leave(&self, x: GpuMap) -> Tensor<4> {
        layout::leave(&x, false)
    }

    fn leave_shuffled(&self, x: GpuMap) -> Tensor<4> {
        layout::leave(&x, true)
    }

    fn apply(&self, conv: &Packed, x: &GpuMap, epilogue: Epilogue<'_, GpuMap>) -> GpuMap {
        match conv.kernel {
            3 => self.families.convolve(conv, x, epilogue),
            _ => direct::convolve(conv, x, epilogue, direct::BLOCK),
        }
    }

    fn norm(&self, gain: &CubeTensor, x: &GpuMap) -> GpuMap {
        pointwise::norm(gain, x, false)
    }

    fn norm_silu(&self, gain: &CubeTensor, x: &GpuMap) -> GpuMap {
        pointwise::norm(gain, x, true)
    }

    fn shuffle_add(&self, x: &GpuMap, skip: &GpuMap) -> GpuMap {
        layout::shuffle_add(x, skip)
    }

    fn attend(&self, qkv: &GpuMap, head: usize) -> GpuMap {
        attention::attend(qkv, head)
    }

    async fn measure(&self) {
        self.families.measure(&self.device, self.precision).await;
    }
}
