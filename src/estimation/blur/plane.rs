//! The brightness of a photo, and the steps that JPEG rounded it by.

use crate::error::Error;
use crate::photo::jpeg::{Jpeg, YCBCR};
use crate::photo::pixels::Photo;

/// Luma Y = 0.299 R + 0.587 G + 0.114 B, row by row, in 8-bit levels (0 to 255).
#[derive(Debug, Clone)]
pub struct Luma {
    width: usize,
    height: usize,
    values: Vec<f32>,
    steps: Option<[f32; 64]>,
}

impl Luma {
    /// `values`: `[height, width]` in row-major order.
    ///
    /// # Errors
    /// [`Error::InvalidImage`] if a side is 0, their number does not fit the size, or one is not
    /// finite.
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Result<Self, Error> {
        if width == 0 || height == 0 || width.checked_mul(height) != Some(values.len()) {
            return Err(Error::InvalidImage(format!(
                "{width}x{height} takes one value a pixel, but {} were given",
                values.len()
            )));
        }
        if let Some(value) = values.iter().find(|v| !v.is_finite()) {
            return Err(Error::InvalidImage(format!(
                "{value} is no brightness; levels are finite"
            )));
        }
        Ok(Self {
            width,
            height,
            values,
            steps: None,
        })
    }

    /// Of a photo; `file`: the JPEG that it was decoded from, whose rounding counts.
    pub fn of_photo(photo: &Photo, file: Option<&Jpeg>) -> Self {
        let [r, g, b] = YCBCR[0].map(|weight| weight as f32);
        let pixels = photo.rgba().chunks_exact(4);
        let luma = |p: &[u8]| r * f32::from(p[0]) + g * f32::from(p[1]) + b * f32::from(p[2]);
        let steps = |file: &Jpeg| {
            let table = file.components()[0].table();
            let turned = file.orientation().swaps_sides();
            let entry = |i: usize| if turned { i % 8 * 8 + i / 8 } else { i };
            std::array::from_fn(|i| f32::from(table[entry(i)]))
        };
        Self {
            width: photo.width(),
            height: photo.height(),
            values: pixels.map(luma).collect(),
            steps: file.map(steps),
        }
    }

    /// Columns of pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// `[height, width]`, row by row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The JPEG's quantisation steps of luma, `[8, 8]`; `None` where there are none.
    pub fn jpeg_steps(&self) -> Option<&[f32; 64]> {
        self.steps.as_ref()
    }
}
