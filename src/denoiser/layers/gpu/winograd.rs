//! 3×3 convolutions by Winograd's minimal filtering (Lavin & Gray 2016), F(2×2, 3×3) or
//! F(4×4, 3×3): y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A for each tile.
//!
//! A convolution takes three launches: the transform of the input, a matrix product over channels
//! for each of the 16 or 36 entries, and the transform of the output with the epilogue. The
//! products take 4/9 or 1/4 of the multiplications of a plain convolution. Transformed maps have 4
//! or 9/4 values for each value of the map. The weights are transformed at first use.
//!
//! For the roofline, with tiles of side m, n = m + 2, P pixels, C inputs and O outputs:
//!
//! ```text
//! FLOP of the products      2 n² C O P/m²
//! B of the input transform  4 P (C + C n²/m²)
//! B of the products         4 n² (C P/m² + C O + O P/m²)
//! B of the output transform 4 P (O n²/m² + O), and 4 P O more where the epilogue adds a map
//! ```
//!
//! An invocation has n² values in registers in a transform, and 16 sums and 8 inputs of four values
//! in the products. No workgroup memory is used.

use burn_cubecl::tensor::CubeTensor;
use cubecl::ir::ElemType;
use cubecl::prelude::*;

use super::direct::{self, Block, EpilogueKind, addend};
use super::map::{GpuMap, LANES, Lanes, Stored, lanes};
use super::weights::Packed;
use crate::compute::gpu::{empty, grid};
use crate::denoiser::layers::Epilogue;

/// The block of an invocation of the products. Its pixels are tiles here.
const BLOCK: Block = Block {
    pixels: 8,
    outputs: 2,
};

/// The sizes of a map and of its grid of tiles.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Grid {
    height: u32,
    width: u32,
    /// Tiles along a column.
    down: u32,
    /// Tiles along a row.
    across: u32,
    /// Tiles of the whole batch.
    tiles: u32,
    /// Channels of the map, padded.
    channels: u32,
}

/// Convolves x with a 3×3 kernel in tiles of `size` by `size` outputs, 2 or 4, and applies the
/// epilogue.
pub(super) fn convolve(
    conv: &Packed,
    x: &GpuMap,
    epilogue: Epilogue<'_, GpuMap>,
    size: usize,
) -> GpuMap {
    let (height, width) = (x.height(), x.width());
    let (down, across) = (height.div_ceil(size), width.div_ceil(size));
    let tiles = x.batch() * down * across;
    let grid_of = |channels: usize| {
        GridLaunch::new(
            height as u32,
            width as u32,
            down as u32,
            across as u32,
            tiles as u32,
            channels as u32,
        )
    };
    let area = (size + 2) * (size + 2);
    let (inputs, outputs) = (lanes(conv.inputs) * LANES, lanes(conv.outputs) * LANES);
    let transformed = empty(&x.values, [area, tiles, inputs]);
    let y = x.empty_like([x.batch(), height, width], conv.outputs);
    let client = &x.values.client;
    let (count, dim) = grid(&x.values, tiles * inputs);
    // SAFETY: pixels outside the image are not read.
    unsafe {
        transform_input::launch_unchecked(
            client,
            count,
            dim,
            x.values.clone().into_buffer_arg(),
            transformed.clone().into_buffer_arg(),
            grid_of(inputs),
            size,
            x.precision.element(),
        );
    }
    let products = direct::multiply(weights(conv, size), &transformed, outputs, BLOCK);
    let (count, dim) = grid(&x.values, tiles * outputs);
    // SAFETY: pixels outside the image are not written.
    unsafe {
        transform_output::launch_unchecked(
            client,
            count,
            dim,
            products.into_buffer_arg(),
            conv.bias.clone().into_buffer_arg(),
            addend(&epilogue)
                .map(|map| map.values.clone().into_buffer_arg())
                .into(),
            y.values.clone().into_buffer_arg(),
            grid_of(outputs),
            size,
            EpilogueKind::of(&epilogue),
            x.precision.element(),
        );
    }
    y
}

/// G g Gᵀ of the packed weights, `[entries, inputs, outputs]`, with padded inputs and outputs.
fn weights(conv: &Packed, size: usize) -> &CubeTensor {
    conv.transformed[size / 2 - 1].get_or_init(|| {
        let (inputs, outputs) = (lanes(conv.inputs) * LANES, lanes(conv.outputs));
        let area = (size + 2) * (size + 2);
        let to = empty(&conv.weight, [area, inputs, outputs * LANES]);
        let (count, dim) = grid(&conv.weight, inputs * outputs);
        // SAFETY: all taps of every input and vector of outputs lie within the packed weights.
        unsafe {
            transform_weights::launch_unchecked(
                &conv.weight.client,
                count,
                dim,
                conv.weight.clone().into_buffer_arg(),
                to.clone().into_buffer_arg(),
                inputs as u32,
                outputs as u32,
                size,
                conv.precision.element(),
            );
        }
        to
    })
}

