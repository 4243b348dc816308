//! How samples differ, without keeping them: Welford's running mean and sum of squares (1962),
//! which lose no digits where the differences are small.

use burn::tensor::Tensor;

/// Images so far, per pixel and channel.
#[derive(Debug, Default)]
pub struct SampleMoments {
    /// The number of images.
    pub count: usize,
    /// Their mean, and the sum of squared distances from it.
    moments: Option<(Tensor<4>, Tensor<4>)>,
}

impl SampleMoments {
    /// One image more, as it is shown: clipped to [-1, 1].
    pub fn add(&mut self, x: Tensor<4>) {
        let x = x.clamp(-1.0, 1.0);
        self.count += 1;
        self.moments = Some(match self.moments.take() {
            None => (x.clone(), x.zeros_like()),
            Some((mean, squares)) => {
                let off = x.clone() - mean.clone();
                let mean = mean + off.clone() / self.count as f64;
                (mean.clone(), squares + off * (x - mean))
            }
        });
    }

    /// The standard deviation (n - 1); none for fewer than two.
    pub fn deviation(&self) -> Option<Tensor<4>> {
        let (_, squares) = self.moments.as_ref().filter(|_| self.count > 1)?;
        Some((squares.clone() / (self.count - 1) as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::device::ComputeDevice;
    use crate::compute::white_noise::WhiteNoise;

    #[test]
    fn the_running_deviation_is_that_of_all_images_together() {
        let device = ComputeDevice::cpu_f64();
        let mut noise = WhiteNoise::new(1, 0, &device);
        let images = (0..7).map(|_| noise.draw([1, 3, 4, 5]) * 0.3 + 0.6);
        let images: Vec<Tensor<4>> = images.collect();
        let mut spread = SampleMoments::default();
        for (i, image) in images.iter().enumerate() {
            assert_eq!(spread.deviation().is_some(), i > 1);
            spread.add(image.clone());
        }
        let shown = images.iter().map(|x| x.clone().clamp(-1.0, 1.0));
        let all: Tensor<5> = Tensor::stack(shown.collect(), 0);
        let expected: Tensor<4> = all.var(0).sqrt().squeeze_dim(0);
        let found = spread.deviation().expect("seven images");
        let error = (found - expected).abs().max().into_scalar::<f64>();
        assert!(error < 1e-14, "{error:e}");
    }
}
