//! An approximate inverse of a system: one cycle through its halves.
//!
//! Blocks of 2×2 pixels are one unknown of the next level. Their weights are half the sums of those
//! that cross between them: whole sums would be those of staircases, twice as stiff as slopes.

use crate::exemplar::poisson::system::System;

/// Sweeps before and after the correction from the next level.
const SWEEPS: usize = 2;
/// Sweeps at the last level, and the pixels at which a level is the last.
const LAST_SWEEPS: usize = 16;
const LAST: usize = 16;

/// The halves of a system, and what a cycle needs.
#[derive(Debug, Clone)]
pub(crate) struct Multigrid {
    levels: Vec<Level>,
}

#[derive(Debug, Clone)]
struct Level {
    system: System,
    right_side: Vec<f32>,
    solution: Vec<f32>,
}

impl Multigrid {
    pub(crate) fn new(system: &System) -> Self {
        let mut levels = vec![Level::of(system.clone())];
        loop {
            let last = &levels[levels.len() - 1].system;
            if last.total.len() <= LAST {
                return Self { levels };
            }
            let next = halved(last);
            levels.push(Level::of(next));
        }
    }

    /// The system that is inverted.
    pub(crate) fn system(&self) -> &System {
        &self.levels[0].system
    }

    /// An approximation of A⁻¹ b, linear and symmetric in b.
    pub(crate) fn cycle(&mut self, b: &[f32]) -> &[f32] {
        self.levels[0].right_side.copy_from_slice(b);
        self.descend(0);
        &self.levels[0].solution
    }

    fn descend(&mut self, at: usize) {
        let (above, below) = self.levels.split_at_mut(at + 1);
        let level = &mut above[at];
        level.solution.fill(0.0);
        let Some(next) = below.first_mut() else {
            for _ in 0..LAST_SWEEPS {
                level.sweep([0, 1]);
            }
            for _ in 0..LAST_SWEEPS {
                level.sweep([1, 0]);
            }
            return;
        };
        for _ in 0..SWEEPS {
            level.sweep([0, 1]);
        }
        level.restrict(&mut next.right_side, next.system.width);
        self.descend(at + 1);
        let (above, below) = self.levels.split_at_mut(at + 1);
        let (level, next) = (&mut above[at], &below[0]);
        level.correct(&next.solution, next.system.width);
        for _ in 0..SWEEPS {
            level.sweep([1, 0]);
        }
    }
}

impl Level {
    fn of(system: System) -> Self {
        let zeros = vec![0.0; system.total.len()];
        Self {
            right_side: zeros.clone(),
            solution: zeros,
            system,
        }
    }

    /// Solves each pixel's equation for the pixel: those of one colour of a chessboard, then those
    /// of the other.
    fn sweep(&mut self, colours: [usize; 2]) {
        let width = self.system.width;
        for colour in colours {
            for row in 0..self.system.height {
                for column in ((row + colour) % 2..width).step_by(2) {
                    let i = row * width + column;
                    let total = self.system.total[i];
                    if total > 0.0 {
                        let around = self.system.sum_of_neighbours(&self.solution, i);
                        self.solution[i] = (self.right_side[i] + around) / total;
                    }
                }
            }
        }
    }

    /// What is left of the right side, summed over blocks.
    fn restrict(&self, to: &mut [f32], across: usize) {
        let width = self.system.width;
        to.fill(0.0);
        for (i, b) in self.right_side.iter().enumerate() {
            let around = self.system.sum_of_neighbours(&self.solution, i);
            let left = b - (self.system.total[i] * self.solution[i] - around);
            to[i / width / 2 * across + i % width / 2] += left;
        }
    }

    fn correct(&mut self, by: &[f32], across: usize) {
        let width = self.system.width;
        for (i, value) in self.solution.iter_mut().enumerate() {
            if self.system.total[i] > 0.0 {
                *value += by[i / width / 2 * across + i % width / 2];
            }
        }
    }
}

/// The system between blocks.
fn halved(system: &System) -> System {
    let width = system.width;
    let (across, below) = (width.div_ceil(2), system.height.div_ceil(2));
    let zeros = vec![0.0; across * below];
    let (mut right, mut down, mut diagonal) = (zeros.clone(), zeros.clone(), zeros);
    for i in 0..system.total.len() {
        let (row, column) = (i / width, i % width);
        let block = row / 2 * across + column / 2;
        diagonal[block] += system.diagonal[i];
        if column % 2 == 1 {
            right[block] += 0.5 * system.right[i];
        }
        if row % 2 == 1 {
            down[block] += 0.5 * system.down[i];
        }
    }
    System::of_valid(across, below, [right, down], diagonal)
}
