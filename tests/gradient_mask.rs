//! Holes with an exemplar against dense matrices in f64, and Poisson blending as their limit.

mod common;

use std::rc::Rc;

use burn::tensor::Tensor;
use common::dense::{Borders, Size, columns, draw, inverse, membrane, relative_error};
use eps_restore::Error;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::operators::{GradientMask, LinearOperator};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::GaussianPrior;
use eps_restore::low_level::prior::model::PriorModel;
use nalgebra::{DMatrix, DVector};

const SIZE: Size = [17, 20];
const SIGMA_Y: f64 = 0.05;
/// Fixed counts of iterations, on holes of 9×11 pixels with seams ten times looser than copies.
const SOLVED: f64 = 1e-4;

fn plane(value: impl Fn(usize, usize) -> f64, size: Size) -> Tensor<4> {
    let [height, width] = size;
    let values = (0..height * width).map(|i| value(i / width, i % width));
    ComputeDevice::cpu_f64().tensor(values.collect(), [1, 1, height, width])
}

fn known(size: Size) -> Tensor<4> {
    let hole = |y, x| (4..13).contains(&y) && (5..16).contains(&x);
    plane(move |y, x| f64::from(!hole(y, x)), size)
}

/// Two copied pieces that meet in the column 10, where nothing is known of one row.
fn deviations() -> [Tensor<4>; 2] {
    let right = |y: usize, x: usize| match (y, x) {
        (7, _) => f64::INFINITY,
        (_, 10) => 0.3,
        _ => 0.03,
    };
    [plane(right, SIZE), plane(|_, _| 0.03, SIZE)]
}

fn posterior(deviations: [Tensor<4>; 2], x: &Tensor<4>, sigma_y: f64) -> Posterior {
    let device = ComputeDevice::cpu_f64();
    let operator = GradientMask::new(known(SIZE), deviations).expect("deviations above 0");
    let shape = operator.measurement_shape(x.dims());
    let silent = Measurement {
        operator: Rc::new(operator),
        y: device.zeros(shape),
        s2: device.scalar(sigma_y * sigma_y),
    };
    let measurement = silent.with(silent.simulate(x.clone(), draw(shape, 2, &device)));
    let fourier = Fourier::new(SIZE[0], SIZE[1], &device);
    Posterior::new(
        measurement,
        GaussianPrior::new(PriorModel::PHOTO_V2, fourier),
    )
}

/// A and the diagonal of R⁻¹ of one channel.
struct Dense {
    a: DMatrix<f64>,
    weights: DVector<f64>,
}

impl Dense {
    fn new(deviations: [Tensor<4>; 2], sigma_y: f64) -> Self {
        let area = SIZE[0] * SIZE[1];
        let operator = GradientMask::new(known(SIZE), deviations).expect("deviations above 0");
        let device = ComputeDevice::cpu_f64();
        let mut a = DMatrix::zeros(3 * area, area);
        for i in 0..area {
            let unit = plane(|y, x| f64::from(y * SIZE[1] + x == i), SIZE).repeat_dim(1, 3);
            let y = columns(operator.apply(unit), area);
            // The first channel's three planes, of nine.
            for (kind, column) in [0, 3, 6].into_iter().enumerate() {
                a.view_mut((kind * area, i), (area, 1))
                    .copy_from(&y.column(column));
            }
        }
        let ones = device.tensor(vec![1.0; 9 * area], [1, 9, SIZE[0], SIZE[1]]);
        let s2 = device.scalar(sigma_y * sigma_y);
        let noise = columns(operator.noise(ones, &s2).tensor(), area);
        let weights = [0, 3, 6]
            .into_iter()
            .flat_map(|c| noise.column(c).iter().copied().collect::<Vec<_>>());
        let weights = weights.map(|n| if n > 0.0 { n.powi(-2) } else { 0.0 });
        Self {
            a,
            weights: DVector::from_iterator(3 * area, weights),
        }
    }

