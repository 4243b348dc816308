//! Theorem 1 of arXiv 2606.17048, and the Gaussian posterior under the 1/f² prior.
//!
//! With z = x + tau eps, the exact posterior score needs the denoiser D(mu*, Sigma*) alone:
//!
//! ```text
//! Sigma* = (I/tau² + AᵀA/sigma_y²)^-1      mu* = Sigma* (z/tau² + Aᵀy/sigma_y²)      the pivot
//! score  = (D(mu*, Sigma*) - z)/tau²
//! ```
//!
//! The Gaussian posterior is the project's own preconditioning (method, section 5): the mean g and
//! pixel variance q of x given (z, y) when x ~ N(0, Q^-1).

pub mod draws;
mod inputs;
pub mod measurement;

use std::cell::OnceCell;
use std::rc::Rc;

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::{AvgPoolOptions, PadMode};

use self::inputs::MeasuredFrequencies;
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients};
use crate::compute::formula::Formula;
use crate::error::Error;
use crate::operators::{PriorUpdate, SpatialUpdate};
use crate::posterior::draws::{DrawnVariances, Problem, Variances};
use crate::posterior::measurement::Measurement;
use crate::prior::{self, C, GaussianPrior, KAPPA2, membrane_at, precision_times};

/// The standard deviation of images in [-1, 1] (EDM's sigma_data).
pub const SIGMA_DATA: f64 = 0.5;
/// Its square.
const DATA: f64 = SIGMA_DATA * SIGMA_DATA;

/// Iterations of w0 and g for masks: those the network was trained with. They carry information
/// across holes of up to about 42 px.
const ESTIMATE_ITERATIONS: usize = 25;
const MEAN_ITERATIONS: usize = 16;

/// A measurement under the 1/f² prior: everything of the posterior that needs no network.
#[derive(Clone)]
pub struct Posterior {
    measurement: Measurement,
    /// y, so that formulas that share it read it once.
    y: Formula,
    prior: GaussianPrior,
    estimate: Tensor<4>,
    drawn: DrawnVariances,
    wanted: Option<Rc<[bool]>>,
    /// What [`Self::inputs`] sees of y in the DFT, once asked for.
    measured_frequencies: OnceCell<MeasuredFrequencies>,
}

impl Posterior {
    /// Computes the linear estimate once.
    pub fn new(measurement: Measurement, prior: GaussianPrior) -> Self {
        let observed = measurement.operator.observed(measurement.y.clone());
        let measurement = measurement.with(observed);
        let estimate = linear_estimate(&measurement, &prior);
        Self {
            y: (&measurement.y).into(),
            measurement,
            prior,
            estimate,
            drawn: DrawnVariances::default(),
            wanted: None,
            measured_frequencies: OnceCell::new(),
        }
    }

    /// For restorations of some pixels alone, an entry a pixel: elsewhere D may be no more than g.
    pub fn wanting(self, pixels: Vec<bool>) -> Self {
        Self {
            wanted: Some(pixels.into()),
            ..self
        }
    }

    /// The pixels that are to be restored; none: all.
    pub fn wanted(&self) -> Option<&[bool]> {
        self.wanted.as_deref()
    }

    pub fn measurement(&self) -> &Measurement {
        &self.measurement
    }

    pub fn prior(&self) -> &GaussianPrior {
        &self.prior
    }

    /// w0 = E[x | y] under the 1/f² prior: the best estimate without a network; 0 where there is no
    /// measurement. `[B, 3, H, W]`.
    pub fn linear_estimate(&self) -> Tensor<4> {
        self.estimate.clone()
    }

    /// An image of the restored size from its values.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where there are more or fewer of them.
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

    /// E[x | y] for x ~ N(m, v I).
    fn update(&self, m: Formula, v: Tensor<4>) -> Formula {
        let Measurement { operator, s2, .. } = &self.measurement;
        operator.update(m, v, self.y.clone(), s2.clone())
    }

    /// mu*, the pivot of the query z at noise variance t2 = tau².
    pub fn pivot(&self, z: Tensor<4>, t2: Tensor<4>) -> Tensor<4> {
        self.update(z.into(), t2).tensor()
    }

    /// w: the pivot with the noise of unobserved directions shrunk towards g.
    pub fn shrunk_pivot(&self, z: Tensor<4>, t2: Tensor<4>, g: Tensor<4>) -> Tensor<4> {
        self.shrunk(z.into(), t2, g.into()).tensor()
    }

    fn shrunk(&self, z: Formula, t2: Tensor<4>, g: Formula) -> Formula {
        let t2 = Formula::from(t2);
        let [m, v] = beside(z, &t2, g);
        self.update(m, v.tensor())
    }

    /// p = diag Sigma*, per channel; broadcasts to `[B, 3, H, W]`.
    pub fn pixel_variance(&self, t2: Tensor<4>) -> Formula {
        let Measurement { operator, s2, .. } = &self.measurement;
        let closed = operator.pixel_variance(t2.clone(), s2.clone());
        closed.unwrap_or_else(|| self.drawn(&t2).pixels.into())
    }

