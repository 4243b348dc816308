//! The tasks: which linear operator a photo is a measurement of.

use std::fmt::Debug;
use std::rc::Rc;

use crate::error::Error;
pub use crate::operators::{BT601, BT709, GREY};
use crate::operators::{Bayer, LinearMap};
use crate::photo::blur_kernel::Kernel;
use crate::photo::jpeg::{Jpeg, Orientation};
use crate::photo::mask::Mask;
use crate::photo::pixels::Photo;

/// The least noise that the network was trained for, sigma_y = 0.01, in 8-bit levels.
pub const LEAST_NOISE: f64 = 1.275;

/// A restoration task.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Task {
    /// Fill the missing pixels.
    Inpaint {
        /// The pixels to fill, of a photo of the same size.
        missing: Mask,
    },
    /// Enlarge what was reduced in this way: 2, 4 or 8 times; by a filter also 3 and 16 times.
    SuperResolve {
        /// How many times as wide and as high as the photo the result is.
        factor: usize,
        /// How the pixels of the large photo became those of the small one.
        reduction: Reduction,
    },
    /// Undo a convolution with this kernel.
    Deblur {
        /// The blur, on the pixels of the photo.
        kernel: Kernel,
        /// What the blur mixed in at the borders.
        borders: Borders,
    },
    /// Remove white Gaussian noise.
    Denoise,
    /// Remove the traces of JPEG compression: the file's coefficients are the measurement, exact up
    /// to their rounding. The request's noise is that of the photo before it was compressed.
    Jpeg {
        /// The file that the photo was decoded from.
        file: Rc<Jpeg>,
        /// The factor, and the way, by which the photo was reduced before it was compressed, to be
        /// enlarged again; none for a photo at its own size. Block means and bicubic reductions are
        /// possible.
        reduced: Option<(usize, Reduction)>,
    },
    /// Give colour to a grey photo, whose levels are this mix of R, G and B; [`GREY`] is their
    /// mean.
    Colorize {
        /// The weights of R, G and B.
        weights: [f64; 3],
        /// Colours that some pixels should have: by [`GREY`] alone, and in no composition.
        hints: Option<ColourHints>,
    },
    /// Give a grey photo, the mean of R, G and B, the colours of smaller pictures of it.
    ColorizeFrom {
        /// The photo in colour at 1/2, 1/4 or 1/8 of its size, rounded up: what the mean follows,
        /// then one for each sample.
        small: Vec<Photo>,
    },
    /// Fill in the colours that a camera's sensor did not measure: the photo is the mosaic, grey or
    /// with each pixel in its own channel.
    Demosaic {
        /// The colours of the photo's first 2×2 pixels.
        pattern: Bayer,
    },
    /// Undo one after another: y = B A x + noise, A being the first task's operator and B the
    /// second's, which acts on what A measures. Blurs among them wrap around.
    Compose {
        /// A: what happened to the image first.
        first: Box<Task>,
        /// B: what happened to the measurement of A.
        second: Box<Task>,
    },
    /// Undo an operator from elsewhere.
    Operator {
        /// Gives the operator for the size of the photo.
        source: Rc<dyn OperatorSource>,
    },
}

/// A linear operator from elsewhere, for photos of any size.
pub trait OperatorSource: Debug {
    /// Rows and columns of the image x whose measurement has these.
    ///
    /// # Errors
    /// [`Error::InvalidOperator`] where it measures no such.
    fn image_size(&self, measured: [usize; 2]) -> Result<[usize; 2], Error>;

    /// The operator between those sizes, on three channels.
    fn map(self: Rc<Self>, image: [usize; 2], measured: [usize; 2]) -> Rc<dyn LinearMap>;
}

/// Colours that some pixels of a grey photo should have, more or less.
#[derive(Debug, Clone)]
pub struct ColourHints {
    /// A picture of the photo's size, painted where alpha is at least 128. Hue and saturation
    /// count: the brightness is the photo's.
    pub colours: Photo,
    /// The standard deviation of each channel, in 8-bit levels, above 0 and at most 255.
    pub noise: f64,
}

impl ColourHints {
    /// The noise where none is stated: a hint is a wish, not a fact.
    pub const NOISE: f64 = 8.0;
}

/// How a photo was made small.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Reduction {
    /// The mean of blocks.
    BlockMean,
    /// Antialiased bicubic, as image programs do it.
    Bicubic,
    /// A Gaussian, then every factor-th pixel.
    Gaussian {
        /// The standard deviation in pixels of the large photo.
        sigma: f64,
    },
}

/// What is beyond the borders of a blurred photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Borders {
    /// The photo again: exact for pictures blurred by a program that wraps around, and the
    /// cheapest.
    Circular,
    /// Something that was not photographed: it is restored too, as far as the kernel reaches, and
    /// cut away.
    Unknown,
}

impl Reduction {
    /// How many times photos so reduced are enlarged.
    pub fn factors(self) -> &'static [usize] {
        match self {
            // What the network was trained on.
            Self::BlockMean => &[2, 4, 8],
            Self::Bicubic | Self::Gaussian { .. } => &[2, 3, 4, 8, 16],
        }
    }

    /// The width of the margin that keeps opposite edges apart under circular borders, in blocks:
    /// twice the distance at which the filter's weights still matter.
    pub(super) fn margin(self, factor: usize) -> usize {
        match self {
            Self::BlockMean => 0,
            Self::Bicubic => 4,
            Self::Gaussian { sigma } => (6.0 * sigma / factor as f64).ceil().max(4.0) as usize,
        }
    }
}

impl Task {
    /// The standard deviation of the measurement's noise where none is stated, in 8-bit levels.
    pub fn default_noise(&self) -> f64 {
        match self {
            Task::Inpaint { .. } => LEAST_NOISE,
            // What 8-bit rounding and mild compression leave in a clean photo.
            Task::SuperResolve { .. }
            | Task::Colorize { .. }
            | Task::ColorizeFrom { .. }
            | Task::Demosaic { .. } => 2.0,
            Task::Deblur { .. } => 2.5,
            Task::Denoise => 25.0,
            Task::Jpeg { .. } => 0.0,
            Task::Compose { first, second } => first.default_noise().max(second.default_noise()),
            Task::Operator { .. } => 2.0,
        }
    }

    /// How the image that its operator acts on is turned for display. A JPEG's is the image as the
    /// file stores it; photo and result are as displayed, as in every task.
    pub(crate) fn orientation(&self) -> Orientation {
        match self {
            Task::Jpeg { file, .. } => file.orientation(),
            _ => Orientation::default(),
        }
    }

    /// The file of a JPEG that is restored at its own size.
    pub(crate) fn file(&self) -> Option<&Rc<Jpeg>> {
        match self {
            Task::Jpeg {
                file,
                reduced: None,
            } => Some(file),
            _ => None,
        }
    }

    /// Whether its operator is known by apply and adjoint alone, and iterates until a residual is
    /// small: on a CPU, since a GPU can't be asked for one within a step.
    pub fn iterates(&self) -> bool {
        match self {
            Task::Deblur { borders, .. } => *borders == Borders::Unknown,
            Task::Compose { .. } | Task::Operator { .. } => true,
            _ => false,
        }
    }
}
