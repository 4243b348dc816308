//! gamma and rho of two iterations from the inner products of the first one's residual: see
//! [`super::solve`].

use cubecl::prelude::*;

use super::UNITS;
use super::tile::Sizes;
use crate::compute::membrane::{MOST, TINY};

/// Inner products.
pub const PRODUCTS: usize = 4;
/// What an iteration leaves beside them: gamma, rho, a and b.
pub const LEFT: usize = 4;

/// The least part of its inner products that a launch's first iteration may leave for those of the
/// second to be told from them: these are differences of a few of their size, in f32.
const RESOLVED: f32 = 1e-5;

/// gamma, rho, a and b of an iteration.
#[derive(CubeType, Clone, Copy)]
pub struct Step {
    pub gamma: f32,
    pub rho: f32,
    pub a: f32,
    pub b: f32,
}

/// An iteration's from its a and b.
#[cube]
pub fn step(a: f32, b: f32, before: &Step) -> Step {
    let tiny = comptime!(TINY as f32).runtime();
    let gamma = a / (b + tiny);
    let mut theta = 0.0f32;
    if before.gamma > 0.0 && before.a > tiny {
        theta = min(
            gamma / before.gamma * (a / before.a) / before.rho,
            comptime!(MOST).runtime(),
        );
    }
    let rho = 1.0 / (1.0 - theta);
    Step { gamma, rho, a, b }
}

/// That of a launch's second iteration, from the four products of the first one's residual.
#[cube]
pub fn second(now: &Step, before: &Step, c: f32, d: f32) -> Step {
    let mut f = 0.0f32;
    let mut h = 0.0f32;
    if before.gamma > 0.0 {
        f = -now.a / (before.rho * before.gamma);
        h = (f - now.b / before.rho) / before.gamma;
    }
    let (gamma, rho) = (now.gamma, now.rho);
    let rest = 1.0 - rho;
    let a = -rho * gamma * (rho * (now.b - gamma * c) + rest * f);
    let b = rho * rho * (now.b - 2.0 * gamma * c + gamma * gamma * d)
        + 2.0 * rho * rest * (f - gamma * h)
        + rest * rest * before.b;
    // Where the first iteration leaves less than can be told from rounding, the second moves
    // nothing, and the next launch begins afresh.
    let resolved = a > now.a * RESOLVED && b > now.b * RESOLVED;
    step(
        select(resolved, a, 0.0f32),
        select(resolved, b, 0.0f32),
        now,
    )
}

/// Both iterations of a launch.
#[derive(CubeType, Clone, Copy)]
pub struct Steps {
    pub first: Step,
    pub second: Step,
}

/// From the shares that the last launch has left; `sums` is workgroup memory for [`UNITS`] values
/// of each product.
#[cube]
pub fn steps(shares: &[f32], sums: &mut Shared<[f32]>, sizes: &Sizes) -> Steps {
    let (unit, groups) = (UNIT_POS as usize, sizes.groups as usize);
    let start = CUBE_POS_Y as usize * (PRODUCTS * groups + LEFT);
    #[unroll]
    for k in 0..PRODUCTS {
        let mut sum = 0.0f32;
        for i in range_stepped(unit, groups, UNITS) {
            sum += shares[start + k * groups + i];
        }
        sums[comptime!(k * UNITS) + unit] = sum;
    }
    add_up(sums);
    let last = start + PRODUCTS * groups;
    let before = Step {
        gamma: shares[last],
        rho: shares[last + 1],
        a: shares[last + 2],
        b: shares[last + 3],
    };
    let first = step(sums[0], sums[UNITS], &before);
    let second = second(
        &first,
        &before,
        sums[comptime!(2 * UNITS)],
        sums[comptime!(3 * UNITS)],
    );
    sync_cube();
    Steps { first, second }
}

/// The sums of each product's values come to stand where its first value was.
#[cube]
pub fn add_up(sums: &mut Shared<[f32]>) {
    let unit = UNIT_POS as usize;
    let mut half = comptime!(UNITS / 2).runtime();
    while half > 0 {
        sync_cube();
        if unit < half {
            #[unroll]
            for k in 0..PRODUCTS {
                let at = comptime!(k * UNITS) + unit;
                sums[at] += sums[at + half];
            }
        }
        half /= 2;
    }
    sync_cube();
}

/// An invocation's sums before any tile.
#[cube]
pub fn nothing() -> Array<f32> {
    let mut sum = Array::<f32>::new(PRODUCTS);
    #[unroll]
    for k in 0..PRODUCTS {
        sum[k] = 0.0;
    }
    sum
}

/// A workgroup's shares into their places, and what the next iteration must know of the last.
#[cube]
pub fn leave(
    sum: &Array<f32>,
    last: &Step,
    sums: &mut Shared<[f32]>,
    shares: &mut [f32],
    sizes: &Sizes,
) {
    let (unit, groups) = (UNIT_POS as usize, sizes.groups as usize);
    #[unroll]
    for k in 0..PRODUCTS {
        sums[comptime!(k * UNITS) + unit] = sum[k];
    }
    add_up(sums);
    let start = CUBE_POS_Y as usize * (PRODUCTS * groups + LEFT);
    if unit < PRODUCTS {
        shares[start + unit * groups + CUBE_POS_X as usize] = sums[unit * UNITS];
    }
    if unit == 0 && CUBE_POS_X == 0 {
        let at = start + PRODUCTS * groups;
        shares[at] = last.gamma;
        shares[at + 1] = last.rho;
        shares[at + 2] = last.a;
        shares[at + 3] = last.b;
    }
}
