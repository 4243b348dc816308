//! The blurs that photos get.

use eps_restore::low_level::estimation::blur::{Blur, Candidate, Luma, Options, estimate_blur};
use eps_restore::{Error, Kernel};

/// Radians of the golden angle: directions that never come near a period.
const GOLDEN: f64 = 137.507_764;

/// What is tabled apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sharp,
    Gaussian,
    Disc,
    Line,
    /// Exactly along rows or columns.
    LineAlongAxis,
}

pub(crate) const KINDS: [Kind; 5] = [
    Kind::Sharp,
    Kind::Gaussian,
    Kind::Disc,
    Kind::Line,
    Kind::LineAlongAxis,
];

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sharp => "none",
            Self::Gaussian => "gaussian",
            Self::Disc => "disk",
            Self::Line => "motion",
            Self::LineAlongAxis => "motion along an axis",
        }
    }

    /// The blurs of the photo of this index.
    pub(crate) fn blurs(self, photo: usize) -> Vec<Blur> {
        let sizes: &[f64] = match self {
            Self::Sharp => return vec![Blur::Sharp; 2],
            Self::Gaussian => &[1.0, 1.5, 2.0, 2.5, 3.0],
            Self::Disc => &[1.5, 2.0, 3.0, 4.5, 6.0],
            Self::Line | Self::LineAlongAxis => &[7.0, 10.0, 14.0, 19.0, 25.0],
        };
        let blur = |(i, size): (usize, &f64)| self.of_size(*size, 5 * photo + i);
        sizes.iter().enumerate().map(blur).collect()
    }

    /// `place`: which direction a line has.
    pub(crate) fn of_size(self, size: f64, place: usize) -> Blur {
        match self {
            Self::Sharp => Blur::Sharp,
            Self::Gaussian => Blur::Gaussian { sigma: size },
            Self::Disc => Blur::Disc { radius: size },
            Self::Line => Blur::Line {
                length: size,
                angle: (place as f64 * GOLDEN) % 180.0,
            },
            Self::LineAlongAxis => Blur::Line {
                length: size,
                angle: if place.is_multiple_of(2) { 0.0 } else { 90.0 },
            },
        }
    }
}

/// The kernel of a blur with a closed form.
pub(crate) fn kernel(blur: Blur) -> Result<Kernel, Error> {
    match blur {
        Blur::Gaussian { sigma } => Kernel::gaussian(sigma),
        Blur::Disc { radius } => Kernel::disk(radius),
        Blur::Line { length, angle } => Kernel::motion(length, angle),
        Blur::Sharp | Blur::Free => Kernel::new(1, 1, vec![1.0]),
    }
}

/// The deviation, radius or length in pixels; 1 for none.
pub(crate) fn size(blur: Blur) -> f64 {
    match blur {
        Blur::Gaussian { sigma } => sigma,
        Blur::Disc { radius } => radius,
        Blur::Line { length, .. } => length,
        Blur::Sharp | Blur::Free => 1.0,
    }
}

pub(crate) fn is_same_kind(a: Blur, b: Blur) -> bool {
    std::mem::discriminant(&a) == std::mem::discriminant(&b)
}

/// Degrees between two lines; `None` for other blurs.
pub(crate) fn degrees_apart(a: Blur, b: Blur) -> Option<f64> {
    let (Blur::Line { angle: a, .. }, Blur::Line { angle: b, .. }) = (a, b) else {
        return None;
    };
    Some(((a - b + 90.0).rem_euclid(180.0) - 90.0).abs())
}

/// The candidates, the most probable first; kernels of any shape up to `kernel_side`.
pub(crate) fn candidates(luma: &Luma, kernel_side: Option<usize>) -> Result<Vec<Candidate>, Error> {
    estimate_blur(luma, Options { kernel_side })
}
