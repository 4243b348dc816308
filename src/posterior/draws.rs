//! Variances without a closed form, by exact draws (method, sections 4 and 5).
//!
//! For x ~ N(0, G) and y = A x + sqrt(s2) n the error e = x - E[x | y] has exactly the covariance
//! that the measurement leaves of G. With G = t2 I its squared band responses give the noise
//! geometry, with the 1/f² prior beside an observation at tau its squares give q. Both are averaged
//! over a few draws and over windows of the image, wider ones for the wider bands, of which a
//! window holds few numbers.
//!
//! The same average of x's own squares, whose mean is known, tells what chance did: where nothing
//! was measured e is x, and the estimate is exact whatever was drawn (a control variate, its
//! coefficient that of the e whose covariance commutes with G).

use std::cell::RefCell;
use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::box_mean::{Border, box_mean};
use crate::compute::white_noise::WhiteNoise;
use crate::operators::{Iterative, Tolerance, spectrum_mean};
use crate::posterior::measurement::Measurement;
use crate::prior::GaussianPrior;
use crate::prior::noise_geometry::{BANDS, REACH, band_energies, band_rings, by_rings};

/// Draws of three channels for each tau.
const DRAWS: usize = 6;
/// Beyond the streams of samples: the same draws in every restoration.
const STREAM: u64 = 1 << 33;
/// The least share of a variance that is told: what f32 can tell apart from none.
const LEAST: f64 = 1e-12;

/// What has to be drawn for a measurement. The last answer is kept, since its parts are asked for
/// one after the other.
#[derive(Clone, Default)]
pub struct DrawnVariances {
    last: Rc<RefCell<Option<Answer>>>,
}

/// t2, and the variances there.
type Answer = (Vec<f64>, Variances);

/// What a measurement leaves, at each t2 = tau² of a batch.
#[derive(Clone)]
pub struct Variances {
    /// p, `[B or 1, 3, H, W]`.
    pub pixels: Tensor<4>,
    /// v, `[B or 1, 8, H, W]`.
    pub bands: Tensor<4>,
    /// q, `[B or 1, 3, H, W]`.
    pub gaussian: Tensor<4>,
}

/// A measurement whose operator iterates.
pub struct Problem<'a> {
    pub measurement: &'a Measurement,
    pub update: &'a Iterative,
    pub prior: &'a GaussianPrior,
}

impl DrawnVariances {
    /// At t2, `[B or 1, 1, 1, 1]`.
    pub fn variances(&self, problem: &Problem<'_>, t2: &Tensor<4>) -> Variances {
        // A device that can't be asked without waiting is not asked.
        if !problem.prior.device().is_cpu() {
            return problem.variances(t2);
        }
        let asked = t2.clone().try_into_vec_as().expect("a tensor on the CPU");
        let mut last = self.last.borrow_mut();
        match &*last {
            Some((at, drawn)) if *at == asked => drawn.clone(),
            _ => last.insert((asked, problem.variances(t2))).1.clone(),
        }
    }
}

impl Problem<'_> {
    fn variances(&self, t2: &Tensor<4>) -> Variances {
        let update = self.update.clone().within(Tolerance::DRAWS);
        let Measurement { operator, s2, .. } = self.measurement;
        let t2 = &self.prior.device().bring(t2.clone());
        let e = self.prior.beside_noise(t2.clone());
        let [height, width] = self.prior.fourier().size();
        let shape = [t2.dims()[0].max(s2.dims()[0]), 3, height, width];
        let mut noise = WhiteNoise::new(0, STREAM, self.prior.device());
        let [mut pixels, mut bands, mut gaussian] = [(); 3].map(|()| Squares::default());
        for _ in 0..DRAWS {
            let (white, n) = (
                noise.draw(shape),
                noise.draw(operator.measurement_shape(shape)),
            );
            let x = white.clone() * t2.clone().sqrt();
            let y = self.measurement.simulate(x.clone(), n.clone());
            let error = x.clone() - update.white_update(None, t2.clone(), y, s2.clone());
            bands.add(band_squares(error.clone()), band_squares(x.clone()));
            pixels.add(error.square(), x.square());

            let x = self.prior.fourier().filter(white, e.clone().sqrt());
            let y = self.measurement.simulate(x.clone(), n);
            let error = x.clone() - update.smooth_update(None, e.clone(), y, s2.clone(), None);
            gaussian.add(error.square(), x.square());
        }
        Variances {
            pixels: pixels.variance(t2, averaged),
            bands: bands.variance(t2, averaged_bands),
            gaussian: gaussian.variance(&spectrum_mean(e), averaged),
        }
    }
}

