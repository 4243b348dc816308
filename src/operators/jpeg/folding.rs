//! What halved chroma says of each frequency of a block of pixels (docs/method.md, section 10.5).
//!
//! Along an axis of pairs, function u of eight pixels and function 8 - u have the same cell means.
//! The cells measure the share cos²(πu/16) of the first and sin²(πu/16) of the second, and nothing
//! of u = 4. What folds back is noise, with the prior's variance less what luma says of it.

use nalgebra::{Matrix2, Matrix3, RowVector3};

use super::frequencies::{Matrices, inverted, line_eigenvalue};
use super::posterior::PriorPrecision;
use crate::compute::block_dct::{BLOCK, FREQUENCIES};

/// The parts of a measurement that its information follows from.
pub(super) struct Folding<'a> {
    /// The pixels of a cell of chroma, of rows and of columns.
    pub(super) cell: [usize; 2],
    /// M'.
    pub(super) mixing: Matrix3<f64>,
    /// The diagonals of R of luma and of chroma.
    pub(super) r: &'a [[f64; FREQUENCIES]; 2],
    /// s2 G, the covariance of grain.
    pub(super) grain: Matrix3<f64>,
}

/// cos²(πu/16).
fn share(u: usize) -> f64 {
    1.0 - line_eigenvalue(u) / 4.0
}

/// The function with the same cell means as u: 8 - u, or u itself where u is 0.
fn partner(u: usize) -> usize {
    (BLOCK - u) % BLOCK
}

impl Folding<'_> {
    /// N at each frequency, beside a prior of precision `prior`.
    pub(super) fn information(&self, prior: PriorPrecision<'_>) -> Matrices {
        let chroma = self.unfolded();
        let at = |k: usize| {
            let luma = self.of_luma(k);
            luma + self.of_chroma(k, chroma[k], prior)
        };
        (0..FREQUENCIES).map(at).collect()
    }

    fn area(&self) -> f64 {
        (self.cell[0] * self.cell[1]) as f64
    }

    /// m_Yᵀ m_Y/(r + s2 G_YY) at frequency k.
    fn of_luma(&self, k: usize) -> Matrix3<f64> {
        let row: RowVector3<f64> = self.mixing.row(0).into();
        row.transpose() * row / (self.r[0][k] + self.grain[(0, 0)])
    }

    /// m_Cᵀ [(κ_u κ_v/f²) Z^-1] m_C.
    fn of_chroma(&self, k: usize, r: f64, prior: PriorPrecision<'_>) -> Matrix3<f64> {
        let place = [k / BLOCK, k % BLOCK];
        let rows = self.mixing.fixed_view::<2, 3>(1, 0);
        let own_noise: Matrix2<f64> = self.grain.fixed_view::<2, 2>(1, 1) / self.area();
        let mut z = own_noise + Matrix2::identity() * r;
        for flipped in [[false, true], [true, false], [true, true]] {
            let Some((weight, eigenvalue, far)) = self.folded(place, flipped) else {
                continue;
            };
            let left = inverted(prior(k, eigenvalue) + self.of_luma(far));
            z += rows * left * rows.transpose() * (weight / self.area());
        }
        let seen: f64 = (0..2).map(|axis| self.seen(axis, place[axis])).product();
        let known = z.try_inverse().expect("a positive definite matrix") * (seen / self.area());
        rows.transpose() * known * rows
    }

    /// κ along an axis: the share of function u that cells measure.
    fn seen(&self, axis: usize, u: usize) -> f64 {
        match (self.cell[axis], u) {
            (1, _) => 1.0,
            (_, 4) => 0.0,
            _ => share(u),
        }
    }

    /// The weight, the eigenvalue of -Laplacian and the frequency of the function that folds onto
    /// `place`, flipped along these axes; none where an axis of single pixels is flipped.
    fn folded(&self, place: [usize; 2], flipped: [bool; 2]) -> Option<(f64, f64, usize)> {
        let (mut weight, mut eigenvalue, mut far) = (1.0, 0.0, place);
        for axis in 0..2 {
            let (paired, u) = (self.cell[axis] == 2, place[axis]);
            if flipped[axis] && !paired {
                return None;
            }
            let cosine = share(u);
            weight *= match (paired, flipped[axis]) {
                (false, _) => 1.0,
                (true, false) => cosine,
                (true, true) => 1.0 - cosine,
            };
            eigenvalue += 4.0 * if flipped[axis] { cosine } else { 1.0 - cosine };
            if flipped[axis] {
                far[axis] = partner(u);
            }
        }
        Some((weight, eigenvalue, far[0] * BLOCK + far[1]))
    }

    /// r': chroma's variances at the functions of a block of pixels. Along an axis of pairs a block
    /// of chroma is twice as long, and function u overlaps with its function 2 u and the
    /// neighbours of that.
    fn unfolded(&self) -> [f64; FREQUENCIES] {
        let mut r = self.r[1];
        if self.cell[0] == 2 {
            for v in 0..BLOCK {
                let line = unfolded_line(std::array::from_fn(|u| r[u * BLOCK + v]));
                for (u, value) in line.into_iter().enumerate() {
                    r[u * BLOCK + v] = value;
                }
            }
        }
        if self.cell[1] == 2 {
            for row in r.chunks_exact_mut(BLOCK) {
                let line = unfolded_line(std::array::from_fn(|v| row[v]));
                row.copy_from_slice(&line);
            }
        }
        r
    }
}

/// r'_u = r_2u/2 + (r_(2u-1) + r_(2u+1))/4 for u < 4, with r_(-1) = r_1; r'_4 = r_7;
/// r'_u = r'_(8-u) beyond.
fn unfolded_line(r: [f64; BLOCK]) -> [f64; BLOCK] {
    let half = |u: usize| {
        let before = if u == 0 { r[1] } else { r[2 * u - 1] };
        r[2 * u] / 2.0 + (before + r[2 * u + 1]) / 4.0
    };
    std::array::from_fn(|u| match u {
        0..4 => half(u),
        4 => r[7],
        _ => half(BLOCK - u),
    })
}