    fn normal(&self) -> DMatrix<f64> {
        self.a.transpose() * DMatrix::from_diagonal(&self.weights) * &self.a
    }

    fn data(&self, y: &DMatrix<f64>) -> DMatrix<f64> {
        self.a.transpose() * DMatrix::from_diagonal(&self.weights) * y
    }
}

/// The channel of a tensor `[1, 3, H, W]`, and the channel's planes of y.
fn channel(x: &Tensor<4>, c: usize) -> DMatrix<f64> {
    columns(x.clone(), SIZE[0] * SIZE[1])
        .columns(c, 1)
        .into_owned()
}

fn planes_of(y: &Tensor<4>, c: usize) -> DMatrix<f64> {
    let all = columns(y.clone(), SIZE[0] * SIZE[1]);
    let planes = [c, 3 + c, 6 + c].map(|p| all.column(p).iter().copied().collect::<Vec<f64>>());
    DMatrix::from_vec(3 * all.nrows(), 1, planes.concat())
}

#[test]
fn the_adjoint_is_the_adjoint() {
    let device = ComputeDevice::cpu_f64();
    let operator = GradientMask::new(known(SIZE), deviations()).expect("deviations above 0");
    let x = draw([2, 3, SIZE[0], SIZE[1]], 1, &device);
    let y = draw([2, 9, SIZE[0], SIZE[1]], 2, &device);
    let left = (operator.apply(x.clone()) * y.clone())
        .sum()
        .into_scalar::<f64>();
    let right = (x * operator.adjoint(y)).sum().into_scalar::<f64>();
    assert!(
        (left - right).abs() < 1e-10 * left.abs().max(1.0),
        "{left} {right}"
    );
}

#[test]
fn whitening_undoes_the_noise() {
    let device = ComputeDevice::cpu_f64();
    let operator = GradientMask::new(known(SIZE), deviations()).expect("deviations above 0");
    let (white, s2) = (
        draw([2, 9, SIZE[0], SIZE[1]], 4, &device),
        device.scalar(0.01),
    );
    let noise = operator.noise(white, &s2).tensor();
    let again = operator
        .noise(operator.whitened(noise.clone(), &s2).tensor(), &s2)
        .tensor();
    let off = (again - noise).abs().max().into_scalar::<f64>();
    assert!(off < 1e-12, "{off:.1e}");
}

#[test]
fn pivots_and_means_are_those_of_dense_matrices() {
    let device = ComputeDevice::cpu_f64();
    let x = draw([1, 3, SIZE[0], SIZE[1]], 1, &device) * 0.5;
    let posterior = posterior(deviations(), &x, SIGMA_Y);
    let dense = Dense::new(deviations(), SIGMA_Y);
    let y = posterior.measurement().y.clone();
    for tau in [0.1, 1.0, 20.0] {
        let z = x.clone() + draw(x.dims(), 3, &device) * tau;
        let t2 = device.scalar(tau * tau);
        let [pivot, g] = [
            posterior.pivot(z.clone(), t2.clone()),
            posterior.gaussian_mean(z.clone(), t2),
        ];
        for c in 0..3 {
            let data = dense.data(&planes_of(&y, c)) + channel(&z, c) / (tau * tau);
            let white = DMatrix::identity(data.len(), data.len()) / (tau * tau);
            let exact = inverse(dense.normal() + &white) * &data;
            let error = relative_error(&channel(&pivot, c), &exact);
            assert!(error < SOLVED, "pivot of axis {c} at {tau}: {error}");
            let q = membrane(Borders::Open, SIZE) * PriorModel::PHOTO_V2.stiffness[c];
            let exact = inverse(q + dense.normal() + white) * data;
            let error = relative_error(&channel(&g, c), &exact);
            assert!(error < SOLVED, "g of axis {c} at {tau}: {error}");
        }
    }
}

