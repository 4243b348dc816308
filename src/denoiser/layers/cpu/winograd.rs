//! Zero-padded 3×3 convolutions by Winograd's minimal filtering (Lavin & Gray 2016): F(4×4, 3×3)
//! takes 36 products for 16 outputs, F(2×2, 3×3) takes 16 for 4.
//!
//! For each tile y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A, where the products over channels are matrix
//! products. F(4×4) takes 0.56 times the multiplications of F(2×2), but 2.25 times the memory for
//! weights. F(2×2) therefore serves the widest layers, which have many weights and few pixels.

use super::Epilogue;
use super::dispatch::dispatched;
use super::gemm::{Packed, multiply};
use super::lane::{LANES, Lane};
use super::map::Map;
use super::pointwise::finish;

/// The least number of output channels for which F(2×2) is used.
const WIDE: usize = 256;
/// Tiles that are transformed and multiplied together. Their 36 transformed values for each
/// channel, of inputs and outputs, fit a second-level cache.
const BLOCK: usize = 24;

/// The transformed and packed weights of a 3×3 convolution.
#[derive(Debug, Clone)]
pub struct Conv3x3 {
    outputs: usize,
    bias: Vec<f32>,
    products: Vec<Packed>,
}

impl Conv3x3 {
    /// The convolution with weights `[outputs, inputs, 3, 3]` and a bias `[outputs]`.
    pub fn new(weights: &[f32], bias: &[f32], inputs: usize) -> Self {
        let outputs = bias.len();
        let kernel = |row: usize, column: usize| {
            let start = (column * inputs + row) * 9;
            &weights[start..start + 9]
        };
        let products = if outputs >= WIDE {
            transformed::<4>(inputs, outputs, kernel, F2::weights)
        } else {
            transformed::<6>(inputs, outputs, kernel, F4::weights)
        };
        let mut bias = bias.to_vec();
        bias.resize(products[0].columns(), 0.0);
        Self {
            outputs,
            bias,
            products,
        }
    }

    /// Convolves x and applies the epilogue.
    pub fn forward(&self, x: &Map, epilogue: Epilogue<'_>) -> Map {
        let mut y = Map::padded(x.height, x.width, self.outputs, self.bias.len());
        match self.products.len() {
            16 => self.tiles::<4, 2, F2>(x, epilogue, &mut y),
            _ => self.tiles::<6, 4, F4>(x, epilogue, &mut y),
        }
        y
    }

    fn tiles<const IN: usize, const OUT: usize, F: Filter<IN, OUT>>(
        &self,
        x: &Map,
        epilogue: Epilogue<'_>,
        y: &mut Map,
    ) {
        let across = x.width.div_ceil(OUT);
        let count = across * x.height.div_ceil(OUT);
        let block = BLOCK.min(count);
        let mut input = vec![0.0; IN * IN * block * x.pitch];
        let mut output = vec![0.0; IN * IN * block * y.pitch];
        for first in (0..count).step_by(block) {
            let tiles = first..(first + block).min(count);
            let n = tiles.len();
            transform_input::<IN, OUT, F>(x, across, tiles.clone(), &mut input);
            for (k, product) in self.products.iter().enumerate() {
                let (a, c) = (&input[k * n * x.pitch..], &mut output[k * n * y.pitch..]);
                multiply(a, product, c, n);
            }
            transform_output::<IN, OUT, F>(&output, &self.bias, across, tiles, epilogue, y);
        }
    }
}

/// G g Gᵀ of all pairs of channels: for each of its entries one matrix `[inputs, outputs]`.
fn transformed<'a, const IN: usize>(
    inputs: usize,
    outputs: usize,
    kernel: impl Fn(usize, usize) -> &'a [f32],
    weights: impl Fn([f64; 3]) -> [f64; IN],
) -> Vec<Packed> {
    let spread = |g: &[f32]| {
        let rows: [[f64; IN]; 3] =
            std::array::from_fn(|i| weights(std::array::from_fn(|j| f64::from(g[3 * i + j]))));
        let columns: [[f64; IN]; IN] =
            std::array::from_fn(|j| weights(std::array::from_fn(|i| rows[i][j])));
        move |k: usize| columns[k % IN][k / IN] as f32
    };
    let spreads: Vec<_> = (0..inputs * outputs)
        .map(|i| spread(kernel(i / outputs, i % outputs)))
        .collect();
    (0..IN * IN)
        .map(|k| {
            Packed::new(inputs, outputs, |row, column| {
                spreads[row * outputs + column](k)
            })
        })
        .collect()
}

/// A minimal filtering algorithm F(OUT, 3) in one dimension, IN = OUT + 2.
trait Filter<const IN: usize, const OUT: usize> {
    /// G g.
    fn weights(g: [f64; 3]) -> [f64; IN];
    /// Bᵀ d.
    fn input(d: [Lane; IN]) -> [Lane; IN];
    /// Aᵀ m.
    fn output(m: [Lane; IN]) -> [Lane; OUT];
}

struct F2;

impl Filter<4, 2> for F2 {
    fn weights([a, b, c]: [f64; 3]) -> [f64; 4] {
        [a, (a + b + c) / 2.0, (a - b + c) / 2.0, c]
    }

