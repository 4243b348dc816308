//! Fills holes of 300×300 pixels in ten photos: `cargo run --release --example holes -- --data DIR
//! -o docs/holes.jpg`.
//!
//! The hole is the square of each photo that is most similar to its surroundings, because the
//! figures compare the fill with the surroundings. `--fill network` measures the first sample, not
//! the mean: the mean of all fills is smooth, and has less energy than any of them. `--fill photo`
//! measures the first variant of the photo's own texture. The sheet shows hole, mean and sample, or
//! hole and two variants, side by side at their own pixels; the figures of `figures.rs` go to the
//! terminal. With `--narrow` it compares the two kinds of fill in holes of 10 to 30 pixels instead:
//! see `narrow.rs`. `docs/holes.md` discusses the failures and names the sources of the photos.

mod figures;
mod fills;
mod narrow;
#[allow(dead_code, reason = "another example uses the rest of it")]
#[path = "../common/photos.rs"]
mod photos;

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use clap::Parser;
use eps_restore::Mask;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::PhotoDenoiser;
use figures::{Figures, NO_SEAM, RING, Square};
use fills::Source;
use image::imageops::{crop_imm, replace};
use image::{Rgb, RgbImage};
use photos::{Failure, SIZE};

#[derive(Parser)]
struct Options {
    /// A folder with the photos.
    #[arg(long)]
    data: PathBuf,
    /// The sheet, a JPEG.
    #[arg(short, long, required_unless_present = "narrow")]
    output: Option<PathBuf>,
    /// Compares the network's and the photo's fills of narrow holes, in a table.
    #[arg(long)]
    narrow: bool,
    /// A folder for both fills of every photo in full.
    #[arg(long)]
    full: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Source::Network)]
    fill: Source,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

const PHOTOS: [&str; 10] = [
    "kitten-on-lawn",
    "dragonfly-on-lavender",
    "solaris-grapes",
    "orange-hallway",
    "high-trestle-trail",
    "perched-osprey",
    "oakland-zoo-otters",
    "roman-colosseum",
    "lake-sherburne",
    "tea-gardens",
];
const SIDE: usize = 300;
/// Pixels between the places that are tried for a hole.
const APART: usize = 64;
/// The side of a cut of the sheet, in pixels.
const CUT: u32 = 400;
/// Pixels between two cuts.
const GAP: u32 = 4;
/// Photos in a row of the sheet.
const ACROSS: u32 = 2;
/// The cuts of a photo: the hole and two fills.
const COLUMNS: u32 = 3;
/// The step at the border, in levels, of a control: the seam's figure must show it.
const PLANTED: i16 = 8;

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let device = ComputeDevice::cpu();
    let denoiser = photos::denoiser(&options.weights, &device)?;
    let Some(output) = options.output.as_deref().filter(|_| !options.narrow) else {
        return narrow::table(&options.data, &PHOTOS, options.seed, &denoiser, &device);
    };
    let rows = (PHOTOS.len() as u32).div_ceil(ACROSS);
    let (width, height) = (
        COLUMNS * ACROSS * (CUT + GAP) - GAP,
        rows * (CUT + GAP) - GAP,
    );
    let mut sheet = RgbImage::from_pixel(width, height, Rgb([255; 3]));
    println!(
        "| | photo | fill, R G B | ring, R G B | of its deviation | energy 1-3, 3-7, 7-15 \
         | the photo's own | seam | the photo's own | with a step of {PLANTED} | seconds |\n|{}",
        " --- |".repeat(11)
    );
    let mut counts = [0; 3];
    for (index, name) in PHOTOS.iter().enumerate() {
        let original = photos::reduced(&options.data.join(format!("{name}.jpg")))?;
        let hole = placed(&original);
        let begin = Instant::now();
        let fills = filled(&original, hole, &options, &denoiser, &device)?;
        let seconds = begin.elapsed().as_secs_f64();
        let measured = &fills[options.fill.measured()];
        let met = print(index + 1, name, hole, [&original, measured], seconds);
        for (count, met) in counts.iter_mut().zip(met) {
            *count += usize::from(met);
        }
        let index = index as u32;
        let (x, y) = (
            index % ACROSS * COLUMNS * (CUT + GAP),
            index / ACROSS * (CUT + GAP),
        );
        let damaged = holed(&original, hole);
        for (column, image) in [&damaged, &fills[0], &fills[1]].into_iter().enumerate() {
            let x = x + column as u32 * (CUT + GAP);
            replace(&mut sheet, &cut(image, hole), i64::from(x), i64::from(y));
        }
        if let Some(folder) = &options.full {
            for (number, fill) in fills.iter().enumerate() {
                photos::save(fill, &folder.join(format!("{name}-{}.jpg", number + 1)))?;
            }
        }
    }
    let [colour, energy, seam] = counts;
    println!(
        "\nof {}: colour within a deviation {colour}, energy within a factor of 2 {energy}, \
         seam below {NO_SEAM} {seam}",
        PHOTOS.len()
    );
    photos::save(&sheet, output)
}

