//! Estimates of a photo's measurement from the photo alone.

pub mod blur;
mod dct;
pub mod former_jpeg;
pub mod grain;
pub mod noise;
mod planes;

pub use planes::Planes;
