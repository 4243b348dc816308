//! Convolutions without workgroup memory: an invocation holds some pixels of a row by some outputs in registers.
//!
//! 3×3 "same", 2×2 of stride 2 and 1×1 are one kernel. For each kernel row and each four input channels an invocation loads the input pixels that its
//! outputs see, once for all kernel columns, and the weights, once for all its pixels. Neighbouring invocations hold neighbouring outputs of the same
//! pixels: the inputs are the same for all of them and the weights adjacent.

use cubecl::prelude::*;

use super::map::{GpuMap, LANES, Lanes, grid, lanes};
use super::weights::Packed;
use crate::kernels::After;

/// What an invocation computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Pixels of a row.
    pub pixels: usize,
    /// Vectors of four outputs.
    pub outputs: usize,
}

/// Fastest of those tried on a software adapter, of 4 and 8 pixels by 4, 8 and 16 outputs.
pub const BLOCK: Block = Block {
    pixels: 8,
    outputs: 1,
};

/// Sizes that a pipeline is not compiled for.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub struct Sizes {
    batch: u32,
    height: u32,
    width: u32,
    /// Of the output.
    rows: u32,
    columns: u32,
    /// Vectors of four channels.
    inputs: u32,
    outputs: u32,
}

/// What a pipeline is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    kernel: usize,
    stride: usize,
    /// Whether the rows are whole blocks, so that a block sees no more than one column beyond each border.
    whole: bool,
    pixels: usize,
    outputs: usize,
    then: Then,
}

/// [`After`] without its maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Then {
    Nothing,
    Silu,
    AddSilu,
    Add,
}

impl Then {
    pub fn of(after: &After<'_, GpuMap>) -> Self {
        match after {
            After::Nothing => Self::Nothing,
            After::Silu => Self::Silu,
            After::AddSilu(_) => Self::AddSilu,
            After::Add(_) => Self::Add,
        }
    }
}

/// The map that [`After`] adds.
pub fn addend<'a>(after: &After<'a, GpuMap>) -> Option<&'a GpuMap> {
    match after {
        After::Nothing | After::Silu => None,
        After::AddSilu(map) | After::Add(map) => Some(map),
    }
}

#[cube]
pub fn silu(x: Lanes) -> Lanes {
    x / (Lanes::new(1.0) + (-x).exp())
}

/// What comes after an output.
#[cube]
pub fn finish(
    value: Lanes,
    other: &ComptimeOption<&[Lanes]>,
    at: usize,
    #[comptime] then: Then,
) -> Lanes {
    match comptime!(then) {
        Then::Nothing => value,
        Then::Silu => silu(value),
        Then::AddSilu => silu(value + other.unwrap()[at]),
        Then::Add => value + other.unwrap()[at],
    }
}

/// Runs a convolution with packed weights.
pub fn convolve(conv: &Packed, x: &GpuMap, after: After<'_, GpuMap>, block: Block) -> GpuMap {
    let (rows, columns) = (x.height() / conv.stride, x.width() / conv.stride);
    let y = GpuMap::empty(&x.values, [x.batch(), rows, columns], conv.outputs);
    // A 1×1 convolution sees one long row.
    let [batch, height, width, rows, columns] = match conv.kernel {
        1 => [1, 1, x.pixels(), 1, x.pixels()],
        _ => [x.batch(), x.height(), x.width(), rows, columns],
    };
    let outputs = lanes(conv.outputs);
    let kind = Kind {
        kernel: conv.kernel,
        stride: conv.stride,
        whole: columns.is_multiple_of(block.pixels),
        pixels: block.pixels,
        outputs: if outputs.is_multiple_of(block.outputs) {
            block.outputs
        } else {
            1
        },
        then: Then::of(&after),
    };
    let blocks = batch * rows * columns.div_ceil(block.pixels) * (outputs / kind.outputs);
    let (count, dim) = grid(&x.values, blocks);
    let sizes = SizesLaunch::new(
        batch as u32,
        height as u32,
        width as u32,
        rows as u32,
        columns as u32,
        lanes(conv.inputs) as u32,
        outputs as u32,
    );
    // SAFETY: every index lies within the sizes, which are those of the buffers.
    unsafe {
        direct::launch_unchecked(
            &x.values.client,
            count,
            dim,
            x.arg(),
            conv.weight.clone().into_buffer_arg(),
            conv.bias.clone().into_buffer_arg(),
            addend(&after).map(GpuMap::arg).into(),
            y.arg(),
            sizes,
            kind,
        );
    }
    y
}

