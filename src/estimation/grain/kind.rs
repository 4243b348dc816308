//! Blocks of one kind, of pixels or of a JPEG's coefficients, as the fits take them.

use super::curve::KNOTS;
use super::flat::Set;
use super::response::Response;
use crate::estimation::dct::AREA;

/// The variance of rounding to whole levels.
pub(super) const ROUNDING: f64 = 1.0 / 12.0;

/// The flattest blocks of one kind, and what their coefficients mean.
pub(super) struct Kind {
    /// By bin of brightness.
    pub sets: [Option<Set>; KNOTS],
    /// How the blocks see a spectrum.
    pub response: Response,
    /// For each plane, the share of its variance that each axis' is.
    pub mixes: Vec<[f64; 3]>,
    /// For each plane, the steps of quantisation.
    pub steps: Vec<[f64; AREA]>,
    /// The variance of rounding in a coefficient.
    pub rounding: f64,
    /// The coefficients that noise is read from.
    pub telling: [bool; AREA],
}

impl Kind {
    /// The sets that look like noise.
    pub(super) fn noise(&self) -> impl Iterator<Item = &Set> {
        self.sets.iter().flatten().filter(|set| set.is_noise)
    }
}