/// Two fills of the hole.
fn filled(
    photo: &RgbImage,
    hole: Square,
    options: &Options,
    denoiser: &Rc<PhotoDenoiser>,
    device: &ComputeDevice,
) -> Result<[RgbImage; 2], Failure> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let missing = (0..width * height).map(|i| hole.contains(i % width, i / width));
    let missing = Mask::new(width, height, missing.collect())?;
    match options.fill {
        Source::Network => fills::by_network(photo, missing, options.seed, denoiser, device),
        Source::Photo => fills::by_photo(photo, &missing, options.seed),
    }
}

/// The square of the photo that is most similar to its surroundings in colour and in every band.
fn placed(photo: &RgbImage) -> Square {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let least = |n: usize| (RING..=n - RING - SIDE).step_by(APART);
    let squares = least(height).flat_map(|top| {
        least(width).map(move |left| Square {
            left,
            top,
            side: SIDE,
        })
    });
    let unlike = |hole: &Square| {
        let own = Figures::of(photo.as_raw(), width, *hole);
        let energy = own.energy.iter().map(|e| e.ln().abs());
        energy.fold(own.shift(), f64::max)
    };
    let squares = squares.map(|hole| (unlike(&hole), hole));
    let best = squares.min_by(|(a, _), (b, _)| a.total_cmp(b));
    best.expect("the photo is larger than the hole").1
}

/// Prints a row of the table. Returns whether the fill's colour, energy and border are good.
fn print(
    number: usize,
    name: &str,
    hole: Square,
    [photo, fill]: [&RgbImage; 2],
    seconds: f64,
) -> [bool; 3] {
    let width = fill.width() as usize;
    let [own, found] = [photo, fill].map(|image| Figures::of(image.as_raw(), width, hole));
    let mut stepped = photo.clone();
    for (x, y, pixel) in stepped.enumerate_pixels_mut() {
        if hole.contains(x as usize, y as usize) {
            pixel.0 = pixel
                .0
                .map(|v| (i16::from(v) + PLANTED).clamp(0, 255) as u8);
        }
    }
    let planted = Figures::of(stepped.as_raw(), width, hole).seam;
    let levels = |values: [String; 3]| values.join(" ");
    println!(
        "| {number} | {name} | {} | {} | {:.2} | {} | {} | {:.2} | {:.2} | {planted:.2} \
         | {seconds:.0} |",
        levels(found.fill.map(|v| format!("{v:.0}"))),
        levels(
            found
                .ring
                .map(|(mean, deviation)| format!("{mean:.0}±{deviation:.0}"))
        ),
        found.shift(),
        levels(found.energy.map(|v| format!("{v:.2}"))),
        levels(own.energy.map(|v| format!("{v:.2}"))),
        found.seam,
        own.seam,
    );
    [
        found.shift() < 1.0,
        found.energy.iter().all(|e| (0.5..2.0).contains(e)),
        found.seam < NO_SEAM,
    ]
}

/// The photo with a grey hole.
fn holed(photo: &RgbImage, hole: Square) -> RgbImage {
    let mut holed = photo.clone();
    for (x, y, pixel) in holed.enumerate_pixels_mut() {
        if hole.contains(x as usize, y as usize) {
            *pixel = Rgb([128; 3]);
        }
    }
    holed
}

/// The hole and its surroundings.
fn cut(image: &RgbImage, hole: Square) -> RgbImage {
    let start = |at: usize, n: u32| {
        let centred = (at + SIDE / 2).saturating_sub(CUT as usize / 2);
        (centred as u32).min(n - CUT)
    };
    let (x, y) = (start(hole.left, SIZE.0), start(hole.top, SIZE.1));
    crop_imm(image, x, y, CUT, CUT).to_image()
}
