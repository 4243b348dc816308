//! Finds scratches and dust in a photo, by a small network of its own (`docs/scratches.md`).
//!
//! ```text
//! p(damage at a pixel) = 1/(1 + exp(-F))
//! ```
//!
//! F is the first channel of the restoring network's architecture in narrow widths, asked of the
//! photo alone: no noise maps, no Gaussian posterior. A photo is searched tile by tile.

mod finder;
mod regions;

pub use finder::{ScratchFinder, ScratchSearch};
