//! Solvers of the probability-flow ODE dz/dtau = (z - D)/tau, one short struct each, to be read beside its paper.
//!
//! A solver asks (`query`) and is told (`answer`), so that whoever runs it decides when each evaluation happens: stop answering and it is cancelled.

use burn::tensor::Tensor;

/// A solver between two evaluations of the denoiser.
pub trait Solver {
    /// The state z and the noise level tau at which D is asked next; none once finished.
    fn query(&self) -> Option<(Tensor<4>, f64)>;

    /// Takes D at the query and moves on.
    fn answer(&mut self, d: Tensor<4>);

    /// The sample, once `query` has nothing more to ask.
    fn sample(&self) -> Tensor<4>;
}

/// Heun's second-order method (Karras et al. 2022, algorithm 1): down the grid, then to 0 by a Euler step. 2n - 1 evaluations on n points.
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
                let slope = (self.z.clone() - d) / a;
                let euler = self.z.clone() + slope.clone() * (b - a);
                if b > 0.0 {
                    self.predicted = euler;
                    self.slope = Some(slope);
                } else {
                    self.arrive(euler);
                }
            }
            Some(slope) => {
                let corrected = (slope + (self.predicted.clone() - d) / b) / 2.0;
                self.arrive(self.z.clone() + corrected * (b - a));
            }
        }
    }

    fn sample(&self) -> Tensor<4> {
        self.z.clone()
    }
}

/// DPM-Solver++(2M) in log sigma (Lu et al. 2022, algorithm 2): one evaluation a point; the last returns D itself.
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
        let extrapolated = match self.before.take() {
            None => d.clone(),
            Some((before, h_before)) => d.clone() + (d.clone() - before) * (h / (2.0 * h_before)),
        };
        self.z = self.z.clone() * (b / a) + extrapolated * (1.0 - b / a);
        self.before = Some((d, h));
    }

    fn sample(&self) -> Tensor<4> {
        self.z.clone()
    }
}
