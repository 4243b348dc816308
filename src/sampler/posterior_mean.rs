//! E[x | y]: D at the top of the grid, where z holds next to nothing beside y (method, section 2), and the same refined.
//!
//! By the tower rule E[x | y] = E[D(z, tau)] over z = x + tau n given y, at every tau. A network that is shown z at a low tau has less to make up at once than
//! from y alone, and errs less. z's own mean is E[x | y], and an antithetic pair cancels whatever D answers linearly to the noise:
//!
//!     E[x | y] = (D(mean + tau n, tau) + D(mean - tau n, tau)) / 2
//!
//! which is exact where D is linear, as that of a Gaussian prior is. `docs/operators.md` tells what it gains.

use burn::tensor::Tensor;

use super::Solver;
use crate::kernels::formula::Formula;

/// The pair's noise level. Of 0.05 to 5 on the paper's tasks, and on others at sigma_y = 0.01 to 0.05, what gains most or within 0.05 dB of it, but for colours.
const TAU_OF_PAIR: f64 = 0.1;

/// One evaluation, or three.
pub struct PosteriorMean {
    next: Next,
    tau: f64,
    /// The state at `tau`; then the mean so far.
    mean: Tensor<4>,
    /// tau n of the pair, where it is to be refined.
    noise: Option<Tensor<4>>,
}

/// What is asked next.
enum Next {
    Top,
    Plus,
    Minus { plus: Tensor<4> },
    Nothing,
}

impl PosteriorMean {
    /// Evaluations that refining takes.
    pub const PAIR: usize = 2;

    /// `z`: a state at the noise level `tau`; `n`: white noise of deviation 1 of the same shape, to refine the mean by.
    pub fn new(tau: f64, z: Tensor<4>, n: Option<Tensor<4>>) -> Self {
        Self {
            next: Next::Top,
            tau,
            mean: z,
            noise: n.map(|n| n * TAU_OF_PAIR),
        }
    }
}

impl Solver for PosteriorMean {
    fn query(&self) -> Option<(Tensor<4>, f64)> {
        let mean = Formula::from(&self.mean);
        let noise = || self.noise.clone().expect("a mean that is refined");
        match self.next {
            Next::Top => Some((self.mean.clone(), self.tau)),
            Next::Plus => Some(((mean + noise()).tensor(), TAU_OF_PAIR)),
            Next::Minus { .. } => Some(((mean - noise()).tensor(), TAU_OF_PAIR)),
            Next::Nothing => None,
        }
    }

    fn answer(&mut self, d: Tensor<4>) {
        self.next = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Top => {
                self.mean = d;
                self.noise.as_ref().map_or(Next::Nothing, |_| Next::Plus)
            }
            Next::Plus => Next::Minus { plus: d },
            Next::Minus { plus } => {
                self.mean = ((Formula::from(&plus) + d) / 2.0).tensor();
                Next::Nothing
            }
            Next::Nothing => panic!("nothing was asked"),
        };
    }

    /// The mean so far.
    fn sample(&self) -> Tensor<4> {
        self.mean.clone()
    }
}
