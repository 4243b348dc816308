//! Variances without a closed form, estimated by exact draws (docs/method.md, section 4.4).
//!
//! For x ~ N(0, G) and y = A x + sqrt(s2) n, the error e = x - E[x | y] has exactly the covariance
//! that the measurement leaves of G. With G = t2 I, the squares of e and of its band responses
//! estimate p and the noise geometry. With G the prior given z, the squares of e estimate q. They
//! are averaged over a few draws and over windows of the image. Wider bands take wider windows,
//! since a window holds few independent values of them.
//!
//! The squares of x itself are averaged alike. Their mean is known, so that their deviation from it
//! shows the chance in the draws, and corrects the squares of e (a control variate, with the
//! coefficient of an error whose covariance commutes with G). Where nothing is measured, e is x and
//! the estimate is exact.

use std::cell::RefCell;
use std::rc::Rc;

use burn::tensor::Tensor;

use super::measurement::Measurement;
use crate::compute::box_mean::{Border, box_mean};
use crate::compute::noise_stream::NoiseStream;
use crate::compute::white_noise::WhiteNoise;
use crate::operators::{Iterative, Tolerance, spectrum_mean};
use crate::prior::GaussianPrior;
use crate::prior::noise_geometry::{BANDS, REACH, band_energies, band_rings, by_rings};

/// Draws of three channels at each tau.
const DRAWS: usize = 6;
/// The seed of the draws: every restoration makes the same ones.
const SEED: u64 = 0;
/// The smallest share of a variance, which f32 still tells apart from 0.
const LEAST_SHARE: f64 = 1e-12;

/// The variances of one posterior. Those at the last t2 are kept, since p, the maps and q are asked
/// for one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct DrawnVariances {
    cached: Rc<RefCell<Option<CachedVariances>>>,
}

#[derive(Debug)]
struct CachedVariances {
    /// The t2 of each image.
    t2: Vec<f64>,
    variances: Variances,
}

/// The variances that a measurement leaves at each t2 = tau² of a batch.
#[derive(Debug, Clone)]
pub(super) struct Variances {
    /// p, `[B or 1, 3, H, W]`.
    pub pixels: Tensor<4>,
    /// The noise-geometry maps, `[B or 1, 8, H, W]`.
    pub bands: Tensor<4>,
    /// q, `[B or 1, 3, H, W]`.
    pub gaussian: Tensor<4>,
}

/// The measurement whose errors are drawn, and the solver that finds them.
pub(super) struct VarianceDraws<'a> {
    pub measurement: &'a Measurement,
    pub solver: &'a Iterative,
    pub prior: &'a GaussianPrior,
}

impl DrawnVariances {
    /// The variances at t2, `[B or 1, 1, 1, 1]`.
    pub(super) fn at(&self, draws: &VarianceDraws<'_>, t2: &Tensor<4>) -> Variances {
        // Comparing t2 on another device would wait for that device.
        if !draws.prior.device().is_cpu() {
            return draws.variances(t2);
        }
        let values: Vec<f64> = t2.clone().try_into_vec_as().expect("a tensor on the CPU");
        let mut cached = self.cached.borrow_mut();
        match &*cached {
            Some(cached) if cached.t2 == values => cached.variances.clone(),
            _ => {
                let variances = draws.variances(t2);
                *cached = Some(CachedVariances {
                    t2: values,
                    variances: variances.clone(),
                });
                variances
            }
        }
    }
}

