//! Grain of known truth is found, in pixels and in JPEGs, and none where there is none.

mod common;
#[path = "common/psnr.rs"]
mod psnr;
#[path = "common/grain_truth.rs"]
mod truth;

use eps_restore::low_level::estimation::Planes;
use eps_restore::low_level::estimation::grain::{Certainty, Grain, Part, VarianceTable};
use eps_restore::low_level::photo::jpeg::{Layout, Sampling};
use eps_restore::low_level::request::noise::estimated;
use eps_restore::{Denoiser, Jpeg, Noise, Photo, Request, Task, restore};
use image::RgbaImage;
use image::imageops::{self, FilterType};
use psnr::psnr;
use truth::Truth;

/// The largest error of a deviation in these small photos. A set of 6 to 48 blocks has 16 squares
/// of the corner in each: chance alone is 1/√(2·16·6) = 7 per cent; texture and the prior of the
/// curve add as much again.
const TOLERANCE: f32 = 0.25;
/// The least share of the pixels in a bin that is compared.
const SHARE: f32 = 0.1;
const ROUNDING: f32 = 1.0 / 12.0;

fn grain_of(file: &str) -> Grain {
    let bytes = std::fs::read(truth::path(file)).expect("a committed file");
    match Jpeg::read(&bytes, 1 << 20) {
        Ok(file) => Grain::from_jpeg(&file),
        Err(_) => Grain::from_pixels(&Planes::of_photo(&truth::decoded(&bytes))),
    }
}

/// Deviations over truths in the bins of enough pixels.
fn ratios(grain: &Grain, truth: &Truth) -> Vec<f32> {
    let told = (0..8).filter(|&k| truth.shares[k] >= SHARE);
    let deviation = |k: usize| grain.deviation(Part::Luma, 32.0 * k as f32 + 16.0);
    told.map(|k| deviation(k) / truth.deviations[k]).collect()
}

fn photos(clean: bool, ending: &str) -> Vec<Truth> {
    let all = truth::all().into_iter();
    all.filter(|t| t.is_clean() == clean && t.file.ends_with(ending))
        .collect()
}

#[test]
fn there_are_twenty_files() {
    assert_eq!(truth::all().len(), 20);
}

#[test]
fn grain_is_measured_or_bounded() {
    let mut measured = 0;
    for truth in photos(false, "") {
        let grain = grain_of(&truth.file);
        let ratios = ratios(&grain, &truth);
        match grain.certainty()[0] {
            Certainty::Measured => {
                let right = |ratio: &f32| (ratio - 1.0).abs() < TOLERANCE;
                assert!(ratios.iter().all(right), "{}: {ratios:?}", truth.file);
                measured += 1;
                let bands = grain.bands()[0]
                    .into_iter()
                    .zip(&truth.bands[0])
                    .enumerate();
                for (i, (band, expected)) in bands {
                    // The coarser two are extrapolated: 1.5 times the next one's growth.
                    let tolerance = if i < 2 { 0.25 } else { 0.4 };
                    assert!(
                        (band / expected - 1.0).abs() < tolerance,
                        "{}: {band}",
                        truth.file
                    );
                }
            }
            _ => assert!(
                ratios.iter().all(|r| *r > 0.9),
                "{}: {ratios:?}",
                truth.file
            ),
        }
    }
    assert!(measured >= 8, "{measured}");
}

#[test]
fn the_spectrum_of_chroma_is_that_of_its_blur() {
    for truth in photos(false, ".png") {
        let grain = grain_of(&truth.file);
        if truth.file.contains("grey") || grain.certainty()[1] != Certainty::Measured {
            continue;
        }
        let bands = grain.bands()[1];
        match truth.bands[1][0] > 0.5 {
            true => assert!(bands.iter().all(|b| (b - 1.0).abs() < 0.35), "{bands:?}"),
            // Small photos have few coarse values: the fall is sure, its amount is not.
            false => assert!(
                bands[0] < 0.3 && bands[2] > 5.0,
                "{}: {bands:?}",
                truth.file
            ),
        }
    }
}

