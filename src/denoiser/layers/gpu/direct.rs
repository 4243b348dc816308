//! Convolutions without workgroup memory: an invocation computes a block of several pixels of a row
//! by several outputs, in registers.
//!
//! One kernel serves 3×3 convolutions of the same size, 2×2 convolutions of stride 2, and 1×1
//! convolutions. For each kernel row and each four input channels an invocation loads the input
//! pixels of its block once for all kernel columns, and the weights once for all its pixels.
//! Neighbouring invocations compute neighbouring outputs of the same pixels, so that they read the
//! same inputs and adjacent weights.
//!
//! For the roofline, a 3×3 convolution, one invocation, four input channels and one kernel row:
//! 3·4·8·4·2 = 768 FLOP for (10 + 12)·16 = 352 B that caches serve; 8 sums and 10 inputs of four
//! values in registers; no workgroup memory. Map, weights and result are each transferred once from
//! or to global memory if the caches hold the working set of the 64 invocations of a workgroup. At
//! 64 channels that is 4 blocks of pixels by all 64 outputs.

use burn_cubecl::tensor::CubeTensor;
use cubecl::ir::ElemType;
use cubecl::prelude::*;

use super::map::{GpuMap, LANES, Lanes, Stored, lanes};
use super::weights::Packed;
use crate::compute::gpu::{empty, grid};
use crate::denoiser::layers::{Epilogue, Precision};

/// The block that an invocation computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Pixels of a row.
    pub pixels: usize,
    /// Vectors of four output channels.
    pub outputs: usize,
}

/// The fastest block on a software adapter, out of 4 and 8 pixels by 4, 8 and 16 output channels.
pub(super) const BLOCK: Block = Block {
    pixels: 8,
    outputs: 1,
};

/// The sizes of a convolution that are arguments of the launch.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub(super) struct Sizes {
    pub batch: u32,
    /// Rows of the input.
    pub height: u32,
    /// Columns of the input.
    pub width: u32,
    /// Rows of the output.
    pub rows: u32,
    /// Columns of the output.
    pub columns: u32,
    /// Vectors of four input channels.
    pub inputs: u32,
    /// Vectors of four output channels.
    pub outputs: u32,
}

/// The properties of a convolution that a pipeline is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// Side of the kernel.
    kernel: usize,
    stride: usize,
    /// Whether the columns are a multiple of `pixels`. Blocks then read at most one column beyond
    /// each border.
    whole_blocks: bool,
    /// Pixels of a block.
    pixels: usize,
    /// Vectors of four output channels of a block.
    outputs: usize,
    /// Whether each image has its own weights, and no bias.
    weights_per_image: bool,
    epilogue: EpilogueKind,
}

/// [`Epilogue`] without its maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum EpilogueKind {
    Nothing,
    Silu,
    AddSilu,
    Add,
}

impl EpilogueKind {
    /// The kind of `epilogue`.
    pub(super) fn of(epilogue: &Epilogue<'_, GpuMap>) -> Self {
        match epilogue {
            Epilogue::Nothing => Self::Nothing,
            Epilogue::Silu => Self::Silu,
            Epilogue::AddSilu(_) => Self::AddSilu,
            Epilogue::Add(_) => Self::Add,
        }
    }
}

/// The map that an epilogue adds.
pub(super) fn addend<'a>(epilogue: &Epilogue<'a, GpuMap>) -> Option<&'a GpuMap> {
    match epilogue {
        Epilogue::Nothing | Epilogue::Silu => None,
        Epilogue::AddSilu(map) | Epilogue::Add(map) => Some(map),
    }
}

/// x/(1 + e^-x).
#[cube]
pub(super) fn silu(x: Lanes) -> Lanes {
    x / (Lanes::new(1.0) + (-x).exp())
}

/// Applies the epilogue to one vector of outputs, of index `at` in the output map.
#[cube]
pub(super) fn finish<S: Float>(
    value: Lanes,
    addend: &ComptimeOption<&[Stored<S>]>,
    at: usize,
    #[comptime] epilogue: EpilogueKind,
) -> Stored<S> {
    Vector::cast_from(match comptime!(epilogue) {
        EpilogueKind::Nothing => value,
        EpilogueKind::Silu => silu(value),
        EpilogueKind::AddSilu => silu(value + Lanes::cast_from(addend.unwrap()[at])),
        EpilogueKind::Add => value + Lanes::cast_from(addend.unwrap()[at]),
    })
}

