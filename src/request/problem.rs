//! From a task and a region of its result to a measurement: the operator, y, and which pixels are
//! asked for.

use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Fourier;
use crate::error::Error;
use crate::estimation::Planes;
use crate::operators::{
    Bayer, BlockMean, ChannelMix, CircularConvolution, Decimation, Identity, Iterative,
    LinearOperator, Mask, MaskedBlockMean, OnAxes, PartlyMeasured, SpectralOperator,
    bicubic_kernel, block_mean_kernel, compose, cropped_convolution, gaussian_kernel,
};
use crate::photo::composite::Patch;
use crate::photo::mask;
use crate::photo::pixels::{Photo, Window};
use crate::posterior::Posterior;
use crate::posterior::measurement::Measurement;
use crate::prior::GaussianPrior;
use crate::prior::axes;
use crate::prior::model::PriorModel;
use crate::request::Request;
use crate::request::canvas::{Canvas, on_canvas};
use crate::request::hint_measurement::{hinted, hinted_variance};
use crate::request::jpeg_measurement;
use crate::request::margin::padded;
use crate::request::noise::{AssumedNoise, LEVELS};
use crate::request::task::{Reduction, Task};
use crate::request::windows::{Region, factor, reduction_of};
use crate::restoration::coarsened::Coarsened;
use crate::restoration::colours::GreyPhoto;
use crate::restoration::hole::Hole;

/// How far the sum of the weights of a grey may be from 1.
pub const GREY_SUM_TOLERANCE: f64 = 1e-3;

/// What is to be solved in a region.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one a region, moved once on the way to its restoration"
)]
pub enum Problem {
    /// At its own size.
    Whole(Posterior),
    /// Coarse to fine where it is wide. Of a hole the missing pixels are asked for, and those
    /// beside the photo, of which nothing was measured either.
    Coarsened(Rc<dyn Coarsened>),
    /// The same, where the images of the reduced size are known.
    FromCoarse {
        /// What was measured beside them.
        measured: Rc<dyn Coarsened>,
        /// RGB, `[1, 3, H, W]` each: the mean's, then one for each sample.
        coarse: Vec<Tensor<4>>,
    },
}

/// A region's problem, and where its tensors go.
#[derive(Debug)]
pub struct WindowProblem {
    /// What is solved on the region's canvas.
    pub problem: Problem,
    /// Where the solution goes in the output photo.
    pub patch: Patch,
}

impl WindowProblem {
    /// The measurement of a region, on `device`; `prior`: the denoiser's.
    ///
    /// # Errors
    /// A typed [`Error`] for the first part of the task that can't be done.
    pub fn new(
        request: &Request,
        region: Region,
        noise: AssumedNoise,
        prior: PriorModel,
        device: &ComputeDevice,
    ) -> Result<Self, Error> {
        let Region { window, canvas } = region;
        let s2 = variance(request, noise, canvas, device);
        let patch = Patch {
            window,
            kept: None,
            size: canvas.size,
            at: canvas.at,
        };
        // Known pixels that are not kept are a noisy measurement, and are restored with the rest.
        if let (Task::Inpaint { missing }, true) = (&request.task, noise.keeps_known) {
            let known: Vec<bool> = missing.within(window).into_iter().map(|m| !m).collect();
            let lost = on_canvas(&known, canvas).into_iter().map(|k| !k).collect();
            let y = padded(request.photo.tensor(window, device), canvas, 0.0);
            let kept = Some(known);
            return Ok(Self {
                problem: Problem::Coarsened(Rc::new(Hole::new(lost, y, s2, prior))),
                patch: Patch { kept, ..patch },
            });
        }
        if let Task::ColorizeFrom { small } = &request.task {
            let problem = in_colours_of(small, request, canvas, s2, prior)?;
            return Ok(Self { problem, patch });
        }
        let fourier = Fourier::new(canvas.size[0], canvas.size[1], device);
        let reductions = request.task.reductions_of_colour(window);
        if let Task::Colorize {
            weights,
            hints: Some(hints),
        } = &request.task
        {
            let photo = hinted(&request.photo, *weights, hints, canvas, s2)?;
            let problem = if reductions.is_empty() {
                let prior = GaussianPrior::new(prior, fourier);
                Problem::Whole(Posterior::new(photo.measurement(), prior))
            } else {
                let white = device.scalar((noise.level / LEVELS).powi(2));
                Problem::Coarsened(Rc::new(photo.coarsened(white, prior, reductions)))
            };
            return Ok(Self { problem, patch });
        }
        let images = Images {
            canvas,
            fourier: fourier.clone(),
            prior,
            follows_brightness: noise.grain.is_some(),
        };
        let (operator, y) = whole(&request.photo, &request.task, &images)?;
        let problem = if reductions.is_empty() {
            let measurement = Measurement { operator, y, s2 };
            let prior = GaussianPrior::new(prior, fourier);
            Problem::Whole(Posterior::new(measurement, prior))
        } else {
            Problem::Coarsened(Rc::new(GreyPhoto::new(y, s2, prior, reductions)))
        };
        Ok(Self { problem, patch })
    }
}

