//! What several integration tests need: the committed weights, the golden vectors, errors.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod cases;
pub mod comparison;
pub mod crops;
pub mod dense;
pub mod digits;
pub mod figures;
pub mod gaussian;
pub mod golden;

use std::path::PathBuf;

/// A committed file of `models/`.
pub fn model(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
