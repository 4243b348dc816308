//! Filters in three launches: the forward transform of rows; the forward transform of columns, the
//! filters, and the inverse transform of columns; the inverse transform of rows.
//!
//! The formulas of the image, of its filtered spectra and of the filtered images are computed in
//! registers in these launches. For the roofline, a value and launch: 12 B, and 8 B more for each
//! filter after the first.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::lines::{Factors, Line, LineBuffers, UNITS, VALUES, buffers, transform};
use crate::compute::formula::gpu::{Position, Shader, Size, arguments, output_buffers, results};
use crate::compute::formula::{Formula, Program};
use crate::compute::gpu::{empty, from_tensor, to_tensor};

/// Storage buffers that a shader may have besides that of the shapes.
const BUFFERS: usize = 7;
/// The number of values that the three launches process at once, in whole planes and at least one.
/// It bounds the memory between the launches: 8 B for each value, and as much for each filter. A
/// single plane of a larger image is enough work for a launch.
const BATCH_VALUES: usize = 1 << 20;

/// f(F^-1 r(F x)): see [`super::GpuFourier::through`]. `rows` and `columns` are the transforms of
/// the rows and of the columns. None if the formulas contain too many tensors.
pub(super) fn through<const N: usize, const M: usize>(
    [rows, columns]: [&Line; 2],
    image: &[Formula],
    responses: [[Formula; 2]; N],
    results: [Formula; M],
) -> Option<[Tensor<4>; M]> {
    let responses = Program::in_kernel(&responses.concat(), Program::of(image).shape);
    let image = Program::over(image, responses.shape);
    let results = Program::in_kernel(&results, responses.shape);
    let counts = [
        image.inputs.len() + 1,
        responses.inputs.len() + 2,
        results.inputs.len() + 1 + M,
    ];
    if counts.iter().any(|&count| count > BUFFERS) || results.shape != responses.shape {
        return None;
    }
    let like = from_tensor(image.inputs[0].clone());
    let outputs: [CubeTensor; M] = std::array::from_fn(|_| empty(&like, results.shape));
    for planes in Planes::batches(results.shape) {
        let spectra = planes.transform_rows(rows, &like, &image);
        let spectra = planes.filter_columns(columns, spectra, &responses, N);
        planes.invert_rows(rows, spectra, &results, &outputs);
    }
    Some(outputs.map(to_tensor))
}

/// Consecutive planes of images `[B, C, H, W]`.
struct Planes {
    /// The shape of all images.
    shape: [usize; 4],
    /// The index of the first plane, counted over all images.
    first: usize,
    count: usize,
}

impl Planes {
    /// All planes, in batches of at most [`BATCH_VALUES`] values or of one plane.
    fn batches(shape: [usize; 4]) -> impl Iterator<Item = Self> {
        let [batch, channels, height, width] = shape;
        let (all, most) = (batch * channels, (BATCH_VALUES / (height * width)).max(1));
        (0..all).step_by(most).map(move |first| Self {
            shape,
            first,
            count: most.min(all - first),
        })
    }

    /// A buffer for `images` complex images of these planes: all real parts, then all imaginary
    /// parts.
    fn complex(&self, like: &CubeTensor, images: usize) -> CubeTensor {
        let [_, _, height, width] = self.shape;
        empty(like, [2, images * self.count, height, width])
    }

    /// The workgroups and sizes of a launch over planes of `lines` lines each.
    fn launch(&self, line: &Line, lines: usize) -> (CubeCount, CubeDim, SizesLaunch) {
        let per_workgroup = line.lines_per_workgroup().min(lines);
        let workgroups = lines.div_ceil(per_workgroup) as u32;
        let [_, channels, height, width] = self.shape.map(|n| n as u32);
        (
            CubeCount::Static(workgroups, self.count as u32, 1),
            CubeDim::new_1d(UNITS as u32),
            SizesLaunch::new(
                channels,
                height,
                width,
                per_workgroup as u32,
                self.first as u32,
            ),
        )
    }

    /// The transform of the rows of an image, given by a program.
    fn transform_rows(&self, line: &Line, like: &CubeTensor, program: &Program) -> CubeTensor {
        let to = self.complex(like, 1);
        let (count, dim, sizes) = self.launch(line, self.shape[2]);
        let (inputs, numbers) = arguments(program);
        // SAFETY: rows are read within the planes, and rows beyond the last are not written.
        unsafe {
            rows_forward::launch_unchecked(
                &like.client,
                count,
                dim,
                inputs,
                numbers,
                to.clone().into_buffer_arg(),
                line.factors(),
                sizes,
                half(&to),
                Shader::of(program),
            );
        }
        to
    }

