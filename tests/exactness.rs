//! Exact posterior sampling is exact: with the analytic denoiser of a Gaussian prior every solver
//! reproduces the posterior's closed form, for every operator.
//!
//! That denoiser is affine in z, so a deterministic solver is an affine map of its start: zero and
//! a basis pushed through it give the mean and the covariance of its samples with no sampling
//! error. The start is the exact marginal at tau_max, so that what is left is the solver's own
//! error.

mod common;

use std::rc::Rc;

use burn::tensor::Tensor;
use common::cases::{Case, operators};
use common::dense::{Dense, columns, draw, images, inverse, relative_error};
use common::gaussian::{Gain, Gaussian, GaussianDenoiser};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::Denoiser;
use eps_restore::low_level::operators::PriorUpdate;
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::GaussianPrior;
use eps_restore::low_level::prior::model::PriorModel;
use eps_restore::low_level::restoration::Run;
use eps_restore::low_level::sampler::interpolant::Interpolant;
use eps_restore::low_level::sampler::{
    Churn, ChurnParameters, DpmSolver2M, Euler, Heun, PosteriorMean, Sampler, Solver,
};
use nalgebra::{DMatrix, DVector};

const SIGMA_Y: f64 = 0.1;
const TAU_MAX: f64 = 80.0;
const TAU_MIN: f64 = 0.002;
const STEPS: [usize; 3] = [40, 80, 160];
/// Grids that are even in time are coarse in log tau near 0: they reach their order later, and end
/// sooner.
const EVEN_STEPS: [usize; 3] = [80, 160, 320];
const EVEN_TAU_MIN: f64 = 0.02;

fn steps(interpolant: Interpolant) -> ([usize; 3], f64) {
    match interpolant {
        Interpolant::Edm => (STEPS, TAU_MIN),
        _ => (EVEN_STEPS, EVEN_TAU_MIN),
    }
}

/// The posterior mean is a fixed point of the exact flow, whatever the number of steps: only
/// rounding is left.
const MEAN_WITHIN: f64 = 1e-12;
/// The same of operators that iterate until the residual is 1e-11 of what it was.
const ITERATED_MEAN_WITHIN: f64 = 1e-8;
/// Of the covariance, relative, at 160 steps on EDM's grid. Measured: 0.8e-3 (nothing) to 1.4e-3
/// (motion).
const COVARIANCE_WITHIN: f64 = 2e-3;

type Start = fn(Vec<f64>, Tensor<4>) -> Box<dyn Solver>;

/// Every deterministic solver and its order.
const SOLVERS: [(&str, i32, Start); 3] = [
    ("Euler", 1, |grid, z| Box::new(Euler::new(grid, z))),
    ("Heun", 2, |grid, z| Box::new(Heun::new(grid, z))),
    ("DPM-Solver++(2M)", 2, |grid, z| {
        Box::new(DpmSolver2M::new(grid, z))
    }),
];

/// A measurement of an image of a Gaussian prior, the law that it leaves, and the denoiser of that
/// prior.
struct Problem {
    shape: [usize; 3],
    posterior: Posterior,
    truth: Gaussian,
    denoiser: GaussianDenoiser,
}

impl Problem {
    fn new(case: &Case, prior: Gaussian) -> Self {
        let (device, [height, width]) = (ComputeDevice::cpu_f64(), case.tiny);
        let operator = case.operator(case.tiny, &device);
        let dense = Dense::of(operator.as_ref(), 3, case.tiny);
        let y = draw(
            operator.measurement_shape([1, 3, height, width]),
            1,
            &device,
        ) * 0.5;
        let s2 = SIGMA_Y * SIGMA_Y;
        let measured: DVector<f64> = columns(y.clone(), dense.a.nrows()).column(0).into();
        let measurement = Measurement {
            operator,
            y,
            s2: device.scalar(s2),
        };
        let membrane =
            GaussianPrior::new(PriorModel::PHOTO_V2, Fourier::new(height, width, &device));
        Self {
            shape: [3, height, width],
            posterior: Posterior::new(measurement, membrane),
            truth: prior.given(&dense.a, &measured, s2),
            denoiser: GaussianDenoiser::new(prior, dense),
        }
    }

    /// Whether the pivot is iterated.
    fn is_iterative(&self) -> bool {
        let operator = &self.posterior.measurement().operator;
        matches!(operator.prior_update(), PriorUpdate::Iterative(_))
    }

    fn mean_within(&self) -> f64 {
        if self.is_iterative() {
            ITERATED_MEAN_WITHIN
        } else {
            MEAN_WITHIN
        }
    }

