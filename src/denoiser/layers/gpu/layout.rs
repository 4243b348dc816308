//! Conversions between planes `[B, C, H, W]` and channels-last maps, and between resolutions. Each
//! is a single pass over its output.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::ir::ElemType;
use cubecl::prelude::*;

use super::map::{GpuMap, LANES, Lanes, Stored};
use crate::compute::gpu::{empty, from_tensor, grid, to_tensor};
use crate::denoiser::layers::Precision;

/// The largest number of tensors whose channels are concatenated.
const PARTS: usize = 3;

/// The batches and channels of three tensors a, b and c whose channels are concatenated. A tensor
/// of one image serves the whole batch.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Parts {
    batch_a: u32,
    batch_b: u32,
    batch_c: u32,
    /// Channels of a.
    end_a: u32,
    /// Channels of a and b.
    end_b: u32,
    /// Channels of a, b and c.
    end_c: u32,
}

/// A value of the concatenated channels; zero for channels after the last.
#[cube]
#[allow(
    clippy::too_many_arguments,
    reason = "three tensors, and the position of a value"
)]
fn joined(
    a: &[f32],
    b: &[f32],
    c: &[f32],
    parts: &Parts,
    image: usize,
    channel: usize,
    area: usize,
    pixel: usize,
) -> f32 {
    let mut value = 0.0f32;
    let (end_a, end_b) = (parts.end_a as usize, parts.end_b as usize);
    let end_c = parts.end_c as usize;
    if channel < end_a {
        let plane = image % parts.batch_a as usize * end_a + channel;
        value = a[plane * area + pixel];
    } else if channel < end_b {
        let plane = image % parts.batch_b as usize * (end_b - end_a) + (channel - end_a);
        value = b[plane * area + pixel];
    } else if channel < end_c {
        let plane = image % parts.batch_c as usize * (end_c - end_b) + (channel - end_b);
        value = c[plane * area + pixel];
    }
    value
}

/// Tensors whose concatenated channels become a map.
struct JoinedInput {
    tensors: [CubeTensor; PARTS],
    parts: PartsLaunch,
    batch: usize,
    channels: usize,
    height: usize,
    width: usize,
}

impl JoinedInput {
    /// # Panics
    /// If there is no tensor, or more than [`PARTS`].
    fn new(tensors: &[&Tensor<4>]) -> Self {
        assert!((1..=PARTS).contains(&tensors.len()), "1 to {PARTS} tensors");
        let [_, _, height, width] = tensors[0].dims();
        let batch = tensors.iter().map(|t| t.dims()[0]).max().unwrap_or(1);
        let channels = |i: usize| tensors.get(i).map_or(0, |t| t.dims()[1]);
        let batches = |i: usize| tensors.get(i).map_or(1, |t| t.dims()[0]) as u32;
        let end = |i: usize| (0..=i).map(channels).sum::<usize>();
        let parts = PartsLaunch::new(
            batches(0),
            batches(1),
            batches(2),
            end(0) as u32,
            end(1) as u32,
            end(2) as u32,
        );
        // A missing part has no channels and is never read, so any buffer will do.
        let tensor = |i: usize| from_tensor(tensors.get(i).map_or(tensors[0], |t| *t).clone());
        Self {
            tensors: std::array::from_fn(tensor),
            parts,
            batch,
            channels: end(PARTS - 1),
            height,
            width,
        }
    }
}

