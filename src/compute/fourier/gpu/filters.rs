//! Images through a filter in three launches: forward along rows, the columns there, the formulas
//! and the columns back, back along rows. The formulas of the images, of their spectrum and of what
//! is made of the results are computed on the way, in registers. For the roofline: 12 B a value and
//! launch, and 8 B more for each filter but the first.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::lines::{EACH, Factors, Held, Line, UNITS, held, transform};
use crate::compute::formula::gpu::{Position, Shader, Size, arguments, places, results};
use crate::compute::formula::{Formula, Program};
use crate::compute::gpu::{empty, from_tensor, to_tensor};

/// Buffers that a shader may see beside that of the shapes.
const BUFFERS: usize = 7;
/// Values of the planes that are worked on at once: what lies between the launches is 8 B for each,
/// and for each filter as much again. A greater image's planes are, one after another, long enough
/// for a launch.
const AT_ONCE: usize = 1 << 20;

/// f(F^-1 r(F x)), where x is an image or the two parts of a complex one, `respond` gives r for the
/// two parts of F x, and `then` f for the real part of each response's image. None where the
/// formulas have too many tensors.
pub fn through<const N: usize, const M: usize>(
    [rows, columns]: [&Line; 2],
    image: &[Formula],
    respond: [[Formula; 2]; N],
    then: [Formula; M],
) -> Option<[Tensor<4>; M]> {
    let response = Program::within(&respond.concat(), Program::of(image).shape);
    let image = Program::over(image, response.shape);
    let last = Program::within(&then, response.shape);
    let fits = [
        image.inputs.len() + 1,
        response.inputs.len() + 2,
        last.inputs.len() + 1 + M,
    ];
    if fits.iter().any(|&buffers| buffers > BUFFERS) || last.shape != response.shape {
        return None;
    }
    let like = from_tensor(image.inputs[0].clone());
    let images: [CubeTensor; M] = std::array::from_fn(|_| empty(&like, last.shape));
    for planes in Planes::of(last.shape) {
        let spectra = planes.forward(rows, &like, &image);
        let spectra = planes.between(columns, spectra, &response, N);
        planes.back(rows, spectra, &last, &images);
    }
    Some(images.map(to_tensor))
}

/// Some planes of an image.
struct Planes {
    shape: [usize; 4],
    first: usize,
    count: usize,
}

impl Planes {
    /// All planes of an image, as many at once as may be.
    fn of(shape: [usize; 4]) -> impl Iterator<Item = Self> {
        let [batch, channels, height, width] = shape;
        let (all, most) = (batch * channels, (AT_ONCE / (height * width)).max(1));
        (0..all).step_by(most).map(move |first| Self {
            shape,
            first,
            count: most.min(all - first),
        })
    }

    /// Room for so many complex images of these planes, all real parts, then all imaginary ones.
    fn complex(&self, like: &CubeTensor, images: usize) -> CubeTensor {
        let [_, _, height, width] = self.shape;
        empty(like, [2, images * self.count, height, width])
    }

    /// Along so many lines of a plane, of which a workgroup takes several.
    fn launch(&self, line: &Line, lines: usize) -> (CubeCount, CubeDim, SizesLaunch) {
        let together = line.together().min(lines);
        let groups = lines.div_ceil(together) as u32;
        let [_, channels, height, width] = self.shape.map(|n| n as u32);
        (
            CubeCount::Static(groups, self.count as u32, 1),
            CubeDim::new_1d(UNITS as u32),
            SizesLaunch::new(channels, height, width, together as u32, self.first as u32),
        )
    }

