//! The noise of a photo as a measurement: stated, estimated, or the task's own.

use crate::error::Error;
use crate::estimation::noise::{Planes, estimate};
use crate::photo::jpeg::Jpeg;
use crate::photo::pixels::Photo;
use crate::request::task::Task;

/// The least noise that the network was trained for, sigma_y = 0.01, in 8-bit levels.
pub const LEAST: f64 = 1.275;

/// The noise of a photo as a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Noise {
    /// The task's own: [`Noise::Exact`] to inpaint and for JPEG files, [`Noise::Auto`] to denoise,
    /// else the level [`Task::default_noise`].
    #[default]
    TaskDefault,
    /// None: inpainting keeps the known pixels bit for bit, and a JPEG's coefficients are exact up
    /// to their rounding. The other tasks assume [`LEAST`], the least that the network was trained
    /// for.
    Exact,
    /// Estimated from the photo by [`estimated`].
    Auto,
    /// White noise of this standard deviation in 8-bit levels, above 0 and at most 255.
    Level(f64),
}

/// The noise that a restoration assumes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AssumedNoise {
    /// Its standard deviation in 8-bit levels.
    pub level: f64,
    /// Whether inpainting keeps the known pixels as they are.
    pub keeps_known: bool,
}

impl Noise {
    /// Whether the task keeps the known pixels as they are.
    pub fn keeps_known(self, task: &Task) -> bool {
        matches!(
            (self, task),
            (Self::TaskDefault | Self::Exact, Task::Inpaint { .. })
        )
    }

    /// The noise to assume for a photo; `file`: the JPEG that it was decoded from.
    ///
    /// # Errors
    /// [`Error::InvalidNoise`] for a level out of range, and the errors of [`estimated`].
    pub fn assumed(
        self,
        photo: &Photo,
        file: Option<&Jpeg>,
        task: &Task,
    ) -> Result<AssumedNoise, Error> {
        let level = match (self, task) {
            (Self::Level(level), _) => checked(level)?,
            (Self::Exact, Task::Inpaint { .. }) => task.default_noise(),
            (Self::Exact | Self::TaskDefault, Task::Jpeg { .. }) => 0.0,
            (Self::Exact, _) => LEAST,
            (Self::Auto, _) | (Self::TaskDefault, Task::Denoise) => estimated(photo, file, task)?,
            (Self::TaskDefault, _) => task.default_noise(),
        };
        Ok(AssumedNoise {
            level,
            keeps_known: self.keeps_known(task),
        })
    }
}

fn checked(level: f64) -> Result<f64, Error> {
    if level > 0.0 && level <= 255.0 {
        return Ok(level);
    }
    Err(Error::InvalidNoise(format!(
        "noise is {level}; it is a standard deviation in 8-bit levels, above 0 and at most 255"
    )))
}

/// The standard deviation of the measurement's noise in 8-bit levels, estimated from the photo:
/// from its known pixels to inpaint, from the grey photo to colourise, from the four phases of a
/// mosaic.
///
/// Of a photo from a JPEG `file`, the white noise that stands for what compression did is a part of
/// it ([`Jpeg::equivalent_noise`]): its pixels hardly show it.
///
/// At least [`LEAST`], and at least the task's default where the task is not denoising: rounding
/// and mild compression leave noise that is not white, which an estimator of white noise misses.
///
/// # Errors
/// [`Error::InvalidNoise`] where there are too few known pixels.
pub fn estimated(photo: &Photo, file: Option<&Jpeg>, task: &Task) -> Result<f64, Error> {
    let grain = measured(photo, task)?;
    let compression = file.map_or(0.0, Jpeg::equivalent_noise);
    Ok(grain.hypot(compression).max(least(task)))
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
        Task::Jpeg { .. } => Err(Error::InvalidNoise(
            "grain that was compressed with the photo is not estimated; state its level".into(),
        )),
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