    fn levels(&self, interpolant: Interpolant, steps: usize) -> Vec<(f64, Gain)> {
        let level = |tau| (tau, self.denoiser.level(&self.posterior, tau));
        let (_, tau_min) = self::steps(interpolant);
        let grid = interpolant.grid(steps, TAU_MAX, tau_min);
        grid.into_iter().map(level).collect()
    }

    /// Answers a solver to its end; how often it asked.
    fn run(&self, solver: &mut dyn Solver) -> usize {
        let mut asked = 0;
        while let Some((z, tau)) = solver.query() {
            let gain = self.denoiser.level(&self.posterior, tau);
            solver.answer(self.denoiser.denoise(&self.posterior, z, &gain));
            asked += 1;
        }
        asked
    }

    /// The law of a solver's samples, started from the exact marginal at the top of the grid.
    fn samples(&self, start: Start, levels: &[(f64, Gain)]) -> Gaussian {
        let grid = levels.iter().map(|(tau, _)| *tau).collect();
        let marginal = self.truth.noisy(TAU_MAX * TAU_MAX);
        let mut solver = start(grid, images(&marginal.basis(), self.shape));
        while let Some((z, tau)) = solver.query() {
            let level = levels.iter().find(|(t, _)| *t == tau);
            let (_, gain) = level.expect("a solver asks on its grid");
            solver.answer(self.denoiser.denoise(&self.posterior, z, gain));
        }
        Gaussian::of_basis(columns(solver.sample(), self.truth.mean.len()))
    }

    /// What many steps tend to: the last one returns D at tau_min, which keeps 1/(1 +
    /// tau_min²/lambda) of a variance lambda.
    fn limit(&self, tau_min: f64) -> DMatrix<f64> {
        let seen = self.truth.noisy(tau_min * tau_min).covariance;
        &self.truth.covariance * inverse(seen) * &self.truth.covariance
    }

    /// The errors of a law: of its mean, and of its covariance.
    fn errors(&self, law: &Gaussian) -> (f64, f64) {
        (
            (&law.mean - &self.truth.mean).norm() / self.truth.mean.norm(),
            relative_error(&law.covariance, &self.truth.covariance),
        )
    }
}

/// Operators that are small enough to be sampled with dense matrices at every step.
fn sampled() -> impl Iterator<Item = Case> {
    operators().into_iter().filter(|case| case.tiny[0] < 16)
}

/// One line of the table: errors at each number of steps, and their ratios.
fn check(problem: &Problem, name: &str, interpolant: Interpolant, solvers: &[(&str, i32, Start)]) {
    let (steps, tau_min) = steps(interpolant);
    let levels = steps.map(|steps| problem.levels(interpolant, steps));
    // Euler's and Heun's last step is to 0, and returns D as DPM-Solver++'s does.
    let limit = problem.limit(tau_min);
    for (solver, order, start) in solvers {
        let laws = levels
            .each_ref()
            .map(|levels| problem.samples(*start, levels));
        let [e40, e80, e160] = laws
            .each_ref()
            .map(|law| relative_error(&law.covariance, &limit));
        let [(mean, _), _, (_, covariance)] = laws.each_ref().map(|law| problem.errors(law));
        let ratios = [e40 / e80, e80 / e160];
        let name = format!("{name}, {interpolant:?}, {solver}");
        println!(
            "{name:52} mean {mean:.0e} covariance {e40:.1e} {e80:.1e} {e160:.1e} {ratios:.2?}"
        );
        assert!(mean < problem.mean_within(), "{name}: mean {mean:.1e}");
        let second = *order == 2;
        if second && interpolant == Interpolant::Edm {
            assert!(covariance < COVARIANCE_WITHIN, "{name}: {covariance:.1e}");
        }
        // Measured: 4.1 to 4.5 on EDM's grid, approaching 4 from above.
        let halved = f64::from(1 << order);
        let bounds = 0.95 * halved..1.15 * halved;
        let (judged, bounds) = match interpolant {
            Interpolant::Edm => (&ratios[..], bounds),
            _ => (&ratios[1..], 0.8 * halved..1.6 * halved),
        };
        assert!(
            judged.iter().all(|r| bounds.contains(r)),
            "{name}: {ratios:.2?}"
        );
    }
}

#[test]
fn every_solver_samples_the_posterior_of_every_operator() {
    for case in sampled() {
        let problem = Problem::new(&case, Gaussian::images(case.tiny));
        check(&problem, case.name, Interpolant::Edm, &SOLVERS);
    }
}

