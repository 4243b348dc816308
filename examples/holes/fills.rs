//! The fills of a hole: by the network, or by the photo's own texture.

use std::rc::Rc;

use clap::ValueEnum;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::PhotoDenoiser;
use eps_restore::low_level::exemplar::{self, filled_from_photo};
use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::request::task::Task;
use eps_restore::low_level::restoration::Stage;
use eps_restore::{Mask, Request, Sampler};
use image::RgbImage;

use crate::photos::{self, Failure};

/// What fills a hole.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Source {
    Network,
    Photo,
}

impl Source {
    /// Which of its two fills is measured: not the network's mean, which is smooth and has less
    /// energy than any sample.
    pub(crate) fn measured(self) -> usize {
        match self {
            Self::Network => 1,
            Self::Photo => 0,
        }
    }
}

/// The posterior mean and a sample.
pub(crate) fn by_network(
    photo: &RgbImage,
    missing: Mask,
    seed: u64,
    denoiser: &Rc<PhotoDenoiser>,
    device: &ComputeDevice,
) -> Result<[RgbImage; 2], Failure> {
    let request = Request::new(photos::photo(photo)?, Task::Inpaint { missing })
        .with_sampler(Sampler::DEFAULT.refining(true))
        .with_seed(seed);
    let mut job = Job::new(request, denoiser.clone(), device)?;
    let (mut mean, mut sample) = (Vec::new(), Vec::new());
    while let Some(step) = job.step() {
        match step.stage {
            Stage::Mean => mean = step.previews,
            Stage::Sample { .. } if step.finished => sample = step.previews,
            _ => {}
        }
    }
    let image = |windows| {
        let values = photos::values(windows)?;
        Ok::<_, Failure>(photos::image(&job.composite().restored(&values)))
    };
    Ok([image(mean)?, image(sample)?])
}

/// Two variants of the photo's own texture.
pub(crate) fn by_photo(
    photo: &RgbImage,
    missing: &Mask,
    seed: u64,
) -> Result<[RgbImage; 2], Failure> {
    let options = exemplar::Options {
        seed,
        ..exemplar::Options::DEFAULT
    };
    let photo = photos::photo(photo)?;
    let variant = |index| {
        let filled = filled_from_photo(&photo, missing, None, options, index)?;
        Ok::<_, Failure>(photos::image(&filled))
    };
    Ok([variant(0)?, variant(1)?])
}
