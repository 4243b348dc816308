//! What people ask for, as measurements: a photo and a task become an operator, y, sigma_y and a restoration that can be stepped.

use std::rc::Rc;

use burn::tensor::ops::PadMode;

use crate::denoiser::Denoiser;
use crate::error::Error;
use crate::fourier::Fourier;
use crate::image::{Frame, Photo, Window};
use crate::kernel::Kernel;
use crate::measurement::Measurement;
use crate::operators::{
    Bayer, BlockMean, ChannelMix, CircularConvolution, Decimation, Identity, LinearOperator, Mask,
    cropped_convolution,
};
use crate::place::Place;
use crate::posterior::Posterior;
use crate::prior::GaussianPrior;
use crate::restoration::{Restoration, Sampler};

/// The longest side that the network is given at once.
pub const MAX_SIDE: usize = 256;
/// The shortest: the noise-geometry maps reach 15 pixels far, the network works on multiples of 8.
pub const MIN_SIDE: usize = 16;
/// The most samples of one request.
pub const MAX_SAMPLES: usize = 16;
/// Known pixels that inpainting looks at around the missing ones.
const CONTEXT: usize = 64;
/// sigma_y on [-1, 1] is the noise in 8-bit levels divided by this.
const LEVELS: f64 = 127.5;

/// A restoration task.
#[derive(Debug, Clone)]
pub enum Task {
    /// Fill the missing pixels.
    Inpaint { missing: Missing },
    /// Enlarge what was reduced in this way: 2, 4 or 8 times; by a filter also 3 and 16 times.
    SuperResolve { factor: usize, reduction: Reduction },
    /// Undo a convolution with this kernel.
    Deblur { kernel: Kernel, borders: Borders },
    /// Remove white Gaussian noise.
    Denoise,
    /// Give colour to a grey photo, whose levels are this mix of R, G and B; [`GREY`] is their mean.
    Colorize { weights: [f64; 3] },
    /// Fill in the colours that a camera's sensor did not measure: the photo is the mosaic, grey or with each pixel in its own channel.
    Demosaic { pattern: Bayer },
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
    /// The photo again: exact for pictures blurred by a program that wraps around, and the cheapest.
    Circular,
    /// Something that was not photographed: it is restored too, as far as the kernel reaches, and cut away.
    Unknown,
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
        }
    }
}

/// Which pixels of a photo are missing.
#[derive(Debug, Clone)]
pub struct Missing {
    width: usize,
    height: usize,
    missing: Vec<bool>,
}

impl Missing {
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

    /// The least window that holds all missing pixels; none where nothing is missing.
    fn bounds(&self) -> Option<Window> {
        let at = |i: &usize| (i / self.width, i % self.width);
        let missing = (0..self.missing.len()).filter(|&i| self.missing[i]);
        let (mut low, mut high) = ((usize::MAX, usize::MAX), (0, 0));
        for (row, column) in missing.map(|i| at(&i)) {
            low = (low.0.min(row), low.1.min(column));
            high = (high.0.max(row + 1), high.1.max(column + 1));
        }
        (high.0 > 0).then(|| Window {
            left: low.1,
            top: low.0,
            width: high.1 - low.1,
            height: high.0 - low.0,
        })
    }
}

/// A photo, a task, and how to sample.
#[derive(Debug, Clone)]
pub struct Request {
    pub photo: Photo,
    pub task: Task,
    /// The standard deviation of the measurement's noise in 8-bit levels, 0-255; none: the task's default.
    pub noise: Option<f64>,
    pub samples: usize,
    pub sampler: Sampler,
    pub seed: u64,
}

/// A request made ready: a restoration and the frame that its tensors go into.
pub struct Job<D: Denoiser> {
    pub frame: Frame,
    /// None where nothing is missing: the photo is the answer.
    pub restoration: Option<Restoration<D>>,
}

impl<D: Denoiser> Job<D> {
    /// Checks the request and sets up its measurement.
    ///
    /// # Errors
    /// A typed [`Error`] for whatever of the request can't be done.
    pub fn new(request: Request, denoiser: Rc<D>, place: &Place) -> Result<Self, Error> {
        let sigma_y = check(&request)? / LEVELS;
        let Some(setup) = Setup::new(&request, place)? else {
            let window = Window::whole(&request.photo);
            return Ok(Self {
                frame: Frame::new(request.photo, window, None),
                restoration: None,
            });
        };
        let measurement = Measurement {
            operator: setup.operator,
            y: setup.y,
            s2: place.scalar(sigma_y * sigma_y),
        };
        let posterior = Posterior::new(measurement, GaussianPrior::new(setup.fourier));
        let Request {
            sampler,
            samples,
            seed,
            ..
        } = request;
        let restoration = Restoration::new(denoiser, posterior, sampler, samples, seed)?;
        Ok(Self {
            frame: setup.frame,
            restoration: Some(restoration),
        })
    }
}

