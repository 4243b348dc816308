//! Heun's second-order method (Karras et al. 2022, algorithm 1; docs/method.md, section 7.1).

use burn::tensor::Tensor;

use super::Solver;
use crate::compute::formula::{Formula, tensors};

/// Heun's method down the grid, then an Euler step to 0. A grid of n points takes 2n - 1
/// evaluations.
#[derive(Debug)]
pub struct Heun {
    grid: Vec<f64>,
    /// The steps so far, and the index of the point of `z`.
    steps: usize,
    z: Tensor<4>,
    /// The slope at `z`, between the two evaluations of a step.
    slope: Option<Tensor<4>>,
    /// The Euler step from `z`, where the second evaluation takes place.
    predicted: Tensor<4>,
}

impl Heun {
    /// Starts at the state `z` and the first point of the grid.
    pub fn new(grid: Vec<f64>, z: Tensor<4>) -> Self {
        Self {
            grid,
            steps: 0,
            predicted: z.clone(),
            z,
            slope: None,
        }
    }

    /// The steps so far.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// The noise level at which the current step ends.
    fn next_tau(&self) -> f64 {
        self.grid.get(self.steps + 1).copied().unwrap_or(0.0)
    }

    /// Ends a step at `z`.
    fn finish_step(&mut self, z: Tensor<4>) {
        self.steps += 1;
        self.predicted = z.clone();
        self.z = z;
    }
}

impl Solver for Heun {
    fn query(&self) -> Option<(Tensor<4>, f64)> {
        let tau = *self.grid.get(self.steps)?;
        match self.slope {
            None => Some((self.z.clone(), tau)),
            Some(_) => Some((self.predicted.clone(), self.next_tau())),
        }
    }

    fn answer(&mut self, d: Tensor<4>) {
        let (a, b) = (self.grid[self.steps], self.next_tau());
        match self.slope.take() {
            None => {
                let z = Formula::from(&self.z);
                let slope = (&z - d) / a;
                let [euler, slope] = tensors([z + &slope * (b - a), slope]);
                if b > 0.0 {
                    self.predicted = euler;
                    self.slope = Some(slope);
                } else {
                    self.finish_step(euler);
                }
            }
            Some(slope) => {
                let corrected = (Formula::from(&self.predicted) - d) / b + slope;
                let z = Formula::from(&self.z) + corrected / 2.0 * (b - a);
                self.finish_step(z.tensor());
            }
        }
    }

    fn sample(&self) -> Tensor<4> {
        self.z.clone()
    }
}
