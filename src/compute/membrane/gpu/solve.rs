//! Conjugate gradients on a GPU: two iterations in each launch, on tiles in workgroup memory.
//!
//! Let M be the matrix of the equations, W the preconditioner, z = W r and q = M z. A launch starts
//! from four inner products of the residual r of its first iteration:
//!
//! ```text
//! a = r·W r,   b = r·W q,   c = q·W q,   d = W q·M W q
//! ```
//!
//! a and b give gamma and rho of that iteration ([`crate::compute::membrane`]). a and b of the
//! second iteration follow from all four, because residuals are orthogonal under W and their
//! products with M are tridiagonal (an s-step method with s = 2, Chronopoulos and Gear 1989).
//! Primes mark values of the previous iteration:
//!
//! ```text
//! f = z'·M z = -a/(rho' gamma'),   h = z'·M W q = (f - b/rho')/gamma'     at first both 0
//! a <- -rho gamma (rho (b - gamma c) + (1 - rho) f)
//! b <- rho² (b - 2 gamma c + gamma² d) + 2 rho (1 - rho) (f - gamma h) + (1 - rho)² b'
//! ```
//!
//! A launch writes each workgroup's share of the next four products. Every workgroup of the next
//! launch adds these up for itself. Between launches the buffers hold images x, but not residuals:
//! computing b - M x takes one more stencil, storing it would take 8 B for each value.
//!
//! `data` is a formula of one tensor, computed in every launch. b is a formula of two tensors,
//! computed by the first launch and stored. For the roofline, a value and launch: 4 B for each of
//! five images, the memory traffic of `data`, and about 100 FLOP for each of the 32² cells of a
//! tile, 22² of which are its interior; 8 KiB of workgroup memory.

use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::cells::{
    CELLS_PER_UNIT, add_products, advance_residuals, image_values, load, next_image,
    preconditioned_residual, preconditioner, residual, store_preconditioned,
};
use super::steps::{COEFFICIENTS, PRODUCTS, Step, steps, store_shares, zero_products};
use super::tile::{INNER, Sizes, SizesLaunch, is_interior, offset, tile, tiles, value};
use super::{CELLS, UNITS, program_of};
use crate::compute::formula::gpu::{Shader, arguments};
use crate::compute::formula::{Formula, Program};
use crate::compute::gpu::{empty, from_tensor, to_tensor};
use crate::compute::membrane::Membrane;

/// The largest number of workgroups of an image.
const GROUPS: usize = 256;

/// See [`Membrane::solve`].
pub fn solve(
    membrane: &Membrane,
    data: &Formula,
    b: &Formula,
    start: &Tensor<4>,
    iterations: usize,
) -> Tensor<4> {
    let b = program_of(b, 2);
    let start = start.clone().expand(b.shape);
    if iterations == 0 {
        return start;
    }
    let (equations, mut state) = Equations::begin(membrane, program_of(data, 1), &b, start);
    for _ in 0..(iterations - 1) / 2 {
        state = equations.advance(state);
    }
    to_tensor(equations.finish(state, (iterations - 1) % 2 + 1))
}

/// The equations of a batch of images.
struct Equations {
    membrane: Membrane,
    data: Program,
    b: CubeTensor,
    /// The shape of the images, `[B, C, H, W]`.
    shape: [usize; 4],
    /// Workgroups of an image.
    groups: usize,
}

/// The state between two launches.
struct State {
    /// The images of the current iteration, then those of the previous one.
    images: CubeTensor,
    /// For each image the workgroups' shares of the inner products, then the coefficients.
    products: CubeTensor,
}

