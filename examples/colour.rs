//! At which size a photo's colours are decided best: `cargo run --release --example colour --
//! --data DIR` prints the table of docs/colour.md.
//!
//! Photos of DIR are reduced, made grey, and coloured: at their own size, tile by tile, and with
//! their colours decided at a smaller size first. The table shows, in dB, the PSNR of all photos'
//! mean square error, for the grey photos and the posterior means, and what deciding first gains:
//! the mean over photos and its standard error, of means and of one sample each. With `--hints`
//! three squares of each photo are painted in their true mean colour.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Parser;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::{Denoiser, PhotoDenoiser};
use eps_restore::low_level::operators::HintedGrey;
use eps_restore::low_level::prior::axes;
use eps_restore::low_level::restoration::colours::{GreyPhoto, reductions};
use eps_restore::low_level::restoration::hints::Hints;
use eps_restore::low_level::restoration::{Run, Sampling};
use eps_restore::{ColourHints, Sampler};
use image::RgbImage;
use image::imageops::{FilterType, resize};

use burn::tensor::Tensor;

#[path = "../tests/common/images.rs"]
mod images;
#[allow(dead_code, reason = "other examples use the rest of it")]
#[path = "common/photos.rs"]
mod photos;

use photos::{Failure, denoiser};

/// What sides are multiples of: photos of up to 1024 pixels are reduced by 4 and 2 at most.
const STEP: u32 = 8;
/// The standard deviation of the grey's noise on [-1, 1].
const NOISE: f64 = 0.01;
/// Where hints begin, in units of the sides.
const HINTED: [[f64; 2]; 3] = [[0.15, 0.2], [0.5, 0.7], [0.75, 0.3]];

#[derive(Parser)]
struct Options {
    /// A folder of photos.
    #[arg(long)]
    data: PathBuf,
    /// Takes every n-th photo.
    #[arg(long, default_value_t = 12)]
    every: usize,
    /// The longest sides that photos are reduced to.
    #[arg(long, value_delimiter = ',', default_value = "64,96,128,192,256,512")]
    sides: Vec<u32>,
    /// Whether a person helps by hints of colour.
    #[arg(long)]
    hints: bool,
    /// Network weights.
    #[arg(long, default_value = "models/photo-v2.safetensors")]
    weights: PathBuf,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let device = ComputeDevice::cpu();
    let denoiser = denoiser(&options.weights, &device)?;
    let paths = images::images(&options.data, usize::MAX)?;
    let paths: Vec<&PathBuf> = paths.iter().step_by(options.every).collect();
    println!(
        "| longest side | photos | grey | mean | mean, colours first | gain | gain of a sample |"
    );
    println!("|{}", " --- |".repeat(7));
    for &side in &options.sides {
        let mut rows: Vec<[f64; 5]> = Vec::new();
        for path in &paths {
            let photo = tensor(&reduced(path, side)?, &device);
            rows.push(errors(&photo, options.hints, &denoiser)?);
        }
        let psnr =
            |i: usize| decibels(rows.iter().map(|row| row[i]).sum::<f64>() / rows.len() as f64);
        let cells: Vec<String> = (0..3).map(|i| format!("{:.2}", psnr(i))).collect();
        let [mean, sample] = [[1, 2], [3, 4]].map(|pair| gain(&rows, pair));
        println!(
            "| {side} | {} | {} | {mean} | {sample} |",
            rows.len(),
            cells.join(" | ")
        );
    }
    Ok(())
}

/// The PSNR of a mean square error on [-1, 1].
fn decibels(error: f64) -> f64 {
    10.0 * (4.0 / error).log10()
}

/// How much smaller the second error is than the first.
fn gain(rows: &[[f64; 5]], [first, second]: [usize; 2]) -> String {
    let gains = rows
        .iter()
        .map(|row| decibels(row[second]) - decibels(row[first]));
    let (count, gains) = (rows.len() as f64, gains.collect::<Vec<f64>>());
    let mean = gains.iter().sum::<f64>() / count;
    let squares = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>();
    format!(
        "{mean:+.2} ± {:.2}",
        (squares / (count - 1.0) / count).sqrt()
    )
}

