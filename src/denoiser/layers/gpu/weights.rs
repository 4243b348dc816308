//! The weights of convolutions in the order in which kernels read them.

use std::cell::OnceCell;

use burn_cubecl::tensor::CubeTensor;

use super::map::{LANES, lanes};
use crate::compute::device::ComputeDevice;
use crate::denoiser::layers::{ConvWeights, Precision};

/// The packed weights of a convolution.
#[derive(Debug)]
pub struct Packed {
    /// `[kernel row, inputs / 4, kernel column, 4, outputs]`, with inputs and outputs zero-padded
    /// to multiples of 4.
    pub weight: CubeTensor,
    /// `[outputs]`, zero-padded likewise.
    pub bias: CubeTensor,
    pub inputs: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    pub precision: Precision,
    /// The transformed weights of [`super::winograd`] for tiles of 2 and of 4, computed at first
    /// use.
    pub transformed: [OnceCell<CubeTensor>; 2],
}

impl Packed {
    /// Packs weights onto `device`, in `precision`.
    pub fn new(weights: ConvWeights<'_>, device: &ComputeDevice, precision: Precision) -> Self {
        let ConvWeights {
            weight,
            bias,
            inputs,
            kernel,
            stride,
        } = weights;
        let outputs = bias.len();
        let (rows, columns) = (lanes(inputs), lanes(outputs) * LANES);
        let mut packed = vec![0.0; kernel * rows * kernel * LANES * columns];
        for (o, of_output) in weight.chunks_exact(inputs * kernel * kernel).enumerate() {
            for (i, taps) in of_output.chunks_exact(kernel * kernel).enumerate() {
                for (tap, &value) in taps.iter().enumerate() {
                    let (ky, kx) = (tap / kernel, tap % kernel);
                    let row = ((ky * rows + i / LANES) * kernel + kx) * LANES + i % LANES;
                    packed[row * columns + o] = value;
                }
            }
        }
        let mut padded = bias.to_vec();
        padded.resize(columns, 0.0);
        let upload = |values| precision.upload(values, device);
        Self {
            weight: upload(packed),
            bias: upload(padded),
            inputs,
            outputs,
            kernel,
            stride,
            precision,
            transformed: Default::default(),
        }
    }
}
