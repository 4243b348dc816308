//! What people ask for: a photo, a task and its noise; the windows it is restored in; what that
//! costs; and the job that does it.

pub mod canvas;
pub mod cost;
mod hint_measurement;
pub mod job;
mod jpeg_measurement;
mod margin;
pub mod noise;
pub mod plan;
pub mod problem;
mod suited;
pub mod task;
pub mod windows;

use std::rc::Rc;

use self::noise::{AssumedNoise, Noise};
use self::task::Task;
use crate::error::Error;
use crate::photo::jpeg::Jpeg;
use crate::photo::pixels::Photo;
use crate::sampler::Sampler;

/// The most samples of one request.
pub const MAX_SAMPLES: usize = 16;

/// A photo, what to do with it, and how to sample.
///
/// # Examples
/// ```
/// use eps_restore::{Noise, Photo, Request, Task};
///
/// # fn main() -> Result<(), eps_restore::Error> {
/// let photo = Photo::new(2, 1, vec![128; 8])?;
/// let request = Request::new(photo, Task::Denoise)
///     .with_noise(Noise::Level(12.0))
///     .with_samples(4)
///     .with_seed(7);
/// assert_eq!(request.samples, 4);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// The measurement y: the damaged, small, blurred, noisy or grey photo.
    pub photo: Photo,
    /// The JPEG file that the photo was decoded from, where it is known: what compression did to it
    /// counts as noise where the noise is estimated.
    pub file: Option<Rc<Jpeg>>,
    /// The operator A that made the measurement, and so what is undone.
    pub task: Task,
    /// The noise of the photo as a measurement.
    pub noise: Noise,
    /// Posterior samples after the mean, 0 to [`MAX_SAMPLES`].
    pub samples: usize,
    /// The solver of the samples, and the number of its evaluations.
    pub sampler: Sampler,
    /// The same seed gives the same samples.
    pub seed: u64,
}

impl Request {
    /// The mean and one sample by the default sampler, under the task's own noise.
    pub fn new(photo: Photo, task: Task) -> Self {
        Self {
            photo,
            file: None,
            task,
            noise: Noise::TaskDefault,
            samples: 1,
            sampler: Sampler::DEFAULT,
            seed: 1,
        }
    }

    /// The same request of a photo that was decoded from this file.
    #[must_use]
    pub fn with_file(self, file: impl Into<Option<Rc<Jpeg>>>) -> Self {
        let file = file.into();
        Self { file, ..self }
    }

    /// The same request under this noise.
    #[must_use]
    pub fn with_noise(self, noise: Noise) -> Self {
        Self { noise, ..self }
    }

    /// The same request for this number of samples, 0 to [`MAX_SAMPLES`].
    #[must_use]
    pub fn with_samples(self, samples: usize) -> Self {
        Self { samples, ..self }
    }

    /// The same request with another sampler.
    #[must_use]
    pub fn with_sampler(self, sampler: Sampler) -> Self {
        Self { sampler, ..self }
    }

    /// The same request with another seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Checks what does not depend on the task, and finds the noise to assume.
    ///
    /// # Errors
    /// [`Error::InvalidOption`], [`Error::InvalidNoise`].
    pub fn check(&self) -> Result<AssumedNoise, Error> {
        self.sampler.check()?;
        if self.samples > MAX_SAMPLES {
            return Err(Error::InvalidOption(format!(
                "samples is {}; 0 to {MAX_SAMPLES} are possible",
                self.samples
            )));
        }
        let file = self.file.as_deref();
        self.noise.assumed(&self.photo, file, &self.task)
    }
}
