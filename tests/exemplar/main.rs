//! Holes filled with the photo's own texture.

mod contract;
mod robustness;
mod whole;
