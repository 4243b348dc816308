//! One contract for every operator: the table is `common::cases::operators`, the truth dense
//! matrices in f64.

mod common;

use std::ops::Range;
use std::rc::Rc;

use burn::tensor::Tensor;
use common::cases::{Case, every_operator};
use common::comparison::{Comparison, relative_error as relative_norm};
use common::dense::{Dense, Size, columns, draw, inverse, relative_error, solution, worst_entry};
use common::digits::{self, grid, variances};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::operators::{LinearOperator, PriorUpdate};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::{GaussianPrior, KAPPA2};
use nalgebra::{DMatrix, DVector};

/// Pairs of tau and sigma_y: one image each of a batch.
const LEVELS: [(f64, f64); 3] = [(0.05, 0.1), (0.7, 0.01), (80.0, 0.03)];

/// What f64 leaves of the dense inverses: their condition number is up to tau²/sigma_y² = 7e6,
/// times 1e-16 and the matrix's size. Measured: 1.5e-9.
const EXACT: f64 = 3e-9;
/// Of operators that iterate until the residual is 1e-11 of what it was, which tau/sigma_y
/// amplifies.
const ITERATED: f64 = 1e-7;

/// The images of a batch at the levels.
fn batch() -> Range<usize> {
    0..LEVELS.len()
}

fn t2(b: usize) -> f64 {
    LEVELS[b].0.powi(2)
}

fn s2(b: usize) -> f64 {
    LEVELS[b].1.powi(2)
}

/// An operator at one size and a batch of measurements of it, an image a level.
struct Problem {
    name: String,
    phases: usize,
    rough: bool,
    dense: Dense,
    posterior: Posterior,
    z: Tensor<4>,
    t2: Tensor<4>,
}

impl Problem {
    fn new(case: &Case, size: Size, levels: &[(f64, f64)], device: &ComputeDevice) -> Self {
        let operator = case.operator(size, device);
        let shape = [levels.len(), 3, size[0], size[1]];
        let measured = operator.measurement_shape(shape);
        let [t2, s2] = variances(levels, device);
        let dense = Dense::new(case, size);
        let x = draw(shape, 1, device) * 0.5;
        let silent = Measurement {
            operator,
            y: device.zeros(measured),
            s2,
        };
        let measurement = silent.with(silent.simulate(x.clone(), draw(measured, 2, device)));
        let prior = GaussianPrior::new(case.prior, Fourier::new(size[0], size[1], device));
        Self {
            name: format!("{} {}x{}", case.label(), size[0], size[1]),
            phases: case.phases,
            rough: case.rough.is_some(),
            dense,
            posterior: Posterior::new(measurement, prior),
            z: x + draw(shape, 3, device) * t2.clone().sqrt(),
            t2,
        }
    }

    /// Every operator at every size of its own.
    fn all() -> impl Iterator<Item = Self> {
        every().map(|(case, size)| Self::new(&case, size, &LEVELS, &ComputeDevice::cpu_f64()))
    }

    /// Image `b` of a batch that broadcasts to `[B, planes, H, W]`, one plane a column.
    fn planes(&self, x: &Tensor<4>, b: usize, planes: usize) -> DMatrix<f64> {
        let [batch, _, height, width] = self.z.dims();
        let x = x.clone().expand([batch, planes, height, width]);
        columns(x.narrow(0, b, 1), height * width)
    }

    /// Image `b` of a batch in columns of A's width.
    fn image(&self, x: &Tensor<4>, b: usize) -> DMatrix<f64> {
        columns(x.clone().narrow(0, b, 1), self.dense.a.ncols())
    }

    /// Aᵀ y/s2 of image `b`.
    fn data(&self, b: usize) -> DMatrix<f64> {
        let y = self.posterior.measurement().y.clone();
        let y = columns(y.narrow(0, b, 1), self.dense.a.nrows());
        self.dense.a.transpose() * y / s2(b)
    }

    /// Whether the Gaussian posterior is a fixed number of iterations in space.
    fn is_diagonal(&self) -> bool {
        let operator = &self.posterior.measurement().operator;
        matches!(operator.prior_update(), PriorUpdate::Diagonal(_))
    }

