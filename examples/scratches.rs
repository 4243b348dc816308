//! How well scratches are found: `cargo run --release --example scratches -- --data DIR…` prints
//! the tables of docs/scratches.md.
//!
//! Each photo of the folders is searched as it is (a clean photo: all that is found is wrong), and
//! with scratches on it (`tests/common/scratch_damage.rs`), as pixels or as a JPEG of `--quality`.
//! Recall is the share of the scratches' pixels that is found, precision the share of the found
//! pixels that lies on a scratch or within two pixels of one.

use std::path::PathBuf;
use std::rc::Rc;

use clap::Parser;
use eps_restore::low_level::scratches::ScratchFinder;
use image::{ExtendedColorType, RgbImage};

#[path = "../tests/common/images.rs"]
mod images;
#[allow(dead_code, reason = "other examples use the rest of it")]
#[path = "../tests/common/jpeg.rs"]
mod jpeg;
#[allow(dead_code, reason = "other examples use the rest of it")]
#[path = "common/photos.rs"]
mod photos;
#[path = "../tests/common/scratch_damage.rs"]
mod scratch_damage;

use jpeg::{compressed, decoded};
use photos::Failure;
use scratch_damage::{Score, Scratch, Uniform, scratched};

/// Bins of contrast, in levels.
const CONTRASTS: [[f64; 2]; 4] = [[10.0, 20.0], [20.0, 40.0], [40.0, 80.0], [80.0, 121.0]];
/// Bins of width, in pixels.
const WIDTHS: [[f64; 2]; 3] = [[1.0, 2.0], [2.0, 4.0], [4.0, 8.1]];

#[derive(Parser)]
struct Options {
    /// Folders of photos.
    #[arg(long, num_args = 1.., required = true)]
    data: Vec<PathBuf>,
    /// Takes every n-th photo.
    #[arg(long, default_value_t = 1)]
    every: usize,
    /// The longest side that photos are reduced to.
    #[arg(long, default_value_t = 1024)]
    side: u32,
    /// Of the JPEG in which a scratched photo is kept; 100 for pixels as they are.
    #[arg(long, default_value_t = 100)]
    quality: u8,
    /// The finder's weights.
    #[arg(long, default_value = "models/scratches-v1.safetensors")]
    weights: PathBuf,
    /// A folder for the clean photos with what is found on them, and the scratched ones.
    #[arg(long)]
    pictures: Option<PathBuf>,
}

/// The scores of all scratches, and by bins.
#[derive(Default)]
struct Table {
    all: Score,
    contrasts: [Score; 4],
    widths: [Score; 3],
    clean_pixels: u64,
    clean_found: u64,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let finder = Rc::new(ScratchFinder::new(&std::fs::read(&options.weights)?)?);
    for folder in &options.data {
        let mut table = Table::default();
        let mut random = Uniform(1);
        let paths = images::images(folder, usize::MAX)?;
        for path in paths.iter().step_by(options.every) {
            let photo = photos::at_most(image::open(path)?.into_rgb8(), options.side);
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            table.add_clean(&photo, &finder, &options, &name)?;
            table.add_scratched(&photo, &mut random, &finder, &options, &name)?;
        }
        println!(
            "\n{}: {} photos",
            folder.display(),
            paths.len().div_ceil(options.every)
        );
        table.print();
    }
    Ok(())
}

impl Table {
    fn add_clean(
        &mut self,
        photo: &RgbImage,
        finder: &Rc<ScratchFinder>,
        options: &Options,
        name: &str,
    ) -> Result<(), Failure> {
        let found = found(photo, finder)?;
        self.clean_pixels += found.len() as u64;
        self.clean_found += found.iter().filter(|&&found| found).count() as u64;
        save(photo, &found, options, &format!("{name}-clean"))
    }

    fn add_scratched(
        &mut self,
        photo: &RgbImage,
        random: &mut Uniform,
        finder: &Rc<ScratchFinder>,
        options: &Options,
        name: &str,
    ) -> Result<(), Failure> {
        let mut damaged = scratched(photo, random);
        if options.quality < 100 {
            let (width, height) = photo.dimensions();
            let size = [width as usize, height as usize];
            let pixels = damaged.photo.as_raw();
            let file = compressed(pixels, size, ExtendedColorType::Rgb8, options.quality);
            damaged.photo = decoded(&file);
        }
        let found = found(&damaged.photo, finder)?;
        let within = |value: f64, [low, high]: [f64; 2]| value >= low && value < high;
        self.all.add(&damaged, &found, |_| true);
        for (score, bin) in self.contrasts.iter_mut().zip(CONTRASTS) {
            let in_bin = |scratch: &Scratch| within(scratch.contrast.abs(), bin);
            score.add(&damaged, &found, in_bin);
        }
        for (score, bin) in self.widths.iter_mut().zip(WIDTHS) {
            score.add(&damaged, &found, |scratch| within(scratch.width, bin));
        }
        save(&damaged.photo, &found, options, name)
    }

    fn print(&self) {
        let share = 100.0 * self.clean_found as f64 / self.clean_pixels as f64;
        println!("clean photos: {share:.3} % of the pixels found\n");
        println!("| scratches | recall | precision |\n| --- | --- | --- |");
        let (recall, precision) = (self.all.recall(), self.all.precision());
        println!("| all | {recall:.3} | {precision:.3} |");
        let bins = |bins: &[[f64; 2]], scores: &[Score], unit: &str| {
            for ([low, high], score) in bins.iter().zip(scores) {
                println!("| {low:.0} to {high:.0} {unit} | {:.3} | |", score.recall());
            }
        };
        bins(&CONTRASTS, &self.contrasts, "levels");
        bins(&WIDTHS, &self.widths, "px");
    }
}

fn found(photo: &RgbImage, finder: &Rc<ScratchFinder>) -> Result<Vec<bool>, Failure> {
    Ok(finder.find(photos::photo(photo)?).pixels().to_vec())
}

/// Saves the photo with what was found on it in red.
fn save(photo: &RgbImage, found: &[bool], options: &Options, name: &str) -> Result<(), Failure> {
    let Some(folder) = &options.pictures else {
        return Ok(());
    };
    let mut picture = photo.clone();
    for (pixel, _) in picture.pixels_mut().zip(found).filter(|(_, found)| **found) {
        pixel.0 = [255, 0, 60];
    }
    std::fs::create_dir_all(folder)?;
    Ok(picture.save(folder.join(format!("{name}.png")))?)
}
