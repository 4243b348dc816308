//! Overlapping tiles: how the network, and nothing else, sees an image that is larger than it takes
//! at once.
//!
//! F = sum over tiles of weight * F(tile). The weights are smooth and sum to 1 at every pixel. The
//! pivot, the Gaussian posterior, the maps and the solver act on the whole image, so that the
//! measurement stays global and exact. What tiling approximates is the reach of the prior: the
//! network knows of nothing beyond its tile but what the Gaussian posterior brings.

use std::ops::Range;

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;

/// Tiles begin at multiples of this: the network's coarsest pixels are then the same in every tile.
const ALIGN: usize = 8;

/// How an image is cut, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileSize {
    /// The longest side of a tile, a multiple of 8 and at least three times the overlap.
    pub side: usize,
    /// Pixels that neighbours share, but for up to 8 by which the alignment moves a tile.
    pub overlap: usize,
}

impl Default for TileSize {
    /// Sides of 256: what the network was tried on whole. Means of 256×256 photos in tiles of 128
    /// that overlap by 32 agree with untiled ones to 49 dB or more (`tests/tiling.rs`), by 16
    /// to 48 dB.
    fn default() -> Self {
        Self {
            side: 256,
            overlap: 32,
        }
    }
}

/// A tile: its rows and columns in the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    pub rows: Range<usize>,
    pub columns: Range<usize>,
    at: [usize; 2],
}

/// The tiles of images of one size.
#[derive(Debug, Clone)]
pub struct Tiling {
    axes: [Axis; 2],
    tiles: Vec<Tile>,
}

impl Tiling {
    /// Covers images of `[height, width]`.
    pub fn new(size: [usize; 2], tiles: TileSize) -> Self {
        let axes = size.map(|n| Axis::new(n, tiles));
        let [rows, columns] = &axes;
        let tile = |row: usize, column: usize| Tile {
            rows: rows.spans[row].clone(),
            columns: columns.spans[column].clone(),
            at: [row, column],
        };
        let count = columns.spans.len();
        let tiles = (0..rows.spans.len() * count).map(|i| tile(i / count, i % count));
        Self {
            tiles: tiles.collect(),
            axes,
        }
    }

    /// Only the tiles in which a wanted pixel lies: `wanted` has an entry a pixel, row by row.
    pub fn covering(mut self, wanted: &[bool]) -> Self {
        let width = self.axes[1].length();
        self.tiles.retain(|tile| {
            let mut rows = tile.rows.clone();
            rows.any(|row| wanted[row * width..][tile.columns.clone()].contains(&true))
        });
        self
    }

    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// The tile's weights, `[1, 1, height, width]`; none where no other tile overlaps it.
    pub fn weights(&self, tile: &Tile, device: &ComputeDevice) -> Option<Tensor<4>> {
        let [rows, columns] = &self.axes;
        if rows.spans.len() * columns.spans.len() == 1 {
            return None;
        }
        let (down, across) = (rows.weights(tile.at[0]), columns.weights(tile.at[1]));
        let shape = [1, 1, down.len(), across.len()];
        let plane = down.iter().flat_map(|a| across.iter().map(move |b| a * b));
        Some(device.tensor(plane.collect(), shape))
    }
}

/// The tiles along one axis: all of one length, but the last, which may be up to 7 pixels shorter.
#[derive(Debug, Clone)]
struct Axis {
    spans: Vec<Range<usize>>,
}

impl Axis {
    /// The fewest tiles, and then the shortest, that cover `n` pixels.
    fn new(n: usize, tiles: TileSize) -> Self {
        let TileSize { side, overlap } = tiles;
        let count = n.saturating_sub(overlap).div_ceil(side - overlap).max(1);
        let length = (n + (count - 1) * overlap).div_ceil(count);
        let length = length.next_multiple_of(ALIGN);
        let rest = n.saturating_sub(length);
        let start = |i: usize| (i * rest / (count - 1).max(1)).next_multiple_of(ALIGN);
        let spans = (0..count).map(|i| start(i)..n.min(start(i) + length));
        Self {
            spans: spans.collect(),
        }
    }

    fn length(&self) -> usize {
        self.spans.last().map_or(0, |span| span.end)
    }

    /// What tile i shares with the one before it.
    fn seam(&self, i: usize) -> Option<Range<usize>> {
        let before = self.spans.get(i.checked_sub(1)?)?;
        Some(self.spans.get(i)?.start..before.end)
    }

    /// Rising across the seam with the tile before, falling as the next one rises.
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
        let span = self.spans[i].clone();
        span.map(|x| rise(&first, x) * fall(x)).collect()
    }
}
