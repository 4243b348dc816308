//! Square patches of planes, as vectors, and the spectrum of their covariance.

use nalgebra::DMatrix;

use super::planes::Planes;

/// Patches are taken at a stride that leaves about this many: enough for a spectrum to a per cent,
/// however large the photo.
const MOST: usize = 20_000;
/// Vectors for each of their dimensions, fewer than which their covariance says nothing.
const LEAST_PER_DIMENSION: usize = 6;
/// The same of the smallest patches, below which there is nothing else to try.
const LEAST_OF_SMALLEST: usize = 4;

/// Patches whose pixels are all known, but for those of one colour: noise leaves none of these, and
/// drawings, clipped skies and borders have many.
pub struct Patches {
    values: Vec<f32>,
    channels: usize,
    /// Rows and columns of a patch.
    pub size: [usize; 2],
    clipped: bool,
}

impl Patches {
    /// Patches of at most `side`×`side`, smaller ones where the planes hold too few. None where
    /// they hold too few of any size.
    pub fn of(planes: &Planes, side: usize) -> Option<Self> {
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

    /// And the number of those whose pixels are all known.
    fn all(planes: &Planes, size: [usize; 2]) -> (Self, usize) {
        let (width, height) = (planes.width(), planes.height());
        let (rows, columns) = (height + 1 - size[0], width + 1 - size[1]);
        let stride = stride(rows * columns);
        let mut patches = Self {
            values: Vec::new(),
            channels: planes.channels(),
            size,
            clipped: (0..planes.channels())
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

    pub fn count(&self) -> usize {
        self.values.len() / self.dimensions()
    }

    pub fn dimensions(&self) -> usize {
        self.channels * self.size[0] * self.size[1]
    }

    /// Whether the planes lie within 0-255, and so may have been clipped to it.
    pub fn may_be_clipped(&self) -> bool {
        self.clipped
    }

    /// Channel after channel, row by row.
    pub fn vector(&self, i: usize) -> &[f32] {
        &self.values[i * self.dimensions()..(i + 1) * self.dimensions()]
    }

    /// The mean of each channel of a patch.
    pub fn means(&self, i: usize) -> impl Iterator<Item = f64> {
        let area = self.size[0] * self.size[1];
        let channels = self.vector(i).chunks(area);
        channels.map(move |c| c.iter().map(|v| f64::from(*v)).sum::<f64>() / area as f64)
    }

    /// The eigenvalues of the chosen patches' covariance, in rising order.
    pub fn eigenvalues(&self, chosen: &[usize]) -> Vec<f64> {
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

/// An odd one, or 2: every phase of JPEG's 8×8 blocks is met.
fn stride(positions: usize) -> usize {
    let stride = (positions as f64 / MOST as f64).sqrt().ceil() as usize;
    if stride <= 2 {
        stride.max(1)
    } else {
        stride | 1
    }
}
