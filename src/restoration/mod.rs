//! One window of a photo, restored step by step.
//!
//! A [`Run`] gives the linear estimate first, without the network, then the posterior mean, then
//! sample after sample. It works at the window's own size, or coarse to fine where a hole or a grey
//! photo is wider than the network's reach.

pub mod coarsened;
pub mod colours;
pub mod hints;
pub mod hole;
mod query;
mod run;
mod sample_ledger;
pub mod sample_moments;

pub use query::Query;
pub use run::{Progress, Run, Sampling, Stage, Step, coarse_sampler, converged};
pub use sample_ledger::SampleSubset;
