//! The caller's photo, borrowed: only windows of it are copied.

use crate::exemplar::error::Error;
use crate::exemplar::picture::Picture;
use crate::photo::pixels::Window;

/// A photo in levels, 0 to 255, as bytes or as three planes.
#[derive(Debug, Clone, Copy)]
pub struct Photo<'a> {
    width: usize,
    height: usize,
    pixels: Pixels<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Pixels<'a> {
    Bytes { values: &'a [u8], stride: usize },
    Planes([&'a [f32]; 3]),
}

impl<'a> Photo<'a> {
    /// Three bytes a pixel, row by row.
    ///
    /// # Errors
    /// [`Error::InvalidImage`] where the number of bytes does not fit the size, or there are none.
    pub fn rgb(width: usize, height: usize, values: &'a [u8]) -> Result<Self, Error> {
        Self::bytes(width, height, values, 3)
    }

    /// Four bytes a pixel, of which the last is not used.
    ///
    /// # Errors
    /// As of [`Photo::rgb`].
    pub fn rgba(width: usize, height: usize, values: &'a [u8]) -> Result<Self, Error> {
        Self::bytes(width, height, values, 4)
    }

    /// Red, green and blue, row by row, in levels.
    ///
    /// # Errors
    /// As of [`Photo::rgb`].
    pub fn planes(width: usize, height: usize, planes: [&'a [f32]; 3]) -> Result<Self, Error> {
        for plane in planes {
            check_count(width, height, 1, plane.len())?;
        }
        let pixels = Pixels::Planes(planes);
        Ok(Self {
            width,
            height,
            pixels,
        })
    }

    fn bytes(width: usize, height: usize, values: &'a [u8], stride: usize) -> Result<Self, Error> {
        check_count(width, height, stride, values.len())?;
        let pixels = Pixels::Bytes { values, stride };
        Ok(Self {
            width,
            height,
            pixels,
        })
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    fn colour(&self, at: usize) -> [f32; 3] {
        match self.pixels {
            Pixels::Bytes { values, stride } => {
                [0, 1, 2].map(|channel| f32::from(values[at * stride + channel]))
            }
            Pixels::Planes(planes) => planes.map(|plane| plane[at]),
        }
    }

    /// The pixels of a window; missing ones are 0.
    pub(crate) fn window(&self, window: Window, missing: &[bool]) -> Result<Picture, Error> {
        let mut colours = Vec::with_capacity(window.width * window.height);
        for (_, at) in window.offsets(self.width) {
            let colour = if missing[at] {
                [0.0; 3]
            } else {
                self.colour(at)
            };
            if colour.iter().any(|value| !value.is_finite()) {
                return Err(Error::InvalidImage(format!(
                    "pixel {at} is known but not finite; mark it as missing"
                )));
            }
            colours.push(colour);
        }
        Ok(Picture {
            width: window.width,
            height: window.height,
            colours,
        })
    }
}

fn check_count(width: usize, height: usize, stride: usize, count: usize) -> Result<(), Error> {
    // Coordinates are computed with as `i32`, also when doubled.
    let fits = width.max(height) < 1 << 24;
    let wanted = width
        .checked_mul(height)
        .and_then(|n| n.checked_mul(stride));
    if width > 0 && height > 0 && fits && wanted == Some(count) {
        return Ok(());
    }
    Err(Error::InvalidImage(format!(
        "{width}x{height} takes {stride} values a pixel, but {count} were given"
    )))
}
