//! The deviation of grain over brightness: eight knots, linear between, constant beyond.

/// The knots: one in the middle of each 32 levels.
pub const KNOTS: usize = 8;
/// The levels between neighbouring knots.
const SPACING: f32 = 256.0 / KNOTS as f32;
/// A camera's logarithm of variance at the knots, up to a constant: (a l + b) (dt/dl)² with a
/// brightness t = l^(1/2.2), in the middle of what sensors have of a and b.
pub(super) const CAMERA: [f64; KNOTS] = [0.0, -1.4, -2.2, -2.58, -2.8, -2.93, -3.03, -3.11];

/// Deviations over brightness, both in 8-bit levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Curve {
    /// The deviation at each knot.
    pub(super) deviations: [f32; KNOTS],
}

impl Curve {
    /// No noise at any brightness.
    pub(super) const ZERO: Self = Self {
        deviations: [0.0; KNOTS],
    };

    /// Of the natural logarithms of the variances at the knots.
    pub(super) fn of_logarithms(logarithms: &[f64]) -> Self {
        Self {
            deviations: std::array::from_fn(|k| (0.5 * logarithms[k]).exp() as f32),
        }
    }

    /// The deviation at a brightness; linear between knots.
    pub(super) fn deviation(&self, brightness: f32) -> f32 {
        let weights = weights(brightness);
        let terms = weights.iter().zip(self.deviations);
        terms.map(|(w, d)| *w as f32 * d).sum()
    }

    /// The largest deviation.
    pub(super) fn most(&self) -> f32 {
        self.deviations.iter().copied().fold(0.0, f32::max)
    }

    /// The smaller of this and another.
    pub(super) fn lowered(&self, other: &Self) -> Self {
        let knot = |k: usize| self.deviations[k].min(other.deviations[k]);
        Self {
            deviations: std::array::from_fn(knot),
        }
    }

    /// The curve times a factor.
    pub(super) fn scaled(&self, factor: f32) -> Self {
        Self {
            deviations: self.deviations.map(|d| factor * d),
        }
    }
}

/// The brightness of a knot.
pub(super) fn brightness(knot: usize) -> f32 {
    (knot as f32 + 0.5) * SPACING
}

/// The knot whose range a brightness lies in.
pub(super) fn knot_of(brightness: f32) -> usize {
    ((brightness / SPACING).max(0.0) as usize).min(KNOTS - 1)
}

/// The weights of the knots at a brightness.
pub(super) fn weights(brightness: f32) -> [f64; KNOTS] {
    let at = (brightness / SPACING - 0.5).clamp(0.0, (KNOTS - 1) as f32);
    std::array::from_fn(|knot| f64::from((1.0 - (at - knot as f32).abs()).max(0.0)))
}

/// A camera's variance at a brightness, up to a factor.
pub(super) fn camera(brightness: f32) -> f64 {
    let terms = weights(brightness).into_iter().zip(CAMERA);
    terms.map(|(w, log)| w * log).sum::<f64>().exp()
}
