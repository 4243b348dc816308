//! The norm of the network, one invocation a pixel: 8 bytes and 5 FLOP a value, the second reading
//! of a pixel served by a cache.

use burn_cubecl::tensor::CubeTensor;
use cubecl::ir::ElemType;
use cubecl::prelude::*;

use super::direct::silu;
use super::map::{GpuMap, Lanes, Stored};
use crate::compute::gpu::grid;

/// x/sqrt(mean over channels of x² + 1e-6) * gain, and silu of it where asked.
pub fn norm(gain: &CubeTensor, x: &GpuMap, silu: bool) -> GpuMap {
    let y = x.another([x.batch(), x.height(), x.width()], x.channels);
    let (count, dim) = grid(&x.values, x.pixels());
    // SAFETY: every pixel has `lanes` vectors in x and in y.
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

/// The sum of four lanes.
#[cube]
pub fn sum(x: Lanes) -> f32 {
    (x.extract(0usize) + x.extract(1usize)) + (x.extract(2usize) + x.extract(3usize))
}
