//! Formulas of [`crate::compute::formula`] as GPU kernels: one launch for a formula, one invocation
//! for a value.
//!
//! A pipeline is compiled for the operations, and for the axes along which each input broadcasts.
//! Sizes and numbers are arguments of the launch. For the roofline, a value: 4 B for each tensor
//! read or written, and one FLOP for each operation.

#![expect(
    missing_docs,
    reason = "CubeCL writes modules and types beside the documented ones"
)]

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use crate::compute::formula::{Binary, CHANNELS, Group, Op, Program, Unary, View};
use crate::compute::gpu::{empty, from_tensor, grid, to_tensor};

/// For each axis whether the input has several values along it; it broadcasts along the others.
type Axes = [bool; 4];

/// The part of a [`Program`] that a pipeline is compiled for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shader {
    ops: Vec<Op>,
    inputs: Vec<Axes>,
    outputs: Vec<usize>,
}

impl Shader {
    /// The operations of a program, and the axes along which its inputs have several values.
    pub fn of(program: &Program) -> Self {
        Self {
            ops: program.ops.clone(),
            inputs: program.inputs.iter().map(|x| axes(x.dims())).collect(),
            outputs: program.outputs.clone(),
        }
    }

    /// Indices into the operations: the result of each formula.
    pub fn outputs(&self) -> &[usize] {
        &self.outputs
    }
}

fn axes(shape: [usize; 4]) -> Axes {
    shape.map(|length| length > 1)
}

/// The tensors and the numbers of a program as arguments of a launch.
pub fn arguments(program: &Program) -> (SequenceArg<Box<[f32]>>, SequenceArg<f32>) {
    let mut buffers = SequenceArg::new();
    for x in &program.inputs {
        buffers.push(from_tensor(x.clone()).into_buffer_arg());
    }
    let mut numbers = SequenceArg::new();
    for &number in &program.numbers {
        numbers.push(number as f32);
    }
    (buffers, numbers)
}

/// The tensors that a launch writes, as its arguments.
pub fn output_buffers(outputs: &[CubeTensor]) -> SequenceArg<Box<[f32]>> {
    let mut buffers = SequenceArg::new();
    for y in outputs {
        buffers.push(y.clone().into_buffer_arg());
    }
    buffers
}

