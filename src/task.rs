//! What people ask for, as measurements: a photo and a task become an operator, y, sigma_y and a restoration that can be stepped.

use std::rc::Rc;

use crate::denoiser::Denoiser;
use crate::error::Error;
use crate::fourier::Fourier;
use crate::image::{Frame, Photo, Window};
use crate::kernel::Kernel;
use crate::measurement::Measurement;
use crate::operators::{
    BlockMean, ChannelMix, CircularConvolution, Identity, LinearOperator, Mask,
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
    /// Enlarge 2, 4 or 8 times: the photo is the mean of blocks of the result.
    SuperResolve { factor: usize },
    /// Undo a circular convolution with this kernel.
    Deblur { kernel: Kernel },
    /// Remove white Gaussian noise.
    Denoise,
    /// Give colour to a grey photo: the mean of the photo's channels is what was measured.
    Colorize,
}

impl Task {
    /// The standard deviation of the measurement's noise where none is stated, in 8-bit levels.
    pub fn default_noise(&self) -> f64 {
        match self {
            // sigma_y = 0.01: the least that the network was trained on.
            Task::Inpaint { .. } => 1.275,
            // What 8-bit rounding and mild compression leave in a clean photo.
            Task::SuperResolve { .. } | Task::Colorize => 2.0,
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
        let window = Window::whole(photo);
        let output = match task {
            Task::SuperResolve { factor: 2 | 4 | 8 } => enlarged(photo, task)?,
            Task::SuperResolve { factor } => {
                return Err(Error::InvalidFactor(format!(
                    "{factor}; photos are enlarged 2, 4 or 8 times"
                )));
            }
            _ => photo.clone(),
        };
        let (width, height) = (output.width(), output.height());
        check_size(width, height)?;
        let fourier = Fourier::new(height, width, place);
        let mut y = photo.tensor(window, place);
        let operator: Rc<dyn LinearOperator> = match task {
            Task::SuperResolve { factor } => Rc::new(BlockMean::new(*factor, height, width, place)),
            Task::Deblur { kernel } => {
                let kernel = kernel.circular(height, width)?;
                Rc::new(CircularConvolution::new(kernel, fourier.clone()))
            }
            Task::Colorize => {
                let mix = ChannelMix::grey();
                y = mix.apply(y);
                Rc::new(mix)
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

fn enlarged(photo: &Photo, task: &Task) -> Result<Photo, Error> {
    let Task::SuperResolve { factor } = *task else {
        return Ok(photo.clone());
    };
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
