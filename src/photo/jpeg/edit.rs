//! A file's coefficients after its pixels were edited, at the file's own tables and sampling.
//!
//! A block all of whose pixels are as they were keeps its coefficients, so that saving an edited
//! photo loses nothing where nothing was edited. The others are those of an encoder: Y, Cb and Cr
//! of JFIF, chroma as the mean of its cell, the DCT, rounding to multiples of the steps.

use super::Jpeg;
use super::colour::YCBCR;
use super::error::WriteError;
use super::layout::{Component, Sampling};
use crate::compute::block_dct::{self, BLOCK as SIDE, FREQUENCIES};
use crate::photo::pixels::Photo;

type Block = [f64; FREQUENCIES];

/// Means of a block that differ by less than this, in levels, are the same to another decoder.
const SAME_MEAN: f64 = 2.0;
/// The share of the blocks whose means must be the same in a photo that a file shows.
const SAME_BLOCKS: f64 = 0.98;

impl Jpeg {
    /// The coefficients of `after`, where it differs from the photo `before` that this file was
    /// decoded to; both as they are displayed.
    ///
    /// # Errors
    /// [`WriteError::SizesDiffer`] where the photos do not have the size of the file;
    /// [`WriteError::InvalidLayout`] where a component's samples are no whole number of pixels
    /// wide or high.
    pub fn edited(&self, before: &Photo, after: &Photo) -> Result<Self, WriteError> {
        let before = self.stored(before)?;
        let after = self.stored(after)?;
        self.recompressed(&after, |area| area.differs(&before, &after))
    }

    /// The coefficients of a photo, as it is displayed, at this file's tables and sampling.
    ///
    /// # Errors
    /// As [`Self::edited`].
    pub fn compressed(&self, photo: &Photo) -> Result<Self, WriteError> {
        self.recompressed(&self.stored(photo)?, |_| true)
    }

    /// Whether a photo, as it is displayed, has the colours that this file codes: no colour profile
    /// has changed them, and nobody has edited it. Of the blocks within it, nearly all have the
    /// file's mean in each component.
    pub fn shows(&self, photo: &Photo) -> bool {
        let Ok(again) = self.compressed(photo) else {
            return false;
        };
        let components = self.components.iter().zip(&again.components);
        let (mut same, mut all) = (0_u32, 0_u32);
        for (ours, theirs) in components {
            let wide = ours.blocks_wide();
            let full = [ours.samples_wide() / SIDE, ours.samples_high() / SIDE];
            // A block's mean is an eighth of its first coefficient.
            let step = f64::from(ours.table()[0]) / SIDE as f64;
            let blocks = ours.blocks().iter().zip(theirs.blocks()).enumerate();
            for (_, (a, b)) in blocks.filter(|(i, _)| i % wide < full[0] && i / wide < full[1]) {
                let apart = step * (f64::from(a[0]) - f64::from(b[0])).abs();
                same += u32::from(apart <= SAME_MEAN);
                all += 1;
            }
        }
        f64::from(same) >= SAME_BLOCKS * f64::from(all)
    }

    /// The share of the coefficients that another file of the same layout has too.
    pub fn agreement(&self, other: &Self) -> f64 {
        let (ours, theirs) = (self.coefficients(), other.coefficients());
        let equal = ours.clone().zip(theirs.clone()).filter(|(a, b)| a == b);
        let most = ours.count().max(theirs.count()).max(1);
        equal.count() as f64 / most as f64
    }

    fn coefficients(&self) -> impl Iterator<Item = &i16> + Clone {
        let components = self.components.iter();
        components.flat_map(|component| component.blocks().as_flattened())
    }

    fn stored(&self, photo: &Photo) -> Result<Photo, WriteError> {
        let stored = photo.clone().as_stored(self.orientation);
        let (size, own) = ([stored.width(), stored.height()], [self.width, self.height]);
        if size == own {
            return Ok(stored);
        }
        Err(WriteError::SizesDiffer {
            photo: size,
            file: own,
        })
    }

