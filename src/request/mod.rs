//! What people ask for: a task and its noise, the windows that it is restored in, its cost, and the
//! job that does it.

pub mod cost;
pub mod job;
pub mod noise_level;
pub mod problem;
pub mod task;
pub mod windows;