/// The outputs of a program, each a tensor of the program's shape.
pub fn run(program: &Program) -> Vec<Tensor<4>> {
    let like = from_tensor(program.inputs[0].clone());
    let shape = program.shape;
    let outputs: Vec<CubeTensor> = program
        .outputs
        .iter()
        .map(|_| empty(&like, shape))
        .collect();
    let values: usize = shape.iter().product();
    let (count, dim) = grid(&like, values);
    let (buffers, numbers) = arguments(program);
    // SAFETY: every index lies within the shape, and within each input along the axes that it has.
    unsafe {
        evaluate::launch_unchecked(
            &like.client,
            count,
            dim,
            buffers,
            numbers,
            output_buffers(&outputs),
            values as u32,
            shape[1] as u32,
            shape[2] as u32,
            shape[3] as u32,
            Shader::of(program),
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
    outputs: &mut Sequence<Box<[f32]>>,
    values: u32,
    channels: u32,
    height: u32,
    width: u32,
    #[comptime] shader: Shader,
) {
    if ABSOLUTE_POS >= values as usize {
        terminate!();
    }
    let size = Size {
        channels: channels as usize,
        height: height as usize,
        width: width as usize,
    };
    let at = position(ABSOLUTE_POS, &size);
    let kernel_values = Sequence::<f32>::new();
    let results = results(
        inputs,
        numbers,
        &kernel_values,
        &at,
        &size,
        comptime!(shader.clone()),
    );
    #[unroll]
    for i in 0..shader.outputs.len() {
        let to = outputs.index_mut(i);
        to[ABSOLUTE_POS] = results[comptime!(shader.outputs[i])];
    }
}

/// The position of a value in a batch of images.
#[derive(CubeType, Debug, Clone, Copy)]
pub struct Position {
    /// The index of the image in the batch.
    pub image: usize,
    /// The index of the channel.
    pub channel: usize,
    /// The row, from the top.
    pub row: usize,
    /// The column, from the left.
    pub column: usize,
}

/// The size of an image.
#[derive(CubeType, Debug, Clone, Copy)]
pub struct Size {
    /// Channels of an image.
    pub channels: usize,
    /// Rows of a channel.
    pub height: usize,
    /// Columns of a channel.
    pub width: usize,
}

/// The position of the value of index i in a contiguous batch of images.
#[cube]
fn position(i: usize, size: &Size) -> Position {
    let (column, line) = (i % size.width, i / size.width);
    let (row, plane) = (line % size.height, line / size.height);
    Position {
        image: plane / size.channels,
        channel: plane % size.channels,
        row,
        column,
    }
}

/// The index of the value for a position in a contiguous tensor that broadcasts along the axes
/// missing in `axes`.
#[cube]
fn index(at: &Position, size: &Size, #[comptime] axes: Axes) -> usize {
    let mut index = 0usize;
    if comptime!(axes[0]) {
        index = at.image;
    }
    if comptime!(axes[1]) {
        index = index * size.channels + at.channel;
    }
    if comptime!(axes[2]) {
        index = index * size.height + at.row;
    }
    if comptime!(axes[3]) {
        index = index * size.width + at.column;
    }
    index
}

/// The results of all operations of a program at one position. `kernel_values` are the values of
/// [`Op::KernelValue`].
#[cube]
pub fn results(
    inputs: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    kernel_values: &Sequence<f32>,
    at: &Position,
    size: &Size,
    #[comptime] shader: Shader,
) -> Sequence<f32> {
    let mut results = Sequence::<f32>::new();
    #[unroll]
    for i in 0..shader.ops.len() {
        let op = comptime!(shader.ops[i]);
        match op {
            Op::Input(input) => {
                let axes = comptime!(shader.inputs[input]);
                results.push(inputs[input][index(at, size, axes)]);
            }
            Op::View(input, view) => {
                let axes = comptime!(shader.inputs[input]);
                results.push(read_view(&inputs[input], at, size, axes, view));
            }
            Op::KernelValue(value) => results.push(kernel_values[value]),
            Op::Number(number) => results.push(numbers[number]),
            Op::Unary(operation, x) => results.push(unary(results[x], operation)),
            Op::Binary(operation, a, b) => results.push(binary(results[a], results[b], operation)),
        }
    }
    results
}

/// The value of a program's first formula at one position. It must contain no kernel values.
#[cube]
pub fn value(
    inputs: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    at: &Position,
    size: &Size,
    #[comptime] shader: Shader,
) -> f32 {
    let kernel_values = Sequence::<f32>::new();
    let all = results(
        inputs,
        numbers,
        &kernel_values,
        at,
        size,
        comptime!(shader.clone()),
    );
    all[comptime!(shader.outputs[0])]
}

/// The value of a view of an image at one position.
#[cube]
fn read_view(
    x: &[f32],
    at: &Position,
    size: &Size,
    #[comptime] axes: Axes,
    #[comptime] view: View,
) -> f32 {
    let (mut channel, mut row, mut column) = (at.channel, at.row, at.column);
    let (mut channels, mut height, mut width) = (size.channels, size.height, size.width);
    let mut absent = false;
    match view {
        View::Channel(number) => {
            channel = number;
            channels = CHANNELS;
        }
        View::Turned(by) => {
            channel = (channel + by) % CHANNELS;
            channels = CHANNELS;
        }
        View::Blocks(f) => {
            row /= f;
            column /= f;
            height /= f;
            width /= f;
        }
        View::Periodic(f) => {
            height /= f;
            width /= f;
            row %= height;
            column %= width;
        }
        View::Apart(f) => {
            absent = row % f + column % f > 0;
            row /= f;
            column /= f;
            height /= f;
            width /= f;
        }
        View::First(f) => {
            row *= f;
            column *= f;
            height *= f;
            width *= f;
        }
        View::Kept(f) => absent = row % f + column % f > 0,
    }
    let source = Position {
        image: at.image,
        channel,
        row,
        column,
    };
    let source_size = Size {
        channels,
        height,
        width,
    };
    select(absent, 0.0f32, x[index(&source, &source_size, axes)])
}

/// The formula of `finish` of the sums of a program's first formula over groups of f×f values. One
/// invocation sums one group.
pub fn grouped(program: &Program, group: Group, f: usize, finish: &Program) -> Tensor<4> {
    let like = from_tensor(program.inputs[0].clone());
    let to = empty(&like, finish.shape);
    let values: usize = finish.shape.iter().product();
    let (count, dim) = grid(&like, values);
    let (inputs, numbers) = arguments(program);
    let (finish_inputs, finish_numbers) = arguments(finish);
    let [_, channels, height, width] = program.shape.map(|n| n as u32);
    // SAFETY: every group lies within the program's shape.
    unsafe {
        sums::launch_unchecked(
            &like.client,
            count,
            dim,
            inputs,
            numbers,
            finish_inputs,
            finish_numbers,
            to.clone().into_buffer_arg(),
            values as u32,
            channels,
            height,
            width,
            f as u32,
            group,
            Shader::of(program),
            Shader::of(finish),
        );
    }
    to_tensor(to)
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn sums(
    inputs: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    finish_inputs: &Sequence<Box<[f32]>>,
    finish_numbers: &Sequence<f32>,
    to: &mut [f32],
    values: u32,
    channels: u32,
    height: u32,
    width: u32,
    f: u32,
    #[comptime] group: Group,
    #[comptime] shader: Shader,
    #[comptime] finish: Shader,
) {
    if ABSOLUTE_POS >= values as usize {
        terminate!();
    }
    let f = f as usize;
    let size = Size {
        channels: channels as usize,
        height: height as usize,
        width: width as usize,
    };
    let groups = Size {
        channels: size.channels,
        height: size.height / f,
        width: size.width / f,
    };
    let at = position(ABSOLUTE_POS, &groups);
    let mut sum = 0.0f32;
    for a in 0..f {
        for b in 0..f {
            let (mut row, mut column) = (at.row, at.column);
            match group {
                Group::Block => {
                    row = row * f + a;
                    column = column * f + b;
                }
                Group::Aliases => {
                    row += a * groups.height;
                    column += b * groups.width;
                }
            }
            let member = Position {
                image: at.image,
                channel: at.channel,
                row,
                column,
            };
            let shader = comptime!(shader.clone());
            sum += value(inputs, numbers, &member, &size, shader);
        }
    }
    let mut kernel_values = Sequence::<f32>::new();
    kernel_values.push(sum);
    let all = results(
        finish_inputs,
        finish_numbers,
        &kernel_values,
        &at,
        &groups,
        comptime!(finish.clone()),
    );
    to[ABSOLUTE_POS] = all[comptime!(finish.outputs[0])];
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
