//! The README's table of figures: `npm run figures -- --data DIR`.
//!
//! It restores 64×64 centre crops of the first 64 images of DIR in name order, for five tasks with
//! sigma_y = 0.05. The table shows PSNR (peak 2) and SSIM of the linear estimate, of the posterior
//! mean by one evaluation, of the mean refined by two more, and of one sample by 7 and by 19
//! evaluations.

use std::path::PathBuf;
use std::rc::Rc;

use burn::tensor::Tensor;
use clap::Parser;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use indicatif::ProgressBar;

#[path = "../tests/common/crops.rs"]
mod crops;
#[path = "../tests/common/figures.rs"]
mod figures;
#[path = "../tests/common/images.rs"]
mod images;

use figures::{Figures, METHODS, SIDE, TASKS};

#[derive(Parser)]
struct Options {
    /// A folder of images.
    #[arg(long)]
    data: PathBuf,
    /// The number of images.
    #[arg(long, default_value_t = 64)]
    crops: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

type Failure = Box<dyn std::error::Error>;

/// Crops restored in one batch.
const BATCH: usize = 8;

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let device = ComputeDevice::cpu();
    let bytes = std::fs::read(&options.weights)?;
    let denoiser = Rc::new(PhotoDenoiser::new(&Weights::read(&bytes)?, &device)?);
    let files = images::images(&options.data, options.crops)?;
    let crops = files
        .iter()
        .map(|file| crops::centre_crop(file, SIDE, &device));
    let crops = crops.collect::<Result<Vec<_>, _>>()?;

    let bar = ProgressBar::new((TASKS.len() * crops.len().div_ceil(BATCH)) as u64);
    println!(
        "{} crops of {}, seed {}",
        crops.len(),
        options.data.display(),
        options.seed
    );
    println!("| task | {} |", METHODS.join(" | "));
    println!("|{}", " --- |".repeat(METHODS.len() + 1));
    for task in TASKS {
        let mut figures = Figures::default();
        for (i, batch) in crops.chunks(BATCH).enumerate() {
            let truth = Tensor::cat(batch.to_vec(), 0);
            let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(i as u64);
            figures::measure(task, &truth, &denoiser, seed, &mut figures);
            bar.inc(1);
        }
        let cells = figures.mean_psnr().into_iter().zip(figures.mean_ssim());
        let cells = cells.map(|(psnr, ssim)| format!(" {psnr:.2} / {ssim:.3} |"));
        bar.suspend(|| println!("| {task} |{}", cells.collect::<String>()));
    }
    bar.finish_and_clear();
    Ok(())
}