    /// The spectra of `images` filters, given by a program of the spectrum, with their columns
    /// transformed back. `from` is the transform of the rows.
    fn filter_columns(
        &self,
        line: &Line,
        from: CubeTensor,
        program: &Program,
        images: usize,
    ) -> CubeTensor {
        let to = self.complex(&from, images);
        let (count, dim, sizes) = self.launch(line, self.shape[3]);
        let (inputs, numbers) = arguments(program);
        // SAFETY: columns are read within the planes, and columns beyond the last are not written.
        unsafe {
            columns::launch_unchecked(
                &to.client,
                count,
                dim,
                from.clone().into_buffer_arg(),
                inputs,
                numbers,
                to.clone().into_buffer_arg(),
                line.factors(),
                sizes,
                half(&from),
                half(&to),
                Shader::of(program),
                images,
            );
        }
        to
    }

    /// Transforms rows back, and writes the outputs of a program of the filtered images to `to`.
    fn invert_rows(&self, line: &Line, from: CubeTensor, program: &Program, to: &[CubeTensor]) {
        let [_, _, height, width] = self.shape;
        let (count, dim, sizes) = self.launch(line, height);
        let (inputs, numbers) = arguments(program);
        let images = from.meta.shape()[1] / self.count;
        // SAFETY: rows are read within the planes, and rows beyond the last are not written.
        unsafe {
            rows_inverse::launch_unchecked(
                &to[0].client,
                count,
                dim,
                from.clone().into_buffer_arg(),
                inputs,
                numbers,
                output_buffers(to),
                line.factors(),
                sizes,
                half(&from),
                1.0 / (height * width) as f32,
                Shader::of(program),
                images,
            );
        }
    }
}

/// The number of real parts in a buffer of complex planes: the index of the first imaginary part.
fn half(planes: &CubeTensor) -> u32 {
    (planes.meta.shape().num_elements() / 2) as u32
}

/// The sizes of the images and of the launch.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Sizes {
    channels: u32,
    height: u32,
    width: u32,
    /// Lines of a workgroup.
    lines: u32,
    /// The index of the first plane, counted over all images.
    first: u32,
}

/// The index of a workgroup's plane, counted over all images.
#[cube]
fn plane(sizes: &Sizes) -> usize {
    sizes.first as usize + CUBE_POS_Y as usize
}

#[cube]
fn position(row: usize, column: usize, sizes: &Sizes) -> Position {
    let (plane, channels) = (plane(sizes), sizes.channels as usize);
    Position {
        image: plane / channels,
        channel: plane % channels,
        row,
        column,
    }
}

