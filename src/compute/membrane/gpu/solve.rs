//! Conjugate gradients on a GPU, two iterations a launch, tiles in workgroup memory.
//!
//! With W the preconditioner, z = W r and q = M z, a launch begins with four inner products of the
//! residual r of its first iteration:
//!
//! ```text
//! a = r·W r,   b = r·W q,   c = q·W q,   d = W q·M W q
//! ```
//!
//! These give gamma and rho of that iteration ([`crate::compute::membrane`]), and, since residuals
//! are orthogonal under W and their tridiagonal products with M are known, those of the second one
//! (an s-step method, Chronopoulos and Gear 1989, with s = 2), where primes are the iteration
//! before:
//!
//! ```text
//! f = z'·M z = -a/(rho' gamma'),   h = z'·M W q = (f - b/rho')/gamma'     both 0 at first
//! a <- -rho gamma (rho (b - gamma c) + (1 - rho) f)
//! b <- rho² (b - 2 gamma c + gamma² d) + 2 rho (1 - rho) (f - gamma h) + (1 - rho)² b'
//! ```
//!
//! The launch leaves its workgroups' shares of the next four products, which every workgroup of the
//! next launch adds up for itself. Only images are kept from launch to launch: b - M x, the
//! residual, costs a stencil where an image of it would cost 8 B a value. Data are a formula of one
//! image, which is computed where it is used; b one of two, which the first launch computes and
//! keeps. For the roofline, a value and launch: 4 B for each of five images and its part of the
//! data, about 100 FLOP on each of 32² cells for 22² of them; 8 KiB.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::cells::{
    EACH, brought, images, iterated, moved, multiplied, preconditioned, preconditioner, residual,
    spread,
};
use super::steps::{LEFT, PRODUCTS, Step, leave, nothing, steps};
use super::tile::{INNER, Sizes, SizesLaunch, offset, own, tile, tiles, value};
use super::{CELLS, UNITS, of_few};
use crate::compute::formula::gpu::{Shader, arguments};
use crate::compute::formula::{Formula, Program};
use crate::compute::gpu::{empty, from_tensor, to_tensor};
use crate::compute::membrane::Membrane;

/// Most workgroups of an image.
const GROUPS: usize = 256;

/// The iterate after so many conjugate gradients.
pub fn solve(
    membrane: &Membrane,
    data: &Formula,
    b: &Formula,
    start: &Tensor<4>,
    iterations: usize,
) -> Tensor<4> {
    let b = of_few(b, 2);
    let start = start.clone().expand(b.shape);
    if iterations == 0 {
        return start;
    }
    let (equations, mut state) = Equations::begin(membrane, of_few(data, 1), &b, start);
    for _ in 0..(iterations - 1) / 2 {
        state = equations.advance(state);
    }
    to_tensor(equations.finish(state, (iterations - 1) % 2 + 1))
}

/// Equations of one kind.
struct Equations {
    membrane: Membrane,
    data: Program,
    b: CubeTensor,
    shape: [usize; 4],
    groups: usize,
}

/// Where an iteration has come to.
struct State {
    /// Its image, and that of the iteration before, one after the other in one buffer.
    images: CubeTensor,
    products: CubeTensor,
}

impl Equations {
    fn count(&self) -> CubeCount {
        CubeCount::Static(self.groups as u32, self.shape[0] as u32, 1)
    }

    fn sizes(&self) -> SizesLaunch {
        let [batch, channels, height, width] = self.shape.map(|n| n as u32);
        SizesLaunch::new(
            batch,
            channels,
            height,
            width,
            self.groups as u32,
            self.membrane.centre as f32,
            self.membrane.neighbour as f32,
        )
    }

    fn empty(&self) -> State {
        let [batch, channels, height, width] = self.shape;
        State {
            images: empty(&self.b, [2 * batch, channels, height, width]),
            products: empty(&self.b, [batch, PRODUCTS * self.groups + LEFT]),
        }
    }

