//! The flattest blocks of each bin of brightness, as many as look like noise alone.
//!
//! A block that is chosen for being flat has, by the same token, little noise in what it was judged
//! by. So its coefficients are split like a chessboard: the noise in the squares of one colour is
//! measured in blocks that the other colour found flat, and the other way round. Texture fills
//! both, noise is independent in them.
//!
//! Blocks of noise alone have energies that differ by chance, those of texture by much more. Of the
//! flattest 8, 16, 32, … blocks of a bin the largest set is taken whose energies differ by chance.

use super::curve::{KNOTS, camera, knot_of};
use crate::estimation::dct::{AREA, Block, SIDE};

/// The halves of the chessboard.
const FOLDS: usize = 2;
/// Coefficients below this radius judge; noise drowns what texture has above it.
const JUDGED_RADIUS: usize = 5;
/// The least and the most blocks of a set, counted side by side.
const LEAST_BLOCKS: f64 = 6.0;
const MOST_BLOCKS: f64 = 48.0;
/// The largest dispersion of noise, and what is let pass for chance in its deviations.
const DISPERSION: f64 = 1.1;
const CHANCE: f64 = 0.6;

/// A block that may be chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Where it is.
    pub place: usize,
    /// The brightness of R, G, B and their mean, in levels.
    pub brightness: [f32; 4],
    /// For each fold, how textured luma and chroma are: sums of squares of the judging
    /// coefficients.
    pub texture: [[f32; 2]; FOLDS],
}

/// Where the coefficients of chosen blocks come from.
pub(super) trait Blocks {
    /// The planes that a block has, each with 64 coefficients.
    fn planes(&self) -> usize;
    /// The squares of a block's coefficients; 0 where there is none.
    fn squares(&self, place: usize) -> Vec<Block>;
    /// The step of a coefficient's quantisation: 0 for pixels.
    fn step(&self, plane: usize, k: usize) -> f64;
    /// What a coefficient counts for in a block's energy.
    fn weight(&self, plane: usize, k: usize) -> f64;
}

/// The blocks taken of a bin.
pub(super) struct Set {
    /// Their number, counted side by side.
    pub count: f64,
    /// Their mean brightness: R, G, B and all.
    pub brightness: [f32; 4],
    /// The mean squares of their coefficients in each plane.
    pub squares: Vec<[f64; AREA]>,
    /// Whether they look like noise alone.
    pub is_noise: bool,
}

/// The energy of the coefficients that judge, for each fold.
pub(super) fn judged(coefficients: &Block) -> [f32; FOLDS] {
    let mut energy = [0.0; FOLDS];
    for u in 0..JUDGED_RADIUS {
        for v in 0..JUDGED_RADIUS {
            let radius2 = u * u + v * v;
            if radius2 > 0 && radius2 < JUDGED_RADIUS * JUDGED_RADIUS {
                energy[(u + v + 1) % FOLDS] += coefficients[u * SIDE + v].powi(2);
            }
        }
    }
    energy
}

/// The set of each bin, `None` for bins of too few candidates. `independence`: the share of a
/// block's pixels that are its own, blocks on a dense grid overlap. `floor`: the texture of luma
/// and of chroma that counts as none.
pub(super) fn sets(
    blocks: &impl Blocks,
    candidates: &[Candidate],
    independence: f64,
    floor: [f32; 2],
) -> [Option<Set>; KNOTS] {
    let textures = textures(candidates, floor);
    let mut bins: [Vec<usize>; KNOTS] = Default::default();
    for (i, candidate) in candidates.iter().enumerate() {
        bins[knot_of(candidate.brightness[3])].push(i);
    }
    bins.map(|mut bin| {
        let orders = [0, 1].map(|fold| {
            let texture: &Vec<f32> = &textures[fold];
            bin.sort_unstable_by(|a, b| texture[*a].total_cmp(&texture[*b]).then(a.cmp(b)));
            bin.iter().map(|i| &candidates[*i]).collect::<Vec<_>>()
        });
        largest(blocks, &orders, independence)
    })
}

/// For each fold the texture of each candidate, luma's and chroma's on one scale.
fn textures(candidates: &[Candidate], floor: [f32; 2]) -> [Vec<f32>; FOLDS] {
    std::array::from_fn(|fold| {
        let scale: [f32; 2] = std::array::from_fn(|kind| {
            let mut values: Vec<f32> = candidates.iter().map(|c| c.texture[fold][kind]).collect();
            let at = values.len() / 100;
            match values.is_empty() {
                true => floor[kind],
                false => values
                    .select_nth_unstable_by(at, f32::total_cmp)
                    .1
                    .max(floor[kind]),
            }
        });
        let sum = |c: &Candidate| c.texture[fold][0] / scale[0] + c.texture[fold][1] / scale[1];
        candidates.iter().map(sum).collect()
    })
}