/// Checks what does not depend on the task; returns the noise in 8-bit levels.
fn check(request: &Request) -> Result<f64, Error> {
    request.sampler.check()?;
    if request.samples > MAX_SAMPLES {
        return Err(Error::InvalidOption(format!(
            "samples is {}; 0 to {MAX_SAMPLES} are possible",
            request.samples
        )));
    }
    let noise = request.noise.unwrap_or(request.task.default_noise());
    if !(noise > 0.0 && noise <= 255.0) {
        return Err(Error::InvalidNoise(format!(
            "noise is {noise}; it is a standard deviation in 8-bit levels, above 0 and at most 255"
        )));
    }
    Ok(noise)
}

/// The measurement's operator and y, and where the result goes.
struct Setup {
    operator: Rc<dyn LinearOperator>,
    y: burn::tensor::Tensor<4>,
    fourier: Fourier,
    frame: Frame,
}

impl Setup {
    /// None where nothing is missing.
    fn new(request: &Request, place: &Place) -> Result<Option<Self>, Error> {
        match &request.task {
            Task::Inpaint { missing } => Self::inpaint(request, missing, place),
            task => Self::whole(&request.photo, task, place).map(Some),
        }
    }

    /// A task on the whole photo.
    fn whole(photo: &Photo, task: &Task, place: &Place) -> Result<Self, Error> {
        let output = enlarged(photo, task)?;
        let (width, height) = (output.width(), output.height());
        check_size(width, height)?;
        let fourier = Fourier::new(height, width, place);
        let mut y = photo.tensor(Window::whole(photo), place);
        let operator: Rc<dyn LinearOperator> = match task {
            Task::SuperResolve { factor, reduction } => {
                reduction.operator(*factor, fourier.clone())?
            }
            Task::Deblur { kernel, borders } => match borders {
                Borders::Unknown => return Self::deblur(photo, kernel, place),
                Borders::Circular => {
                    let kernel = kernel.circular(height, width)?;
                    Rc::new(CircularConvolution::new(kernel, fourier.clone()))
                }
            },
            Task::Colorize { weights } => {
                let mix = ChannelMix::new(checked(*weights)?);
                y = mix.apply(y);
                Rc::new(mix)
            }
            Task::Demosaic { pattern } => {
                let mask = Mask::bayer(*pattern, height, width, place);
                y = mask.apply(y);
                Rc::new(mask)
            }
            Task::Denoise | Task::Inpaint { .. } => Rc::new(Identity),
        };
        let window = Window::whole(&output);
        Ok(Self {
            operator,
            y,
            fourier,
            frame: Frame::new(output, window, None),
        })
    }

    /// A crop after convolution: the photo in a frame as wide as the kernel reaches, of which nothing was measured.
    fn deblur(photo: &Photo, kernel: &Kernel, place: &Place) -> Result<Self, Error> {
        let margin = kernel.reach();
        let size = [
            photo.height() + 2 * margin[0],
            photo.width() + 2 * margin[1],
        ];
        let fourier = Fourier::new(size[0], size[1], place);
        let kernel = kernel.circular(size[0], size[1])?;
        let blur = CircularConvolution::new(kernel, fourier.clone());
        let crop = Mask::crop(margin, size, place);
        let (window, [rows, columns]) = (Window::whole(photo), margin);
        let y = photo.tensor(window, place);
        let around = [(rows, rows), (columns, columns)];
        Ok(Self {
            operator: Rc::new(cropped_convolution(blur, crop, fourier.clone())),
            y: y.pad(around, PadMode::Constant(0.0)),
            fourier,
            frame: Frame::new(photo.clone(), window, None).with_margin(margin),
        })
    }

    /// Inpainting in a window around the missing pixels; the rest of the photo passes through.
    fn inpaint(request: &Request, missing: &Missing, place: &Place) -> Result<Option<Self>, Error> {
        let photo = &request.photo;
        if (missing.width, missing.height) != (photo.width(), photo.height()) {
            return Err(Error::InvalidMask(format!(
                "the mask is {}x{}, the photo {}x{}; they must be of one size",
                missing.width,
                missing.height,
                photo.width(),
                photo.height()
            )));
        }
        let Some(bounds) = missing.bounds() else {
            return Ok(None);
        };
        let window = around(bounds, photo)?;
        let Window { width, height, .. } = window;
        let lost = (0..width * height).map(|i| {
            let (row, column) = (window.top + i / width, window.left + i % width);
            missing.missing[row * missing.width + column]
        });
        let known: Vec<bool> = lost.map(|lost| !lost).collect();
        let c = known.iter().map(|&k| if k { 1.0 } else { 0.0 }).collect();
        let mask = Mask::new(place.tensor_f32(c, [1, 1, height, width]));
        // Where noise is stated the known pixels are a noisy measurement too, and are restored with the rest.
        let kept = request.noise.is_none().then_some(known);
        Ok(Some(Self {
            y: mask.apply(photo.tensor(window, place)),
            operator: Rc::new(mask),
            fourier: Fourier::new(height, width, place),
            frame: Frame::new(photo.clone(), window, kept),
        }))
    }
}

