//! The membrane on a GPU, [`crate::kernels::membrane`]: an iteration of the conjugate gradients in one launch, four sweeps in one launch.
//!
//! A launch of the iteration turns the residuals and images of the last two iterations into the next ones, and leaves each workgroup's share of the two
//! inner products, which every workgroup of the next launch adds up for itself: no launch in between. So that the product M z of the new residual is known
//! at once, the new residual is computed at a pixel's neighbours too, from values that caches hold. For the roofline, a value: 4 B for each of six images
//! and its part of the preconditioner; 25 readings of two planes that caches must serve; about 120 FLOP.
//!
//! Sweeps run in workgroup memory on tiles of 24² pixels with a border of 4: 12 KiB, 28 FLOP and 12 B a value and launch.

use burn::tensor::Tensor;
use cubecl::prelude::*;

use super::map::{empty, from_tensor, grid, to_tensor};
use crate::kernels::formula::Formula;
use crate::kernels::membrane::{MOST, Membrane, TINY};

/// Invocations of a workgroup of the iteration, and most workgroups an image.
const UNITS: usize = 128;
const GROUPS: usize = 256;
/// Values kept beside the sums: gamma, rho, r·z.
const STATE: usize = 3;

/// Side of a tile of sweeps with its border, the border, and invocations that share it.
const SIDE: usize = 32;
const BORDER: usize = 4;
const SWEEPERS: usize = 256;

/// The product with images.
pub fn times(membrane: &Membrane, x: Tensor<4>) -> Tensor<4> {
    let x = from_tensor(x);
    let [batch, channels, height, width] = x.meta.shape().dims();
    let y = empty(&x, [batch, channels, height, width]);
    let values = batch * channels * height * width;
    let (count, dim) = grid(&x, values);
    // SAFETY: neighbours are those within the plane.
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

/// The index before, or the same at the edge.
#[cube]
fn above(i: usize) -> usize {
    select(i == 0, 0usize, i - 1)
}

/// The index after, or the same at the edge.
#[cube]
fn below(i: usize, length: usize) -> usize {
    select(i + 1 == length, i, i + 1)
}

/// The iterate after so many conjugate gradients.
pub fn solve(
    membrane: &Membrane,
    data: &Tensor<4>,
    b: &Tensor<4>,
    start: &Tensor<4>,
    iterations: usize,
) -> Tensor<4> {
    let shape = b.dims();
    let [batch, channels, height, width] = shape;
    let values = channels * height * width;
    let groups = values.div_ceil(UNITS).min(GROUPS);
    let inverse = from_tensor((Formula::from(data) + membrane.centre).recip().tensor());
    let [images, kinds, ..] = data.dims();
    let count = CubeCount::Static(groups as u32, batch as u32, 1);
    let dim = CubeDim::new_1d(UNITS as u32);
    let sizes = || {
        SizesLaunch::new(
            batch as u32,
            values as u32,
            height as u32,
            width as u32,
            images as u32,
            kinds as u32,
            groups as u32,
            membrane.neighbour as f32,
        )
    };
    let (b, start) = (
        from_tensor(b.clone()),
        from_tensor(start.clone().expand(shape)),
    );
    let both = [2 * batch, channels, height, width];
    let sums = [batch, 2 * groups + STATE];
    let (mut now, mut shares) = (empty(&b, both), empty(&b, sums));
    // SAFETY: pixels and their neighbours are those within the planes.
    unsafe {
        begin::launch_unchecked(
            &b.client,
            count.clone(),
            dim,
            b.clone().into_buffer_arg(),
            start.into_buffer_arg(),
            inverse.clone().into_buffer_arg(),
            now.clone().into_buffer_arg(),
            shares.clone().into_buffer_arg(),
            sizes(),
        );
    }
    let mut before = now.clone();
    for _ in 0..iterations {
        let (next, next_shares) = (empty(&b, both), empty(&b, sums));
        // SAFETY: as above.
        unsafe {
            iterate::launch_unchecked(
                &b.client,
                count.clone(),
                dim,
                now.clone().into_buffer_arg(),
                before.into_buffer_arg(),
                inverse.clone().into_buffer_arg(),
                shares.into_buffer_arg(),
                next.clone().into_buffer_arg(),
                next_shares.clone().into_buffer_arg(),
                sizes(),
            );
        }
        (before, now, shares) = (now, next, next_shares);
    }
    to_tensor::<4>(now).slice([batch..2 * batch])
}

/// Residuals and images lie in one buffer: those of all images, then these.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Sizes {
    batch: u32,
    /// Values of an image.
    values: u32,
    height: u32,
    width: u32,
    /// Images and channels of the data.
    images: u32,
    kinds: u32,
    groups: u32,
    neighbour: f32,
}

