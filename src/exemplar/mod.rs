//! Wide holes in photos, filled with the photo's own texture.
//!
//! Each missing pixel is copied from another place of the photo. The places are few: the offsets by
//! which the photo's patches repeat most often, and those that continue what reaches the hole.
//! Which of them a pixel is copied by is found by graph cuts, so that copies meet where they are
//! alike. What comes out are gradients, and how far each may be trusted: a measurement for a
//! sampler, or for the Poisson solve in [`poisson`].

mod choice;
mod coarse;
mod colour;
mod energy;
mod error;
mod expansion;
mod features;
mod fill;
mod filled;
mod groups;
mod guide;
mod kd_tree;
mod label;
mod max_flow;
mod nearest;
mod offsets;
mod photo;
mod picture;
pub mod poisson;
mod random;
mod refinement;
mod rim;
mod rim_match;
mod scene;
mod search;
mod split;
mod watch;

pub use error::Error;
pub use fill::{Axis, Class, Copied, Fill, Gradient};
pub use filled::{FillProgress, FillRun, filled_from_photo};
pub use label::Label;
pub use photo::Photo;
pub use search::{Exemplar, Options};
pub use split::{Split, WIDEST_NARROW};
