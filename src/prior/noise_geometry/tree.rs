//! The diagonal of M⁻¹ of a [`GridSystem`], and its noise in bands, without a solve: on a tree in
//! the grid's place (docs/method.md, section 14).
//!
//! Each pixel is tied to a cell of 2×2 pixels, that to one of 4×4, and so on to the whole. On a
//! tree all is exact in one pass up and one down (Willsky 2002). The result is averaged over four
//! shifts of the grid.

use super::{BANDS, octave_shares};
use crate::compute::grid_system::GridSystem;

/// A node's tie to its parent, over the mean of the four ties around it: of pixels and of cells.
const PIXEL_TIE: f64 = 5.0;
const CELL_TIE: f64 = 9.0;
/// Octaves below the means of 16 pixels; one more holds what is left in these.
const OCTAVES: usize = 4;
const SHIFTS: [[usize; 2]; 4] = [[0, 0], [9, 5], [5, 14], [14, 10]];
/// The least precision of a node, as a share of its pixels' masses: that of one without ties.
const LEAST: f64 = 1e-6;
/// Keeps a quotient of zeros finite.
const TINY: f64 = 1e-30;

/// The variance of each pixel of N(0, M⁻¹), row by row.
pub fn tree_variances(system: &GridSystem) -> Vec<f64> {
    let [pixels] = averaged(system, |tree, add| add(0, &tree.variances[0], 1.0));
    pixels
}

/// The noise-geometry maps of N(0, M⁻¹), row by row.
pub fn tree_band_variances(system: &GridSystem) -> [Vec<f64>; BANDS] {
    let shares = octave_shares::<{ OCTAVES + 1 }>();
    averaged(system, |tree, add| {
        for (octave, found) in tree.octaves().iter().enumerate() {
            for (band, shares) in shares.iter().enumerate() {
                add(band, found, shares[octave]);
            }
        }
    })
}

/// Adds a plane of a tree, times a share, to the map of an index.
type AddPlane<'a> = dyn FnMut(usize, &[f64], f64) + 'a;

