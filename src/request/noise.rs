//! The noise of a photo as a measurement: stated, estimated, or the task's own.

use crate::error::Error;
use crate::estimation::Planes;
use crate::estimation::blur::{Luma, noise_under};
use crate::estimation::former_jpeg::former_jpeg;
use crate::estimation::grain::{Certainty, Grain, VarianceTable};
use crate::estimation::noise::estimate;
use crate::photo::jpeg::Jpeg;
use crate::photo::pixels::Photo;
use crate::request::task::{GREY, LEAST_NOISE, Task};

/// The highest level, in 8-bit levels.
pub const MAX_LEVEL: f64 = 255.0;

/// sigma_y on [-1, 1] is the noise in 8-bit levels divided by this.
pub(super) const LEVELS: f64 = 127.5;

/// The network leaves a part of a JPEG's blocks where it is asked at their own deviation, and a
/// part of the noise that deblurring amplifies. The best levels of white noise are this much above
/// it (1.0 to 1.8 times in blurred photos). Grain hides the blocks.
const CAUTION: f64 = 1.25;

/// Up to this level in 8-bit levels, grain before compression is taken for white.
const FINE_GRAIN: f64 = 3.0;

/// The largest ratio of two levels that are taken for estimates of the same white noise.
const ALIKE: f64 = 1.5;

/// The noise of a photo as a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Noise {
    /// The task's own: [`Noise::Exact`] to inpaint and for JPEG files, [`Noise::Auto`] to denoise,
    /// and to enlarge, deblur and colourise a photo whose JPEG file is known; else the level
    /// [`Task::default_noise`].
    #[default]
    TaskDefault,
    /// None: inpainting keeps the known pixels bit for bit, and a JPEG's coefficients are exact up
    /// to their rounding. The other tasks assume [`LEAST_NOISE`].
    Exact,
    /// Estimated from the photo by [`estimated`].
    Auto,
    /// White noise of this standard deviation in 8-bit levels, above 0 and at most 255.
    Level(f64),
}

/// The noise that a restoration assumes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AssumedNoise {
    /// Its standard deviation in 8-bit levels; over the photo, where it follows brightness.
    pub level: f64,
    /// Noise that follows brightness, of tasks that measure single pixels.
    pub grain: Option<AssumedGrain>,
    /// Whether inpainting keeps the known pixels as they are.
    pub keeps_known: bool,
}

/// Noise whose variance follows the brightness of each pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AssumedGrain {
    /// The grain of the photo.
    pub grain: Grain,
    /// The standard deviation of white noise beside it, in 8-bit levels: what compression did.
    pub white: f64,
    /// The least standard deviation in 8-bit levels.
    pub least: f64,
}

impl AssumedGrain {
    /// The variance of each pixel's noise, row by row, in levels squared.
    pub fn variances(&self, photo: &Planes) -> Vec<f32> {
        let [white, least] = [self.white, self.least].map(|s| (s * s) as f32);
        let grain = VarianceTable::new(&self.grain).of_pixels(photo);
        grain.into_iter().map(|v| (v + white).max(least)).collect()
    }
}

impl Noise {
    /// Whether the task keeps the known pixels as they are.
    pub fn keeps_known(self, task: &Task) -> bool {
        matches!(
            (self, task),
            (Self::TaskDefault | Self::Exact, Task::Inpaint { .. })
        )
    }

    /// Whether the noise may follow brightness, which the photo decides.
    pub fn may_follow_brightness(self, task: &Task) -> bool {
        self.is_estimated(task, false) && follows_brightness(task)
    }

