//! The files of `tests/data/files` and what they hold, by `examples/grain/make_files.py`.

use std::path::{Path, PathBuf};

use eps_restore::Photo;

/// A file's truth. Clean ones have no deviations.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    pub(crate) file: String,
    /// Luma's deviations in levels around 16, 48, … and the shares of the pixels there.
    pub(crate) deviations: Vec<f32>,
    pub(crate) shares: Vec<f32>,
    /// The bands of luma and of chroma, finest first.
    pub(crate) bands: [Vec<f32>; 2],
}

impl Truth {
    pub(crate) fn is_clean(&self) -> bool {
        self.shares.iter().all(|share| *share == 0.0)
    }
}

/// The path of a file.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/files")
        .join(name)
}

/// All files, from `truth.tsv`.
pub(crate) fn all() -> Vec<Truth> {
    let text = std::fs::read_to_string(path("truth.tsv")).expect("truth.tsv");
    text.lines().skip(1).map(of_line).collect()
}

/// The pixels of a file's bytes.
pub(crate) fn decoded(bytes: &[u8]) -> Photo {
    let image = image::load_from_memory(bytes)
        .expect("an image")
        .into_rgba8();
    let (width, height) = image.dimensions();
    Photo::new(width as usize, height as usize, image.into_raw()).expect("whole pixels")
}

fn of_line(line: &str) -> Truth {
    let fields: Vec<&str> = line.split('\t').collect();
    let number = |field: &&str| field.parse().expect("a number");
    let numbers: Vec<f32> = fields[2..].iter().map(number).collect();
    Truth {
        file: fields[0].to_owned(),
        deviations: numbers[..8].to_vec(),
        shares: numbers[8..16].to_vec(),
        bands: [numbers[16..20].to_vec(), numbers[20..24].to_vec()],
    }
}
