//! Systems on a grid whose pixels are held by masses d > 0 and tied to their neighbours
//! (docs/method.md, section 14),
//!
//! ```text
//! (M x)_i = d_i x_i + sum over the neighbours j of w_ij (x_i - x_j),     w_ij >= 0
//! ```
//!
//! [`Multigrid`] solves them in f64 on the CPU, one plane at a time: weights jump by any factor
//! from tie to tie, which is more than f32 holds.

mod level;
mod multigrid;
mod transfer;

pub use multigrid::Multigrid;

/// Masses and ties of a plane, row by row.
#[derive(Debug, Clone)]
pub struct GridSystem {
    /// Rows and columns.
    pub size: [usize; 2],
    /// d of each pixel, above 0.
    pub mass: Vec<f64>,
    /// w of each pixel and the one to its right; 0 in the last column.
    pub right: Vec<f64>,
    /// w of each pixel and the one below; 0 in the last row.
    pub below: Vec<f64>,
}

impl GridSystem {
    /// The system on a larger grid: masses of 1 and no ties beyond this one.
    pub(crate) fn padded(&self, size: [usize; 2]) -> Self {
        let plane = |values: &[f64], beyond| padded(values, self.size, size, beyond);
        Self {
            size,
            mass: plane(&self.mass, 1.0),
            right: plane(&self.right, 0.0),
            below: plane(&self.below, 0.0),
        }
    }
}

/// A plane in the corner of a larger one.
fn padded(values: &[f64], from: [usize; 2], to: [usize; 2], beyond: f64) -> Vec<f64> {
    let mut plane = vec![beyond; to[0] * to[1]];
    for (row, values) in values.chunks_exact(from[1]).enumerate() {
        plane[row * to[1]..][..from[1]].copy_from_slice(values);
    }
    plane
}

/// The corner of a larger plane.
fn cut(values: &[f64], from: [usize; 2], to: [usize; 2]) -> Vec<f64> {
    let rows = values.chunks_exact(from[1]).take(to[0]);
    rows.flat_map(|row| row[..to[1]].iter().copied()).collect()
}
