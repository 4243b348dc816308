//! Overlapping tiles: how the network evaluates an image that is too large for it at once.
//!
//! F = sum over tiles of weight · F(tile), with smooth weights that sum to 1 at every pixel. Only
//! the network F works in tiles. The pivot, the Gaussian posterior, the maps and the solver act on
//! the whole image, so that the measurement stays global and exact. What tiles limit is the reach
//! of the prior: beyond its tile the network sees only what the Gaussian posterior carries into it
//! (`docs/method.md`, section 6.4).

use std::ops::Range;

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::error::Error;

/// Tiles start at multiples of this, so that the network's coarsest pixels are the same in every
/// tile.
const ALIGN: usize = 8;

/// The size and the overlap of tiles, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileSize {
    side: usize,
    overlap: usize,
}

impl Default for TileSize {
    /// Sides of 256, a size at which the network was tried on whole images, and an overlap of
    /// 32. Means of 256×256 photos in tiles of 128 agree with untiled ones to at least 49 dB with
    /// this overlap (`tests/tiling.rs`), and to 48 dB with an overlap of 16.
    fn default() -> Self {
        Self {
            side: 256,
            overlap: 32,
        }
    }
}

impl TileSize {
    /// Tiles of at most `side` by `side` pixels, of which neighbours share at least `overlap`
    /// pixels. Along an axis of up to `side + overlap` pixels there is one tile: two would compute
    /// more.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] unless both are multiples of 8 and `side` is positive and at least
    /// three times `overlap`. A pixel then lies in at most two tiles along each axis.
    pub fn new(side: usize, overlap: usize) -> Result<Self, Error> {
        let aligned = side.is_multiple_of(ALIGN) && overlap.is_multiple_of(ALIGN);
        if side == 0 || !aligned || overlap > side / 3 {
            return Err(Error::InvalidOption(format!(
                "tiles of side {side} with an overlap of {overlap}: both must be multiples of \
                 {ALIGN}, and the side positive and at least three times the overlap"
            )));
        }
        Ok(Self { side, overlap })
    }

    /// The largest side of a tile that has neighbours, in pixels.
    pub fn side(self) -> usize {
        self.side
    }

    /// The least overlap of neighbouring tiles, in pixels.
    pub fn overlap(self) -> usize {
        self.overlap
    }

    /// The tiles of an image of `[height, width]`. They are not listed, so that the image may be of
    /// any size.
    pub fn count(self, size: [usize; 2]) -> TileCount {
        let [rows, columns] = size.map(|n| Axis::new(n, self));
        TileCount {
            tiles: (rows.count as u64).saturating_mul(columns.count as u64),
            pixels: rows.covered().saturating_mul(columns.covered()),
            largest: rows.longest().saturating_mul(columns.longest()),
        }
    }
}

/// The size of a tiling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TileCount {
    /// The number of tiles.
    pub tiles: u64,
    /// The sum of the tiles' pixels: overlaps count in each tile.
    pub pixels: u64,
    /// Pixels of the largest tile, its sides multiples of 8.
    pub largest: u64,
}

/// A part of an image that the network is evaluated on by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// The rows of the image that it covers.
    pub rows: Range<usize>,
    /// The columns of the image that it covers.
    pub columns: Range<usize>,
    /// The indices of the tile along the columns and along the rows.
    index: [usize; 2],
}

/// The tiles of images of one size.
#[derive(Debug, Clone)]
pub struct Tiling {
    /// Vertical and horizontal.
    axes: [Axis; 2],
    tiles: Vec<Tile>,
}

impl Tiling {
    /// Tiles that cover images of `[height, width]`.
    pub fn new(size: [usize; 2], tiles: TileSize) -> Self {
        let axes = size.map(|n| Axis::new(n, tiles));
        let [rows, columns] = &axes;
        let tile = |row: usize, column: usize| Tile {
            rows: rows.span(row),
            columns: columns.span(column),
            index: [row, column],
        };
        let across = columns.count;
        let tiles = (0..rows.count * across).map(|i| tile(i / across, i % across));
        Self {
            tiles: tiles.collect(),
            axes,
        }
    }

