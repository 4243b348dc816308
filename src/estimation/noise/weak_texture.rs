//! The noise of one channel, from the patches that may be flat apart from the noise (Liu, Tanaka
//! and Okutomi 2013).
//!
//! The texture of a patch p is the sum of its squared differences between neighbours, p^T M p with
//! M = D^T D. For a flat patch with noise its mean is sigma² tr M and its variance 2 sigma⁴ tr M².
//! The patches up to four deviations above that mean are kept, and sigma² is the mean of the
//! smallest fifth of the eigenvalues of their covariance. The two steps alternate until they
//! settle.

use nalgebra::DMatrix;

use super::clipping;
use super::patches::Patches;
use super::{MAX_ITERATIONS, SETTLED};
use crate::estimation::Planes;

/// The side of a patch.
const SIDE: usize = 5;
/// One eigenvalue in this many counts as noise alone.
const FRACTION: usize = 5;
/// The deviations above the mean up to which a texture may be noise alone.
const TEXTURE_DEVIATIONS: f64 = 4.0;
/// The least number of patches for each dimension of a patch. A smaller choice would distort the
/// spectrum.
const LEAST_PER_DIMENSION: usize = 20;

/// The noise of one channel.
pub(super) struct WeakTextureEstimate {
    /// The standard deviation of the noise.
    pub sigma: f64,
    /// Whether enough patches may be flat. If not, the least textured patches are taken, and
    /// `sigma` may be their texture.
    pub is_flat: bool,
}

/// The noise of one channel; `None` for too few known pixels.
pub(super) fn estimate(plane: &Planes) -> Option<WeakTextureEstimate> {
    let patches = Patches::of(plane, SIDE)?;
    let least = |chosen: &[usize]| mean_of_least(&patches.eigenvalues(chosen));
    let texture = Texture::new(patches.size);
    let mut order: Vec<(f64, usize)> = (0..patches.count())
        .map(|i| (texture.of(patches.vector(i)), i))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let by_texture: Vec<usize> = order.iter().map(|(_, i)| *i).collect();
    if by_texture.is_empty() {
        return Some(WeakTextureEstimate {
            sigma: 0.0,
            is_flat: true,
        });
    }
    let mut variance = least(&by_texture);
    let mut is_flat = false;
    for _ in 0..MAX_ITERATIONS {
        let limit = variance * texture.limit;
        let weak = order.partition_point(|(texture, _)| *texture < limit);
        let enough = LEAST_PER_DIMENSION * patches.dimensions();
        is_flat = weak >= enough;
        let count = weak.max(enough).min(order.len());
        let next = clipping::unclipped(&patches, &by_texture[..count], variance.sqrt(), least);
        let settled = (next - variance).abs() <= SETTLED * variance;
        variance = next;
        if settled {
            break;
        }
    }
    Some(WeakTextureEstimate {
        sigma: variance.sqrt(),
        is_flat,
    })
}

/// The mean of the smallest fifth of the eigenvalues, at least one. The smallest alone would be
/// biased, since estimates of equal eigenvalues scatter.
fn mean_of_least(rising: &[f64]) -> f64 {
    let count = rising.len().div_ceil(FRACTION);
    rising[..count].iter().sum::<f64>().max(0.0) / count as f64
}

/// The texture p^T M p of patches of one size.
struct Texture {
    size: [usize; 2],
    /// The largest texture that noise of variance 1 alone may have.
    limit: f64,
}

impl Texture {
    fn new(size @ [rows, columns]: [usize; 2]) -> Self {
        let mut m = DMatrix::<f64>::zeros(rows * columns, rows * columns);
        for (a, b) in neighbours(size) {
            for (i, j, sign) in [(a, a, 1.0), (b, b, 1.0), (a, b, -1.0), (b, a, -1.0)] {
                m[(i, j)] += sign;
            }
        }
        let limit = m.trace() + TEXTURE_DEVIATIONS * (2.0 * m.norm_squared()).sqrt();
        Self { size, limit }
    }

    /// The texture of a patch.
    fn of(&self, patch: &[f32]) -> f64 {
        let squares = neighbours(self.size).map(|(a, b)| f64::from(patch[a] - patch[b]).powi(2));
        squares.sum()
    }
}

/// The pairs of pixels next to or below each other.
fn neighbours([rows, columns]: [usize; 2]) -> impl Iterator<Item = (usize, usize)> {
    (0..rows * columns).flat_map(move |i| {
        let right = (i % columns + 1 < columns).then_some((i, i + 1));
        let below = (i / columns + 1 < rows).then_some((i, i + columns));
        right.into_iter().chain(below)
    })
}