    /// The equations, and their state at `start`.
    fn begin(membrane: &Membrane, data: Program, b: &Program, start: Tensor<4>) -> (Self, State) {
        let (shape, start) = (b.shape, from_tensor(start));
        let [_, channels, height, width] = shape;
        let tiles = height.div_ceil(INNER) * width.div_ceil(INNER) * channels;
        let equations = Self {
            membrane: *membrane,
            data,
            b: empty(&start, shape),
            shape,
            groups: tiles.min(GROUPS),
        };
        let state = equations.empty();
        let (data, data_numbers) = arguments(&equations.data);
        let (inputs, numbers) = arguments(b);
        // SAFETY: cells outside the planes are neither read nor written.
        unsafe {
            begin::launch_unchecked(
                &equations.b.client,
                equations.count(),
                CubeDim::new_1d(UNITS as u32),
                start.into_buffer_arg(),
                inputs,
                numbers,
                data,
                data_numbers,
                equations.b.clone().into_buffer_arg(),
                state.images.clone().into_buffer_arg(),
                state.products.clone().into_buffer_arg(),
                equations.sizes(),
                Shader::of(b),
                Shader::of(&equations.data),
            );
        }
        (equations, state)
    }

    fn advance(&self, state: State) -> State {
        let next = self.empty();
        let (data, numbers) = arguments(&self.data);
        // SAFETY: as above.
        unsafe {
            advance::launch_unchecked(
                &self.b.client,
                self.count(),
                CubeDim::new_1d(UNITS as u32),
                state.images.into_buffer_arg(),
                self.b.clone().into_buffer_arg(),
                data,
                numbers,
                state.products.into_buffer_arg(),
                next.images.clone().into_buffer_arg(),
                next.products.clone().into_buffer_arg(),
                self.sizes(),
                Shader::of(&self.data),
            );
        }
        next
    }

