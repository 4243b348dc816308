//! The coefficients of a photo's blocks, on any grid.

use crate::estimation::dct::{AREA, Block, SIDE, forward};
use crate::photo::pixels::Photo;

/// A photo of which some pixels may be unknown: row by row, an entry for each.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) photo: &'a Photo,
    pub(super) known: &'a [bool],
}

/// Luma, and one difference of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plane {
    Luma,
    Blue,
}

impl Plane {
    fn weights(self) -> [f32; 3] {
        match self {
            Self::Luma => [0.299, 0.587, 0.114],
            Self::Blue => [-0.168_736, -0.331_264, 0.5],
        }
    }
}

/// The coefficients of at most `most` blocks, evenly spread over the photo, of which all pixels are
/// known. `grid`: the first row and column of the blocks, 0 to 7.
pub(super) fn sampled(
    Known { photo, known }: Known<'_>,
    plane: Plane,
    grid: [usize; 2],
    most: usize,
) -> Vec<Block> {
    let [down, across] = blocks(photo, grid);
    let count = down * across;
    let taken = count.min(most);
    let of_block = |i: usize| {
        let block = i * count / taken;
        let corner = [block / across, block % across];
        let [top, left] = [0, 1].map(|axis| grid[axis] + corner[axis] * SIDE);
        let places = places(photo, [top, left]);
        let is_known = places.iter().all(|&i| known[i]);
        is_known.then(|| forward(&pixels(photo, plane, &places)))
    };
    (0..taken).filter_map(of_block).collect()
}

/// The whole blocks of a grid, down and across.
pub(super) fn blocks(photo: &Photo, grid: [usize; 2]) -> [usize; 2] {
    let size = [photo.height(), photo.width()];
    [0, 1].map(|axis| size[axis].saturating_sub(grid[axis]) / SIDE)
}

/// The pixels of a block.
fn places(photo: &Photo, [top, left]: [usize; 2]) -> [usize; AREA] {
    std::array::from_fn(|i| (top + i / SIDE) * photo.width() + left + i % SIDE)
}

fn pixels(photo: &Photo, plane: Plane, places: &[usize; AREA]) -> Block {
    let weights = plane.weights();
    std::array::from_fn(|k| {
        let rgb = photo.rgba()[4 * places[k]..].iter();
        let weighed = weights.iter().zip(rgb).map(|(w, v)| w * f32::from(*v));
        weighed.sum()
    })
}
