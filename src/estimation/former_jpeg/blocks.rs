//! The coefficients of a photo's blocks, on any grid.

use crate::estimation::dct::{Block, SIDE, forward};
use crate::photo::pixels::Photo;

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

/// The coefficients of at most `most` blocks, evenly spread over the photo. `grid`: the first row
/// and column of the blocks, 0 to 7.
pub(super) fn sampled(photo: &Photo, plane: Plane, grid: [usize; 2], most: usize) -> Vec<Block> {
    let [down, across] = blocks(photo, grid);
    let count = down * across;
    let taken = count.min(most);
    let of_block = |i: usize| {
        let block = i * count / taken;
        let corner = [block / across, block % across];
        let [top, left] = [0, 1].map(|axis| grid[axis] + corner[axis] * SIDE);
        forward(&pixels(photo, plane, [top, left]))
    };
    (0..taken).map(of_block).collect()
}

/// The whole blocks of a grid, down and across.
pub(super) fn blocks(photo: &Photo, grid: [usize; 2]) -> [usize; 2] {
    let size = [photo.height(), photo.width()];
    [0, 1].map(|axis| size[axis].saturating_sub(grid[axis]) / SIDE)
}

fn pixels(photo: &Photo, plane: Plane, [top, left]: [usize; 2]) -> Block {
    let weights = plane.weights();
    std::array::from_fn(|i| {
        let at = 4 * ((top + i / SIDE) * photo.width() + left + i % SIDE);
        let rgb = photo.rgba()[at..].iter();
        let weighed = weights.iter().zip(rgb).map(|(w, v)| w * f32::from(*v));
        weighed.sum()
    })
}
