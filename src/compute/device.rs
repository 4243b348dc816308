//! The device and float type of tensors.
//!
//! All of the crate works on the CPU and on GPUs, in f32 and in f64. f64 exists on the CPU only; it
//! serves the tests of exactness.

use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};

/// How formulas, transforms and solvers are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Loops in Rust: f32 on the CPU.
    Cpu,
    /// GPU kernels: f32 on a GPU, in builds with the feature `webgpu`.
    Gpu,
    /// Plain tensor operations: in all other cases.
    Tensors,
}

/// A device, and the float type of the tensors that are created on it.
#[derive(Clone, Debug)]
pub struct ComputeDevice {
    handle: Device,
    dtype: DType,
}

impl ComputeDevice {
    /// `device` in f32.
    pub fn new(device: Device) -> Self {
        Self {
            handle: device,
            dtype: DType::F32,
        }
    }

    /// The CPU in f32.
    pub fn cpu() -> Self {
        Self::new(Device::flex())
    }

    /// The CPU in f64.
    pub fn cpu_f64() -> Self {
        Self {
            handle: Device::flex(),
            dtype: DType::F64,
        }
    }

    /// The device and float type of `tensor`.
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        Self {
            handle: tensor.device(),
            dtype: tensor.dtype(),
        }
    }

    /// Burn's handle of the device.
    pub fn handle(&self) -> &Device {
        &self.handle
    }

    /// The float type of the tensors.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Whether tensors are in host memory, where they can be read without delay.
    pub fn is_cpu(&self) -> bool {
        self.handle == Device::flex()
    }

    /// How tensors of this device and float type are computed with.
    pub fn backend(&self) -> Backend {
        match (self.dtype, self.is_cpu()) {
            (DType::F32, true) => Backend::Cpu,
            (DType::F32, false) if cfg!(feature = "webgpu") => Backend::Gpu,
            _ => Backend::Tensors,
        }
    }

    fn options(&self) -> TensorCreationOptions {
        (&self.handle, self.dtype).into()
    }

    /// A tensor of `values`, which are in row-major order.
    pub fn tensor<const D: usize>(&self, values: Vec<f64>, shape: [usize; D]) -> Tensor<D> {
        match self.dtype {
            DType::F64 => Tensor::from_data(TensorData::new(values, shape), self.options()),
            _ => self.tensor_f32(values.into_iter().map(|v| v as f32).collect(), shape),
        }
    }

    /// [`Self::tensor`] from f32 values, without a conversion to f64.
    pub fn tensor_f32<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), self.options())
    }

    /// A tensor of zeros.
    pub fn zeros<const D: usize>(&self, shape: [usize; D]) -> Tensor<D> {
        Tensor::zeros(shape, self.options())
    }

    /// A tensor whose values are all `value`.
    pub fn full<const D: usize>(&self, shape: [usize; D], value: f64) -> Tensor<D> {
        Tensor::full(shape, value, self.options())
    }

    /// `value` as a tensor `[1, 1, 1, 1]`, which broadcasts over images.
    ///
    /// The tensor is in host memory whatever the device. Formulas of any device may contain it, and
    /// a formula of such tensors alone takes no launch.
    pub fn scalar(&self, value: f64) -> Tensor<4> {
        let host = Self {
            handle: Device::flex(),
            dtype: self.dtype,
        };
        host.tensor(vec![value], [1; 4])
    }

    /// `x` on this device, for operations other than formulas. `x` must be on this device or in
    /// host memory.
    ///
    /// # Panics
    /// If `x` is on another GPU and cannot be read at once.
    pub fn bring(&self, x: Tensor<4>) -> Tensor<4> {
        if x.device() == self.handle {
            return x;
        }
        let shape = x.dims();
        let values = x.try_into_vec_as().expect("a tensor in host memory");
        self.tensor(values, shape)
    }
}