/// A pixel of a channel, and where its values lie.
#[derive(CubeType, Clone, Copy)]
struct Pixel {
    row: usize,
    column: usize,
    /// The first value of its plane, and of its plane of data.
    plane: usize,
    data: usize,
}

#[cube]
fn pixel(i: usize, image: usize, sizes: &Sizes) -> Pixel {
    let (height, width) = (sizes.height as usize, sizes.width as usize);
    let area = height * width;
    let (channel, at) = (i / area, i % area);
    let (images, kinds) = (sizes.images as usize, sizes.kinds as usize);
    let kind = select(kinds == 1, 0usize, channel);
    let owner = select(images == 1, 0usize, image);
    Pixel {
        row: at / width,
        column: at % width,
        plane: image * sizes.values as usize + channel * area,
        data: (owner * kinds + kind) * area,
    }
}

/// The pixel itself, above, below, left, right, by number.
#[cube]
fn beside(p: &Pixel, #[comptime] which: usize, sizes: &Sizes) -> Pixel {
    let mut row = p.row;
    let mut column = p.column;
    match which {
        1usize => row = above(p.row),
        2usize => row = below(p.row, sizes.height as usize),
        3usize => column = above(p.column),
        4usize => column = below(p.column, sizes.width as usize),
        _ => {}
    }
    Pixel {
        row,
        column,
        plane: p.plane,
        data: p.data,
    }
}

#[cube]
fn offset(p: &Pixel, sizes: &Sizes) -> usize {
    p.row * sizes.width as usize + p.column
}

/// The sum over a pixel's neighbours of the values at them times the inverse diagonal there.
#[cube]
fn around(r: &[f32], inverse: &[f32], p: &Pixel, sizes: &Sizes) -> f32 {
    let mut sum = 0.0f32;
    #[unroll]
    for which in 1..5usize {
        let q = beside(p, which, sizes);
        let at = offset(&q, sizes);
        sum += r[p.plane + at] * inverse[p.data + at];
    }
    sum
}

/// r = b - M x at a pixel.
#[cube]
fn first_residual(b: &[f32], x: &[f32], inverse: &[f32], p: &Pixel, sizes: &Sizes) -> f32 {
    let at = offset(p, sizes);
    let mut sum = 0.0f32;
    #[unroll]
    for which in 1..5usize {
        let q = beside(p, which, sizes);
        sum += x[p.plane + offset(&q, sizes)];
    }
    b[p.plane + at] - (x[p.plane + at] / inverse[p.data + at] - sum * sizes.neighbour)
}

/// The next residual at a pixel.
#[cube]
fn next_residual(
    now: &[f32],
    before: &[f32],
    inverse: &[f32],
    p: &Pixel,
    gamma: f32,
    rho: f32,
    sizes: &Sizes,
) -> f32 {
    let at = p.plane + offset(p, sizes);
    let mz = now[at] - around(now, inverse, p, sizes) * sizes.neighbour;
    rho * (now[at] - gamma * mz) + (1.0 - rho) * before[at]
}

