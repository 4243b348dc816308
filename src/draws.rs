//! Variances without a closed form, by exact draws (method, sections 4 and 5).
//!
//! For x ~ N(0, G) and y = A x + sqrt(s2) n the error x - E[x | y] has exactly the covariance that the measurement leaves of G. With G = tau² I its squared
//! band responses give the noise geometry, with the 1/f² prior beside an observation at tau its squares give q. Both are averaged over draws and
//! over a 15×15 window, once, on a coarse grid of tau; between its points log(v/tau²) is interpolated in log tau.

use std::cell::OnceCell;
use std::rc::Rc;

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

use crate::measurement::Measurement;
use crate::noise::Noise;
use crate::noise_geometry::{REACH, band_energies, band_rings, by_rings};
use crate::operators::{Iterative, LinearOperator, Tolerance};
use crate::place::Place;
use crate::prior::GaussianPrior;

/// The grid of tau: even in log tau, its ratio 2.26.
const POINTS: usize = 12;
const TAU_MIN: f64 = 0.01;
const TAU_MAX: f64 = 80.0;
/// Draws of three channels at each point. A window holds about one number of the widest band, and the whole image one of an unknown tint: of 16 such
/// the variance is known to a third, which log(v)/4, all that the network sees of it, makes 0.1.
const DRAWS: usize = 16;
/// Beyond the streams of samples: the same draws in every restoration.
const STREAM: u64 = 1 << 33;

/// What has to be drawn for a measurement: each level at the first question that it is needed for.
#[derive(Clone, Default)]
pub struct Drawn {
    /// p and the maps.
    geometry: Rc<Levels<[Tensor<4>; 2]>>,
    gaussian: Rc<Levels<[Tensor<4>; 1]>>,
}

impl Drawn {
    /// p, `[B or 1, 3, H, W]`, and the eight maps at t2, `[B or 1, 1, 1, 1]`.
    pub fn geometry(&self, problem: &Problem<'_>, t2: Tensor<4>) -> [Tensor<4>; 2] {
        self.geometry.at(t2, |level| geometry(problem, level))
    }

    /// q, `[B or 1, 3, H, W]`.
    pub fn gaussian_variance(&self, problem: &Problem<'_>, t2: Tensor<4>) -> Tensor<4> {
        let [q] = self.gaussian.at(t2, |level| [gaussian(problem, level)]);
        q
    }
}

/// A measurement whose operator iterates.
pub struct Problem<'a> {
    pub measurement: &'a Measurement,
    pub update: &'a Iterative,
    pub prior: &'a GaussianPrior,
}

/// t2 = tau² of a level.
fn level(index: usize) -> f64 {
    (TAU_MIN * ratio().powi(index as i32)).powi(2)
}

/// Of two neighbouring tau.
fn ratio() -> f64 {
    (TAU_MAX / TAU_MIN).powf(1.0 / (POINTS - 1) as f64)
}

/// log(v/tau²) of some variances on the grid, at most 0: a measurement takes nothing away from what is known.
struct Levels<T> {
    values: [OnceCell<T>; POINTS],
}

impl<T> Default for Levels<T> {
    fn default() -> Self {
        Self {
            values: std::array::from_fn(|_| OnceCell::new()),
        }
    }
}

impl<const N: usize> Levels<[Tensor<4>; N]> {
    /// Linear interpolation by hats, so that a batch of t2 takes no branches.
    fn at(&self, t2: Tensor<4>, draw: impl Fn(f64) -> [Tensor<4>; N]) -> [Tensor<4>; N] {
        let position = position(t2.clone());
        let mut sums: Option<[Tensor<4>; N]> = None;
        for index in needed(&position) {
            let hat = (-(position.clone() - index as f64).abs() + 1.0).clamp_min(0.0);
            let values = self.values[index].get_or_init(|| {
                let share = |v: Tensor<4>| (v / level(index)).clamp(1e-20, 1.0).log();
                draw(level(index)).map(share)
            });
            let mut terms = values.clone().map(|value| value * hat.clone());
            if let Some(sums) = sums.take() {
                let mut sums = sums.into_iter();
                terms = terms.map(|term| term + sums.next().expect("as many sums as terms"));
            }
            sums = Some(terms);
        }
        sums.expect("a level is needed")
            .map(|log| log.exp() * t2.clone())
    }
}