impl Equations {
    fn workgroups(&self) -> CubeCount {
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

    /// A state of uninitialised values.
    fn empty(&self) -> State {
        let [batch, channels, height, width] = self.shape;
        State {
            images: empty(&self.b, [2 * batch, channels, height, width]),
            products: empty(&self.b, [batch, PRODUCTS * self.groups + COEFFICIENTS]),
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
                equations.workgroups(),
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

    /// The state two iterations later.
    fn advance(&self, state: State) -> State {
        let next = self.empty();
        let (data, numbers) = arguments(&self.data);
        // SAFETY: cells outside the planes are neither read nor written.
        unsafe {
            advance::launch_unchecked(
                &self.b.client,
                self.workgroups(),
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

    /// The images after one or two more iterations.
    fn finish(&self, state: State, iterations: usize) -> CubeTensor {
        let to = empty(&self.b, self.shape);
        let (data, numbers) = arguments(&self.data);
        // SAFETY: cells outside the planes are neither read nor written.
        unsafe {
            finish::launch_unchecked(
                &self.b.client,
                self.workgroups(),
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

/// Stores b, writes the start as the images of both iterations, and computes the first products.
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
    let mut sum = zero_products();
    for index in range_stepped(CUBE_POS_X as usize, tiles(&sizes), sizes.groups as usize) {
        let tile = tile(index, &sizes);
        let w = preconditioner(data, data_numbers, &tile, &sizes, comptime!(shader.clone()));
        let mut b_cells = Array::<f32>::new(CELLS_PER_UNIT);
        for j in 0..CELLS_PER_UNIT {
            let cell = UNIT_POS as usize + j * UNITS;
            let shader = comptime!(b_shader.clone());
            b_cells[j] = value(cell, &tile, &sizes, inputs, numbers, shader);
        }
        let r = residual(x, &b_cells, &w, &mut values, &tile, 0usize, sizes.neighbour);
        store_preconditioned(&w, &r, &mut values);
        for j in 0..CELLS_PER_UNIT {
            let cell = UNIT_POS as usize + j * UNITS;
            if is_interior(cell, &tile) {
                let at = tile.plane + offset(cell, &tile);
                b[at] = b_cells[j];
                to[at] = x[at];
                to[image_values(&sizes) + at] = x[at];
            }
        }
        add_products(&mut sum, &r, &w, &mut values, &tile, sizes.neighbour);
    }
    let initial = Step {
        gamma: 0.0f32,
        rho: 0.0f32,
        a: 0.0f32,
        b: 0.0f32,
    };
    store_shares(&sum, &initial, &mut sums, shares, &sizes);
}

/// Two iterations, and the products of the next residual.
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
    let image_values = image_values(&sizes);
    let mut values = Shared::<[f32]>::new_slice(CELLS);
    let mut sums = Shared::<[f32]>::new_slice(comptime!(PRODUCTS * UNITS));
    let steps = steps(shares, &mut sums, &sizes);
    let mut sum = zero_products();
    for index in range_stepped(CUBE_POS_X as usize, tiles(&sizes), sizes.groups as usize) {
        let tile = tile(index, &sizes);
        let mut cells = load(
            from,
            b,
            data,
            numbers,
            &mut values,
            &tile,
            &sizes,
            comptime!(shader.clone()),
        );
        let z = preconditioned_residual(&cells);
        advance_residuals(
            &mut cells,
            &mut values,
            &tile,
            &steps.first,
            sizes.neighbour,
        );
        advance_residuals(
            &mut cells,
            &mut values,
            &tile,
            &steps.second,
            sizes.neighbour,
        );
        for j in 0..CELLS_PER_UNIT {
            let cell = UNIT_POS as usize + j * UNITS;
            if is_interior(cell, &tile) {
                let at = tile.plane + offset(cell, &tile);
                let next = next_image(from[at], from[image_values + at], z[j], &steps.first);
                let z = cells.w[j] * cells.previous[j];
                to[at] = next_image(next, from[at], z, &steps.second);
                to[image_values + at] = next;
            }
        }
        add_products(
            &mut sum,
            &cells.r,
            &cells.w,
            &mut values,
            &tile,
            sizes.neighbour,
        );
    }
    store_shares(&sum, &steps.second, &mut sums, next_shares, &sizes);
}

/// The last one or two iterations, of which only the final images are written.
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
        let mut cells = load(
            from,
            b,
            data,
            numbers,
            &mut values,
            &tile,
            &sizes,
            comptime!(shader.clone()),
        );
        let z = preconditioned_residual(&cells);
        if comptime!(iterations == 2) {
            advance_residuals(
                &mut cells,
                &mut values,
                &tile,
                &steps.first,
                sizes.neighbour,
            );
        }
        for j in 0..CELLS_PER_UNIT {
            let cell = UNIT_POS as usize + j * UNITS;
            if is_interior(cell, &tile) {
                let at = tile.plane + offset(cell, &tile);
                let previous = from[image_values(&sizes) + at];
                let next = next_image(from[at], previous, z[j], &steps.first);
                if comptime!(iterations == 2) {
                    let z = cells.w[j] * cells.r[j];
                    to[at] = next_image(next, from[at], z, &steps.second);
                } else {
                    to[at] = next;
                }
            }
        }
    }
}