    /// Whether it is such a number of iterations at all.
    fn is_in_space(&self) -> bool {
        let operator = &self.posterior.measurement().operator;
        let spatial = matches!(operator.prior_update(), PriorUpdate::Spatial(_));
        let per_channel = matches!(operator.prior_update(), PriorUpdate::PerChannel(_));
        spatial || per_channel || self.is_diagonal()
    }

    /// How near w0, g and the pivot come.
    fn within(&self) -> f64 {
        let operator = &self.posterior.measurement().operator;
        match operator.prior_update() {
            PriorUpdate::Iterative(_) => ITERATED,
            _ => EXACT,
        }
    }

    fn check(&self, what: &str, b: usize, error: f64, within: f64) {
        let (name, level) = (&self.name, LEVELS[b]);
        println!("{name:24} {what:8} {level:?} {error:.1e}");
        assert!(error < within, "{name}, {what} at {level:?}: {error:.2e}");
    }
}

fn every() -> impl Iterator<Item = (Case, Size)> {
    let sizes = |case: Case| case.sizes.iter().map(move |&size| (case, size));
    every_operator().flat_map(sizes)
}

/// An operator, two images and two measurements.
fn pairs(
    case: &Case,
    size: Size,
    device: &ComputeDevice,
) -> (Rc<dyn LinearOperator>, [Tensor<4>; 2]) {
    let operator = case.operator(size, device);
    let shape = [2, 3, size[0], size[1]];
    let y = draw(operator.measurement_shape(shape), 5, device);
    (operator, [draw(shape, 4, device), y])
}

#[test]
fn operators_are_linear() {
    // Both sides of f(a + b) = f(a) + f(b) for the weighted images of a batch of two; all entries
    // are of order 1.
    let sum = |x: Tensor<4>| x.clone().narrow(0, 0, 1) * 2.5 - x.narrow(0, 1, 1) * 0.75;
    let additive = |f: &dyn Fn(Tensor<4>) -> Tensor<4>, x: Tensor<4>| {
        columns(f(sum(x.clone())) - sum(f(x)), 1).amax()
    };
    for (case, size) in every() {
        let (operator, [x, y]) = pairs(&case, size, &ComputeDevice::cpu_f64());
        let apply = additive(&|x| operator.apply(x), x);
        let adjoint = additive(&|y| operator.adjoint(y), y);
        println!("{:24} {apply:.1e} {adjoint:.1e}", case.name);
        assert!(apply.max(adjoint) < 1e-13, "{}", case.name);
    }
}

#[test]
fn the_adjoint_is_the_adjoint() {
    for (device, within) in [
        (ComputeDevice::cpu(), 1e-5),
        (ComputeDevice::cpu_f64(), 1e-12),
    ] {
        for (case, size) in every() {
            let (operator, [x, y]) = pairs(&case, size, &device);
            let ax = columns(operator.apply(x.clone()), 1);
            let aty = columns(operator.adjoint(y.clone()), 1);
            let (x, y) = (columns(x, 1), columns(y, 1));
            let scale = (ax.norm() * y.norm()).max(f64::MIN_POSITIVE);
            let error = (ax.dot(&y) - x.dot(&aty)).abs() / scale;
            println!("{:24} {:?} {error:.1e}", case.name, device.dtype());
            assert!(error < within, "{}: {error:.1e}", case.name);
        }
    }
}

#[test]
fn the_pivot_is_the_posterior_mean_of_a_white_prior() {
    for problem in Problem::all() {
        let mu = problem
            .posterior
            .pivot(problem.z.clone(), problem.t2.clone());
        for b in batch() {
            let information = problem.image(&problem.z, b) / t2(b) + problem.data(b);
            let truth = problem.dense.noise_covariance(t2(b), s2(b)) * information;
            let error = relative_error(&problem.image(&mu, b), &truth);
            problem.check("update", b, error, problem.within());
        }
    }
}

#[test]
fn variances_and_maps_are_those_of_the_noise_covariance() {
    for problem in Problem::all().filter(|problem| !problem.rough) {
        let p = problem
            .posterior
            .pixel_variance(problem.t2.clone())
            .tensor();
        let v = problem
            .posterior
            .band_variances(problem.t2.clone())
            .tensor();
        for b in batch() {
            let (dense, phases) = (&problem.dense, problem.phases);
            let covariance = dense.noise_covariance(t2(b), s2(b));
            let truth = dense.phase_mean(&dense.pixel_variance(&covariance), phases);
            let error = worst_entry(&problem.planes(&p, b, 3), &truth);
            problem.check("p", b, error, EXACT);
            let truth = dense.phase_mean(&dense.band_variances(&covariance), phases);
            let error = worst_entry(&problem.planes(&v, b, 8), &truth);
            problem.check("maps", b, error, EXACT);
        }
    }
}

