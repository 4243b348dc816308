//! How well kernels of any shape are found, and whether they are offered where they should be.
//!
//! A square of much texture of each photo is blurred, worn, and restored by one evaluation with the
//! true kernel and with the one that was found. The error ratio is that of Levin, Weiss, Durand and
//! Freeman (CVPR 2009): |restored by the found kernel - sharp|² over |restored by the true kernel -
//! sharp|², each at the shift that makes it least.

use std::path::{Path, PathBuf};

use eps_restore::Kernel;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::estimation::blur::{Blur, Candidate, LARGEST};
use image::RgbImage;
use image::imageops::crop_imm;
use serde_json::{Value, json};

use crate::aligned::squared_error;
use crate::blurs::{candidates, kernel};
use crate::damage::{Stream, Wear, seen, taken};
use crate::images;
use crate::photos::{self, Failure};
use crate::restored::{CONVINCING, HARM, Restorer, noise_of};
use crate::scenes::shaken_path;
use crate::statistics::{median, quantile, rounded};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// A folder of large photos, which are reduced to 1024×768.
    #[arg(long)]
    photos: PathBuf,
    /// A folder of square kernels as 32-bit floats, little-endian, row by row (`*.f32`).
    #[arg(long)]
    kernels: Option<PathBuf>,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

/// The side of the square that the camera shows of a photo.
const SIDE: u32 = 512;
/// Pixels between the squares that are compared.
const STRIDE: usize = 64;
/// Sides of the shaken paths.
const PATHS: [usize; 2] = [13, 21];

/// A blur that photos get.
struct Case {
    group: &'static str,
    kernel: Kernel,
}

/// What became of a case.
struct Outcome {
    group: &'static str,
    /// The error of the shape's restoration over the true kernel's.
    ratio: f64,
    /// The gain of what is offered over the blurred photo, in dB; none where nothing is offered.
    offered: Option<f64>,
    is_shape_offered: bool,
}

pub(crate) fn table(options: &Options) -> Result<(), Failure> {
    let denoiser = photos::denoiser(&options.weights, &ComputeDevice::cpu())?;
    let restorer = Restorer(denoiser);
    let given = match &options.kernels {
        Some(folder) => kernels(folder)?,
        None => Vec::new(),
    };
    let mut outcomes = Vec::new();
    for (index, file) in images::images(&options.photos, usize::MAX)?
        .iter()
        .enumerate()
    {
        let photo = photos::reduced(file)?;
        for (i, case) in cases(&given, index)?.into_iter().enumerate() {
            let mut stream = Stream::new(1000 * index as u64 + i as u64);
            let outcome = tried(&restorer, &photo, case, &mut stream)?;
            outcomes.push(outcome);
        }
    }
    let mut groups: Vec<&str> = outcomes.iter().map(|o| o.group).collect();
    groups.dedup();
    groups.sort_unstable();
    groups.dedup();
    let rows: Vec<Value> = groups
        .into_iter()
        .map(|group| summary(group, &outcomes))
        .collect();
    println!("{}", serde_json::to_string_pretty(&rows)?);
    Ok(())
}

/// The kernels that were given, and for each photo others: shaken paths, and blurs that have no
/// shape of their own.
fn cases(given: &[Kernel], photo: usize) -> Result<Vec<Case>, Failure> {
    let of = |group| move |kernel| Case { group, kernel };
    let mut cases: Vec<Case> = given.iter().cloned().map(of("given")).collect();
    let mut stream = Stream::new(7000 + photo as u64);
    for side in PATHS {
        cases.push(of("shaken")(shaken_path(side, &mut stream)?));
    }
    let part =
        |least: f64, most: f64, stream: &mut Stream| least + (most - least) * stream.uniform();
    let sigma = part(1.0, 3.0, &mut stream);
    let radius = part(1.5, 6.0, &mut stream);
    let (length, angle) = (part(7.0, 25.0, &mut stream), part(0.0, 180.0, &mut stream));
    for (group, blur) in [
        ("sharp", Blur::Sharp),
        ("gaussian", Blur::Gaussian { sigma }),
        ("disk", Blur::Disc { radius }),
        ("line", Blur::Line { length, angle }),
    ] {
        cases.push(of(group)(kernel(blur)?));
    }
    Ok(cases)
}

