//! Between a level, of even sides, and its kept pixels, those of even row and column.
//!
//! Weights may jump along seams one pixel wide, which cells of 2×2 pixels straddle. Interpolation
//! therefore follows the weights (Alcouffe, Brandt, Dendy and Painter 1981; Dendy 1982): a pixel
//! between two kept ones takes what its row or column of M, summed across, makes of them, and one
//! in the middle of four what its own row of M does.

use super::level::{AHEAD, Level};

/// P, as the weights with which each kept pixel enters the 3×3 pixels around it.
#[derive(Debug)]
pub(super) struct Transfer {
    /// Of the fine grid.
    fine: [usize; 2],
    /// Nine for each kept pixel, row by row: those of the pixels (-1, -1) to (1, 1) from it.
    weights: Vec<[f64; 9]>,
}

/// The pixels around one, row by row.
const AROUND: [[isize; 2]; 9] = [
    [-1, -1],
    [-1, 0],
    [-1, 1],
    [0, -1],
    [0, 0],
    [0, 1],
    [1, -1],
    [1, 0],
    [1, 1],
];

impl Transfer {
    pub(super) fn new(level: &Level) -> Self {
        let [height, width] = level.size;
        let coarse = [height / 2, width / 2];
        let mut weights = vec![[0.0; 9]; coarse[0] * coarse[1]];
        let mut give = |kept: [isize; 2], to: [isize; 2], weight: f64| {
            let inside = |axis: usize| (0..coarse[axis] as isize).contains(&kept[axis]);
            if inside(0) && inside(1) {
                let of = &mut weights[kept[0] as usize * coarse[1] + kept[1] as usize];
                of[((to[0] + 1) * 3 + to[1] + 1) as usize] += weight;
            }
        };
        for row in 0..coarse[0] {
            for column in 0..coarse[1] {
                let kept = [row as isize, column as isize];
                let pixel = |down, across| [2 * row + down, 2 * column + across];
                give(kept, [0, 0], 1.0);
                let in_row = between(level, pixel(0, 1), 1);
                give(kept, [0, 1], in_row[0]);
                give([kept[0], kept[1] + 1], [0, -1], in_row[1]);
                let in_column = between(level, pixel(1, 0), 0);
                give(kept, [1, 0], in_column[0]);
                give([kept[0] + 1, kept[1]], [-1, 0], in_column[1]);
                let middle = in_the_middle(level, pixel(1, 1), [in_row, in_column]);
                for (corner, weight) in [[0, 0], [0, 1], [1, 0], [1, 1]].into_iter().zip(middle) {
                    let to = corner.map(|n: isize| 1 - 2 * n);
                    give([kept[0] + corner[0], kept[1] + corner[1]], to, weight);
                }
            }
        }
        Self {
            fine: level.size,
            weights,
        }
    }

    fn coarse(&self) -> [usize; 2] {
        self.fine.map(|n| n / 2)
    }

    /// Calls `f(kept pixel, fine pixel, weight)`.
    fn each(&self, mut f: impl FnMut(usize, usize, f64)) {
        let ([height, width], across) = (self.fine, self.coarse()[1]);
        for (kept, weights) in self.weights.iter().enumerate() {
            let [row, column] = [2 * (kept / across), 2 * (kept % across)];
            for ([down, right], weight) in AROUND.iter().zip(weights) {
                let [y, x] = [row as isize + down, column as isize + right];
                // The last row and column of even sides are never kept: only the first may lack a
                // neighbour.
                if y >= 0 && x >= 0 {
                    debug_assert!((y as usize) < height && (x as usize) < width);
                    f(kept, y as usize * width + x as usize, *weight);
                }
            }
        }
    }

    /// P c.
    pub(super) fn prolong(&self, c: &[f64]) -> Vec<f64> {
        let mut x = vec![0.0; self.fine[0] * self.fine[1]];
        self.each(|kept, pixel, weight| x[pixel] += weight * c[kept]);
        x
    }

    /// Pᵀ x.
    pub(super) fn restrict(&self, x: &[f64]) -> Vec<f64> {
        let mut c = vec![0.0; self.weights.len()];
        self.each(|kept, pixel, weight| c[kept] += weight * x[pixel]);
        c
    }

    /// Pᵀ M P, of nine points.
    pub(super) fn galerkin(&self, level: &Level) -> Level {
        let coarse = self.coarse();
        let count = coarse[0] * coarse[1];
        // The image of ones holds the masses: as sums of ties they would be lost beside these.
        let mass = self.restrict(&level.times(&self.prolong(&vec![1.0; count])));
        let mut ties = vec![vec![0.0; count]; AHEAD.len()];
        // Kept pixels three apart do not meet: the image of a comb of them holds one column of the
        // product at each pixel.
        for comb in 0..9 {
            let (first, across) = ([comb / 3, comb % 3], coarse[1]);
            let of_comb = |i: usize| [i / across % 3, i % across % 3] == first;
            let ones: Vec<f64> = (0..count).map(|i| f64::from(of_comb(i))).collect();
            let image = self.restrict(&level.times(&self.prolong(&ones)));
            for (ties, [down, right]) in ties.iter_mut().zip(AHEAD) {
                for (i, tie) in ties.iter_mut().enumerate() {
                    let [y, x] = [(i / across) as isize + down, (i % across) as isize + right];
                    let inside = y < coarse[0] as isize && (0..across as isize).contains(&x);
                    if inside && of_comb((y * across as isize + x) as usize) {
                        *tie = -image[i];
                    }
                }
            }
        }
        Level::new(coarse, mass, ties)
    }
}

/// Of a pixel between two kept ones along `axis` (1: in a row): the weights of the one before and
/// the one after.
fn between(level: &Level, pixel: [usize; 2], axis: usize) -> [f64; 2] {
    let side = |end: isize| -> f64 {
        let step = |across: isize| {
            if axis == 1 {
                [across, end]
            } else {
                [end, across]
            }
        };
        (-1..=1).map(|across| level.tie(pixel, step(across))).sum()
    };
    let [before, after] = [side(-1), side(1)];
    let total = level.mass[pixel[0] * level.size[1] + pixel[1]] + before + after;
    [before / total, after / total]
}

/// Of a pixel in the middle of four kept ones: their weights, the upper two first. `known`: those
/// of the pixels to its upper and left, which are between kept ones in a row and in a column.
fn in_the_middle(level: &Level, pixel: [usize; 2], known: [[f64; 2]; 2]) -> [f64; 4] {
    let [height, width] = level.size;
    let [row, column] = pixel;
    let diagonal = level.diagonal[row * width + column];
    let own = |down, across| level.tie(pixel, [down, across]) / diagonal;
    let [upper, left] = known;
    let lower = match row + 1 < height {
        true => between(level, [row + 1, column], 1),
        false => [0.0; 2],
    };
    let right = match column + 1 < width {
        true => between(level, [row, column + 1], 0),
        false => [0.0; 2],
    };
    [
        own(-1, -1) + own(-1, 0) * upper[0] + own(0, -1) * left[0],
        own(-1, 1) + own(-1, 0) * upper[1] + own(0, 1) * right[0],
        own(1, -1) + own(1, 0) * lower[0] + own(0, -1) * left[1],
        own(1, 1) + own(1, 0) * lower[1] + own(0, 1) * right[1],
    ]
}
