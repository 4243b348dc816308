//! The norm of the network, with one invocation for each pixel. For the roofline, a value: 8 B and
//! 5 FLOP, as a cache serves the second read.

use burn_cubecl::tensor::CubeTensor;
use cubecl::ir::ElemType;
use cubecl::prelude::*;

use super::direct::silu;
use super::map::{GpuMap, Lanes, Stored};
use crate::compute::gpu::grid;

/// x/sqrt(mean of x² over channels + 1e-6) * gain at each pixel, and its silu if `silu`.
pub(super) fn norm(gain: &CubeTensor, x: &GpuMap, silu: bool) -> GpuMap {
    let y = x.empty_like([x.batch(), x.height(), x.width()], x.channels);
    let (count, dim) = grid(&x.values, x.pixels());
    // SAFETY: every pixel has `lanes` vectors in x and in y, and the gain has as many.
    unsafe {
        norm_pixel::launch_unchecked(
            &x.values.client,
            count,
            dim,
            x.arg(),
            gain.clone().into_buffer_arg(),
            y.arg(),
            x.pixels() as u32,
            x.lanes() as u32,
            1.0 / x.channels as f32,
            silu,
            x.precision.element(),
        );
    }
    y
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn norm_pixel<S: Float>(
    x: &[Stored<S>],
    gain: &[Lanes],
    y: &mut [Stored<S>],
    pixels: u32,
    lanes: u32,
    share: f32,
    #[comptime] then_silu: bool,
    #[define(S)] _storage: ElemType,
) {
    if ABSOLUTE_POS >= pixels as usize {
        terminate!();
    }
    let lanes = lanes as usize;
    let start = ABSOLUTE_POS * lanes;
    let mut squares = Lanes::new(0.0);
    for c in 0..lanes {
        let value = Lanes::cast_from(x[start + c]);
        squares += value * value;
    }
    let scale = Lanes::new((sum(squares) * share + 1e-6).inverse_sqrt());
    for c in 0..lanes {
        let value = Lanes::cast_from(x[start + c]) * scale * gain[c];
        if comptime!(then_silu) {
            y[start + c] = Vector::cast_from(silu(value));
        } else {
            y[start + c] = Vector::cast_from(value);
        }
    }
}

/// The sum of the four values of a vector.
#[cube]
pub(super) fn sum(x: Lanes) -> f32 {
    (x.extract(0usize) + x.extract(1usize)) + (x.extract(2usize) + x.extract(3usize))
}