    /// Whether the noise is estimated from the photo; `has_file`: the JPEG that it was decoded from
    /// is known.
    pub(super) fn is_estimated(self, task: &Task, has_file: bool) -> bool {
        match self {
            Self::Auto => true,
            Self::TaskDefault => match task {
                Task::Denoise => true,
                Task::SuperResolve { .. }
                | Task::Deblur { .. }
                | Task::Colorize { .. }
                | Task::ColorizeFrom { .. } => has_file,
                _ => false,
            },
            Self::Exact | Self::Level(_) => false,
        }
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
        if self.is_estimated(task, file.is_some()) {
            return estimated(photo, file, task);
        }
        let level = match (self, task) {
            (Self::Level(level), _) => checked(level)?,
            (Self::Exact | Self::TaskDefault, Task::Jpeg { .. }) => 0.0,
            (Self::Exact, Task::Inpaint { .. }) | (Self::TaskDefault | Self::Auto, _) => {
                task.default_noise()
            }
            (Self::Exact, _) => LEAST_NOISE,
        };
        Ok(AssumedNoise {
            level,
            grain: None,
            keeps_known: self.keeps_known(task),
        })
    }
}

/// The level of the noise that a photo had before it was compressed into `file`, in 8-bit levels,
/// where the file's coefficients tell more of the photo than its pixels do; None where they do not:
/// the grain is coarse enough for its curve and bands to count, the photo was a JPEG of lower
/// quality before, or it does not show the file.
pub(super) fn before_compression(photo: &Photo, file: &Jpeg) -> Option<f64> {
    let planes = Planes::of_photo(photo);
    let (level, _) = grain_level(&planes, Some(file)).ok()?;
    // In the order of their cost.
    let by_pixels = level > FINE_GRAIN
        || !file.shows(photo)
        || former_file(photo, &planes, Some(file)).is_some();
    (!by_pixels).then_some(level)
}

pub(super) fn checked(level: f64) -> Result<f64, Error> {
    if level > 0.0 && level <= MAX_LEVEL {
        return Ok(level);
    }
    Err(Error::InvalidNoise(format!(
        "noise is {level}; it is a standard deviation in 8-bit levels, above 0 and at most \
         {MAX_LEVEL}"
    )))
}

/// The measurement's noise, estimated from the photo: from its known pixels to inpaint, from the
/// grey photo to colourise, from the four phases of a mosaic.
///
/// The grain of the photo ([`Grain`]), from the coefficients of the `file` where it is a JPEG, or
/// else from its pixels. Where grain looks like texture, white noise of the level that
/// [`estimate`] finds, or of the level that the grain has at most; in a drawing none. What
/// compression did adds white noise ([`Jpeg::equivalent_noise`]): the pixels hardly show it.
/// A photo that was a JPEG before ([`former_jpeg`]) is taken for the file that it was.
///
/// To deblur, the white noise of [`noise_under`] the kernel: what compression smoothed away at the
/// fine frequencies is still there at those that deblurring amplifies.
///
/// At least [`LEAST_NOISE`], and at least the task's default where the task is not denoising:
/// rounding and mild compression leave noise that is not white, which an estimator of white noise
/// misses.
///
/// # Errors
/// [`Error::InvalidNoise`] where there are too few known pixels.
pub fn estimated(photo: &Photo, file: Option<&Jpeg>, task: &Task) -> Result<AssumedNoise, Error> {
    let least = least(task);
    let measured = measured(photo, task)?;
    let former = match &measured {
        Measured::Level(_) => None,
        Measured::Colours(planes) => former_file(photo, planes, file),
    };
    let file = former.as_ref().or(file);
    let loss = file.map_or(0.0, Jpeg::equivalent_noise);
    if let Some(level) = blurred_noise(photo, file, task) {
        return Ok(AssumedNoise {
            level: (CAUTION * level.hypot(loss)).max(least),
            grain: None,
            keeps_known: false,
        });
    }
    let (level, grain) = match measured {
        Measured::Level(level) => (level, None),
        Measured::Colours(planes) => grain_level(&planes, file)?,
    };
    let caution = if grain.is_some() { 1.0 } else { CAUTION };
    let compression = caution * loss;
    let grain = grain.filter(|_| follows_brightness(task));
    Ok(AssumedNoise {
        level: level.hypot(compression).max(least),
        grain: grain.map(|grain| AssumedGrain {
            grain,
            white: compression,
            least,
        }),
        keeps_known: false,
    })
}

/// The noise before compression of a photo that is to be deblurred, where it shows it.
fn blurred_noise(photo: &Photo, file: Option<&Jpeg>, task: &Task) -> Option<f64> {
    let Task::Deblur { kernel, .. } = task else {
        return None;
    };
    noise_under(&Luma::of_photo(photo, file), kernel)
}

