//! The f32 arithmetic of a GPU, measured by a kernel that does nothing else: what kernels are
//! judged by, where a data sheet's figure is reached by none.

use cubecl::prelude::*;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::gpu::{empty, from_tensor, grid};

use crate::Failure;
use crate::timing::milliseconds;

/// Sums of an invocation that do not wait for each other.
const CHAINS: usize = 16;
/// Multiplications and additions of each sum in a round.
const UNROLLED: usize = 16;

/// In TFLOP/s; a multiplication and an addition are two.
pub(crate) fn teraflops(device: &ComputeDevice, quick: bool) -> Result<f64, Failure> {
    let (invocations, rounds) = if quick { (1 << 12, 16) } else { (1 << 20, 64) };
    let like = from_tensor(device.zeros([1]));
    let to = empty(&like, [invocations]);
    let time = milliseconds(device, quick, || {
        let (count, dim) = grid(&like, invocations);
        // SAFETY: there are as many values as invocations.
        unsafe {
            multiply_add::launch_unchecked(
                &like.client,
                count,
                dim,
                to.clone().into_buffer_arg(),
                rounds as u32,
            );
        }
    })?;
    let flops = 2 * CHAINS * UNROLLED * rounds * invocations;
    Ok(flops as f64 / time / 1e9)
}

#[cube(launch_unchecked)]
fn multiply_add(to: &mut [f32], rounds: u32) {
    if ABSOLUTE_POS >= to.len() {
        terminate!();
    }
    let mut sums = Array::<f32>::new(comptime!(CHAINS));
    #[unroll]
    for i in 0..comptime!(CHAINS) {
        sums[i] = f32::cast_from(ABSOLUTE_POS + i);
    }
    for _ in 0..rounds {
        #[unroll]
        for _ in 0..comptime!(UNROLLED) {
            #[unroll]
            for i in 0..comptime!(CHAINS) {
                sums[i] = fma(sums[i], 0.999f32, 0.5f32);
            }
        }
    }
    let mut total = 0.0f32;
    #[unroll]
    for i in 0..comptime!(CHAINS) {
        total += sums[i];
    }
    to[ABSOLUTE_POS] = total;
}
