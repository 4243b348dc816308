//! Channels-last batches of feature maps on a GPU.

use burn::tensor::{DType, Tensor, TensorData};
use burn_cubecl::tensor::CubeTensor;
use cubecl::ir::{ElemType, FloatKind};
use cubecl::prelude::*;
use half::f16;

use crate::compute::device::ComputeDevice;
use crate::compute::gpu::{empty_of, from_tensor};
use crate::denoiser::layers::Precision;

/// Four channels of a pixel in the float type of the arithmetic.
pub(super) type Lanes = Vector<f32, Const<4>>;
/// Four channels of a pixel in the float type `S` of their storage.
pub(super) type Stored<S> = Vector<S, Const<4>>;

/// Channels of a [`Lanes`].
pub(super) const LANES: usize = 4;

impl Precision {
    /// Whether `device`, a GPU, supports this precision.
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

    /// The element type of kernels' generic parameter for storage.
    pub fn element(self) -> ElemType {
        ElemType::Float(match self {
            Self::F32 => FloatKind::F32,
            Self::F16 => FloatKind::F16,
        })
    }

    /// A tensor `[length]` of `values` on `device`, in this precision.
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

/// A batch of feature maps `[B, H, W, C]`, contiguous, with C zero-padded to a multiple of 4.
#[derive(Debug, Clone)]
pub struct GpuMap {
    pub(super) values: CubeTensor,
    pub(super) channels: usize,
    pub(super) precision: Precision,
}

impl GpuMap {
    /// A map of uninitialised values on the device of `like`.
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

    /// A map of uninitialised values on the device and in the precision of this one. `shape` is
    /// `[batch, height, width]`.
    pub(super) fn empty_like(&self, shape: [usize; 3], channels: usize) -> Self {
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

    /// The number of [`Lanes`] of a pixel.
    pub(super) fn lanes(&self) -> usize {
        lanes(self.channels)
    }

    /// Pixels of the whole batch.
    pub(super) fn pixels(&self) -> usize {
        self.batch() * self.height() * self.width()
    }

    /// The map as an argument of a launch.
    pub(super) fn arg(&self) -> BufferArg {
        self.values.clone().into_buffer_arg()
    }
}

/// The number of [`Lanes`] that hold `channels` channels.
pub(super) fn lanes(channels: usize) -> usize {
    channels.div_ceil(LANES)
}
