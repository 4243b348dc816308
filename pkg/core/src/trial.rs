//! The trial of a device: one evaluation of a small picture, which a GPU must compute as the CPU
//! does. Drivers exist whose kernels compute nothing, or garbage, without an error.

use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::request::noise::Noise;
use eps_restore::low_level::request::task::Task;
use eps_restore::{Error, Photo, Request};

use crate::read;
use crate::side::Side;

/// Pixels of the picture's sides.
const SIDE: usize = 64;
/// In dB, of a peak of 2. In f16 the network's correction of the picture, a tenth of it, is off by
/// 1.1e-3 of itself (`tests/half_precision.rs`): 80 dB.
const LEAST_PSNR: f32 = 60.0;

/// The mean of the picture under noise by one evaluation: values in [-1, 1].
///
/// # Errors
/// [`Error::DeviceLost`]; [`Error::DeviceFailed`] for values that are not finite.
pub(crate) async fn evaluate(side: &Side) -> Result<Vec<f32>, Error> {
    let request = Request::new(picture(SIDE)?, Task::Denoise)
        .with_noise(Noise::Level(Task::Denoise.default_noise()))
        .with_samples(0);
    let mut job = Job::new(request, side.denoiser.clone(), &side.device)?;
    let mut values = Vec::new();
    while let Some(step) = job.step() {
        for preview in step.previews {
            values = read(preview).await?;
        }
    }
    Ok(values)
}

/// Compares what a device computed with what the CPU did.
///
/// # Errors
/// [`Error::DeviceFailed`] where they differ by more than rounding.
pub(crate) fn compare(found: &[f32], expected: &[f32]) -> Result<(), Error> {
    let squares = found.iter().zip(expected).map(|(a, b)| (a - b).powi(2));
    let mean_square = squares.sum::<f32>() / expected.len() as f32;
    let psnr = 10.0 * (4.0 / mean_square).log10();
    if found.len() == expected.len() && psnr >= LEAST_PSNR {
        return Ok(());
    }
    Err(Error::DeviceFailed(format!(
        "the GPU computes another picture than the CPU: {psnr:.0} dB; {LEAST_PSNR} dB or more are \
         rounding"
    )))
}

/// Edges, slopes and grain in three colours.
pub(crate) fn picture(side: usize) -> Result<Photo, Error> {
    let mut rgba = Vec::with_capacity(4 * side * side);
    for i in 0..side * side {
        let (x, y) = (i % side, i / side);
        let disc = if (x * x + y * y) / 2 < 30 * 30 { 60 } else { 0 };
        let grain = (i.wrapping_mul(2_654_435_761) >> 7) % 24;
        rgba.extend([2 * x + disc + grain, 2 * y + grain, x + y, 255].map(|v| v.min(255) as u8));
    }
    Photo::new(side, side, rgba)
}
