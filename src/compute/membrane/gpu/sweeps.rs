//! Sweeps in workgroup memory, up to eight in one launch. The diagonal is a formula of one tensor.
//! For the roofline, a value and launch: 160 FLOP and 12 B; 12 KiB of workgroup memory.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::{CELLS, SIDE, UNITS, program_of};
use crate::compute::formula::Formula;
use crate::compute::formula::gpu::{Position, Shader, Size, arguments, value};
use crate::compute::gpu::{empty, from_tensor, to_tensor};
use crate::compute::membrane::Membrane;

/// Width of a tile's border, and the largest number of sweeps in a launch: each sweep invalidates
/// one more ring of the border, from outside.
const BORDER: usize = 8;
/// Side of a tile's interior, which it writes.
const INNER: usize = SIDE - 2 * BORDER;

/// See [`Membrane::swept`].
pub fn swept(membrane: &Membrane, diagonal: &Formula, sweeps: usize) -> Tensor<4> {
    let diagonal = program_of(diagonal, 1);
    let like = from_tensor(diagonal.inputs[0].clone());
    let [batch, channels, height, width] = diagonal.shape;
    let tiles = [
        width.div_ceil(INNER),
        height.div_ceil(INNER),
        batch * channels,
    ];
    let (mut v, mut left) = (None::<CubeTensor>, sweeps);
    // At least one launch, which computes 1/diagonal.
    while left > 0 || v.is_none() {
        let count = left.min(BORDER);
        let next = empty(&like, diagonal.shape);
        let (inputs, numbers) = arguments(&diagonal);
        // SAFETY: cells outside the plane are neither read nor written.
        unsafe {
            sweep::launch_unchecked(
                &like.client,
                CubeCount::Static(tiles[0] as u32, tiles[1] as u32, tiles[2] as u32),
                CubeDim::new_1d(UNITS as u32),
                v.map(CubeTensor::into_buffer_arg).into(),
                inputs,
                numbers,
                next.clone().into_buffer_arg(),
                channels as u32,
                height as u32,
                width as u32,
                count as u32,
                (membrane.neighbour * membrane.neighbour) as f32,
                Shader::of(&diagonal),
            );
        }
        (v, left) = (Some(next), left - count);
    }
    to_tensor(v.expect("there was at least one launch"))
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
#[allow(clippy::too_many_lines, reason = "a kernel's loops share its indices")]
fn sweep(
    v: ComptimeOption<&[f32]>,
    diagonal: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    to: &mut [f32],
    channels: u32,
    height: u32,
    width: u32,
    sweeps: u32,
    square: f32,
    #[comptime] shader: Shader,
) {
    let size = Size {
        channels: channels as usize,
        height: height as usize,
        width: width as usize,
    };
    let (height, width) = (size.height, size.width);
    let plane = CUBE_POS_Z as usize * height * width;
    // The row and column of the tile's first cell. Unsigned: what lies before the plane wraps
    // around to large numbers, and so counts as beyond its end.
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
        let (row, column) = (select(inside, row, 0usize), select(inside, column, 0usize));
        let at = plane + row * width + column;
        let position = Position {
            image: CUBE_POS_Z as usize / size.channels,
            channel: CUBE_POS_Z as usize % size.channels,
            row,
            column,
        };
        own[i] = value(
            diagonal,
            numbers,
            &position,
            &size,
            comptime!(shader.clone()),
        );
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
            // At the edge of the plane the missing neighbour is the cell itself. So it is at the
            // edge of the tile, where the result is invalid and not used.
            let up = select(row == 0 || y == 0, i, i - SIDE);
            let down = select(row + 1 == height || y + 1 == SIDE, i, i + SIDE);
            let left_cell = select(column == 0 || x == 0, i, i - 1);
            let right_cell = select(column + 1 == width || x + 1 == SIDE, i, i + 1);
            let sum = values[from + up]
                + values[from + down]
                + values[from + left_cell]
                + values[from + right_cell];
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