fn reduced(path: &Path, side: u32) -> Result<RgbImage, Failure> {
    let photo = image::open(path)?.into_rgb8();
    let (width, height) = photo.dimensions();
    let longest = width.max(height);
    let length = |n: u32| (n * side / longest / STEP).max(2) * STEP;
    Ok(resize(
        &photo,
        length(width),
        length(height),
        FilterType::Lanczos3,
    ))
}

/// R, G and B on [-1, 1].
fn tensor(photo: &RgbImage, device: &ComputeDevice) -> Tensor<4> {
    let pixels = photo.as_raw();
    let plane = |c: usize| {
        pixels[c..]
            .iter()
            .step_by(3)
            .map(|v| f32::from(*v) / 127.5 - 1.0)
    };
    let shape = [1, 3, photo.height() as usize, photo.width() as usize];
    device.tensor_f32((0..3).flat_map(plane).collect(), shape)
}

/// Mean square errors of the grey, of both means and of both samples.
fn errors(
    photo: &Tensor<4>,
    hints: bool,
    denoiser: &Rc<PhotoDenoiser>,
) -> Result<[f64; 5], Failure> {
    let [_, _, height, width] = photo.dims();
    let device = ComputeDevice::of(photo);
    let grey = photo.clone().mean_dim(1);
    let of_grey = error(&grey.clone().expand([1, 3, height, width]), photo);
    let mut results = [[0.0; 2]; 2];
    let both = [Vec::new(), reductions([height, width])];
    for (result, factors) in results.iter_mut().zip(both) {
        let s2 = device.scalar(NOISE * NOISE);
        let mut measured = GreyPhoto::new(grey.clone(), s2, denoiser.prior(), factors);
        if hints {
            measured = measured.with_hints(hints_of(photo));
        }
        let sampling = Sampling {
            sampler: Sampler::DEFAULT,
            samples: 1,
            seed: 1,
        };
        let mut run = Run::of_coarsened(denoiser.clone(), Rc::new(measured), sampling, 0)?;
        let sample = run.next_sample().ok_or("one sample")?;
        let mean = run.mean().ok_or("a mean before the sample")?;
        *result = [mean, sample].map(|x| error(&x, photo));
    }
    let [[mean, sample], [coloured_mean, coloured_sample]] = results;
    Ok([of_grey, mean, coloured_mean, sample, coloured_sample])
}

/// Squares of a twentieth of the longer side, in their mean colour.
fn hints_of(photo: &Tensor<4>) -> Hints {
    let [_, _, height, width] = photo.dims();
    let side = height.max(width) / 20;
    let colours = axes::from_rgb(photo.clone()).narrow(1, 1, 2);
    let (mut chroma, mut painted) = (colours.zeros_like(), vec![false; height * width]);
    for [down, across] in HINTED {
        let at = [down * height as f64, across * width as f64].map(|at| at as usize);
        let square = [0..1, 0..2, at[0]..at[0] + side, at[1]..at[1] + side];
        let own = colours.clone().slice(square.clone());
        let mean = own.clone().mean_dim(2).mean_dim(3).expand(own.dims());
        chroma = chroma.slice_assign(square.clone(), mean);
        for row in square[2].clone() {
            painted[row * width..][square[3].clone()].fill(true);
        }
    }
    let device = ComputeDevice::of(photo);
    let hint = (ColourHints::NOISE / 127.5).powi(2);
    let s2 = HintedGrey::noise_variance(NOISE * NOISE, hint, &device);
    Hints::new(chroma, painted, s2)
}

/// The mean square error of x as it is shown: clipped to [-1, 1].
fn error(x: &Tensor<4>, truth: &Tensor<4>) -> f64 {
    let error = x.clone().clamp(-1.0, 1.0) - truth.clone();
    error.square().mean().into_scalar()
}
