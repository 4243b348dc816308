//! Elementwise formulas, [`crate::kernels::formula`], one invocation a value and one launch a formula: 4 bytes for each tensor and value, and as many FLOP
//! as it has operations.
//!
//! A pipeline is compiled for the operations and for which axes of the inputs are one for all; sizes and numbers are given at the launch.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::map::{empty, from_tensor, grid, to_tensor};
use crate::kernels::formula::{Binary, Op, Program, Unary};

/// Which axes an input has values along.
type Axes = [bool; 4];

/// What a pipeline is compiled for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shader {
    ops: Vec<Op>,
    inputs: Vec<Axes>,
    outputs: Vec<usize>,
}

/// A tensor of the program's shape for each of its outputs, one or two.
pub fn formula(program: &Program) -> Vec<Tensor<4>> {
    let inputs: Vec<CubeTensor> = program.inputs.iter().cloned().map(from_tensor).collect();
    let shape = program.shape;
    let outputs: Vec<CubeTensor> = program
        .outputs
        .iter()
        .map(|_| empty(&inputs[0], shape))
        .collect();
    let varying = |x: &CubeTensor| x.meta.shape().dims::<4>();
    // An axis of one value is read as one for all.
    let axes = |x: &CubeTensor| varying(x).map(|length| length > 1);
    let shader = Shader {
        ops: program.ops.clone(),
        inputs: inputs.iter().map(axes).collect(),
        outputs: program.outputs.clone(),
    };
    let values: usize = shape.iter().product();
    let (count, dim) = grid(&inputs[0], values);
    let mut buffers = SequenceArg::<Box<[f32]>>::new();
    inputs
        .iter()
        .for_each(|x| buffers.push(x.clone().into_buffer_arg()));
    let mut numbers = SequenceArg::<f32>::new();
    program
        .numbers
        .iter()
        .for_each(|&number| numbers.push(number as f32));
    // SAFETY: indices lie within the shape, and along the axes that an input has.
    unsafe {
        evaluate::launch_unchecked(
            &inputs[0].client,
            count,
            dim,
            buffers,
            numbers,
            outputs[0].clone().into_buffer_arg(),
            outputs.get(1).map(|y| y.clone().into_buffer_arg()).into(),
            values as u32,
            shape[1] as u32,
            shape[2] as u32,
            shape[3] as u32,
            shader,
        );
    }
    outputs.into_iter().map(to_tensor).collect()
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn evaluate(
    inputs: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    first: &mut [f32],
    second: ComptimeOption<&mut [f32]>,
    values: u32,
    channels: u32,
    height: u32,
    width: u32,
    #[comptime] shader: Shader,
) {
    if ABSOLUTE_POS >= values as usize {
        terminate!();
    }
    let (channels, height, width) = (channels as usize, height as usize, width as usize);
    let (column, line) = (ABSOLUTE_POS % width, ABSOLUTE_POS / width);
    let (row, plane) = (line % height, line / height);
    let (channel, image) = (plane % channels, plane / channels);
    let mut results = Sequence::<f32>::new();
    #[unroll]
    for i in 0..shader.ops.len() {
        let op = comptime!(shader.ops[i]);
        match op {
            Op::Input(input) => {
                let axes = comptime!(shader.inputs[input]);
                let mut at = 0usize;
                if comptime!(axes == [true; 4]) {
                    at = ABSOLUTE_POS;
                } else {
                    if comptime!(axes[0]) {
                        at = image;
                    }
                    if comptime!(axes[1]) {
                        at = at * channels + channel;
                    }
                    if comptime!(axes[2]) {
                        at = at * height + row;
                    }
                    if comptime!(axes[3]) {
                        at = at * width + column;
                    }
                }
                results.push(inputs[input][at]);
            }
            Op::Number(number) => results.push(numbers[number]),
            Op::Unary(operation, x) => results.push(unary(results[x], operation)),
            Op::Binary(operation, a, b) => results.push(binary(results[a], results[b], operation)),
        }
    }
    first[ABSOLUTE_POS] = results[comptime!(shader.outputs[0])];
    if second.is_some() {
        let to = second.unwrap();
        to[ABSOLUTE_POS] = results[comptime!(shader.outputs[1])];
    }
}

#[cube]
fn unary(x: f32, #[comptime] operation: Unary) -> f32 {
    match operation {
        Unary::Recip => 1.0 / x,
        Unary::Sqrt => x.sqrt(),
        Unary::Ln => x.ln(),
        Unary::Positive => max(x, 0.0f32),
    }
}

#[cube]
fn binary(a: f32, b: f32, #[comptime] operation: Binary) -> f32 {
    match operation {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
    }
}