#[test]
fn converged_gaussian_posteriors_are_exact() {
    for problem in Problem::all().filter(|problem| !problem.is_in_space()) {
        let (posterior, dense) = (&problem.posterior, &problem.dense);
        let w0 = posterior.linear_estimate();
        let g = posterior.gaussian_mean(problem.z.clone(), problem.t2.clone());
        let q = posterior.gaussian_variance(problem.t2.clone());
        for b in batch() {
            let data = problem.data(b);
            let truth = solution(dense.posterior_precision(0.0, s2(b)), &data);
            let error = relative_error(&problem.image(&w0, b), &truth);
            problem.check("w0", b, error, problem.within());

            let covariance = inverse(dense.posterior_precision(t2(b).recip(), s2(b)));
            let truth = &covariance * (problem.image(&problem.z, b) / t2(b) + data);
            let error = relative_error(&problem.image(&g, b), &truth);
            problem.check("g", b, error, problem.within());

            if problem.rough {
                continue;
            }
            let truth = dense.phase_mean(&dense.pixel_variance(&covariance), problem.phases);
            let error = worst_entry(&problem.planes(&q, b, 3), &truth);
            problem.check("q", b, error, EXACT);
        }
    }
}

/// A linear system of a mask, and what conjugate gradients made of it.
struct Solve {
    what: &'static str,
    precision: DMatrix<f64>,
    /// The preconditioner.
    diagonal: DVector<f64>,
    right: DMatrix<f64>,
    start: DMatrix<f64>,
    got: DMatrix<f64>,
    iterations: i32,
}

impl Solve {
    fn w0(problem: &Problem, b: usize) -> Self {
        let (right, diagonal) = (problem.data(b), jacobi(problem, 0.0, b));
        let start = DMatrix::from_fn(right.nrows(), right.ncols(), |i, j| {
            right[(i, j)] / diagonal[i]
        });
        Self {
            what: "w0",
            precision: problem.dense.posterior_precision(0.0, s2(b)),
            diagonal,
            right,
            start,
            got: problem.image(&problem.posterior.linear_estimate(), b),
            iterations: 25,
        }
    }

    fn g(problem: &Problem, b: usize) -> Self {
        let posterior = &problem.posterior;
        let g = posterior.gaussian_mean(problem.z.clone(), problem.t2.clone());
        Self {
            what: "g",
            precision: problem.dense.posterior_precision(t2(b).recip(), s2(b)),
            diagonal: jacobi(problem, t2(b).recip(), b),
            right: problem.image(&problem.z, b) / t2(b) + problem.data(b),
            start: problem.image(&posterior.linear_estimate(), b),
            got: problem.image(&g, b),
            iterations: 16,
        }
    }

    /// sqrt(tr eᵀ M e) of an error e.
    fn energy(&self, e: &DMatrix<f64>) -> f64 {
        e.dot(&(&self.precision * e)).sqrt()
    }

    /// What is left of the start's error in that norm, at most: Chebyshev's bound 2 ((√κ - 1)/(√κ +
    /// 1))^n, κ being the condition number after preconditioning.
    fn bound(&self) -> f64 {
        let root = self.diagonal.map(f64::sqrt);
        let scaled = self.precision.component_div(&(&root * root.transpose()));
        let eigenvalues = scaled.symmetric_eigenvalues();
        let condition = (eigenvalues.max() / eigenvalues.min()).sqrt();
        2.0 * ((condition - 1.0) / (condition + 1.0)).powi(self.iterations)
    }
}

/// The diagonal that a mask's iterations divide by.
fn jacobi(problem: &Problem, inverse_t2: f64, b: usize) -> DVector<f64> {
    let (known, stiffness) = (problem.dense.a.diagonal(), problem.dense.stiffness());
    let sum = |known: f64, c: f64| known / s2(b) + inverse_t2 + c * (KAPPA2 + 4.0);
    known.zip_map(&stiffness, sum)
}

