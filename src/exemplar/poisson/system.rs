//! The normal operator of a Gaussian over gradients: diagonal + ∇ᵀ W ∇.

use crate::exemplar::error::Error;

/// The symmetric operator A = D + ∇ᵀ W ∇ on an image, with D and W diagonal.
///
/// A sampler's D is c/s² + 1/v. Where D and all of a pixel's W are 0, the pixel has no equation,
/// and a solution is 0 there.
#[derive(Debug, Clone)]
pub struct System {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// The weight between each pixel and the one to the right of it; 0 in the last column.
    pub(crate) right: Vec<f32>,
    /// The weight between each pixel and the one below it; 0 in the last row.
    pub(crate) down: Vec<f32>,
    /// D.
    pub(crate) diagonal: Vec<f32>,
    /// The diagonal of A.
    pub(crate) total: Vec<f32>,
}

impl System {
    /// An operator on `width` by `height` pixels, row by row. The weights of a pixel's gradients to
    /// the right in the last column, and down in the last row, are not used.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for another number of entries than pixels, and for entries that are
    /// negative or not finite.
    pub fn new(
        width: usize,
        height: usize,
        [mut right, mut down]: [Vec<f32>; 2],
        diagonal: Vec<f32>,
    ) -> Result<Self, Error> {
        let count = width.checked_mul(height);
        let valid =
            |v: &Vec<f32>| Some(v.len()) == count && v.iter().all(|w| w.is_finite() && *w >= 0.0);
        if width == 0 || ![&right, &down, &diagonal].into_iter().all(valid) {
            return Err(Error::InvalidOption(format!(
                "a system of {width}x{height} takes as many weights, finite and not negative"
            )));
        }
        for row in right.chunks_exact_mut(width) {
            row[width - 1] = 0.0;
        }
        let last = down.len().saturating_sub(width);
        down[last..].fill(0.0);
        Ok(Self::of_valid(width, height, [right, down], diagonal))
    }

    pub(crate) fn of_valid(
        width: usize,
        height: usize,
        [right, down]: [Vec<f32>; 2],
        diagonal: Vec<f32>,
    ) -> Self {
        let total = (0..diagonal.len()).map(|i| {
            let left = if i > 0 { right[i - 1] } else { 0.0 };
            let up = if i >= width { down[i - width] } else { 0.0 };
            diagonal[i] + right[i] + down[i] + left + up
        });
        Self {
            total: total.collect(),
            width,
            height,
            right,
            down,
            diagonal,
        }
    }

    /// Σ w x over the neighbours of a pixel.
    #[inline]
    pub(crate) fn sum_of_neighbours(&self, x: &[f32], i: usize) -> f32 {
        let mut sum = 0.0;
        if i + 1 < x.len() {
            sum += self.right[i] * x[i + 1];
        }
        if i + self.width < x.len() {
            sum += self.down[i] * x[i + self.width];
        }
        if i > 0 {
            sum += self.right[i - 1] * x[i - 1];
        }
        if i >= self.width {
            sum += self.down[i - self.width] * x[i - self.width];
        }
        sum
    }

    /// A x.
    pub(crate) fn times(&self, x: &[f32], out: &mut [f32]) {
        for (i, out) in out.iter_mut().enumerate() {
            *out = self.total[i] * x[i] - self.sum_of_neighbours(x, i);
        }
    }
}
