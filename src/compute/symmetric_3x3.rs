//! A symmetric 3×3 matrix for each pixel of an image: what couples three channels of a pixel.
//!
//! Indices are counted round: k + 1 and k + 2 are the other two of 0, 1 and 2. Every result is one
//! or two formulas of whole images, which a GPU computes in as many launches.

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::compute::formula::{CHANNELS, Formula, View, tensors};

/// A 3×3 matrix, row by row.
pub type Matrix = [[f64; CHANNELS]; CHANNELS];

/// A matrix M for each pixel.
#[derive(Debug, Clone)]
pub struct Symmetric3x3 {
    /// Entry k, k: `[B or 1, 3, H or 1, W or 1]`.
    diagonal: Tensor<4>,
    /// Entry k + 1, k + 2 at channel k, of a shape of the same kind.
    beside: Tensor<4>,
    /// The unit vectors, `[1, 3, 1, 1]`.
    units: [Tensor<4>; CHANNELS],
}

/// How far after k the row and the column of channel k's entries are: on the diagonal, and beside.
const AT: [[usize; 2]; 2] = [[0, 0], [1, 2]];

impl Symmetric3x3 {
    /// T diag(d) Tᵀ for a matrix T and d `[B or 1, 3, H or 1, W or 1]`.
    pub fn congruent(t: Matrix, d: &Tensor<4>) -> Self {
        let device = ComputeDevice::of(d);
        let unit = |k: usize| (0..CHANNELS).map(|i| f64::from(u8::from(i == k))).collect();
        let units = [0, 1, 2].map(|k| device.tensor(unit(k), [1, CHANNELS, 1, 1]));
        let columns = units.each_ref().map(Formula::from);
        let d = turns(&d.into());
        let [diagonal, beside] = AT.map(|[p, q]| {
            let weights = matrix(|k, i| t[next(k, p)][i] * t[next(k, q)][i]);
            product(&columns, weights, &d)
        });
        Self::new([diagonal, beside], units)
    }

    fn new(entries: [Formula; 2], units: [Tensor<4>; CHANNELS]) -> Self {
        let [diagonal, beside] = tensors(entries);
        Self {
            diagonal,
            beside,
            units,
        }
    }

    fn with(&self, entries: [Formula; 2]) -> Self {
        Self::new(entries, self.units.clone())
    }

    /// The diagonal, and the entries beside it.
    fn entries(&self) -> [Formula; 2] {
        [&self.diagonal, &self.beside].map(Formula::from)
    }

    /// The sum with diag(d), d `[B or 1, 3, H or 1, W or 1]`.
    pub fn plus_diagonal(&self, d: &Tensor<4>) -> Self {
        let [diagonal, beside] = self.entries();
        self.with([diagonal + d, beside])
    }

    /// M - T N Tᵀ for a matrix T and a field N.
    pub fn minus_transformed(&self, t: Matrix, n: &Self) -> Self {
        let [diagonal, beside] = self.entries();
        let [of_diagonal, of_beside] = n.congruence(t);
        self.with([diagonal - of_diagonal, beside - of_beside])
    }

    /// T M Tᵀ for a matrix T.
    pub fn transformed(&self, t: Matrix) -> Self {
        self.with(self.congruence(t))
    }

    /// The entries of T M Tᵀ.
    fn congruence(&self, t: Matrix) -> [Formula; 2] {
        let units = self.units.each_ref().map(Formula::from);
        let [diagonal, beside] = self.entries().each_ref().map(turns);
        AT.map(|[p, q]| {
            let of_diagonal = matrix(|k, i| t[next(k, p)][i] * t[next(k, q)][i]);
            let of_beside = matrix(|k, i| {
                let [row, column] = [t[next(k, p)], t[next(k, q)]];
                let [i, j] = [next(i, 1), next(i, 2)];
                row[i] * column[j] + row[j] * column[i]
            });
            product(&units, of_diagonal, &diagonal) + product(&units, of_beside, &beside)
        })
    }

    /// The field whose entries are `f` of these, three planes at a time, `[B, 3, H, W]`.
    pub fn through(&self, f: impl Fn(Tensor<4>) -> Tensor<4>) -> Self {
        Self {
            diagonal: f(self.diagonal.clone()),
            beside: f(self.beside.clone()),
            units: self.units.clone(),
        }
    }

