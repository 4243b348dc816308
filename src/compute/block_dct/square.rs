//! The DCT-II of one block, by its symmetries: even coefficients see sums of opposite samples, odd
//! ones differences, and the even ones likewise once more. 22 products instead of 64 a column.

use std::array::from_fn;

use super::{BLOCK, matrix};
use crate::compute::fourier::Real;

/// A block, row by row.
pub(super) type Square<T> = [[T; BLOCK]; BLOCK];

/// A row: one number of each of eight columns, which are transformed side by side.
type Row<T> = [T; BLOCK];

/// The transform, with its numbers in T.
pub(super) struct Dct<T> {
    /// Coefficients 0 and 4 of equal samples.
    mean: T,
    /// Coefficients 2 and 6 of the differences of sums.
    even: [[T; 2]; 2],
    /// Coefficients 1, 3, 5 and 7 of the differences.
    odd: [[T; 4]; 4],
}

impl<T: Real> Dct<T> {
    pub(super) fn new() -> Self {
        let c = matrix();
        let at = |u: usize, i: usize| T::from_f64(c[u][i]).expect("a float holds any f64, rounded");
        Self {
            mean: at(0, 0),
            even: from_fn(|m| from_fn(|k| at(4 * m + 2, k))),
            odd: from_fn(|m| from_fn(|k| at(2 * m + 1, k))),
        }
    }

    /// (T B Tᵀ)ᵀ.
    pub(super) fn forward_transposed(&self, block: &Square<T>) -> Square<T> {
        self.columns(&transposed(&self.columns(block)))
    }

    /// B of (T B Tᵀ)ᵀ.
    pub(super) fn inverse_of_transposed(&self, coefficients: &Square<T>) -> Square<T> {
        self.columns_back(&transposed(&self.columns_back(coefficients)))
    }

    /// T B.
    fn columns(&self, b: &Square<T>) -> Square<T> {
        let sums: [Row<T>; 4] = from_fn(|k| sum(&b[k], &b[7 - k]));
        let differences: [Row<T>; 4] = from_fn(|k| difference(&b[k], &b[7 - k]));
        let [outer, inner] = [sum(&sums[0], &sums[3]), sum(&sums[1], &sums[2])];
        let odd_sums = [
            difference(&sums[0], &sums[3]),
            difference(&sums[1], &sums[2]),
        ];
        let [o1, o3, o5, o7] = from_fn(|m| combined(&self.odd[m], &differences));
        let [e2, e6] = from_fn(|m| combined(&self.even[m], &odd_sums));
        let [e0, e4] = [sum(&outer, &inner), difference(&outer, &inner)];
        let [e0, e4] = [e0, e4].map(|row| row.map(|value| self.mean * value));
        [e0, o1, e2, o3, e4, o5, e6, o7]
    }

    /// Tᵀ B.
    fn columns_back(&self, b: &Square<T>) -> Square<T> {
        let [b0, b4] = [b[0], b[4]].map(|row| row.map(|value| self.mean * value));
        let means = [sum(&b0, &b4), difference(&b0, &b4)];
        let odd_sums: [Row<T>; 2] =
            from_fn(|k| combined(&from_fn::<_, 2, _>(|m| self.even[m][k]), &[b[2], b[6]]));
        let odd_rows = [b[1], b[3], b[5], b[7]];
        let differences: [Row<T>; 4] =
            from_fn(|k| combined(&from_fn::<_, 4, _>(|m| self.odd[m][k]), &odd_rows));
        let sums: [Row<T>; 4] = from_fn(|k| match k {
            0 | 1 => sum(&means[k], &odd_sums[k]),
            _ => difference(&means[3 - k], &odd_sums[3 - k]),
        });
        from_fn(|k| match k {
            0..4 => sum(&sums[k], &differences[k]),
            _ => difference(&sums[7 - k], &differences[7 - k]),
        })
    }
}

fn sum<T: Real>(a: &Row<T>, b: &Row<T>) -> Row<T> {
    from_fn(|i| a[i] + b[i])
}

fn difference<T: Real>(a: &Row<T>, b: &Row<T>) -> Row<T> {
    from_fn(|i| a[i] - b[i])
}

/// The rows, each times its weight, added.
fn combined<T: Real, const N: usize>(weights: &[T; N], rows: &[Row<T>; N]) -> Row<T> {
    let mut total = [T::zero(); BLOCK];
    for (weight, row) in weights.iter().zip(rows) {
        for (total, value) in total.iter_mut().zip(row) {
            *total = *total + *weight * *value;
        }
    }
    total
}

pub(super) fn transposed<T: Real>(block: &Square<T>) -> Square<T> {
    from_fn(|i| from_fn(|j| block[j][i]))
}