#[test]
fn variances_are_near_those_of_dense_matrices() {
    let device = ComputeDevice::cpu_f64();
    let x = device.zeros([1, 3, SIZE[0], SIZE[1]]);
    let posterior = posterior(deviations(), &x, SIGMA_Y);
    let dense = Dense::new(deviations(), SIGMA_Y);
    for tau in [0.1f64, 1.0, 20.0] {
        let t2 = device.scalar(tau * tau);
        let p = posterior
            .pixel_variance(t2.clone())
            .tensor()
            .expand([1, 3, SIZE[0], SIZE[1]]);
        let q = posterior.gaussian_variance(t2);
        let white = DMatrix::identity(x.dims()[2] * x.dims()[3], x.dims()[2] * x.dims()[3]);
        let white = white / (tau * tau);
        let near = |what: &str, got: &DMatrix<f64>, system: DMatrix<f64>| {
            let truth = inverse(system).diagonal();
            let ratio = got.sum() / truth.sum();
            println!("{what} at {tau}: {ratio:.3}");
            assert!((0.85..1.25).contains(&ratio), "{what} at {tau}: {ratio}");
        };
        near("p", &channel(&p, 0), dense.normal() + &white);
        for c in 0..3 {
            let q_c = membrane(Borders::Open, SIZE) * PriorModel::PHOTO_V2.stiffness[c];
            near("q", &channel(&q, c), q_c + dense.normal() + &white);
        }
    }
}

/// With pixels known for certain, differences known far better than the prior and alike everywhere,
/// the mean is the solution of Poisson's equation with the photo's values around the hole.
#[test]
fn poisson_blending_is_the_limit() {
    let device = ComputeDevice::cpu_f64();
    let uniform = || [1e-4, 1e-4].map(|d| plane(|_, _| d, SIZE));
    let x = draw([1, 3, SIZE[0], SIZE[1]], 1, &device) * 0.5;
    let posterior = posterior(uniform(), &x, 1e-8);
    let y = posterior.measurement().y.clone();
    let g = posterior.gaussian_mean(x.zeros_like(), device.scalar(1e6));
    let (mask, dense) = (
        channel(&known(SIZE).repeat_dim(1, 3), 0),
        Dense::new(uniform(), 1.0),
    );
    let hole: Vec<usize> = (0..mask.len()).filter(|i| mask[*i] == 0.0).collect();
    for c in 0..3 {
        let (x, mut y) = (planes_of(&y, c), planes_of(&y, c));
        let area = mask.len();
        // Least squares of the differences alone, given the pixels around.
        let gradients = dense.a.rows(area, 2 * area);
        let around = DMatrix::from_fn(area, 1, |i, _| mask[i] * x[i]);
        y.rows_mut(0, area).fill(0.0);
        let b = gradients.transpose() * (y.rows(area, 2 * area) - gradients * &around);
        let normal = gradients.transpose() * gradients;
        let inside = DMatrix::from_fn(hole.len(), hole.len(), |i, j| normal[(hole[i], hole[j])]);
        let solved = inverse(inside) * DMatrix::from_fn(hole.len(), 1, |i, _| b[hole[i]]);
        let ours = DMatrix::from_fn(hole.len(), 1, |i, _| channel(&g, c)[hole[i]]);
        let error = relative_error(&ours, &solved);
        assert!(error < 1e-4, "axis {c}: {error}");
    }
}

#[test]
fn shapes_and_deviations_that_make_no_sense_are_refused() {
    let small = plane(|_, _| 1.0, [17, 19]);
    let zero = [plane(|_, _| 0.0, SIZE), plane(|_, _| 1.0, SIZE)];
    for deviations in [[small.clone(), small], zero] {
        let refused = GradientMask::new(known(SIZE), deviations).expect_err("a refusal");
        assert!(matches!(refused, Error::InvalidOperator(_)), "{refused}");
    }
}