    /// Only the tiles that contain a wanted pixel. `wanted` has one entry for each pixel, in row
    /// order.
    ///
    /// # Panics
    /// If `wanted` has too few entries.
    pub fn covering(mut self, wanted: &[bool]) -> Self {
        let width = self.axes[1].length;
        self.tiles.retain(|tile| {
            let mut rows = tile.rows.clone();
            rows.any(|row| wanted[row * width..][tile.columns.clone()].contains(&true))
        });
        self
    }

    /// The tiles, in row order.
    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// The number of the tiles, and their pixels.
    pub fn count(&self) -> TileCount {
        let pixels = |tile: &Tile| tile.rows.len() as u64 * tile.columns.len() as u64;
        let [rows, columns] = &self.axes;
        TileCount {
            tiles: self.tiles.len() as u64,
            pixels: self.tiles.iter().map(pixels).sum(),
            largest: rows.longest() * columns.longest(),
        }
    }

    /// The weights of a tile, `[1, 1, height, width]`. None if it is the only tile of the image,
    /// whose weights are all 1.
    pub fn weights(&self, tile: &Tile, device: &ComputeDevice) -> Option<Tensor<4>> {
        let [rows, columns] = &self.axes;
        if rows.count * columns.count == 1 {
            return None;
        }
        let [row, column] = tile.index;
        let (down, across) = (rows.weights(row), columns.weights(column));
        let shape = [1, 1, down.len(), across.len()];
        let plane = down.iter().flat_map(|a| across.iter().map(move |b| a * b));
        Some(device.tensor(plane.collect(), shape))
    }
}

/// The tiles along one axis. All have one length, but those that reach the end of the axis are cut
/// off there.
#[derive(Debug, Clone)]
struct Axis {
    /// Pixels of the axis.
    length: usize,
    count: usize,
    /// Pixels of a tile that is not cut off.
    tile_length: usize,
}

impl Axis {
    /// The fewest tiles that cover `length` pixels, and of those the shortest.
    fn new(length: usize, tiles: TileSize) -> Self {
        let TileSize { side, overlap } = tiles;
        let count = if length <= side + overlap {
            1
        } else {
            (length - overlap).div_ceil(side - overlap)
        };
        let tile_length = (length + (count - 1) * overlap).div_ceil(count);
        Self {
            length,
            count,
            tile_length: tile_length.next_multiple_of(ALIGN),
        }
    }

    /// The pixels of tile i.
    fn span(&self, i: usize) -> Range<usize> {
        // The product may exceed 32 bits, and so a `usize` on wasm32.
        let last_start = self.length.saturating_sub(self.tile_length) as u64;
        let start = i as u64 * last_start / (self.count - 1).max(1) as u64;
        let start = (start as usize).next_multiple_of(ALIGN);
        start..self.length.min(start + self.tile_length)
    }

    /// Pixels of a tile that is not cut off.
    fn longest(&self) -> u64 {
        self.tile_length as u64
    }

    /// The sum of the tiles' lengths.
    fn covered(&self) -> u64 {
        (0..self.count).map(|i| self.span(i).len() as u64).sum()
    }

    /// The pixels that tile i shares with the tile before it. None for the first tile, and for the
    /// tile after the last.
    fn seam(&self, i: usize) -> Option<Range<usize>> {
        let previous = self.span(i.checked_sub(1)?);
        (i < self.count).then(|| self.span(i).start..previous.end)
    }

    /// The weights of tile i: they rise across the seam with the tile before it, and fall across
    /// the seam with the next.
    fn weights(&self, i: usize) -> Vec<f64> {
        let rise = |seam: &Option<Range<usize>>, x: usize| {
            let Some(seam) = seam else { return 1.0 };
            let t = (x as f64 + 0.5 - seam.start as f64) / seam.len() as f64;
            let t = t.clamp(0.0, 1.0);
            t * t * (3.0 - 2.0 * t)
        };
        let (first, last) = (self.seam(i), self.seam(i + 1));
        let fall = |x| {
            if last.is_some() {
                1.0 - rise(&last, x)
            } else {
                1.0
            }
        };
        let span = self.span(i);
        span.map(|x| rise(&first, x) * fall(x)).collect()
    }
}
