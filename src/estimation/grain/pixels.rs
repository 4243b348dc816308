//! Grain from pixels, and once more from a photo and its denoised mean.
//!
//! Blocks of 8×8 pixels tell the levels and the finer bands; blocks of 16×16 pixels, reduced to 8×8
//! means, the coarser bands.

use crate::estimation::Planes;

use super::axes::{OPPONENT, apply};
use super::estimate::{Limits, estimate};
use super::flat::{Blocks, Candidate, judged, sets};
use super::kind::{Kind, ROUNDING};
use super::model::{Certainty, Grain};
use super::response::Response;
use crate::estimation::dct::{AREA, Block, SIDE, forward, is_corner, radius};

/// The pixels along the side of a sample, for each kind of block.
const FACTORS: [usize; 2] = [1, 2];
/// The places that are looked at, enough for a photo of any size.
const TARGETS: [usize; 2] = [40_000, 10_000];
/// The coefficients that judge a block in a fold: rounding leaves this many squares there.
const JUDGES: f32 = 10.0;
/// The largest share of equal neighbours that noise leaves in a block.
const MOST_EQUAL: f64 = 0.75;
/// The share of such blocks above which a picture is a drawing, and the share above which it is
/// partly one: what is flat there is no photo.
const DRAWING: f64 = 0.5;
const PARTLY_DRAWN: f64 = 0.1;
/// Below this radius a gradient of brightness counts.
const RAMP: f32 = 1.5;

/// The largest ratio of luma's mean squares below the finest band to those of its corner.
const LARGEST_FALL: f64 = 3.0;

/// The limits that separate luma's noise from texture.
const LIMITS: Limits = Limits {
    misfit: 2.5,
    growth: 1.0,
    blocks: 18.0,
};

impl Grain {
    /// The grain of a photo of 8 bits. Clipped and unknown pixels are left out.
    pub fn from_pixels(photo: &Planes) -> Self {
        of_planes(photo, None)
    }

    /// The grain of the photo once more, from its posterior mean under this one. This one where
    /// the mean tells no more.
    pub fn refined_by(&self, photo: &Planes, mean: &Planes) -> Self {
        let refined = of_planes(photo, Some(mean));
        match refined.certainty[0] {
            Certainty::Measured => refined,
            _ => *self,
        }
    }
}

/// The grain of a photo; with its posterior mean under an earlier estimate, once more.
///
/// The mean then judges which blocks are flat. The noise comes from Σ y (y - D), with y the photo
/// and D the mean, in coefficients: for a linear D = S/(S + R₀) y it has the expectation
/// (S + R) R₀/(S + R₀), which is R where the estimate R₀ was right, and next to R wherever the
/// photo has little of its own, S ≪ R₀. The mean square of the residual would miss R S/(S + R).
fn of_planes(photo: &Planes, mean: Option<&Planes>) -> Grain {
    let mut kinds = Vec::new();
    for (factor, target) in FACTORS.into_iter().zip(TARGETS) {
        let grid = Grid {
            photo,
            mean,
            factor,
        };
        let (candidates, drawn, independence) = grid.candidates(target);
        if drawn > PARTLY_DRAWN {
            return match drawn > DRAWING {
                true => Grain::NONE,
                false => Grain::UNKNOWN,
            };
        }
        let rounding = ROUNDING / (factor * factor) as f64;
        let floor = JUDGES * rounding as f32;
        let mut sets = sets(&grid, &candidates, independence, [floor, 2.0 * floor]);
        for set in sets.iter_mut().flatten() {
            set.is_noise &= is_flat(&set.squares[0], rounding);
        }
        kinds.push(Kind {
            sets,
            response: Response::new([factor; 2]),
            mixes: vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            steps: vec![[0.0; AREA]; 3],
            rounding,
            telling: std::array::from_fn(is_telling),
        });
    }
    estimate(&kinds, &LIMITS)
}

/// Whether luma's squares fall as little as a spectrum's largest growth allows: texture of one
/// shape has few coefficients, and energies as even as noise.
fn is_flat(squares: &[f64; AREA], rounding: f64) -> bool {
    let mean = |corner: bool| {
        let chosen =
            (0..AREA).filter(|&k| is_telling(k) && radius(k) > 2.0 && is_corner(k) == corner);
        let (sum, count) = chosen.fold((0.0, 0.0), |(sum, n), k| (sum + squares[k], n + 1.0));
        f64::max(sum / count - rounding, 0.0)
    };
    mean(false) <= LARGEST_FALL * (mean(true) + rounding)
}

/// Whether the noise is read from a coefficient: not from ramps, and in the finest band from its
/// diagonal corner alone, where photos have least texture.
fn is_telling(k: usize) -> bool {
    let radius = radius(k);
    radius > RAMP && (radius < SIDE as f32 / 2.0 || is_corner(k))
}

/// The blocks of samples of some pixels' mean.
struct Grid<'a> {
    photo: &'a Planes,
    mean: Option<&'a Planes>,
    factor: usize,
}