/// A grey photo whose colours are those of `small` pictures. `s2`: R.
fn in_colours_of(
    small: &[Photo],
    request: &Request,
    canvas: Canvas,
    s2: Tensor<4>,
    prior: PriorModel,
) -> Result<Problem, Error> {
    let (photo, device) = (&request.photo, ComputeDevice::of(&s2));
    let factor = reduction_of(small, [photo.height(), photo.width()])?;
    let needed = request.samples + 1;
    if small.len() != needed {
        return Err(Error::InvalidOption(format!(
            "{} small pictures in colour; the mean and {} samples need {needed}",
            small.len(),
            request.samples
        )));
    }
    let tensor =
        |photo: &Photo, canvas| padded(photo.tensor(Window::whole(photo), &device), canvas, 0.0);
    let grey = ChannelMix::grey().apply(axes::from_rgb(tensor(photo, canvas)));
    let coarse = small.iter().map(|p| tensor(p, canvas.coarse(factor)));
    Ok(Problem::FromCoarse {
        measured: Rc::new(GreyPhoto::new(grey, s2, prior, vec![factor])),
        coarse: coarse.collect(),
    })
}

/// R, on [-1, 1]: of each pixel of the canvas where the noise follows brightness, of each axis
/// where there are hints of colour.
fn variance(
    request: &Request,
    noise: AssumedNoise,
    canvas: Canvas,
    device: &ComputeDevice,
) -> Tensor<4> {
    let white = (noise.level / LEVELS).powi(2);
    if let Task::Colorize {
        hints: Some(hints), ..
    } = &request.task
    {
        return hinted_variance(white, hints, device);
    }
    let Some(grain) = noise.grain else {
        return device.scalar(white);
    };
    let photo = &request.photo;
    let planes = Planes::of_photo(photo);
    let planes = match &request.task {
        Task::Inpaint { missing } => planes.where_known(missing.pixels().iter().map(|m| !m)),
        _ => planes,
    };
    let scale = (LEVELS * LEVELS).recip() as f32;
    let variances = grain.variances(&planes).into_iter().map(|v| scale * v);
    let shape = [1, 1, photo.height(), photo.width()];
    padded(device.tensor_f32(variances.collect(), shape), canvas, white)
}

type Measured = (Rc<dyn LinearOperator>, Tensor<4>);

/// The images that an operator acts on.
struct Images {
    canvas: Canvas,
    fourier: Fourier,
    prior: PriorModel,
    /// Whether each pixel has a noise of its own.
    follows_brightness: bool,
}

impl Images {
    fn device(&self) -> &ComputeDevice {
        self.fourier.device()
    }

    /// The images on another canvas of the same size.
    fn on(&self, canvas: Canvas) -> Self {
        Self {
            canvas,
            fourier: self.fourier.clone(),
            ..*self
        }
    }

    /// The images of a smaller canvas.
    fn reduced(&self, canvas: Canvas) -> Self {
        let [height, width] = canvas.size;
        Self {
            canvas,
            fourier: Fourier::new(height, width, self.device()),
            ..*self
        }
    }
}

