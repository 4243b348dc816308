//! The accuracy of the noise estimate: `cargo run --release --example noise -- --data DIR`.
//!
//! It adds white Gaussian noise of known sigma to every image of DIR and estimates it, both in
//! floating point and clipped and rounded to 8 bits as photos are. It prints the ratio of estimate
//! and truth: mean, median, deviation over the images, extremes, and the number of images with an
//! error of more than 10 %.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use eps_restore::Error;
use eps_restore::low_level::estimation::Planes;
use eps_restore::low_level::estimation::noise::estimate;
use image::RgbImage;
use image::imageops::crop_imm;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

#[path = "../tests/common/images.rs"]
mod images;
#[path = "../tests/common/jpeg.rs"]
mod jpeg;

#[derive(Parser)]
struct Options {
    /// A folder of clean images.
    #[arg(long)]
    data: PathBuf,
    /// Standard deviations in 8-bit levels.
    #[arg(long, value_delimiter = ',', default_value = "5,10,15,20,25,30,40,50")]
    sigmas: Vec<f64>,
    /// The side of centre crops; 0 for whole images.
    #[arg(long, default_value_t = 0)]
    side: u32,
    /// All three of R, G and B, or their mean.
    #[arg(long, value_enum, default_value = "colour")]
    channels: Channels,
    /// The quality of a JPEG after rounding; 0 for none.
    #[arg(long, default_value_t = 0)]
    jpeg: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Channels {
    Colour,
    Grey,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let files = images::images(&options.data, usize::MAX)?;
    println!("{} images of {}", files.len(), options.data.display());
    println!(
        "| sigma | 8 bits | mean | median | deviation | least | most | off by more than 10 % |"
    );
    println!("|{}", " --- |".repeat(8));
    for &sigma in &options.sigmas {
        for rounded in [false, true] {
            if options.jpeg > 0 && !rounded {
                continue;
            }
            let ratios = files.iter().enumerate().map(|(i, file)| {
                let image = image::open(file)?.into_rgb8();
                let noisy = noisy(
                    &cropped(image, options.side),
                    sigma,
                    rounded,
                    i as u64,
                    &options,
                )?;
                Ok(estimate(&noisy)? / sigma)
            });
            let mut ratios = ratios.collect::<Result<Vec<f64>, Failure>>()?;
            println!(
                "| {sigma} | {} |{}",
                if rounded { "yes" } else { "no" },
                row(&mut ratios)
            );
        }
    }
    Ok(())
}

fn cropped(image: RgbImage, side: u32) -> RgbImage {
    let (width, height) = image.dimensions();
    if side == 0 {
        return image;
    }
    let (w, h) = (side.min(width), side.min(height));
    crop_imm(&image, (width - w) / 2, (height - h) / 2, w, h).to_image()
}

fn noisy(
    image: &RgbImage,
    sigma: f64,
    rounded: bool,
    seed: u64,
    options: &Options,
) -> Result<Planes, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (width, height) = (image.width() as usize, image.height() as usize);
    let channels = if options.channels == Channels::Grey {
        1
    } else {
        3
    };
    let clean = |pixel: &image::Rgb<u8>, c: usize| match options.channels {
        Channels::Colour => f64::from(pixel[c]),
        Channels::Grey => pixel.0.iter().map(|v| f64::from(*v)).sum::<f64>() / 3.0,
    };
    let mut values = Vec::new();
    for c in 0..channels {
        for pixel in image.pixels() {
            let n: f64 = StandardNormal.sample(&mut rng);
            let level = clean(pixel, c) + sigma * n;
            values.push(if rounded {
                level.round().clamp(0.0, 255.0)
            } else {
                level
            } as f32);
        }
    }
    if options.jpeg > 0 {
        values = jpeg::through_jpeg(&values, width, height, options.jpeg);
    }
    Planes::new(width, height, values, vec![true; width * height])
}

fn row(ratios: &mut [f64]) -> String {
    ratios.sort_by(f64::total_cmp);
    let n = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / n;
    let deviation = (ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n).sqrt();
    let off = ratios.iter().filter(|r| (**r - 1.0).abs() > 0.1).count();
    let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
    let median = ratios[ratios.len() / 2];
    format!(" {mean:.3} | {median:.3} | {deviation:.3} | {least:.3} | {most:.3} | {off} |")
}