impl VarianceDraws<'_> {
    fn variances(&self, t2: &Tensor<4>) -> Variances {
        let solver = self.solver.clone().with_tolerance(Tolerance::DRAWS);
        let Measurement { operator, s2, .. } = self.measurement;
        let t2 = &self.prior.device().bring(t2.clone());
        let e = self.prior.spectrum_given_query(t2.clone());
        let [height, width] = self.prior.fourier().size();
        let shape = [t2.dims()[0].max(s2.dims()[0]), 3, height, width];
        let squares_of = |n: Tensor<4>| band_squares(planes(&n));
        let mut noise = WhiteNoise::new(SEED, NoiseStream::Variances.id(), self.prior.device());
        let [mut pixels, mut bands, mut gaussian] = [(); 3].map(|()| Squares::default());
        for _ in 0..DRAWS {
            let white = noise.draw(shape);
            let n = noise.draw(operator.measurement_shape(shape));
            let x = white.clone() * t2.clone().sqrt();
            let y = self.measurement.simulate(x.clone(), n.clone());
            let error = x.clone() - solver.white_update(None, t2.clone(), y, s2.clone());
            bands.add(squares_of(error.clone()), squares_of(x.clone()));
            pixels.add(error.square(), x.square());

            let x = self.prior.fourier().filter(white, e.clone().sqrt());
            let y = self.measurement.simulate(x.clone(), n);
            let error = x.clone() - solver.stationary_update(None, e.clone(), y, s2.clone(), None);
            gaussian.add(error.square(), x.square());
        }
        Variances {
            pixels: pixels.variance(t2, averaged),
            bands: bands.variance(t2, averaged_bands),
            gaussian: gaussian.variance(&spectrum_mean(e), averaged),
        }
    }
}

/// The sums over draws of the squares of e and of x.
#[derive(Default)]
struct Squares(Option<[Tensor<4>; 2]>);

impl Squares {
    fn add(&mut self, error: Tensor<4>, drawn: Tensor<4>) {
        self.0 = Some(match self.0.take() {
            Some([errors, draws]) => [errors + error, draws + drawn],
            None => [error, drawn],
        });
    }

    /// The variance of e, if that of x is `prior`: N - β² (X - prior), with N and X the averages of
    /// the squares of e and x, and β = min(1, N/X).
    fn variance(self, prior: &Tensor<4>, averaged: fn(Tensor<4>) -> Tensor<4>) -> Tensor<4> {
        let [errors, draws] = self.0.expect("at least one draw");
        let [errors, draws] = [errors, draws].map(|sum| averaged(sum / DRAWS as f64));
        // A measurement never raises a variance.
        let beta = (errors.clone() / draws.clone()).clamp_max(1.0);
        let excess = draws - prior.clone();
        (errors - excess * beta.square())
            .max_pair(prior.clone() * LEAST_SHARE)
            .min_pair(prior.clone())
    }
}

/// The average over the part of the 15×15 window that lies in the image.
fn averaged(squares: Tensor<4>) -> Tensor<4> {
    box_mean(squares, REACH, Border::Truncated)
}

/// The average of band k = 0..3, of luma and of chroma, over that window k + 1 times.
fn averaged_bands(squares: Tensor<4>) -> Tensor<4> {
    let planes = (0..2 * BANDS).map(|plane| {
        let squares = squares.clone().narrow(1, plane, 1);
        (0..=plane % BANDS).fold(squares, |squares, _| averaged(squares))
    });
    Tensor::cat(planes.collect(), 1)
}

/// The planes of an image `[B, 3, H, W]`, each `[B, 1, H, W]`.
fn planes(n: &Tensor<4>) -> [Tensor<4>; 3] {
    [0, 1, 2].map(|axis| n.clone().narrow(1, axis, 1))
}

/// The squared responses of the eight bands, borders wrapped around: `[B, 8, H, W]`.
fn band_squares([luma, red_blue, green_magenta]: [Tensor<4>; 3]) -> Tensor<4> {
    let chroma = (squared_responses(red_blue) + squared_responses(green_magenta)) / 2.0;
    Tensor::cat(vec![squared_responses(luma), chroma], 1)
}

/// (f_k * n)²/|f_k|² of planes n `[B, 1, H, W]`: `[B, 4, H, W]`.
fn squared_responses(planes: Tensor<4>) -> Tensor<4> {
    let energies = band_energies();
    let unit = std::array::from_fn(|k| band_rings()[k].map(|v| v / energies[k].sqrt()));
    by_rings(&wrapped(planes, REACH / 2), unit).square()
}

/// An image with `margin` more pixels on each side, taken from the opposite side.
fn wrapped(x: Tensor<4>, margin: usize) -> Tensor<4> {
    let along = |x: Tensor<4>, dim: usize| {
        let n = x.dims()[dim];
        let before = x.clone().narrow(dim, n - margin, margin);
        let after = x.clone().narrow(dim, 0, margin);
        Tensor::cat(vec![before, x, after], dim)
    };
    along(along(x, 2), 3)
}
