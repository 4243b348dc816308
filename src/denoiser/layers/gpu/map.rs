//! A channels-last batch of feature maps on the GPU.

use burn::tensor::{DType, Tensor, TensorData};
use burn_cubecl::tensor::CubeTensor;
use cubecl::ir::{ElemType, FloatKind};
use cubecl::prelude::*;
use half::f16;

use crate::compute::device::ComputeDevice;
use crate::compute::gpu::{empty_of, from_tensor};
use crate::denoiser::layers::Precision;

/// Four channels of a pixel, as kernels compute with them.
pub type Lanes = Vector<f32, Const<4>>;
/// The same as they are stored.
pub type Stored<S> = Vector<S, Const<4>>;

/// Values of a [`Lanes`].
pub const LANES: usize = 4;

impl Precision {
    /// Whether the GPU of `device` has it.
    pub fn is_supported(self, device: &ComputeDevice) -> bool {
        let probe = from_tensor(device.zeros([1]));
        probe.client.properties().supports_type(self.element())
    }

    fn dtype(self) -> DType {
        match self {
            Self::F32 => DType::F32,
            Self::F16 => DType::F16,
        }
    }

    /// As kernels are told it.
    pub fn element(self) -> ElemType {
        ElemType::Float(match self {
            Self::F32 => FloatKind::F32,
            Self::F16 => FloatKind::F16,
        })
    }

    /// Values stored so, one after another.
    pub fn upload(self, values: Vec<f32>, device: &ComputeDevice) -> CubeTensor {
        let length = values.len();
        let data = match self {
            Self::F32 => TensorData::new(values, [length]),
            Self::F16 => {
                let rounded = values.into_iter().map(f16::from_f32).collect::<Vec<_>>();
                TensorData::new(rounded, [length])
            }
        };
        from_tensor::<1>(Tensor::from_data(data, (device.handle(), self.dtype())))
    }
}

/// `[B, H, W, C rounded up to a multiple of 4]`, contiguous. What lies beyond the channels is zero.
#[derive(Clone)]
pub struct GpuMap {
    pub(super) values: CubeTensor,
    pub(super) channels: usize,
    pub(super) precision: Precision,
}

impl GpuMap {
    /// A map of uninitialised values, where `like` is.
    pub(super) fn empty(
        like: &CubeTensor,
        precision: Precision,
        [batch, height, width]: [usize; 3],
        channels: usize,
    ) -> Self {
        let shape = [batch, height, width, lanes(channels) * LANES];
        Self {
            values: empty_of(like, precision.dtype(), shape),
            channels,
            precision,
        }
    }

    /// A map of uninitialised values, where and as this one is.
    pub(super) fn another(&self, shape: [usize; 3], channels: usize) -> Self {
        Self::empty(&self.values, self.precision, shape, channels)
    }

    pub(super) fn batch(&self) -> usize {
        self.values.meta.shape()[0]
    }

    pub(super) fn height(&self) -> usize {
        self.values.meta.shape()[1]
    }

    pub(super) fn width(&self) -> usize {
        self.values.meta.shape()[2]
    }

    /// [`Lanes`] of a pixel.
    pub(super) fn lanes(&self) -> usize {
        lanes(self.channels)
    }

    pub(super) fn pixels(&self) -> usize {
        self.batch() * self.height() * self.width()
    }

    pub(super) fn arg(&self) -> BufferArg {
        self.values.clone().into_buffer_arg()
    }
}

/// Vectors of four that hold so many channels.
pub fn lanes(channels: usize) -> usize {
    channels.div_ceil(LANES)
}
