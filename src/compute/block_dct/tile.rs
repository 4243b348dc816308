//! The DCT-II of blocks on the CPU, by the symmetries of its functions: even coefficients see sums
//! of opposite samples, odd ones differences, and the even ones likewise once more. A line of
//! eight takes 22 products instead of 64.
//!
//! Four blocks side by side are a tile, whose columns are transformed together in loops that
//! compile to vector instructions.

use std::array::from_fn;

use super::{BLOCK, FrequencyMatrices, matrix};
use crate::compute::fourier::Real;

/// The columns of a tile.
pub(crate) const LANES: usize = 4 * BLOCK;

/// Four blocks side by side, row by row.
pub(crate) type Tile<T> = [[T; LANES]; BLOCK];

pub(crate) fn real<T: Real>(value: f64) -> T {
    T::from_f64(value).expect("a float holds any f64, rounded")
}

/// A tile of zeros.
pub(crate) fn zeros<T: Real>() -> Tile<T> {
    [[T::zero(); LANES]; BLOCK]
}

/// The tile of a plane's eight `rows`, of `width` columns, from the column `left`. Zeros lie beyond
/// the last column.
pub(crate) fn tile_at<T: Real>(rows: &[T], width: usize, left: usize) -> Tile<T> {
    let count = LANES.min(width - left);
    let mut tile = zeros();
    for (i, to) in tile.iter_mut().enumerate() {
        to[..count].copy_from_slice(&rows[i * width + left..][..count]);
    }
    tile
}

/// The inverse of [`tile_at`].
pub(crate) fn set_tile<T: Real>(rows: &mut [T], width: usize, left: usize, tile: &Tile<T>) {
    let count = LANES.min(width - left);
    for (i, row) in tile.iter().enumerate() {
        rows[i * width + left..][..count].copy_from_slice(&row[..count]);
    }
}

/// Adds the products of pairs.
pub(crate) fn add_products<T: Real>(to: &mut [T], weights: &[T], values: &[T]) {
    for ((to, weight), value) in to.iter_mut().zip(weights).zip(values) {
        *to = *to + *weight * *value;
    }
}

/// Each block of a tile transposed.
fn transposed<T: Real>(tile: &Tile<T>) -> Tile<T> {
    from_fn(|i| from_fn(|j| tile[j % BLOCK][j / BLOCK * BLOCK + i]))
}

/// One image's matrices of [`FrequencyMatrices`]: row by row, the tile for each column.
pub(crate) struct Weights<T>(Vec<Vec<Tile<T>>>);

impl<T: Real> Weights<T> {
    pub(crate) fn new(matrices: &FrequencyMatrices, image: usize) -> Self {
        let tile = |row, column| -> Tile<T> {
            let table = matrices.table(image, row, column);
            from_fn(|u| from_fn(|j| real(table[u * BLOCK + j % BLOCK])))
        };
        let row = |row| (0..matrices.columns).map(|c| tile(row, c)).collect();
        Self((0..matrices.rows).map(row).collect())
    }

    /// For tiles of transposed blocks.
    pub(crate) fn transposed(matrices: &FrequencyMatrices, image: usize) -> Self {
        let Self(rows) = Self::new(matrices, image);
        let of_row = |row: Vec<_>| row.iter().map(transposed).collect();
        Self(rows.into_iter().map(of_row).collect())
    }

    pub(crate) fn rows(&self) -> &[Vec<Tile<T>>] {
        &self.0
    }

    /// A row of the matrices times the tiles of all columns.
    pub(crate) fn times(&self, row: usize, tiles: &[Tile<T>]) -> Tile<T> {
        let mut sum = zeros();
        for (weights, tile) in self.0[row].iter().zip(tiles) {
            for ((to, weights), values) in sum.iter_mut().zip(weights).zip(tile) {
                add_products(to, weights, values);
            }
        }
        sum
    }
}

