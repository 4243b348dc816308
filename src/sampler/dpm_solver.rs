//! DPM-Solver++(2M) in log tau (Lu et al. 2022, algorithm 2; docs/method.md, section 7.1).

use burn::tensor::Tensor;

use super::Solver;
use crate::compute::formula::Formula;

/// DPM-Solver++(2M). A grid of n points takes n evaluations; the sample is the last D.
#[derive(Debug)]
pub struct DpmSolver2M {
    grid: Vec<f64>,
    /// The number of evaluations so far, and the index of the next point.
    next: usize,
    z: Tensor<4>,
    /// The previous D, and the step h = ln(a/b) from its point a to the next, b.
    before: Option<(Tensor<4>, f64)>,
}

impl DpmSolver2M {
    /// Starts at the state `z` and the first point of the grid.
    pub fn new(grid: Vec<f64>, z: Tensor<4>) -> Self {
        Self {
            grid,
            next: 0,
            z,
            before: None,
        }
    }
}

impl Solver for DpmSolver2M {
    fn query(&self) -> Option<(Tensor<4>, f64)> {
        let tau = *self.grid.get(self.next)?;
        Some((self.z.clone(), tau))
    }

    fn answer(&mut self, d: Tensor<4>) {
        let a = self.grid[self.next];
        self.next += 1;
        let Some(&b) = self.grid.get(self.next) else {
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