fn tried(
    restorer: &Restorer,
    photo: &RgbImage,
    Case { group, kernel }: Case,
    stream: &mut Stream,
) -> Result<Outcome, Failure> {
    let sharp = textured(photo, SIDE + kernel.width().max(kernel.height()) as u32 - 1);
    let wear = Wear::drawn(stream);
    let taken = taken(&sharp, &kernel, wear, stream)?;
    let truth = seen(&sharp, &kernel);
    let found = candidates(&taken.luma()?, Some(LARGEST))?;
    let noise = noise_of(&taken, &kernel)?;
    let error = |kernel: &Kernel| -> Result<f64, Failure> {
        Ok(squared_error(
            &restorer.mean(&taken.image, kernel, noise)?,
            &truth,
        ))
    };
    let kept = squared_error(&taken.image, &truth);
    let by_truth = error(&kernel)?;
    let shape = found.iter().find(|c| c.blur == Blur::Free);
    let by_shape = shape.map_or(Ok(kept), |shape| error(&shape.kernel))?;
    let convinces = |c: &&Candidate| c.blur != Blur::Sharp && c.confidence > CONVINCING;
    let first = found.first().filter(convinces);
    let is_shape_offered = first.is_some_and(|c| c.blur == Blur::Free);
    let gain = |error: f64| 10.0 * (kept / error).log10();
    let offered = match first {
        None => None,
        Some(_) if is_shape_offered => Some(gain(by_shape)),
        Some(first) => Some(gain(error(&first.kernel)?)),
    };
    let scores: Vec<String> = found
        .iter()
        .map(|c| format!("{:.1?} {:.1} {:.3}", c.blur, c.score, c.confidence))
        .collect();
    eprintln!(
        "{group} {}x{} {wear:?}: ratio {:.2}, true {:.2} dB, shape {:.2} dB, \
         offered {offered:.2?}; {}",
        kernel.width(),
        kernel.height(),
        by_shape / by_truth,
        gain(by_truth),
        gain(by_shape),
        scores.join("; "),
    );
    Ok(Outcome {
        group,
        ratio: by_shape / by_truth,
        offered,
        is_shape_offered,
    })
}

/// The square with the most texture.
fn textured(photo: &RgbImage, side: u32) -> RgbImage {
    let (side, width, height) = (
        side as usize,
        photo.width() as usize,
        photo.height() as usize,
    );
    let green =
        |row: usize, column: usize| f64::from(photo.as_raw()[3 * (row * width + column) + 1]);
    let texture = |&(top, left): &(usize, usize)| {
        let rows = (top..top + side - 2).step_by(2);
        rows.flat_map(|row| {
            (left..left + side - 2)
                .step_by(2)
                .map(move |column| (row, column))
        })
        .map(|(row, column)| {
            let here = green(row, column);
            (green(row, column + 2) - here).abs() + (green(row + 2, column) - here).abs()
        })
        .sum::<f64>()
    };
    let places = |last: usize| (0..=last).step_by(STRIDE);
    let corners =
        places(height - side).flat_map(|top| places(width - side).map(move |left| (top, left)));
    let best = corners.max_by(|a, b| texture(a).total_cmp(&texture(b)));
    let (top, left) = best.expect("photos of 1024×768 have such squares");
    crop_imm(photo, left as u32, top as u32, side as u32, side as u32).to_image()
}

/// Those of a folder.
fn kernels(folder: &Path) -> Result<Vec<Kernel>, Failure> {
    let entries = std::fs::read_dir(folder)?;
    let mut files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "f32"));
    files.sort();
    files.iter().map(|file| of_file(file)).collect()
}

fn of_file(file: &Path) -> Result<Kernel, Failure> {
    let bytes = std::fs::read(file)?;
    let weights: Vec<f64> = bytes
        .chunks_exact(4)
        .map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
        .collect();
    let side = weights.len().isqrt();
    Ok(Kernel::new(side, side, weights)?)
}

fn summary(group: &str, outcomes: &[Outcome]) -> Value {
    let own: Vec<&Outcome> = outcomes.iter().filter(|o| o.group == group).collect();
    let ratios: Vec<f64> = own.iter().map(|o| o.ratio).collect();
    let gains: Vec<f64> = own.iter().filter_map(|o| o.offered).collect();
    let share = |count: usize| rounded(count as f64 / own.len() as f64, 2);
    json!({
        "blur": group,
        "cases": own.len(),
        "error_ratio_median": rounded(median(&ratios), 2),
        "error_ratio_at_most_3": share(ratios.iter().filter(|r| **r <= 3.0).count()),
        "shape_offered": own.iter().filter(|o| o.is_shape_offered).count(),
        "offered": gains.len(),
        "gain_median": rounded(median(&gains), 2),
        "gain_10_percent": rounded(quantile(&gains, 0.1), 2),
        "worse_than_blurred": gains.iter().filter(|g| **g < -HARM).count(),
    })
}
