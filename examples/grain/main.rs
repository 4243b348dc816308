//! The grain of photos as lines of JSON: `cargo run --release --example grain -- FILE…`.
//!
//! A file is a PNG or a JPEG, of which the coefficients count. Deviations are in
//! 8-bit levels at a brightness of 16, 48, … 240; bands finest first. `level` is what Denoise
//! assumes without what compression did, `white` what it would assume if noise were always white.
//! `ms` is the time of the grain's estimate alone. `evaluate.py` makes `docs/grain.json` from it.

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use eps_restore::Photo;
use eps_restore::low_level::estimation::Planes;
use eps_restore::low_level::estimation::grain::{Grain, Part};
use eps_restore::low_level::estimation::noise::estimate;
use eps_restore::low_level::photo::jpeg::Jpeg;
use eps_restore::low_level::request::noise::grain_level;
use serde_json::{Value, json};

#[derive(Parser)]
struct Options {
    files: Vec<PathBuf>,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    for path in Options::parse().files {
        println!("{}", report(&path)?);
    }
    Ok(())
}

fn report(path: &PathBuf) -> Result<Value, Failure> {
    let bytes = std::fs::read(path)?;
    let file = Jpeg::read(&bytes, 1 << 28).ok();
    let image = image::load_from_memory(&bytes)?.into_rgba8();
    let (width, height) = image.dimensions();
    let photo = Photo::new(width as usize, height as usize, image.into_raw())?;
    let planes = Planes::of_photo(&photo);

    let start = Instant::now();
    let grain = match &file {
        Some(file) => Grain::from_jpeg(file),
        None => Grain::from_pixels(&planes),
    };
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let (level, _) = grain_level(&planes, file.as_ref())?;
    let knots = |part: Part| [0, 1, 2, 3, 4, 5, 6, 7].map(|k| deviation(&grain, part, k));
    let certainty = grain.certainty().map(|c| format!("{c:?}"));
    let channels = [0, 1, 2].map(|c| knots(Part::Channel(c)));
    let axes = [Part::Luma, Part::RedBlue, Part::GreenMagenta].map(knots);
    Ok(json!({
        "file": path,
        "ms": ms,
        "certainty": certainty,
        "channels": channels,
        "axes": axes,
        "bands": grain.bands(),
        "level": level,
        "white": estimate(&planes)?,
    }))
}

fn deviation(grain: &Grain, part: Part, knot: u8) -> f32 {
    grain.deviation(part, 32.0 * f32::from(knot) + 16.0)
}