/// Transforms the weights of one input and one vector of outputs in each invocation.
#[cube(launch_unchecked)]
fn transform_weights<S: Float>(
    weight: &[Stored<S>],
    to: &mut [Lanes],
    inputs: u32,
    outputs: u32,
    #[comptime] size: usize,
    #[define(S)] _storage: ElemType,
) {
    let (inputs, outputs) = (inputs as usize, outputs as usize);
    let (input, output) = (ABSOLUTE_POS / outputs, ABSOLUTE_POS % outputs);
    if input >= inputs {
        terminate!();
    }
    let side = comptime!(size + 2);
    // G on the three rows of g, then on the columns of the result.
    let mut rows = Array::<Lanes>::new(comptime!(3 * side));
    #[unroll]
    for ky in 0..3usize {
        let line = (ky * (inputs / LANES) + input / LANES) * comptime!(3 * LANES) + input % LANES;
        let a = Lanes::cast_from(weight[line * outputs + output]);
        let b = Lanes::cast_from(weight[(line + comptime!(LANES)) * outputs + output]);
        let c = Lanes::cast_from(weight[(line + comptime!(2 * LANES)) * outputs + output]);
        transform_kernel_line(a, b, c, &mut rows, comptime!(ky * side), 1usize, size);
    }
    #[unroll]
    for j in 0..side {
        let mut column = Array::<Lanes>::new(side);
        let a = rows[j];
        let b = rows[comptime!(side + j)];
        let c = rows[comptime!(2 * side + j)];
        transform_kernel_line(a, b, c, &mut column, 0usize, 1usize, size);
        #[unroll]
        for i in 0..side {
            to[(comptime!(i * side + j) * inputs + input) * outputs + output] = column[i];
        }
    }
}

/// G on a line of three weights: writes `size` + 2 values from index `start`, `step` apart.
#[cube]
fn transform_kernel_line(
    a: Lanes,
    b: Lanes,
    c: Lanes,
    to: &mut Array<Lanes>,
    #[comptime] start: usize,
    #[comptime] step: usize,
    #[comptime] size: usize,
) {
    if comptime!(size == 2) {
        let half = Lanes::new(0.5);
        to[start] = a;
        to[comptime!(start + step)] = (a + b + c) * half;
        to[comptime!(start + 2 * step)] = (a - b + c) * half;
        to[comptime!(start + 3 * step)] = c;
    } else {
        let outer = (a + c) * Lanes::new(-1.0 / 6.0);
        let inner = (a + c * Lanes::new(4.0)) * Lanes::new(1.0 / 24.0);
        let (sixth, twelfth) = (b * Lanes::new(1.0 / 6.0), b * Lanes::new(1.0 / 12.0));
        to[start] = a * Lanes::new(0.25);
        to[comptime!(start + step)] = outer - sixth;
        to[comptime!(start + 2 * step)] = outer + sixth;
        to[comptime!(start + 3 * step)] = inner + twelfth;
        to[comptime!(start + 4 * step)] = inner - twelfth;
        to[comptime!(start + 5 * step)] = c;
    }
}

/// Transforms one tile of one channel in each invocation. Neighbouring invocations take
/// neighbouring channels.
#[cube(launch_unchecked)]
fn transform_input<S: Float>(
    x: &[S],
    to: &mut [f32],
    grid: Grid,
    #[comptime] size: usize,
    #[define(S)] _storage: ElemType,
) {
    let channels = grid.channels as usize;
    let (tile, channel) = (ABSOLUTE_POS / channels, ABSOLUTE_POS % channels);
    if tile >= grid.tiles as usize {
        terminate!();
    }
    let (height, width) = (grid.height as usize, grid.width as usize);
    let (down, across) = (grid.down as usize, grid.across as usize);
    let (line, left) = (tile / across, tile % across * size);
    let (image, top) = (line / down, line % down * size);
    let side = comptime!(size + 2);
    let mut d = Array::<f32>::new(comptime!(side * side));
    #[unroll]
    for i in 0..side {
        // The input of a tile begins one pixel above and to the left of its output. Unsigned: rows
        // and columns before the first wrap around to large numbers, beyond the last.
        let row = top + i - 1;
        #[unroll]
        for j in 0..side {
            let column = left + j - 1;
            let inside = row < height && column < width;
            let safe = select(inside, (image * height + row) * width + column, 0usize);
            let value = f32::cast_from(x[safe * channels + channel]);
            d[comptime!(i * side + j)] = select(inside, value, 0.0f32);
        }
        transform_input_line(&mut d, comptime!(i * side), 1usize, size);
    }
    #[unroll]
    for j in 0..side {
        transform_input_line(&mut d, j, side, size);
        #[unroll]
        for i in 0..side {
            let entry = comptime!(i * side + j);
            to[(entry * grid.tiles as usize + tile) * channels + channel] = d[entry];
        }
    }
}

