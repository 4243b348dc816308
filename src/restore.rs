//! Restores a photo in one call.

use std::ops::ControlFlow;
use std::rc::Rc;

use burn::tensor::{Device, Tensor};

use crate::compute::device::ComputeDevice;
use crate::denoiser::{PhotoDenoiser, Weights};
use crate::error::Error;
use crate::photo::pixels::Photo;
use crate::request::Request;
use crate::request::job::{Job, JobProgress};
use crate::restoration::{Stage, converged};

/// The network on a device.
///
/// Cheap to clone: clones share the weights. Not `Send`: load it on the thread that restores.
#[derive(Debug, Clone)]
pub struct Denoiser {
    network: Rc<PhotoDenoiser>,
    device: ComputeDevice,
}

impl Denoiser {
    /// On the CPU, in f32. `weights` are the bytes of a safetensors file such as
    /// `models/photo-v2.safetensors` of the repository.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] for other or damaged bytes.
    pub fn on_cpu(weights: &[u8]) -> Result<Self, Error> {
        Self::on_device(Device::flex(), weights)
    }

    /// On a device of Burn's, such as `Device::wgpu_options().init()` gives with the feature
    /// `webgpu` or `vulkan`.
    ///
    /// # Errors
    /// As [`Self::on_cpu`].
    pub fn on_device(device: Device, weights: &[u8]) -> Result<Self, Error> {
        let device = ComputeDevice::new(device);
        let network = PhotoDenoiser::new(&Weights::read(weights)?, &device)?;
        Ok(Self {
            network: Rc::new(network),
            device,
        })
    }
}

/// A finished restoration.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Restoration {
    /// The posterior mean E[x | y]: the best single answer, and smoother than a photo.
    pub mean: Photo,
    /// Posterior samples: plausible photos, each as sharp as one.
    pub samples: Vec<Photo>,
    /// The standard deviation between samples, in 8-bit levels; none for fewer than two samples.
    pub deviation: Option<Photo>,
    /// The standard deviation of the noise that was assumed, in 8-bit levels.
    pub noise: f64,
    /// Of a JPEG restored at its own size: the share of the file's coefficients that the mean
    /// compresses back to.
    pub consistency: Option<f64>,
    /// chi² of the mean: the mean of |R^-1/2 (y - A x)|² over the entries measured. Near 1 or below
    /// where the operator and the assumed noise explain the photo, far above 1 where they do not:
    /// too low a noise, a wrong kernel. None where known pixels are kept as they are.
    pub chi_square: Option<f64>,
    /// Evaluations of the network.
    pub evaluations: usize,
}

/// How far a restoration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestorationProgress {
    /// The latest finished step; the linear estimate at first.
    pub stage: Stage,
    /// Tiles of the network that are finished.
    pub tiles: usize,
    /// Tiles of the network that the whole restoration takes.
    pub total_tiles: usize,
}

/// Restores a photo.
///
/// # Errors
/// A typed [`Error`] for the first invalid part of the request; [`Error::DeviceLost`] where a GPU
/// fails; [`Error::NotConverged`] where the equations of an operator cannot be solved.
///
/// # Examples
/// ```
/// use eps_restore::{Denoiser, Photo, Request, Task, restore};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # std::env::set_current_dir(env!("CARGO_MANIFEST_DIR"))?;
/// let denoiser = Denoiser::on_cpu(&std::fs::read("models/photo-v2.safetensors")?)?;
/// let photo = Photo::new(32, 32, vec![128; 4 * 32 * 32])?;
/// let restoration = restore(Request::new(photo, Task::Denoise), &denoiser)?;
/// assert_eq!(restoration.mean.width(), 32);
/// assert_eq!(restoration.samples.len(), 1);
/// # Ok(())
/// # }
/// ```
pub fn restore(request: Request, denoiser: &Denoiser) -> Result<Restoration, Error> {
    let restoration = restore_with(request, denoiser, |_| ControlFlow::Continue(()))?;
    Ok(restoration.expect("a restoration that was not stopped"))
}

/// Restores a photo, and calls `progress` after each tile. [`ControlFlow::Break`] stops the
/// restoration, which then is `None`.
///
/// # Errors
/// As [`restore`].
pub fn restore_with(
    request: Request,
    denoiser: &Denoiser,
    mut progress: impl FnMut(RestorationProgress) -> ControlFlow<()>,
) -> Result<Option<Restoration>, Error> {
    let request = request.suited();
    let wanted = request.samples;
    let mut job = Job::new(request, denoiser.network.clone(), &denoiser.device)?;
    let mut samples = Vec::new();
    let mut stage = Stage::Estimate;
    while let Some(part) = job.advance() {
        if let JobProgress::Step(step) = part {
            // On a GPU the step is only enqueued: reading the preview waits for it.
            let preview = read_all(step.previews)?;
            if let Some(residual) = job.residual() {
                converged(read(residual)?[0])?;
            }
            if step.finished {
                samples.push(job.composite().restored(&preview));
            }
            stage = step.stage;
        }
        let report = RestorationProgress {
            stage,
            tiles: job.tiles(),
            total_tiles: job.total_tiles(),
        };
        if progress(report).is_break() {
            return Ok(None);
        }
    }
    let composite = job.composite();
    if job.is_empty() {
        // No pixel is missing: the photo is every answer.
        samples = vec![composite.unrestored(); wanted];
    }
    let mean = composite.restored(&read_all(job.mean().unwrap_or_default())?);
    let chi_square = job.chi_square().map(read).transpose()?;
    let deviation = job.deviation().map(read_all).transpose()?;
    Ok(Some(Restoration {
        consistency: job.consistency(&mean),
        chi_square: chi_square.map(|values| f64::from(values[0])),
        mean,
        samples,
        deviation: deviation.map(|values| composite.deviation(&values)),
        noise: job.noise().level,
        evaluations: job.total_evaluations(),
    }))
}

fn read_all(tensors: Vec<Tensor<4>>) -> Result<Vec<Vec<f32>>, Error> {
    tensors.into_iter().map(read).collect()
}

fn read(tensor: Tensor<4>) -> Result<Vec<f32>, Error> {
    tensor.try_into_vec_as().map_err(Error::unread)
}
