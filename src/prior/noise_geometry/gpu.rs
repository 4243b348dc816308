//! Planes under filters that are constant on the rings between nested boxes, in one launch. Each
//! workgroup holds a tile in its shared memory and reads 225 values there for each pixel.
//!
//! For the roofline: 36 B and about 1000 FLOP a pixel, 4 KiB of shared memory a workgroup.

#![allow(
    clippy::manual_range_contains,
    reason = "kernels are translated as they stand, and know no ranges"
)]

use burn::tensor::Tensor;
use cubecl::prelude::*;

use crate::compute::gpu::{empty, from_tensor, to_tensor};

/// The bands, one for each nested box.
pub(super) const BANDS: usize = 4;
/// The side of the widest box.
pub(super) const REACH: usize = 15;
/// The side of a tile; a workgroup has one invocation for each of its pixels.
const SIDE: usize = 16;
/// The pixels that the filters reach beyond a tile.
const BORDER: usize = REACH / 2;
/// The side of a tile with its border.
const HELD: usize = SIDE + 2 * BORDER;

/// The filtered planes of luma, `[B, 4, H, W]`, and the same again for chroma: `[B, 8, H, W]`.
/// Borders are reflected without repeating the edge.
///
/// `variance`: `[B, 1, H, W]`, sides of at least [`REACH`]. `rings`: the values of each band's
/// filter on the rings between the boxes, the centre first.
pub(super) fn bands(variance: Tensor<4>, rings: [[f64; BANDS]; BANDS]) -> Tensor<4> {
    let x = from_tensor(variance);
    let [batch, _, height, width] = x.meta.shape().dims();
    let to = empty(&x, [batch, 2 * BANDS, height, width]);
    let mut weights = SequenceArg::<f32>::new();
    let all = rings.iter().flatten();
    all.for_each(|&weight| weights.push(weight as f32));
    let tiles = [width.div_ceil(SIDE), height.div_ceil(SIDE), batch];
    let [across, down, images] = tiles.map(|n| n as u32);
    // SAFETY: indices that are read are reflected into the plane, and a pixel is written only if it
    // lies in the plane.
    unsafe {
        weighted::launch_unchecked(
            &x.client,
            CubeCount::Static(across, down, images),
            CubeDim::new_1d((SIDE * SIDE) as u32),
            x.clone().into_buffer_arg(),
            to.clone().into_buffer_arg(),
            weights,
            height as u32,
            width as u32,
        );
    }
    to_tensor(to)
}

/// The index i - BORDER into n values, reflected at both ends.
#[cube]
fn reflected(i: usize, n: usize) -> usize {
    let inside = select(i < BORDER, BORDER - i, i - BORDER);
    min(inside, 2 * (n - 1) - min(inside, 2 * (n - 1)))
}

#[cube(launch_unchecked)]
fn weighted(x: &[f32], to: &mut [f32], weights: &Sequence<f32>, height: u32, width: u32) {
    let (height, width) = (height as usize, width as usize);
    let (left, top) = (CUBE_POS_X as usize * SIDE, CUBE_POS_Y as usize * SIDE);
    let (image, unit) = (CUBE_POS_Z as usize, UNIT_POS as usize);
    let mut held = Shared::<[f32]>::new_slice(comptime!(HELD * HELD));
    for i in range_stepped(unit, comptime!(HELD * HELD), comptime!(SIDE * SIDE)) {
        let row = reflected(top + i / HELD, height);
        let column = reflected(left + i % HELD, width);
        held[i] = x[(image * height + row) * width + column];
    }
    sync_cube();
    let (y, column) = (unit / SIDE, left + unit % SIDE);
    let row = top + y;
    let first = y * HELD + unit % SIDE;
    let mut rings = Array::<f32>::new(BANDS);
    #[unroll]
    for ring in 0..BANDS {
        rings[ring] = 0.0;
    }
    for dy in 0..REACH {
        for dx in 0..REACH {
            let value = held[first + dy * HELD + dx];
            let far = max(
                select(dy < BORDER, BORDER - dy, dy - BORDER),
                select(dx < BORDER, BORDER - dx, dx - BORDER),
            );
            rings[0] += select(far == 0, value, 0.0);
            rings[1] += select(far == 1, value, 0.0);
            rings[2] += select(far >= 2 && far < 4, value, 0.0);
            rings[3] += select(far >= 4, value, 0.0);
        }
    }
    if row < height && column < width {
        #[unroll]
        for band in 0..BANDS {
            let mut sum = 0.0f32;
            #[unroll]
            for ring in 0..BANDS {
                sum += rings[ring] * weights[comptime!(band * BANDS + ring)];
            }
            let plane = image * comptime!(2 * BANDS) + band;
            to[(plane * height + row) * width + column] = sum;
            to[((plane + BANDS) * height + row) * width + column] = sum;
        }
    }
}