/// The transform, with its numbers in T.
pub(crate) struct Dct<T> {
    /// Coefficients 0 and 4 of equal samples.
    mean: T,
    /// Coefficients 2 and 6 of the differences of sums.
    even: [[T; 2]; 2],
    /// Coefficients 1, 3, 5 and 7 of the differences.
    odd: [[T; 4]; 4],
}

impl<T: Real> Dct<T> {
    pub(crate) fn new() -> Self {
        let c = matrix();
        let at = |u: usize, i: usize| real(c[u][i]);
        Self {
            mean: at(0, 0),
            even: from_fn(|m| from_fn(|k| at(4 * m + 2, k))),
            odd: from_fn(|m| from_fn(|k| at(2 * m + 1, k))),
        }
    }

    /// T B Tᵀ of each block B.
    pub(crate) fn forward(&self, tile: &Tile<T>) -> Tile<T> {
        transposed(&self.forward_transposed(tile))
    }

    /// B of each T B Tᵀ.
    pub(crate) fn inverse(&self, tile: &Tile<T>) -> Tile<T> {
        self.inverse_of_transposed(&transposed(tile))
    }

    /// (T B Tᵀ)ᵀ of each block B.
    pub(crate) fn forward_transposed(&self, tile: &Tile<T>) -> Tile<T> {
        let columns = by_columns(tile, |line| self.line(line));
        by_columns(&transposed(&columns), |line| self.line(line))
    }

    /// B of each (T B Tᵀ)ᵀ.
    pub(crate) fn inverse_of_transposed(&self, tile: &Tile<T>) -> Tile<T> {
        let columns = by_columns(tile, |line| self.line_back(line));
        by_columns(&transposed(&columns), |line| self.line_back(line))
    }

    /// The coefficients of eight samples.
    #[inline(always)]
    fn line(&self, x: [T; BLOCK]) -> [T; BLOCK] {
        let sums: [T; 4] = from_fn(|k| x[k] + x[7 - k]);
        let differences: [T; 4] = from_fn(|k| x[k] - x[7 - k]);
        let [outer, inner] = [sums[0] + sums[3], sums[1] + sums[2]];
        let [e0, e4] = [self.mean * (outer + inner), self.mean * (outer - inner)];
        let of_sums = [sums[0] - sums[3], sums[1] - sums[2]];
        let [e2, e6] = from_fn(|m| product(&self.even[m], &of_sums));
        let [o1, o3, o5, o7] = from_fn(|m| product(&self.odd[m], &differences));
        [e0, o1, e2, o3, e4, o5, e6, o7]
    }

    /// The samples of eight coefficients.
    #[inline(always)]
    fn line_back(&self, y: [T; BLOCK]) -> [T; BLOCK] {
        let means = [self.mean * (y[0] + y[4]), self.mean * (y[0] - y[4])];
        let (even, odd) = ([y[2], y[6]], [y[1], y[3], y[5], y[7]]);
        let of_sums: [T; 2] = from_fn(|k| product(&from_fn(|m| self.even[m][k]), &even));
        let differences: [T; 4] = from_fn(|k| product(&from_fn(|m| self.odd[m][k]), &odd));
        let sums = [
            means[0] + of_sums[0],
            means[1] + of_sums[1],
            means[1] - of_sums[1],
            means[0] - of_sums[0],
        ];
        from_fn(|k| match k {
            0..4 => sums[k] + differences[k],
            _ => sums[7 - k] - differences[7 - k],
        })
    }
}

/// Every column of a tile through `f`.
#[inline(always)]
fn by_columns<T: Real>(tile: &Tile<T>, f: impl Fn([T; BLOCK]) -> [T; BLOCK]) -> Tile<T> {
    let mut to = zeros();
    for i in 0..LANES {
        let line = f(from_fn(|row| tile[row][i]));
        for (to, value) in to.iter_mut().zip(line) {
            to[i] = value;
        }
    }
    to
}

#[inline(always)]
fn product<T: Real, const N: usize>(a: &[T; N], b: &[T; N]) -> T {
    a.iter().zip(b).fold(T::zero(), |sum, (a, b)| sum + *a * *b)
}
