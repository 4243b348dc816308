//! Euler's method, which is DDIM for this ODE (Song, Meng and Ermon 2021, equation 12 without
//! noise).

use burn::tensor::Tensor;

use super::Solver;
use crate::compute::formula::Formula;

/// Euler's method down the grid, then to 0. A grid of n points takes n evaluations; the sample is
/// the last D.
#[derive(Debug)]
pub struct Euler {
    grid: Vec<f64>,
    /// The number of evaluations so far, and the index of the next point.
    next: usize,
    z: Tensor<4>,
}

impl Euler {
    /// Starts at the state `z` and the first point of the grid.
    pub fn new(grid: Vec<f64>, z: Tensor<4>) -> Self {
        Self { grid, next: 0, z }
    }
}

impl Solver for Euler {
    fn query(&self) -> Option<(Tensor<4>, f64)> {
        let tau = *self.grid.get(self.next)?;
        Some((self.z.clone(), tau))
    }

    fn answer(&mut self, d: Tensor<4>) {
        let a = self.grid[self.next];
        self.next += 1;
        let b = self.grid.get(self.next).copied().unwrap_or(0.0);
        // z + (b - a) (z - D)/a, as a weighted mean of z and D.
        self.z = (Formula::from(&self.z) * (b / a) + Formula::from(d) * (1.0 - b / a)).tensor();
    }

    fn sample(&self) -> Tensor<4> {
        self.z.clone()
    }
}
