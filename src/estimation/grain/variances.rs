//! R, diagonal in pixels: the variance of grain at the smoothed brightness of each pixel.
//!
//! R may depend on the photo only through what holds no noise (docs/method.md, section 2.3). A
//! binomial filter of 5×5 pixels, about a Gaussian of deviation 1, leaves a quarter of the noise's
//! deviation. Wider ones measured no better: an edge of brightness is one of R too.

use crate::estimation::Planes;

use super::model::{Certainty, Grain};

/// The filter along rows, and along columns.
const TAPS: [f32; 5] = [1.0, 4.0, 6.0, 4.0, 1.0];
const LEVELS: usize = 256;

/// The variances of R, G and B at each level of brightness, in levels squared.
#[derive(Debug)]
pub struct VarianceTable([[f32; LEVELS]; 3]);

impl Grain {
    /// The root mean square of the measured deviation over the photo's known pixels and channels,
    /// in levels; rounding is included.
    pub fn level(&self, photo: &Planes) -> f64 {
        VarianceTable::new(self).mean(photo).sqrt()
    }

    /// The same of the bounds, where nothing was measured.
    pub fn bound(&self, photo: &Planes) -> f64 {
        let as_measured = Self {
            certainty: [Certainty::Measured; 2],
            ..*self
        };
        as_measured.level(photo)
    }
}

impl VarianceTable {
    /// Of what was measured, rounding included.
    pub fn new(grain: &Grain) -> Self {
        let levels: [f32; LEVELS] = std::array::from_fn(|level| level as f32);
        Self([0, 1, 2].map(|channel| levels.map(|level| grain.variance_of_channel(channel, level))))
    }

    /// The mean over known pixels and channels; 0 where no pixel is known. One channel stands for
    /// all three.
    pub fn mean(&self, photo: &Planes) -> f64 {
        let (mut sum, mut count) = (0.0, 0usize);
        for channel in 0..photo.channels() {
            let values = photo.channel(channel).iter().zip(photo.known());
            for (value, _) in values.filter(|(_, known)| **known) {
                sum += f64::from(self.at(channel, *value));
                count += 1;
            }
        }
        sum / count.max(1) as f64
    }

    /// R of each pixel, row by row: the mean over channels, at their smoothed values. Where no
    /// known pixel is near, that of a brightness of 0.
    pub fn of_pixels(&self, photo: &Planes) -> Vec<f32> {
        let size = [photo.height(), photo.width()];
        let known: Vec<f32> = photo
            .known()
            .iter()
            .map(|k| f32::from(u8::from(*k)))
            .collect();
        let weights = filtered(&known, size);
        let mut variances = vec![0.0; known.len()];
        for channel in 0..photo.channels() {
            let values = photo.channel(channel).iter().zip(&known);
            let values: Vec<f32> = values.map(|(value, known)| value * known).collect();
            let sums = filtered(&values, size);
            for ((variance, sum), weight) in variances.iter_mut().zip(sums).zip(&weights) {
                let smoothed = sum / weight.max(1.0);
                *variance += self.at(channel, smoothed) / photo.channels() as f32;
            }
        }
        variances
    }

    fn at(&self, channel: usize, brightness: f32) -> f32 {
        self.0[channel][(brightness.round().max(0.0) as usize).min(LEVELS - 1)]
    }
}

/// Sums of a plane by [`TAPS`] along both axes, of the pixels inside it.
fn filtered(plane: &[f32], [height, width]: [usize; 2]) -> Vec<f32> {
    let rows = plane.chunks_exact(width);
    let rows: Vec<f32> = rows
        .flat_map(|row| (0..width).map(move |x| sum_around(x, width, |i| row[i])))
        .collect();
    let at = |i: usize| sum_around(i / width, height, |y| rows[y * width + i % width]);
    (0..height * width).map(at).collect()
}

fn sum_around(at: usize, n: usize, value: impl Fn(usize) -> f32) -> f32 {
    let half = TAPS.len() / 2;
    let first = at.saturating_sub(half);
    let inside = first..(at + half + 1).min(n);
    inside.map(|i| TAPS[i + half - at] * value(i)).sum()
}

#[cfg(test)]
mod tests {
    use super::filtered;

    #[test]
    fn the_filter_is_a_binomial_cut_off_at_borders() {
        let mut plane = vec![0.0; 35];
        plane[7 * 2 + 3] = 1.0;
        let sums = filtered(&plane, [5, 7]);
        assert_eq!(sums[7 * 2 + 3], 36.0);
        assert_eq!(sums[7 + 1], 4.0);
        let all = filtered(&[1.0; 35], [5, 7]);
        assert_eq!([all[7 * 2 + 3], all[0]], [256.0, 121.0]);
    }
}