/// The largest of the nested sets that looks like noise, or else the smallest.
fn largest(
    blocks: &impl Blocks,
    orders: &[Vec<&Candidate>; FOLDS],
    independence: f64,
) -> Option<Set> {
    let all = orders[0].len();
    let most = ((MOST_BLOCKS / independence) as usize).min(all);
    let mut next = (LEAST_BLOCKS / independence).ceil() as usize;
    if all < next {
        return None;
    }
    let mut sums = [Sums::new(blocks.planes()), Sums::new(blocks.planes())];
    let mut best: Option<Set> = None;
    let pairs = orders[0].iter().zip(&orders[1]).take(most);
    for (i, (first, second)) in pairs.enumerate() {
        sums[0].add(blocks, first, 0);
        sums[1].add(blocks, second, 1);
        if i + 1 == next || i + 1 == most {
            next *= 2;
            let set = set(blocks, &sums, independence);
            if best.is_none() || set.is_noise {
                best = Some(set);
            }
        }
    }
    best
}

/// What a fold measures in its blocks.
struct Sums {
    count: f64,
    brightness: [f64; 4],
    squares: Vec<[f64; AREA]>,
    /// The first two moments of the blocks' energies.
    energies: [f64; 2],
}

impl Sums {
    fn new(planes: usize) -> Self {
        Self {
            count: 0.0,
            brightness: [0.0; 4],
            squares: vec![[0.0; AREA]; planes],
            energies: [0.0; 2],
        }
    }

    fn add(&mut self, blocks: &impl Blocks, candidate: &Candidate, fold: usize) {
        let mut energy = 0.0;
        for (plane, squares) in blocks.squares(candidate.place).iter().enumerate() {
            for k in (0..AREA).filter(|&k| is_measured(k, fold)) {
                let square = f64::from(squares[k]);
                self.squares[plane][k] += square;
                energy += blocks.weight(plane, k) * square;
            }
        }
        // What a camera's curve does within a bin is no dispersion.
        let t = candidate.brightness[3];
        let middle = 32.0 * (knot_of(t) as f32 + 0.5);
        energy *= camera(middle) / camera(t);
        self.count += 1.0;
        self.energies[0] += energy;
        self.energies[1] += energy * energy;
        for (sum, value) in self.brightness.iter_mut().zip(candidate.brightness) {
            *sum += f64::from(value);
        }
    }
}

/// Whether a coefficient is measured in a fold; else it judges there.
fn is_measured(k: usize, fold: usize) -> bool {
    (k / SIDE + k % SIDE) % FOLDS == fold
}

/// Both folds' sums as one set.
fn set(blocks: &impl Blocks, sums: &[Sums; FOLDS], independence: f64) -> Set {
    let n = sums[0].count;
    let mean = |plane: usize, k: usize| {
        let fold = (k / SIDE + k % SIDE) % FOLDS;
        sums[fold].squares[plane][k] / n
    };
    let squares: Vec<[f64; AREA]> = (0..blocks.planes())
        .map(|plane| std::array::from_fn(|k| mean(plane, k)))
        .collect();
    // Normal noise has E y⁴ - (E y²)² = 2 m²; where next to all is rounded to 0, step² m.
    let of_noise = |plane: usize, k: usize| {
        let (m, step) = (squares[plane][k].max(0.0), blocks.step(plane, k));
        blocks.weight(plane, k).powi(2) * (2.0 * m * m + step * step * m)
    };
    let chance: f64 = (0..blocks.planes())
        .flat_map(|plane| (0..AREA).map(move |k| (plane, k)))
        .map(|(plane, k)| of_noise(plane, k))
        .sum();
    let variance = |s: &Sums| s.energies[1] / n - (s.energies[0] / n).powi(2);
    let dispersion = match chance > 0.0 && n > 1.0 {
        true => sums.iter().map(variance).sum::<f64>() / chance * n / (n - 1.0),
        false => 1.0,
    };
    let count = n * independence;
    let of_both = |i: usize| (sums[0].brightness[i] + sums[1].brightness[i]) / (2.0 * n);
    Set {
        count,
        brightness: std::array::from_fn(|i| of_both(i) as f32),
        squares,
        is_noise: dispersion <= DISPERSION + CHANCE / count.sqrt(),
    }
}
