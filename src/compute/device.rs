//! Where tensors are made: a device and a float type.
//!
//! Everything above works on either device and in f32 or f64 alike; f64 exists on the CPU only and
//! serves the tests of exactness.

use burn::tensor::{DType, Device, Tensor, TensorCreationOptions, TensorData};

/// A device and the float type of the tensors made on it.
#[derive(Clone, Debug)]
pub struct ComputeDevice {
    handle: Device,
    dtype: DType,
}

impl ComputeDevice {
    /// f32 on `device`.
    pub fn new(device: Device) -> Self {
        Self {
            handle: device,
            dtype: DType::F32,
        }
    }

    /// f32 on the CPU.
    pub fn cpu() -> Self {
        Self::new(Device::flex())
    }

    /// f64 on the CPU.
    pub fn cpu_f64() -> Self {
        Self {
            handle: Device::flex(),
            dtype: DType::F64,
        }
    }

    /// Where `tensor` is.
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        Self {
            handle: tensor.device(),
            dtype: tensor.dtype(),
        }
    }

    /// The device as Burn knows it.
    pub fn handle(&self) -> &Device {
        &self.handle
    }

    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Whether host memory is the device's memory, so that reading a tensor costs nothing and waits
    /// for nothing.
    pub fn is_cpu(&self) -> bool {
        self.handle == Device::flex()
    }

    fn options(&self) -> TensorCreationOptions {
        (&self.handle, self.dtype).into()
    }

    /// A tensor of these values in row-major order.
    pub fn tensor<const D: usize>(&self, values: Vec<f64>, shape: [usize; D]) -> Tensor<D> {
        match self.dtype {
            DType::F64 => Tensor::from_data(TensorData::new(values, shape), self.options()),
            _ => self.tensor_f32(values.into_iter().map(|v| v as f32).collect(), shape),
        }
    }

    /// The same from f32 values, without a detour through f64.
    pub fn tensor_f32<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), self.options())
    }

    pub fn zeros<const D: usize>(&self, shape: [usize; D]) -> Tensor<D> {
        Tensor::zeros(shape, self.options())
    }

    pub fn full<const D: usize>(&self, shape: [usize; D], value: f64) -> Tensor<D> {
        Tensor::full(shape, value, self.options())
    }

    /// A number as a tensor, `[1, 1, 1, 1]`, which broadcasts over images. It stays in host memory,
    /// where a formula on any device finds it: what is made of numbers alone takes no launch.
    pub fn scalar(&self, value: f64) -> Tensor<4> {
        let host = Self {
            handle: Device::flex(),
            dtype: self.dtype,
        };
        host.tensor(vec![value], [1; 4])
    }

    /// The same tensor on this device, for operations that are no formulas.
    pub fn bring(&self, x: Tensor<4>) -> Tensor<4> {
        if x.device() == self.handle {
            return x;
        }
        let shape = x.dims();
        let values = x.try_into_vec_as().expect("a tensor in host memory");
        self.tensor(values, shape)
    }
}
