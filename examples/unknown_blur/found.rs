//! How well blurs are found, and what removing them as found is worth.

use std::path::PathBuf;

use eps_restore::Kernel;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::estimation::blur::{Blur, Candidate, LARGEST};
use image::RgbImage;
use serde_json::{Value, json};

use crate::blurs::{KINDS, Kind, candidates, degrees_apart, is_same_kind, kernel, size};
use crate::damage::{Stream, Taken, Wear, seen, taken};
use crate::images;
use crate::photos::{self, Failure};
use crate::restored::{CONVINCING, Comparison, Restorer};
use crate::statistics::{median, quantile, rounded};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The folder of CBSD68.
    #[arg(long)]
    cbsd68: Option<PathBuf>,
    /// A folder of large photos, which are reduced to 1024×768.
    #[arg(long)]
    photos: Option<PathBuf>,
    /// Takes every n-th pair of a photo of CBSD68 and a blur, and all photos as sharp ones.
    #[arg(long, default_value_t = 2)]
    every: usize,
    /// Also restores the middle of every n-th case; 0 for none.
    #[arg(long, default_value_t = 0)]
    restore: usize,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

/// A set of photos, and which blurs each of them gets.
struct Set {
    name: &'static str,
    files: Vec<PathBuf>,
    is_reduced: bool,
    /// Every n-th pair of a photo and a blur is taken.
    every: usize,
}

impl Set {
    fn photo(&self, index: usize) -> Result<RgbImage, Failure> {
        let file = &self.files[index];
        if self.is_reduced {
            return photos::reduced(file);
        }
        Ok(image::open(file)?.into_rgb8())
    }
}

pub(crate) fn table(options: &Options) -> Result<(), Failure> {
    let mut sets = Vec::new();
    if let Some(folder) = &options.cbsd68 {
        sets.push(Set {
            name: "CBSD68",
            files: images::images(folder, usize::MAX)?,
            is_reduced: false,
            every: options.every,
        });
    }
    if let Some(folder) = &options.photos {
        sets.push(Set {
            name: "1024×768",
            files: images::images(folder, usize::MAX)?,
            is_reduced: true,
            every: 1,
        });
    }
    let denoiser = photos::denoiser(&options.weights, &ComputeDevice::cpu())?;
    let restorer = Restorer(denoiser);
    let mut rows = Vec::new();
    for set in &sets {
        for kind in KINDS {
            let row = row(set, kind, options.restore, &restorer)?;
            eprintln!("{row}");
            rows.push(row);
        }
    }
    println!("{}", serde_json::to_string_pretty(&rows)?);
    Ok(())
}

/// What was found in one photo.
struct Finding {
    truth: Blur,
    /// Of the candidate of the true kind.
    own: Option<Blur>,
    first: Option<Blur>,
}

fn row(set: &Set, kind: Kind, restore: usize, restorer: &Restorer) -> Result<Value, Failure> {
    let (mut findings, mut comparisons) = (Vec::new(), Vec::new());
    for index in 0..set.files.len() {
        let photo = set.photo(index)?;
        for (i, truth) in kind.blurs(index).into_iter().enumerate() {
            let place = index + i;
            if kind != Kind::Sharp && !place.is_multiple_of(set.every) {
                continue;
            }
            let seed = 1000 * index as u64 + 10 * i as u64 + kind as u64;
            let mut stream = Stream::new(seed);
            let wear = Wear::drawn(&mut stream);
            let blur = kernel(truth)?;
            let photo_taken = taken(&photo, &blur, wear, &mut stream)?;
            let found = candidates(&photo_taken.luma()?, Some(LARGEST))?;
            if restore > 0 && (findings.len()).is_multiple_of(restore) {
                let (asked, truth) = (truth, seen(&photo, &blur));
                let one = compared(restorer, &photo_taken, &truth, blur, &found)?;
                let offered = found.first().map(|c| (c.blur, c.confidence));
                eprintln!("photo {index}, {asked:?}, {wear:?}: {offered:?}, {one:?}");
                comparisons.push(one);
            }
            let own = found.iter().find(|c| is_same_kind(c.blur, truth));
            findings.push(Finding {
                truth,
                own: own.map(|c| c.blur),
                first: found.first().map(|c| c.blur),
            });
        }
    }
    let mut row = summary(&findings);
    row["photos"] = set.name.into();
    row["kind"] = kind.name().into();
    if !comparisons.is_empty() {
        row["restored"] = Comparison::summary(&comparisons);
    }
    Ok(row)
}

fn compared(
    restorer: &Restorer,
    photo: &Taken,
    truth: &RgbImage,
    blur: Kernel,
    found: &[Candidate],
) -> Result<Comparison, Failure> {
    let convinces = |c: &&Candidate| c.blur != Blur::Sharp && c.confidence > CONVINCING;
    let offered = found.first().filter(convinces);
    restorer.compared(photo, truth, &blur, offered.map(|c| &c.kernel))
}

fn summary(findings: &[Finding]) -> Value {
    let own = |f: &Finding| f.own.map(|own| (own, f.truth));
    let pairs: Vec<(Blur, Blur)> = findings.iter().filter_map(own).collect();
    let errors = pairs
        .iter()
        .map(|&(own, truth)| (size(own) / size(truth) - 1.0).abs());
    let errors: Vec<f64> = errors.collect();
    let angles = pairs
        .iter()
        .filter_map(|&(own, truth)| degrees_apart(own, truth));
    let angles: Vec<f64> = angles.collect();
    let is_first = |f: &&Finding| f.first.is_some_and(|first| is_same_kind(first, f.truth));
    let mut row = json!({
        "cases": findings.len(),
        "without_candidates": findings.iter().filter(|f| f.first.is_none()).count(),
        "found_first": findings.iter().filter(is_first).count(),
    });
    if findings.iter().any(|f| f.truth != Blur::Sharp) {
        row["size_error_median"] = rounded(median(&errors), 4).into();
        row["size_error_90_percent"] = rounded(quantile(&errors, 0.9), 4).into();
    }
    if !angles.is_empty() {
        row["angle_error_median"] = rounded(median(&angles), 2).into();
    }
    row
}
