//! What an invocation does with its cells of a tile: see [`super::solve`].

use cubecl::prelude::*;

use super::steps::Step;
use super::tile::{Sizes, Tile, around, offset, own, value};
use super::{CELLS, UNITS};
use crate::compute::formula::gpu::Shader;

/// Cells of an invocation.
pub const EACH: usize = CELLS / UNITS;

/// What the cells of an invocation hold.
#[derive(CubeType)]
pub struct Cells {
    pub w: Array<f32>,
    /// The residual, and that of the iteration before.
    pub r: Array<f32>,
    pub before: Array<f32>,
}

/// b - M x of the images that begin at `first`, from b of the invocation's cells; other invocations
/// may not yet see that `values` is free again.
#[cube]
pub fn residual(
    x: &[f32],
    b: &Array<f32>,
    w: &Array<f32>,
    values: &mut Shared<[f32]>,
    tile: &Tile,
    first: usize,
    neighbour: f32,
) -> Array<f32> {
    let unit = UNIT_POS as usize;
    let mut r = Array::<f32>::new(EACH);
    sync_cube();
    for j in 0..EACH {
        let cell = unit + j * UNITS;
        values[cell] = x[first + tile.plane + offset(cell, tile)];
    }
    sync_cube();
    for j in 0..EACH {
        let cell = unit + j * UNITS;
        let product = values[cell] / w[j] - around(values, cell, tile) * neighbour;
        r[j] = b[j] - product;
    }
    r
}

/// The preconditioner.
#[cube]
pub fn preconditioner(
    data: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    tile: &Tile,
    sizes: &Sizes,
    #[comptime] shader: Shader,
) -> Array<f32> {
    let mut w = Array::<f32>::new(EACH);
    for j in 0..EACH {
        let cell = UNIT_POS as usize + j * UNITS;
        let data = value(cell, tile, sizes, data, numbers, comptime!(shader.clone()));
        w[j] = 1.0 / (data + sizes.centre);
    }
    w
}

/// Both residuals of a tile, and W r in `values`, which other invocations may not yet see.
#[cube]
#[allow(
    clippy::too_many_arguments,
    reason = "the tile's equations and where it is worked on"
)]
pub fn brought(
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
    let mut of_cells = Array::<f32>::new(EACH);
    for j in 0..EACH {
        of_cells[j] = b[tile.plane + offset(UNIT_POS as usize + j * UNITS, tile)];
    }
    let b = of_cells;
    let before = residual(from, &b, &w, values, tile, images(sizes), sizes.neighbour);
    let r = residual(from, &b, &w, values, tile, 0usize, sizes.neighbour);
    spread(&w, &r, values);
    Cells { w, r, before }
}

/// W r into `values`, once all have read what is there.
#[cube]
pub fn spread(w: &Array<f32>, r: &Array<f32>, values: &mut Shared<[f32]>) {
    sync_cube();
    for j in 0..EACH {
        values[UNIT_POS as usize + j * UNITS] = w[j] * r[j];
    }
}

/// z = W r.
#[cube]
pub fn preconditioned(cells: &Cells) -> Array<f32> {
    let mut z = Array::<f32>::new(EACH);
    for j in 0..EACH {
        z[j] = cells.w[j] * cells.r[j];
    }
    z
}

/// Values of all images.
#[cube]
pub fn images(sizes: &Sizes) -> usize {
    let plane = sizes.height as usize * sizes.width as usize;
    sizes.batch as usize * sizes.channels as usize * plane
}

/// An iteration of the residuals of a tile: the next ones and W times them in `values`, which other
/// invocations may not yet see.
#[cube]
pub fn iterated(
    cells: &mut Cells,
    values: &mut Shared<[f32]>,
    tile: &Tile,
    step: &Step,
    neighbour: f32,
) {
    sync_cube();
    for j in 0..EACH {
        let cell = UNIT_POS as usize + j * UNITS;
        let q = cells.r[j] - around(values, cell, tile) * neighbour;
        let next = step.rho * (cells.r[j] - step.gamma * q) + (1.0 - step.rho) * cells.before[j];
        cells.before[j] = cells.r[j];
        cells.r[j] = next;
    }
    spread(&cells.w, &cells.r, values);
}

/// The next image from this one, the one before and z.
#[cube]
pub fn moved(x: f32, before: f32, z: f32, step: &Step) -> f32 {
    step.rho * (x + step.gamma * z) + (1.0 - step.rho) * before
}

/// Adds a tile's part of the four products of the residuals r to an invocation's: W r stands in
/// `values`, which other invocations may not yet see.
#[cube]
pub fn multiplied(
    sum: &mut Array<f32>,
    r: &Array<f32>,
    w: &Array<f32>,
    values: &mut Shared<[f32]>,
    tile: &Tile,
    neighbour: f32,
) {
    let unit = UNIT_POS as usize;
    let mut q = Array::<f32>::new(EACH);
    sync_cube();
    for j in 0..EACH {
        q[j] = r[j] - around(values, unit + j * UNITS, tile) * neighbour;
    }
    sync_cube();
    for j in 0..EACH {
        values[unit + j * UNITS] = w[j] * q[j];
    }
    sync_cube();
    for j in 0..EACH {
        let cell = unit + j * UNITS;
        let twice = q[j] - around(values, cell, tile) * neighbour;
        if own(cell, tile) {
            let (z, y) = (w[j] * r[j], w[j] * q[j]);
            sum[0] += r[j] * z;
            sum[1] += z * q[j];
            sum[2] += q[j] * y;
            sum[3] += y * twice;
        }
    }
    sync_cube();
}