#[cube]
fn size(sizes: &Sizes) -> Size {
    Size {
        channels: sizes.channels as usize,
        height: sizes.height as usize,
        width: sizes.width as usize,
    }
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn rows_forward(
    inputs: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    to: &mut [f32],
    factors: Factors,
    sizes: Sizes,
    half: u32,
    #[comptime] shader: Shader,
) {
    let (height, width) = (sizes.height as usize, sizes.width as usize);
    let (unit, half) = (UNIT_POS as usize, half as usize);
    let first = CUBE_POS_X as usize * sizes.lines as usize;
    let values = sizes.lines as usize * width;
    let size = size(&sizes);
    let mut buffers = buffers();
    for i in range_stepped(unit, values, UNITS) {
        let at = position(min(first + i / width, height - 1), i % width, &sizes);
        let kernel_values = Sequence::<f32>::new();
        let all = results(
            inputs,
            numbers,
            &kernel_values,
            &at,
            &size,
            comptime!(shader.clone()),
        );
        buffers.re[i] = all[comptime!(shader.outputs()[0])];
        buffers.im[i] = if comptime!(shader.outputs().len() > 1) {
            all[comptime!(shader.outputs()[1])]
        } else {
            0.0f32.runtime()
        };
    }
    let result = transform(&mut buffers, &factors, width, values, 1.0);
    for i in range_stepped(unit, values, UNITS) {
        let row = first + i / width;
        if row < height {
            let at = (CUBE_POS_Y as usize * height + row) * width + i % width;
            to[at] = buffers.re[result + i];
            to[half + at] = buffers.im[result + i];
        }
    }
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn columns(
    from: &[f32],
    inputs: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    to: &mut [f32],
    factors: Factors,
    sizes: Sizes,
    half: u32,
    to_half: u32,
    #[comptime] shader: Shader,
    #[comptime] count: usize,
) {
    let (height, width) = (sizes.height as usize, sizes.width as usize);
    let (unit, half, to_half) = (UNIT_POS as usize, half as usize, to_half as usize);
    let lines = sizes.lines as usize;
    let first = CUBE_POS_X as usize * lines;
    let values = lines * height;
    let size = size(&sizes);
    let mut buffers = buffers();
    let plane = CUBE_POS_Y as usize * height;
    // Neighbouring invocations read neighbouring columns, so that their reads coalesce.
    for i in range_stepped(unit, values, UNITS) {
        let (line, row) = (i % lines, i / lines);
        let at = (plane + row) * width + min(first + line, width - 1);
        buffers.re[line * height + row] = from[at];
        buffers.im[line * height + row] = from[half + at];
    }
    let result = transform(&mut buffers, &factors, height, values, 1.0);
    let mut re = Array::<f32>::new(VALUES);
    let mut im = Array::<f32>::new(VALUES);
    for j in 0..VALUES {
        let i = unit + j * UNITS;
        re[j] = buffers.re[result + i];
        im[j] = buffers.im[result + i];
    }
    #[unroll]
    for o in 0..count {
        sync_cube();
        for j in 0..VALUES {
            let i = unit + j * UNITS;
            if i < values {
                let at = position(i % height, min(first + i / height, width - 1), &sizes);
                let mut kernel_values = Sequence::<f32>::new();
                kernel_values.push(re[j]);
                kernel_values.push(im[j]);
                let all = results(
                    inputs,
                    numbers,
                    &kernel_values,
                    &at,
                    &size,
                    comptime!(shader.clone()),
                );
                buffers.re[i] = all[comptime!(shader.outputs()[2 * o])];
                buffers.im[i] = all[comptime!(shader.outputs()[2 * o + 1])];
            }
        }
        let result = transform(&mut buffers, &factors, height, values, -1.0);
        let plane = (o * CUBE_COUNT_Y as usize + CUBE_POS_Y as usize) * height;
        for i in range_stepped(unit, values, UNITS) {
            let (line, row) = (i % lines, i / lines);
            if first + line < width {
                let at = (plane + row) * width + first + line;
                to[at] = buffers.re[result + line * height + row];
                to[to_half + at] = buffers.im[result + line * height + row];
            }
        }
    }
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn rows_inverse(
    from: &[f32],
    inputs: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    to: &mut Sequence<Box<[f32]>>,
    factors: Factors,
    sizes: Sizes,
    half: u32,
    scale: f32,
    #[comptime] shader: Shader,
    #[comptime] count: usize,
) {
    let (height, width) = (sizes.height as usize, sizes.width as usize);
    let (unit, half) = (UNIT_POS as usize, half as usize);
    let first = CUBE_POS_X as usize * sizes.lines as usize;
    let values = sizes.lines as usize * width;
    let size = size(&sizes);
    let mut buffers: LineBuffers = buffers();
    let mut images = Array::<f32>::new(comptime!(count * VALUES));
    #[unroll]
    for o in 0..count {
        sync_cube();
        let plane = (o * CUBE_COUNT_Y as usize + CUBE_POS_Y as usize) * height;
        for i in range_stepped(unit, values, UNITS) {
            let at = (plane + min(first + i / width, height - 1)) * width + i % width;
            buffers.re[i] = from[at];
            buffers.im[i] = from[half + at];
        }
        let result = transform(&mut buffers, &factors, width, values, -1.0);
        for j in 0..VALUES {
            let i = unit + j * UNITS;
            images[o * VALUES + j] = buffers.re[result + i] * scale;
        }
    }
    for j in 0..VALUES {
        let i = unit + j * UNITS;
        let row = first + i / width;
        if i < values && row < height {
            let at = position(row, i % width, &sizes);
            let mut kernel_values = Sequence::<f32>::new();
            #[unroll]
            for o in 0..count {
                kernel_values.push(images[o * VALUES + j]);
            }
            let all = results(
                inputs,
                numbers,
                &kernel_values,
                &at,
                &size,
                comptime!(shader.clone()),
            );
            let target = (plane(&sizes) * height + row) * width + i % width;
            #[unroll]
            for o in 0..shader.outputs().len() {
                let to = to.index_mut(o);
                to[target] = all[comptime!(shader.outputs()[o])];
            }
        }
    }
}