    /// v, the eight noise-geometry maps of Sigma*; broadcasts to `[B, 8, H, W]`.
    pub fn band_variances(&self, t2: Tensor<4>) -> Formula {
        let Measurement { operator, s2, .. } = &self.measurement;
        let closed = operator.band_variances(t2.clone(), s2.clone());
        closed.unwrap_or_else(|| self.drawn(&t2).bands.into())
    }

    /// g = E[x | z, y] under the 1/f² prior.
    pub fn gaussian_mean(&self, z: Tensor<4>, t2: Tensor<4>) -> Tensor<4> {
        let Measurement { operator, y, s2 } = &self.measurement;
        match operator.prior_update() {
            PriorUpdate::Spectral(update) => {
                let (u, e) = self.prior_given(z, t2);
                update.smooth_update(self.prior.fourier(), u, e, y.clone(), s2.clone())
            }
            PriorUpdate::Iterative(update) => {
                let (u, e) = self.prior_given(z, t2);
                let near = Some(self.linear_estimate());
                update.smooth_update(Some(u), e, y.clone(), s2.clone(), near)
            }
            PriorUpdate::Spatial(update) => {
                let (t2, adjoint) = (Formula::from(t2), operator.adjoint(y.clone()));
                let b = Formula::from(z) / &t2 + Formula::from(adjoint) / s2;
                let near = self.linear_estimate();
                spatial(update, &t2.recip(), s2, b, near, MEAN_ITERATIONS)
            }
            PriorUpdate::Diagonal(known) => {
                let (t2, s2) = (Formula::from(t2), Formula::from(s2));
                let data = Formula::from(known) / &s2 + t2.recip();
                let b = Formula::from(z) / &t2 + &self.y / &s2;
                masked(0, &data, &b, self.linear_estimate(), MEAN_ITERATIONS)
            }
        }
    }

    /// The prior and z together: their mean u and what they leave, of spectrum E.
    fn prior_given(&self, z: Tensor<4>, t2: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let shrink = Formula::from(self.prior.precision_spectrum()) * &t2 + 1.0;
        let gain = shrink.recip();
        let [u] = self.prior.fourier().through(z, |z| [z.scale(&gain)], |u| u);
        (u, self.prior.beside_noise(t2))
    }

    fn drawn(&self, t2: &Tensor<4>) -> Variances {
        let PriorUpdate::Iterative(update) = self.measurement.operator.prior_update() else {
            panic!("only an operator that iterates lacks closed forms");
        };
        let problem = Problem {
            measurement: &self.measurement,
            update,
            prior: &self.prior,
        };
        self.drawn.variances(&problem, t2)
    }

    /// The worst residual of the operator's iterations over their tolerance, `[1, 1, 1, 1]`; none
    /// where nothing iterates to a tolerance.
    pub fn residual(&self) -> Option<Tensor<4>> {
        self.measurement.operator.residual()
    }

    /// q, the pixel variance of x given (z, y) under the 1/f² prior; broadcasts to `[B, 3, H, W]`.
    /// Depends on the operator and t2 alone.
    pub fn gaussian_variance(&self, t2: Tensor<4>) -> Tensor<4> {
        let Measurement { operator, s2, .. } = &self.measurement;
        match operator.prior_update() {
            PriorUpdate::Spectral(update) => {
                update.smooth_variance(self.prior.beside_noise(t2), s2.clone())
            }
            PriorUpdate::Iterative(update) => {
                let e = self.prior.beside_noise(t2.clone());
                let closed = update.smooth_variance(e, s2.clone());
                closed.unwrap_or_else(|| self.drawn(&t2).gaussian)
            }
            PriorUpdate::Spatial(update) => {
                let beside = swept(update.diagonal(), t2.clone(), s2.clone());
                update.smooth_variance(self.prior.beside_noise(t2), s2.clone(), beside)
            }
            PriorUpdate::Diagonal(known) => swept(known.clone(), t2, s2.clone()),
        }
    }

    /// A draw of N(0, (Q + AᵀA/s2)^-1), the Gaussian posterior's deviation, by Matheron's rule: a
    /// draw of the prior minus its own linear estimate.
    ///
    /// `white` has the image's shape, `noise` the measurement's.
    pub fn deviation(&self, white: Tensor<4>, noise: Tensor<4>) -> Tensor<4> {
        let x = self.prior.draw(white);
        let y = self.measurement.simulate(x.clone(), noise);
        x - linear_estimate(&self.measurement.with(y), &self.prior)
    }
}

/// The mean and the variance of the query z of noise variance t2 beside g, of which images lie
/// sigma_data away.
fn beside(z: Formula, t2: &Formula, g: Formula) -> [Formula; 2] {
    let sum = t2 + DATA;
    [(z * DATA + t2 * g) / &sum, t2 * DATA / sum]
}

