//! The noise of a task's measurement, where nobody has stated it.

use crate::error::Error;
use crate::estimation::noise::{Planes, estimate};
use crate::photo::pixels::Photo;
use crate::request::task::Task;

/// The least noise that the network was trained for, sigma_y = 0.01, in 8-bit levels.
pub const LEAST: f64 = 1.275;

/// What is said of a measurement's noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stated {
    /// Nothing: the task's default, but to denoise an estimate.
    Nothing,
    /// That it is to be estimated.
    Auto,
    /// Its standard deviation in 8-bit levels.
    Level(f64),
}

impl Stated {
    /// The level for a [`Request`](crate::request::task::Request).
    ///
    /// # Errors
    /// Those of [`estimated`].
    pub fn level(self, photo: &Photo, task: &Task) -> Result<Option<f64>, Error> {
        match (self, task) {
            (Stated::Level(level), _) => Ok(Some(level)),
            (Stated::Auto, _) | (Stated::Nothing, Task::Denoise) => {
                estimated(photo, task).map(Some)
            }
            (Stated::Nothing, _) => Ok(None),
        }
    }
}

/// The standard deviation of the measurement's noise in 8-bit levels, estimated from the photo:
/// from its known pixels to inpaint, from the grey photo to colourise, from the four phases of a
/// mosaic.
///
/// Never less than [`LEAST`], and but for denoising never less than the task's default: what
/// rounding and mild compression leave isn't white, and an estimator of white noise doesn't see it.
///
/// # Errors
/// [`Error::InvalidNoise`] where there are too few known pixels to tell.
pub fn estimated(photo: &Photo, task: &Task) -> Result<f64, Error> {
    Ok(measured(photo, task)?.max(least(task)))
}

fn measured(photo: &Photo, task: &Task) -> Result<f64, Error> {
    match task {
        Task::Inpaint { missing } => {
            missing.check_size(photo.width(), photo.height())?;
            let known = missing.pixels().iter().map(|lost| !lost);
            estimate(&Planes::of_photo(photo).where_known(known))
        }
        Task::Colorize { weights } => estimate(&Planes::grey(photo, *weights)),
        Task::Demosaic { pattern } => {
            let phases = Planes::phases(photo, *pattern);
            let each = phases
                .iter()
                .map(estimate)
                .collect::<Result<Vec<f64>, _>>()?;
            Ok(each.iter().sum::<f64>() / each.len() as f64)
        }
        // The photo is what the second operator measured.
        Task::Compose { second, .. } => measured(photo, second),
        Task::SuperResolve { .. } | Task::Deblur { .. } | Task::Denoise | Task::Operator { .. } => {
            estimate(&Planes::of_photo(photo))
        }
    }
}

fn least(task: &Task) -> f64 {
    match task {
        Task::Denoise => LEAST,
        Task::Compose { first, second } => least(first).max(least(second)),
        _ => task.default_noise(),
    }
}