#[cube(launch_unchecked)]
fn direct(
    x: &[Lanes],
    weight: &[Lanes],
    bias: &[Lanes],
    other: ComptimeOption<&[Lanes]>,
    y: &mut [Lanes],
    sizes: Sizes,
    #[comptime] kind: Kind,
) {
    let groups = sizes.outputs as usize / kind.outputs;
    let blocks = (sizes.columns as usize).div_ceil(kind.pixels);
    let rows = sizes.rows as usize;
    let group = ABSOLUTE_POS % groups;
    let block = ABSOLUTE_POS / groups;
    let line = block / blocks;
    if line >= sizes.batch as usize * rows {
        terminate!();
    }
    let output = group * kind.outputs;
    let column = (block % blocks) * kind.pixels;
    let (image, row) = (line / rows, line % rows);
    let (height, width) = (sizes.height as usize, sizes.width as usize);
    let inputs = sizes.inputs as usize;
    let outputs = sizes.outputs as usize;
    let padding = comptime!(kind.kernel / 2 / kind.stride);
    let span = comptime!((kind.pixels - 1) * kind.stride + kind.kernel);

    let mut sums = Array::<Lanes>::new(comptime!(kind.pixels * kind.outputs));
    #[unroll]
    for o in 0..kind.outputs {
        let start = bias[output + o];
        #[unroll]
        for p in 0..kind.pixels {
            sums[comptime!(o * kind.pixels + p)] = start;
        }
    }

    for ky in 0..kind.kernel {
        // Beyond the upper border it wraps to beyond the lower one.
        let from = row * kind.stride + ky - padding;
        if from < height {
            let start = (image * height + from) * width;
            let mut at = ky * inputs * comptime!(kind.kernel * LANES) * outputs + output;
            for c in 0..inputs {
                let mut pixels = Array::<Lanes>::new(span);
                #[unroll]
                for j in 0..span {
                    let edge = comptime!(
                        !kind.whole || j < padding || j >= kind.pixels * kind.stride + padding
                    );
                    if comptime!(edge) {
                        let seen = column * kind.stride + j - padding;
                        let inside = seen < width;
                        let safe = select(inside, seen, 0usize);
                        let value = x[(start + safe) * inputs + c];
                        pixels[j] = select(inside, value, Lanes::new(0.0));
                    } else {
                        pixels[j] = x[(start + column * kind.stride + j - padding) * inputs + c];
                    }
                }
                #[unroll]
                for kx in 0..kind.kernel {
                    #[unroll]
                    for lane in 0..LANES {
                        #[unroll]
                        for o in 0..kind.outputs {
                            let w = weight[at + o];
                            #[unroll]
                            for p in 0..kind.pixels {
                                let value = pixels[comptime!(p * kind.stride + kx)].extract(lane);
                                sums[comptime!(o * kind.pixels + p)] += Lanes::new(value) * w;
                            }
                        }
                        at += outputs;
                    }
                }
            }
        }
    }

    #[unroll]
    for o in 0..kind.outputs {
        #[unroll]
        for p in 0..kind.pixels {
            let to = column + p;
            if comptime!(kind.whole) || to < sizes.columns as usize {
                let at = (line * sizes.columns as usize + to) * outputs + output + o;
                y[at] = finish(sums[comptime!(o * kind.pixels + p)], &other, at, kind.then);
            }
        }
    }
}
