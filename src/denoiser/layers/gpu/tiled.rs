//! 3×3 convolutions as implicit matrix products in workgroup memory, for GPUs whose caches are too
//! small for [`super::direct`].
//!
//! A workgroup computes a tile of `rows` by 8 pixels and 64 outputs. For each four input channels
//! it loads the pixels of the tile with a border of one pixel, and the weights of all nine taps,
//! into workgroup memory. Each invocation computes 8 pixels of a row by 8 outputs in registers.
//!
//! For the roofline, a workgroup of 16 rows and four input channels: 2·9·128·64·4 = 590 kFLOP for
//! (18·10 + 9·64)·4·4 B = 12.1 KB from global memory, which is 49 FLOP/B (27 for 8 rows, 80 for
//! 32); 12.1 KB of workgroup memory; 16 sums and 10 inputs of four values in registers.

use cubecl::ir::ElemType;
use cubecl::prelude::*;

use super::direct::{EpilogueKind, Sizes, SizesLaunch, addend, finish};
use super::map::{GpuMap, LANES, Lanes, Stored, lanes};
use super::weights::Packed;
use crate::denoiser::layers::Epilogue;

/// Columns of a tile, all of which an invocation computes.
const PIXELS: usize = 8;
/// Outputs of a workgroup, in vectors of four.
const OUTPUTS: usize = 16;
/// Invocations for each row of a tile: each computes two vectors of outputs.
const GROUPS: usize = OUTPUTS / 2;
/// Columns of a tile, its border included.
const SPAN: usize = PIXELS + 2;

/// Whether a convolution is 3×3 and its outputs fill whole workgroups.
pub(super) fn supports(conv: &Packed) -> bool {
    conv.kernel == 3 && lanes(conv.outputs).is_multiple_of(OUTPUTS)
}

/// Convolves x in tiles of `rows` rows, at most 32, and applies the epilogue. The convolution must
/// be supported.
pub(super) fn convolve(
    conv: &Packed,
    x: &GpuMap,
    epilogue: Epilogue<'_, GpuMap>,
    rows: usize,
) -> GpuMap {
    let (height, width) = (x.height(), x.width());
    let y = x.empty_like([x.batch(), height, width], conv.outputs);
    let outputs = lanes(conv.outputs);
    let across = width.div_ceil(PIXELS) * height.div_ceil(rows);
    let count = CubeCount::Static(across as u32, (outputs / OUTPUTS) as u32, x.batch() as u32);
    let sizes = SizesLaunch::new(
        x.batch() as u32,
        height as u32,
        width as u32,
        height as u32,
        width as u32,
        lanes(conv.inputs) as u32,
        outputs as u32,
    );
    // SAFETY: pixels outside the image are neither read nor written.
    unsafe {
        tiled::launch_unchecked(
            &x.values.client,
            count,
            CubeDim::new_1d((rows * GROUPS) as u32),
            x.arg(),
            conv.weight.clone().into_buffer_arg(),
            conv.bias.clone().into_buffer_arg(),
            addend(&epilogue).map(GpuMap::arg).into(),
            y.arg(),
            sizes,
            rows,
            EpilogueKind::of(&epilogue),
            x.precision.element(),
        );
    }
    y
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
#[allow(clippy::too_many_lines, reason = "a kernel's loops share its indices")]
fn tiled<S: Float>(
    x: &[Stored<S>],
    weight: &[Stored<S>],
    bias: &[Stored<S>],
    addend: ComptimeOption<&[Stored<S>]>,
    y: &mut [Stored<S>],
    sizes: Sizes,
    #[comptime] rows: usize,
    #[comptime] epilogue: EpilogueKind,
    #[define(S)] _storage: ElemType,
) {
    let (height, width) = (sizes.height as usize, sizes.width as usize);
    let (inputs, outputs) = (sizes.inputs as usize, sizes.outputs as usize);
    let across = width.div_ceil(PIXELS);
    let top = CUBE_POS_X as usize / across * rows;
    let left = CUBE_POS_X as usize % across * PIXELS;
    let first = CUBE_POS_Y as usize * OUTPUTS;
    let image = CUBE_POS_Z as usize;
    let unit = UNIT_POS as usize;
    let (group, row) = (unit % GROUPS, unit / GROUPS);
    let units = comptime!(rows * GROUPS);
    let tile_pixels = comptime!((rows + 2) * SPAN);
    let tile_weights = comptime!(9 * LANES * OUTPUTS);

    let mut pixels = Shared::<[Lanes]>::new_slice(tile_pixels);
    let mut weights = Shared::<[Lanes]>::new_slice(tile_weights);
    let mut sums = Array::<Lanes>::new(comptime!(2 * PIXELS));
    #[unroll]
    for o in 0..2usize {
        let start = Lanes::cast_from(bias[first + o * GROUPS + group]);
        #[unroll]
        for p in 0..PIXELS {
            sums[comptime!(o * PIXELS + p)] = start;
        }
    }

    for c in 0..inputs {
        sync_cube();
        for i in range_stepped(unit, tile_pixels, units) {
            // Unsigned: rows and columns before the first wrap around to large numbers, beyond the
            // last.
            let from = top + i / SPAN - 1;
            let column = left + i % SPAN - 1;
            let inside = from < height && column < width;
            let safe = select(inside, (image * height + from) * width + column, 0usize);
            let value = Lanes::cast_from(x[safe * inputs + c]);
            pixels[i] = select(inside, value, Lanes::new(0.0));
        }
        for i in range_stepped(unit, tile_weights, units) {
            let (line, output) = (i / OUTPUTS, i % OUTPUTS);
            let (ky, rest) = (line / comptime!(3 * LANES), line % comptime!(3 * LANES));
            let from = (ky * inputs + c) * comptime!(3 * LANES) + rest;
            weights[i] = Lanes::cast_from(weight[from * outputs + first + output]);
        }
        sync_cube();
        for ky in 0..3usize {
            let mut line = Array::<Lanes>::new(SPAN);
            #[unroll]
            for j in 0..SPAN {
                line[j] = pixels[(row + ky) * SPAN + j];
            }
            #[unroll]
            for kx in 0..3usize {
                #[unroll]
                for lane in 0..LANES {
                    #[unroll]
                    for o in 0..2usize {
                        let at = comptime!((kx * LANES + lane) * OUTPUTS + o * GROUPS) + group;
                        let w = weights[ky * comptime!(3 * LANES * OUTPUTS) + at];
                        #[unroll]
                        for p in 0..PIXELS {
                            let value = line[comptime!(p + kx)].extract(lane);
                            sums[comptime!(o * PIXELS + p)] += Lanes::new(value) * w;
                        }
                    }
                }
            }
        }
    }

    let to = top + row;
    if to < height {
        #[unroll]
        for o in 0..2usize {
            #[unroll]
            for p in 0..PIXELS {
                let column = left + p;
                if column < width {
                    let pixel = (image * height + to) * width + column;
                    let at = pixel * outputs + first + o * GROUPS + group;
                    let sum = sums[comptime!(o * PIXELS + p)];
                    y[at] = finish(sum, &addend, at, epilogue);
                }
            }
        }
    }
}
