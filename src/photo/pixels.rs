//! Pixels ↔ tensors: x = u8/127.5 - 1, sRGB as stored, channels R, G, B. Alpha is carried, never
//! restored.

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::error::Error;

/// An 8-bit RGBA photo, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    width: usize,
    height: usize,
    rgba: Vec<u8>,
}

impl Photo {
    /// `rgba` holds the pixels row by row, four bytes each: red, green, blue, alpha.
    ///
    /// # Errors
    /// [`Error::InvalidImage`] where a side is 0 or the number of bytes is not 4 width height.
    pub fn new(width: usize, height: usize, rgba: Vec<u8>) -> Result<Self, Error> {
        if width == 0 || height == 0 {
            return Err(Error::InvalidImage(format!(
                "{width}x{height} has no pixels; both sides must be at least 1"
            )));
        }
        let bytes = width.checked_mul(height).and_then(|n| n.checked_mul(4));
        if bytes != Some(rgba.len()) {
            return Err(Error::InvalidImage(format!(
                "{width}x{height} RGBA takes 4 bytes a pixel, but {} bytes were given",
                rgba.len()
            )));
        }
        Ok(Self {
            width,
            height,
            rgba,
        })
    }

    /// Columns of pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels row by row, four bytes each: red, green, blue, alpha.
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }

    pub(crate) fn rgba_mut(&mut self) -> &mut [u8] {
        &mut self.rgba
    }

    /// The pixels, without a copy.
    pub fn into_rgba(self) -> Vec<u8> {
        self.rgba
    }

    /// The window's pixels, a photo of their own.
    pub(crate) fn part(&self, window: Window) -> Self {
        let pixel = |(_, i): (usize, usize)| self.rgba[4 * i..][..4].iter().copied();
        Self {
            width: window.width,
            height: window.height,
            rgba: window.offsets(self.width).flat_map(pixel).collect(),
        }
    }

    /// The window's pixels as `[1, 3, height, width]` in [-1, 1].
    pub fn tensor(&self, window: Window, device: &ComputeDevice) -> Tensor<4> {
        let values = (0..3).flat_map(|channel| {
            window
                .offsets(self.width)
                .map(move |(_, pixel)| 4 * pixel + channel)
        });
        let values = values.map(|i| f32::from(self.rgba[i]) / 127.5 - 1.0);
        device.tensor_f32(values.collect(), [1, 3, window.height, window.width])
    }
}

/// A rectangle of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first column.
    pub left: usize,
    /// The first row.
    pub top: usize,
    /// The number of columns.
    pub width: usize,
    /// The number of rows.
    pub height: usize,
}

impl Window {
    /// The whole of a photo of this size.
    pub fn sized(width: usize, height: usize) -> Self {
        Self {
            left: 0,
            top: 0,
            width,
            height,
        }
    }

    /// The whole photo.
    pub fn whole(photo: &Photo) -> Self {
        Self::sized(photo.width, photo.height)
    }

    /// The window with `by` more pixels on each side, inside a photo of this size.
    pub(crate) fn grown(self, by: usize, width: usize, height: usize) -> Self {
        let left = self.left.saturating_sub(by);
        let top = self.top.saturating_sub(by);
        Self {
            left,
            top,
            width: (self.left + self.width + by).min(width) - left,
            height: (self.top + self.height + by).min(height) - top,
        }
    }

    /// Its pixels in row order: (index within the window, index within a photo of that width).
    pub fn offsets(self, photo_width: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..self.width * self.height).map(move |i| {
            let (row, column) = (self.top + i / self.width, self.left + i % self.width);
            (i, row * photo_width + column)
        })
    }
}
