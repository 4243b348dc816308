//! Euler's method, which with this ODE is DDIM (Song et al. 2021, equation 12, without noise).

use burn::tensor::Tensor;

use super::Solver;
use crate::compute::formula::Formula;

/// One evaluation a point; the last step, to 0, returns D itself.
pub struct Euler {
    grid: Vec<f64>,
    at: usize,
    z: Tensor<4>,
}

impl Euler {
    /// Starts at `z`, at the grid's first tau.
    pub fn new(grid: Vec<f64>, z: Tensor<4>) -> Self {
        Self { grid, at: 0, z }
    }
}

impl Solver for Euler {
    fn query(&self) -> Option<(Tensor<4>, f64)> {
        let tau = *self.grid.get(self.at)?;
        Some((self.z.clone(), tau))
    }

    fn answer(&mut self, d: Tensor<4>) {
        let a = self.grid[self.at];
        self.at += 1;
        let b = self.grid.get(self.at).copied().unwrap_or(0.0);
        // z + (b - a) (z - D)/a, written as a mean of z and D.
        self.z = (Formula::from(&self.z) * (b / a) + Formula::from(d) * (1.0 - b / a)).tensor();
    }

    fn sample(&self) -> Tensor<4> {
        self.z.clone()
    }
}
