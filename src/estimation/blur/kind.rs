//! Kinds of blur with a closed form.

use crate::photo::blur_kernel::Kernel;

/// A kind of blur, with its measures in pixels and degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Blur {
    /// None.
    Sharp,
    /// A Gaussian of this standard deviation.
    Gaussian {
        /// Pixels.
        sigma: f64,
    },
    /// An even disc, as a lens out of focus draws a point.
    Disc {
        /// Pixels.
        radius: f64,
    },
    /// An even motion along a line.
    Line {
        /// Pixels.
        length: f64,
        /// Degrees counter-clockwise from the right, in [0, 180).
        angle: f64,
    },
    /// Any other shape.
    Free,
}

impl Blur {
    /// The kernel of its form; `Free` has none of its own, and is one pixel here.
    pub(in crate::estimation::blur) fn kernel(&self) -> Kernel {
        let kernel = match *self {
            Self::Sharp | Self::Free => Kernel::new(1, 1, vec![1.0]),
            Self::Gaussian { sigma } => Kernel::gaussian(sigma),
            Self::Disc { radius } => Kernel::disk(radius),
            Self::Line { length, angle } => Kernel::motion(length, angle),
        };
        kernel.expect("sizes are searched far below the largest")
    }

    /// The deviation, radius or length; 1 where there is none.
    pub(in crate::estimation::blur) fn size(&self) -> f64 {
        match *self {
            Self::Sharp | Self::Free => 1.0,
            Self::Gaussian { sigma } => sigma,
            Self::Disc { radius } => radius,
            Self::Line { length, .. } => length,
        }
    }

    /// The same kind, `factor` times as large and turned by `degrees`.
    pub(in crate::estimation::blur) fn changed(&self, factor: f64, degrees: f64) -> Self {
        match *self {
            Self::Sharp | Self::Free => *self,
            Self::Gaussian { sigma } => Self::Gaussian {
                sigma: sigma * factor,
            },
            Self::Disc { radius } => Self::Disc {
                radius: radius * factor,
            },
            Self::Line { length, angle } => Self::Line {
                length: length * factor,
                angle: (angle + degrees).rem_euclid(180.0),
            },
        }
    }

    /// Whether two lines are so alike that a search from one finds the other.
    pub(in crate::estimation::blur) fn is_near(&self, other: &Self) -> bool {
        let (
            Self::Line { length, angle },
            Self::Line {
                length: l,
                angle: a,
            },
        ) = (*self, *other)
        else {
            return false;
        };
        let apart = ((a - angle + 90.0).rem_euclid(180.0) - 90.0).abs();
        apart < 8.0 && (l / length).ln().abs() < 0.25
    }
}
