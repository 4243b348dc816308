//! EDM's stochastic sampler (Karras et al. 2022, algorithm 2): noise is added before each step,
//! then Heun's method goes down from there.

use burn::tensor::Tensor;

use super::{Heun, Solver};
use crate::compute::white_noise::WhiteNoise;

/// How much noise is added, in the paper's names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChurnParameters {
    /// S_churn: over the whole path; a step adds up to (sqrt 2 - 1) tau.
    pub churn: f64,
    /// S_tmin and S_tmax: where noise is added.
    pub tau_min: f64,
    pub tau_max: f64,
    /// S_noise: the added noise's standard deviation; 1 is exact.
    pub noise: f64,
}

impl Default for ChurnParameters {
    /// A fifth of tau in a path of 20 steps, over the levels where images take shape.
    fn default() -> Self {
        Self {
            churn: 4.0,
            tau_min: 0.05,
            tau_max: 50.0,
            noise: 1.0,
        }
    }
}

/// 2n - 1 evaluations on n points, as for Heun's method.
pub struct Churn {
    grid: Vec<f64>,
    at: usize,
    churning: ChurnParameters,
    noise: WhiteNoise,
    /// The step under way.
    step: Heun,
}

impl Churn {
    /// Starts at `z`, at the grid's first tau.
    pub fn new(grid: Vec<f64>, z: Tensor<4>, churning: ChurnParameters, noise: WhiteNoise) -> Self {
        let mut solver = Self {
            step: Heun::new(Vec::new(), z.clone()),
            grid,
            at: 0,
            churning,
            noise,
        };
        solver.begin(z);
        solver
    }

    /// gamma of the step from `tau`.
    fn gamma(&self, tau: f64) -> f64 {
        let ChurnParameters {
            churn,
            tau_min,
            tau_max,
            ..
        } = self.churning;
        if !(tau_min..=tau_max).contains(&tau) {
            return 0.0;
        }
        (churn / self.grid.len() as f64).min(2.0_f64.sqrt() - 1.0)
    }

    /// Adds noise to `z` and sets out for the next point of the grid.
    fn begin(&mut self, z: Tensor<4>) {
        let Some(&tau) = self.grid.get(self.at) else {
            self.step = Heun::new(Vec::new(), z);
            return;
        };
        let raised = tau * (1.0 + self.gamma(tau));
        let added = (raised * raised - tau * tau).sqrt() * self.churning.noise;
        let z = if added > 0.0 {
            let n = self.noise.draw(z.dims());
            z + n * added
        } else {
            z
        };
        let mut grid = vec![raised];
        grid.extend(self.grid.get(self.at + 1));
        self.step = Heun::new(grid, z);
        self.at += 1;
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
