//! Theorem 1 of arXiv 2606.17048, and the Gaussian posterior under the 1/f² prior.
//!
//! With z = x + tau eps, the exact posterior score depends on the denoiser D(mu*, Sigma*) alone
//! (docs/method.md, section 2.1):
//!
//! ```text
//! Sigma* = (I/tau² + AᵀA/sigma_y²)^-1
//! mu*    = Sigma* (z/tau² + Aᵀy/sigma_y²)            the pivot
//! score  = (D(mu*, Sigma*) - z)/tau²
//! ```
//!
//! The Gaussian posterior is this project's own preconditioning (section 5): the mean g and the
//! pixel variance q of x given z and y for x ~ N(0, Q^-1), and w0, the mean given y alone. Each
//! kind of operator has its solver: `spectral.rs`, `diagonal.rs`, `per_channel.rs`, `spatial.rs`,
//! `iterative.rs`, and `custom.rs` for those that solve for themselves.
//!
//! All images are planes on the prior's colour axes.

mod custom;
mod diagonal;
mod draws;
mod inputs;
mod iterative;
mod measured_frequencies;
pub mod measurement;
mod per_channel;
mod solver;
mod spatial;
mod spectral;

use std::cell::OnceCell;
use std::rc::Rc;

use burn::tensor::Tensor;

use self::custom::CustomSolver;
use self::diagonal::DiagonalSolver;
use self::draws::{DrawnVariances, VarianceDraws, Variances};
use self::iterative::IterativeSolver;
use self::measured_frequencies::MeasuredFrequencies;
use self::measurement::Measurement;
use self::per_channel::PerChannelSolver;
use self::solver::GaussianSolver;
use self::spatial::SpatialSolver;
use self::spectral::SpectralSolver;
use crate::compute::formula::Formula;
use crate::error::Error;
use crate::operators::{Iterative, PriorUpdate, VarianceSource};
use crate::prior::GaussianPrior;

/// The standard deviation of images in [-1, 1] (sigma_data of EDM, s in docs/method.md).
pub const SIGMA_DATA: f64 = 0.5;
/// sigma_data².
const DATA_VARIANCE: f64 = SIGMA_DATA * SIGMA_DATA;

/// The posterior of x given a measurement: everything that takes no network.
#[derive(Debug, Clone)]
pub struct Posterior {
    measurement: Measurement,
    /// y as one node, so that a formula that uses it twice reads it once.
    y: Formula,
    prior: GaussianPrior,
    /// w0.
    estimate: Tensor<4>,
    drawn: DrawnVariances,
    wanted: Option<Rc<[bool]>>,
    /// y in the DFT, computed by [`Self::inputs`] on first use.
    measured_frequencies: OnceCell<MeasuredFrequencies>,
}

/// Theorem 1: a query z at the noise level tau becomes mu* under noise of covariance Sigma*.
impl Posterior {
    /// mu*, the pivot of the query z `[B, 3, H, W]`, at t2 = tau² `[B or 1, 1, 1, 1]`.
    ///
    /// This is where y becomes mu*.
    pub fn pivot(&self, z: Tensor<4>, t2: Tensor<4>) -> Tensor<4> {
        self.update(z.into(), t2).tensor()
    }

    /// p = diag Sigma* for each channel, at t2 = tau²; broadcasts to `[B, 3, H, W]`.
    pub fn pixel_variance(&self, t2: Tensor<4>) -> Formula {
        let Measurement { operator, s2, .. } = &self.measurement;
        match operator.prior_update().noise_variances() {
            VarianceSource::Closed(closed) => closed.pixel_variance(t2, s2.clone()),
            VarianceSource::Drawn(solver) => self.drawn_variances(solver, &t2).pixels.into(),
        }
    }

    /// The eight noise-geometry maps of Sigma* (docs/method.md, section 4.1), at t2 = tau²;
    /// broadcasts to `[B, 8, H, W]`.
    pub fn band_variances(&self, t2: Tensor<4>) -> Formula {
        let Measurement { operator, s2, .. } = &self.measurement;
        match operator.prior_update().noise_variances() {
            VarianceSource::Closed(closed) => closed.band_variances(t2, s2.clone()),
            VarianceSource::Drawn(solver) => self.drawn_variances(solver, &t2).bands.into(),
        }
    }

    /// E[x | y] for x ~ N(m, v I): the operator's update.
    fn update(&self, m: Formula, v: Tensor<4>) -> Formula {
        let Measurement { operator, s2, .. } = &self.measurement;
        operator.update(m, v, self.y.clone(), s2.clone())
    }

    fn drawn_variances(&self, solver: &Iterative, t2: &Tensor<4>) -> Variances {
        let draws = VarianceDraws {
            measurement: &self.measurement,
            solver,
            prior: &self.prior,
        };
        self.drawn.at(&draws, t2)
    }
}

/// The Gaussian posterior under the 1/f² prior.
impl Posterior {
    /// w0 = E[x | y], `[B, 3, H, W]`: the best estimate without a network, and 0 far from any
    /// measurement.
    pub fn linear_estimate(&self) -> Tensor<4> {
        self.estimate.clone()
    }

    /// g = E[x | z, y], `[B, 3, H, W]`, for a query z at t2 = tau².
    pub fn gaussian_mean(&self, z: Tensor<4>, t2: Tensor<4>) -> Tensor<4> {
        self.solver().mean(z, t2, self.linear_estimate())
    }

    /// q, the pixel variance of x given z and y, at t2 = tau²; broadcasts to `[B, 3, H, W]`. It
    /// depends on the operator and t2 alone.
    pub fn gaussian_variance(&self, t2: Tensor<4>) -> Tensor<4> {
        self.solver().variance(t2)
    }