/// A task on the whole photo.
fn whole(photo: &Photo, task: &Task, images: &Images) -> Result<Measured, Error> {
    if let Task::Jpeg { file, reduced } = task {
        return jpeg_measurement::measurement(file, *reduced, &images.fourier);
    }
    let pixels = photo.tensor(Window::whole(photo), images.device());
    let measured = images.canvas.coarse(factor(task)?);
    let operator: Rc<dyn LinearOperator> = match task {
        Task::Operator { source } => {
            let size = [photo.height(), photo.width()];
            let map = OnAxes(source.clone().map(images.canvas.size, size));
            Rc::new(Iterative::checked(Rc::new(map), images.fourier.clone())?)
        }
        task => operator(task, images)?,
    };
    let pixels = match grey_of(task) {
        None if measures_rgb(task) => pixels,
        None => axes::from_rgb(pixels),
        Some(weights) => ChannelMix::new(checked(weights)?)?.apply(axes::from_rgb(pixels)),
    };
    let y = match task {
        Task::Operator { .. } => pixels,
        _ => padded(pixels, measured, 0.0),
    };
    Ok((operator, y))
}

/// The weights of the grey that a task measures; none where it measures colours.
fn grey_of(task: &Task) -> Option<[f64; 3]> {
    match task {
        Task::Colorize { weights, .. } => Some(*weights),
        Task::Compose { first, second } => grey_of(first).or_else(|| grey_of(second)),
        _ => None,
    }
}

/// Whether a task measures red, green and blue. Others act alike on all colour axes, and their
/// measurements are planes on these.
fn measures_rgb(task: &Task) -> bool {
    match task {
        Task::Demosaic { .. } | Task::Operator { .. } => true,
        Task::Compose { first, second } => measures_rgb(first) || measures_rgb(second),
        _ => false,
    }
}

/// A task's operator on a canvas of which nothing is measured beside the photo.
fn operator(task: &Task, images: &Images) -> Result<Rc<dyn LinearOperator>, Error> {
    let Images {
        canvas, fourier, ..
    } = images;
    let (canvas, device) = (*canvas, fourier.device());
    let [height, width] = canvas.size;
    Ok(match task {
        Task::Colorize { hints: Some(_), .. } => {
            return Err(Error::InvalidOption(
                "colour hints can't be part of a composition".into(),
            ));
        }
        Task::Colorize { weights, .. } => {
            let mix = ChannelMix::new(checked(*weights)?)?;
            measured_inside(Rc::new(mix), 1, images)
        }
        Task::Demosaic { pattern } => Rc::new(mosaic(*pattern, canvas, device)),
        Task::SuperResolve { factor, reduction } => {
            let operator = reduction.operator(*factor, fourier.clone())?;
            measured_inside(operator, *factor, images)
        }
        Task::Deblur { kernel, .. } => {
            let kernel = kernel.circular(height, width)?;
            let blur = CircularConvolution::new(kernel, fourier.clone())?;
            if canvas.is_padded() {
                cropped_convolution(blur, canvas.frame(), fourier.clone())?
            } else {
                Rc::new(blur)
            }
        }
        Task::Compose { first, second } => composed(first, second, images)?,
        Task::Inpaint { missing } => Rc::new(known(missing, canvas, device)?),
        Task::ColorizeFrom { .. } => {
            return Err(Error::InvalidOption(
                "the colours of small pictures can't be part of a composition".into(),
            ));
        }
        Task::Denoise if canvas.is_padded() || images.follows_brightness => {
            Rc::new(inside(canvas, device))
        }
        Task::Denoise => Rc::new(Identity),
        Task::Operator { .. } => {
            return Err(Error::InvalidOperator(
                "a user's operator can't be part of a composition; compose the maps in a LinearMap"
                    .into(),
            ));
        }
        Task::Jpeg { .. } => {
            return Err(Error::InvalidOperator(
                "a JPEG file is not composed with other tasks".into(),
            ));
        }
    })
}

