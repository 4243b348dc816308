//! White noise from a seed. It is drawn on the CPU, so that a seed gives the same sample on every
//! device.

use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

use crate::compute::device::ComputeDevice;

/// One stream of the white noise of a seed. Streams are independent: a sample does not depend on
/// the number of other samples.
#[derive(Debug)]
pub struct WhiteNoise {
    generator: ChaCha8Rng,
    device: ComputeDevice,
}

impl WhiteNoise {
    /// The start of stream number `stream` of `seed`, with draws on `device`.
    pub fn new(seed: u64, stream: u64, device: &ComputeDevice) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self {
            generator,
            device: device.clone(),
        }
    }

    /// The next draw from N(0, I), of the given shape.
    pub fn draw(&mut self, shape: [usize; 4]) -> Tensor<4> {
        let count = shape.iter().product();
        let values = (0..count).map(|_| StandardNormal.sample(&mut self.generator));
        self.device.tensor(values.collect(), shape)
    }
}