/// Where t2 lies on the grid.
fn position(t2: Tensor<4>) -> Tensor<4> {
    let position = (t2.log() - TAU_MIN.powi(2).ln()) / (2.0 * ratio().ln());
    position.clamp(0.0, (POINTS - 1) as f64)
}

/// The levels beside the positions; on a device that can't be asked without waiting, all.
fn needed(position: &Tensor<4>) -> Vec<usize> {
    if !Place::of(position).is_cpu() {
        return (0..POINTS).collect();
    }
    let positions = position.clone().try_into_vec_as::<f64>();
    let positions = positions.expect("a tensor on the CPU");
    let beside = |level: &usize| positions.iter().any(|p| (p - *level as f64).abs() < 1.0);
    (0..POINTS).filter(beside).collect()
}

/// p and the maps at one level.
fn geometry(problem: &Problem<'_>, t2: f64) -> [Tensor<4>; 2] {
    let update = problem.update.clone().within(Tolerance::DRAWS);
    let (place, s2) = (problem.prior.place(), &problem.measurement.s2);
    let draws = problem.draws(|white, noise| {
        let x = white * t2.sqrt();
        let zero = x.zeros_like();
        error(problem.measurement, x, noise, |y| {
            update.update(zero, place.scalar(t2), y, s2.clone())
        })
    });
    let p = mean(draws.iter().map(|n| n.clone().square()));
    let v = mean(draws.iter().map(|n| bands(n.clone())));
    [averaged(p), averaged(v)]
}

/// q at one level.
fn gaussian(problem: &Problem<'_>, t2: f64) -> Tensor<4> {
    let update = problem.update.clone().within(Tolerance::DRAWS);
    let (prior, s2) = (problem.prior, &problem.measurement.s2);
    let e = prior.beside_noise(prior.place().scalar(t2));
    let draws = problem.draws(|white, noise| {
        let x = prior.fourier().filter(white, e.clone().sqrt());
        let zero = x.zeros_like();
        error(problem.measurement, x, noise, |y| {
            update.smooth_update(zero, e.clone(), y, s2.clone(), None)
        })
    });
    averaged(mean(draws.into_iter().map(|n| n.square())))
}

impl Problem<'_> {
    /// Draws of `[B, 3, H, W]`, B being the batch of sigma_y: what `draw` makes of white noise.
    fn draws(&self, draw: impl Fn(Tensor<4>, &mut Noise) -> Tensor<4>) -> Vec<Tensor<4>> {
        let [height, width] = self.prior.fourier().size();
        let shape = [self.measurement.s2.dims()[0], 3, height, width];
        let mut noise = Noise::new(0, STREAM, self.prior.place());
        let one = |_| {
            let white = noise.draw(shape);
            draw(white, &mut noise)
        };
        (0..DRAWS).map(one).collect()
    }
}

fn mean(squares: impl ExactSizeIterator<Item = Tensor<4>>) -> Tensor<4> {
    let count = squares.len() as f64;
    let sum = squares.reduce(|a, b| a + b);
    sum.expect("draws") / count
}

/// x - E[x | A x + sqrt(s2) n].
fn error(
    measurement: &Measurement,
    x: Tensor<4>,
    noise: &mut Noise,
    estimate: impl FnOnce(Tensor<4>) -> Tensor<4>,
) -> Tensor<4> {
    let shape = measurement.operator.measurement_shape(x.dims());
    let y = measurement.simulate(x.clone(), noise.draw(shape));
    x - estimate(y)
}

/// Over the 15×15 window as far as the image reaches.
fn averaged(squares: Tensor<4>) -> Tensor<4> {
    let window = AvgPoolOptions::new([REACH; 2])
        .with_stride([1, 1])
        .with_padding([REACH / 2; 2])
        .with_count_include_pad(false);
    avg_pool2d(squares, window)
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
