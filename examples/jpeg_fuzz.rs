//! Reads mutated files for as many minutes as are given, and prints what became of them.

use std::error::Error;
use std::time::{Duration, Instant};

#[path = "../tests/jpeg/common/mod.rs"]
mod common;

use common::fuzz::{Tally, mutated};
use common::{Random, corpus};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, minutes, seed] = arguments.as_slice() else {
        return Err("the arguments are minutes and a seed".into());
    };
    let end = Instant::now() + Duration::from_secs_f64(60.0 * minutes.parse::<f64>()?);
    let corpus: Vec<Vec<u8>> = corpus().into_iter().map(|(_, bytes)| bytes).collect();
    let mut random = Random::new(seed.parse()?);
    let mut tally = Tally::default();
    while Instant::now() < end {
        for _ in 0..1000 {
            tally.add(&mutated(&corpus, &mut random));
        }
    }
    let files: u64 = tally.outcomes.values().sum();
    println!("{files} files, the slowest read in {:?}", tally.slowest);
    for (outcome, count) in tally.outcomes {
        println!("{count:>9}  {outcome}");
    }
    Ok(())
}
