//! Products of a JPEG with chroma in cells on the CPU, MCU by MCU, without planes in between.

mod normal;
mod system;

pub(super) use normal::weighed_normal;
pub(super) use system::{CoupledMatrices, system};

use crate::compute::block_dct::BLOCK;
use crate::compute::block_dct::tile::{LANES, Tile, real};
use crate::compute::fourier::Real;

/// The tiles of chroma's cells, and of the pixels below them.
struct Cells<T> {
    /// The pixels of a cell, of rows and of columns.
    cell: [usize; 2],
    /// 1/f².
    share: T,
}

/// A tile of pixels below a tile of cells.
#[derive(Clone, Copy)]
struct Place {
    /// Its row and column within the tile of cells, in tiles.
    within: [usize; 2],
    /// Its first column in the plane.
    left: usize,
}

impl<T: Real> Cells<T> {
    fn new(cell: [usize; 2]) -> Self {
        Self {
            cell,
            share: real(((cell[0] * cell[1]) as f64).recip()),
        }
    }

    /// The tiles of pixels below the tile of cells whose first pixel is in column `left` of a plane
    /// of `width` columns.
    fn places(&self, left: usize, width: usize) -> impl Iterator<Item = Place> + use<T> {
        let [rows, columns] = self.cell;
        let last = width.min(left + columns * LANES);
        (0..rows).flat_map(move |row| {
            let parts = (left..last).step_by(LANES).enumerate();
            parts.map(move |(part, left)| Place {
                within: [row, part],
                left,
            })
        })
    }

    /// Adds a tile of pixels, each with its cell's share, to its cells.
    fn add_means(&self, pixels: &Tile<T>, place: Place, cells: &mut Tile<T>) {
        let [row, part] = place.within;
        for (line, pixels) in pixels.iter().enumerate() {
            let to = &mut cells[self.line_of_cells(row, line)][self.first_cell(part)..];
            match self.cell[1] {
                1 => add_shares(to, pixels.as_chunks::<1>().0, self.share),
                _ => add_shares(to, pixels.as_chunks::<2>().0, self.share),
            }
        }
    }

    /// Adds each cell's value to its pixels.
    fn add_spread(&self, cells: &Tile<T>, place: Place, pixels: &mut Tile<T>) {
        let [row, part] = place.within;
        for (line, pixels) in pixels.iter_mut().enumerate() {
            let values = &cells[self.line_of_cells(row, line)][self.first_cell(part)..];
            match self.cell[1] {
                1 => add_to_each(pixels.as_chunks_mut::<1>().0, values),
                _ => add_to_each(pixels.as_chunks_mut::<2>().0, values),
            }
        }
    }

    fn line_of_cells(&self, row: usize, line: usize) -> usize {
        (row * BLOCK + line) / self.cell[0]
    }

    fn first_cell(&self, part: usize) -> usize {
        part * LANES / self.cell[1]
    }
}

/// Adds the share of each group's sum. The length of a group is known to the compiler, which makes
/// vector instructions of the loop.
fn add_shares<T: Real, const N: usize>(to: &mut [T], groups: &[[T; N]], share: T) {
    for (to, group) in to.iter_mut().zip(groups) {
        let sum = group.iter().fold(T::zero(), |sum, value| sum + *value);
        *to = *to + sum * share;
    }
}

/// Adds each value to every member of a group.
fn add_to_each<T: Real, const N: usize>(groups: &mut [[T; N]], values: &[T]) {
    for (group, value) in groups.iter_mut().zip(values) {
        for to in group {
            *to = *to + *value;
        }
    }
}
