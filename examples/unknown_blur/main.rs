//! Blurs that nobody knows, found and removed: the figures of docs/unknown-blur.md.
//!
//! * `cargo run --release --example unknown_blur -- found --cbsd68 DIR --photos DIR` blurs photos,
//!   finds the blur and, with `--restore`, removes it as found and as it was. JSON of the tables.
//! * `… shaken --photos DIR --kernels DIR` finds kernels of any shape, and says which are offered.
//!   JSON.
//! * `… uncertain --data DIR` asks with the uncertainty of the found kernel and without. JSON.
//! * `… sheet --photos DIR -o docs/unknown-blur.jpg` restores photos that were blurred as lenses
//!   and hands do it, by `auto`.
//! * `… features --data FILE` prints what the decision sees of blurs of the photos that a file
//!   lists, a JSON a line, for `training/eps_training/blur_decision.py`.

mod aligned;
mod blurs;
mod damage;
mod features;
mod found;
#[path = "../../tests/common/images.rs"]
mod images;
#[path = "../common/photos.rs"]
mod photos;
mod restored;
mod scenes;
mod shaken;
mod sheet;
mod statistics;
mod uncertain;

use clap::{Parser, Subcommand};
use photos::Failure;

#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Found(found::Options),
    Shaken(shaken::Options),
    Uncertain(uncertain::Options),
    Sheet(sheet::Options),
    Features(features::Options),
}

fn main() -> Result<(), Failure> {
    match Options::parse().what {
        What::Found(options) => found::table(&options),
        What::Shaken(options) => shaken::table(&options),
        What::Uncertain(options) => uncertain::table(&options),
        What::Sheet(options) => sheet::sheet(&options),
        What::Features(options) => features::print(&options),
    }
}