    /// w: the pivot with the noise of unmeasured directions shrunk towards g (docs/method.md,
    /// section 5.10).
    pub fn shrunk_pivot(&self, z: Tensor<4>, t2: Tensor<4>, g: Tensor<4>) -> Tensor<4> {
        self.shrunk(z.into(), t2, g.into()).tensor()
    }

    fn shrunk(&self, z: Formula, t2: Tensor<4>, g: Formula) -> Formula {
        let t2 = Formula::from(t2);
        let [m, v] = shrunk_query(z, &t2, g);
        self.update(m, v.tensor())
    }

    /// A draw of N(0, (Q + AᵀA/s2)^-1), the deviation of the Gaussian posterior given y, by
    /// Matheron's rule: a draw of the prior less its own linear estimate (docs/method.md, section
    /// 5.9).
    ///
    /// `white`: white noise of the image's shape. `noise`: white noise of the measurement's shape.
    pub fn deviation(&self, white: Tensor<4>, noise: Tensor<4>) -> Tensor<4> {
        let x = self.prior.draw(white);
        let y = self.measurement.simulate(x.clone(), noise);
        let drawn = self.measurement.with(y);
        x - gaussian_solver(&drawn, &self.prior, &self.drawn).linear_estimate()
    }

    fn solver(&self) -> Box<dyn GaussianSolver + '_> {
        gaussian_solver(&self.measurement, &self.prior, &self.drawn)
    }
}

impl Posterior {
    /// Computes w0.
    ///
    /// # Panics
    /// Where y does not have the operator's measurement shape.
    pub fn new(measurement: Measurement, prior: GaussianPrior) -> Self {
        let observed = measurement.operator.observed(measurement.y.clone());
        let measurement = measurement.with(observed);
        let drawn = DrawnVariances::default();
        let estimate = gaussian_solver(&measurement, &prior, &drawn).linear_estimate();
        Self {
            y: (&measurement.y).into(),
            measurement,
            prior,
            estimate,
            drawn,
            wanted: None,
            measured_frequencies: OnceCell::new(),
        }
    }

    /// The same posterior for a restoration of some pixels alone, one entry for each pixel.
    /// Elsewhere a denoiser may return g in place of D.
    pub fn with_wanted(self, pixels: Vec<bool>) -> Self {
        Self {
            wanted: Some(pixels.into()),
            ..self
        }
    }

    /// The image nearest to x `[B, 3, H, W]` that satisfies what y states exactly.
    pub fn constrained(&self, x: Tensor<4>) -> Tensor<4> {
        let Measurement { operator, y, .. } = &self.measurement;
        operator.constrained(x, y)
    }

    /// The pixels to be restored, one entry for each; `None` for all.
    pub fn wanted(&self) -> Option<&[bool]> {
        self.wanted.as_deref()
    }

    /// The measurement, y being 0 in the entries that are not observed.
    pub fn measurement(&self) -> &Measurement {
        &self.measurement
    }

    /// The 1/f² prior, on images of the restored size.
    pub fn prior(&self) -> &GaussianPrior {
        &self.prior
    }

    /// An image of the restored size from its values.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for another number of values.
    pub fn image(&self, values: Vec<f32>) -> Result<Tensor<4>, Error> {
        let shape = self.estimate.dims();
        let expected = shape.iter().product::<usize>();
        if values.len() != expected {
            return Err(Error::InvalidOption(format!(
                "an image of {} values; this restoration's have {expected}",
                values.len()
            )));
        }
        Ok(self.prior.device().tensor_f32(values, shape))
    }

    /// The worst residual of the operator's iterations so far, divided by their tolerance:
    /// `[1, 1, 1, 1]`. `None` if nothing iterates to a tolerance.
    pub fn residual(&self) -> Option<Tensor<4>> {
        self.measurement.operator.residual()
    }
}

/// The solver for the measurement's operator.
fn gaussian_solver<'a>(
    measurement: &'a Measurement,
    prior: &'a GaussianPrior,
    drawn: &'a DrawnVariances,
) -> Box<dyn GaussianSolver + 'a> {
    match measurement.operator.prior_update() {
        PriorUpdate::Spectral(update) => Box::new(SpectralSolver {
            update,
            measurement,
            prior,
        }),
        PriorUpdate::Diagonal(update) => Box::new(DiagonalSolver {
            update,
            measurement,
            prior,
        }),
        PriorUpdate::PerChannel(update) => Box::new(PerChannelSolver {
            update,
            measurement,
            prior,
        }),
        PriorUpdate::Spatial(update) => Box::new(SpatialSolver {
            update,
            measurement,
            prior,
        }),
        PriorUpdate::Custom(update) => Box::new(CustomSolver {
            update,
            measurement,
            prior,
        }),
        PriorUpdate::Iterative(update) => Box::new(IterativeSolver {
            update,
            measurement,
            prior,
            drawn,
        }),
    }
}

/// The mean and the variance of the query z of noise variance t2, shrunk towards g, from which
/// images deviate by sigma_data: (sigma_data² z + t2 g)/(t2 + sigma_data²) and
/// t2 sigma_data²/(t2 + sigma_data²).
fn shrunk_query(z: Formula, t2: &Formula, g: Formula) -> [Formula; 2] {
    let sum = t2 + DATA_VARIANCE;
    [
        (z * DATA_VARIANCE + t2 * g) / &sum,
        t2 * DATA_VARIANCE / sum,
    ]
}
