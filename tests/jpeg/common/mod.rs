//! Random coefficients, hashes, and the files of `tests/data/jpeg`.
#![allow(dead_code, reason = "each test uses some of it")]

pub(crate) mod fuzz;

use std::path::PathBuf;

use eps_restore::low_level::photo::jpeg::{Jpeg, Layout, Sampling};

/// xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// Uniform in 0..n.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }

    /// In ±most, small values more often.
    pub(crate) fn coefficient(&mut self, most: i16) -> i16 {
        let most = most >> self.below(12);
        self.below(2 * most as usize + 1) as i16 - most
    }
}

pub(crate) fn sampling(horizontal: u8, vertical: u8) -> Sampling {
    Sampling {
        horizontal,
        vertical,
    }
}

pub(crate) fn layouts(samplings: &[(u8, u8)], step: u16) -> Vec<Layout> {
    let layout = |(i, (h, v)): (usize, &(u8, u8))| Layout {
        sampling: sampling(*h, *v),
        table: std::array::from_fn(|k| step + (k * (i + 1)) as u16),
    };
    samplings.iter().enumerate().map(layout).collect()
}

/// Fills the blocks with random coefficients; where `padding` is false, those beyond the picture's
/// edge stay 0.
pub(crate) fn randomise(jpeg: &mut Jpeg, random: &mut Random, padding: bool) {
    for index in 0..jpeg.components().len() {
        let component = &jpeg.components()[index];
        let wide = component.blocks_wide();
        let coded = [component.samples_wide(), component.samples_high()].map(|n| n.div_ceil(8));
        for (i, block) in jpeg.blocks_mut(index).iter_mut().enumerate() {
            if padding || (i % wide < coded[0] && i / wide < coded[1]) {
                block[0] = random.coefficient(1023);
                for _ in 0..random.below(64) {
                    block[1 + random.below(63)] = random.coefficient(1023);
                }
            }
        }
    }
}

pub(crate) fn fnv(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes
        .into_iter()
        .fold(0xCBF2_9CE4_8422_2325, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        })
}

pub(crate) fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/jpeg")
}

pub(crate) fn file(name: &str) -> Vec<u8> {
    std::fs::read(data().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The lines of a table, by fields.
pub(crate) fn table(name: &str) -> Vec<Vec<String>> {
    let text = String::from_utf8(file(name)).unwrap();
    let fields = |line: &str| line.split_whitespace().map(String::from).collect();
    text.lines().map(fields).collect()
}

/// The names and bytes of all files, sorted.
pub(crate) fn corpus() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(data()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".jpg")).collect();
    names.sort();
    names
        .into_iter()
        .map(|name| (name.clone(), file(&name)))
        .collect()
}

/// A limit on pixels above every file's of the corpus.
pub(crate) const MAX_PIXELS: usize = 1 << 18;