/// w0 = (Q + AᵀA/s2)^-1 Aᵀy/s2.
fn linear_estimate(measurement: &Measurement, prior: &GaussianPrior) -> Tensor<4> {
    let Measurement { operator, y, s2 } = measurement;
    match operator.prior_update() {
        PriorUpdate::Spectral(update) => {
            let fourier = prior.fourier();
            let zero = operator.adjoint(y.clone()).zeros_like();
            update.smooth_update(fourier, zero, prior.spectrum(), y.clone(), s2.clone())
        }
        PriorUpdate::Iterative(update) => {
            update.smooth_update(None, prior.spectrum(), y.clone(), s2.clone(), None)
        }
        PriorUpdate::Spatial(update) => {
            let b = Formula::from(operator.adjoint(y.clone())) / s2;
            let near = update.first_guess(y.clone());
            spatial(update, &0.0.into(), s2, b, near, ESTIMATE_ITERATIONS)
        }
        PriorUpdate::Diagonal(known) => {
            let (known, s2) = (Formula::from(known), Formula::from(s2));
            membrane(&known / &s2, known * y / s2, 0, operator.levels())
        }
    }
}

/// The solution of (Q + diag(data)) x = b after as many iterations as w0 has, begun at the coarsest
/// of the levels that are left: each level's solution is where the next finer one starts, so that
/// it need carry nothing across a hole wider than the iterations reach.
fn membrane(data: Formula, b: Formula, level: usize, coarsest: usize) -> Tensor<4> {
    if level == coarsest {
        let start = (&b / (&data + membrane_at(level).centre)).tensor();
        return masked(level, &data, &b, start, ESTIMATE_ITERATIONS);
    }
    let [data, b] = [data, b].map(Formula::tensor);
    let halves = [&data, &b].map(|x| Formula::from(halved(x.clone())));
    let [coarse_data, coarse_b] = halves;
    let coarse = membrane(coarse_data, coarse_b, level + 1, coarsest);
    let start = doubled(coarse, b.dims());
    masked(level, &data.into(), &b.into(), start, ESTIMATE_ITERATIONS)
}

/// The iterate for (Q + precision + AᵀA/s2) x = b where AᵀA is local.
fn spatial(
    update: &dyn SpatialUpdate,
    precision: &Formula,
    s2: &Tensor<4>,
    b: Formula,
    start: Tensor<4>,
    iterations: usize,
) -> Tensor<4> {
    let s2 = Formula::from(s2);
    let diagonal = Formula::from(update.diagonal()) / &s2 + precision + C * (KAPPA2 + 4.0);
    let diagonal = Formula::from(diagonal.tensor());
    let of = |x: &Tensor<4>| Formula::from(x);
    let multiply = |x: Tensor<4>| {
        let (prior, normal) = (precision_times(x.clone()), update.normal(x.clone()));
        (of(&prior) + of(&x) * precision + of(&normal) / &s2).tensor()
    };
    conjugate_gradients(
        multiply,
        |r| (of(&r) / &diagonal).tensor(),
        b.tensor(),
        Some(start),
        &Stop::After(iterations),
    )
}

/// The iterate for (Q + diag(data)) x = b at a level.
fn masked(
    level: usize,
    data: &Formula,
    b: &Formula,
    start: Tensor<4>,
    iterations: usize,
) -> Tensor<4> {
    let membrane = membrane_at(level);
    let fused = membrane.solve(data, b, &start, iterations);
    fused.unwrap_or_else(|| {
        let [data, b] = [data, b].map(|x| x.clone().tensor());
        let diagonal = data.clone() + membrane.centre;
        conjugate_gradients(
            |x| membrane.times(x.clone()) + x * data.clone(),
            |r| r / diagonal.clone(),
            b,
            Some(start),
            &Stop::After(iterations),
        )
    })
}

/// The sums of 2×2 pixels; odd sides are first made even by zeros, of which nothing is known.
fn halved(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let even = x.pad([(0, height % 2), (0, width % 2)], PadMode::Constant(0.0));
    avg_pool2d(even, AvgPoolOptions::new([2; 2])) * 4.0
}

/// Each pixel over 2×2 of an image of that shape.
fn doubled(x: Tensor<4>, [_, _, height, width]: [usize; 4]) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    let large = x.reshape([b, c, h, 1, w, 1]).expand([b, c, h, 2, w, 2]);
    let large = large.reshape([b, c, 2 * h, 2 * w]);
    large.slice([0..b, 0..c, 0..height, 0..width])
}

/// The pixel variance of (Q + 1/t2 + diag(known)/s2)^-1 after a fixed number of Jacobi sweeps.
fn swept(known: Tensor<4>, t2: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
    let diagonal = Formula::from(known) / s2 + Formula::from(t2).recip();
    prior::swept(&(diagonal + C * (KAPPA2 + 4.0)))
}
