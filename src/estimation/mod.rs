//! Estimates of a photo's measurement from the photo alone.

pub mod blur;
pub mod grain;
pub mod noise;
mod planes;

pub use planes::Planes;
