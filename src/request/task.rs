//! What people ask for: a photo, a task, and how to sample.

use std::fmt::Debug;
use std::rc::Rc;

use crate::error::Error;
use crate::operators::{Bayer, LinearMap};
use crate::photo::blur_kernel::Kernel;
use crate::photo::pixels::{Photo, Window};
use crate::sampler::Sampler;

/// The most samples of one request.
pub const MAX_SAMPLES: usize = 16;

/// A restoration task.
#[derive(Debug, Clone)]
pub enum Task {
    /// Fill the missing pixels.
    Inpaint { missing: MissingPixels },
    /// Enlarge what was reduced in this way: 2, 4 or 8 times; by a filter also 3 and 16 times.
    SuperResolve { factor: usize, reduction: Reduction },
    /// Undo a convolution with this kernel.
    Deblur { kernel: Kernel, borders: Borders },
    /// Remove white Gaussian noise.
    Denoise,
    /// Give colour to a grey photo, whose levels are this mix of R, G and B; [`GREY`] is their
    /// mean.
    Colorize { weights: [f64; 3] },
    /// Fill in the colours that a camera's sensor did not measure: the photo is the mosaic, grey or
    /// with each pixel in its own channel.
    Demosaic { pattern: Bayer },
    /// Undo one after another: y = B A x + noise, A being the first task's operator and B the
    /// second's, which acts on what A measures. Blurs among them wrap around.
    Compose { first: Box<Task>, second: Box<Task> },
    /// Undo an operator from elsewhere.
    Operator { source: Rc<dyn OperatorSource> },
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

/// The mean of R, G and B.
pub const GREY: [f64; 3] = [1.0 / 3.0; 3];

/// How a photo was made small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reduction {
    /// The mean of blocks.
    BlockMean,
    /// Antialiased bicubic, as image programs do it.
    Bicubic,
    /// A Gaussian of `sigma` pixels of the large photo, then every factor-th pixel.
    Gaussian { sigma: f64 },
}

/// What is beyond the borders of a blurred photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

impl Task {
    /// The standard deviation of the measurement's noise where none is stated, in 8-bit levels.
    pub fn default_noise(&self) -> f64 {
        match self {
            // sigma_y = 0.01: the least that the network was trained on.
            Task::Inpaint { .. } => 1.275,
            // What 8-bit rounding and mild compression leave in a clean photo.
            Task::SuperResolve { .. } | Task::Colorize { .. } | Task::Demosaic { .. } => 2.0,
            Task::Deblur { .. } => 2.5,
            Task::Denoise => 25.0,
            Task::Compose { first, second } => first.default_noise().max(second.default_noise()),
            Task::Operator { .. } => 2.0,
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

/// Which pixels of a photo are missing.
#[derive(Debug, Clone)]
pub struct MissingPixels {
    width: usize,
    height: usize,
    missing: Vec<bool>,
}

impl MissingPixels {
    /// One entry a pixel, row by row.
    ///
    /// # Errors
    /// [`Error::InvalidMask`] where the number of entries is not width times height.
    pub fn new(width: usize, height: usize, missing: Vec<bool>) -> Result<Self, Error> {
        if missing.len() != width * height {
            return Err(Error::InvalidMask(format!(
                "{width}x{height} takes one entry a pixel, but {} were given",
                missing.len()
            )));
        }
        Ok(Self {
            width,
            height,
            missing,
        })
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// # Errors
    /// [`Error::InvalidMask`] where it is not of the size of the photo that it belongs to.
    pub fn check_size(&self, width: usize, height: usize) -> Result<(), Error> {
        if (self.width, self.height) == (width, height) {
            return Ok(());
        }
        Err(Error::InvalidMask(format!(
            "the mask is {}x{}, what it masks {width}x{height}; they must be of one size",
            self.width, self.height
        )))
    }

    /// Whether the pixel is missing, row by row.
    pub fn pixels(&self) -> &[bool] {
        &self.missing
    }

    /// The same of a window.
    pub fn within(&self, window: Window) -> Vec<bool> {
        let pixels = window.offsets(self.width);
        pixels.map(|(_, i)| self.missing[i]).collect()
    }
}

/// A photo, a task, and how to sample.
#[derive(Debug, Clone)]
pub struct Request {
    pub photo: Photo,
    pub task: Task,
    /// The standard deviation of the measurement's noise in 8-bit levels, 0-255; none: the task's
    /// default.
    pub noise: Option<f64>,
    pub samples: usize,
    pub sampler: Sampler,
    pub seed: u64,
}

impl Request {
    /// Checks what does not depend on the task; returns the noise in 8-bit levels.
    ///
    /// # Errors
    /// [`Error::InvalidOption`], [`Error::InvalidNoise`].
    pub fn check(&self) -> Result<f64, Error> {
        self.sampler.check()?;
        if self.samples > MAX_SAMPLES {
            return Err(Error::InvalidOption(format!(
                "samples is {}; 0 to {MAX_SAMPLES} are possible",
                self.samples
            )));
        }
        let noise = self.noise.unwrap_or(self.task.default_noise());
        if !(noise > 0.0 && noise <= 255.0) {
            return Err(Error::InvalidNoise(format!(
                "noise is {noise}; it is a standard deviation in 8-bit levels, above 0 and at most 255"
            )));
        }
        Ok(noise)
    }
}
