//! Square patches of planes, as vectors, and the spectrum of their covariance.

use nalgebra::DMatrix;

use crate::estimation::Planes;

/// The number of patches that the stride is chosen for: enough for a spectrum to one per cent,
/// however large the photo.
const TARGET_COUNT: usize = 20_000;
/// The fewest known patches, for each dimension of a patch, whose covariance is meaningful.
const LEAST_PER_DIMENSION: usize = 6;
/// The same for the smallest patches, to which there is no smaller alternative.
const LEAST_OF_SMALLEST: usize = 4;

/// The patches whose pixels are all known, without those of one colour. Noise leaves none of these;
/// drawings, clipped skies and borders have many.
pub(super) struct Patches {
    /// Patch after patch, each channel by channel and row by row.
    values: Vec<f32>,
    channels: usize,
    /// Rows and columns of a patch.
    pub size: [usize; 2],
    /// Whether all values lie in 0 to 255.
    in_range: bool,
}

impl Patches {
    /// Patches of `side`×`side`, or of the largest smaller side that the planes hold enough patches
    /// of. `None` if there is no such side.
    pub(super) fn of(planes: &Planes, side: usize) -> Option<Self> {
        if planes.width().min(planes.height()) == 0 {
            return None;
        }
        (2..=side).rev().find_map(|side| {
            let size = [side.min(planes.height()), side.min(planes.width())];
            let dimensions = planes.channels() * size[0] * size[1];
            let (patches, known) = Self::all(planes, size);
            let least = if side == 2 {
                LEAST_OF_SMALLEST
            } else {
                LEAST_PER_DIMENSION
            };
            (dimensions > 1 && known >= least * dimensions).then_some(patches)
        })
    }

    /// The patches of one size, and the number of all patches whose pixels are known, those of one
    /// colour included.
    fn all(planes: &Planes, size: [usize; 2]) -> (Self, usize) {
        let (width, height) = (planes.width(), planes.height());
        let (rows, columns) = (height + 1 - size[0], width + 1 - size[1]);
        let stride = stride(rows * columns);
        let mut patches = Self {
            values: Vec::new(),
            channels: planes.channels(),
            size,
            in_range: (0..planes.channels())
                .all(|c| planes.channel(c).iter().all(|v| (0.0..=255.0).contains(v))),
        };
        let mut known = 0;
        for top in (0..rows).step_by(stride) {
            for left in (0..columns).step_by(stride) {
                let offsets = || {
                    let from = top * width + left;
                    (0..size[0] * size[1]).map(move |i| from + i / size[1] * width + i % size[1])
                };
                if !offsets().all(|i| planes.known()[i]) {
                    continue;
                }
                known += 1;
                let start = patches.values.len();
                for c in 0..planes.channels() {
                    let channel = planes.channel(c);
                    patches.values.extend(offsets().map(|i| channel[i]));
                }
                let new = patches.values[start..].chunks(size[0] * size[1]);
                if new.clone().all(|c| c.iter().all(|v| *v == c[0])) {
                    patches.values.truncate(start);
                }
            }
        }
        (patches, known)
    }

    /// The number of patches.
    pub(super) fn count(&self) -> usize {
        self.values.len() / self.dimensions()
    }

    /// The number of values of a patch.
    pub(super) fn dimensions(&self) -> usize {
        self.channels * self.size[0] * self.size[1]
    }

    /// Whether the planes may have been clipped: all values lie in 0 to 255.
    pub(super) fn may_be_clipped(&self) -> bool {
        self.in_range
    }

    /// The values of a patch, channel by channel, row by row.
    pub(super) fn vector(&self, i: usize) -> &[f32] {
        &self.values[i * self.dimensions()..(i + 1) * self.dimensions()]
    }

    /// The mean of each channel of a patch.
    pub(super) fn means(&self, i: usize) -> impl Iterator<Item = f64> {
        let area = self.size[0] * self.size[1];
        let channels = self.vector(i).chunks(area);
        channels.map(move |c| c.iter().map(|v| f64::from(*v)).sum::<f64>() / area as f64)
    }

    /// The eigenvalues of the covariance of the chosen patches, in rising order.
    pub(super) fn eigenvalues(&self, chosen: &[usize]) -> Vec<f64> {
        let n = self.dimensions();
        let mut mean = vec![0.0; n];
        for &i in chosen {
            for (sum, value) in mean.iter_mut().zip(self.vector(i)) {
                *sum += f64::from(*value) / chosen.len() as f64;
            }
        }
        let mut covariance = DMatrix::<f64>::zeros(n, n);
        let mut centred = vec![0.0; n];
        for &i in chosen {
            for (j, value) in self.vector(i).iter().enumerate() {
                centred[j] = f64::from(*value) - mean[j];
            }
            for (j, column) in covariance.as_mut_slice().chunks_mut(n).enumerate() {
                for (entry, value) in column[..=j].iter_mut().zip(&centred) {
                    *entry += centred[j] * value;
                }
            }
        }
        covariance.fill_lower_triangle_with_upper_triangle();
        covariance /= chosen.len().max(2) as f64 - 1.0;
        let mut eigenvalues = covariance.symmetric_eigenvalues().as_slice().to_vec();
        eigenvalues.sort_by(f64::total_cmp);
        eigenvalues
    }
}

/// The distance of neighbouring patches along each axis. Above 2 it is odd, so that patches lie at
/// every phase of JPEG's 8×8 blocks.
fn stride(positions: usize) -> usize {
    let stride = (positions as f64 / TARGET_COUNT as f64).sqrt().ceil() as usize;
    if stride <= 2 {
        stride.max(1)
    } else {
        stride | 1
    }
}