    /// The inverses, by cofactors. The matrices must be positive definite. Large numbers on the
    /// diagonal cost no digits; beside it they do.
    pub fn inverse(&self) -> Self {
        let [[d, d1, d2], [o, o1, o2]] = self.entries().each_ref().map(turns);
        let diagonal = &d1 * &d2 - &o * &o;
        let beside = &o1 * &o2 - &d * &o;
        // Along row k: entry k, k + 1 is o2, and k, k + 2 is o1.
        let of_o2 = &o * &o1 - &d2 * &o2;
        let of_o1 = &o2 * &o - &d1 * &o1;
        let determinant = &d * &diagonal + o2 * of_o2 + o1 * of_o1;
        self.with([diagonal / &determinant, beside / determinant])
    }

    /// The products with the vectors of x `[B, 3, H, W]`.
    pub fn times(&self, x: &Tensor<4>) -> Tensor<4> {
        let [d, o] = self.entries();
        let [[x, x1, x2], [_, o1, o2]] = [&x.into(), &o].map(turns);
        (d * x + o2 * x1 + o1 * x2).tensor()
    }

    /// The diagonals, `[B, 3, H, W]`.
    pub fn diagonal(&self) -> Tensor<4> {
        self.diagonal.clone()
    }
}

/// The index `by` places after k.
fn next(k: usize, by: usize) -> usize {
    (k + by) % CHANNELS
}

fn matrix(entry: impl Fn(usize, usize) -> f64) -> Matrix {
    std::array::from_fn(|k| std::array::from_fn(|i| entry(k, i)))
}

/// x, which is a tensor, with channel k + n at channel k, for n of 0, 1 and 2.
fn turns(x: &Formula) -> [Formula; CHANNELS] {
    [x.clone(), x.view(View::Turned(1)), x.view(View::Turned(2))]
}

/// m times the channels of x, given by its turns. `units`: the unit vectors.
fn product(units: &[Formula; CHANNELS], m: Matrix, x: &[Formula; CHANNELS]) -> Formula {
    let weights = |by: usize| {
        let [a, b, c] = [0, 1, 2].map(|k| &units[k] * m[k][next(k, by)]);
        a + b + c
    };
    let [a, b, c] = [0, 1, 2].map(|by| &x[by] * weights(by));
    a + b + c
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::device::ComputeDevice;
    use crate::compute::white_noise::WhiteNoise;

    const T: Matrix = [[0.8, 0.1, -0.3], [0.2, -0.7, 0.4], [0.5, 0.3, 0.9]];

    fn error(a: Tensor<4>, b: Tensor<4>) -> f64 {
        (a - b).abs().max().into_scalar::<f64>()
    }

    #[test]
    fn inverses_undo_products() {
        let device = ComputeDevice::cpu_f64();
        let mut noise = WhiteNoise::new(3, 0, &device);
        let d = noise.draw([2, 3, 4, 5]).square();
        let field = Symmetric3x3::congruent(T, &d).plus_diagonal(&device.full([1, 3, 1, 1], 0.2));
        let x = noise.draw([2, 3, 4, 5]);
        let back = field.inverse().times(&field.times(&x));
        assert!(error(back, x) < 1e-12);
    }

    #[test]
    fn a_transformed_diagonal_is_a_congruent_one() {
        let device = ComputeDevice::cpu_f64();
        let mut noise = WhiteNoise::new(4, 0, &device);
        let (d, x) = (noise.draw([1, 3, 4, 5]), noise.draw([1, 3, 4, 5]));
        let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let diagonal = Symmetric3x3::congruent(identity, &d);
        assert!(error(diagonal.diagonal(), d.clone()) < 1e-15);
        let once = diagonal.transformed(T).transformed(T).times(&x);
        let none = diagonal.minus_transformed(identity, &diagonal);
        assert!(error(none.times(&x), x.zeros_like()) < 1e-15);
        let square = std::array::from_fn(|i| {
            std::array::from_fn(|j| (0..3).map(|k| T[i][k] * T[k][j]).sum())
        });
        let expected = Symmetric3x3::congruent(square, &d).times(&x);
        assert!(error(once, expected) < 1e-13);
    }
}
