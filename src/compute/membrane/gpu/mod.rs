//! GPU kernels of the membrane, [`crate::compute::membrane`].

#![allow(
    clippy::manual_range_contains,
    reason = "CubeCL does not translate ranges"
)]

mod cells;
mod solve;
mod steps;
mod sweeps;
mod tile;

use burn::tensor::Tensor;
use cubecl::prelude::*;

use crate::compute::formula::{Formula, Program};
use crate::compute::gpu::{empty, from_tensor, grid, to_tensor};
use crate::compute::membrane::Membrane;

pub use solve::solve;
pub use sweeps::swept;

/// Side of a tile in workgroup memory, its border included.
const SIDE: usize = 32;
/// Cells of a tile.
const CELLS: usize = SIDE * SIDE;
/// Invocations of a workgroup, which share the cells of its tile.
const UNITS: usize = 256;

/// The program of a formula as part of a kernel. A formula of more than `most` tensors is computed
/// first.
fn program_of(formula: &Formula, most: usize) -> Program {
    let program = Program::of(std::slice::from_ref(formula));
    match program.inputs.len() <= most {
        true => program,
        false => Program::of(&[formula.clone().tensor().into()]),
    }
}

/// See [`Membrane::times`].
pub fn times(membrane: &Membrane, x: Tensor<4>) -> Tensor<4> {
    let x = from_tensor(x);
    let [batch, channels, height, width] = x.meta.shape().dims();
    let y = empty(&x, [batch, channels, height, width]);
    let values = batch * channels * height * width;
    let (count, dim) = grid(&x, values);
    // SAFETY: every neighbour lies within the plane.
    unsafe {
        product::launch_unchecked(
            &x.client,
            count,
            dim,
            x.clone().into_buffer_arg(),
            y.clone().into_buffer_arg(),
            values as u32,
            height as u32,
            width as u32,
            membrane.centre as f32,
            membrane.neighbour as f32,
        );
    }
    to_tensor(y)
}

#[cube(launch_unchecked)]
fn product(
    x: &[f32],
    y: &mut [f32],
    values: u32,
    height: u32,
    width: u32,
    centre: f32,
    neighbour: f32,
) {
    if ABSOLUTE_POS >= values as usize {
        terminate!();
    }
    let (height, width) = (height as usize, width as usize);
    let (column, line) = (ABSOLUTE_POS % width, ABSOLUTE_POS / width);
    let row = line % height;
    let first = ABSOLUTE_POS - row * width - column;
    let (up, down) = (above(row), below(row, height));
    let (left, right) = (above(column), below(column, width));
    let around = x[first + up * width + column]
        + x[first + down * width + column]
        + x[first + row * width + left]
        + x[first + row * width + right];
    y[ABSOLUTE_POS] = x[ABSOLUTE_POS] * centre - around * neighbour;
}

/// The index before i, or i at the edge.
#[cube]
fn above(i: usize) -> usize {
    select(i == 0, 0usize, i - 1)
}

/// The index after i, or i at the edge.
#[cube]
fn below(i: usize, length: usize) -> usize {
    select(i + 1 == length, i, i + 1)
}
