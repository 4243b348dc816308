//! The standard deviation of a photo's white noise, from the photo alone: sigma of y = x + sigma n,
//! n ~ N(0, I), in 8-bit levels.
//!
//! Small patches of a clean photo lie near a subspace; white noise adds sigma² to every direction.
//! So the small eigenvalues of the patches' covariance are all sigma², and the question is only
//! which of them are noise alone.
//!
//! * Several channels: the rule of Chen, Zhu and Heng, *An Efficient Statistical Method for Image
//!   Noise Level Estimation*, ICCV 2015 ([`spectrum::noise_variance`]). Channels are so alike that
//!   even 4×4 patches of a textured photo leave many directions to the noise.
//! * One channel: weak-texture patches, of Liu, Tanaka and Okutomi, *Single-Image Noise Level
//!   Estimation for Blind Denoising*, IEEE TIP 2013 ([`weak_texture`]).
//!
//! Two things are this crate's own. Photos are clipped to 0-255, which takes variance from patches
//! near the ends: [`clipping`] leaves those out, or corrects for what it took. And JPEG rounds away
//! the finest noise, most of all that of colours, so that both estimates above see next to nothing
//! where coarser noise has survived: the mean of the channels, whole and reduced to half, is then
//! looked at too.
//!
//! How accurate it is: `cargo run --release --example noise -- --data DIR`.

mod clipping;
mod patches;
mod planes;
mod spectrum;
mod weak_texture;

pub use planes::Planes;

use crate::error::Error;
use patches::Patches;

/// Above this ratio between the noise that is left in coarse detail and the white noise of fine
/// detail, the noise isn't white: compression took the fine part.
const COLOURED: f64 = 3.0;
/// Steps of the iterations below, which mostly settle in three or four.
const ITERATIONS: usize = 12;
/// The relative change of the variance at which an iteration ends.
const SETTLED: f64 = 5e-3;

/// The standard deviation of the noise, in the units of the planes.
///
/// Flat planes have 0. Of clean photos 8-bit rounding is found (0.3), and in closely textured ones
/// up to several levels of the texture.
///
/// # Errors
/// [`Error::InvalidNoise`] where there are too few known pixels to tell.
pub fn estimate(planes: &Planes) -> Result<f64, Error> {
    let mean = planes.mean_of_channels();
    let fine = match planes.channels() {
        1 => weak_texture::estimate(planes).map(|found| found.sigma),
        _ => whole_spectrum(planes),
    };
    let fine = fine.ok_or_else(|| {
        Error::InvalidNoise(format!(
            "the noise of {}x{} pixels, of which {} are known, can't be estimated: they are too few, so state it",
            planes.width(),
            planes.height(),
            planes.count_known()
        ))
    })?;
    // The mean of four pixels has half the deviation of white noise.
    let coarse = [(2.0, mean.halved()), (1.0, mean)].map(|(scale, plane)| {
        let found = weak_texture::estimate(&plane).filter(|found| found.flat);
        found.map_or(0.0, |found| scale * found.sigma)
    });
    let coarse = coarse[0].max(coarse[1]);
    Ok(if coarse > COLOURED * fine {
        coarse
    } else {
        fine
    })
}

/// From all patches, the channels of each pixel together.
fn whole_spectrum(planes: &Planes) -> Option<f64> {
    const SIDE: usize = 4;
    let patches = Patches::of(planes, SIDE)?;
    let all: Vec<usize> = (0..patches.count()).collect();
    if all.is_empty() {
        return Some(0.0);
    }
    let noise = |chosen: &[usize]| spectrum::noise_variance(&patches.eigenvalues(chosen));
    let mut variance = noise(&all);
    for _ in 0..ITERATIONS {
        let next = clipping::unclipped(&patches, &all, variance.sqrt(), noise);
        let settled = (next - variance).abs() <= SETTLED * variance;
        variance = next;
        if settled {
            break;
        }
    }
    Some(variance.sqrt())
}
