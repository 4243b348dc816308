//! Colours from gradients: the minimiser of Σ w (∇x - g)², exact where the photo is known.

mod hole;
mod multigrid;
mod solver;
mod system;

pub(super) use hole::reconstructed;
pub use hole::{INSIDE, reconstruct};
pub use solver::{Solver, TOLERANCE};
pub use system::System;
