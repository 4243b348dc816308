//! Tiles of planes in workgroup memory.

use cubecl::prelude::*;

use super::{SIDE, above, below};
use crate::compute::formula::gpu::{self, Position, Shader, Size};

/// Cells around what is a tile's own: a launch's stencils, each of which makes one more of them
/// invalid.
pub const BORDER: usize = 5;
/// Side of what is a tile's own.
pub const INNER: usize = SIDE - 2 * BORDER;

/// Equations.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub struct Sizes {
    pub batch: u32,
    pub channels: u32,
    pub height: u32,
    pub width: u32,
    pub groups: u32,
    pub centre: f32,
    pub neighbour: f32,
}

/// A tile: where its first cell and its plane lie. What lies before the plane has wrapped to beyond
/// it.
#[derive(CubeType, Clone, Copy)]
pub struct Tile {
    pub top: usize,
    pub left: usize,
    pub image: usize,
    pub channel: usize,
    /// The first value of its plane.
    pub plane: usize,
    pub height: usize,
    pub width: usize,
}

#[cube]
pub fn tile(index: usize, sizes: &Sizes) -> Tile {
    let (height, width) = (sizes.height as usize, sizes.width as usize);
    let across = width.div_ceil(INNER);
    let tiles = across * height.div_ceil(INNER);
    let (channel, at) = (index / tiles, index % tiles);
    let image = CUBE_POS_Y as usize;
    Tile {
        top: at / across * INNER - BORDER,
        left: at % across * INNER - BORDER,
        image,
        channel,
        plane: (image * sizes.channels as usize + channel) * height * width,
        height,
        width,
    }
}

#[cube]
pub fn tiles(sizes: &Sizes) -> usize {
    let (height, width) = (sizes.height as usize, sizes.width as usize);
    sizes.channels as usize * height.div_ceil(INNER) * width.div_ceil(INNER)
}

/// A cell's offset in its plane; that of the plane's first value for cells outside.
#[cube]
pub fn offset(cell: usize, tile: &Tile) -> usize {
    let (row, column) = (tile.top + cell / SIDE, tile.left + cell % SIDE);
    let inside = row < tile.height && column < tile.width;
    select(inside, row * tile.width + column, 0usize)
}

/// The value of a formula at a cell; that at the plane's first one for cells outside.
#[cube]
pub fn value(
    cell: usize,
    tile: &Tile,
    sizes: &Sizes,
    inputs: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    #[comptime] shader: Shader,
) -> f32 {
    let offset = offset(cell, tile);
    let at = Position {
        image: tile.image,
        channel: tile.channel,
        row: offset / tile.width,
        column: offset % tile.width,
    };
    let size = Size {
        channels: sizes.channels as usize,
        height: tile.height,
        width: tile.width,
    };
    gpu::value(inputs, numbers, &at, &size, shader)
}

/// Whether a cell is the tile's own and within the plane.
#[cube]
pub fn own(cell: usize, tile: &Tile) -> bool {
    let (y, x) = (cell / SIDE, cell % SIDE);
    let within = y >= BORDER && y < SIDE - BORDER && x >= BORDER && x < SIDE - BORDER;
    within && tile.top + y < tile.height && tile.left + x < tile.width
}

/// The sum of a cell's neighbours; at the plane's edge, and at the tile's where it no longer
/// matters, a cell is its own.
#[cube]
pub fn around(values: &mut Shared<[f32]>, cell: usize, tile: &Tile) -> f32 {
    let (y, x) = (cell / SIDE, cell % SIDE);
    let (row, column) = (tile.top + y, tile.left + x);
    let up = select(row == 0, y, above(y));
    let down = select(row + 1 == tile.height, y, below(y, SIDE));
    let left = select(column == 0, x, above(x));
    let right = select(column + 1 == tile.width, x, below(x, SIDE));
    values[up * SIDE + x]
        + values[down * SIDE + x]
        + values[y * SIDE + left]
        + values[y * SIDE + right]
}
