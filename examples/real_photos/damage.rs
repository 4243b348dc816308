//! Damages photos. Every damage is reproducible.

use std::rc::Rc;

use eps_restore::Jpeg;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, Rgb, RgbImage};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use crate::photos::Failure;

const SEED: u64 = 3;

/// A photo as people have it.
pub(crate) struct Saved {
    pub pixels: RgbImage,
    pub file: Rc<Jpeg>,
}

/// The photo as a JPEG of this quality.
pub(crate) fn saved(image: &RgbImage, quality: u8) -> Result<Saved, Failure> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(image)?;
    Ok(Saved {
        pixels: image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg)?.into_rgb8(),
        file: Rc::new(Jpeg::read(&bytes, image.as_raw().len())?),
    })
}

/// Adds Gaussian noise of variance read² + shot² level, in 8-bit levels: that of a sensor's
/// electronics and of its light.
pub(crate) fn grain(image: &RgbImage, read: f64, shot: f64) -> RgbImage {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut noisy = image.clone();
    for value in noisy.as_flat_samples_mut().samples {
        let n: f64 = StandardNormal.sample(&mut rng);
        let level = f64::from(*value);
        *value = (level + (read * read + shot * shot * level).sqrt() * n).round() as u8;
    }
    noisy
}

/// Adds white scratches and dark dust. The mask covers them with one more pixel around them, for
/// the smear of JPEG.
pub(crate) fn scratches(image: &RgbImage) -> (RgbImage, Vec<bool>) {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut uniform = || f64::from(rng.next_u32()) / 2f64.powi(32);
    let (width, height) = image.dimensions();
    let mut scratched = image.clone();
    let mut lost = vec![false; (width * height) as usize];
    let mut dot = |x: f64, y: f64, radius: f64, colour: u8| {
        let reach = radius + 2.0;
        for row in (y - reach).max(0.0) as u32..((y + reach) as u32 + 1).min(height) {
            for column in (x - reach).max(0.0) as u32..((x + reach) as u32 + 1).min(width) {
                let distance = (f64::from(column) - x).hypot(f64::from(row) - y);
                if distance <= radius {
                    scratched.put_pixel(column, row, Rgb([colour; 3]));
                }
                if distance <= radius + 1.5 {
                    lost[(row * width + column) as usize] = true;
                }
            }
        }
    };
    let side = f64::from(width.min(height));
    for _ in 0..14 {
        let (mut x, mut y) = (uniform() * f64::from(width), uniform() * f64::from(height));
        let (mut angle, radius) = (uniform() * 6.3, 0.7 + 1.3 * uniform());
        for _ in 0..(side * (0.2 + 0.4 * uniform())) as usize {
            dot(x, y, radius, 240);
            angle += 0.04 * (uniform() - 0.5);
            (x, y) = (x + angle.cos(), y + angle.sin());
            if !(0.0..f64::from(width)).contains(&x) || !(0.0..f64::from(height)).contains(&y) {
                break;
            }
        }
    }
    for _ in 0..120 {
        let (x, y) = (uniform() * f64::from(width), uniform() * f64::from(height));
        dot(x, y, 0.6 + 2.4 * uniform(), 35);
    }
    (scratched, lost)
}

/// The mean of the channels, with grain added.
pub(crate) fn faded(image: &RgbImage) -> RgbImage {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut grey = image.clone();
    for pixel in grey.pixels_mut() {
        let n: f64 = StandardNormal.sample(&mut rng);
        let mean = pixel.0.iter().map(|v| f64::from(*v)).sum::<f64>() / 3.0;
        *pixel = Rgb([(mean + 3.0 * n).round() as u8; 3]);
    }
    grey
}

/// Offsets and weights of a blur.
pub(crate) type Taps = Vec<(i64, i64, f64)>;

/// The photo after a blur. It continues as a mirror beyond its borders, unknown to the restoration.
pub(crate) fn blurred(image: &RgbImage, taps: &Taps) -> RgbImage {
    let (width, height) = image.dimensions();
    let mirror = |at: i64, side: u32| {
        let side = i64::from(side);
        let at = at.rem_euclid(2 * side);
        at.min(2 * side - 1 - at) as u32
    };
    RgbImage::from_fn(width, height, |x, y| {
        let mut sums = [0.0; 3];
        for (dx, dy, weight) in taps {
            let pixel = image.get_pixel(
                mirror(i64::from(x) - dx, width),
                mirror(i64::from(y) - dy, height),
            );
            for (sum, value) in sums.iter_mut().zip(pixel.0) {
                *sum += weight * f64::from(value);
            }
        }
        Rgb(sums.map(|v| v.round() as u8))
    })
}

pub(crate) fn gaussian(sigma: f64) -> Taps {
    let reach = (3.0 * sigma).ceil() as i64;
    let across = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y)));
    normal(
        across
            .map(|(x, y)| {
                (
                    x,
                    y,
                    (-((x * x + y * y) as f64) / (2.0 * sigma * sigma)).exp(),
                )
            })
            .collect(),
    )
}

/// A straight motion, its angle counter-clockwise from the right. Each of many points on the line
/// spreads over the four pixels around it.
pub(crate) fn line(length: f64, angle: f64) -> Taps {
    const POINTS: i32 = 400;
    let (sin, cos) = angle.to_radians().sin_cos();
    let mut taps = Taps::new();
    for i in 0..=POINTS {
        let along = length * (f64::from(i) / f64::from(POINTS) - 0.5);
        let (x, y) = (along * cos, -along * sin);
        let (left, top) = (x.floor(), y.floor());
        for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
            let weight = (1.0 - (x - left - dx).abs()) * (1.0 - (y - top - dy).abs());
            let at = ((left + dx) as i64, (top + dy) as i64);
            match taps.iter_mut().find(|t| (t.0, t.1) == at) {
                Some(tap) => tap.2 += weight,
                None => taps.push((at.0, at.1, weight)),
            }
        }
    }
    normal(taps)
}

fn normal(taps: Taps) -> Taps {
    let total: f64 = taps.iter().map(|t| t.2).sum();
    taps.into_iter()
        .map(|(x, y, w)| (x, y, w / total))
        .collect()
}
