//! Writes files of random coefficients, in many layouts, into the folder given. What libjpeg makes
//! of them is in `tests/data/jpeg`.

use std::error::Error;
use std::path::PathBuf;

#[path = "../tests/jpeg/common/mod.rs"]
mod common;

use common::{Random, layouts, randomise};
use eps_restore::low_level::photo::jpeg::{HuffmanTables, Jpeg, Orientation};

const LAYOUTS: [&[(u8, u8)]; 14] = [
    &[(1, 1)],
    &[(1, 1), (1, 1), (1, 1)],
    &[(2, 2), (2, 2), (2, 2)],
    &[(2, 2), (2, 1), (1, 2)],
    &[(3, 1), (1, 1), (1, 1)],
    &[(3, 2), (2, 1), (1, 1)],
    &[(1, 3), (1, 2), (1, 1)],
    &[(4, 1), (1, 1), (1, 1)],
    &[(1, 2), (1, 1), (1, 1)],
    &[(4, 2), (1, 1), (1, 1)],
    &[(4, 4), (1, 1), (1, 1)],
    &[(4, 4), (4, 4), (4, 4)],
    &[(1, 1), (4, 1), (1, 4)],
    &[(4, 3), (2, 2), (3, 1)],
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("no folder")?);
    for (index, samplings) in LAYOUTS.iter().enumerate() {
        let mut random = Random::new(index as u64);
        let step = if index % 5 == 4 { 250 } else { 1 };
        let mut jpeg = Jpeg::zeroed(67, 45, &layouts(samplings, step))?;
        randomise(&mut jpeg, &mut random, false);
        jpeg.set_icc(Some(vec![7; 300]));
        jpeg.set_orientation(Orientation::new(1 + index as u8 % 8).ok_or("no orientation")?);
        let tables = match index % 2 {
            0 => HuffmanTables::Optimised,
            _ => HuffmanTables::Standard,
        };
        let factors: Vec<String> = samplings.iter().map(|(h, v)| format!("{h}x{v}")).collect();
        // libjpeg copies, but does not decode, pictures of such factors.
        let most = samplings
            .iter()
            .fold((1, 1), |most, (h, v)| (most.0.max(*h), most.1.max(*v)));
        let is_whole = samplings
            .iter()
            .all(|(h, v)| most.0 % h == 0 && most.1 % v == 0);
        let kind = if is_whole { "own" } else { "fractional" };
        let name = format!("{kind}-{}.jpg", factors.join("-"));
        std::fs::write(folder.join(name), jpeg.write(tables)?)?;
    }
    Ok(())
}