    #[inline(always)]
    fn input([a, b, c, d]: [Lane; 4]) -> [Lane; 4] {
        [a - c, b + c, c - b, b - d]
    }

    #[inline(always)]
    fn output([a, b, c, d]: [Lane; 4]) -> [Lane; 2] {
        [a + b + c, b - c - d]
    }
}

struct F4;

impl Filter<6, 4> for F4 {
    fn weights([a, b, c]: [f64; 3]) -> [f64; 6] {
        let (outer, inner) = ((a + c) / 6.0, (a + 4.0 * c) / 24.0);
        [
            a / 4.0,
            -outer - b / 6.0,
            -outer + b / 6.0,
            inner + b / 12.0,
            inner - b / 12.0,
            c,
        ]
    }

    #[inline(always)]
    fn input([a, b, c, d, e, f]: [Lane; 6]) -> [Lane; 6] {
        let (p, q) = (e - c * 4.0, d - b * 4.0);
        let (r, s) = (e - c, (d - b) * 2.0);
        [
            a * 4.0 - c * 5.0 + e,
            p + q,
            p - q,
            r + s,
            r - s,
            b * 4.0 - d * 5.0 + f,
        ]
    }

    #[inline(always)]
    fn output([a, b, c, d, e, f]: [Lane; 6]) -> [Lane; 4] {
        let (p, q, r, s) = (b + c, b - c, d + e, d - e);
        [a + p + r, q + s * 2.0, p + r * 4.0, q + s * 8.0 + f]
    }
}

dispatched! {
    /// Bᵀ d B of each tile, entry by entry: `[IN IN, tiles, pitch]`. A row has `across` tiles.
    fn transform_input[const IN: usize, const OUT: usize, F: Filter<IN, OUT>] [IN, OUT, F] (
        x: &Map,
        across: usize,
        tiles: std::ops::Range<usize>,
        to: &mut [f32],
    ) = transform_input_tiles
}

#[inline(always)]
fn transform_input_tiles<const FMA: bool, const IN: usize, const OUT: usize, F: Filter<IN, OUT>>(
    x: &Map,
    across: usize,
    tiles: std::ops::Range<usize>,
    to: &mut [f32],
) {
    let count = tiles.len();
    for (t, tile) in tiles.enumerate() {
        // The input of a tile begins one pixel above and to the left of its output.
        let (top, left) = (
            (tile / across * OUT) as isize - 1,
            (tile % across * OUT) as isize - 1,
        );
        let inside = |at: isize, side: usize| at >= 0 && (at as usize) < side;
        for c in (0..x.pitch).step_by(LANES) {
            let mut d = [[Lane::ZERO; IN]; IN];
            for (i, d) in d.iter_mut().enumerate() {
                let row = top + i as isize;
                if !inside(row, x.height) {
                    continue;
                }
                for (j, d) in d.iter_mut().enumerate() {
                    let column = left + j as isize;
                    if inside(column, x.width) {
                        *d = Lane::load(
                            &x.data[(row as usize * x.width + column as usize) * x.pitch + c..],
                        );
                    }
                }
            }
            let rows = d.map(F::input);
            for j in 0..IN {
                let column = F::input(std::array::from_fn(|i| rows[i][j]));
                for (i, lane) in column.into_iter().enumerate() {
                    lane.store(&mut to[((i * IN + j) * count + t) * x.pitch + c..]);
                }
            }
        }
    }
}

dispatched! {
    /// Computes Aᵀ m A, adds the bias, applies the epilogue, and writes to the pixels of `y` that
    /// each tile covers. A row has `across` tiles.
    fn transform_output[const IN: usize, const OUT: usize, F: Filter<IN, OUT>] [IN, OUT, F] (
        from: &[f32],
        bias: &[f32],
        across: usize,
        tiles: std::ops::Range<usize>,
        epilogue: Epilogue<'_>,
        y: &mut Map,
    ) = transform_output_tiles
}

#[inline(always)]
fn transform_output_tiles<
    const FMA: bool,
    const IN: usize,
    const OUT: usize,
    F: Filter<IN, OUT>,
>(
    from: &[f32],
    bias: &[f32],
    across: usize,
    tiles: std::ops::Range<usize>,
    epilogue: Epilogue<'_>,
    y: &mut Map,
) {
    let count = tiles.len();
    for (t, tile) in tiles.enumerate() {
        let (top, left) = (tile / across * OUT, tile % across * OUT);
        let (rows, columns) = (OUT.min(y.height - top), OUT.min(y.width - left));
        for c in (0..y.pitch).step_by(LANES) {
            let at = |k: usize| Lane::load(&from[(k * count + t) * y.pitch + c..]);
            let halves: [[Lane; OUT]; IN] =
                std::array::from_fn(|i| F::output(std::array::from_fn(|j| at(i * IN + j))));
            let columns_out: [[Lane; OUT]; OUT] =
                std::array::from_fn(|j| F::output(std::array::from_fn(|i| halves[i][j])));
            let bias = Lane::load(&bias[c..]);
            for i in 0..rows {
                for (j, column) in columns_out.iter().enumerate().take(columns) {
                    let start = ((top + i) * y.width + left + j) * y.pitch + c;
                    finish(column[i] + bias, epilogue, start).store(&mut y.data[start..]);
                }
            }
        }
    }
}
