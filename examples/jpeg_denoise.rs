//! What `noise: 'auto'` makes of JPEG files: `cargo run --release --example jpeg_denoise -- --data
//! DIR` prints the table of docs/jpeg-denoise.md.
//!
//! Centre crops of the first images of DIR are compressed and decoded. The table shows the PSNR in
//! dB of the decoded photos, and of their refined means: with the noise estimated from the pixels
//! alone, estimated with the file, and stated, at the best of some levels for each quality.

use std::path::PathBuf;
use std::rc::Rc;

use clap::Parser;
use eps_restore::{Denoiser, Jpeg, Noise, Photo, Request, Sampler, Task, restore};
use image::ExtendedColorType;
use image::imageops::crop_imm;

#[path = "../tests/common/images.rs"]
mod images;
#[allow(dead_code, reason = "another example uses the rest of it")]
#[path = "../tests/common/jpeg.rs"]
mod jpeg;
#[allow(dead_code, reason = "another example uses the rest of it")]
#[path = "common/photos.rs"]
mod photos;
#[path = "../tests/common/psnr.rs"]
mod psnr;

use photos::Failure;
use psnr::psnr;

#[derive(Parser)]
struct Options {
    /// A folder of images that were never compressed, or hardly.
    #[arg(long)]
    data: PathBuf,
    /// The number of images.
    #[arg(long, default_value_t = 12)]
    images: usize,
    /// The side of the crops.
    #[arg(long, default_value_t = 160)]
    side: u32,
    #[arg(long, value_delimiter = ',', default_value = "10,20,30,40,60,75,90")]
    qualities: Vec<u8>,
    /// Stated levels.
    #[arg(long, value_delimiter = ',', default_value = "3,6,9,12,18")]
    levels: Vec<f64>,
    /// Network weights.
    #[arg(long, default_value = "models/photo-v2.safetensors")]
    weights: PathBuf,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let denoiser = Denoiser::on_cpu(&std::fs::read(&options.weights)?)?;
    let photos = crops(&options)?;
    println!(
        "| quality | decoded | pixels alone | with the file | best stated level | estimated level |"
    );
    println!("|{}", " --- |".repeat(6));
    for &quality in &options.qualities {
        let mut sums = vec![0.0; 4 + options.levels.len()];
        for photo in &photos {
            let row = measured(photo, quality, &options, &denoiser)?;
            sums.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum += value);
        }
        let means: Vec<f64> = sums.iter().map(|sum| sum / photos.len() as f64).collect();
        let [decoded, pixels, file, estimated] = [means[0], means[1], means[2], means[3]];
        let best = means[4..].iter().copied().fold(f64::MIN, f64::max);
        println!(
            "| {quality} | {decoded:.2} | {pixels:.2} | {file:.2} | {best:.2} | {estimated:.1} |"
        );
    }
    Ok(())
}

/// PSNR of the decoded photo, of the means without and with the file, the level estimated
/// with the file, and PSNR of the mean at each stated level.
fn measured(
    photo: &Photo,
    quality: u8,
    options: &Options,
    denoiser: &Denoiser,
) -> Result<Vec<f64>, Failure> {
    let size = [photo.width(), photo.height()];
    let pixels = photo.rgba().chunks_exact(4);
    let rgb: Vec<u8> = pixels.flat_map(|p| p[..3].to_vec()).collect();
    let bytes = jpeg::compressed(&rgb, size, ExtendedColorType::Rgb8, quality);
    let decoded = photos::photo(&jpeg::decoded(&bytes))?;
    let file = Rc::new(Jpeg::read(&bytes, rgb.len())?);
    let mean = |noise: Noise, file: Option<Rc<Jpeg>>| -> Result<(f64, f64), Failure> {
        let request = Request::new(decoded.clone(), Task::Denoise)
            .with_noise(noise)
            .with_file(file)
            .with_samples(0)
            .with_sampler(Sampler::DEFAULT.refining(true));
        let restoration = restore(request, denoiser)?;
        Ok((psnr(&restoration.mean, photo), restoration.noise))
    };
    let (without, _) = mean(Noise::Auto, None)?;
    let (with, estimated) = mean(Noise::Auto, Some(file))?;
    let mut row = vec![psnr(&decoded, photo), without, with, estimated];
    for &level in &options.levels {
        row.push(mean(Noise::Level(level), None)?.0);
    }
    Ok(row)
}

fn crops(options: &Options) -> Result<Vec<Photo>, Failure> {
    let side = options.side;
    let files = images::images(&options.data, options.images)?;
    let crop = |file: &PathBuf| -> Result<Photo, Failure> {
        let image = image::open(file)?.into_rgb8();
        let (width, height) = image.dimensions();
        let (wide, high) = (side.min(width), side.min(height));
        let middle = crop_imm(&image, (width - wide) / 2, (height - high) / 2, wide, high);
        photos::photo(&middle.to_image())
    };
    files.iter().map(crop).collect()
}
