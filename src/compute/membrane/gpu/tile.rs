//! Tiles of planes in workgroup memory. A tile consists of its interior, which it writes, and of a
//! border of cells that its stencils read.

use cubecl::prelude::*;

use super::{SIDE, above, below};
use crate::compute::formula::gpu::{self, Position, Shader, Size};

/// Width of the border. Each stencil of a launch invalidates one more ring of it, from outside.
pub(super) const BORDER: usize = 5;
/// Side of the interior.
pub(super) const INNER: usize = SIDE - 2 * BORDER;

/// The sizes and coefficients of the equations.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub(super) struct Sizes {
    pub batch: u32,
    pub channels: u32,
    pub height: u32,
    pub width: u32,
    /// Workgroups of an image.
    pub groups: u32,
    pub centre: f32,
    pub neighbour: f32,
}

/// The position of a tile. Rows and columns are unsigned: those before the plane wrap around to
/// large numbers, and so count as beyond its end.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Tile {
    /// The row of the first cell.
    pub top: usize,
    /// The column of the first cell.
    pub left: usize,
    pub image: usize,
    pub channel: usize,
    /// The index of the first value of the plane.
    pub plane: usize,
    pub height: usize,
    pub width: usize,
}

/// The tile of the given index in a workgroup's image.
#[cube]
pub(super) fn tile(index: usize, sizes: &Sizes) -> Tile {
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

/// The number of tiles of an image.
#[cube]
pub(super) fn tiles(sizes: &Sizes) -> usize {
    let (height, width) = (sizes.height as usize, sizes.width as usize);
    sizes.channels as usize * height.div_ceil(INNER) * width.div_ceil(INNER)
}

/// The offset of a cell in its plane; 0 for cells outside the plane.
#[cube]
pub(super) fn offset(cell: usize, tile: &Tile) -> usize {
    let (row, column) = (tile.top + cell / SIDE, tile.left + cell % SIDE);
    let inside = row < tile.height && column < tile.width;
    select(inside, row * tile.width + column, 0usize)
}

/// The value of a formula at a cell; for cells outside the plane, its value at the first pixel.
#[cube]
pub(super) fn value(
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

/// Whether a cell belongs to the interior of its tile, and to the plane.
#[cube]
pub(super) fn is_interior(cell: usize, tile: &Tile) -> bool {
    let (y, x) = (cell / SIDE, cell % SIDE);
    let within = y >= BORDER && y < SIDE - BORDER && x >= BORDER && x < SIDE - BORDER;
    within && tile.top + y < tile.height && tile.left + x < tile.width
}

/// The sum of a cell's neighbours. At the edge of the plane the missing neighbour is the cell
/// itself. So it is at the edge of the tile, where the sum is invalid and not used.
#[cube]
pub(super) fn neighbour_sum(values: &mut Shared<[f32]>, cell: usize, tile: &Tile) -> f32 {
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
