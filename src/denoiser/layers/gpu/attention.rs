//! Attention over all pixels: softmax and both matrix products in one pass over the keys.
//!
//! Queries and keys are unit vectors, so that scores lie within ±8. exp(score - 8) then neither
//! overflows nor vanishes, and the softmax needs no running maximum.
//!
//! For the roofline, a head of d channels on N pixels: (4 d + d) N² FLOP; 2·4·d·N²/2 B that caches
//! serve, as every two queries share the reads of keys and values; 4 d + 8 values in registers.

use cubecl::ir::ElemType;
use cubecl::prelude::*;

use super::map::{GpuMap, LANES, Lanes, Stored, lanes};
use super::pointwise::sum;
use crate::compute::gpu::grid;

/// Queries of an invocation, which share the reads of keys and values.
const QUERIES: usize = 2;

/// softmax(8 q/|q| · k/|k|) v over all pixels. `qkv` has the channels of q, then of k, then of v,
/// each in heads of `head` channels; `head` is a multiple of [`LANES`].
pub(super) fn attend(qkv: &GpuMap, head: usize) -> GpuMap {
    let channels = qkv.channels / 3;
    let y = qkv.empty_like([qkv.batch(), qkv.height(), qkv.width()], channels);
    let pixels = qkv.height() * qkv.width();
    let heads = channels / head;
    let (count, dim) = grid(&qkv.values, qkv.batch() * heads * pixels.div_ceil(QUERIES));
    // SAFETY: every index lies within images of `pixels` pixels, of 3 `channels` in `qkv` and of
    // `channels` in y.
    unsafe {
        attend_queries::launch_unchecked(
            &qkv.values.client,
            count,
            dim,
            qkv.arg(),
            y.arg(),
            qkv.batch() as u32,
            pixels as u32,
            lanes(channels) as u32,
            head / LANES,
            QUERIES,
            qkv.precision.element(),
        );
    }
    y
}

#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
#[allow(clippy::too_many_lines, reason = "a kernel's loops share its indices")]
fn attend_queries<S: Float>(
    qkv: &[Stored<S>],
    y: &mut [Stored<S>],
    batch: u32,
    pixels: u32,
    channels: u32,
    #[comptime] head: usize,
    #[comptime] queries: usize,
    #[define(S)] _storage: ElemType,
) {
    let (pixels, channels) = (pixels as usize, channels as usize);
    let heads = channels / head;
    let groups = pixels.div_ceil(queries);
    let first = ABSOLUTE_POS % groups * queries;
    let rest = ABSOLUTE_POS / groups;
    let part = rest % heads * head;
    let image = rest / heads;
    if image >= batch as usize {
        terminate!();
    }
    let pitch = channels * 3;
    let start = image * pixels;

    let mut q = Array::<Lanes>::new(comptime!(head * queries));
    let mut sums = Array::<Lanes>::new(comptime!(head * queries));
    let mut totals = Array::<f32>::new(queries);
    #[unroll]
    for i in 0..queries {
        let pixel = (first + i).min(pixels - 1);
        let at = (start + pixel) * pitch + part;
        let mut square = Lanes::new(0.0);
        #[unroll]
        for c in 0..head {
            let value = Lanes::cast_from(qkv[at + c]);
            q[comptime!(i * head + c)] = value;
            square += value * value;
        }
        let scale = Lanes::new(8.0 / sum(square).sqrt().max(1e-12));
        #[unroll]
        for c in 0..head {
            let value = q[comptime!(i * head + c)];
            q[comptime!(i * head + c)] = value * scale;
            sums[comptime!(i * head + c)] = Lanes::new(0.0);
        }
        totals[i] = 0.0;
    }

    for key in 0..pixels {
        let at = (start + key) * pitch + channels + part;
        let mut square = Lanes::new(0.0);
        let mut scores = Array::<Lanes>::new(queries);
        #[unroll]
        for i in 0..queries {
            scores[i] = Lanes::new(0.0);
        }
        #[unroll]
        for c in 0..head {
            let k = Lanes::cast_from(qkv[at + c]);
            square += k * k;
            #[unroll]
            for i in 0..queries {
                scores[i] += q[comptime!(i * head + c)] * k;
            }
        }
        let scale = 1.0 / sum(square).sqrt().max(1e-12);
        let mut shares = Array::<f32>::new(queries);
        #[unroll]
        for i in 0..queries {
            let share = (sum(scores[i]) * scale - 8.0).exp();
            totals[i] += share;
            shares[i] = share;
        }
        #[unroll]
        for c in 0..head {
            let v = Lanes::cast_from(qkv[at + channels + c]);
            #[unroll]
            for i in 0..queries {
                sums[comptime!(i * head + c)] += Lanes::new(shares[i]) * v;
            }
        }
    }

    #[unroll]
    for i in 0..queries {
        let pixel = first + i;
        if pixel < pixels {
            let scale = Lanes::new(1.0 / totals[i]);
            #[unroll]
            for c in 0..head {
                let value = sums[comptime!(i * head + c)] * scale;
                y[(start + pixel) * channels + part + c] = Vector::cast_from(value);
            }
        }
    }
}
