//! Holes of 10 to 30 pixels, filled by the network and from the photo: how far each is from what
//! the photo shows there, and how much of its fine energy it has. From these figures follows which
//! holes are filled by what.

use std::path::Path;
use std::rc::Rc;

use eps_restore::Mask;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::PhotoDenoiser;
use image::RgbImage;
use image::imageops::crop_imm;

use crate::figures::{BANDS, Square, box_means, luma};
use crate::fills;
use crate::photos::{self, Failure, SIZE};

/// The sides of the holes, in pixels.
const SIDES: [usize; 4] = [10, 15, 20, 30];
/// Holes of one photo: their centres, in sixths of its width and height.
const CENTRES: [(usize, usize); 5] = [(1, 1), (5, 1), (3, 3), (1, 5), (5, 5)];

/// Pixels around a hole that its bands are filtered from.
const AROUND: usize = 16;

/// Prints a row for each size and kind of fill, over all photos.
pub(crate) fn table(
    data: &Path,
    names: &[&str],
    seed: u64,
    denoiser: &Rc<PhotoDenoiser>,
    device: &ComputeDevice,
) -> Result<(), Failure> {
    println!(
        "| side | fill | RMSE, median | RMSE, mean | nearer than the sample | energy 1-3, 3-7 |"
    );
    println!("|{}", " --- |".repeat(6));
    for side in SIDES {
        let mut found: [Vec<Figure>; 3] = Default::default();
        for name in names {
            let photo = photos::reduced(&data.join(format!("{name}.jpg")))?;
            let holes = CENTRES.map(|(x, y)| Square {
                left: SIZE.0 as usize * x / 6 - side / 2,
                top: SIZE.1 as usize * y / 6 - side / 2,
                side,
            });
            let width = SIZE.0 as usize;
            let is_missing = |i: usize| holes.iter().any(|h| h.contains(i % width, i / width));
            let missing = (0..width * SIZE.1 as usize).map(is_missing);
            let missing = Mask::new(width, SIZE.1 as usize, missing.collect())?;
            let [copy, _] = fills::by_photo(&photo, &missing, seed)?;
            let [mean, sample] = fills::by_network(&photo, missing, seed, denoiser, device)?;
            for (figures, fill) in found.iter_mut().zip([mean, sample, copy]) {
                figures.extend(holes.iter().map(|hole| Figure::of(&photo, &fill, *hole)));
            }
        }
        let samples = found[1].clone();
        for (name, figures) in ["mean", "sample", "photo"].into_iter().zip(&found) {
            print(side, name, figures, &samples);
        }
    }
    Ok(())
}

/// How a fill compares with the photo in a hole.
#[derive(Clone, Copy)]
struct Figure {
    /// The root mean square difference in levels.
    error: f64,
    /// The energies of the two finest bands, over the photo's own.
    energy: [f64; 2],
}

impl Figure {
    fn of(photo: &RgbImage, fill: &RgbImage, hole: Square) -> Self {
        let [photo, fill] = [photo, fill].map(|image| {
            let [left, top] = [hole.left, hole.top].map(|at| (at - AROUND) as u32);
            let side = (hole.side + 2 * AROUND) as u32;
            crop_imm(image, left, top, side, side).to_image()
        });
        let hole = Square {
            left: AROUND,
            top: AROUND,
            ..hole
        };
        let width = photo.width() as usize;
        let inside = |i: &usize| hole.contains(i % width, i / width);
        let pixels: Vec<usize> = (0..photo.as_raw().len() / 3).filter(inside).collect();
        let square = |i: usize| {
            let difference = f64::from(photo.as_raw()[i]) - f64::from(fill.as_raw()[i]);
            difference * difference
        };
        let squares = pixels.iter().flat_map(|i| (0..3).map(move |c| 3 * i + c));
        let sum: f64 = squares.map(square).sum();
        let energy = |image: &RgbImage, (fine, wide): (usize, usize)| {
            let luma = luma(image.as_raw());
            let [fine, wide] = [fine, wide].map(|side| box_means(&luma, width, side));
            let squares = pixels.iter().map(|&i| (fine[i] - wide[i]).powi(2));
            // A hundredth of a level: flat places have no energy to compare with.
            squares.sum::<f64>() / pixels.len() as f64 + 1e-2
        };
        let share = |band| energy(&fill, band) / energy(&photo, band);
        Self {
            error: (sum / (3 * pixels.len()) as f64).sqrt(),
            energy: [share(BANDS[0]), share(BANDS[1])],
        }
    }
}

fn print(side: usize, name: &str, figures: &[Figure], samples: &[Figure]) {
    let mut errors: Vec<f64> = figures.iter().map(|figure| figure.error).collect();
    errors.sort_by(f64::total_cmp);
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    let pairs = figures.iter().zip(samples);
    let nearer = pairs
        .filter(|(one, sample)| one.error < sample.error)
        .count();
    let energy = [0, 1].map(|band| {
        let logarithms = figures.iter().map(|figure| figure.energy[band].ln());
        (logarithms.sum::<f64>() / figures.len() as f64).exp()
    });
    println!(
        "| {side} | {name} | {:.1} | {mean:.1} | {nearer} of {} | {:.2} {:.2} |",
        errors[errors.len() / 2],
        figures.len(),
        energy[0],
        energy[1],
    );
}
