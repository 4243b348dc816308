//! Block transforms on GPUs: a workgroup for each block, an invocation for each coefficient.
//!
//! For the roofline: 8 B and 32 FLOP a value to transform; to weigh, 4 B a value and column of the
//! matrices.

use burn::tensor::Tensor;
use cubecl::prelude::*;

use super::{BLOCK, FREQUENCIES, FrequencyMatrices};
use crate::compute::device::ComputeDevice;
use crate::compute::gpu::{empty, from_tensor, grid, to_tensor};

/// c B cᵀ for every block B of planes.
pub(super) fn transformed(x: Tensor<4>, c: &[[f64; BLOCK]; BLOCK]) -> Tensor<4> {
    let device = ComputeDevice::of(&x);
    let c = from_tensor(device.tensor(c.concat(), [BLOCK, BLOCK]));
    let x = from_tensor(x);
    let shape: [usize; 4] = x.meta.shape().dims();
    let [batch, channels, height, width] = shape;
    let to = empty(&x, shape);
    let blocks = [width / BLOCK, height / BLOCK, batch * channels];
    let [across, down, planes] = blocks.map(|n| n as u32);
    // SAFETY: sides are multiples of a block's, so that every invocation has a value.
    unsafe {
        transform::launch_unchecked(
            &x.client,
            CubeCount::Static(across, down, planes),
            CubeDim::new_1d(FREQUENCIES as u32),
            x.clone().into_buffer_arg(),
            c.into_buffer_arg(),
            to.clone().into_buffer_arg(),
            height as u32,
            width as u32,
        );
    }
    to_tensor(to)
}

#[cube(launch_unchecked)]
fn transform(x: &[f32], c: &[f32], to: &mut [f32], height: u32, width: u32) {
    let unit = UNIT_POS as usize;
    let (row, column) = (unit / BLOCK, unit % BLOCK);
    let top = CUBE_POS_Z as usize * height as usize + CUBE_POS_Y as usize * BLOCK;
    let at = (top + row) * width as usize + CUBE_POS_X as usize * BLOCK + column;
    let mut block = Shared::<[f32]>::new_slice(FREQUENCIES);
    let mut half = Shared::<[f32]>::new_slice(FREQUENCIES);
    block[unit] = x[at];
    sync_cube();
    let mut sum = 0.0f32;
    #[unroll]
    for i in 0..BLOCK {
        sum += c[row * BLOCK + i] * block[i * BLOCK + column];
    }
    half[unit] = sum;
    sync_cube();
    let mut sum = 0.0f32;
    #[unroll]
    for j in 0..BLOCK {
        sum += half[row * BLOCK + j] * c[column * BLOCK + j];
    }
    to[at] = sum;
}

/// See [`super::weigh`].
pub(super) fn weighed(matrices: &FrequencyMatrices, y: Tensor<4>) -> Tensor<4> {
    let device = ComputeDevice::of(&y);
    let tables = matrices.values.clone();
    let count = tables.len();
    let tables = from_tensor(device.tensor(tables, [count]));
    let y = from_tensor(y);
    let [batch, columns, height, width] = y.meta.shape().dims();
    let to = empty(&y, [batch, matrices.rows, height, width]);
    let values = batch * matrices.rows * height * width;
    let (workgroups, dim) = grid(&y, values);
    // SAFETY: invocations beyond the last value end at once.
    unsafe {
        weigh::launch_unchecked(
            &y.client,
            workgroups,
            dim,
            y.clone().into_buffer_arg(),
            tables.into_buffer_arg(),
            to.clone().into_buffer_arg(),
            values as u32,
            height as u32,
            width as u32,
            matrices.images() as u32,
            matrices.rows,
            columns,
        );
    }
    to_tensor(to)
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn weigh(
    y: &[f32],
    tables: &[f32],
    to: &mut [f32],
    values: u32,
    height: u32,
    width: u32,
    images: u32,
    #[comptime] rows: usize,
    #[comptime] columns: usize,
) {
    if ABSOLUTE_POS >= values as usize {
        terminate!();
    }
    let (height, width) = (height as usize, width as usize);
    let pixel = ABSOLUTE_POS % (height * width);
    let plane = ABSOLUTE_POS / (height * width);
    let (image, row) = (plane / rows, plane % rows);
    let frequency = pixel / width % BLOCK * BLOCK + pixel % width % BLOCK;
    let table = (min(image, images as usize - 1) * rows + row) * columns;
    let mut sum = 0.0f32;
    #[unroll]
    for column in 0..columns {
        let weight = tables[(table + column) * FREQUENCIES + frequency];
        sum += weight * y[(image * columns + column) * height * width + pixel];
    }
    to[ABSOLUTE_POS] = sum;
}