    fn recompressed(
        &self,
        photo: &Photo,
        is_new: impl Fn(Area) -> bool,
    ) -> Result<Self, WriteError> {
        let cells: Vec<[usize; 2]> = self
            .components
            .iter()
            .map(|component| self.cell(component.sampling()))
            .collect::<Result<_, _>>()?;
        let basis = block_dct::matrix();
        let mut edited = self.clone();
        for (index, cell) in cells.into_iter().enumerate() {
            let component = &self.components[index];
            let wide = component.blocks_wide();
            for (i, block) in edited.blocks_mut(index).iter_mut().enumerate() {
                let area = Area::new([i % wide, i / wide], cell, photo);
                if is_new(area) {
                    let samples = area.samples(photo, index);
                    *block = quantised(&samples, &basis, component);
                }
            }
        }
        Ok(edited)
    }

    /// Pixels in a row and in a column of a component's sample.
    fn cell(&self, sampling: Sampling) -> Result<[usize; 2], WriteError> {
        let factors = |s: Sampling| [s.horizontal, s.vertical].map(usize::from);
        let own = factors(sampling);
        let most = self.components.iter().map(|c| factors(c.sampling()));
        let most = most.fold([1, 1], |a, b| [a[0].max(b[0]), a[1].max(b[1])]);
        if (0..2).all(|axis| most[axis].is_multiple_of(own[axis])) {
            return Ok([most[0] / own[0], most[1] / own[1]]);
        }
        Err(WriteError::InvalidLayout(format!(
            "a component has {own:?} of {most:?} samples; pixels are compressed where each sample \
             is a whole number of them"
        )))
    }
}

/// The pixels of a block: its first pixel, and those in a row and a column of each sample. It may
/// reach beyond the photo's right and lower edge, or lie beyond.
#[derive(Clone, Copy)]
struct Area {
    first: [usize; 2],
    cell: [usize; 2],
    /// Columns and rows of the photo.
    photo: [usize; 2],
}

impl Area {
    fn new(block: [usize; 2], cell: [usize; 2], photo: &Photo) -> Self {
        Self {
            first: [0, 1].map(|axis| SIDE * block[axis] * cell[axis]),
            cell,
            photo: [photo.width(), photo.height()],
        }
    }

    /// Whether two photos differ there. Beyond the edge nothing does.
    fn differs(self, a: &Photo, b: &Photo) -> bool {
        let [left, top] = self.first;
        let end = |axis: usize| (self.first[axis] + SIDE * self.cell[axis]).min(self.photo[axis]);
        let (right, bottom) = (end(0), end(1));
        left < right
            && (top..bottom).any(|y| {
                let row = 4 * (y * self.photo[0] + left)..4 * (y * self.photo[0] + right);
                a.rgba()[row.clone()] != b.rgba()[row]
            })
    }

    /// The samples of a component: means over cells; the photo's last pixels beyond its edge.
    fn samples(self, photo: &Photo, component: usize) -> Block {
        std::array::from_fn(|i| {
            let sample = [i % SIDE, i / SIDE];
            let corner = [0, 1].map(|axis| self.first[axis] + sample[axis] * self.cell[axis]);
            let mut sum = 0.0;
            for y in corner[1]..corner[1] + self.cell[1] {
                for x in corner[0]..corner[0] + self.cell[0] {
                    let [x, y] = [x.min(self.photo[0] - 1), y.min(self.photo[1] - 1)];
                    let at = 4 * (y * self.photo[0] + x);
                    sum += level(&photo.rgba()[at..at + 3], component);
                }
            }
            sum / (self.cell[0] * self.cell[1]) as f64
        })
    }
}

/// Y less 128, Cb or Cr of a pixel, in levels (JFIF 1.02: BT.601's weights at full range). A grey
/// file has Y alone.
fn level(rgb: &[u8], component: usize) -> f64 {
    const CENTRE: [f64; 3] = [128.0, 0.0, 0.0];
    let weights = YCBCR[component].iter();
    let sum: f64 = weights.zip(rgb).map(|(w, v)| w * f64::from(*v)).sum();
    sum - CENTRE[component]
}

/// The orthonormal DCT of a block over the steps, rounded.
fn quantised(samples: &Block, basis: &[[f64; SIDE]; SIDE], component: &Component) -> [i16; 64] {
    let transform = |block: &Block| -> Block {
        // The transform of the rows, transposed: done twice, that of both.
        std::array::from_fn(|k| {
            let (u, line) = (k / SIDE, k % SIDE);
            (0..SIDE)
                .map(|j| basis[u][j] * block[SIDE * line + j])
                .sum()
        })
    };
    let coefficients = transform(&transform(samples));
    std::array::from_fn(|k| (coefficients[k] / f64::from(component.table()[k])).round() as i16)
}
