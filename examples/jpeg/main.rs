//! What a JPEG as a measurement gains: `cargo run --release --example jpeg -- TABLE --data DIR`
//! prints a table of docs/jpeg.md, and `--json FILE` adds its rows to docs/jpeg.json.
//!
//! Middles of photos of DIR, taken evenly, are reduced and compressed by libjpeg's tables. All
//! figures are PSNR in dB; consistency is the share of coefficients that results compress back to.

mod files;
mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use eps_restore::{Denoiser, Photo};
use image::RgbImage;
use image::imageops::{FilterType, crop_imm, resize};
use serde_json::{Value, json};

#[path = "../../tests/common/images.rs"]
mod images;
#[allow(dead_code, reason = "another example uses the rest of it")]
#[path = "../common/photos.rs"]
mod photos;
#[path = "../../tests/common/psnr.rs"]
mod psnr;

use files::Chroma;
use photos::Failure;
use tables::Row;

/// The rows of a table, of photos compressed at these qualities.
type RowsOf = fn(&[Photo], &[u16], Chroma, &Denoiser) -> Result<Vec<Row>, Failure>;
type Columns = BTreeMap<&'static str, f64>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Table {
    /// The exact pivot beside the white level that turns out best, in colour.
    Traces,
    /// Thumbnails enlarged, beside bicubic interpolation and white noise.
    Thumbnails,
    /// In colour and on luma, at the qualities of the literature.
    Literature,
}

#[derive(Parser)]
struct Options {
    table: Table,
    /// A folder of photos.
    #[arg(long)]
    data: PathBuf,
    #[arg(long, default_value_t = 16)]
    images: usize,
    /// The side of the crops, in pixels.
    #[arg(long, default_value_t = 128)]
    side: u32,
    /// How much smaller the photos are made first. Photos have the blocks of a JPEG of their own.
    #[arg(long, default_value_t = 0.6)]
    scale: f64,
    #[arg(long, value_delimiter = ',')]
    qualities: Option<Vec<u16>>,
    #[arg(long, default_value = "4:2:0")]
    chroma: Chroma,
    /// Network weights, of photo-v2's kind.
    #[arg(long)]
    weights: PathBuf,
    /// A file of JSON to which the table is added.
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let denoiser = Denoiser::on_cpu(&std::fs::read(&options.weights)?)?;
    let photos = crops(&options)?;
    let (name, table, own): (&str, RowsOf, &[u16]) = match options.table {
        Table::Traces => ("traces", tables::traces, &[30, 50, 75, 90]),
        Table::Thumbnails => ("thumbnails", tables::thumbnails, &[60, 75, 90]),
        Table::Literature => ("literature", tables::literature, &[10, 20, 30, 40]),
    };
    let qualities = options.qualities.as_deref().unwrap_or(own);
    let rows = table(&photos, qualities, options.chroma, &denoiser)?;
    let measured = json!({
        "chroma": options.chroma,
        "images": photos.len(),
        "side": options.side,
        "rows": rows.iter().map(|row| row.iter().copied().collect()).collect::<Vec<Columns>>(),
    });
    print(&rows);
    if let Some(path) = &options.json {
        let key = format!(
            "{name} {}",
            json!(options.chroma).as_str().unwrap_or_default()
        );
        add(path, &key, measured)?;
    }
    Ok(())
}

/// Middles of photos taken evenly from those of the folder that are large enough.
fn crops(options: &Options) -> Result<Vec<Photo>, Failure> {
    let mut files = images::images(&options.data, usize::MAX)?;
    files.retain(|file| image::image_dimensions(file).is_ok_and(|(w, h)| w.min(h) >= options.side));
    let step = (files.len() / options.images).max(1);
    let chosen = files.iter().step_by(step).take(options.images);
    chosen.map(|file| crop(file, options)).collect()
}

fn crop(file: &Path, options: &Options) -> Result<Photo, Failure> {
    let side = options.side;
    let image = image::open(file)?.into_rgb8();
    let (width, height) = image.dimensions();
    let scale = options
        .scale
        .max(f64::from(side) / f64::from(width.min(height)));
    let reduced = |n: u32| ((f64::from(n) * scale).round() as u32).max(side);
    let image: RgbImage = resize(
        &image,
        reduced(width),
        reduced(height),
        FilterType::Lanczos3,
    );
    let (width, height) = image.dimensions();
    let middle = crop_imm(&image, (width - side) / 2, (height - side) / 2, side, side);
    photos::photo(&middle.to_image())
}

/// The rows as a table of Markdown.
fn print(rows: &[Row]) {
    let names: Vec<&str> = rows
        .iter()
        .take(1)
        .flatten()
        .map(|(name, _)| *name)
        .collect();
    println!("| {} |", names.join(" | "));
    println!("|{}", " --- |".repeat(names.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|(name, value)| cell(name, *value)).collect();
        println!("| {} |", cells.join(" | "));
    }
}

fn cell(name: &str, value: f64) -> String {
    match name {
        "quality" | "factor" | "best level" => format!("{value}"),
        _ => format!("{value:.2}"),
    }
}

/// Sets a key of a file's object.
fn add(path: &Path, key: &str, value: Value) -> Result<(), Failure> {
    let mut whole: Value = match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(_) => json!({}),
    };
    whole[key] = value;
    Ok(std::fs::write(
        path,
        serde_json::to_string_pretty(&whole)? + "\n",
    )?)
}