#[test]
fn iterated_gaussian_posteriors_converge_to_the_exact_ones() {
    for problem in Problem::all().filter(Problem::is_diagonal) {
        let solves = |b| [(b, Solve::w0(&problem, b)), (b, Solve::g(&problem, b))];
        for (b, solve) in batch().flat_map(solves) {
            let truth = solution(solve.precision.clone(), &solve.right);
            let before = solve.energy(&(&solve.start - &truth));
            let after = solve.energy(&(&solve.got - &truth));
            let (bound, rounding) = (solve.bound(), 1e-12 * solve.energy(&truth));
            // Holes as small as the table's leave the bound its teeth.
            problem.check("bound", b, bound, 1e-4);
            problem.check(solve.what, b, after / before, bound + rounding / before);
        }
    }
}

/// The limit of a mask's sweeps v <- 1/(J - C² the neighbours' v), by dense matrices.
fn limit_of_sweeps(problem: &Problem, b: usize) -> DVector<f64> {
    let diagonal = jacobi(problem, t2(b).recip(), b);
    let stiffness = problem.dense.stiffness();
    let square = DMatrix::from_diagonal(&stiffness.component_mul(&stiffness));
    let bonds = square * problem.dense.neighbours();
    let sweep = |v: DVector<f64>, _| (&diagonal - &bonds * v).map(f64::recip);
    (0..500).fold(diagonal.map(f64::recip), sweep)
}

/// q of a mask is not the diagonal of the inverse but near it. As a series in C/J, an entry of that
/// diagonal counts the closed walks from its pixel; the sweeps count only walks that return over
/// the bonds they came by: those around a loop are missing, those to and fro over one bond count
/// more than once, and the first two orders are right. Measured away from the edge: 2 % too little
/// in a 4×4 hole, at most 4 % too much along chains of missing pixels. On the edge Q has J - C, the
/// pixel being its own neighbour beyond it, but the sweeps J - C² v: v is 20 % too little for a
/// lone missing pixel, 41 % for one in a corner, and 50 % for a corner next to another missing
/// pixel.
#[test]
fn iterated_variances_are_near_the_exact_ones() {
    for problem in Problem::all().filter(Problem::is_diagonal) {
        let q = problem.posterior.gaussian_variance(problem.t2.clone());
        let q = q.expand(problem.z.dims());
        let [_, _, height, width] = problem.z.dims();
        let stiffness = problem.dense.stiffness();
        let is_edge =
            |row, column| [0, height - 1].contains(&row) || [0, width - 1].contains(&column);
        for b in batch() {
            let got = problem.image(&q, b).column(0).into_owned();
            let limit = limit_of_sweeps(&problem, b);
            let error = (&got - &limit).component_div(&limit).amax();
            problem.check("q, limit", b, error, 1e-5);

            let precision = problem.dense.posterior_precision(t2(b).recip(), s2(b));
            let ratios = got.component_div(&inverse(precision).diagonal());
            for (i, ratio) in ratios.iter().enumerate() {
                // A known pixel hardly depends on its bonds, unless these are stiff.
                let held = problem.dense.a[(i, i)] > 0.0 && stiffness[i] <= 10.0;
                let least = match (is_edge(i / width % height, i % width), held) {
                    (true, false) => 0.45,
                    _ => 0.95,
                };
                let error = format!("{}, pixel {i} at {:?}: {ratio:.3}", problem.name, LEVELS[b]);
                assert!((least..1.05).contains(ratio), "{error}");
            }
        }
    }
}

/// The worst of the comparisons, all of which hold.
fn assert_equal(name: &str, comparisons: &[Comparison]) {
    let error = |comparison: &Comparison| {
        let norms = comparison.norms().try_into_vec_as::<f32>();
        relative_norm(&norms.expect("the CPU reads back"))
    };
    for comparison in comparisons {
        let (what, error) = (&comparison.name, error(comparison));
        println!("{name:24} {what:24} {error:.1e}");
        assert!(error < comparison.tolerance, "{name}, {what}: {error:.1e}");
    }
}

#[test]
fn f32_keeps_the_digits_of_the_pivot() {
    for (case, size) in every() {
        let comparisons = digits::of_update(&case, size, &ComputeDevice::cpu());
        assert_equal(case.name, &comparisons);
    }
}

