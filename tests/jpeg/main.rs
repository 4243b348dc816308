//! The JPEG reader and writer: files of every kind against libjpeg's own coefficients, damaged
//! files, metadata and round trips.

mod coefficients;
mod common;
mod edit;
mod fuzz;
mod malformed;
mod metadata;
mod part;
mod pixels;
mod round_trip;
