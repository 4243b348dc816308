//! The values of tensors on the host, and tensors of them.

use burn::tensor::{Element, Tensor, TensorData};

use crate::compute::device::ComputeDevice;

/// The values of a tensor, which must be of type T.
pub(crate) fn values<T: Element>(x: Tensor<4>) -> Vec<T> {
    x.into_data()
        .try_into_vec()
        .expect("a tensor's data is of its own type")
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