impl Reduction {
    /// How many times photos so reduced are enlarged.
    fn factors(self) -> &'static [usize] {
        match self {
            // What the network was trained on.
            Self::BlockMean => &[2, 4, 8],
            Self::Bicubic | Self::Gaussian { .. } => &[2, 3, 4, 8, 16],
        }
    }

    fn operator(self, factor: usize, fourier: Fourier) -> Result<Rc<dyn LinearOperator>, Error> {
        let [height, width] = fourier.size();
        Ok(match self {
            Self::BlockMean => Rc::new(BlockMean::new(factor, height, width, fourier.place())),
            Self::Bicubic => Rc::new(Decimation::bicubic(factor, fourier)),
            Self::Gaussian { sigma } if sigma > 0.0 && sigma <= 30.0 => {
                Rc::new(Decimation::gaussian(factor, sigma, fourier))
            }
            Self::Gaussian { sigma } => {
                return Err(Error::InvalidKernel(format!(
                    "sigma is {sigma}; a Gaussian kernel takes one above 0 and at most 30 pixels"
                )));
            }
        })
    }
}

/// Weights under which a grey photo's levels stay levels.
fn checked(weights: [f64; 3]) -> Result<[f64; 3], Error> {
    let sum: f64 = weights.iter().sum();
    if weights.iter().all(|w| *w >= 0.0) && (sum - 1.0).abs() < 1e-3 {
        return Ok(weights);
    }
    Err(Error::InvalidOption(format!(
        "the weights of R, G and B are {weights:?}; each must be at least 0, their sum 1"
    )))
}

fn enlarged(photo: &Photo, task: &Task) -> Result<Photo, Error> {
    let Task::SuperResolve { factor, reduction } = *task else {
        return Ok(photo.clone());
    };
    let possible = reduction.factors();
    if !possible.contains(&factor) {
        return Err(Error::InvalidFactor(format!(
            "{factor}; photos reduced in this way are enlarged {possible:?} times"
        )));
    }
    // Checked before anything of that size is made.
    check_size(photo.width() * factor, photo.height() * factor)?;
    Ok(photo.repeated(factor))
}

fn check_size(width: usize, height: usize) -> Result<(), Error> {
    if width.min(height) < MIN_SIDE {
        return Err(Error::ImageTooSmall(format!(
            "the result would be {width}x{height}; both sides must be at least {MIN_SIDE}"
        )));
    }
    if width.max(height) > MAX_SIDE {
        return Err(Error::ImageTooLarge(format!(
            "the result would be {width}x{height}; at most {MAX_SIDE} pixels a side are restored at once, so reduce the photo first"
        )));
    }
    Ok(())
}

/// The window to work in: the missing pixels and [`CONTEXT`] around them, as far as the photo and [`MAX_SIDE`] reach.
fn around(bounds: Window, photo: &Photo) -> Result<Window, Error> {
    if photo.width().min(photo.height()) < MIN_SIDE {
        return Err(Error::ImageTooSmall(format!(
            "the photo is {}x{}; both sides must be at least {MIN_SIDE}",
            photo.width(),
            photo.height()
        )));
    }
    if bounds.width.max(bounds.height) > MAX_SIDE {
        return Err(Error::MaskTooLarge(format!(
            "the missing pixels span {}x{}; at most {MAX_SIDE} a side are filled at once, so fill them in parts or reduce the photo",
            bounds.width, bounds.height
        )));
    }
    let (left, width) = span(bounds.left, bounds.width, photo.width());
    let (top, height) = span(bounds.top, bounds.height, photo.height());
    Ok(Window {
        left,
        top,
        width,
        height,
    })
}

/// Start and length of the window along one side of the photo, centred on the missing pixels where there is room.
fn span(start: usize, length: usize, side: usize) -> (usize, usize) {
    let wanted = (length + 2 * CONTEXT).next_multiple_of(8);
    let size = wanted.min(MAX_SIDE).min(side);
    let centred = (start + length / 2).saturating_sub(size / 2);
    (centred.min(side - size), size)
}
