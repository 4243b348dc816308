//! Ten photos as lenses and hands blur them, restored by `auto`, on one sheet.

use std::path::PathBuf;

use eps_restore::Kernel;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::estimation::blur::{Blur, LARGEST};
use image::RgbImage;
use image::imageops::{crop_imm, replace};

use crate::aligned::squared_error;
use crate::blurs::{candidates, kernel};
use crate::damage::{Levels, Stream, Taken, Wear, blurred, worn};
use crate::images;
use crate::photos::{self, Failure, save};
use crate::restored::{Restorer, noise_of};
use crate::scenes::{Shot, lens_with_depth, shaken_path};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// A folder of ten large photos, which are reduced to 1024×768.
    #[arg(long)]
    photos: PathBuf,
    /// The sheet, a JPEG.
    #[arg(short, long)]
    output: PathBuf,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

/// The width and height of a cut of the sheet, in pixels.
const CUT: (u32, u32) = (300, 210);
/// Pixels between two cuts.
const GAP: u32 = 4;
/// What happened to each photo, in the order of their names.
const SHOTS: [Shot; 10] = [
    Shot::Path {
        side: 13,
        quality: 90,
    },
    Shot::Depth {
        nearest: 0.6,
        farthest: 4.0,
        quality: 85,
    },
    Shot::Path {
        side: 21,
        quality: 85,
    },
    Shot::Closed {
        blur: Blur::Line {
            length: 12.0,
            angle: 0.0,
        },
        quality: 90,
    },
    Shot::Depth {
        nearest: 3.0,
        farthest: 3.6,
        quality: 92,
    },
    Shot::Path {
        side: 9,
        quality: 80,
    },
    Shot::Closed {
        blur: Blur::Sharp,
        quality: 80,
    },
    Shot::Depth {
        nearest: 1.2,
        farthest: 2.4,
        quality: 75,
    },
    Shot::Closed {
        blur: Blur::Gaussian { sigma: 1.6 },
        quality: 90,
    },
    Shot::Path {
        side: 17,
        quality: 92,
    },
];
const NOISE: f64 = 1.5;

pub(crate) fn sheet(options: &Options) -> Result<(), Failure> {
    let denoiser = photos::denoiser(&options.weights, &ComputeDevice::cpu())?;
    let restorer = Restorer(denoiser);
    let files = images::images(&options.photos, SHOTS.len())?;
    let rows = files.len() as u32;
    let (width, height) = (3 * CUT.0 + 2 * GAP, rows * (CUT.1 + GAP) - GAP);
    let mut sheet = RgbImage::from_pixel(width, height, image::Rgb([255; 3]));
    println!("| | photo | what it got | what was found | before, dB | after, dB |");
    println!("|{}", " --- |".repeat(6));
    for (row, (file, shot)) in files.iter().zip(SHOTS).enumerate() {
        let sharp = photos::reduced(file)?;
        let (taken, truth) = shot_of(&sharp, shot, row as u64)?;
        let found = candidates(&taken.luma()?, Some(LARGEST))?;
        let first = found.first().filter(|c| c.blur != Blur::Sharp);
        let (restored, said) = match first {
            None => (taken.image.clone(), "none; kept".into()),
            Some(first) => (
                restorer.mean(
                    &taken.image,
                    &first.kernel,
                    noise_of(&taken, &first.kernel)?,
                )?,
                format!("{:.1?}, {:.0} %", first.blur, 100.0 * first.confidence),
            ),
        };
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let decibels = |image| 10.0 * (255f64.powi(2) / squared_error(image, &truth)).log10();
        let (before, after) = (decibels(&taken.image), decibels(&restored));
        println!(
            "| {} | {name} | {shot} | {said} | {before:.1} | {after:.1} |",
            row + 1
        );
        for (column, image) in [&taken.image, &restored, &truth].into_iter().enumerate() {
            let at = (column as u32 * (CUT.0 + GAP), row as u32 * (CUT.1 + GAP));
            replace(&mut sheet, &middle(image), i64::from(at.0), i64::from(at.1));
        }
    }
    save(&sheet, &options.output)
}

/// The photo as it was taken, and the sharp part that it shows.
fn shot_of(sharp: &RgbImage, shot: Shot, seed: u64) -> Result<(Taken, RgbImage), Failure> {
    let mut stream = Stream::new(seed);
    let (levels, truth): (Levels, RgbImage) = match shot {
        Shot::Depth {
            nearest, farthest, ..
        } => lens_with_depth(sharp, [nearest, farthest])?,
        Shot::Path { side, .. } => with_kernel(sharp, &shaken_path(side, &mut stream)?),
        Shot::Closed { blur, .. } => with_kernel(sharp, &kernel(blur)?),
    };
    let wear = Wear {
        noise: NOISE,
        quality: Some(shot.quality()),
    };
    Ok((worn(&levels, wear, &mut stream)?, truth))
}

fn with_kernel(sharp: &RgbImage, kernel: &Kernel) -> (Levels, RgbImage) {
    (blurred(sharp, kernel), crate::damage::seen(sharp, kernel))
}

fn middle(image: &RgbImage) -> RgbImage {
    let (left, top) = ((image.width() - CUT.0) / 2, (image.height() - CUT.1) / 2);
    crop_imm(image, left, top, CUT.0, CUT.1).to_image()
}
