//! Restores photos with realistic damages, on one sheet: `cargo run --release --example real_photos
//! -- --data DIR -o docs/real-photos.jpg`.
//!
//! It damages ten photos, saves each as a JPEG and restores it at its own size by the refined
//! posterior mean. It uses the knowledge of a user: the kind of damage, and an estimate of the
//! noise. The sheet shows cuts of the damaged photo, the restored photo and the original, side by
//! side. The terminal shows the PSNR in dB over the whole photo before the restoration and of both
//! means, and the assumed noise. `docs/real-photos.md` names the sources of the photos.

mod cases;
mod damage;
#[allow(dead_code, reason = "other examples use the rest of it")]
#[path = "../common/photos.rs"]
mod photos;

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use cases::{CASES, Case};
use clap::Parser;
use damage::Saved;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::PhotoDenoiser;
use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::request::task::Task;
use eps_restore::low_level::restoration::{Stage, converged};
use eps_restore::{Noise, Request, Sampler};
use image::RgbImage;
use image::imageops::{FilterType, crop_imm, replace, resize};
use photos::{Failure, psnr, save};

#[derive(Parser)]
struct Options {
    /// A folder with the photos that are not in the repository.
    #[arg(long)]
    data: PathBuf,
    /// The sheet, a JPEG.
    #[arg(short, long)]
    output: PathBuf,
    /// A folder for every photo in full, both damaged and restored.
    #[arg(long)]
    full: Option<PathBuf>,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

/// The width and height of a cut of the sheet, in pixels.
const CUT: (u32, u32) = (340, 240);
/// Pixels between two cuts.
const GAP: u32 = 4;

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let device = ComputeDevice::cpu();
    let denoiser = photos::denoiser(&options.weights, &device)?;
    let (width, height) = (
        3 * CUT.0 + 2 * GAP,
        CASES.len() as u32 * (CUT.1 + GAP) - GAP,
    );
    let mut sheet = RgbImage::from_pixel(width, height, image::Rgb([255; 3]));
    println!(
        "| | photo | noise assumed | damaged, dB | by one evaluation, dB | refined, dB \
         | seconds |\n|{}",
        " --- |".repeat(7)
    );
    for (row, case) in CASES.iter().enumerate() {
        let original = case.original(&options.data)?;
        let (damaged, task) = case.damaged(&original)?;
        let begin = Instant::now();
        let ([first, restored], noise) = restored(&damaged, task, &denoiser, &device)?;
        let seconds = begin.elapsed().as_secs_f64();
        // Enlarges it as a browser does.
        let shown = resize(
            &damaged.pixels,
            original.width(),
            original.height(),
            FilterType::CatmullRom,
        );
        println!(
            "| {} | {} | {noise:.1} | {:.1} | {:.1} | {:.1} | {seconds:.0} |",
            row + 1,
            case.about,
            psnr(&shown, &original),
            psnr(&first, &original),
            psnr(&restored, &original)
        );
        for (column, image) in [&shown, &restored, &original].into_iter().enumerate() {
            let (x, y) = (column as u32 * (CUT.0 + GAP), row as u32 * (CUT.1 + GAP));
            replace(&mut sheet, &cut(image, case), i64::from(x), i64::from(y));
        }
        if let Some(folder) = &options.full {
            save(&shown, &folder.join(format!("{}-damaged.jpg", row + 1)))?;
            save(&restored, &folder.join(format!("{}-restored.jpg", row + 1)))?;
        }
    }
    save(&sheet, &options.output)
}

/// The posterior mean by one evaluation, the refined mean, and the noise that both assume.
fn restored(
    damaged: &Saved,
    task: Task,
    denoiser: &Rc<PhotoDenoiser>,
    device: &ComputeDevice,
) -> Result<([RgbImage; 2], f64), Failure> {
    // The pixels outside the scratches are exact.
    let noise = match task {
        Task::Inpaint { .. } => Noise::Exact,
        _ => Noise::Auto,
    };
    let request = Request::new(photos::photo(&damaged.pixels)?, task)
        .with_file(Some(damaged.file.clone()))
        .with_noise(noise)
        .with_samples(0)
        .with_sampler(Sampler::DEFAULT.refining(true))
        .suited();
    let mut job = Job::new(request, denoiser.clone(), device)?;
    let assumed = job.noise().level;
    let mut means = Vec::new();
    while let Some(step) = job.step() {
        if let Some(residual) = job.residual() {
            converged(residual.try_into_vec_as::<f32>()?[0])?;
        }
        if let Stage::Mean = step.stage {
            let values = photos::values(step.previews)?;
            means.push(photos::image(&job.composite().restored(&values)));
        }
    }
    let refined = means.pop().expect("a finished restoration has a mean");
    Ok(([means.swap_remove(0), refined], assumed))
}

/// The part of a photo that the sheet shows, at its own pixels. A small photo is enlarged and shown
/// in full.
fn cut(image: &RgbImage, case: &Case) -> RgbImage {
    let (width, height) = image.dimensions();
    let scale = (f64::from(CUT.0) / f64::from(width))
        .max(f64::from(CUT.1) / f64::from(height))
        .max(1.0);
    let large = |side: u32| (f64::from(side) * scale).ceil() as u32;
    let image = resize(image, large(width), large(height), FilterType::CatmullRom);
    let start = |at: f64, side: u32, cut: u32| {
        ((at * f64::from(side)) as u32)
            .saturating_sub(cut / 2)
            .min(side - cut)
    };
    let (x, y) = (
        start(case.shown.0, image.width(), CUT.0),
        start(case.shown.1, image.height(), CUT.1),
    );
    crop_imm(&image, x, y, CUT.0, CUT.1).to_image()
}