/// Convolves x in blocks and applies the epilogue.
pub(super) fn convolve(
    conv: &Packed,
    x: &GpuMap,
    epilogue: Epilogue<'_, GpuMap>,
    block: Block,
) -> GpuMap {
    let (rows, columns) = (x.height() / conv.stride, x.width() / conv.stride);
    let y = x.empty_like([x.batch(), rows, columns], conv.outputs);
    // For a 1×1 convolution the batch is one long row.
    let [batch, height, width, rows, columns] = match conv.kernel {
        1 => [1, 1, x.pixels(), 1, x.pixels()],
        _ => [x.batch(), x.height(), x.width(), rows, columns],
    };
    let outputs = lanes(conv.outputs);
    let kind = Kind {
        kernel: conv.kernel,
        stride: conv.stride,
        whole_blocks: columns.is_multiple_of(block.pixels),
        pixels: block.pixels,
        outputs: block_outputs(block, outputs),
        weights_per_image: false,
        epilogue: EpilogueKind::of(&epilogue),
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
    // SAFETY: every index lies within `sizes`, which are the sizes of the buffers.
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

/// The vectors of outputs of a block: those of `block` if they divide `outputs`, otherwise one.
fn block_outputs(block: Block, outputs: usize) -> usize {
    if outputs.is_multiple_of(block.outputs) {
        block.outputs
    } else {
        1
    }
}

/// N matrix products, x `[N, rows, inputs]` times weight `[N, inputs, outputs]`, with inputs and
/// outputs padded to multiples of [`LANES`].
pub(super) fn multiply(
    weight: &CubeTensor,
    x: &CubeTensor,
    outputs: usize,
    block: Block,
) -> CubeTensor {
    let [batch, rows, inputs] = x.meta.shape().dims();
    let y = empty(x, [batch, rows, outputs]);
    // Smaller blocks for few rows, so that few places of a block are idle.
    let pixels = block.pixels.min(rows.next_power_of_two());
    let kind = Kind {
        kernel: 1,
        stride: 1,
        whole_blocks: rows.is_multiple_of(pixels),
        pixels,
        outputs: block_outputs(block, outputs / LANES),
        weights_per_image: true,
        epilogue: EpilogueKind::Nothing,
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
    // SAFETY: every index lies within `sizes`, which are the sizes of the buffers.
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
#[allow(clippy::too_many_lines, reason = "a kernel's loops share its indices")]
fn direct<S: Float>(
    x: &[Stored<S>],
    weight: &[Stored<S>],
    bias: &[Stored<S>],
    addend: ComptimeOption<&[Stored<S>]>,
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
        let start = if comptime!(kind.weights_per_image) {
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
        // Unsigned: a row before the first wraps around to a large number, beyond the last.
        let from = row * kind.stride + ky - padding;
        if from < height {
            let start = (image * height + from) * width;
            let mut line = ky * inputs;
            if comptime!(kind.weights_per_image) {
                line = image * inputs;
            }
            let mut at = line * comptime!(kind.kernel * LANES) * outputs + output;
            for c in 0..inputs {
                let mut pixels = Array::<Lanes>::new(span);
                #[unroll]
                for j in 0..span {
                    let edge = comptime!(
                        !kind.whole_blocks
                            || j < padding
                            || j >= kind.pixels * kind.stride + padding
                    );
                    if comptime!(edge) {
                        let source = column * kind.stride + j - padding;
                        let inside = source < width;
                        let safe = select(inside, source, 0usize);
                        let value = Lanes::cast_from(x[(start + safe) * inputs + c]);
                        pixels[j] = select(inside, value, Lanes::new(0.0));
                    } else {
                        let source = start + column * kind.stride + j - padding;
                        pixels[j] = Lanes::cast_from(x[source * inputs + c]);
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
            if comptime!(kind.whole_blocks) || to < sizes.columns as usize {
                let at = (line * sizes.columns as usize + to) * outputs + output + o;
                let sum = sums[comptime!(o * kind.pixels + p)];
                y[at] = finish(sum, &addend, at, kind.epilogue);
            }
        }
    }
}
