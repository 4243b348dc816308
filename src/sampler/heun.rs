//! Heun's second-order method (Karras et al. 2022, algorithm 1).

use burn::tensor::Tensor;

use super::Solver;
use crate::compute::formula::{Formula, tensors};

/// Down the grid, then to 0 by a Euler step. 2n - 1 evaluations on n points.
pub struct Heun {
    grid: Vec<f64>,
    at: usize,
    z: Tensor<4>,
    /// The slope at z, while the corrector's evaluation at `predicted` is awaited.
    slope: Option<Tensor<4>>,
    predicted: Tensor<4>,
}

impl Heun {
    /// Starts at `z`, at the grid's first tau.
    pub fn new(grid: Vec<f64>, z: Tensor<4>) -> Self {
        Self {
            grid,
            at: 0,
            predicted: z.clone(),
            z,
            slope: None,
        }
    }

    /// Steps made so far.
    pub(super) fn steps(&self) -> usize {
        self.at
    }

    fn next_tau(&self) -> f64 {
        self.grid.get(self.at + 1).copied().unwrap_or(0.0)
    }

    fn arrive(&mut self, z: Tensor<4>) {
        self.at += 1;
        self.predicted = z.clone();
        self.z = z;
    }
}

impl Solver for Heun {
    fn query(&self) -> Option<(Tensor<4>, f64)> {
        let tau = *self.grid.get(self.at)?;
        match self.slope {
            None => Some((self.z.clone(), tau)),
            Some(_) => Some((self.predicted.clone(), self.next_tau())),
        }
    }

    fn answer(&mut self, d: Tensor<4>) {
        let (a, b) = (self.grid[self.at], self.next_tau());
        match self.slope.take() {
            None => {
                let z = Formula::from(&self.z);
                let slope = (&z - d) / a;
                let [euler, slope] = tensors([z + &slope * (b - a), slope]);
                if b > 0.0 {
                    self.predicted = euler;
                    self.slope = Some(slope);
                } else {
                    self.arrive(euler);
                }
            }
            Some(slope) => {
                let corrected = (Formula::from(&self.predicted) - d) / b + slope;
                let z = Formula::from(&self.z) + corrected / 2.0 * (b - a);
                self.arrive(z.tensor());
            }
        }
    }

    fn sample(&self) -> Tensor<4> {
        self.z.clone()
    }
}
