//! Colours that a person painted on a grey photo, at each size that it is coloured at.

use std::rc::Rc;

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

use super::hole;
use crate::compute::device::ComputeDevice;
use crate::operators::HintedGrey;
use crate::photo::mask::hole_width;
use crate::posterior::measurement::Measurement;

/// The share of a block that is painted, where the small image has a hint: at 1/4, a line of 1
/// pixel stays one when the photo is reduced by 4.
const LEAST_SHARE: f32 = 0.25;

/// Chroma of some pixels, with noise.
#[derive(Debug, Clone)]
pub struct Hints {
    /// On the axes of chroma, `[1, 2, H, W]`; 0 where nothing is painted.
    chroma: Tensor<4>,
    /// One entry a pixel.
    painted: Vec<bool>,
    /// R of luma and chroma, `[1, 3, 1, 1]`. A hint is as uncertain at every size: whoever paints a
    /// sky too dark does so all over.
    s2: Tensor<4>,
}

impl Hints {
    /// `chroma`: `[1, 2, H, W]`, which counts where `painted`. `s2`: R of luma and chroma,
    /// `[1, 3, 1, 1]`.
    pub fn new(chroma: Tensor<4>, painted: Vec<bool>, s2: Tensor<4>) -> Self {
        let mut hints = Self {
            chroma,
            painted,
            s2,
        };
        hints.chroma = hints.chroma.clone() * hints.mask();
        hints
    }

    /// The hints beside a photo's luma, `[1, 1, H, W]`, of which the pixels in `known`, zeros and
    /// ones, are measured.
    pub fn measurement(&self, luma: Tensor<4>, known: Tensor<4>) -> Measurement {
        let [_, _, height, width] = luma.dims();
        let unpainted: Vec<bool> = self.painted.iter().map(|p| !p).collect();
        let halvings = hole::halvings(hole_width(&unpainted, [height, width]));
        Measurement {
            operator: Rc::new(HintedGrey::new(known, self.mask(), halvings)),
            y: Tensor::cat(vec![luma, self.chroma.clone()], 1),
            s2: self.s2.clone(),
        }
    }

    /// The mean hint of each block.
    pub(super) fn reduced(&self, factor: usize) -> Self {
        let mean = |x: Tensor<4>| avg_pool2d(x, AvgPoolOptions::new([factor; 2]));
        let share = mean(self.mask());
        let [_, _, rows, columns] = share.dims();
        let width = columns * factor;
        let mut counts = vec![0.0; rows * columns];
        for (i, _) in self.painted.iter().enumerate().filter(|(_, p)| **p) {
            counts[i / width / factor * columns + i % width / factor] += 1.0;
        }
        let least = LEAST_SHARE * (factor * factor) as f32;
        Self::new(
            mean(self.chroma.clone()) / share.clamp_min(LEAST_SHARE),
            counts.into_iter().map(|count| count >= least).collect(),
            self.s2.clone(),
        )
    }

    /// Where it is painted, `[1, 1, H, W]` of zeros and ones.
    fn mask(&self) -> Tensor<4> {
        let [_, _, height, width] = self.chroma.dims();
        let values = self.painted.iter().map(|&p| f32::from(u8::from(p)));
        ComputeDevice::of(&self.chroma).tensor_f32(values.collect(), [1, 1, height, width])
    }
}
