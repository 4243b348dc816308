//! The orthonormal DCT-II of single 8×8 blocks of `f32`, and what its coefficients are.
//!
//! White noise of variance s² has variance s² in every coefficient. The first, DC, is 8 times the
//! mean of the block.

use std::sync::LazyLock;

use crate::compute::block_dct;

/// The side of a block.
pub(super) const SIDE: usize = block_dct::BLOCK;
/// The values of a block.
pub(super) const AREA: usize = block_dct::FREQUENCIES;

/// A block, row by row: pixels, or coefficients with index 8 u + v, u the vertical frequency.
pub(super) type Block = [f32; AREA];

/// C, a row for each frequency.
pub(super) static BASIS: LazyLock<[[f32; SIDE]; SIDE]> =
    LazyLock::new(|| block_dct::matrix().map(|row| row.map(|entry| entry as f32)));

/// The coefficients of a block of pixels.
pub(super) fn forward(pixels: &Block) -> Block {
    let basis = &*BASIS;
    columns(basis, &columns(basis, pixels))
}

/// The transpose of C x. Rows are combined as wholes, which compiles to vectors.
fn columns(basis: &[[f32; SIDE]; SIDE], x: &Block) -> Block {
    let mut transposed = [0.0; AREA];
    for (u, weights) in basis.iter().enumerate() {
        let mut row = [0.0; SIDE];
        for (weight, values) in weights.iter().zip(x.chunks_exact(SIDE)) {
            for (sum, value) in row.iter_mut().zip(values) {
                *sum += weight * value;
            }
        }
        for (j, value) in row.into_iter().enumerate() {
            transposed[j * SIDE + u] = value;
        }
    }
    transposed
}

/// How coarse a coefficient is: ρ in samples of its block.
pub(super) fn radius(k: usize) -> f32 {
    ((k / SIDE) as f32).hypot((k % SIDE) as f32)
}

/// Whether a coefficient is in the diagonal corner, where photos have least texture.
pub(super) fn is_corner(k: usize) -> bool {
    (k / SIDE).min(k % SIDE) >= SIDE / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_double_sum() {
        let pixels: Block = std::array::from_fn(|i| ((i * 37) % 61) as f32 - 30.0);
        for (k, value) in forward(&pixels).into_iter().enumerate() {
            let term = |i: usize| BASIS[k / 8][i / 8] * BASIS[k % 8][i % 8] * pixels[i];
            assert!(
                (value - (0..AREA).map(term).sum::<f32>()).abs() < 1e-3,
                "{k}"
            );
        }
    }
}
