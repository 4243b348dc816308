//! Sweeps in workgroup memory, eight in one launch. For the roofline: 160 FLOP and 12 B a value and launch; 12 KiB.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::super::map::{empty, from_tensor, to_tensor};
use super::{CELLS, SIDE, UNITS};
use crate::kernels::membrane::Membrane;

/// Cells around what is a tile's own: as many as a launch's sweeps, each of which makes one more of them invalid.
const BORDER: usize = 8;
/// Side of what is a tile's own.
const INNER: usize = SIDE - 2 * BORDER;

/// v after so many sweeps.
pub fn swept(membrane: &Membrane, diagonal: Tensor<4>, sweeps: usize) -> Tensor<4> {
    let diagonal = from_tensor(diagonal);
    let [batch, channels, height, width] = diagonal.meta.shape().dims();
    let tiles = [
        width.div_ceil(INNER),
        height.div_ceil(INNER),
        batch * channels,
    ];
    let (mut v, mut left) = (None::<CubeTensor>, sweeps);
    // A launch at least: it makes 1/diagonal.
    while left > 0 || v.is_none() {
        let now = left.min(BORDER);
        let next = empty(&diagonal, [batch, channels, height, width]);
        // SAFETY: what lies outside the plane is neither read nor written.
        unsafe {
            sweep::launch_unchecked(
                &diagonal.client,
                CubeCount::Static(tiles[0] as u32, tiles[1] as u32, tiles[2] as u32),
                CubeDim::new_1d(UNITS as u32),
                v.map(CubeTensor::into_buffer_arg).into(),
                diagonal.clone().into_buffer_arg(),
                next.clone().into_buffer_arg(),
                height as u32,
                width as u32,
                now as u32,
                (membrane.neighbour * membrane.neighbour) as f32,
            );
        }
        (v, left) = (Some(next), left - now);
    }
    to_tensor(v.expect("what a launch has made"))
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn sweep(
    v: ComptimeOption<&[f32]>,
    diagonal: &[f32],
    to: &mut [f32],
    height: u32,
    width: u32,
    sweeps: u32,
    square: f32,
) {
    let (height, width) = (height as usize, width as usize);
    let plane = CUBE_POS_Z as usize * height * width;
    // Of the tile's first cell, and what lies before the plane has wrapped to beyond it.
    let (top, left) = (
        CUBE_POS_Y as usize * INNER - BORDER,
        CUBE_POS_X as usize * INNER - BORDER,
    );
    let unit = UNIT_POS as usize;
    let mut values = Shared::<[f32]>::new_slice(comptime!(2 * CELLS));
    let mut own = Shared::<[f32]>::new_slice(CELLS);
    for i in range_stepped(unit, CELLS, UNITS) {
        let (row, column) = (top + i / SIDE, left + i % SIDE);
        let inside = row < height && column < width;
        let at = select(inside, plane + row * width + column, plane);
        own[i] = diagonal[at];
        if v.is_some() {
            values[i] = v.unwrap()[at];
        } else {
            values[i] = 1.0 / own[i];
        }
    }
    let mut from = 0usize;
    for _ in 0..sweeps {
        sync_cube();
        let other = CELLS - from;
        for i in range_stepped(unit, CELLS, UNITS) {
            let (y, x) = (i / SIDE, i % SIDE);
            let (row, column) = (top + y, left + x);
            // At the plane's edge, and at the tile's where it no longer matters, a cell is its own neighbour.
            let up = select(row == 0 || y == 0, i, i - SIDE);
            let down = select(row + 1 == height || y + 1 == SIDE, i, i + SIDE);
            let before = select(column == 0 || x == 0, i, i - 1);
            let after = select(column + 1 == width || x + 1 == SIDE, i, i + 1);
            let sum = values[from + up]
                + values[from + down]
                + values[from + before]
                + values[from + after];
            values[other + i] = 1.0 / (own[i] - sum * square);
        }
        from = other;
    }
    sync_cube();
    for i in range_stepped(unit, CELLS, UNITS) {
        let (y, x) = (i / SIDE, i % SIDE);
        let (row, column) = (top + y, left + x);
        let within = y >= BORDER && y < SIDE - BORDER && x >= BORDER && x < SIDE - BORDER;
        if within && row < height && column < width {
            to[plane + row * width + column] = values[from + i];
        }
    }
}