#[test]
fn every_interpolant_leads_there() {
    for interpolant in &Interpolant::ALL[1..] {
        for case in sampled() {
            let problem = Problem::new(&case, Gaussian::images(case.tiny));
            check(&problem, case.name, *interpolant, &SOLVERS);
        }
    }
}

/// EDM's stochastic sampler, by Monte Carlo: the trace of the samples' covariance and their mean
/// within five standard errors and the solver's own error.
#[test]
fn churning_samples_the_posterior() {
    const SAMPLES: usize = 400;
    let device = ComputeDevice::cpu_f64();
    for case in sampled() {
        let problem = Problem::new(&case, Gaussian::images(case.tiny));
        let levels = problem.levels(Interpolant::Edm, 80);
        let grid: Vec<f64> = levels.iter().map(|(tau, _)| *tau).collect();
        let [channels, height, width] = problem.shape;
        let shape = [SAMPLES, channels, height, width];
        let truth = &problem.truth;
        let root = truth.noisy(TAU_MAX * TAU_MAX).covariance.cholesky();
        let root = root.expect("positive definite").unpack();
        let start = root * columns(draw(shape, 9, &device), truth.mean.len());
        let start = images(&start, problem.shape)
            + images(
                &DMatrix::from_columns(std::slice::from_ref(&truth.mean)),
                problem.shape,
            );
        let churning = ChurnParameters {
            tau_max: f64::INFINITY,
            ..ChurnParameters::default()
        };
        let noise = WhiteNoise::new(7, 0, &device);
        let mut solver = Churn::new(grid, start, churning, noise);
        problem.run(&mut solver);
        let samples = columns(solver.sample(), truth.mean.len());
        let trace = samples.column_variance().sum();
        let off = (samples.column_mean() - &truth.mean).norm_squared();
        let error = (2.0 / SAMPLES as f64).sqrt() * truth.covariance.norm();
        let exact = truth.covariance.trace();
        println!(
            "{:28} trace {:.3} ± {:.3} of the exact one, mean {:.1} of its standard error",
            case.name,
            trace / exact,
            error / exact,
            (off * SAMPLES as f64 / exact).sqrt()
        );
        let within = 5.0 * error + 0.03 * exact;
        assert!((trace - exact).abs() < within, "{}: {trace:.3}", case.name);
        assert!(off < 4.0 * exact / SAMPLES as f64, "{}", case.name);
    }
}

/// The default's 6 points from tau = 5 to 0.01 keep the trace of the posterior's covariance between
/// 15 % below and 20 % above, for every operator: what few points add to wide modes, and
/// the end takes from narrow ones (docs/calibration.md).
#[test]
fn the_default_sampler_is_calibrated() {
    let Sampler {
        points,
        tau_max,
        tau_min,
        ..
    } = Sampler::DEFAULT;
    for case in sampled() {
        let problem = Problem::new(&case, Gaussian::images(case.tiny));
        let start = problem.truth.noisy(tau_max * tau_max).basis();
        let grid = Interpolant::Edm.grid(points, tau_max, tau_min);
        let mut solver = DpmSolver2M::new(grid, images(&start, problem.shape));
        problem.run(&mut solver);
        let law = Gaussian::of_basis(columns(solver.sample(), problem.truth.mean.len()));
        let share = law.covariance.trace() / problem.truth.covariance.trace();
        println!("{:28} {share:.3}", case.name);
        assert!((0.85..1.2).contains(&share), "{}: {share:.3}", case.name);
    }
}

/// Around the posterior mean an antithetic pair of an affine denoiser is the posterior mean.
#[test]
fn refining_the_exact_mean_changes_nothing() {
    for case in sampled() {
        let problem = Problem::new(&case, Gaussian::images(case.tiny));
        let size = problem.truth.mean.len();
        let mean = images(
            &DMatrix::from_column_slice(size, 1, problem.truth.mean.as_slice()),
            problem.shape,
        );
        let mut noise = WhiteNoise::new(5, 0, &ComputeDevice::cpu_f64());
        let n = noise.draw(mean.dims());
        let mut solver = PosteriorMean::new(&mean, Some(n));
        solver.answer(mean.clone());
        let asked = problem.run(&mut solver);
        let error = relative_error(&columns(solver.sample(), size), &columns(mean, size));
        println!("{:28} {error:.1e}", case.name);
        assert_eq!(asked, PosteriorMean::PAIR);
        assert!(error < problem.mean_within(), "{}: {error:.1e}", case.name);
    }
}