    /// The image after one iteration more, or two.
    fn finish(&self, state: State, iterations: usize) -> CubeTensor {
        let to = empty(&self.b, self.shape);
        let (data, numbers) = arguments(&self.data);
        // SAFETY: as above.
        unsafe {
            finish::launch_unchecked(
                &self.b.client,
                self.count(),
                CubeDim::new_1d(UNITS as u32),
                state.images.into_buffer_arg(),
                self.b.clone().into_buffer_arg(),
                data,
                numbers,
                state.products.into_buffer_arg(),
                to.clone().into_buffer_arg(),
                self.sizes(),
                Shader::of(&self.data),
                iterations,
            );
        }
        to
    }
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn begin(
    x: &[f32],
    inputs: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    data: &Sequence<Box<[f32]>>,
    data_numbers: &Sequence<f32>,
    b: &mut [f32],
    to: &mut [f32],
    shares: &mut [f32],
    sizes: Sizes,
    #[comptime] b_shader: Shader,
    #[comptime] shader: Shader,
) {
    let mut values = Shared::<[f32]>::new_slice(CELLS);
    let mut sums = Shared::<[f32]>::new_slice(comptime!(PRODUCTS * UNITS));
    let mut sum = nothing();
    for index in range_stepped(CUBE_POS_X as usize, tiles(&sizes), sizes.groups as usize) {
        let tile = tile(index, &sizes);
        let w = preconditioner(data, data_numbers, &tile, &sizes, comptime!(shader.clone()));
        let mut of_cells = Array::<f32>::new(EACH);
        for j in 0..EACH {
            let cell = UNIT_POS as usize + j * UNITS;
            let shader = comptime!(b_shader.clone());
            of_cells[j] = value(cell, &tile, &sizes, inputs, numbers, shader);
        }
        let r = residual(
            x,
            &of_cells,
            &w,
            &mut values,
            &tile,
            0usize,
            sizes.neighbour,
        );
        spread(&w, &r, &mut values);
        for j in 0..EACH {
            let cell = UNIT_POS as usize + j * UNITS;
            if own(cell, &tile) {
                let at = tile.plane + offset(cell, &tile);
                b[at] = of_cells[j];
                to[at] = x[at];
                to[images(&sizes) + at] = x[at];
            }
        }
        multiplied(&mut sum, &r, &w, &mut values, &tile, sizes.neighbour);
    }
    let none = Step {
        gamma: 0.0f32,
        rho: 0.0f32,
        a: 0.0f32,
        b: 0.0f32,
    };
    leave(&sum, &none, &mut sums, shares, &sizes);
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn advance(
    from: &[f32],
    b: &[f32],
    data: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    shares: &[f32],
    to: &mut [f32],
    next_shares: &mut [f32],
    sizes: Sizes,
    #[comptime] shader: Shader,
) {
    let images = images(&sizes);
    let mut values = Shared::<[f32]>::new_slice(CELLS);
    let mut sums = Shared::<[f32]>::new_slice(comptime!(PRODUCTS * UNITS));
    let steps = steps(shares, &mut sums, &sizes);
    let mut sum = nothing();
    for index in range_stepped(CUBE_POS_X as usize, tiles(&sizes), sizes.groups as usize) {
        let tile = tile(index, &sizes);
        let mut cells = brought(
            from,
            b,
            data,
            numbers,
            &mut values,
            &tile,
            &sizes,
            comptime!(shader.clone()),
        );
        let z = preconditioned(&cells);
        iterated(
            &mut cells,
            &mut values,
            &tile,
            &steps.first,
            sizes.neighbour,
        );
        iterated(
            &mut cells,
            &mut values,
            &tile,
            &steps.second,
            sizes.neighbour,
        );
        for j in 0..EACH {
            let cell = UNIT_POS as usize + j * UNITS;
            if own(cell, &tile) {
                let at = tile.plane + offset(cell, &tile);
                let next = moved(from[at], from[images + at], z[j], &steps.first);
                let z = cells.w[j] * cells.before[j];
                to[at] = moved(next, from[at], z, &steps.second);
                to[images + at] = next;
            }
        }
        multiplied(
            &mut sum,
            &cells.r,
            &cells.w,
            &mut values,
            &tile,
            sizes.neighbour,
        );
    }
    leave(&sum, &steps.second, &mut sums, next_shares, &sizes);
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn finish(
    from: &[f32],
    b: &[f32],
    data: &Sequence<Box<[f32]>>,
    numbers: &Sequence<f32>,
    shares: &[f32],
    to: &mut [f32],
    sizes: Sizes,
    #[comptime] shader: Shader,
    #[comptime] iterations: usize,
) {
    let mut values = Shared::<[f32]>::new_slice(CELLS);
    let mut sums = Shared::<[f32]>::new_slice(comptime!(PRODUCTS * UNITS));
    let steps = steps(shares, &mut sums, &sizes);
    for index in range_stepped(CUBE_POS_X as usize, tiles(&sizes), sizes.groups as usize) {
        let tile = tile(index, &sizes);
        let mut cells = brought(
            from,
            b,
            data,
            numbers,
            &mut values,
            &tile,
            &sizes,
            comptime!(shader.clone()),
        );
        let z = preconditioned(&cells);
        if comptime!(iterations == 2) {
            iterated(
                &mut cells,
                &mut values,
                &tile,
                &steps.first,
                sizes.neighbour,
            );
        }
        for j in 0..EACH {
            let cell = UNIT_POS as usize + j * UNITS;
            if own(cell, &tile) {
                let at = tile.plane + offset(cell, &tile);
                let next = moved(from[at], from[images(&sizes) + at], z[j], &steps.first);
                if comptime!(iterations == 2) {
                    let z = cells.w[j] * cells.r[j];
                    to[at] = moved(next, from[at], z, &steps.second);
                } else {
                    to[at] = next;
                }
            }
        }
    }
}
