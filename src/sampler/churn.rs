//! EDM's stochastic sampler (Karras et al. 2022, algorithm 2): each step adds noise, then descends
//! from the raised noise level by Heun's method.

use burn::tensor::Tensor;

use super::{Heun, Solver};
use crate::compute::white_noise::WhiteNoise;

/// How much noise the sampler adds, and where; in the symbols of the paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChurnParameters {
    /// S_churn, for the whole path. A step raises tau by S_churn/points of itself, at most by
    /// √2 - 1.
    pub churn: f64,
    /// S_tmin: the lowest noise level at which noise is added.
    pub tau_min: f64,
    /// S_tmax: the highest.
    pub tau_max: f64,
    /// S_noise: the standard deviation of the added noise, relative to the exact one.
    pub noise: f64,
}

impl Default for ChurnParameters {
    /// Raises tau by a fifth in a path of 20 steps, at the levels at which images take shape.
    fn default() -> Self {
        Self {
            churn: 4.0,
            tau_min: 0.05,
            tau_max: 50.0,
            noise: 1.0,
        }
    }
}

/// EDM's stochastic sampler. A grid of n points takes 2n - 1 evaluations.
#[derive(Debug)]
pub struct Churn {
    grid: Vec<f64>,
    /// The point of the grid at which the next step begins.
    next: usize,
    parameters: ChurnParameters,
    noise: WhiteNoise,
    /// The current step: Heun's method from the raised noise level to the next point.
    step: Heun,
}

impl Churn {
    /// Starts at the state `z` and the first point of the grid, and adds draws of `noise`.
    pub fn new(
        grid: Vec<f64>,
        z: Tensor<4>,
        parameters: ChurnParameters,
        noise: WhiteNoise,
    ) -> Self {
        let mut solver = Self {
            step: Heun::new(Vec::new(), z.clone()),
            grid,
            next: 0,
            parameters,
            noise,
        };
        solver.begin(z);
        solver
    }

    /// gamma: the step from `tau` begins at (1 + gamma) tau.
    fn gamma(&self, tau: f64) -> f64 {
        let ChurnParameters {
            churn,
            tau_min,
            tau_max,
            ..
        } = self.parameters;
        if !(tau_min..=tau_max).contains(&tau) {
            return 0.0;
        }
        (churn / self.grid.len() as f64).min(2.0_f64.sqrt() - 1.0)
    }

    /// Adds noise to `z` and begins the step to the next point of the grid.
    fn begin(&mut self, z: Tensor<4>) {
        let Some(&tau) = self.grid.get(self.next) else {
            self.step = Heun::new(Vec::new(), z);
            return;
        };
        let raised = tau * (1.0 + self.gamma(tau));
        let added = (raised * raised - tau * tau).sqrt() * self.parameters.noise;
        let z = if added > 0.0 {
            let n = self.noise.draw(z.dims());
            z + n * added
        } else {
            z
        };
        let mut grid = vec![raised];
        grid.extend(self.grid.get(self.next + 1));
        self.step = Heun::new(grid, z);
        self.next += 1;
    }
}

impl Solver for Churn {
    fn query(&self) -> Option<(Tensor<4>, f64)> {
        self.step.query()
    }

    fn answer(&mut self, d: Tensor<4>) {
        self.step.answer(d);
        if self.step.steps() == 1 {
            let z = self.step.sample();
            self.begin(z);
        }
    }

    fn sample(&self) -> Tensor<4> {
        self.step.sample()
    }
}
