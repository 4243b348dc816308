//! The work of an invocation on its cells of a tile. [`super::solve`] has the algorithm.
//!
//! In comments W is the preconditioner. Functions that read or write the shared `values` say where
//! a barrier is needed.

use cubecl::prelude::*;

use super::steps::Step;
use super::tile::{Sizes, Tile, is_interior, neighbour_sum, offset, value};
use super::{CELLS, UNITS};
use crate::compute::formula::gpu::Shader;

/// Cells of an invocation: every [`UNITS`]-th of its tile.
pub(super) const CELLS_PER_UNIT: usize = CELLS / UNITS;

/// The values of the cells of an invocation.
#[derive(CubeType)]
pub(super) struct Cells {
    /// The diagonal of W.
    pub w: Array<f32>,
    /// The residual.
    pub r: Array<f32>,
    /// The residual of the previous iteration.
    pub previous: Array<f32>,
}

/// The residual b - M x of the images that begin at index `first` of x, from b of the invocation's
/// cells. Afterwards `values` is in use until the next barrier.
#[cube]
pub(super) fn residual(
    x: &[f32],
    b: &Array<f32>,
    w: &Array<f32>,
    values: &mut Shared<[f32]>,
    tile: &Tile,
    first: usize,
    neighbour: f32,
) -> Array<f32> {
    let unit = UNIT_POS as usize;
    let mut r = Array::<f32>::new(CELLS_PER_UNIT);
    sync_cube();
    for j in 0..CELLS_PER_UNIT {
        let cell = unit + j * UNITS;
        values[cell] = x[first + tile.plane + offset(cell, tile)];
    }
    sync_cube();
    for j in 0..CELLS_PER_UNIT {
        let cell = unit + j * UNITS;
        let product = values[cell] / w[j] - neighbour_sum(values, cell, tile) * neighbour;
        r[j] = b[j] - product;
    }
    r
}

/// The diagonal of W.
#[cube]
pub(super) fn preconditioner(
    data: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    tile: &Tile,
    sizes: &Sizes,
    #[comptime] shader: Shader,
) -> Array<f32> {
    let mut w = Array::<f32>::new(CELLS_PER_UNIT);
    for j in 0..CELLS_PER_UNIT {
        let cell = UNIT_POS as usize + j * UNITS;
        let data = value(cell, tile, sizes, data, numbers, comptime!(shader.clone()));
        w[j] = 1.0 / (data + sizes.centre);
    }
    w
}

/// Loads a tile: its residuals of this iteration and of the previous one, and W r in `values`. Read
/// `values` only after a barrier.
#[cube]
#[allow(
    clippy::too_many_arguments,
    reason = "the equations, and the memory of the tile"
)]
pub(super) fn load(
    from: &[f32],
    b: &[f32],
    data: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    values: &mut Shared<[f32]>,
    tile: &Tile,
    sizes: &Sizes,
    #[comptime] shader: Shader,
) -> Cells {
    let w = preconditioner(data, numbers, tile, sizes, shader);
    let mut b_cells = Array::<f32>::new(CELLS_PER_UNIT);
    for j in 0..CELLS_PER_UNIT {
        b_cells[j] = b[tile.plane + offset(UNIT_POS as usize + j * UNITS, tile)];
    }
    let b = b_cells;
    let previous_start = image_values(sizes);
    let previous = residual(from, &b, &w, values, tile, previous_start, sizes.neighbour);
    let r = residual(from, &b, &w, values, tile, 0usize, sizes.neighbour);
    store_preconditioned(&w, &r, values);
    Cells { w, r, previous }
}

/// Waits until all invocations have read `values`, then stores W r there. Read `values` only after
/// another barrier.
#[cube]
pub(super) fn store_preconditioned(w: &Array<f32>, r: &Array<f32>, values: &mut Shared<[f32]>) {
    sync_cube();
    for j in 0..CELLS_PER_UNIT {
        values[UNIT_POS as usize + j * UNITS] = w[j] * r[j];
    }
}

/// z = W r.
#[cube]
pub(super) fn preconditioned_residual(cells: &Cells) -> Array<f32> {
    let mut z = Array::<f32>::new(CELLS_PER_UNIT);
    for j in 0..CELLS_PER_UNIT {
        z[j] = cells.w[j] * cells.r[j];
    }
    z
}

/// The number of values of all images: the index at which the images of the previous iteration
/// begin.
#[cube]
pub(super) fn image_values(sizes: &Sizes) -> usize {
    let plane = sizes.height as usize * sizes.width as usize;
    sizes.batch as usize * sizes.channels as usize * plane
}

/// One iteration of the residuals of a tile, with W r of the next residual in `values`. Read
/// `values` only after a barrier.
#[cube]
pub(super) fn advance_residuals(
    cells: &mut Cells,
    values: &mut Shared<[f32]>,
    tile: &Tile,
    step: &Step,
    neighbour: f32,
) {
    sync_cube();
    for j in 0..CELLS_PER_UNIT {
        let cell = UNIT_POS as usize + j * UNITS;
        let q = cells.r[j] - neighbour_sum(values, cell, tile) * neighbour;
        let next = step.rho * (cells.r[j] - step.gamma * q) + (1.0 - step.rho) * cells.previous[j];
        cells.previous[j] = cells.r[j];
        cells.r[j] = next;
    }
    store_preconditioned(&cells.w, &cells.r, values);
}

/// The next image from the current one, the previous one and z = W r.
#[cube]
pub(super) fn next_image(x: f32, previous: f32, z: f32, step: &Step) -> f32 {
    step.rho * (x + step.gamma * z) + (1.0 - step.rho) * previous
}

/// Adds the contribution of a tile to an invocation's partial sums of the four inner products of r.
/// `values` must hold W r; no barrier is needed before.
#[cube]
pub(super) fn add_products(
    sum: &mut Array<f32>,
    r: &Array<f32>,
    w: &Array<f32>,
    values: &mut Shared<[f32]>,
    tile: &Tile,
    neighbour: f32,
) {
    let unit = UNIT_POS as usize;
    let mut q = Array::<f32>::new(CELLS_PER_UNIT);
    sync_cube();
    for j in 0..CELLS_PER_UNIT {
        q[j] = r[j] - neighbour_sum(values, unit + j * UNITS, tile) * neighbour;
    }
    sync_cube();
    for j in 0..CELLS_PER_UNIT {
        values[unit + j * UNITS] = w[j] * q[j];
    }
    sync_cube();
    for j in 0..CELLS_PER_UNIT {
        let cell = unit + j * UNITS;
        let twice = q[j] - neighbour_sum(values, cell, tile) * neighbour;
        if is_interior(cell, tile) {
            let (z, y) = (w[j] * r[j], w[j] * q[j]);
            sum[0] += r[j] * z;
            sum[1] += z * q[j];
            sum[2] += q[j] * y;
            sum[3] += y * twice;
        }
    }
    sync_cube();
}