/// What `tests/browser/golden.rs` asks of WebGPU.
#[test]
fn f32_keeps_the_digits_of_everything_in_closed_form() {
    for (case, size) in every().filter(|(case, _)| digits::is_closed(case)) {
        let comparisons = digits::of_contract(&case, size, &ComputeDevice::cpu());
        assert_equal(case.name, &comparisons);
    }
}

#[test]
fn variances_are_positive_and_at_most_those_before_the_measurement() {
    for (case, size) in every() {
        // Draws at three levels cost enough.
        let levels = if case.rough.is_some() {
            LEVELS.to_vec()
        } else {
            grid()
        };
        let problem = Problem::new(&case, size, &levels, &ComputeDevice::cpu());
        let (posterior, t2) = (&problem.posterior, || problem.t2.clone());
        for (what, variance) in [
            ("p", posterior.pixel_variance(t2()).tensor()),
            ("maps", posterior.band_variances(t2()).tensor()),
            ("q", posterior.gaussian_variance(t2())),
        ] {
            let ratio = columns(variance / t2(), 1);
            let (least, above) = (ratio.min(), ratio.max() - 1.0);
            println!("{:24} {what:5} {least:.1e} to 1 {above:+.1e}", problem.name);
            // A mean over a spectrum of some hundred values rounds in its seventh digit.
            assert!(least > 0.0 && above < 1e-6, "{}, {what}", problem.name);
        }
    }
}

/// The mean over the middle of the image, away from what a crop does not see.
fn middle(planes: &DMatrix<f64>, [height, width]: Size) -> DVector<f64> {
    let inside = |at: usize, n: usize| (n / 4..n - n / 4).contains(&at);
    let pixels =
        (0..height * width).filter(|i| inside(i / width, height) && inside(i % width, width));
    let pixels: Vec<usize> = pixels.collect();
    DVector::from_fn(planes.ncols(), |plane, _| {
        let sum: f64 = pixels.iter().map(|&i| planes[(i, plane)]).sum();
        sum / pixels.len() as f64
    })
}

/// Variances by draws, or of an operator nearby, over the middle of the image; a wrong formula is
/// wrong by the ratio of tau² to sigma_y².
#[test]
fn rough_variances_are_near_the_exact_ones() {
    for (case, size) in every() {
        let Some((low, high)) = case.rough else {
            continue;
        };
        let problem = Problem::new(&case, size, &LEVELS, &ComputeDevice::cpu_f64());
        let (posterior, dense) = (&problem.posterior, &problem.dense);
        let p = posterior.pixel_variance(problem.t2.clone()).tensor();
        let v = posterior.band_variances(problem.t2.clone()).tensor();
        let q = posterior.gaussian_variance(problem.t2.clone());
        for b in batch() {
            let noise = dense.noise_covariance(t2(b), s2(b));
            let gaussian = inverse(dense.posterior_precision(t2(b).recip(), s2(b)));
            for (what, got, planes, truth) in [
                ("p", &p, 3, dense.pixel_variance(&noise)),
                ("maps", &v, 8, dense.band_variances(&noise)),
                ("q", &q, 3, dense.pixel_variance(&gaussian)),
            ] {
                let got = middle(&problem.planes(got, b, planes), size);
                let ratios = got.component_div(&middle(&truth, size));
                let (name, level) = (&problem.name, LEVELS[b]);
                println!("{name:30} {what:5} {level:?} {:.2?}", ratios.as_slice());
                // The closed form that stands for a crop knows nothing of the frame, or only
                // roughly: the wider bands see it from everywhere in an image as small as this, and
                // at tau = 80 deconvolution carries its uncertainty inside. Three channels fit the
                // dense matrices in a smaller image still, of which near half is frame.
                let is_crop = case.name == "crop after convolution";
                let is_small = case.channels > 1;
                let inner = |k: usize| !is_small && b < 2 && k % 4 < 2;
                let known = |k: usize| match what {
                    "q" => !is_small || b < 2,
                    _ => inner(k),
                };
                let judged = |k: usize| !is_crop || known(k);
                let mut ratios = ratios.iter().enumerate().filter(|(k, _)| judged(*k));
                let near = ratios.all(|(_, r)| (low..high).contains(r));
                assert!(near, "{name}, {what} at {level:?}");
            }
        }
    }
}
