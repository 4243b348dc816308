//! A grid of one resolution: masses, and ties of each pixel with up to eight neighbours.

use super::GridSystem;

/// The steps to the neighbours that come later in the order of pixels, rows and columns. Ties with
/// the others are stored with them.
pub(super) const AHEAD: [[isize; 2]; 4] = [[0, 1], [1, 0], [1, 1], [1, -1]];

/// Masses, and the ties of each pixel with its neighbour at each step of [`AHEAD`].
#[derive(Debug)]
pub(super) struct Level {
    pub(super) size: [usize; 2],
    pub(super) mass: Vec<f64>,
    /// A plane for each step; the finest grid has none for the last two. 0 where there is no
    /// neighbour.
    pub(super) ties: Vec<Vec<f64>>,
    /// M's diagonal.
    pub(super) diagonal: Vec<f64>,
}

impl Level {
    pub(super) fn new(size: [usize; 2], mass: Vec<f64>, ties: Vec<Vec<f64>>) -> Self {
        let mut level = Self {
            size,
            diagonal: Vec::new(),
            mass,
            ties,
        };
        let mut diagonal = level.mass.clone();
        level.each_tie(|here, there, w| {
            diagonal[here] += w;
            diagonal[there] += w;
        });
        level.diagonal = diagonal;
        level
    }

    /// The finest grid.
    pub(super) fn of(system: GridSystem) -> Self {
        let GridSystem {
            size,
            mass,
            right,
            below,
        } = system;
        Self::new(size, mass, vec![right, below])
    }

    /// Calls `f(pixel, neighbour, w)` for each pair of neighbours.
    fn each_tie(&self, mut f: impl FnMut(usize, usize, f64)) {
        let [height, width] = self.size;
        for (ties, [down, across]) in self.ties.iter().zip(AHEAD) {
            let step = (down * width as isize + across) as usize;
            let columns = (-across).max(0) as usize..width - across.max(0) as usize;
            for row in 0..height - down as usize {
                let first = row * width + columns.start;
                for (i, w) in ties[first..row * width + columns.end].iter().enumerate() {
                    f(first + i, first + i + step, *w);
                }
            }
        }
    }

    /// M x, by differences of neighbours: ties may be many orders of magnitude above masses.
    pub(super) fn times(&self, x: &[f64]) -> Vec<f64> {
        let mut out: Vec<f64> = self.mass.iter().zip(x).map(|(d, x)| d * x).collect();
        self.each_tie(|here, there, w| {
            let flow = w * (x[here] - x[there]);
            out[here] += flow;
            out[there] -= flow;
        });
        out
    }

    /// w of a pixel and its neighbour at (down, across); 0 where there is none.
    pub(super) fn tie(&self, [row, column]: [usize; 2], [down, across]: [isize; 2]) -> f64 {
        let [height, width] = self.size;
        let at = |row: isize, column: isize| {
            let inside =
                (0..height as isize).contains(&row) && (0..width as isize).contains(&column);
            inside.then_some((row * width as isize + column) as usize)
        };
        let here = [row as isize, column as isize];
        let there = [here[0] + down, here[1] + across];
        let forward = AHEAD.contains(&[down, across]);
        let (first, step) = if forward {
            (here, [down, across])
        } else {
            (there, [-down, -across])
        };
        let plane = AHEAD.iter().position(|s| *s == step);
        let ties = plane.and_then(|plane| self.ties.get(plane));
        match (ties, at(first[0], first[1]), at(there[0], there[1])) {
            (Some(ties), Some(first), Some(_)) => ties[first],
            _ => 0.0,
        }
    }
}
