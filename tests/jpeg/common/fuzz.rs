//! Mutated files, and what must hold of each.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use eps_restore::low_level::photo::jpeg::{HuffmanTables, Jpeg, WriteError};

use super::{MAX_PIXELS, Random};

/// Outcomes by code, and the longest that a file took.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub outcomes: BTreeMap<&'static str, u64>,
    pub slowest: Duration,
}

impl Tally {
    /// Reads the bytes. Whatever can be read is written and read again, the same.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let start = Instant::now();
        let read = Jpeg::read(bytes, MAX_PIXELS);
        self.slowest = self.slowest.max(start.elapsed());
        let outcome = match read {
            Err(error) => {
                assert!(!error.to_string().is_empty());
                error.code()
            }
            Ok(jpeg) => match jpeg.write(HuffmanTables::Optimised) {
                Ok(written) => {
                    assert_eq!(Jpeg::read(&written, MAX_PIXELS), Ok(jpeg));
                    "read and written"
                }
                Err(WriteError::DcOutOfRange { .. }) => "read, its DC too far apart to write",
                Err(error) => panic!("what was read cannot be written: {error}"),
            },
        };
        *self.outcomes.entry(outcome).or_default() += 1;
    }
}

/// A file of the corpus after a few random changes.
pub(crate) fn mutated(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = corpus[random.below(corpus.len())].clone();
    // Half of the time only the header changes, which is far shorter than the data.
    let scan = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]);
    let header = scan.map_or(bytes.len(), |at| at + 14);
    for _ in 0..=random.below(4) {
        let range = match random.below(2) {
            0 => header.min(bytes.len()),
            _ => bytes.len(),
        };
        change(&mut bytes, range, corpus, random);
    }
    bytes
}

/// Changes the bytes, beginning within the first `range`.
fn change(bytes: &mut Vec<u8>, range: usize, corpus: &[Vec<u8>], random: &mut Random) {
    let at = random.below(range.max(1)).min(bytes.len());
    let most = 1 << random.below(8);
    let end = (at + random.below(most)).min(bytes.len());
    match random.below(10) {
        0..=2 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        3 | 4 => {
            let values = [
                0, 1, 2, 4, 7, 0x10, 0x11, 0x22, 0x44, 0x7F, 0x80, 0xFE, 0xFF,
            ];
            if let Some(byte) = bytes.get_mut(at) {
                *byte = values[random.below(values.len())];
            }
        }
        5 => bytes.truncate(at),
        6 => drop(bytes.drain(at..end)),
        7 => {
            let copy = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        8 => {
            let marker = [0xFF, 0xC0 + random.below(64) as u8];
            let fresh = (0..random.below(6)).map(|_| random.bits() as u8);
            let fresh: Vec<u8> = marker.into_iter().chain(fresh).collect();
            bytes.splice(at..end, fresh);
        }
        _ => {
            let other = &corpus[random.below(corpus.len())];
            let from = random.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend(&other[from..]);
        }
    }
}
