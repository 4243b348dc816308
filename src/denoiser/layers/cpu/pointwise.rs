//! Layers on single pixels or small groups of them: 1×1 and 2×2 convolutions as matrix products,
//! norm, silu, pooling and pixel shuffling.

use super::Epilogue;
use super::dispatch::dispatched;
use super::gemm::{Packed, multiply};
use super::lane::{LANES, Lane, silu};
use super::map::Map;

/// The weights of a 1×1 convolution, or of a 2×2 convolution of stride 2, as one matrix.
#[derive(Debug, Clone)]
pub struct Pointwise {
    outputs: usize,
    side: usize,
    bias: Vec<f32>,
    product: Packed,
}

impl Pointwise {
    /// The convolution with weights `[outputs, inputs, side, side]`, side 1 or 2, and a bias
    /// `[outputs]`.
    pub fn new(weights: &[f32], bias: &[f32], inputs: usize, side: usize) -> Self {
        let area = side * side;
        // A row of A consists of the pixels of a group, one after another.
        let at = |row: usize, column: usize| {
            weights[(column * inputs + row % inputs) * area + row / inputs]
        };
        let product = Packed::new(area * inputs, bias.len(), at);
        let mut padded = bias.to_vec();
        padded.resize(product.columns(), 0.0);
        Self {
            outputs: bias.len(),
            side,
            bias: padded,
            product,
        }
    }

    /// Convolves x and applies the epilogue.
    pub fn forward(&self, x: &Map, epilogue: Epilogue<'_>) -> Map {
        let (height, width) = (x.height / self.side, x.width / self.side);
        let mut y = Map::padded(height, width, self.outputs, self.product.columns());
        let pixels = y.pixels();
        if self.side == 1 {
            multiply(&x.data, &self.product, &mut y.data, pixels);
        } else {
            multiply(&grouped(x), &self.product, &mut y.data, pixels);
        }
        finish_all(&mut y.data, &self.bias, epilogue);
        y
    }
}

/// The rows of A for 2×2 groups: the four pixels of each group, one after another.
fn grouped(x: &Map) -> Vec<f32> {
    let mut rows = Vec::with_capacity(x.data.len());
    for i in (0..x.height - 1).step_by(2) {
        for j in (0..x.width - 1).step_by(2) {
            for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                rows.extend_from_slice(x.pixel(i + dy, j + dx));
            }
        }
    }
    rows
}

dispatched! {
    /// Adds the bias and applies the epilogue, in place.
    fn finish_all[] [] (y: &mut [f32], bias: &[f32], epilogue: Epilogue<'_>) = finish_values
}

#[inline(always)]
fn finish_values<const FMA: bool>(y: &mut [f32], bias: &[f32], epilogue: Epilogue<'_>) {
    for (i, pixel) in y.chunks_exact_mut(bias.len()).enumerate() {
        for c in (0..bias.len()).step_by(LANES) {
            let value = Lane::load(&pixel[c..]) + Lane::load(&bias[c..]);
            finish(value, epilogue, i * bias.len() + c).store(&mut pixel[c..]);
        }
    }
}

/// Applies the epilogue to a vector of outputs, the first of which has index `start` in the output
/// map. The map of the epilogue must have the pitch of the output.
#[inline(always)]
pub(super) fn finish(value: Lane, epilogue: Epilogue<'_>, start: usize) -> Lane {
    match epilogue {
        Epilogue::Nothing => value,
        Epilogue::Silu => value.map(silu),
        Epilogue::AddSilu(addend) => (value + Lane::load(&addend.data[start..])).map(silu),
        Epilogue::Add(residual) => value + Lane::load(&residual.data[start..]),
    }
}

dispatched! {
    /// y = x/sqrt(mean of x² over channels + 1e-6) * gain at each pixel.
    pub(super) fn norm[] [] (x: &Map, gain: &[f32], y: &mut Map) = norm_pixels
}

#[inline(always)]
fn norm_pixels<const FMA: bool>(x: &Map, gain: &[f32], y: &mut Map) {
    let channels = gain.len();
    for (from, to) in x
        .data
        .chunks_exact(x.pitch)
        .zip(y.data.chunks_exact_mut(channels))
    {
        let mut square = Lane::ZERO;
        for c in (0..channels).step_by(LANES) {
            let value = Lane::load(&from[c..]);
            square = square + value * value;
        }
        let scale = 1.0 / (square.sum() / channels as f32 + 1e-6).sqrt();
        for c in (0..channels).step_by(LANES) {
            (Lane::load(&from[c..]) * scale * Lane::load(&gain[c..])).store(&mut to[c..]);
        }
    }
}

dispatched! {
    /// The silu of every value, in place.
    pub(super) fn silu_all[] [] (x: &mut [f32]) = silu_values
}

#[inline(always)]
fn silu_values<const FMA: bool>(x: &mut [f32]) {
    for chunk in x.chunks_exact_mut(LANES) {
        Lane::load(chunk).map(silu).store(chunk);
    }
}

/// a + b, in place.
pub(super) fn add(a: &mut Map, b: &Map) {
    for (a, b) in a.data.iter_mut().zip(&b.data) {
        *a += b;
    }
}

/// The means of blocks of `size` by `size` pixels.
pub(super) fn pool(x: &Map, size: usize) -> Map {
    let mut y = Map::zeros(x.height / size, x.width / size, x.channels);
    let share = 1.0 / (size * size) as f32;
    for row in 0..y.height * size {
        for column in 0..y.width * size {
            let from = x.pixel(row, column);
            for (to, from) in y.pixel_mut(row / size, column / size).iter_mut().zip(from) {
                *to += from * share;
            }
        }
    }
    y
}

/// Pixel unshuffling: four times the channels at half the size, with pixel (dy, dx) of each 2×2
/// block of channel c in channel 4c + 2dy + dx.
pub(super) fn unshuffle(x: &Map) -> Map {
    let mut y = Map::zeros(x.height / 2, x.width / 2, 4 * x.channels);
    for row in 0..x.height {
        for column in 0..x.width {
            let phase = 2 * (row % 2) + column % 2;
            let to = y
                .pixel_mut(row / 2, column / 2)
                .iter_mut()
                .skip(phase)
                .step_by(4);
            for (to, from) in to.zip(x.pixel(row, column)) {
                *to = *from;
            }
        }
    }
    y
}

/// The inverse of [`unshuffle`].
pub(super) fn shuffle(x: &Map) -> Map {
    let mut y = Map::zeros(2 * x.height, 2 * x.width, x.channels / 4);
    for row in 0..y.height {
        for column in 0..y.width {
            let phase = 2 * (row % 2) + column % 2;
            let from = x.pixel(row / 2, column / 2).iter().skip(phase).step_by(4);
            for (to, from) in y.pixel_mut(row, column).iter_mut().zip(from) {
                *to = *from;
            }
        }
    }
    y
}
