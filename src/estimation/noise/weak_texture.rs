//! The noise of one channel, from the patches that could be flat but for the noise (Liu, Tanaka and
//! Okutomi 2013).
//!
//! The texture of a patch p is the sum of its squared differences between neighbours, p^T M p with
//! M = D^T D. Of a flat patch with noise it is sigma² tr M on average, with variance 2 sigma⁴ tr
//! M². Patches within four deviations of that are kept; sigma² is the mean of the least fifth
//! of their covariance's eigenvalues; both in turn until they settle.

use nalgebra::DMatrix;

use super::clipping;
use super::patches::Patches;
use super::planes::Planes;
use super::{ITERATIONS, SETTLED};

const SIDE: usize = 5;
/// One in so many eigenvalues is taken for noise alone.
const FRACTION: usize = 5;
/// Deviations of a flat patch's texture.
const REACH: f64 = 4.0;
/// The least number of patches for each dimension: with fewer, their choice would bend the
/// spectrum.
const LEAST: usize = 20;

pub struct Found {
    pub sigma: f64,
    /// Whether enough patches could be flat; without these, the least textured are taken, and
    /// sigma may be their texture.
    pub flat: bool,
}

/// None where there are too few known pixels.
pub fn estimate(plane: &Planes) -> Option<Found> {
    let patches = Patches::of(plane, SIDE)?;
    let least = |chosen: &[usize]| mean_of_least(&patches.eigenvalues(chosen));
    let texture = Texture::new(patches.size);
    let mut order: Vec<(f64, usize)> = (0..patches.count())
        .map(|i| (texture.of(patches.vector(i)), i))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let by_texture: Vec<usize> = order.iter().map(|(_, i)| *i).collect();
    if by_texture.is_empty() {
        return Some(Found {
            sigma: 0.0,
            flat: true,
        });
    }
    let mut variance = least(&by_texture);
    let mut flat = false;
    for _ in 0..ITERATIONS {
        let limit = variance * texture.limit;
        let weak = order.partition_point(|(texture, _)| *texture < limit);
        flat = weak >= LEAST * patches.dimensions();
        let count = weak.max(LEAST * patches.dimensions()).min(order.len());
        let next = clipping::unclipped(&patches, &by_texture[..count], variance.sqrt(), least);
        let settled = (next - variance).abs() <= SETTLED * variance;
        variance = next;
        if settled {
            break;
        }
    }
    Some(Found {
        sigma: variance.sqrt(),
        flat,
    })
}

/// The least alone would be biased: of equal eigenvalues an estimate scatters. `rising` must hold
/// at least one.
fn mean_of_least(rising: &[f64]) -> f64 {
    let count = rising.len().div_ceil(FRACTION);
    rising[..count].iter().sum::<f64>().max(0.0) / count as f64
}

/// Squared differences between neighbours.
struct Texture {
    size: [usize; 2],
    /// The most of a flat patch with noise of variance 1.
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
        let limit = m.trace() + REACH * (2.0 * m.norm_squared()).sqrt();
        Self { size, limit }
    }

    fn of(&self, patch: &[f32]) -> f64 {
        let squares = neighbours(self.size).map(|(a, b)| f64::from(patch[a] - patch[b]).powi(2));
        squares.sum()
    }
}

/// The pairs of pixels beside or below each other.
fn neighbours([rows, columns]: [usize; 2]) -> impl Iterator<Item = (usize, usize)> {
    (0..rows * columns).flat_map(move |i| {
        let right = (i % columns + 1 < columns).then_some((i, i + 1));
        let below = (i / columns + 1 < rows).then_some((i, i + columns));
        right.into_iter().chain(below)
    })
}
