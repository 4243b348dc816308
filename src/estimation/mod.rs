//! Estimates of a photo's measurement from the photo alone.

pub mod noise;