#[test]
fn nothing_is_smoothed_in_clean_photos_and_drawings() {
    for truth in photos(true, "") {
        let grain = grain_of(&truth.file);
        for (channel, level) in (0..3).flat_map(|c| (0..=255u8).map(move |level| (c, level))) {
            // 45 dB: an error of 1.43 levels.
            let variance = grain.variance_of_channel(channel, f32::from(level));
            assert!(variance < 1.43f32.powi(2), "{}", truth.file);
        }
    }
}

/// Flat grey with normal noise of these deviations in R, G and B.
fn flat(side: usize, deviations: [f32; 3]) -> Vec<f32> {
    let mut noise = normal();
    let mut plane = |s: f32| -> Vec<f32> {
        (0..side * side)
            .map(|_| (120.0 + s * noise()).round())
            .collect()
    };
    deviations.iter().flat_map(|s| plane(*s)).collect()
}

/// Square planes of which every pixel is known.
fn square(values: Vec<f32>, side: usize) -> Planes {
    Planes::new(side, side, values, vec![true; side * side]).expect("whole channels")
}

fn flat_grain(side: usize, deviations: [f32; 3]) -> Grain {
    Grain::from_pixels(&square(flat(side, deviations), side))
}

#[test]
fn white_noise_has_its_deviation_in_each_part() {
    let grain = flat_grain(256, [4.0; 3]);
    assert_eq!(grain.certainty(), [Certainty::Measured; 2]);
    // 48 blocks of 16 squares: 2.5 per cent by chance, here four times that.
    for part in [
        Part::Luma,
        Part::RedBlue,
        Part::GreenMagenta,
        Part::Channel(1),
    ] {
        let deviation = grain.deviation(part, 120.0);
        assert!((deviation / 4.0 - 1.0).abs() < 0.1, "{part:?}: {deviation}");
    }
    assert!(
        grain
            .bands()
            .iter()
            .flatten()
            .all(|b| (b - 1.0).abs() < 0.25)
    );
}

#[test]
fn channels_have_their_own_noise() {
    let grain = flat_grain(256, [6.0, 3.0, 3.0]);
    let [red, green] = [0, 1].map(|c| grain.deviation(Part::Channel(c), 120.0));
    assert!((red / green / 2.0 - 1.0).abs() < 0.15, "{red} {green}");
}

#[test]
fn a_mean_refines_what_the_photo_tells() {
    let photo = square(flat(128, [5.0; 3]), 128);
    let grain = Grain::from_pixels(&photo);
    let mean = square(vec![120.0; 3 * 128 * 128], 128);
    let refined = grain.refined_by(&photo, &mean);
    let deviation = refined.deviation(Part::Luma, 120.0);
    assert!((deviation / 5.0 - 1.0).abs() < 0.1, "{deviation}");
    // A mean that is nowhere known tells nothing.
    let unknown = mean.where_known(std::iter::repeat_n(false, 128 * 128));
    assert_eq!(grain.refined_by(&photo, &unknown), grain);
}

#[test]
fn variances_hold_noise_and_rounding() {
    let grain = flat_grain(256, [4.0; 3]);
    let variance = grain.variance_of_channel(0, 120.0);
    let deviation = grain.deviation(Part::Channel(0), 120.0);
    assert!((variance - deviation.powi(2) - ROUNDING).abs() < 1e-3);
    // The mean over all frequencies is the variance of a pixel.
    let spectral = grain.variances_of_frequencies(0, 120.0, [32, 24]);
    let mean = spectral.iter().sum::<f32>() / spectral.len() as f32;
    let pixel = grain.deviation(Part::Luma, 120.0).powi(2) + ROUNDING;
    assert!((mean / pixel - 1.0).abs() < 0.05, "{mean} {pixel}");
    let nothing = Grain::NONE.variances_of_frequencies(7, f32::NAN, [0, 3]);
    assert!(nothing.is_empty());
}

