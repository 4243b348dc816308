//! Masks: which pixels of a photo are missing, and how wide their holes are.

use crate::error::Error;
use crate::photo::pixels::Window;

/// Which pixels of a photo are missing.
#[derive(Debug, Clone)]
pub struct Mask {
    width: usize,
    height: usize,
    missing: Vec<bool>,
}

impl Mask {
    /// One entry a pixel, row by row.
    ///
    /// # Errors
    /// [`Error::InvalidMask`] where the number of entries is not width times height.
    pub fn new(width: usize, height: usize, missing: Vec<bool>) -> Result<Self, Error> {
        if Some(missing.len()) != width.checked_mul(height) {
            return Err(Error::InvalidMask(format!(
                "{width}x{height} takes one entry a pixel, but {} were given",
                missing.len()
            )));
        }
        Ok(Self {
            width,
            height,
            missing,
        })
    }

    /// Columns of the photo.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of the photo.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Whether the mask fits a photo of `width` by `height` pixels.
    ///
    /// # Errors
    /// [`Error::InvalidMask`] where it is not of the size of the photo that it belongs to.
    pub fn check_size(&self, width: usize, height: usize) -> Result<(), Error> {
        if (self.width, self.height) == (width, height) {
            return Ok(());
        }
        Err(Error::InvalidMask(format!(
            "the mask is {}x{}, what it masks {width}x{height}; they must be of one size",
            self.width, self.height
        )))
    }

    /// Whether the pixel is missing, row by row.
    pub fn pixels(&self) -> &[bool] {
        &self.missing
    }

    /// The same of a window.
    pub fn within(&self, window: Window) -> Vec<bool> {
        let pixels = window.offsets(self.width);
        pixels.map(|(_, i)| self.missing[i]).collect()
    }
}

/// Twice the greatest distance of a missing pixel from a known one, along the farther axis; the
/// longer side where nothing is known.
pub fn hole_width(lost: &[bool], size: [usize; 2]) -> usize {
    let deepest = depths(lost, size).into_iter().max().unwrap_or(0);
    (2 * deepest).min(size[0].max(size[1]))
}

/// The distance of each pixel from a known one, along the farther axis: 0 for known ones, at most
/// the longer side. `lost` has `height` rows of `width` entries.
pub(crate) fn depths(lost: &[bool], [height, width]: [usize; 2]) -> Vec<usize> {
    let far = height.max(width);
    let mut distance: Vec<usize> = lost.iter().map(|&l| if l { far } else { 0 }).collect();
    let pixels = height * width;
    for forward in [true, false] {
        for step in 0..pixels {
            let i = if forward { step } else { pixels - 1 - step };
            let (row, column) = (i / width, i % width);
            for (dr, dc) in [(0, 1), (1, 1), (1, 0), (1, -1)] {
                let (dr, dc) = if forward { (-dr, -dc) } else { (dr, dc) };
                let (r, c) = (row as isize + dr, column as isize + dc);
                let inside = (0..height as isize).contains(&r) && (0..width as isize).contains(&c);
                if inside {
                    let near = distance[r as usize * width + c as usize] + 1;
                    distance[i] = distance[i].min(near);
                }
            }
        }
    }
    distance
}
