//! A prior with two modes in two dimensions, of which one number is measured: the posterior is a
//! mixture of known weights, and every solver finds them.
//!
//! x ~ sum of w_k N(m_k, c I), y = aᵀx + sigma_y n. Sigma* = (I/tau² + a aᵀ/sigma_y²)^-1 and mu* in
//! closed form; D(mu, Sigma) is the mixture's own mean.

mod common;

use burn::tensor::Tensor;
use common::dense::{columns, draw};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::sampler::{Sampler, SolverKind};
use nalgebra::{Matrix2, Vector2};

const WEIGHTS: [f64; 3] = [0.5, 0.3, 0.2];
const MEANS: [[f64; 2]; 3] = [[-0.6, 0.5], [0.5, 0.55], [0.1, -0.7]];
const WIDTH: f64 = 0.15;
/// What is measured: this direction, with this noise; the first two modes stay possible, and differ
/// in what it says.
const DIRECTION: [f64; 2] = [0.25, 1.0];
const SIGMA_Y: f64 = 0.3;
const Y: f64 = 0.45;
const SAMPLES: usize = 20_000;

type Law = Vec<(f64, Vector2<f64>, Matrix2<f64>)>;

/// Weights, means and covariances after an observation `at` of x with noise covariance `sigma`.
fn given(prior: &Law, at: Vector2<f64>, sigma: Matrix2<f64>) -> Law {
    let member = |(w, m, c): &(f64, Vector2<f64>, Matrix2<f64>)| {
        let inverse = (c + sigma).try_inverse().expect("positive definite");
        let off = at - m;
        let density = (-0.5 * off.dot(&(inverse * off))).exp() * inverse.determinant().sqrt();
        (w * density, m + c * inverse * off, c - c * inverse * c)
    };
    let mut law: Law = prior.iter().map(member).collect();
    let sum: f64 = law.iter().map(|(w, ..)| w).sum();
    law.iter_mut().for_each(|(w, ..)| *w /= sum);
    law
}

fn prior() -> Law {
    let member = |k: usize| {
        let c = Matrix2::identity() * (WIDTH * WIDTH);
        (WEIGHTS[k], Vector2::from(MEANS[k]), c)
    };
    (0..3).map(member).collect()
}

/// Sigma* and the pivot of z.
fn pivot(z: Vector2<f64>, tau: f64) -> (Vector2<f64>, Matrix2<f64>) {
    let a = Vector2::from(DIRECTION);
    let precision = Matrix2::identity() / (tau * tau) + a * a.transpose() / (SIGMA_Y * SIGMA_Y);
    let sigma = precision.try_inverse().expect("positive definite");
    (
        sigma * (z / (tau * tau) + a * Y / (SIGMA_Y * SIGMA_Y)),
        sigma,
    )
}

fn denoise(z: Tensor<4>, tau: f64, device: &ComputeDevice) -> Tensor<4> {
    let shape = z.dims();
    let prior = prior();
    let states = columns(z, 2);
    let estimates = states.column_iter().flat_map(|z| {
        let (mu, sigma) = pivot(Vector2::new(z[0], z[1]), tau);
        let law = given(&prior, mu, sigma);
        let d: Vector2<f64> = law.iter().map(|(w, m, _)| m * *w).sum();
        [d[0], d[1]]
    });
    device.tensor(estimates.collect(), shape)
}

/// The posterior: the pivot's limit at tau = infinity, the prior given aᵀx alone.
fn posterior() -> Law {
    let (at, sigma) = pivot(Vector2::zeros(), 1e4);
    given(&prior(), at, sigma)
}

/// The share of samples nearest each mode, in the posterior's own metric.
fn shares(samples: Tensor<4>) -> [f64; 3] {
    let law = posterior();
    let mut counts = [0.0; 3];
    for x in columns(samples, 2).column_iter() {
        let distance = |k: usize| (x - law[k].1).norm();
        let nearest = (0..3).min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
        counts[nearest.expect("three modes")] += 1.0 / SAMPLES as f64;
    }
    counts
}

/// Exact states at tau: draws of the posterior and noise.
fn start(tau: f64, device: &ComputeDevice) -> (Tensor<4>, Tensor<4>) {
    let shape = [SAMPLES, 1, 1, 2];
    let law = posterior();
    let white = columns(draw(shape, 1, device), 2);
    let uniform = columns(draw([SAMPLES, 1, 1, 1], 2, device), 1);
    let mut sorted: Vec<usize> = (0..SAMPLES).collect();
    sorted.sort_by(|&a, &b| uniform[a].total_cmp(&uniform[b]));
    let mut x = vec![0.0; 2 * SAMPLES];
    for (rank, &i) in sorted.iter().enumerate() {
        // Weights by rank: a uniform number without sampling error.
        let u = (rank as f64 + 0.5) / SAMPLES as f64;
        let k = if u < law[0].0 {
            0
        } else if u < law[0].0 + law[1].0 {
            1
        } else {
            2
        };
        let root = law[k].2.cholesky().expect("positive definite").unpack();
        let value = law[k].1 + root * Vector2::new(white[(0, i)], white[(1, i)]);
        x[2 * i] = value[0];
        x[2 * i + 1] = value[1];
    }
    let x = device.tensor(x, shape);
    (x.clone(), x + draw(shape, 3, device) * tau)
}

#[test]
fn every_solver_finds_the_weights_of_the_modes() {
    let device = ComputeDevice::cpu_f64();
    let euler = Sampler {
        solver: SolverKind::Euler,
        points: 40,
        ..Sampler::PAPER
    };
    let churn = Sampler {
        solver: SolverKind::Churn,
        ..Sampler::PAPER
    };
    for (name, sampler) in [
        ("Euler", euler),
        ("Heun", Sampler::PAPER),
        ("DPM-Solver++(2M)", Sampler::DEFAULT),
        ("churn", churn),
    ] {
        let (exact, z) = start(sampler.tau_max, &device);
        let mut solver = sampler.solver(z, WhiteNoise::new(1, 0, &device));
        while let Some((z, tau)) = solver.query() {
            solver.answer(denoise(z, tau, &device));
        }
        let (want, got) = (shares(exact), shares(solver.sample()));
        println!("{name:18} {got:.3?} of {want:.3?}");
        for (got, want) in got.iter().zip(want) {
            // Three standard errors of a share, and half a per cent for the solver at its default
            // steps.
            let within = 3.0 * (want * (1.0 - want) / SAMPLES as f64).sqrt() + 0.005;
            assert!((got - want).abs() < within, "{name}: {got:.4} of {want:.4}");
        }
    }
}
