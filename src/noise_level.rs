//! The noise of a task's measurement, where nobody has stated it.

use crate::error::Error;
use crate::image::Photo;
use crate::noise_estimation::{Planes, estimate};
use crate::task::Task;

/// The least noise that the network was trained for, sigma_y = 0.01, in 8-bit levels.
pub const LEAST: f64 = 1.275;

/// The standard deviation of the measurement's noise in 8-bit levels, estimated from the photo: from its known pixels to inpaint, from the grey photo to
/// colourise, from the four phases of a mosaic.
///
/// Never less than [`LEAST`], and but for denoising never less than the task's default: what rounding and mild compression leave isn't white, and an
/// estimator of white noise doesn't see it.
///
/// # Errors
/// [`Error::InvalidNoise`] where there are too few known pixels to tell.
pub fn estimated(photo: &Photo, task: &Task) -> Result<f64, Error> {
    let sigma = estimate(&measured(photo, task)?)?;
    Ok(match task {
        Task::Denoise => sigma.max(LEAST),
        _ => sigma.max(task.default_noise()),
    })
}

fn measured(photo: &Photo, task: &Task) -> Result<Planes, Error> {
    Ok(match task {
        Task::Inpaint { missing } => {
            missing.check(photo)?;
            Planes::of_photo(photo).where_known(missing.known())
        }
        Task::Colorize { weights } => Planes::grey(photo, *weights),
        Task::Demosaic { pattern } => Planes::mosaic(photo, *pattern),
        Task::SuperResolve { .. } | Task::Deblur { .. } | Task::Denoise => Planes::of_photo(photo),
    })
}
