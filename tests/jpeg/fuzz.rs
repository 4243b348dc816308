//! Damaged files: no panic, and every file in bounded time. `examples/jpeg_fuzz.rs` goes on for
//! longer.

use std::time::Duration;

use crate::common::fuzz::{Tally, mutated};
use crate::common::{MAX_PIXELS, Random, corpus, file};
use eps_restore::low_level::photo::jpeg::Jpeg;

/// Far more than any of these files takes, on a busy machine too.
const LONGEST: Duration = Duration::from_secs(10);

#[test]
fn mutated_files_are_read_or_refused() {
    let corpus: Vec<Vec<u8>> = corpus().into_iter().map(|(_, bytes)| bytes).collect();
    let mut random = Random::new(3);
    let mut tally = Tally::default();
    for _ in 0..5000 {
        tally.add(&mutated(&corpus, &mut random));
    }
    assert!(tally.slowest < LONGEST, "{tally:?}");
    assert!(tally.outcomes["read and written"] > 200, "{tally:?}");
}

#[test]
fn a_file_cut_anywhere_is_truncated() {
    let names = [
        "size-17x15-baseline.jpg",
        "size-17x15-progressive.jpg",
        "restart-blocks.jpg",
        "grey-progressive.jpg",
        "fill-bytes.jpg",
    ];
    for name in names {
        let bytes = file(name);
        for length in 0..bytes.len() {
            let error = Jpeg::read(&bytes[..length], MAX_PIXELS).expect_err(name);
            let expected = if length < 2 { "not-jpeg" } else { "truncated" };
            assert_eq!(
                error.code(),
                expected,
                "{name} cut after {length} bytes: {error}"
            );
        }
    }
}

#[test]
fn every_byte_of_a_small_file_may_have_any_value() {
    let mut tally = Tally::default();
    for name in ["size-1x1-baseline.jpg", "size-7x9-progressive.jpg"] {
        let whole = file(name);
        for at in 0..whole.len() {
            for value in (0..=255).step_by(5).chain([1, 2, 3, 4, 8, 16]) {
                let mut bytes = whole.clone();
                bytes[at] = value;
                tally.add(&bytes);
            }
        }
    }
    assert!(tally.slowest < LONGEST, "{tally:?}");
}
