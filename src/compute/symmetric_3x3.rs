//! A symmetric 3×3 matrix for each pixel of an image: what couples three channels of a pixel.

use burn::tensor::Tensor;

/// The matrices' entries 00, 01, 02, 11, 12 and 22, each `[B or 1, 1, H or 1, W or 1]`.
#[derive(Debug, Clone)]
pub struct Symmetric3x3([Tensor<4>; 6]);

/// A 3×3 matrix, row by row.
pub type Matrix = [[f64; 3]; 3];

/// The row and the column of each entry.
const AT: [[usize; 2]; 6] = [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]];

impl Symmetric3x3 {
    /// T diag(d) Tᵀ for a matrix T, row by row, and d `[B or 1, 3, H or 1, W or 1]`.
    pub fn congruent(t: Matrix, d: &Tensor<4>) -> Self {
        Self(AT.map(|[row, column]| {
            let term = |c: usize| d.clone().narrow(1, c, 1) * (t[row][c] * t[column][c]);
            term(0) + term(1) + term(2)
        }))
    }

    /// The sum with diag(d), d `[B or 1, 3, H or 1, W or 1]`.
    pub fn plus_diagonal(&self, d: &Tensor<4>) -> Self {
        let Self(entries) = self;
        Self(std::array::from_fn(|i| match AT[i] {
            [row, column] if row == column => entries[i].clone() + d.clone().narrow(1, row, 1),
            _ => entries[i].clone(),
        }))
    }

    /// The difference to another field.
    pub fn minus(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| {
            self.0[i].clone() - other.0[i].clone()
        }))
    }

    /// T M Tᵀ for a matrix T, row by row.
    pub fn transformed(&self, t: Matrix) -> Self {
        Self(AT.map(|[row, column]| {
            let terms = AT.iter().zip(&self.0).map(|(&[i, j], entry)| {
                let weight = match i == j {
                    true => t[row][i] * t[column][i],
                    false => t[row][i] * t[column][j] + t[row][j] * t[column][i],
                };
                entry.clone() * weight
            });
            terms.reduce(|a, b| a + b).expect("six entries")
        }))
    }

    /// The field whose planes are `f` of all six entries, `[B, 6, H, W]`.
    pub fn through(&self, f: impl Fn(Tensor<4>) -> Tensor<4>) -> Self {
        let planes = f(Tensor::cat(self.0.to_vec(), 1));
        Self(std::array::from_fn(|i| planes.clone().narrow(1, i, 1)))
    }

    /// The inverses, by cofactors. The matrices must be positive definite. Large numbers on the
    /// diagonal cost no digits; off the diagonal they do.
    pub fn inverse(&self) -> Self {
        let [a, b, c, d, e, f] = &self.0;
        let minor = |x: &Tensor<4>, y: &Tensor<4>, u: &Tensor<4>, v: &Tensor<4>| {
            x.clone() * y.clone() - u.clone() * v.clone()
        };
        let cofactors = [
            minor(d, f, e, e),
            minor(c, e, b, f),
            minor(b, e, c, d),
            minor(a, f, c, c),
            minor(b, c, a, e),
            minor(a, d, b, b),
        ];
        let [first, second, third, ..] = &cofactors;
        let determinant =
            a.clone() * first.clone() + b.clone() * second.clone() + c.clone() * third.clone();
        Self(cofactors.map(|cofactor| cofactor / determinant.clone()))
    }

    /// The products with the vectors of x `[B, 3, H, W]`.
    pub fn times(&self, x: &Tensor<4>) -> Tensor<4> {
        let row = |row: usize| {
            let term = |column: usize| {
                let entry = AT
                    .iter()
                    .position(|at| *at == [row.min(column), row.max(column)]);
                let entry = self.0[entry.expect("six of nine entries")].clone();
                entry * x.clone().narrow(1, column, 1)
            };
            term(0) + term(1) + term(2)
        };
        Tensor::cat((0..3).map(row).collect(), 1)
    }

    /// The diagonals, `[B, 3, H, W]`.
    pub fn diagonal(&self) -> Tensor<4> {
        let Self([a, _, _, d, _, f]) = self;
        Tensor::cat(vec![a.clone(), d.clone(), f.clone()], 1)
    }
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
        let square = std::array::from_fn(|i| {
            std::array::from_fn(|j| (0..3).map(|k| T[i][k] * T[k][j]).sum())
        });
        let expected = Symmetric3x3::congruent(square, &d).times(&x);
        assert!(error(once, expected) < 1e-13);
    }
}