/// `second` after `first`: in closed form where there is one, else by iterations.
fn composed(first: &Task, second: &Task, images: &Images) -> Result<Rc<dyn LinearOperator>, Error> {
    if grey_of(first).is_some() && grey_of(second).is_some() {
        return Err(Error::InvalidOption(
            "a composition may contain colorize only once".into(),
        ));
    }
    let Images {
        canvas,
        fourier,
        prior,
        ..
    } = images;
    let small = canvas.coarse(factor(first)?);
    match (first, second) {
        (
            Task::SuperResolve {
                factor,
                reduction: Reduction::BlockMean,
            },
            Task::Inpaint { missing },
        ) => {
            let known = known(missing, small, fourier.device())?;
            let whole = MaskedBlockMean::new(*factor, known, prior, fourier.clone())?;
            return Ok(Rc::new(whole));
        }
        (Task::Deblur { kernel, .. }, Task::SuperResolve { factor, reduction }) => {
            let [height, width] = fourier.size();
            let blur = kernel.circular(height, width)?;
            let filter = reduction.kernel(*factor, fourier.size())?;
            let both = Decimation::blurred(*factor, filter, blur, fourier.clone())?;
            return Ok(measured_inside(Rc::new(both), *factor, images));
        }
        _ => {}
    }
    let first = match first {
        // The second one measures nothing beside the photo, whatever the first one sees there.
        Task::Deblur { .. } | Task::SuperResolve { .. } | Task::Colorize { .. } => {
            operator(first, &images.on(canvas.without_frame()))?
        }
        _ => operator(first, images)?,
    };
    let second = operator(second, &images.reduced(small))?;
    Ok(Rc::new(compose(first, second, fourier.clone())))
}

/// The mask of what is not missing.
fn known(missing: &mask::Mask, canvas: Canvas, device: &ComputeDevice) -> Result<Mask, Error> {
    missing.check_size(canvas.inner[1], canvas.inner[0])?;
    let known: Vec<bool> = missing.pixels().iter().map(|m| !m).collect();
    Ok(mask(on_canvas(&known, canvas), canvas, device))
}

/// The operator where the canvas, whose blocks of `factor` by `factor` are measured, holds the
/// photo; nothing beside it.
fn measured_inside(
    operator: Rc<dyn SpectralOperator>,
    factor: usize,
    images: &Images,
) -> Rc<dyn LinearOperator> {
    let canvas = images.canvas;
    if !canvas.is_padded() {
        return operator;
    }
    let measured = inside(canvas.coarse(factor), images.device());
    let of_image = inside(canvas, images.device()).known();
    Rc::new(PartlyMeasured::new(
        operator,
        measured,
        of_image,
        images.fourier.clone(),
    ))
}

fn mask(known: Vec<bool>, canvas: Canvas, device: &ComputeDevice) -> Mask {
    let c = known.into_iter().map(|k| if k { 1.0 } else { 0.0 });
    let [height, width] = canvas.size;
    Mask::new(device.tensor_f32(c.collect(), [1, 1, height, width]))
}

/// What lies on the photo is known.
fn inside(canvas: Canvas, device: &ComputeDevice) -> Mask {
    let all = vec![true; canvas.inner[0] * canvas.inner[1]];
    mask(on_canvas(&all, canvas), canvas, device)
}

/// A sensor's mosaic, which begins at the photo's first pixel.
fn mosaic(pattern: Bayer, canvas: Canvas, device: &ComputeDevice) -> Mask {
    let [height, width] = canvas.inner;
    let sensor = Mask::bayer(pattern, height, width, device);
    Mask::new(padded(sensor.known(), canvas, 0.0))
}

impl Reduction {
    fn operator(self, factor: usize, fourier: Fourier) -> Result<Rc<dyn SpectralOperator>, Error> {
        let [height, width] = fourier.size();
        Ok(match self {
            Self::BlockMean => Rc::new(BlockMean::new(factor, height, width, fourier.device())?),
            filter => {
                let kernel = filter.kernel(factor, fourier.size())?;
                Rc::new(Decimation::new(factor, kernel, fourier)?)
            }
        })
    }

    fn kernel(self, factor: usize, size: [usize; 2]) -> Result<Tensor<4>, Error> {
        match self {
            Self::BlockMean => block_mean_kernel(factor, size),
            Self::Bicubic => bicubic_kernel(factor, size),
            Self::Gaussian { sigma } => gaussian_kernel(factor, sigma, size),
        }
    }
}

/// Weights under which a grey photo's levels stay levels.
fn checked(weights: [f64; 3]) -> Result<[f64; 3], Error> {
    let sum: f64 = weights.iter().sum();
    if weights.iter().all(|w| *w >= 0.0) && (sum - 1.0).abs() < GREY_SUM_TOLERANCE {
        return Ok(weights);
    }
    Err(Error::InvalidOption(format!(
        "the weights of R, G and B are {weights:?}; each must be at least 0, their sum 1"
    )))
}
