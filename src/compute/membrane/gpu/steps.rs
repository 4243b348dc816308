//! The coefficients gamma and rho of two iterations, from the inner products of the first one's
//! residual. [`super::solve`] has the formulas.

use cubecl::prelude::*;

use super::UNITS;
use super::tile::Sizes;
use crate::compute::membrane::{MAX_THETA, TINY};

/// The inner products of a launch: a, b, c and d.
pub(super) const PRODUCTS: usize = 4;
/// The coefficients that a launch passes on with them: gamma, rho, a and b of its last iteration.
pub(super) const COEFFICIENTS: usize = 4;

/// The inner products of a launch's second iteration are f32 differences of terms of the size of
/// the first one's. They are resolved only if they are more than this share of the first one's.
const RESOLVED: f32 = 1e-5;

/// The coefficients and two of the inner products of an iteration.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Step {
    pub gamma: f32,
    pub rho: f32,
    pub a: f32,
    pub b: f32,
}

/// The step of an iteration from its a and b, and from the previous step.
#[cube]
pub(super) fn step(a: f32, b: f32, previous: &Step) -> Step {
    let tiny = comptime!(TINY as f32).runtime();
    let gamma = a / (b + tiny);
    let mut theta = 0.0f32;
    if previous.gamma > 0.0 && previous.a > tiny {
        theta = min(
            gamma / previous.gamma * (a / previous.a) / previous.rho,
            comptime!(MAX_THETA).runtime(),
        );
    }
    let rho = 1.0 / (1.0 - theta);
    Step { gamma, rho, a, b }
}

/// The step of a launch's second iteration, from that of the first, from the step before both, and
/// from c and d.
#[cube]
pub(super) fn second(first: &Step, previous: &Step, c: f32, d: f32) -> Step {
    let mut f = 0.0f32;
    let mut h = 0.0f32;
    if previous.gamma > 0.0 {
        f = -first.a / (previous.rho * previous.gamma);
        h = (f - first.b / previous.rho) / previous.gamma;
    }
    let (gamma, rho) = (first.gamma, first.rho);
    let rest = 1.0 - rho;
    let a = -rho * gamma * (rho * (first.b - gamma * c) + rest * f);
    let b = rho * rho * (first.b - 2.0 * gamma * c + gamma * gamma * d)
        + 2.0 * rho * rest * (f - gamma * h)
        + rest * rest * previous.b;
    // Unresolved products are set to 0: the second iteration then changes nothing, and the next
    // launch starts as from a first iteration.
    let resolved = a > first.a * RESOLVED && b > first.b * RESOLVED;
    step(
        select(resolved, a, 0.0f32),
        select(resolved, b, 0.0f32),
        first,
    )
}

/// The steps of a launch's two iterations.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Steps {
    pub first: Step,
    pub second: Step,
}

/// The steps of a launch, from the buffer that the launch before has written: each workgroup's
/// share of the four inner products, then the coefficients. `sums` is workgroup memory for
/// [`UNITS`] partial sums of each product.
#[cube]
pub(super) fn steps(shares: &[f32], sums: &mut Shared<[f32]>, sizes: &Sizes) -> Steps {
    let (unit, groups) = (UNIT_POS as usize, sizes.groups as usize);
    let start = CUBE_POS_Y as usize * (PRODUCTS * groups + COEFFICIENTS);
    #[unroll]
    for k in 0..PRODUCTS {
        let mut sum = 0.0f32;
        for i in range_stepped(unit, groups, UNITS) {
            sum += shares[start + k * groups + i];
        }
        sums[comptime!(k * UNITS) + unit] = sum;
    }
    add_up(sums);
    let coefficients = start + PRODUCTS * groups;
    let previous = Step {
        gamma: shares[coefficients],
        rho: shares[coefficients + 1],
        a: shares[coefficients + 2],
        b: shares[coefficients + 3],
    };
    let first = step(sums[0], sums[UNITS], &previous);
    let second = second(
        &first,
        &previous,
        sums[comptime!(2 * UNITS)],
        sums[comptime!(3 * UNITS)],
    );
    sync_cube();
    Steps { first, second }
}

/// Adds up the partial sums of each product. The total replaces the product's first partial sum.
#[cube]
pub(super) fn add_up(sums: &mut Shared<[f32]>) {
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

/// The partial sums of an invocation before its first tile.
#[cube]
pub(super) fn zero_products() -> Array<f32> {
    let mut sum = Array::<f32>::new(PRODUCTS);
    #[unroll]
    for k in 0..PRODUCTS {
        sum[k] = 0.0;
    }
    sum
}

/// Writes the workgroup's share of each product, and the coefficients of the launch's last
/// iteration.
#[cube]
pub(super) fn store_shares(
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
    let start = CUBE_POS_Y as usize * (PRODUCTS * groups + COEFFICIENTS);
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