/// The variances of pixels follow the photo's brightness without its noise.
#[test]
fn variances_of_pixels_are_those_of_their_brightness() {
    let side = 256;
    let mut noise = normal();
    // Dark with much noise on the left, bright with little on the right.
    let mut value = |i: usize| match i % side < side / 2 {
        true => 48.0 + 6.0 * noise(),
        false => 176.0 + 2.0 * noise(),
    };
    let values = (0..3 * side * side).map(|i| value(i).round()).collect();
    let photo = square(values, side);
    let grain = Grain::from_pixels(&photo);
    let table = VarianceTable::new(&grain);
    let variances = table.of_pixels(&photo);
    let row = side / 2 * side;
    for (column, deviation) in [(side / 4, 6.0f32), (3 * side / 4, 2.0)] {
        let ratio = variances[row + column].sqrt() / deviation;
        assert!((ratio - 1.0).abs() < 0.15, "{ratio} times {deviation}");
    }
    let mean = (2.0f64.powi(2) + 6.0f64.powi(2)) / 2.0;
    assert!((table.mean(&photo) / mean - 1.0).abs() < 0.2);
}

/// The middle of a photo at three times its size, as soft as a camera's at its full size.
fn soft(photo: &RgbaImage) -> Photo {
    let side = 96;
    let [left, top] = [photo.width(), photo.height()].map(|n| (n - side) / 2);
    let middle = imageops::crop_imm(photo, left, top, side, side).to_image();
    let large = imageops::resize(&middle, 3 * side, 3 * side, FilterType::Triangle);
    let side = 3 * side as usize;
    Photo::new(side, side, large.into_raw()).expect("whole pixels")
}

/// Grain that is weak in the light and strong in the dark is removed better than white noise of the
/// level that a photo has on the whole.
#[test]
fn denoising_follows_brightness() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/www/samples/portrait.jpg");
    let clean = soft(&image::open(path).expect("a committed sample").into_rgba8());
    let mut noise = normal();
    let deviation = |level: u8| 14.0 * 0.2f32.powf(f32::from(level) / 255.0);
    let noisy = |level: &u8| (f32::from(*level) + deviation(*level) * noise()).round() as u8;
    let mut rgba: Vec<u8> = clean.rgba().iter().map(noisy).collect();
    rgba.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
    let photo = Photo::new(clean.width(), clean.height(), rgba).expect("whole pixels");

    let weights = common::model("photo-v2.safetensors");
    let denoiser = Denoiser::on_cpu(&weights).expect("released weights");
    let restored = |noise: Noise| {
        let request = Request::new(photo.clone(), Task::Denoise)
            .with_noise(noise)
            .with_samples(0);
        restore(request, &denoiser)
            .expect("a possible request")
            .mean
    };
    let assumed = estimated(&photo, None, &Task::Denoise).expect("enough pixels");
    assert!(assumed.grain.is_some());
    let [grain, white] = [Noise::Auto, Noise::Level(assumed.level)].map(restored);
    let [grain, white] = [grain, white].map(|mean| psnr(&mean, &clean));
    println!("{grain:.2} dB, of white noise {white:.2} dB");
    assert!(grain > white + 0.3, "{grain:.2} and {white:.2} dB");
}

#[test]
fn no_photo_is_too_small_or_unknown() {
    for side in [1, 7, 8, 9, 16, 31] {
        for value in [f32::NAN, f32::INFINITY, -1e30, 100.0, 255.0] {
            let photo = square(vec![value; 3 * side * side], side);
            let found = Grain::from_pixels(&photo);
            assert!(
                [Grain::NONE, Grain::UNKNOWN].contains(&found),
                "{side} {value}"
            );
        }
    }
}

#[test]
fn no_jpeg_is_too_small_or_too_odd() {
    let samplings = [[1, 1], [2, 2], [1, 4], [3, 2]].map(|[horizontal, vertical]| Sampling {
        horizontal,
        vertical,
    });
    let layout = |sampling| Layout {
        sampling,
        table: [1; 64],
    };
    for size in [1, 7, 8, 17, 40] {
        let grey = Jpeg::zeroed(size, size, &[layout(Sampling::ONE)]).expect("a layout");
        Grain::from_jpeg(&grey);
        for y in samplings {
            for cb in samplings {
                let layouts = [y, cb, Sampling::ONE].map(layout);
                Grain::from_jpeg(&Jpeg::zeroed(size, size, &layouts).expect("a layout"));
            }
        }
    }
}

/// Normal values, from a linear congruence and the sum of twelve uniform ones.
fn normal() -> impl FnMut() -> f32 {
    let mut state = 1u64;
    move || {
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        (0..12).map(|_| uniform()).sum::<f32>() - 6.0
    }
}
