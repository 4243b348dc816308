//! The values of tensors on the host, and tensors of them.

use std::marker::PhantomData;
use std::ops::Deref;

use burn::tensor::{Element, Tensor, TensorData};
use burn_flex::{Flex, FlexTensor};
use bytemuck::Pod;

use crate::compute::device::ComputeDevice;

/// The values of a tensor, which must be of type T.
pub(crate) fn values<T: Element>(x: Tensor<4>) -> Vec<T> {
    x.into_data()
        .try_into_vec()
        .expect("a tensor's data is of its own type")
}

/// The values of a tensor on the CPU, which must be of type T. They are copied only where they do
/// not lie one behind the other.
pub(crate) struct Borrowed<T> {
    tensor: FlexTensor,
    of: PhantomData<T>,
}

impl<T> Borrowed<T> {
    pub(crate) fn new(x: Tensor<4>) -> Self {
        let tensor = x.try_into_primitive::<Flex>().expect("a tensor on the CPU");
        Self {
            tensor: tensor.to_contiguous(),
            of: PhantomData,
        }
    }
}

impl<T: Element + Pod> Deref for Borrowed<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        let values = self.tensor.as_slice();
        values.expect("contiguous values of the tensor's own type")
    }
}

/// A tensor of `values`, of the float type of `device`, which must be T.
pub(crate) fn tensor<T: Element>(
    values: Vec<T>,
    shape: [usize; 4],
    device: &ComputeDevice,
) -> Tensor<4> {
    Tensor::from_data(
        TensorData::new(values, shape),
        (device.handle(), device.dtype()),
    )
}