/// The concatenated channels, averaged over blocks of `size` by `size` pixels. A size of 1 only
/// changes the layout.
pub(super) fn enter_pooled(tensors: &[&Tensor<4>], size: usize, precision: Precision) -> GpuMap {
    let from = JoinedInput::new(tensors);
    let [a, b, c] = from.tensors;
    let (rows, columns) = (from.height / size, from.width / size);
    let y = GpuMap::empty(&a, precision, [from.batch, rows, columns], from.channels);
    let (count, dim) = grid(&a, y.pixels() * y.lanes());
    // SAFETY: planes of `height` by `width` are read within their whole blocks.
    unsafe {
        pool::launch_unchecked(
            &y.values.client,
            count,
            dim,
            a.into_buffer_arg(),
            b.into_buffer_arg(),
            c.into_buffer_arg(),
            y.arg(),
            from.parts,
            from.batch as u32,
            from.height as u32,
            from.width as u32,
            y.lanes() as u32,
            size as u32,
            precision.element(),
        );
    }
    y
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn pool<S: Float>(
    a: &[f32],
    b: &[f32],
    c: &[f32],
    y: &mut [Stored<S>],
    parts: Parts,
    batch: u32,
    height: u32,
    width: u32,
    lanes: u32,
    size: u32,
    #[define(S)] _storage: ElemType,
) {
    let (height, width, size) = (height as usize, width as usize, size as usize);
    let (rows, columns) = (height / size, width / size);
    let first = ABSOLUTE_POS % lanes as usize * LANES;
    let pixel = ABSOLUTE_POS / lanes as usize;
    let (column, line) = (pixel % columns, pixel / columns);
    let (row, image) = (line % rows, line / rows);
    if image >= batch as usize {
        terminate!();
    }
    let area = height * width;
    let mut means = Lanes::new(0.0);
    for dy in 0..size {
        for dx in 0..size {
            let at = (row * size + dy) * width + column * size + dx;
            #[unroll]
            for lane in 0..LANES {
                let value = joined(a, b, c, &parts, image, first + lane, area, at);
                means.insert(lane, means.extract(lane) + value);
            }
        }
    }
    y[ABSOLUTE_POS] = Vector::cast_from(means / Lanes::new(f32::cast_from(size * size)));
}

/// The concatenated channels, pixel-unshuffled: each 2×2 block of a channel becomes one vector of
/// four channels at half the size.
pub(super) fn enter_unshuffled(tensors: &[&Tensor<4>], precision: Precision) -> GpuMap {
    let from = JoinedInput::new(tensors);
    let [a, b, c] = from.tensors;
    let (rows, columns) = (from.height / 2, from.width / 2);
    let y = GpuMap::empty(
        &a,
        precision,
        [from.batch, rows, columns],
        LANES * from.channels,
    );
    let (count, dim) = grid(&a, y.pixels() * y.lanes());
    // SAFETY: planes of `height` by `width`, which are even, are read within their 2×2 blocks.
    unsafe {
        unshuffle::launch_unchecked(
            &y.values.client,
            count,
            dim,
            a.into_buffer_arg(),
            b.into_buffer_arg(),
            c.into_buffer_arg(),
            y.arg(),
            from.parts,
            from.batch as u32,
            rows as u32,
            columns as u32,
            y.lanes() as u32,
            precision.element(),
        );
    }
    y
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn unshuffle<S: Float>(
    a: &[f32],
    b: &[f32],
    c: &[f32],
    y: &mut [Stored<S>],
    parts: Parts,
    batch: u32,
    rows: u32,
    columns: u32,
    lanes: u32,
    #[define(S)] _storage: ElemType,
) {
    let (rows, columns) = (rows as usize, columns as usize);
    let channel = ABSOLUTE_POS % lanes as usize;
    let pixel = ABSOLUTE_POS / lanes as usize;
    let (column, line) = (pixel % columns, pixel / columns);
    let (row, image) = (line % rows, line / rows);
    if image >= batch as usize {
        terminate!();
    }
    let area = rows * columns * 4;
    let start = row * 2 * (columns * 2) + column * 2;
    let mut block = Lanes::new(0.0);
    #[unroll]
    for phase in 0..LANES {
        let at = start + comptime!(phase / 2) * (columns * 2) + comptime!(phase % 2);
        block.insert(phase, joined(a, b, c, &parts, image, channel, area, at));
    }
    y[ABSOLUTE_POS] = Vector::cast_from(block);
}

/// `skip` plus the pixel-shuffled x, which has four times the channels at half the size.
pub(super) fn shuffle_add(x: &GpuMap, skip: &GpuMap) -> GpuMap {
    let y = skip.empty_like([skip.batch(), skip.height(), skip.width()], skip.channels);
    let (count, dim) = grid(&x.values, y.pixels() * y.lanes());
    // SAFETY: y and `skip` have the same shape, and x four times the channels at half the size.
    unsafe {
        shuffle_onto::launch_unchecked(
            &x.values.client,
            count,
            dim,
            x.arg(),
            skip.arg(),
            y.arg(),
            y.pixels() as u32,
            y.width() as u32,
            y.lanes() as u32,
            x.precision.element(),
        );
    }
    y
}

#[cube(launch_unchecked)]
fn shuffle_onto<S: Float>(
    x: &[S],
    skip: &[Stored<S>],
    y: &mut [Stored<S>],
    pixels: u32,
    width: u32,
    lanes: u32,
    #[define(S)] _storage: ElemType,
) {
    let (width, lanes) = (width as usize, lanes as usize);
    let pixel = ABSOLUTE_POS / lanes;
    if pixel >= pixels as usize {
        terminate!();
    }
    // Images of even height may be treated as one tall image.
    let (row, column) = (pixel / width, pixel % width);
    let phase = row % 2 * 2 + column % 2;
    let from = row / 2 * (width / 2) + column / 2;
    let start = (from * lanes + ABSOLUTE_POS % lanes) * comptime!(LANES * 4) + phase;
    let mut value = Lanes::cast_from(skip[ABSOLUTE_POS]);
    #[unroll]
    for lane in 0..LANES {
        let added = f32::cast_from(x[start + lane * 4]);
        value.insert(lane, value.extract(lane) + added);
    }
    y[ABSOLUTE_POS] = Vector::cast_from(value);
}

/// The planes of the channels of x, pixel-shuffled if `shuffled`: then a quarter of the channels,
/// at twice the size.
pub(super) fn leave(x: &GpuMap, shuffled: bool) -> Tensor<4> {
    let factor = if shuffled { 2 } else { 1 };
    let channels = x.channels / (factor * factor);
    let (height, width) = (x.height() * factor, x.width() * factor);
    let y = empty(&x.values, [x.batch(), channels, height, width]);
    let values = x.batch() * channels * height * width;
    let (count, dim) = grid(&x.values, values);
    // SAFETY: every value of y has its source at a channel and a pixel of x.
    unsafe {
        leave_planes::launch_unchecked(
            &x.values.client,
            count,
            dim,
            x.values.clone().into_buffer_arg(),
            y.clone().into_buffer_arg(),
            values as u32,
            channels as u32,
            height as u32,
            width as u32,
            (x.lanes() * LANES) as u32,
            factor,
            x.precision.element(),
        );
    }
    to_tensor(y)
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn leave_planes<S: Float>(
    x: &[S],
    y: &mut [f32],
    values: u32,
    channels: u32,
    height: u32,
    width: u32,
    pitch: u32,
    #[comptime] factor: usize,
    #[define(S)] _storage: ElemType,
) {
    if ABSOLUTE_POS >= values as usize {
        terminate!();
    }
    let (channels, height, width) = (channels as usize, height as usize, width as usize);
    let (column, line) = (ABSOLUTE_POS % width, ABSOLUTE_POS / width);
    let (row, plane) = (line % height, line / height);
    let (channel, image) = (plane % channels, plane / channels);
    let from = (image * (height / factor) + row / factor) * (width / factor) + column / factor;
    let phase = row % factor * factor + column % factor;
    let channel = channel * comptime!(factor * factor) + phase;
    y[ABSOLUTE_POS] = f32::cast_from(x[from * pitch as usize + channel]);
}
