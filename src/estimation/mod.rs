//! What a photo tells about its own measurement.

pub mod noise;
