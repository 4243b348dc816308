//! The posterior mean E[x | y]: D at the top noise level, where z carries almost no information
//! beside y, and its refinement (docs/method.md, section 7.2). z is 0 there, the mean of its noise:
//! what D takes from a draw is an error.
//!
//! Refining: by the tower rule, E[x | y] = E[D(z, tau)] over z = x + tau n given y, at every tau,
//! and the mean of z is E[x | y] itself. At a low tau the network errs less than from y alone,
//! since z shows it its earlier estimate. An antithetic pair cancels the part of D that is linear
//! in n:
//!
//! ```text
//! E[x | y] ≈ (D(mean + tau n, tau) + D(mean - tau n, tau))/2
//! ```
//!
//! This is exact if D is linear, as the denoiser of a Gaussian prior is. `docs/operators.md` has
//! the measured gain.

use burn::tensor::Tensor;

use super::Solver;
use crate::compute::formula::Formula;
use crate::denoiser::TAU_TOP;

/// The noise level of the pair. Among levels from 0.05 to 5, this one gains the most, or within
/// 0.05 dB of it, on the paper's tasks and on others at sigma_y = 0.01 to 0.05, except colourising.
const TAU_OF_PAIR: f64 = 0.1;

/// The posterior mean by one evaluation, or by three if it is refined.
#[derive(Debug)]
pub struct PosteriorMean {
    /// The state at [`TAU_TOP`] before the first evaluation, then the mean.
    mean: Tensor<4>,
    /// tau n of the pair; `None` for a mean that is not refined.
    noise: Option<Tensor<4>>,
    /// D at mean + tau n.
    plus: Option<Tensor<4>>,
    /// The evaluations so far.
    answered: usize,
}

impl PosteriorMean {
    /// The evaluations that refining takes.
    pub const PAIR: usize = 2;

    /// `like`: any tensor of the image's shape, on its device. `n`: white noise of that shape and
    /// of deviation 1; with it the mean is refined.
    pub fn new(like: &Tensor<4>, n: Option<Tensor<4>>) -> Self {
        Self {
            mean: like.zeros_like(),
            noise: n.map(|n| n * TAU_OF_PAIR),
            plus: None,
            answered: 0,
        }
    }
}

impl Solver for PosteriorMean {
    fn query(&self) -> Option<(Tensor<4>, f64)> {
        let mean = Formula::from(&self.mean);
        match (self.answered, self.noise.clone()) {
            (0, _) => Some((self.mean.clone(), TAU_TOP)),
            (1, Some(noise)) => Some(((mean + noise).tensor(), TAU_OF_PAIR)),
            (2, Some(noise)) => Some(((mean - noise).tensor(), TAU_OF_PAIR)),
            _ => None,
        }
    }

    fn answer(&mut self, d: Tensor<4>) {
        self.answered += 1;
        match (self.answered, self.plus.take()) {
            (2, _) => self.plus = Some(d),
            (_, Some(plus)) => self.mean = ((Formula::from(plus) + d) / 2.0).tensor(),
            _ => self.mean = d,
        }
    }

    /// The mean so far.
    fn sample(&self) -> Tensor<4> {
        self.mean.clone()
    }
}
