//! What compression did to a file's pixels, as white noise: for a network that knows no other.
//!
//! The noise of a coefficient is its rounding, of variance q²/12 in 8-bit levels. A coefficient
//! that was rounded to 0 lost what it was: its variance is that of a Laplacian cut off at ±q/2. Two
//! Laplacians are at hand at each frequency: the one that leaves as many zeros as the file has, and
//! the one of its mean magnitude. Coefficients have heavier tails than either, so that the first is
//! too wide and the second too narrow; their geometric mean is off by a factor that is nearly the
//! same for photos of all kinds and qualities.

use super::Jpeg;
use super::layout::Component;

/// The variance of coefficients rounded to 0 over that of the cut Laplacian. Over ten photos at
/// qualities 20 to 90 with and without subsampling, the geometric mean; luma and chroma have 1.2 to
/// 2.4, and a photo's own is within a factor of 1.3 (one deviation).
const HEAVY_TAILS: f64 = 1.9;
/// The mean square in R, G and B of an error of 1 in Y, Cb and Cr.
const IN_RGB: [f64; 3] = [1.0, 1.086, 0.825];

impl Jpeg {
    /// The standard deviation, in 8-bit levels, of the white noise that stands for what compression
    /// did to the photo.
    pub fn equivalent_noise(&self) -> f64 {
        let lost = |(component, weight): (&Component, f64)| weight * mean_loss(component);
        let sum: f64 = self.components.iter().zip(IN_RGB).map(lost).sum();
        sum.sqrt()
    }
}

/// The mean over frequencies of the variance that was lost, in levels².
fn mean_loss(component: &Component) -> f64 {
    let blocks = component.blocks();
    let count = blocks.len() as f64;
    let of_frequency = |k: usize| {
        let step = f64::from(component.table()[k]);
        let zeros = blocks.iter().filter(|block| block[k] == 0).count() as f64;
        let sum: f64 = blocks.iter().map(|block| f64::from(block[k]).abs()).sum();
        // Half a coefficient of 1 where all are 0, and half a 0 where none is.
        let others = (count - zeros).clamp(0.5, count - 0.5) / count;
        let of_zeros = step / 2.0 / -others.ln();
        let of_magnitude = sum.max(0.5) / count * step;
        let cut = cut_laplacian((of_zeros * of_magnitude).sqrt(), step / 2.0);
        let lost = (HEAVY_TAILS * cut).min(step * step / 12.0);
        (zeros * lost + (count - zeros) * step * step / 12.0) / count
    };
    (0..64).map(of_frequency).sum::<f64>() / 64.0
}

/// The variance within ±`end` of a Laplacian of the mean magnitude `scale`.
fn cut_laplacian(scale: f64, end: f64) -> f64 {
    let lengths = end / scale;
    // Nearly a box: the terms below cancel.
    if lengths < 1e-3 {
        return end * end / 3.0;
    }
    let beyond = (-lengths).exp();
    let whole = 2.0 * scale * scale;
    (whole - beyond * (end * end + 2.0 * end * scale + whole)) / (1.0 - beyond)
}

#[cfg(test)]
mod tests {
    use super::cut_laplacian;

    #[test]
    fn a_cut_laplacian_is_between_a_box_and_a_whole_one() {
        assert!((cut_laplacian(1e6, 5.0) - 25.0 / 3.0).abs() < 1e-6);
        assert!((cut_laplacian(500.0, 5.0) / (25.0 / 3.0) - 1.0).abs() < 0.01);
        assert!((cut_laplacian(0.1, 5.0) / 0.02 - 1.0).abs() < 1e-6);
    }
}
