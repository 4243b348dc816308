//! What is known of a photo's grain.

use super::axes::OPPONENT;
use super::curve::{Curve, KNOTS, brightness};
use super::kind::ROUNDING;
use super::spectrum::{BANDS, Spectrum};

/// How far an estimate can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The noise was measured.
    Measured,
    /// The noise is at most this: coarse quantisation hides it, or it is texture.
    Bound,
    /// There is none: the photo is flat or a drawing.
    Absent,
    /// The photo is too small to tell, or partly a drawing.
    Unknown,
}

/// What a deviation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Luma, (1, 1, 1)/√3, over the mean of R, G and B.
    Luma,
    /// (1, 0, -1)/√2, over the mean of R, G and B.
    RedBlue,
    /// (1, -2, 1)/√6, over the mean of R, G and B.
    GreenMagenta,
    /// R, G or B: 0, 1 or 2, over its own brightness.
    Channel(usize),
}

/// The noise n of a photo y = x + n, without what rounding to 8 bits adds.
///
/// n has zero mean. On each opponent axis, n = s(t) m with m of unit variance; t is the brightness
/// there. Brightness and deviations are in levels of 0 to 255, variances in levels squared.
///
/// The variances make R: those of rounding and of the noise that was measured. What is only bounded
/// may be texture, and would be smoothed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grain {
    /// Of luma, red-blue and green-magenta.
    pub(super) axes: [Curve; 3],
    /// Of luma, and of both chroma axes.
    pub(super) spectra: [Spectrum; 2],
    /// The deviations of R, G and B over those that the axes give.
    pub(super) gains: [f32; 3],
    pub(super) certainty: [Certainty; 2],
}

impl Grain {
    /// No noise.
    pub const NONE: Self = Self {
        axes: [Curve::ZERO; 3],
        spectra: [Spectrum::WHITE; 2],
        gains: [1.0; 3],
        certainty: [Certainty::Absent; 2],
    };

    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        certainty: [Certainty::Unknown; 2],
        ..Self::NONE
    };

    /// How far luma and chroma can be trusted. R, G and B have luma's certainty.
    pub fn certainty(&self) -> [Certainty; 2] {
        self.certainty
    }

    /// The deviations, or their bounds, at the knots: in the middle of each eighth of the levels.
    pub fn deviations(&self, part: Part) -> [f32; KNOTS] {
        std::array::from_fn(|knot| self.deviation(part, brightness(knot)))
    }

    /// The deviation, or its bound, at a brightness.
    pub fn deviation(&self, part: Part, brightness: f32) -> f32 {
        match part {
            Part::Luma => self.axes[0].deviation(brightness),
            Part::RedBlue => self.axes[1].deviation(brightness),
            Part::GreenMagenta => self.axes[2].deviation(brightness),
            Part::Channel(c) => {
                let c = c.min(2);
                let axis = |a: usize| (OPPONENT[a][c] * self.axes[a].deviation(brightness)).powi(2);
                self.gains[c] * (axis(0) + axis(1) + axis(2)).sqrt()
            }
        }
    }

    /// The mean of the spectra of luma and of chroma in each band, finest first: 1 for white noise.
    pub fn bands(&self) -> [[f32; BANDS]; 2] {
        self.spectra.map(|spectrum| spectrum.bands())
    }

    /// The same grain, of `factor` times the deviation.
    pub fn scaled(&self, factor: f32) -> Self {
        Self {
            axes: self.axes.map(|curve| curve.scaled(factor)),
            ..*self
        }
    }

    /// The variance of an axis at a brightness, as far as it was measured.
    fn variance(&self, axis: usize, brightness: f32) -> f32 {
        match self.certainty[axis.min(1)] {
            Certainty::Measured => self.axes[axis].deviation(brightness).powi(2),
            _ => 0.0,
        }
    }

    /// The variance of a channel at a brightness, rounding included: R, diagonal in pixels.
    pub fn variance_of_channel(&self, channel: usize, brightness: f32) -> f32 {
        let c = channel.min(2);
        let axes = (0..3).map(|a| OPPONENT[a][c].powi(2) * self.variance(a, brightness));
        self.gains[c].powi(2) * axes.sum::<f32>() + ROUNDING as f32
    }

    /// R, diagonal in the orthonormal DFT of `[height, width]` pixels: on an axis at one
    /// brightness, row by row.
    pub fn variances_of_frequencies(
        &self,
        axis: usize,
        brightness: f32,
        [height, width]: [usize; 2],
    ) -> Vec<f32> {
        let axis = axis.min(2);
        let (variance, spectrum) = (self.variance(axis, brightness), self.spectra[axis.min(1)]);
        let frequency = |i: usize, n: usize| std::f32::consts::TAU * i.min(n - i) as f32 / n as f32;
        let at =
            |i: usize| spectrum.at([frequency(i / width, height), frequency(i % width, width)]);
        (0..height * width)
            .map(|i| variance * at(i) + ROUNDING as f32)
            .collect()
    }
}