/// Sums over draws of the squares of the error and of what was drawn.
#[derive(Default)]
struct Squares(Option<[Tensor<4>; 2]>);

impl Squares {
    fn add(&mut self, error: Tensor<4>, drawn: Tensor<4>) {
        self.0 = Some(match self.0.take() {
            Some([errors, draws]) => [errors + error, draws + drawn],
            None => [error, drawn],
        });
    }

    /// The error's variance, where what was drawn had the variance `prior`.
    fn variance(self, prior: &Tensor<4>, averaged: fn(Tensor<4>) -> Tensor<4>) -> Tensor<4> {
        let [errors, draws] = self.0.expect("draws");
        let [errors, draws] = [errors, draws].map(|sum| averaged(sum / DRAWS as f64));
        // A measurement takes nothing away from what is known.
        let left = (errors.clone() / draws.clone()).clamp_max(1.0);
        let excess = draws - prior.clone();
        (errors - excess * left.square())
            .max_pair(prior.clone() * LEAST)
            .min_pair(prior.clone())
    }
}

/// Over the 15×15 window as far as the image reaches.
fn averaged(squares: Tensor<4>) -> Tensor<4> {
    box_mean(squares, REACH, Border::PartlyMeasured)
}

/// Of the eight maps, band k = 0..3 of luma and of chroma k times more.
fn averaged_bands(squares: Tensor<4>) -> Tensor<4> {
    let planes = (0..2 * BANDS).map(|plane| {
        let squares = squares.clone().narrow(1, plane, 1);
        (0..=plane % BANDS).fold(squares, |squares, _| averaged(squares))
    });
    Tensor::cat(planes.collect(), 1)
}

/// Of an image n `[B, 3, H, W]` its eight squared band responses, borders wrapped around.
fn band_squares(n: Tensor<4>) -> Tensor<4> {
    let channel = |c: usize| n.clone().narrow(1, c, 1);
    let (red, green, blue) = (channel(0), channel(1), channel(2));
    let luma = (red.clone() + green.clone() + blue.clone()) / 3.0_f64.sqrt();
    let one = (red.clone() - blue.clone()) / 2.0_f64.sqrt();
    let other = (red + blue - green * 2.0) / 6.0_f64.sqrt();
    let chroma = (responses(one) + responses(other)) / 2.0;
    Tensor::cat(vec![responses(luma), chroma], 1)
}

/// (f_k * n)²/|f_k|² of planes `[B, 1, H, W]`.
fn responses(planes: Tensor<4>) -> Tensor<4> {
    let energies = band_energies();
    let unit = std::array::from_fn(|k| band_rings()[k].map(|v| v / energies[k].sqrt()));
    by_rings(&wrapped(planes, REACH / 2), unit).square()
}

/// `margin` more pixels on each side, from the other side.
fn wrapped(x: Tensor<4>, margin: usize) -> Tensor<4> {
    let around = |x: Tensor<4>, dim: usize| {
        let n = x.dims()[dim];
        let before = x.clone().narrow(dim, n - margin, margin);
        let after = x.clone().narrow(dim, 0, margin);
        Tensor::cat(vec![before, x, after], dim)
    };
    around(around(x, 2), 3)
}