impl Grid<'_> {
    /// The candidates on a grid of about `target` places, the share of drawn ones, and the share of
    /// a block's pixels that are its own.
    fn candidates(&self, target: usize) -> (Vec<Candidate>, f64, f64) {
        let side = SIDE * self.factor;
        let rows = (self.photo.height() + 1).saturating_sub(side);
        let columns = (self.photo.width() + 1).saturating_sub(side);
        let stride = stride(rows * columns, target, 2 * self.factor);
        let (mut all, mut drawn, mut count) = (Vec::new(), 0.0, 0.0);
        for top in (0..rows).step_by(stride) {
            for left in (0..columns).step_by(stride) {
                let place = top * self.photo.width() + left;
                let Some(rgb) = block(self.photo, place, self.factor) else {
                    continue;
                };
                count += 1.0;
                if self.factor == 1 && is_drawn(&rgb) {
                    drawn += 1.0;
                    continue;
                }
                let judge = match self.mean {
                    Some(mean) => block(mean, place, self.factor),
                    None => Some(rgb),
                };
                all.extend(judge.map(|rgb| candidate(place, &rgb)));
            }
        }
        let independence = (stride as f64 / side as f64).min(1.0).powi(2);
        (all, drawn / f64::max(count, 1.0), independence)
    }
}

impl Blocks for Grid<'_> {
    fn planes(&self) -> usize {
        6
    }

    fn squares(&self, place: usize) -> Vec<Block> {
        let Some(rgb) = block(self.photo, place, self.factor) else {
            return vec![[0.0; AREA]; 6];
        };
        let y = opponent(&rgb).map(|axis| forward(&axis));
        let rest = match self.mean.and_then(|mean| block(mean, place, self.factor)) {
            Some(mean) => {
                let d = opponent(&mean).map(|axis| forward(&axis));
                [0, 1, 2].map(|i| std::array::from_fn(|k| y[i][k] - d[i][k]))
            }
            None => y,
        };
        let channel = |axes: &[Block; 3], c: usize, k: usize| -> f32 {
            (0..3).map(|axis| OPPONENT[axis][c] * axes[axis][k]).sum()
        };
        let axes = (0..3).map(|i| std::array::from_fn(|k| y[i][k] * rest[i][k]));
        let channels =
            (0..3).map(|c| std::array::from_fn(|k| channel(&y, c, k) * channel(&rest, c, k)));
        axes.chain(channels).collect()
    }

    fn step(&self, _: usize, _: usize) -> f64 {
        0.0
    }

    fn weight(&self, plane: usize, k: usize) -> f64 {
        f64::from(u8::from(plane == 0 && radius(k) >= 2.5))
    }
}

/// The means of f×f pixels of the block of 8 f × 8 f pixels at a place, for R, G and B. `None`
/// where a pixel is clipped or unknown.
fn block(photo: &Planes, place: usize, f: usize) -> Option<[Block; 3]> {
    let mut blocks = [[0.0; AREA]; 3];
    for (channel, block) in blocks.iter_mut().enumerate() {
        // One channel stands for all three.
        let values = photo.channel(channel.min(photo.channels() - 1));
        for y in 0..SIDE * f {
            for x in 0..SIDE * f {
                let pixel = place + y * photo.width() + x;
                if !(photo.known()[pixel] && values[pixel] > 0.5 && values[pixel] < 254.5) {
                    return None;
                }
                block[y / f * SIDE + x / f] += values[pixel];
            }
        }
    }
    Some(blocks.map(|block| block.map(|sum| sum / (f * f) as f32)))
}

/// The distance of blocks. Above the least it is odd, so that they lie at every phase of JPEG's.
fn stride(positions: usize, target: usize, least: usize) -> usize {
    let stride = (positions as f64 / target as f64).sqrt().ceil() as usize;
    if stride <= least { least } else { stride | 1 }
}

/// Whether most horizontal neighbours are equal: noise of half a level leaves fewer.
fn is_drawn(rgb: &[Block; 3]) -> bool {
    let neighbours = (0..AREA).filter(|i| i % SIDE > 0);
    let equal = neighbours
        .filter(|&i| rgb.iter().all(|c| c[i] == c[i - 1]))
        .count();
    equal as f64 >= MOST_EQUAL * (AREA - SIDE) as f64
}

/// A block's opponent axes.
fn opponent(rgb: &[Block; 3]) -> [Block; 3] {
    let mut axes = [[0.0; AREA]; 3];
    for i in 0..AREA {
        let values = apply(&OPPONENT, [rgb[0][i], rgb[1][i], rgb[2][i]]);
        for (axis, value) in axes.iter_mut().zip(values) {
            axis[i] = value;
        }
    }
    axes
}

/// What is known of a block before it is chosen.
fn candidate(place: usize, rgb: &[Block; 3]) -> Candidate {
    let [r, g, b] = rgb.map(|c| c.iter().sum::<f32>() / AREA as f32);
    let energies = opponent(rgb).map(|axis| judged(&forward(&axis)));
    Candidate {
        place,
        brightness: [r, g, b, (r + g + b) / 3.0],
        texture: [0, 1].map(|fold| [energies[0][fold], energies[1][fold] + energies[2][fold]]),
    }
}
