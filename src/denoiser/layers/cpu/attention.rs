//! Attention over all pixels, head by head. The scores of a few queries are computed at a time, so
//! that memory grows linearly with the number of pixels.

use super::dispatch::dispatched;
use super::gemm::{Packed, multiply};
use super::lane::exp;
use super::map::Map;

/// Queries whose scores are computed at a time.
const ROWS: usize = 48;

/// softmax(8 q/|q| · k/|k|) v over all pixels. `qkv` has the channels of q, then of k, then of v,
/// each in heads of `head` channels.
pub(super) fn attend(qkv: &Map, head: usize) -> Map {
    let (channels, pixels) = (qkv.channels / 3, qkv.pixels());
    let mut y = Map::zeros(qkv.height, qkv.width, channels);
    for h in 0..channels / head {
        let part = |which: usize| {
            move |pixel: usize, c: usize| {
                qkv.data[pixel * qkv.pitch + which * channels + h * head + c]
            }
        };
        let (q, k) = (
            normalised(part(0), pixels, head, 8.0),
            normalised(part(1), pixels, head, 1.0),
        );
        let keys = Packed::new(head, pixels, |c, pixel| k[pixel * head + c]);
        let values = Packed::new(pixels, head, part(2));
        let mut scores = vec![0.0; ROWS * keys.columns()];
        let mut shares = vec![0.0; ROWS * pixels];
        let mut mixed = vec![0.0; ROWS * values.columns()];
        for first in (0..pixels).step_by(ROWS) {
            let n = ROWS.min(pixels - first);
            multiply(&q[first * head..], &keys, &mut scores, n);
            softmax(&scores, keys.columns(), pixels, n, &mut shares);
            multiply(&shares, &values, &mut mixed, n);
            for (i, row) in mixed.chunks_exact(values.columns()).take(n).enumerate() {
                let to = (first + i) * channels + h * head;
                y.data[to..to + head].copy_from_slice(&row[..head]);
            }
        }
    }
    y
}

/// scale x/|x| at each pixel, `[pixels, head]`, with norms of at least 1e-12.
fn normalised(x: impl Fn(usize, usize) -> f32, pixels: usize, head: usize, scale: f32) -> Vec<f32> {
    let mut rows = Vec::with_capacity(pixels * head);
    for pixel in 0..pixels {
        let square: f32 = (0..head).map(|c| x(pixel, c) * x(pixel, c)).sum();
        let scale = scale / square.sqrt().max(1e-12);
        rows.extend((0..head).map(|c| x(pixel, c) * scale));
    }
    rows
}

dispatched! {
    /// The softmax of the first `pixels` scores of each of `n` rows, which are `pitch` apart, into
    /// rows without padding.
    fn softmax[] [] (
        scores: &[f32],
        pitch: usize,
        pixels: usize,
        n: usize,
        to: &mut [f32],
    ) = softmax_rows
}

#[inline(always)]
fn softmax_rows<const FMA: bool>(
    scores: &[f32],
    pitch: usize,
    pixels: usize,
    n: usize,
    to: &mut [f32],
) {
    for (row, to) in scores
        .chunks_exact(pitch)
        .zip(to.chunks_exact_mut(pixels))
        .take(n)
    {
        let row = &row[..pixels];
        // |score| <= 8: the exponential cannot overflow, so the maximum need not be subtracted.
        for (to, score) in to.iter_mut().zip(row) {
            *to = exp(*score);
        }
        let scale = 1.0 / to.iter().sum::<f32>();
        to.iter_mut().for_each(|v| *v *= scale);
    }
}
