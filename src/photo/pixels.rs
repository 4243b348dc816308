//! Pixels ↔ tensors: x = u8/127.5 - 1, sRGB as stored, channels R, G, B. Alpha is carried, never
//! restored.

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::error::Error;
use crate::photo::jpeg::Orientation;
use crate::photo::turning::displayed_size;

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

    /// The pixels, without a copy.
    pub fn into_rgba(self) -> Vec<u8> {
        self.rgba
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

    /// The same at another size, each pixel the one that lies there: where the sides are multiples,
    /// each is repeated over a block.
    pub fn stretched(&self, width: usize, height: usize) -> Photo {
        let rgba = (0..width * height).flat_map(|i| {
            let (row, column) = (
                i / width * self.height / height,
                i % width * self.width / width,
            );
            let pixel = row * self.width + column;
            self.rgba[4 * pixel..4 * pixel + 4].iter().copied()
        });
        Photo {
            rgba: rgba.collect(),
            width,
            height,
        }
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

    /// Its pixels in row order: (index within the window, index within a photo of that width).
    pub fn offsets(self, photo_width: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..self.width * self.height).map(move |i| {
            let (row, column) = (self.top + i / self.width, self.left + i % self.width);
            (i, row * photo_width + column)
        })
    }
}

/// Where a restored tensor goes: the window that it fills, and the window's pixels that stay as
/// they are.
#[derive(Debug, Clone)]
pub struct Patch {
    /// The part of the photo that is written.
    pub window: Window,
    /// One entry a pixel of the window: those that are never written.
    pub kept: Option<Vec<bool>>,
    /// The tensor's rows and columns.
    pub size: [usize; 2],
    /// The tensor's row and column at which the window begins.
    pub at: [usize; 2],
}

/// The output photo as it is without a restoration, and where restored tensors go. Tensors have the
/// rows and columns of the photo as stored; pictures come out as displayed.
#[derive(Debug, Clone)]
pub struct Composite {
    photo: Photo,
    patches: Vec<Patch>,
    orientation: Orientation,
}

impl Composite {
    /// `photo` has the size of the output as stored, and its pixels where no patch writes.
    pub fn new(photo: Photo, patches: Vec<Patch>, orientation: Orientation) -> Self {
        Self {
            photo,
            patches,
            orientation,
        }
    }

    /// The output photo as it is without a restoration.
    pub fn unrestored(&self) -> Photo {
        self.photo.clone().upright(self.orientation)
    }

    /// Columns and rows of the output photo.
    pub fn size(&self) -> [usize; 2] {
        displayed_size(self.orientation, [self.photo.width, self.photo.height])
    }

    /// The output photo restored; `values` are each patch's `[3, height, width]` in [-1, 1],
    /// clipped and rounded.
    pub fn restored(&self, values: &[Vec<f32>]) -> Photo {
        self.painted(self.photo.clone(), values, |v| (v + 1.0) * 127.5)
    }

    /// A picture of standard deviations in 8-bit levels: `values` as above, in the units of [-1,
    /// 1]; 0 outside and where pixels are kept.
    pub fn deviation(&self, values: &[Vec<f32>]) -> Photo {
        let mut blank = self.photo.clone();
        for pixel in blank.rgba.chunks_exact_mut(4) {
            pixel.copy_from_slice(&[0, 0, 0, 255]);
        }
        self.painted(blank, values, |v| v * 127.5)
    }

    fn painted(&self, mut photo: Photo, values: &[Vec<f32>], level: impl Fn(f32) -> f32) -> Photo {
        for (patch, values) in self.patches.iter().zip(values) {
            patch.paint(&mut photo, values, &level);
        }
        photo.upright(self.orientation)
    }
}

impl Patch {
    fn paint(&self, photo: &mut Photo, values: &[f32], level: &impl Fn(f32) -> f32) {
        let area = self.size[0] * self.size[1];
        for (i, pixel) in self.window.offsets(photo.width) {
            if self.kept.as_ref().is_some_and(|kept| kept[i]) {
                continue;
            }
            let (row, column) = (i / self.window.width, i % self.window.width);
            let at = (row + self.at[0]) * self.size[1] + column + self.at[1];
            for channel in 0..3 {
                // A float-to-integer cast clips, and takes NaN to 0.
                photo.rgba[4 * pixel + channel] = level(values[channel * area + at]).round() as u8;
            }
        }
    }
}