    fn forward(&self, line: &Line, like: &CubeTensor, program: &Program) -> CubeTensor {
        let to = self.complex(like, 1);
        let (count, dim, sizes) = self.launch(line, self.shape[2]);
        let (inputs, numbers) = arguments(program);
        // SAFETY: lines lie within the planes, and lines beyond them are not stored.
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

    fn between(
        &self,
        line: &Line,
        from: CubeTensor,
        program: &Program,
        images: usize,
    ) -> CubeTensor {
        let to = self.complex(&from, images);
        let (count, dim, sizes) = self.launch(line, self.shape[3]);
        let (inputs, numbers) = arguments(program);
        // SAFETY: as above.
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

    fn back(&self, line: &Line, from: CubeTensor, program: &Program, to: &[CubeTensor]) {
        let [_, _, height, width] = self.shape;
        let (count, dim, sizes) = self.launch(line, height);
        let (inputs, numbers) = arguments(program);
        let images = from.meta.shape()[1] / self.count;
        // SAFETY: as above.
        unsafe {
            rows_back::launch_unchecked(
                &to[0].client,
                count,
                dim,
                from.clone().into_buffer_arg(),
                inputs,
                numbers,
                places(to),
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

/// Half the values of complex planes.
fn half(planes: &CubeTensor) -> u32 {
    (planes.meta.shape().num_elements() / 2) as u32
}

/// An image's, and where the planes begin that are worked on.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Sizes {
    channels: u32,
    height: u32,
    width: u32,
    /// Lines that a workgroup takes.
    together: u32,
    first: u32,
}

/// The plane that a workgroup works on, of the whole image.
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
    let first = CUBE_POS_X as usize * sizes.together as usize;
    let values = sizes.together as usize * width;
    let size = size(&sizes);
    let mut held = held();
    for i in range_stepped(unit, values, UNITS) {
        let at = position(min(first + i / width, height - 1), i % width, &sizes);
        let brought = Sequence::<f32>::new();
        let all = results(
            inputs,
            numbers,
            &brought,
            &at,
            &size,
            comptime!(shader.clone()),
        );
        held.re[i] = all[comptime!(shader.outputs()[0])];
        held.im[i] = if comptime!(shader.outputs().len() > 1) {
            all[comptime!(shader.outputs()[1])]
        } else {
            0.0f32.runtime()
        };
    }
    let there = transform(&mut held, &factors, width, values, 1.0);
    for i in range_stepped(unit, values, UNITS) {
        let row = first + i / width;
        if row < height {
            let at = (CUBE_POS_Y as usize * height + row) * width + i % width;
            to[at] = held.re[there + i];
            to[half + at] = held.im[there + i];
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
    let together = sizes.together as usize;
    let first = CUBE_POS_X as usize * together;
    let values = together * height;
    let size = size(&sizes);
    let mut held = held();
    let plane = CUBE_POS_Y as usize * height;
    // Neighbouring invocations read neighbouring columns.
    for i in range_stepped(unit, values, UNITS) {
        let (line, row) = (i % together, i / together);
        let at = (plane + row) * width + min(first + line, width - 1);
        held.re[line * height + row] = from[at];
        held.im[line * height + row] = from[half + at];
    }
    let there = transform(&mut held, &factors, height, values, 1.0);
    let mut re = Array::<f32>::new(EACH);
    let mut im = Array::<f32>::new(EACH);
    for j in 0..EACH {
        let i = unit + j * UNITS;
        re[j] = held.re[there + i];
        im[j] = held.im[there + i];
    }
    #[unroll]
    for o in 0..count {
        sync_cube();
        for j in 0..EACH {
            let i = unit + j * UNITS;
            if i < values {
                let at = position(i % height, min(first + i / height, width - 1), &sizes);
                let mut brought = Sequence::<f32>::new();
                brought.push(re[j]);
                brought.push(im[j]);
                let all = results(
                    inputs,
                    numbers,
                    &brought,
                    &at,
                    &size,
                    comptime!(shader.clone()),
                );
                held.re[i] = all[comptime!(shader.outputs()[2 * o])];
                held.im[i] = all[comptime!(shader.outputs()[2 * o + 1])];
            }
        }
        let there = transform(&mut held, &factors, height, values, -1.0);
        let plane = (o * CUBE_COUNT_Y as usize + CUBE_POS_Y as usize) * height;
        for i in range_stepped(unit, values, UNITS) {
            let (line, row) = (i % together, i / together);
            if first + line < width {
                let at = (plane + row) * width + first + line;
                to[at] = held.re[there + line * height + row];
                to[to_half + at] = held.im[there + line * height + row];
            }
        }
    }
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn rows_back(
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
    let first = CUBE_POS_X as usize * sizes.together as usize;
    let values = sizes.together as usize * width;
    let size = size(&sizes);
    let mut held: Held = held();
    let mut images = Array::<f32>::new(comptime!(count * EACH));
    #[unroll]
    for o in 0..count {
        sync_cube();
        let plane = (o * CUBE_COUNT_Y as usize + CUBE_POS_Y as usize) * height;
        for i in range_stepped(unit, values, UNITS) {
            let at = (plane + min(first + i / width, height - 1)) * width + i % width;
            held.re[i] = from[at];
            held.im[i] = from[half + at];
        }
        let there = transform(&mut held, &factors, width, values, -1.0);
        for j in 0..EACH {
            let i = unit + j * UNITS;
            images[o * EACH + j] = held.re[there + i] * scale;
        }
    }
    for j in 0..EACH {
        let i = unit + j * UNITS;
        let row = first + i / width;
        if i < values && row < height {
            let at = position(row, i % width, &sizes);
            let mut brought = Sequence::<f32>::new();
            #[unroll]
            for o in 0..count {
                brought.push(images[o * EACH + j]);
            }
            let all = results(
                inputs,
                numbers,
                &brought,
                &at,
                &size,
                comptime!(shader.clone()),
            );
            let there = (plane(&sizes) * height + row) * width + i % width;
            #[unroll]
            for o in 0..shader.outputs().len() {
                let to = to.index_mut(o);
                to[there] = all[comptime!(shader.outputs()[o])];
            }
        }
    }
}