/// Maps to which `gather` adds planes of each shift's tree, averaged over the shifts.
fn averaged<const MAPS: usize>(
    system: &GridSystem,
    gather: impl Fn(&Tree, &mut AddPlane<'_>),
) -> [Vec<f64>; MAPS] {
    let size = system.size;
    let side = size[0].max(size[1]).max(1 << OCTAVES).next_power_of_two();
    let whole = system.padded([side, side]);
    let mut maps = std::array::from_fn(|_| vec![0.0; size[0] * size[1]]);
    for shift in SHIFTS {
        let plane = |values: &[f64]| shifted(values, side, shift);
        let tree = Tree::new(
            plane(&whole.mass),
            plane(&whole.right),
            plane(&whole.below),
            side,
        );
        gather(&tree, &mut |map, found, share| {
            for (i, to) in maps[map].iter_mut().enumerate() {
                let [y, x] = [i / size[1] + shift[0], i % size[1] + shift[1]];
                *to += share / SHIFTS.len() as f64 * found[y % side * side + x % side];
            }
        });
    }
    maps
}

/// A square plane moved down and to the right, around its borders.
fn shifted(values: &[f64], side: usize, [down, right]: [usize; 2]) -> Vec<f64> {
    let mut moved = vec![0.0; values.len()];
    for (i, value) in values.iter().enumerate() {
        let [y, x] = [(i / side + down) % side, (i % side + right) % side];
        moved[y * side + x] = *value;
    }
    moved
}

/// The nodes of one size: for each, the precision u that its pixels give it, its tie k to its
/// parent, and what it tells this, m = u k/(u + k).
#[derive(Debug)]
struct Nodes {
    side: usize,
    u: Vec<f64>,
    k: Vec<f64>,
    m: Vec<f64>,
}

#[derive(Debug)]
struct Tree {
    /// Pixels first; without the root.
    levels: Vec<Nodes>,
    /// The variances of each level's nodes, the root's last.
    variances: Vec<Vec<f64>>,
}

impl Tree {
    fn new(mut mass: Vec<f64>, mut right: Vec<f64>, mut below: Vec<f64>, mut side: usize) -> Self {
        let (mut levels, mut u, mut stiffness) = (Vec::new(), mass.clone(), PIXEL_TIE);
        while side > 1 {
            let k: Vec<f64> = (0..side * side)
                .map(|i| {
                    let (y, x) = (i / side, i % side);
                    let [left, above] = [(x + side - 1) % side, (y + side - 1) % side];
                    let ties =
                        right[i] + right[y * side + left] + below[i] + below[above * side + x];
                    stiffness / 4.0 * ties
                })
                .collect();
            let m: Vec<f64> = u.iter().zip(&k).map(|(u, k)| u * k / (u + k)).collect();
            mass = of_cells(&mass, side, |four| four.iter().sum());
            let held = of_cells(&m, side, |four| four.iter().sum());
            let parents = held.iter().zip(&mass).map(|(m, mass)| m.max(LEAST * mass));
            let parents = parents.collect();
            levels.push(Nodes { side, u, k, m });
            u = parents;
            right = of_cells(&right, side, |four| (four[1] + four[3]) / 2.0);
            below = of_cells(&below, side, |four| (four[2] + four[3]) / 2.0);
            (side, stiffness) = (side / 2, CELL_TIE);
        }
        let variances = downwards(&levels, u[0]);
        Self { levels, variances }
    }

    /// Variances in octaves, as of white noise, at each pixel. The octave l lies between means of
    /// 2^l and of 2^(l+1) pixels; the last holds all that is left. A cell's mean of pixels is G x +
    /// i, with x the cell's own value and Var i = I.
    fn octaves(&self) -> [Vec<f64>; OCTAVES + 1] {
        let side = self.levels[0].side;
        let mut gain = vec![1.0; side * side];
        let mut inner = vec![0.0; side * side];
        let spread = |cells: &[f64], pixels: usize| -> Vec<f64> {
            let across = side / pixels;
            let cell = |i: usize| i / side / pixels * across + i % side / pixels;
            (0..side * side).map(|i| cells[cell(i)]).collect()
        };
        std::array::from_fn(|octave| {
            let scale = 4f64.powi(octave as i32);
            if octave == OCTAVES {
                let own = gain.iter().zip(&self.variances[octave]).zip(&inner);
                let whole: Vec<f64> = own.map(|((g, v), i)| scale * (g * g * v + i)).collect();
                return spread(&whole, 1 << octave);
            }
            let Nodes { side, u, k, .. } = &self.levels[octave];
            // The variance beside the parent's is 1/(u + k).
            let nodes = || u.iter().zip(k).zip(gain.iter().zip(&inner));
            let seen: Vec<f64> = nodes().map(|((u, k), (g, _))| g * k / (u + k)).collect();
            let own: Vec<f64> = nodes()
                .map(|((u, k), (g, i))| g * g / (u + k) + i)
                .collect();
            let mean = |four: [f64; 4]| four.iter().sum::<f64>() / 4.0;
            let scatter = of_cells(&seen, *side, |four| {
                let middle = mean(four);
                mean(four.map(|v| (v - middle).powi(2)))
            });
            gain = of_cells(&seen, *side, mean);
            let own = of_cells(&own, *side, mean);
            let parents = &self.variances[octave + 1];
            let cells = own.iter().zip(&scatter).zip(parents);
            let cells: Vec<f64> = cells
                .map(|((own, scatter), parent)| scale * (own + 4.0 / 3.0 * parent * scatter))
                .collect();
            inner = own.iter().map(|own| own / 4.0).collect();
            spread(&cells, 2 << octave)
        })
    }
}

/// The variances of each level's nodes, from the root's precision.
fn downwards(levels: &[Nodes], root: f64) -> Vec<Vec<f64>> {
    let mut found = vec![vec![1.0 / root]];
    let mut from_above = vec![0.0];
    for Nodes { side, u, k, m } in levels.iter().rev() {
        let parent = |i: usize| i / side / 2 * (side / 2) + i % side / 2;
        // The sum of the siblings' alone: as a difference it would lose the small ones.
        let siblings = |i: usize| {
            let [y, x] = [i / side, i % side];
            m[(y ^ 1) * side + x] + m[y * side + (x ^ 1)] + m[(y ^ 1) * side + (x ^ 1)]
        };
        let information = |i: usize| {
            let r = from_above[parent(i)] + siblings(i);
            k[i] * r / (k[i] + r).max(TINY)
        };
        let t: Vec<f64> = (0..side * side).map(information).collect();
        found.push(u.iter().zip(&t).map(|(u, t)| 1.0 / (u + t)).collect());
        from_above = t;
    }
    found.reverse();
    found
}

/// `f` of the four nodes of each cell of 2×2, row by row.
fn of_cells(values: &[f64], side: usize, f: impl Fn([f64; 4]) -> f64) -> Vec<f64> {
    let across = side / 2;
    let cell = |i: usize| {
        let at = 2 * (i / across) * side + 2 * (i % across);
        f([
            values[at],
            values[at + 1],
            values[at + side],
            values[at + side + 1],
        ])
    };
    (0..across * across).map(cell).collect()
}
