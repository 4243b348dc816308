//! A = diag(c), c in {0, 1} per pixel or per channel of it: inpainting, a crop, the colour mosaic
//! of a camera's sensor. S(v) = v s2/(s2 + c v).

use std::cell::OnceCell;
use std::rc::Rc;

use burn::tensor::Tensor;

use super::{LinearOperator, PriorUpdate, remaining};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::prior::noise_geometry::bands_of_pixels;

/// Which channel each pixel of a 2×2 block measures, row by row: RGGB and its rotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bayer {
    Rggb,
    Grbg,
    Bggr,
    Gbrg,
}

impl Bayer {
    pub const ALL: [Self; 4] = [Self::Rggb, Self::Grbg, Self::Bggr, Self::Gbrg];

    /// The channel that the pixel measures.
    pub fn channel(self, row: usize, column: usize) -> usize {
        let block = match self {
            Self::Rggb => [0, 1, 1, 2],
            Self::Grbg => [1, 0, 2, 1],
            Self::Bggr => [2, 1, 1, 0],
            Self::Gbrg => [1, 2, 0, 1],
        };
        block[row % 2 * 2 + column % 2]
    }
}

/// A = diag(c): pixels with c = 1 are known. What a measurement holds elsewhere is never looked at.
#[derive(Clone)]
pub struct Mask {
    known: Tensor<4>,
    /// The same, so that formulas that share it read it once.
    formula: Formula,
    levels: usize,
    /// The share of the unknown in each band of each pixel, once asked for.
    unknown: Rc<OnceCell<Tensor<4>>>,
}

impl Mask {
    /// `known`: `[B or 1, 1 or 3, H, W]` of zeros and ones, 1 = known.
    pub fn new(known: Tensor<4>) -> Self {
        Self {
            formula: (&known).into(),
            known,
            levels: 0,
            unknown: Rc::default(),
        }
    }

    /// The same with holes so wide that w0 is begun at a size halved so often.
    pub fn begun_at(self, levels: usize) -> Self {
        Self { levels, ..self }
    }

    /// 1 where known, `[B or 1, 1 or 3, H, W]`.
    pub fn known(&self) -> Tensor<4> {
        self.known.clone()
    }

    /// One channel known at each pixel, as a sensor's colour filters leave it.
    pub fn bayer(pattern: Bayer, height: usize, width: usize, device: &ComputeDevice) -> Self {
        let known = (0..3 * height * width).map(|i| {
            let (channel, pixel) = (i / (height * width), i % (height * width));
            let measured = pattern.channel(pixel / width, pixel % width) == channel;
            if measured { 1.0 } else { 0.0 }
        });
        Self::new(device.tensor_f32(known.collect(), [1, 3, height, width]))
    }

    /// All but a frame of so many pixels before and after along each axis, rows first: a crop that
    /// keeps the image's size, so that what it measures is 0 in the frame.
    pub fn crop(
        frame: [[usize; 2]; 2],
        [height, width]: [usize; 2],
        device: &ComputeDevice,
    ) -> Self {
        let inside =
            |at: usize, [before, after]: [usize; 2], n: usize| (before..n - after).contains(&at);
        let known = (0..height * width).map(|i| {
            let kept = inside(i / width, frame[0], height) && inside(i % width, frame[1], width);
            if kept { 1.0 } else { 0.0 }
        });
        Self::new(device.tensor_f32(known.collect(), [1, 1, height, width]))
    }

    /// c x, in x's float type.
    fn masked(&self, x: Tensor<4>) -> Tensor<4> {
        let known = self.known.clone().cast(x.dtype());
        x * known
    }

    fn variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        remaining(v, s2, &self.formula)
    }
}

impl LinearOperator for Mask {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.masked(x)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.masked(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let v = Formula::from(v);
        let gain = &self.formula * (&v / (Formula::from(s2) + &v));
        &m + (y - &m) * gain
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        Some(self.variance(v, s2))
    }

    /// Luma and chroma both see the mean of the pixel variance over channels: that of what is
    /// known, and what is more where it is not.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        let unknown = self.unknown.get_or_init(|| {
            let share = -self.known.clone().mean_dim(1) + 1.0;
            bands_of_pixels(share)
        });
        let (v, s2) = (Formula::from(v), Formula::from(s2));
        let known = &v * &s2 / (&s2 + &v);
        let more = &v * &v / (&s2 + &v);
        Some(known + more * unknown)
    }

    fn levels(&self) -> usize {
        self.levels
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0)
    }

    /// Of a colour filter array the maps hold the mean over channels.
    fn maps_hold_to(&self) -> f64 {
        match self.known.dims()[1] {
            1 => f64::INFINITY,
            _ => 1.0,
        }
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.masked(y)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Diagonal(&self.known)
    }
}
