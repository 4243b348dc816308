//! Conjugate gradients, preconditioned by a multigrid cycle.

use crate::exemplar::error::Error;
use crate::exemplar::poisson::multigrid::Multigrid;
use crate::exemplar::poisson::system::System;
use crate::exemplar::watch::{Watch, finished};

/// The root mean square, over the pixels, of the error that is left, measured by the system itself:
/// with weights of 1, of its gradients. In levels.
pub const TOLERANCE: f32 = 5e-4;
/// The most steps. Holes of 30 to 400 pixels took 4 to 14.
const MOST_STEPS: usize = 200;

/// Solves a system for any number of right sides.
#[derive(Debug, Clone)]
pub struct Solver {
    multigrid: Multigrid,
    residual: Vec<f32>,
    direction: Vec<f32>,
    image: Vec<f32>,
}

impl Solver {
    /// Prepares a system.
    pub fn new(system: &System) -> Self {
        let zeros = vec![0.0; system.total.len()];
        Self {
            multigrid: Multigrid::new(system),
            residual: zeros.clone(),
            direction: zeros.clone(),
            image: zeros,
        }
    }

    /// Solves A x = b, starting from `x`. Stops when the error left, measured as [`TOLERANCE`]
    /// says, is at most `tolerance`. Returns the number of steps.
    ///
    /// `go_on` is asked before each step.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for vectors of another length than the system's,
    /// [`Error::NotConverged`] after 200 steps, and [`Error::Cancelled`].
    pub fn solve(
        &mut self,
        b: &[f32],
        x: &mut [f32],
        tolerance: f32,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<usize, Error> {
        finished(
            async |watch| self.solved(b, x, tolerance, watch).await,
            &mut |_| go_on(),
        )
    }

    /// The same, as work that pauses before each step.
    pub(crate) async fn solved(
        &mut self,
        b: &[f32],
        x: &mut [f32],
        tolerance: f32,
        watch: Watch<'_>,
    ) -> Result<usize, Error> {
        if b.len() != self.image.len() || x.len() != b.len() {
            return Err(Error::InvalidOption(format!(
                "a system of {} equations does not take {} values",
                self.image.len(),
                b.len().max(x.len())
            )));
        }
        let small = f64::from(tolerance) * f64::from(tolerance) * b.len() as f64;
        self.multigrid.system().times(x, &mut self.image);
        for (residual, (b, image)) in self.residual.iter_mut().zip(b.iter().zip(&self.image)) {
            *residual = b - image;
        }
        self.direction.fill(0.0);
        let mut before = 0.0;
        for step in 0..MOST_STEPS {
            watch.pause().await;
            let inverse = self.multigrid.cycle(&self.residual);
            let error = dot(&self.residual, inverse);
            if error <= small {
                return Ok(step);
            }
            let again = if before > 0.0 { error / before } else { 0.0 } as f32;
            before = error;
            for (direction, inverse) in self.direction.iter_mut().zip(inverse) {
                *direction = inverse + again * *direction;
            }
            self.step(error, x);
        }
        Err(Error::NotConverged(format!(
            "the gradients' equations, in {MOST_STEPS} steps"
        )))
    }

    /// The step along the direction to where the error is least.
    fn step(&mut self, error: f64, x: &mut [f32]) {
        self.multigrid
            .system()
            .times(&self.direction, &mut self.image);
        let length = (error / dot(&self.direction, &self.image)) as f32;
        for (i, x) in x.iter_mut().enumerate() {
            *x += length * self.direction[i];
            self.residual[i] -= length * self.image[i];
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    let products = a.iter().zip(b).map(|(a, b)| f64::from(a * b));
    products.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exemplar::random::Random;

    /// A⁻¹ b by elimination, in f64.
    fn dense(system: &System, b: &[f32]) -> Vec<f64> {
        let n = b.len();
        let mut rows = vec![vec![0.0f64; n + 1]; n];
        let mut column = vec![0.0; n];
        for k in 0..n {
            let mut unit = vec![0.0; n];
            unit[k] = 1.0;
            system.times(&unit, &mut column);
            for (row, value) in rows.iter_mut().zip(&column) {
                row[k] = f64::from(*value);
            }
            rows[k][n] = f64::from(b[k]);
        }
        for k in 0..n {
            for other in (0..n).filter(|&other| other != k) {
                let factor = rows[other][k] / rows[k][k];
                let from = rows[k].clone();
                rows[other]
                    .iter_mut()
                    .zip(&from)
                    .for_each(|(to, from)| *to -= factor * from);
            }
        }
        (0..n).map(|k| rows[k][n] / rows[k][k]).collect()
    }

    #[test]
    fn it_solves_what_a_dense_solver_solves() {
        let (width, height) = (9, 7);
        let count = width * height;
        let mut random = Random::new(2, 0);
        let mut draw = || random.uniform() as f32;
        let mut weights = || {
            let weight = |_| if draw() < 0.2 { 1e-3 } else { 0.2 + draw() };
            (0..count).map(weight).collect::<Vec<f32>>()
        };
        let sides = [weights(), weights()];
        let diagonal = weights().iter().map(|w| 0.1 * w).collect();
        let system = System::new(width, height, sides, diagonal).expect("valid");
        let b: Vec<f32> = weights().iter().map(|w| 100.0 * (w - 0.5)).collect();
        let mut x = vec![0.0; count];
        let solved = Solver::new(&system).solve(&b, &mut x, TOLERANCE, &mut || true);
        solved.expect("it converges");
        let difference: Vec<f32> = dense(&system, &b)
            .iter()
            .zip(&x)
            .map(|(wanted, x)| (wanted - f64::from(*x)) as f32)
            .collect();
        let mut image = vec![0.0; count];
        system.times(&difference, &mut image);
        let error = (dot(&difference, &image) / count as f64).sqrt();
        // The cycle measures the error to a factor below 2.
        assert!(error < 2.0 * f64::from(TOLERANCE), "{error}");
    }

    /// A ramp is its own membrane: a hole with a ramp around it is filled with the ramp.
    #[test]
    fn a_hole_of_400_pixels_takes_few_steps() {
        let side = 402;
        let weights = vec![1.0; side * side];
        let known = |i: usize| {
            let (row, column) = (i / side, i % side);
            row.min(column).min(side - 1 - row).min(side - 1 - column) == 0
        };
        let ramp = |i: usize| 0.4 * (i / side) as f32 + 0.2 * (i % side) as f32;
        let pixels = 0..side * side;
        let of_known = |value: &dyn Fn(usize) -> f32| -> Vec<f32> {
            let values = pixels
                .clone()
                .map(|i| if known(i) { value(i) } else { 0.0 });
            values.collect()
        };
        let stiff = 1e4;
        let diagonal = of_known(&|_| stiff);
        let b = of_known(&|i| stiff * ramp(i));
        let system = System::new(side, side, [weights.clone(), weights], diagonal);
        let mut solver = Solver::new(&system.expect("valid"));
        let mut x = vec![0.0; side * side];
        let steps = solver.solve(&b, &mut x, TOLERANCE, &mut || true);
        let steps = steps.expect("it converges");
        let error = pixels.map(|i| (x[i] - ramp(i)).abs()).fold(0.0, f32::max);
        println!("{steps} steps, at most {error} levels from the ramp");
        assert!(steps <= 16);
        // Of the gradients' error, 5e-4 on average, over the 200 pixels to the rim.
        assert!(error < 200.0 * TOLERANCE);
    }

    #[test]
    fn lengths_are_checked_and_it_stops_when_told_to() {
        let system = System::new(2, 1, [vec![1.0; 2], vec![1.0; 2]], vec![1.0; 2]);
        let mut solver = Solver::new(&system.expect("valid"));
        let short = solver.solve(&[1.0], &mut [0.0; 2], TOLERANCE, &mut || true);
        assert!(matches!(short, Err(Error::InvalidOption(_))));
        let stopped = solver.solve(&[1.0; 2], &mut [0.0; 2], TOLERANCE, &mut || false);
        assert_eq!(stopped, Err(Error::Cancelled));
    }
}
