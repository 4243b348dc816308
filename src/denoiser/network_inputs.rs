//! The network's inputs for one tile as plain numbers, which can be sent to where it is evaluated.

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::error::Error;

/// Numbers in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct Planes {
    /// Images, channels, rows and columns.
    pub shape: [usize; 4],
    /// As many as the shape says.
    pub values: Vec<f32>,
}

/// The inputs of the network F: w/sigma_data, g/sigma_data, log(v)/4 and the coarse residual of the
/// pivot, in this order. The maps may have axes of length 1, along which they broadcast.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkInputs {
    /// Of 3, 3, 8 and 3 channels.
    pub planes: [Planes; 4],
}

/// The channels of the inputs.
const CHANNELS: [usize; 4] = [3, 3, 8, 3];
/// Which of the inputs are the maps.
const MAPS: usize = 2;

impl NetworkInputs {
    /// The numbers of tensors on the CPU.
    pub(super) fn of(tensors: [Tensor<4>; 4]) -> Self {
        let planes = tensors.map(|tensor| Planes {
            shape: tensor.dims(),
            values: tensor.try_into_vec_as().expect("a tensor on the CPU"),
        });
        Self { planes }
    }

    /// The tensors of these numbers.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where shapes and numbers are not those of the network's inputs.
    pub(super) fn tensors(self, device: &ComputeDevice) -> Result<[Tensor<4>; 4], Error> {
        let [images, _, height, width] = self.planes[0].shape;
        for (i, Planes { shape, values }) in self.planes.iter().enumerate() {
            let whole = [images, CHANNELS[i], height, width];
            let mut axes = shape.iter().zip(whole);
            let fits = axes.all(|(&n, whole)| n == whole || (i == MAPS && n == 1));
            if !fits || values.len() != shape.iter().product::<usize>() {
                return Err(Error::InvalidOption(format!(
                    "{} numbers of shape {shape:?} are no input of the network for {images} \
                     images of {height} by {width} pixels",
                    values.len()
                )));
            }
        }
        let tensor = |Planes { shape, values }: Planes| device.tensor_f32(values, shape);
        Ok(self.planes.map(tensor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(shapes: [[usize; 4]; 4]) -> NetworkInputs {
        let planes = shapes.map(|shape| Planes {
            shape,
            values: (0..shape.iter().product()).map(|i| i as f32).collect(),
        });
        NetworkInputs { planes }
    }

    #[test]
    fn tensors_become_numbers_and_tensors_again() {
        let device = ComputeDevice::cpu();
        let image = [2, 3, 5, 4];
        for maps in [[2, 8, 5, 4], [1, 1, 1, 1], [1, 8, 1, 1], [1, 8, 5, 4]] {
            let sent = inputs([image, image, maps, image]);
            let tensors = sent.clone().tensors(&device).expect("valid inputs");
            assert_eq!(NetworkInputs::of(tensors), sent);
        }
    }

    #[test]
    fn other_numbers_are_refused() {
        let device = ComputeDevice::cpu();
        let image = [1, 3, 5, 4];
        let maps = [1, 8, 5, 4];
        let mut short = inputs([image, image, maps, image]);
        short.planes[3].values.pop();
        let wrong = [
            short,
            inputs([image, image, image, image]),
            inputs([image, [1, 3, 1, 1], maps, image]),
            inputs([image, image, [1, 8, 4, 4], image]),
            inputs([image, image, maps, [2, 3, 5, 4]]),
        ];
        for inputs in wrong {
            let refused = inputs.tensors(&device);
            assert!(
                matches!(refused, Err(Error::InvalidOption(_))),
                "{refused:?}"
            );
        }
    }
}
