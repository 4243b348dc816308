//! Variances without a closed form, by exact draws (method, sections 4 and 5).
//!
//! For x ~ N(0, G) and y = A x + sqrt(s2) n the error e = x - E[x | y] has exactly the covariance that the measurement leaves of G. With G = t2 I its
//! squared band responses give the noise geometry, with the 1/f² prior beside an observation at tau its squares give q. Both are averaged over a few draws and
//! over windows of the image, wider ones for the wider bands, of which a window holds few numbers.
//!
//! The same average of x's own squares, whose mean is known, tells what chance did: where nothing was measured e is x, and the estimate
//! is exact whatever was drawn (a control variate, its coefficient that of the e whose covariance commutes with G).

use std::cell::RefCell;
use std::rc::Rc;

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

use crate::measurement::Measurement;
use crate::noise::Noise;
use crate::noise_geometry::{BANDS, REACH, band_energies, band_rings, by_rings};
use crate::operators::{Iterative, LinearOperator, Tolerance, spectrum_mean};
use crate::place::Place;
use crate::prior::GaussianPrior;

/// Draws of three channels for each tau.
const DRAWS: usize = 8;
/// Beyond the streams of samples: the same draws in every restoration.
const STREAM: u64 = 1 << 33;
/// The least share of a variance that is told: what f32 can tell apart from none.
const LEAST: f64 = 1e-12;

/// What has to be drawn for a measurement: the last question's answer is kept, since p and the maps are asked for one after the other.
#[derive(Clone, Default)]
pub struct Drawn {
    geometry: Rc<RefCell<Option<Answer>>>,
}

/// t2, and p and the maps there.
type Answer = (Vec<f64>, [Tensor<4>; 2]);

impl Drawn {
    /// p, `[B or 1, 3, H, W]`, and the eight maps at t2 = tau², `[B or 1, 1, 1, 1]`.
    pub fn geometry(&self, problem: &Problem<'_>, t2: Tensor<4>) -> [Tensor<4>; 2] {
        // A device that can't be asked without waiting is not asked.
        if !Place::of(&t2).is_cpu() {
            return geometry(problem, t2);
        }
        let asked = t2.clone().try_into_vec_as().expect("a tensor on the CPU");
        let mut last = self.geometry.borrow_mut();
        match &*last {
            Some((at, drawn)) if *at == asked => drawn.clone(),
            _ => last.insert((asked, geometry(problem, t2))).1.clone(),
        }
    }
}

/// A measurement whose operator iterates.
pub struct Problem<'a> {
    pub measurement: &'a Measurement,
    pub update: &'a Iterative,
    pub prior: &'a GaussianPrior,
}

/// p and the maps.
fn geometry(problem: &Problem<'_>, t2: Tensor<4>) -> [Tensor<4>; 2] {
    let update = problem.update.clone().within(Tolerance::DRAWS);
    let s2 = &problem.measurement.s2;
    let (mut pixels, mut maps) = (Squares::default(), Squares::default());
    problem.draw(&t2, |white, noise| {
        let x = white * t2.clone().sqrt();
        let zero = x.zeros_like();
        let error = problem.error(x.clone(), noise, |y| {
            update.update(zero, t2.clone(), y, s2.clone())
        });
        maps.add(bands(error.clone()), bands(x.clone()));
        pixels.add(error.square(), x.square());
    });
    [
        pixels.variance(&t2, averaged),
        maps.variance(&t2, averaged_bands),
    ]
}

/// q, `[B or 1, 3, H, W]`, at t2, `[B or 1, 1, 1, 1]`.
pub fn gaussian_variance(problem: &Problem<'_>, t2: &Tensor<4>) -> Tensor<4> {
    let update = problem.update.clone().within(Tolerance::DRAWS);
    let s2 = &problem.measurement.s2;
    let e = problem.prior.beside_noise(t2.clone());
    let mut pixels = Squares::default();
    problem.draw(t2, |white, noise| {
        let x = problem.prior.fourier().filter(white, e.clone().sqrt());
        let zero = x.zeros_like();
        let error = problem.error(x.clone(), noise, |y| {
            update.smooth_update(zero, e.clone(), y, s2.clone(), None)
        });
        pixels.add(error.square(), x.square());
    });
    pixels.variance(&spectrum_mean(e), averaged)
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

impl Problem<'_> {
    /// Hands white noise `[B, 3, H, W]`, and where more comes from, to `each`, as often as there are draws; B is the batch of t2 and sigma_y.
    fn draw(&self, t2: &Tensor<4>, mut each: impl FnMut(Tensor<4>, &mut Noise)) {
        let [height, width] = self.prior.fourier().size();
        let batch = t2.dims()[0].max(self.measurement.s2.dims()[0]);
        let mut noise = Noise::new(0, STREAM, self.prior.place());
        for _ in 0..DRAWS {
            let white = noise.draw([batch, 3, height, width]);
            each(white, &mut noise);
        }
    }

    /// x - E[x | A x + sqrt(s2) n].
    fn error(
        &self,
        x: Tensor<4>,
        noise: &mut Noise,
        estimate: impl FnOnce(Tensor<4>) -> Tensor<4>,
    ) -> Tensor<4> {
        let shape = self.measurement.operator.measurement_shape(x.dims());
        let y = self.measurement.simulate(x.clone(), noise.draw(shape));
        x - estimate(y)
    }
}

/// Over the 15×15 window as far as the image reaches.
fn averaged(squares: Tensor<4>) -> Tensor<4> {
    let window = AvgPoolOptions::new([REACH; 2])
        .with_stride([1, 1])
        .with_padding([REACH / 2; 2])
        .with_count_include_pad(false);
    avg_pool2d(squares, window)
}

/// The eight maps: once, for a band's number among luma's or chroma's as often again.
fn averaged_bands(squares: Tensor<4>) -> Tensor<4> {
    let planes = (0..2 * BANDS).map(|plane| {
        let squares = squares.clone().narrow(1, plane, 1);
        (0..=plane % BANDS).fold(squares, |squares, _| averaged(squares))
    });
    Tensor::cat(planes.collect(), 1)
}

/// The eight maps of a draw n `[B, 3, H, W]`: squared band responses, borders wrapped around.
fn bands(n: Tensor<4>) -> Tensor<4> {
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
