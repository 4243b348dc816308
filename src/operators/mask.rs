//! A = diag(c) with c in {0, 1} for each pixel, or for each channel of it: inpainting, crops, the
//! colour mosaic of a camera's sensor. S(v) = v s2/(s2 + c v) (docs/method.md, sections 3.2, 4.3
//! and 5.5).
//!
//! R may be given for each pixel, and channel: noise that grows with brightness, highlights that
//! are clipped.
//!
//! A mask for each channel is one of red, green and blue, and so are its measurements: on the
//! colour axes A = diag(c) Uᵀ (section 3.3).

use std::cell::OnceCell;
use std::rc::Rc;

use burn::tensor::Tensor;

use super::{
    DiagonalUpdate, LinearOperator, NoiseVariances, PerChannelUpdate, PriorUpdate, remaining,
};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::error::Error;
use crate::prior::axes;
use crate::prior::noise_geometry::bands_of_pixels;

/// The colour filters of a sensor: the channels that a 2×2 block measures, row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bayer {
    /// Red and green, then green and blue.
    Rggb,
    /// Green and red, then blue and green.
    Grbg,
    /// Blue and green, then green and red.
    Bggr,
    /// Green and blue, then red and green.
    Gbrg,
}

impl Bayer {
    /// The four layouts, in the order of their declaration.
    pub const ALL: [Self; 4] = [Self::Rggb, Self::Grbg, Self::Bggr, Self::Gbrg];

    /// The channel that a pixel measures: 0 is red, 1 green, 2 blue.
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

/// A = diag(c). Pixels with c = 1 are known; a measurement's values elsewhere are ignored.
#[derive(Debug, Clone)]
pub struct Mask {
    /// c.
    known: Tensor<4>,
    /// c as one node, so that a formula that uses it twice reads it once.
    known_formula: Formula,
    halvings: usize,
    /// The maps of 1 - c, averaged over channels: `[B or 1, 8, H, W]`, computed on first use.
    unknown_bands: Rc<OnceCell<Tensor<4>>>,
}

impl Mask {
    /// `known`: c of zeros and ones, `[B or 1, 1, H, W]`, or of red, green and blue
    /// `[B or 1, 3, H, W]`.
    pub fn new(known: Tensor<4>) -> Self {
        Self {
            known_formula: (&known).into(),
            known,
            halvings: 0,
            unknown_bands: Rc::default(),
        }
    }

    /// The same mask with [`DiagonalUpdate::halvings`], for holes wider than the iterations reach.
    pub fn with_halvings(self, halvings: usize) -> Self {
        Self { halvings, ..self }
    }

    /// Whether c is the same for every channel, and so on every axis.
    fn is_shared(&self) -> bool {
        self.known.dims()[1] == 1
    }

    /// c, `[B or 1, 1 or 3, H, W]`.
    pub fn known(&self) -> Tensor<4> {
        self.known.clone()
    }

    /// One known channel at each pixel, as the colour filters of a sensor leave it.
    pub fn bayer(pattern: Bayer, height: usize, width: usize, device: &ComputeDevice) -> Self {
        let known = (0..3 * height * width).map(|i| {
            let (channel, pixel) = (i / (height * width), i % (height * width));
            let measured = pattern.channel(pixel / width, pixel % width) == channel;
            if measured { 1.0 } else { 0.0 }
        });
        Self::new(device.tensor_f32(known.collect(), [1, 3, height, width]))
    }

    /// A crop that keeps the image's size: the pixels in the frame are unknown.
    ///
    /// `frame`: the width of the frame before and after the kept pixels, of rows and of columns.
    ///
    /// # Errors
    /// [`Error::InvalidMask`] if the frame is wider than the image.
    pub fn crop(
        frame: [[usize; 2]; 2],
        [height, width]: [usize; 2],
        device: &ComputeDevice,
    ) -> Result<Self, Error> {
        for ([before, after], n) in frame.into_iter().zip([height, width]) {
            if before.saturating_add(after) > n {
                return Err(Error::InvalidMask(format!(
                    "a frame of {before} and {after} pixels is wider than the side of {n}"
                )));
            }
        }
        let inside =
            |at: usize, [before, after]: [usize; 2], n: usize| (before..n - after).contains(&at);
        let known = (0..height * width).map(|i| {
            let kept = inside(i / width, frame[0], height) && inside(i % width, frame[1], width);
            if kept { 1.0 } else { 0.0 }
        });
        Ok(Self::new(
            device.tensor_f32(known.collect(), [1, 1, height, width]),
        ))
    }

    /// c x, in x's float type.
    fn masked(&self, x: Tensor<4>) -> Tensor<4> {
        let known = self.known.clone().cast(x.dtype());
        x * known
    }
}

impl LinearOperator for Mask {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        match self.is_shared() {
            true => self.masked(x),
            false => self.masked(axes::to_rgb(x)),
        }
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        match self.is_shared() {
            true => self.masked(y),
            false => axes::from_rgb(self.masked(y)),
        }
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.masked(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let v = Formula::from(v);
        let gain = &self.known_formula * (&v / (Formula::from(s2) + &v));
        if self.is_shared() {
            return &m + (y - &m) * gain;
        }
        let m = m.tensor();
        let residual = y - axes::to_rgb(m.clone());
        Formula::from(m) + axes::from_rgb((residual * gain).tensor())
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        match self.is_shared() {
            true => PriorUpdate::Diagonal(self),
            false => PriorUpdate::PerChannel(self),
        }
    }
}

impl NoiseVariances for Mask {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let remaining = remaining(v, s2, &self.known_formula);
        match self.is_shared() {
            true => remaining,
            false => axes::variances(remaining.tensor()).into(),
        }
    }

    /// The mean of the pixel variance over channels, in luma and chroma alike: the variance of a
    /// known pixel, plus the maps of 1 - c times what an unknown pixel has more. With a variance
    /// for each pixel, the maps of what is left of it.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        if s2.dims()[2..] != [1, 1] {
            let variance = remaining(v, s2, &self.known_formula).tensor();
            return bands_of_pixels(variance.mean_dim(1)).into();
        }
        let unknown_bands = self.unknown_bands.get_or_init(|| {
            let unknown = -self.known.clone().mean_dim(1) + 1.0;
            bands_of_pixels(unknown)
        });
        let (v, s2) = (Formula::from(v), Formula::from(s2));
        let known = &v * &s2 / (&s2 + &v);
        let more = &v * &v / (&s2 + &v);
        known + more * unknown_bands
    }
}

impl DiagonalUpdate for Mask {
    fn known(&self) -> &Tensor<4> {
        &self.known
    }

    fn halvings(&self) -> usize {
        self.halvings
    }
}

impl PerChannelUpdate for Mask {
    fn known(&self) -> &Tensor<4> {
        &self.known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_wider_than_the_image_are_refused() {
        let device = ComputeDevice::cpu();
        for frame in [[[9, 8], [0, 0]], [[0, 0], [usize::MAX, 1]]] {
            let error = Mask::crop(frame, [16, 16], &device).err();
            assert_eq!(error.map(|e| e.code()), Some("invalid-mask"), "{frame:?}");
        }
        assert!(Mask::crop([[2, 3], [0, 16]], [16, 16], &device).is_ok());
    }
}
