//! Convolutions without workgroup memory: an invocation holds some pixels of a row by some outputs
//! in registers.
//!
//! 3×3 "same", 2×2 of stride 2 and 1×1 are one kernel. For each kernel row and each four input
//! channels an invocation loads the input pixels that its outputs see, once for all kernel columns,
//! and the weights, once for all its pixels. Neighbouring invocations hold neighbouring outputs of
//! the same pixels: the inputs are the same for all of them and the weights adjacent.
//!
//! For the roofline, 3×3, an invocation and four input channels of one kernel row: 3·4·8·4·2 = 768
//! FLOP for (10 + 12)·16 = 352 B that caches must serve; 8 sums and 10 inputs of four values in
//! registers; no workgroup memory. What reaches global memory is the map, the weights and the
//! result once each where the caches hold a workgroup's 64 invocations: 4 pixel blocks by all 64
//! outputs at 64 channels.

use burn_cubecl::tensor::CubeTensor;
use cubecl::ir::ElemType;
use cubecl::prelude::*;

use super::map::{GpuMap, LANES, Lanes, Stored, lanes};
use super::weights::Packed;
use crate::compute::gpu::{empty, grid};
use crate::denoiser::layers::{Epilogue, Precision};

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
    pub batch: u32,
    pub height: u32,
    pub width: u32,
    /// Of the output.
    pub rows: u32,
    pub columns: u32,
    /// Vectors of four channels.
    pub inputs: u32,
    pub outputs: u32,
}

/// What a pipeline is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    kernel: usize,
    stride: usize,
    /// Whether the rows are whole blocks, so that a block sees no more than one column beyond each
    /// border.
    whole: bool,
    pixels: usize,
    outputs: usize,
    /// Whether each image has weights of its own, and no bias.
    own: bool,
    then: EpilogueKind,
}

/// [`Epilogue`] without its maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EpilogueKind {
    Nothing,
    Silu,
    AddSilu,
    Add,
}

impl EpilogueKind {
    pub fn of(epilogue: &Epilogue<'_, GpuMap>) -> Self {
        match epilogue {
            Epilogue::Nothing => Self::Nothing,
            Epilogue::Silu => Self::Silu,
            Epilogue::AddSilu(_) => Self::AddSilu,
            Epilogue::Add(_) => Self::Add,
        }
    }
}

/// The map that [`Epilogue`] adds.
pub fn addend<'a>(epilogue: &Epilogue<'a, GpuMap>) -> Option<&'a GpuMap> {
    match epilogue {
        Epilogue::Nothing | Epilogue::Silu => None,
        Epilogue::AddSilu(map) | Epilogue::Add(map) => Some(map),
    }
}

#[cube]
pub fn silu(x: Lanes) -> Lanes {
    x / (Lanes::new(1.0) + (-x).exp())
}

/// What comes after an output.
#[cube]
pub fn finish<S: Float>(
    value: Lanes,
    other: &ComptimeOption<&[Stored<S>]>,
    at: usize,
    #[comptime] then: EpilogueKind,
) -> Stored<S> {
    Vector::cast_from(match comptime!(then) {
        EpilogueKind::Nothing => value,
        EpilogueKind::Silu => silu(value),
        EpilogueKind::AddSilu => silu(value + Lanes::cast_from(other.unwrap()[at])),
        EpilogueKind::Add => value + Lanes::cast_from(other.unwrap()[at]),
    })
}

/// Runs a convolution with packed weights.
pub fn convolve(conv: &Packed, x: &GpuMap, epilogue: Epilogue<'_, GpuMap>, block: Block) -> GpuMap {
    let (rows, columns) = (x.height() / conv.stride, x.width() / conv.stride);
    let y = x.another([x.batch(), rows, columns], conv.outputs);
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
        outputs: fitting(block.outputs, outputs),
        own: false,
        then: EpilogueKind::of(&epilogue),
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
            addend(&epilogue).map(GpuMap::arg).into(),
            y.arg(),
            sizes,
            kind,
            x.precision.element(),
        );
    }
    y
}

/// The vectors of outputs that an invocation can hold.
fn fitting(wanted: usize, outputs: usize) -> usize {
    if outputs.is_multiple_of(wanted) {
        wanted
    } else {
        1
    }
}

/// The products of matrices, `[N, rows, inputs]` by `[N, inputs, outputs]`, both padded.
pub fn multiply(weight: &CubeTensor, x: &CubeTensor, outputs: usize, block: Block) -> CubeTensor {
    let [batch, rows, inputs] = x.meta.shape().dims();
    let y = empty(x, [batch, rows, outputs]);
    // As few idle rows as may be.
    let pixels = block.pixels.min(rows.next_power_of_two());
    let kind = Kind {
        kernel: 1,
        stride: 1,
        whole: rows.is_multiple_of(pixels),
        pixels,
        outputs: fitting(block.outputs, outputs / LANES),
        own: true,
        then: EpilogueKind::Nothing,
    };
    let blocks = batch * rows.div_ceil(pixels) * (outputs / LANES / kind.outputs);
    let (count, dim) = grid(x, blocks);
    let sizes = SizesLaunch::new(
        batch as u32,
        1,
        rows as u32,
        1,
        rows as u32,
        (inputs / LANES) as u32,
        (outputs / LANES) as u32,
    );
    // SAFETY: every index lies within the sizes, which are those of the buffers.
    unsafe {
        direct::launch_unchecked(
            &x.client,
            count,
            dim,
            x.clone().into_buffer_arg(),
            weight.clone().into_buffer_arg(),
            weight.clone().into_buffer_arg(),
            None.into(),
            y.clone().into_buffer_arg(),
            sizes,
            kind,
            Precision::F32.element(),
        );
    }
    y
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn direct<S: Float>(
    x: &[Stored<S>],
    weight: &[Stored<S>],
    bias: &[Stored<S>],
    other: ComptimeOption<&[Stored<S>]>,
    y: &mut [Stored<S>],
    sizes: Sizes,
    #[comptime] kind: Kind,
    #[define(S)] _storage: ElemType,
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
        let start = if comptime!(kind.own) {
            Lanes::new(0.0)
        } else {
            Lanes::cast_from(bias[output + o])
        };
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
            let mut line = ky * inputs;
            if comptime!(kind.own) {
                line = image * inputs;
            }
            let mut at = line * comptime!(kind.kernel * LANES) * outputs + output;
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
                        let value = Lanes::cast_from(x[(start + safe) * inputs + c]);
                        pixels[j] = select(inside, value, Lanes::new(0.0));
                    } else {
                        let seen = start + column * kind.stride + j - padding;
                        pixels[j] = Lanes::cast_from(x[seen * inputs + c]);
                    }
                }
                #[unroll]
                for kx in 0..kind.kernel {
                    #[unroll]
                    for lane in 0..LANES {
                        #[unroll]
                        for o in 0..kind.outputs {
                            let w = Lanes::cast_from(weight[at + o]);
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
