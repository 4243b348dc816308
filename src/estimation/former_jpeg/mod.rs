//! A photo that was a JPEG before it was saved as something else, or cut and saved again: the grid
//! of its blocks and its quantisation steps, read off its pixels (Fan and de Queiroz,
//! *Identification of Bitmap Compression History*, IEEE Transactions on Image Processing 2003).
//!
//! On the right grid of 64, coefficients are multiples of their steps up to the rounding of pixels.
//! A photo that was resized since has no such grid.

mod blocks;
mod comb;

use self::blocks::{Known, Plane, blocks, sampled};
use self::comb::{Best, Comb};
use crate::estimation::Planes;
use crate::estimation::dct::{AREA, SIDE};
use crate::photo::jpeg::{Jpeg, Layout, QUANTISATION, Sampling};
use crate::photo::pixels::{Photo, Window};

/// Blocks that a grid is chosen by, and that steps are read off.
const TRIED: usize = 300;
const READ: usize = 4000;
/// Frequencies u + v of both.
const TRIED_FREQUENCIES: usize = 3;
const READ_FREQUENCIES: usize = 5;
/// The logarithm of a probability ratio that convinces. Of 450 photos that were reduced since, the
/// highest is 9.
const CONVINCING: f32 = 40.0;
/// The most that another grid may reach of the best one's score. Patterns, gradients and dithered
/// pictures reach 0.85 and more, photos that were a JPEG 0.45.
const MOST_SECOND: f32 = 0.6;
/// Frequencies whose steps must be found: gradients have coefficients at multiples in one or two.
const LEAST_STEPS: usize = 4;

/// The file that a photo was before, of as many whole blocks as the photo has: coefficients at the
/// steps that were found, chroma halved unless it has the same grid.
///
/// `planes`: the photo's, which say what of it is known. `has_file`: the photo is a JPEG now, and
/// its own grid is no news. None where no grid convinces.
pub fn former_jpeg(photo: &Photo, planes: &Planes, has_file: bool) -> Option<Jpeg> {
    let comb = Comb::new();
    let pixels = Known {
        photo,
        known: planes.known(),
    };
    let own = usize::from(has_file);
    let grids = (own..AREA).map(|i| [i / SIDE, i % SIDE]);
    let scored = grids.map(|grid| {
        let steps = steps(&comb, pixels, Plane::Luma, grid, Effort::Trial);
        (score(&steps), grid)
    });
    let mut scored: Vec<(f32, [usize; 2])> = scored.collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let [(first, grid), (second, _), ..] = scored[..] else {
        return None;
    };
    if second > MOST_SECOND * first {
        return None;
    }
    let found = steps(&comb, pixels, Plane::Luma, grid, Effort::Reading);
    if found.len() < LEAST_STEPS || score(&found) < CONVINCING {
        return None;
    }
    let is_full = score(&steps(&comb, pixels, Plane::Blue, grid, Effort::Reading)) > CONVINCING;
    compressed(photo, grid, &found, is_full)
}

/// How many blocks and frequencies are looked at.
#[derive(Clone, Copy)]
enum Effort {
    Trial,
    Reading,
}

/// Frequencies with a step of their own.
fn steps(
    comb: &Comb,
    pixels: Known<'_>,
    plane: Plane,
    grid: [usize; 2],
    effort: Effort,
) -> Vec<(usize, Best)> {
    let (most, highest) = match effort {
        Effort::Trial => (TRIED, TRIED_FREQUENCIES),
        Effort::Reading => (READ, READ_FREQUENCIES),
    };
    let blocks = sampled(pixels, plane, grid, most);
    let frequencies = (1..AREA).filter(|k| k / SIDE + k % SIDE <= highest);
    let of_frequency = |k: usize| (k, comb.best(blocks.iter().map(|block| block[k])));
    frequencies
        .map(of_frequency)
        .filter(|(_, best)| best.score > 0.0)
        .collect()
}

fn score(steps: &[(usize, Best)]) -> f32 {
    steps.iter().map(|(_, best)| best.score).sum()
}

/// The photo's whole blocks at the steps.
fn compressed(
    photo: &Photo,
    grid: [usize; 2],
    found: &[(usize, Best)],
    is_full: bool,
) -> Option<Jpeg> {
    let mut tables = QUANTISATION.map(|table| scaled(&table, scale(found)));
    for (k, best) in found {
        tables[0][*k] = best.step;
    }
    let sampling = |n: u8| Sampling {
        horizontal: n,
        vertical: n,
    };
    let luma = if is_full { 1 } else { 2 };
    let layout = |n, table| Layout {
        sampling: sampling(n),
        table,
    };
    let layouts = [
        layout(luma, tables[0]),
        layout(1, tables[1]),
        layout(1, tables[1]),
    ];
    let [height, width] = blocks(photo, grid).map(|n| n * SIDE);
    let window = Window {
        top: grid[0],
        left: grid[1],
        height,
        width,
    };
    let empty = Jpeg::zeroed(width, height, &layouts).ok()?;
    empty.compressed(&photo.part(window)).ok()
}

/// The middle ratio of the steps to the usual ones.
fn scale(found: &[(usize, Best)]) -> f64 {
    let ratio = |(k, best): &(usize, Best)| f64::from(best.step) / f64::from(QUANTISATION[0][*k]);
    let mut ratios: Vec<f64> = found.iter().map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

fn scaled(table: &[u16; AREA], scale: f64) -> [u16; AREA] {
    table.map(|step| (f64::from(step) * scale).round().clamp(1.0, 255.0) as u16)
}
