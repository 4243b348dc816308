//! DPM-Solver++(2M) in log sigma (Lu et al. 2022, algorithm 2).

use burn::tensor::Tensor;

use super::Solver;
use crate::compute::formula::Formula;

/// One evaluation a point; the last returns D itself.
pub struct DpmSolver2M {
    grid: Vec<f64>,
    at: usize,
    z: Tensor<4>,
    /// The last D, and the step h = ln(a/b) that led from it.
    before: Option<(Tensor<4>, f64)>,
}

impl DpmSolver2M {
    /// Starts at `z`, at the grid's first tau.
    pub fn new(grid: Vec<f64>, z: Tensor<4>) -> Self {
        Self {
            grid,
            at: 0,
            z,
            before: None,
        }
    }
}

impl Solver for DpmSolver2M {
    fn query(&self) -> Option<(Tensor<4>, f64)> {
        let tau = *self.grid.get(self.at)?;
        Some((self.z.clone(), tau))
    }

    fn answer(&mut self, d: Tensor<4>) {
        let a = self.grid[self.at];
        self.at += 1;
        let Some(&b) = self.grid.get(self.at) else {
            self.z = d;
            return;
        };
        let h = (a / b).ln();
        let now = Formula::from(&d);
        let extrapolated = match self.before.take() {
            None => now,
            Some((before, h_before)) => &now + (&now - before) * (h / (2.0 * h_before)),
        };
        self.z = (Formula::from(&self.z) * (b / a) + extrapolated * (1.0 - b / a)).tensor();
        self.before = Some((d, h));
    }

    fn sample(&self) -> Tensor<4> {
        self.z.clone()
    }
}
