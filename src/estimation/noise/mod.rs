//! The standard deviation of a photo's white noise, from the photo alone: sigma of y = x + sigma n,
//! n ~ N(0, I), in 8-bit levels.
//!
//! Small patches of a clean photo lie near a subspace, and white noise adds sigma² to every
//! direction. So the smallest eigenvalues of the patches' covariance all equal sigma². The question
//! is which eigenvalues are noise alone.
//!
//! * Several channels: the rule of Chen, Zhu and Heng, *An Efficient Statistical Method for Image
//!   Noise Level Estimation*, ICCV 2015 (`spectrum::noise_variance`). Channels are so similar
//!   that even 4×4 patches of a textured photo leave many directions to the noise.
//! * One channel: the weakly textured patches of Liu, Tanaka and Okutomi, *Single-Image Noise Level
//!   Estimation for Blind Denoising*, IEEE TIP 2013 (`weak_texture`).
//!
//! Two additions are this crate's own. Photos are clipped to 0 to 255, which takes variance from
//! patches near the ends: `clipping` leaves these patches out, or corrects the estimate. JPEG
//! rounds away the finest noise, that of colours above all, so that both rules find almost nothing
//! while coarser noise survives. The mean of the channels is therefore estimated too, at full and
//! at half size.
//!
//! `cargo run --release --example noise -- --data DIR` measures the accuracy.

mod clipping;
mod patches;
mod spectrum;
mod weak_texture;

use crate::error::Error;
use crate::estimation::Planes;
use patches::Patches;

/// The ratio of coarse to fine noise above which the noise is not white: compression has removed
/// its fine part.
const COLOURED: f64 = 3.0;
/// The most steps of the iterations for the variance. Most settle in three or four.
const MAX_ITERATIONS: usize = 12;
/// The relative change of the variance at which an iteration has settled.
const SETTLED: f64 = 5e-3;

/// The standard deviation of the noise, in the units of the planes.
///
/// It is 0 for flat planes, 0.3 for clean photos, whose noise is 8-bit rounding, and up to several
/// levels for photos with fine texture everywhere.
///
/// # Errors
/// [`Error::InvalidNoise`] for too few known pixels.
pub fn estimate(planes: &Planes) -> Result<f64, Error> {
    let mean = planes.mean_of_channels();
    let fine = match planes.channels() {
        1 => weak_texture::estimate(planes).map(|estimate| estimate.sigma),
        _ => whole_spectrum(planes),
    };
    let fine = fine.ok_or_else(|| {
        Error::InvalidNoise(format!(
            "the noise of {}x{} pixels, of which {} are known, can't be estimated: \
             they are too few, so state it",
            planes.width(),
            planes.height(),
            planes.count_known()
        ))
    })?;
    // White noise on the mean of four pixels has half its deviation.
    let coarse = [(2.0, mean.halved()), (1.0, mean)].map(|(scale, plane)| {
        let estimate = weak_texture::estimate(&plane).filter(|estimate| estimate.is_flat);
        estimate.map_or(0.0, |estimate| scale * estimate.sigma)
    });
    let coarse = coarse[0].max(coarse[1]);
    Ok(if coarse > COLOURED * fine {
        coarse
    } else {
        fine
    })
}

/// The standard deviation from the spectrum of all patches, each with all of its channels. `None`
/// for too few known pixels.
fn whole_spectrum(planes: &Planes) -> Option<f64> {
    const SIDE: usize = 4;
    let patches = Patches::of(planes, SIDE)?;
    let all: Vec<usize> = (0..patches.count()).collect();
    if all.is_empty() {
        return Some(0.0);
    }
    let noise = |chosen: &[usize]| spectrum::noise_variance(&patches.eigenvalues(chosen));
    let mut variance = noise(&all);
    for _ in 0..MAX_ITERATIONS {
        let next = clipping::unclipped(&patches, &all, variance.sqrt(), noise);
        let settled = (next - variance).abs() <= SETTLED * variance;
        variance = next;
        if settled {
            break;
        }
    }
    Some(variance.sqrt())
}
