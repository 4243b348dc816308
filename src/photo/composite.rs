//! Restored tensors put into the photo that they belong to.

use super::jpeg::Orientation;
use super::pixels::{Photo, Window};
use super::turning::displayed_size;

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
        displayed_size(self.orientation, [self.photo.width(), self.photo.height()])
    }

    /// The output photo restored; `values` are each patch's `[3, height, width]` in [-1, 1],
    /// clipped and rounded.
    pub fn restored(&self, values: &[Vec<f32>]) -> Photo {
        self.painted(self.photo.clone(), values, |v| (v + 1.0) * 127.5)
    }

    /// As [`Self::restored`], with pixels that otherwise stay as they are written too: what an
    /// evaluation was asked about differs from the photo everywhere.
    pub fn asked(&self, values: &[Vec<f32>]) -> Photo {
        let patches = self.patches.iter().map(|patch| Patch {
            kept: None,
            ..patch.clone()
        });
        Self::new(self.photo.clone(), patches.collect(), self.orientation).restored(values)
    }

    /// A picture of standard deviations in 8-bit levels: `values` as above, in the units of [-1,
    /// 1]; 0 outside and where pixels are kept.
    pub fn deviation(&self, values: &[Vec<f32>]) -> Photo {
        let mut blank = self.photo.clone();
        for pixel in blank.rgba_mut().chunks_exact_mut(4) {
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
        for (i, pixel) in self.window.offsets(photo.width()) {
            if self.kept.as_ref().is_some_and(|kept| kept[i]) {
                continue;
            }
            let (row, column) = (i / self.window.width, i % self.window.width);
            let at = (row + self.at[0]) * self.size[1] + column + self.at[1];
            for channel in 0..3 {
                // A float-to-integer cast clips, and takes NaN to 0.
                photo.rgba_mut()[4 * pixel + channel] =
                    level(values[channel * area + at]).round() as u8;
            }
        }
    }
}