/// A workgroup's shares of r·z and z·Mz into its places.
#[cube]
fn leave_shares(rz: f32, zmz: f32, shares: &mut [f32], sizes: &Sizes) {
    let mut held = Shared::<[f32]>::new_slice(comptime!(2 * UNITS));
    let unit = UNIT_POS as usize;
    held[unit] = rz;
    held[unit + UNITS] = zmz;
    let mut half = comptime!(UNITS / 2).runtime();
    while half > 0 {
        sync_cube();
        if unit < half {
            held[unit] = held[unit] + held[unit + half];
            held[unit + UNITS] = held[unit + UNITS] + held[unit + half + UNITS];
        }
        half /= 2;
    }
    if unit == 0 {
        let groups = sizes.groups as usize;
        let first = CUBE_POS_Y as usize * (2 * groups + STATE);
        shares[first + CUBE_POS_X as usize] = held[0];
        shares[first + groups + CUBE_POS_X as usize] = held[UNITS];
    }
}

#[cube(launch_unchecked)]
fn begin(b: &[f32], x: &[f32], inverse: &[f32], to: &mut [f32], shares: &mut [f32], sizes: Sizes) {
    let image = CUBE_POS_Y as usize;
    let values = sizes.values as usize;
    let unit = CUBE_POS_X as usize * UNITS + UNIT_POS as usize;
    let mut rz = 0.0f32;
    let mut zmz = 0.0f32;
    for i in range_stepped(unit, values, sizes.groups as usize * UNITS) {
        let p = pixel(i, image, &sizes);
        let at = offset(&p, &sizes);
        let r = first_residual(b, x, inverse, &p, &sizes);
        let z = r * inverse[p.data + at];
        let mut sum = 0.0f32;
        #[unroll]
        for which in 1..5usize {
            let q = beside(&p, which, &sizes);
            let r = first_residual(b, x, inverse, &q, &sizes);
            sum += r * inverse[q.data + offset(&q, &sizes)];
        }
        to[p.plane + at] = r;
        to[sizes.batch as usize * values + p.plane + at] = x[p.plane + at];
        rz += r * z;
        zmz += z * (r - sum * sizes.neighbour);
    }
    leave_shares(rz, zmz, shares, &sizes);
    if UNIT_POS == 0 && CUBE_POS_X == 0 {
        let last = image * (2 * sizes.groups as usize + STATE) + 2 * sizes.groups as usize;
        #[unroll]
        for i in 0..STATE {
            shares[last + i] = 0.0;
        }
    }
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn iterate(
    now: &[f32],
    before: &[f32],
    inverse: &[f32],
    shares: &[f32],
    to: &mut [f32],
    next_shares: &mut [f32],
    sizes: Sizes,
) {
    let image = CUBE_POS_Y as usize;
    let values = sizes.values as usize;
    let groups = sizes.groups as usize;
    let first = image * (2 * groups + STATE);
    let unit = UNIT_POS as usize;

    // The inner products, each workgroup for itself.
    let mut held = Shared::<[f32]>::new_slice(comptime!(2 * UNITS));
    let mut rz = 0.0f32;
    let mut zmz = 0.0f32;
    for i in range_stepped(unit, groups, UNITS) {
        rz += shares[first + i];
        zmz += shares[first + groups + i];
    }
    held[unit] = rz;
    held[unit + UNITS] = zmz;
    let mut half = comptime!(UNITS / 2).runtime();
    while half > 0 {
        sync_cube();
        if unit < half {
            held[unit] = held[unit] + held[unit + half];
            held[unit + UNITS] = held[unit + UNITS] + held[unit + half + UNITS];
        }
        half /= 2;
    }
    sync_cube();
    rz = held[0];
    zmz = held[UNITS];

    // [`Steps`] in f32.
    let gamma_before = shares[first + 2 * groups];
    let rho_before = shares[first + 2 * groups + 1];
    let rz_before = shares[first + 2 * groups + 2];
    let gamma = rz / (zmz + comptime!(TINY as f32));
    let mut theta = 0.0f32;
    if gamma_before > 0.0 && rz_before > comptime!(TINY as f32) {
        theta = min(
            gamma / gamma_before * (rz / rz_before) / rho_before,
            comptime!(MOST).runtime(),
        );
    }
    let rho = 1.0 / (1.0 - theta);

    let mut next_rz = 0.0f32;
    let mut next_zmz = 0.0f32;
    let start = CUBE_POS_X as usize * UNITS + unit;
    for i in range_stepped(start, values, groups * UNITS) {
        let p = pixel(i, image, &sizes);
        let at = p.plane + offset(&p, &sizes);
        let own = inverse[p.data + offset(&p, &sizes)];
        let r = next_residual(now, before, inverse, &p, gamma, rho, &sizes);
        let mut sum = 0.0f32;
        #[unroll]
        for which in 1..5usize {
            let q = beside(&p, which, &sizes);
            let r = next_residual(now, before, inverse, &q, gamma, rho, &sizes);
            sum += r * inverse[q.data + offset(&q, &sizes)];
        }
        let images = sizes.batch as usize * values;
        let x = now[images + at] + gamma * now[at] * own;
        to[at] = r;
        to[images + at] = rho * x + (1.0 - rho) * before[images + at];
        let z = r * own;
        next_rz += r * z;
        next_zmz += z * (r - sum * sizes.neighbour);
    }
    leave_shares(next_rz, next_zmz, next_shares, &sizes);
    if unit == 0 && CUBE_POS_X == 0 {
        next_shares[first + 2 * groups] = gamma;
        next_shares[first + 2 * groups + 1] = rho;
        next_shares[first + 2 * groups + 2] = rz;
    }
}

/// v after so many sweeps.
pub fn swept(membrane: &Membrane, diagonal: Tensor<4>, sweeps: usize) -> Tensor<4> {
    let mut v = from_tensor(diagonal.clone().recip());
    let diagonal = from_tensor(diagonal);
    let [batch, channels, height, width] = diagonal.meta.shape().dims();
    let inner = SIDE - 2 * BORDER;
    let tiles = [
        width.div_ceil(inner),
        height.div_ceil(inner),
        batch * channels,
    ];
    let mut left = sweeps;
    while left > 0 {
        let now = left.min(BORDER);
        let next = empty(&diagonal, [batch, channels, height, width]);
        // SAFETY: what lies outside the plane is neither read nor written.
        unsafe {
            sweep::launch_unchecked(
                &diagonal.client,
                CubeCount::Static(tiles[0] as u32, tiles[1] as u32, tiles[2] as u32),
                CubeDim::new_1d(SWEEPERS as u32),
                v.into_buffer_arg(),
                diagonal.clone().into_buffer_arg(),
                next.clone().into_buffer_arg(),
                height as u32,
                width as u32,
                now as u32,
                (membrane.neighbour * membrane.neighbour) as f32,
            );
        }
        (v, left) = (next, left - now);
    }
    to_tensor(v)
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn sweep(
    v: &[f32],
    diagonal: &[f32],
    to: &mut [f32],
    height: u32,
    width: u32,
    sweeps: u32,
    square: f32,
) {
    let (height, width) = (height as usize, width as usize);
    let inner = comptime!(SIDE - 2 * BORDER);
    let cells = comptime!(SIDE * SIDE);
    let plane = CUBE_POS_Z as usize * height * width;
    // Of the tile's first cell, and what lies before the plane has wrapped to beyond it.
    let (top, left) = (
        CUBE_POS_Y as usize * inner - BORDER,
        CUBE_POS_X as usize * inner - BORDER,
    );
    let unit = UNIT_POS as usize;
    let mut values = Shared::<[f32]>::new_slice(comptime!(2 * SIDE * SIDE));
    let mut own = Shared::<[f32]>::new_slice(cells);
    for i in range_stepped(unit, cells, SWEEPERS) {
        let (row, column) = (top + i / SIDE, left + i % SIDE);
        let inside = row < height && column < width;
        let at = select(inside, plane + row * width + column, plane);
        values[i] = v[at];
        own[i] = diagonal[at];
    }
    let mut from = 0usize;
    for _ in 0..sweeps {
        sync_cube();
        let other = cells - from;
        for i in range_stepped(unit, cells, SWEEPERS) {
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
    for i in range_stepped(unit, cells, SWEEPERS) {
        let (y, x) = (i / SIDE, i % SIDE);
        let (row, column) = (top + y, left + x);
        let within = y >= BORDER && y < SIDE - BORDER && x >= BORDER && x < SIDE - BORDER;
        if within && row < height && column < width {
            to[plane + row * width + column] = values[from + i];
        }
    }
}
