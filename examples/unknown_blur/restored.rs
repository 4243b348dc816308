//! Photos restored with the true kernel and with the one that was found.

use std::rc::Rc;

use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::PhotoDenoiser;
use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::request::noise::estimated;
use eps_restore::low_level::restoration::Stage;
use eps_restore::{Borders, Kernel, Noise, Request, Task};
use image::RgbImage;
use image::imageops::crop_imm;
use serde_json::{Value, json};

use crate::damage::Taken;
use crate::photos::{Failure, image, photo, psnr, values};
use crate::statistics::{median, quantile, rounded};

/// The side of the part that is restored.
const SIDE: u32 = 224;
/// How much worse than the blurred photo counts as harm, in dB.
pub(crate) const HARM: f64 = 0.3;

/// The probability at which `auto` removes a blur.
pub(crate) const CONVINCING: f64 = 2.0 / 3.0;

pub(crate) struct Restorer(pub Rc<PhotoDenoiser>);

/// PSNR in dB.
#[derive(Debug)]
pub(crate) struct Comparison {
    blurred: f64,
    by_truth: f64,
    by_found: f64,
    /// Whether a blur convinced: else the photo is kept.
    is_removed: bool,
}

impl Restorer {
    /// The posterior mean by one evaluation.
    pub(crate) fn mean(
        &self,
        blurred: &RgbImage,
        kernel: &Kernel,
        noise: f64,
    ) -> Result<RgbImage, Failure> {
        let request = Request::new(photo(blurred)?, deblur(kernel))
            .with_noise(Noise::Level(noise))
            .with_samples(0);
        let mut job = Job::new(request, self.0.clone(), &ComputeDevice::cpu())?;
        let mut mean = None;
        while let Some(step) = job.step() {
            if let Stage::Mean = step.stage {
                let values = values(step.previews)?;
                mean = Some(image(&job.composite().restored(&values)));
            }
        }
        Ok(mean.expect("a finished restoration has a mean"))
    }

    /// The middle of a photo; `found`: what is offered, none where the photo stays as it is.
    pub(crate) fn compared(
        &self,
        photo: &Taken,
        truth: &RgbImage,
        kernel: &Kernel,
        found: Option<&Kernel>,
    ) -> Result<Comparison, Failure> {
        let (blurred, truth) = (middle(&photo.image), middle(truth));
        let noise = noise_of(photo, kernel)?;
        let by_found = match found {
            Some(found) => psnr(&self.mean(&blurred, found, noise)?, &truth),
            None => psnr(&blurred, &truth),
        };
        Ok(Comparison {
            blurred: psnr(&blurred, &truth),
            by_truth: psnr(&self.mean(&blurred, kernel, noise)?, &truth),
            by_found,
            is_removed: found.is_some(),
        })
    }
}

fn deblur(kernel: &Kernel) -> Task {
    Task::Deblur {
        kernel: kernel.clone(),
        borders: Borders::Unknown,
    }
}

/// The noise of a whole photo and its file, in levels.
pub(crate) fn noise_of(taken: &Taken, kernel: &Kernel) -> Result<f64, Failure> {
    let file = taken.file.as_deref();
    Ok(estimated(&taken.photo()?, file, &deblur(kernel))?.level)
}

fn middle(image: &RgbImage) -> RgbImage {
    let (width, height) = (image.width().min(SIDE), image.height().min(SIDE));
    let (left, top) = ((image.width() - width) / 2, (image.height() - height) / 2);
    crop_imm(image, left, top, width, height).to_image()
}

impl Comparison {
    pub(crate) fn summary(all: &[Self]) -> Value {
        let of = |value: fn(&Self) -> f64| -> Vec<f64> { all.iter().map(value).collect() };
        let behind = of(|c| c.by_truth - c.by_found);
        let gain = of(|c| c.by_found - c.blurred);
        let true_gain = of(|c| c.by_truth - c.blurred);
        let db = |value: f64| rounded(value, 2);
        json!({
            "cases": all.len(),
            "blurred": db(median(&of(|c| c.blurred))),
            "by_true_kernel": db(median(&of(|c| c.by_truth))),
            "by_found_blur": db(median(&of(|c| c.by_found))),
            "behind_median": db(median(&behind)),
            "behind_90_percent": db(quantile(&behind, 0.9)),
            "least_gain": db(quantile(&gain, 0.0)),
            "worse_than_blurred": gain.iter().filter(|g| **g < -HARM).count(),
            "worse_by_true_kernel": true_gain.iter().filter(|g| **g < -HARM).count(),
            "removed": all.iter().filter(|c| c.is_removed).count(),
        })
    }
}