/// The same criterion tells a method without the pivot: queried at z, the denoiser takes the
/// measured directions, still full of noise, to be clean.
#[test]
fn a_denoiser_asked_at_z_samples_something_else() {
    // Without a measurement z is the pivot.
    for case in sampled().filter(|case| case.name != "nothing") {
        let mut problem = Problem::new(&case, Gaussian::images(case.tiny));
        problem.denoiser = problem.denoiser.approximate();
        let levels = problem.levels(Interpolant::Edm, 160);
        for (solver, _, start) in SOLVERS {
            let (mean, covariance) = problem.errors(&problem.samples(start, &levels));
            println!(
                "{:20} {solver:20} mean {mean:.1} covariance {covariance:.0e}",
                case.name
            );
            assert!(
                mean > 10.0 * problem.mean_within(),
                "{}, {solver}",
                case.name
            );
            assert!(
                covariance > 10.0 * COVARIANCE_WITHIN,
                "{}, {solver}",
                case.name
            );
        }
    }
}

/// `width` unit vectors in `width` images after `before` of zeros and before `after` of them.
fn basis(width: usize, before: usize, after: usize) -> DMatrix<f64> {
    DMatrix::from_fn(width, before + width + after, |i, j| {
        if j == before + i { 1.0 } else { 0.0 }
    })
}

/// The covariance of `Posterior::deviation`, which is linear in its two draws of white noise.
fn deviation_covariance(problem: &Problem) -> DMatrix<f64> {
    let [channels, height, width] = problem.shape;
    let image = channels * height * width;
    let operator = &problem.posterior.measurement().operator;
    let [_, c, h, w] = operator.measurement_shape([1, channels, height, width]);
    let white = images(&basis(image, 0, c * h * w), problem.shape);
    let noise = images(&basis(c * h * w, image, 0), [c, h, w]);
    let deviations = columns(problem.posterior.deviation(white, noise), image);
    &deviations * deviations.transpose()
}

/// The start of the default sampler: for the membrane prior itself its deviation is the
/// posterior's. A mask is left out: there the prior that is drawn has circular borders, the prior
/// that estimates replicated ones.
#[test]
fn the_deviation_has_the_covariance_of_the_gaussian_posterior() {
    for case in sampled() {
        let problem = Problem::new(&case, Gaussian::membrane(case.tiny));
        let operator = &problem.posterior.measurement().operator;
        if matches!(
            operator.prior_update(),
            PriorUpdate::Diagonal(_) | PriorUpdate::PerChannel(_) | PriorUpdate::Spatial(_)
        ) {
            continue;
        }
        let error = relative_error(&deviation_covariance(&problem), &problem.truth.covariance);
        println!("{:20} {error:.1e}", case.name);
        // The prior's condition number is 8/KAPPA2 = 8e3, that of the posterior's dense inverse
        // 1e5.
        let within = if problem.is_iterative() { 1e-6 } else { 1e-10 };
        assert!(error < within, "{}: {error:.1e}", case.name);
    }
}

/// What the deviation is for: of a grey photo the tint is unknown, its variance as large as that of
/// the noise at tau = 5, where the default sampler starts. One evaluation there returns D, which
/// keeps P (P + 25 I)^-1 P of a covariance P; without the deviation it would keep half of that
/// here.
#[test]
fn the_default_start_keeps_the_variance_of_the_tint() {
    const SAMPLES: usize = 400;
    let case = operators().into_iter().find(|case| case.name == "grey");
    let case = case.expect("a grey photo among the operators");
    let problem = Problem::new(&case, Gaussian::membrane(case.tiny));
    let sampler = Sampler {
        points: 1,
        ..Sampler::DEFAULT
    };
    let seen = problem.truth.noisy(sampler.tau_max.powi(2)).covariance;
    let kept = &problem.truth.covariance * inverse(seen) * &problem.truth.covariance;

    let restoration = Run::new(
        Rc::new(problem.denoiser),
        problem.posterior,
        sampler,
        SAMPLES,
        1,
    );
    let mut restoration = restoration.expect("a valid sampler");
    let samples = std::iter::from_fn(|| restoration.next_sample());
    let samples = Tensor::cat(samples.collect(), 0);
    let got = columns(samples, kept.nrows()).column_variance().sum();
    // Five standard errors of the trace of a sample covariance.
    let within = 5.0 * (2.0 / SAMPLES as f64).sqrt() * kept.norm();
    println!("{got:.1} of {:.1} ± {within:.1}", kept.trace());
    assert!((got - kept.trace()).abs() < within, "{got:.1}");
}