/// Bᵀ on a line of `size` + 2 values, in place.
#[cube]
fn transform_input_line(
    d: &mut Array<f32>,
    #[comptime] start: usize,
    #[comptime] step: usize,
    #[comptime] size: usize,
) {
    let a = d[start];
    let b = d[comptime!(start + step)];
    let c = d[comptime!(start + 2 * step)];
    let e = d[comptime!(start + 3 * step)];
    if comptime!(size == 2) {
        d[start] = a - c;
        d[comptime!(start + step)] = b + c;
        d[comptime!(start + 2 * step)] = c - b;
        d[comptime!(start + 3 * step)] = b - e;
    } else {
        let f = d[comptime!(start + 4 * step)];
        let g = d[comptime!(start + 5 * step)];
        let (p, q) = (f - c * 4.0, e - b * 4.0);
        let (r, s) = (f - c, (e - b) * 2.0);
        d[start] = a * 4.0 - c * 5.0 + f;
        d[comptime!(start + step)] = p + q;
        d[comptime!(start + 2 * step)] = p - q;
        d[comptime!(start + 3 * step)] = r + s;
        d[comptime!(start + 4 * step)] = r - s;
        d[comptime!(start + 5 * step)] = b * 4.0 - e * 5.0 + g;
    }
}

/// Transforms one tile of one output channel in each invocation, and applies the epilogue.
#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn transform_output<S: Float>(
    from: &[f32],
    bias: &[S],
    addend: ComptimeOption<&[S]>,
    y: &mut [S],
    grid: Grid,
    #[comptime] size: usize,
    #[comptime] epilogue: EpilogueKind,
    #[define(S)] _storage: ElemType,
) {
    let channels = grid.channels as usize;
    let (tile, channel) = (ABSOLUTE_POS / channels, ABSOLUTE_POS % channels);
    if tile >= grid.tiles as usize {
        terminate!();
    }
    let (height, width) = (grid.height as usize, grid.width as usize);
    let (down, across) = (grid.down as usize, grid.across as usize);
    let (line, left) = (tile / across, tile % across * size);
    let (image, top) = (line / down, line % down * size);
    let side = comptime!(size + 2);
    let mut m = Array::<f32>::new(comptime!(side * side));
    #[unroll]
    for j in 0..side {
        #[unroll]
        for i in 0..side {
            let entry = comptime!(i * side + j);
            m[entry] = from[(entry * grid.tiles as usize + tile) * channels + channel];
        }
        transform_output_line(&mut m, j, side, size);
    }
    let start = f32::cast_from(bias[channel]);
    #[unroll]
    for i in 0..size {
        transform_output_line(&mut m, comptime!(i * side), 1usize, size);
        #[unroll]
        for j in 0..size {
            let (row, column) = (top + i, left + j);
            if row < height && column < width {
                let at = ((image * height + row) * width + column) * channels + channel;
                let value = m[comptime!(i * side + j)] + start;
                y[at] = finish_one(value, &addend, at, epilogue);
            }
        }
    }
}

/// Aᵀ on a line of `size` + 2 values, in place. The result is the first `size` of them.
#[cube]
fn transform_output_line(
    m: &mut Array<f32>,
    #[comptime] start: usize,
    #[comptime] step: usize,
    #[comptime] size: usize,
) {
    let a = m[start];
    let b = m[comptime!(start + step)];
    let c = m[comptime!(start + 2 * step)];
    let d = m[comptime!(start + 3 * step)];
    if comptime!(size == 2) {
        m[start] = a + b + c;
        m[comptime!(start + step)] = b - c - d;
    } else {
        let e = m[comptime!(start + 4 * step)];
        let f = m[comptime!(start + 5 * step)];
        let (p, q, r, s) = (b + c, b - c, d + e, d - e);
        m[start] = a + p + r;
        m[comptime!(start + step)] = q + s * 2.0;
        m[comptime!(start + 2 * step)] = p + r * 4.0;
        m[comptime!(start + 3 * step)] = q + s * 8.0 + f;
    }
}

/// [`direct::finish`] for a single value.
#[cube]
fn finish_one<S: Float>(
    value: f32,
    addend: &ComptimeOption<&[S]>,
    at: usize,
    #[comptime] epilogue: EpilogueKind,
) -> S {
    S::cast_from(match comptime!(epilogue) {
        EpilogueKind::Nothing => value,
        EpilogueKind::Silu => silu_one(value),
        EpilogueKind::AddSilu => silu_one(value + f32::cast_from(addend.unwrap()[at])),
        EpilogueKind::Add => value + f32::cast_from(addend.unwrap()[at]),
    })
}

#[cube]
fn silu_one(x: f32) -> f32 {
    x / (1.0 + (-x).exp())
}