/// The standard deviation of the white noise that stands for what compression did to a photo, in
/// 8-bit levels; 0 for a photo that was never a JPEG. `file`: the JPEG that it was decoded from.
pub fn compression_noise(photo: &Photo, file: Option<&Jpeg>) -> f64 {
    let former = former_file(photo, &Planes::of_photo(photo), file);
    let file = former.as_ref().or(file);
    CAUTION * file.map_or(0.0, Jpeg::equivalent_noise)
}

/// The file that the photo was before, where that lost clearly more than its present one.
fn former_file(photo: &Photo, planes: &Planes, file: Option<&Jpeg>) -> Option<Jpeg> {
    let loss = file.map_or(0.0, Jpeg::equivalent_noise);
    let former = former_jpeg(photo, planes, file.is_some());
    former.filter(|former| former.equivalent_noise() > ALIKE * loss)
}

/// The level of the noise that the photo had before it was compressed, in 8-bit levels, from R, G
/// and B; and the grain where it was measured.
///
/// # Errors
/// [`Error::InvalidNoise`] where there are too few known pixels.
pub fn grain_level(planes: &Planes, file: Option<&Jpeg>) -> Result<(f64, Option<Grain>), Error> {
    let grain = file.map_or_else(|| Grain::from_pixels(planes), Grain::from_jpeg);
    Ok(match grain.certainty()[0] {
        Certainty::Measured => {
            let level = grain.level(planes);
            // All patches tell the level of white noise better than the flattest blocks do; of
            // coarse noise, and of what a JPEG left, they miss the greater part.
            let white = if file.is_none() {
                estimate(planes)?
            } else {
                0.0
            };
            let agree = (level / ALIKE..level * ALIKE).contains(&white);
            let scale = if agree { white / level } else { 1.0 };
            (scale * level, Some(grain.scaled(scale as f32)))
        }
        Certainty::Bound => (estimate(planes)?.min(grain.bound(planes)), None),
        Certainty::Unknown => (estimate(planes)?, None),
        Certainty::Absent => (0.0, None),
    })
}

/// Whether each entry of the task's measurement is a pixel of the photo, of which each may have a
/// noise of its own.
fn follows_brightness(task: &Task) -> bool {
    matches!(task, Task::Denoise | Task::Inpaint { .. })
}

/// What the noise of a measurement is estimated from.
enum Measured {
    /// R, G and B.
    Colours(Planes),
    /// Of channels of another kind, the level itself.
    Level(f64),
}

fn measured(photo: &Photo, task: &Task) -> Result<Measured, Error> {
    Ok(match task {
        Task::Inpaint { missing } => {
            missing.check_size(photo.width(), photo.height())?;
            let known = missing.pixels().iter().map(|lost| !lost);
            Measured::Colours(Planes::of_photo(photo).where_known(known))
        }
        Task::Colorize { weights, .. } => {
            Measured::Level(estimate(&Planes::grey(photo, *weights))?)
        }
        Task::ColorizeFrom { .. } => Measured::Level(estimate(&Planes::grey(photo, GREY))?),
        Task::Demosaic { pattern } => {
            let phases = Planes::phases(photo, *pattern);
            let each = phases
                .iter()
                .map(estimate)
                .collect::<Result<Vec<f64>, _>>()?;
            Measured::Level(each.iter().sum::<f64>() / each.len() as f64)
        }
        // The photo is what the second operator measured.
        Task::Compose { second, .. } => measured(photo, second)?,
        Task::Jpeg { .. } => {
            return Err(Error::InvalidNoise(
                "the noise before compression can't be estimated for the task jpeg; state a level"
                    .into(),
            ));
        }
        Task::SuperResolve { .. } | Task::Deblur { .. } | Task::Denoise | Task::Operator { .. } => {
            Measured::Colours(Planes::of_photo(photo))
        }
    })
}

fn least(task: &Task) -> f64 {
    match task {
        Task::Denoise => LEAST_NOISE,
        Task::Compose { first, second } => least(first).max(least(second)),
        _ => task.default_noise(),
    }
}
