//! The channels of a photo that its noise is estimated from.

use crate::error::Error;
use crate::operators::Bayer;
use crate::photo::pixels::Photo;

/// Channels of one size in 8-bit levels, of which some pixels may be unknown.
#[derive(Debug, Clone)]
pub struct Planes {
    /// Channel by channel, row by row.
    values: Vec<f32>,
    /// One entry for each pixel.
    known: Vec<bool>,
    width: usize,
    height: usize,
}

impl Planes {
    /// `values`: `[channels, height, width]` in row-major order. `known`: one entry for each pixel.
    ///
    /// # Errors
    /// [`Error::InvalidImage`] if a length does not fit the size.
    pub fn new(
        width: usize,
        height: usize,
        values: Vec<f32>,
        known: Vec<bool>,
    ) -> Result<Self, Error> {
        let area = width * height;
        let whole = area > 0 && !values.is_empty() && values.len().is_multiple_of(area);
        if !whole || known.len() != area {
            return Err(Error::InvalidImage(format!(
                "{width}x{height} takes whole channels of {area} values, but {} values and {} \
                 marks of known pixels were given",
                values.len(),
                known.len()
            )));
        }
        Ok(Self {
            values,
            known,
            width,
            height,
        })
    }

    /// R, G and B, or one channel if they are the same everywhere. Fully transparent pixels are
    /// unknown.
    pub fn of_photo(photo: &Photo) -> Self {
        let pixels = || photo.rgba().chunks_exact(4);
        let grey = pixels().all(|p| p[0] == p[1] && p[1] == p[2]);
        let channels = if grey { 1 } else { 3 };
        let values = (0..channels).flat_map(|c| pixels().map(move |p| f32::from(p[c])));
        Self {
            values: values.collect(),
            known: pixels().map(|p| p[3] > 0).collect(),
            width: photo.width(),
            height: photo.height(),
        }
    }

    /// One channel: the sum of R, G and B with these weights.
    pub fn grey(photo: &Photo, weights: [f64; 3]) -> Self {
        let mix = |p: &[u8]| (0..3).map(|c| weights[c] * f64::from(p[c])).sum::<f64>() as f32;
        Self {
            values: photo.rgba().chunks_exact(4).map(mix).collect(),
            ..Self::of_photo(photo)
        }
    }

    /// The four phases of a mosaic: one channel each, of half the photo's sides.
    pub fn phases(photo: &Photo, pattern: Bayer) -> [Self; 4] {
        let (width, height) = (photo.width() / 2, photo.height() / 2);
        let at = |phase: usize, i: usize| {
            let (row, column) = (2 * (i / width) + phase / 2, 2 * (i % width) + phase % 2);
            let pixel = 4 * (row * photo.width() + column);
            f32::from(photo.rgba()[pixel + pattern.channel(row, column)])
        };
        [0, 1, 2, 3].map(|phase| Self {
            values: (0..width * height).map(|i| at(phase, i)).collect(),
            known: vec![true; width * height],
            width,
            height,
        })
    }

    /// The same planes, with those pixels unknown for which `known` is false.
    ///
    /// # Panics
    /// If `known` has fewer entries than there are pixels.
    pub fn where_known(mut self, known: impl Iterator<Item = bool>) -> Self {
        let known: Vec<bool> = self.known.iter().zip(known).map(|(&a, b)| a && b).collect();
        assert_eq!(known.len(), self.known.len(), "one entry for each pixel");
        self.known = known;
        self
    }

    /// Columns of a plane.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of a plane.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The number of planes, which share the pixels that are known.
    pub fn channels(&self) -> usize {
        self.values.len() / self.area().max(1)
    }

    pub(super) fn channel(&self, c: usize) -> &[f32] {
        &self.values[c * self.area()..(c + 1) * self.area()]
    }

    pub(super) fn known(&self) -> &[bool] {
        &self.known
    }

    pub(super) fn count_known(&self) -> usize {
        self.known.iter().filter(|k| **k).count()
    }

    /// One channel: the mean of all.
    pub(super) fn mean_of_channels(&self) -> Self {
        let n = self.channels();
        let mean = |i: usize| (0..n).map(|c| self.channel(c)[i]).sum::<f32>() / n as f32;
        Self {
            values: (0..self.area()).map(mean).collect(),
            ..self.clone()
        }
    }

    /// The means of 2×2 pixels, known if all four are. An odd last row or column is left out.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let block = |i: usize| {
            let first = 2 * (i / width) * self.width + 2 * (i % width);
            [first, first + 1, first + self.width, first + self.width + 1]
        };
        let area = width * height;
        let values = (0..self.channels()).flat_map(|c| {
            let channel = self.channel(c);
            (0..area).map(move |i| block(i).iter().map(|&p| channel[p]).sum::<f32>() / 4.0)
        });
        Self {
            values: values.collect(),
            known: (0..area)
                .map(|i| block(i).iter().all(|&p| self.known[p]))
                .collect(),
            width,
            height,
        }
    }

    fn area(&self) -> usize {
        self.width * self.height
    }
}
