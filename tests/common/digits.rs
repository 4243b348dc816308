//! What an operator keeps of its digits in f32, on the CPU or on a GPU: everything of its contract
//! against f64 on the CPU, which `contract.rs` holds against dense matrices. Nothing here reads
//! back.

use burn::tensor::{DType, Tensor};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::operators::{LinearOperator, PriorUpdate};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::GaussianPrior;
use eps_restore::low_level::prior::model::PriorModel;

use super::cases::Case;
use super::comparison::Comparison;
use super::dense::{Size, draw};

/// A and Aᵀ are sums of at most a few hundred terms of order 1.
const SUMS: f64 = 1e-5;
/// Of iterations that end before they have converged, as those on block means do: a rounding error
/// grows as the residual does. Measured: 8e-4.
const UNCONVERGED: f64 = 2e-3;

/// tau² and sigma_y², `[B, 1, 1, 1]`.
pub(crate) fn variances(levels: &[(f64, f64)], device: &ComputeDevice) -> [Tensor<4>; 2] {
    let square = |of: fn(&(f64, f64)) -> f64| {
        let values = levels.iter().map(|level| of(level).powi(2));
        device.tensor(values.collect(), [levels.len(), 1, 1, 1])
    };
    [square(|level| level.0), square(|level| level.1)]
}

/// Every pair of a tau and a sigma_y between which restorations move.
pub(crate) fn grid() -> Vec<(f64, f64)> {
    let (taus, sigmas) = ([0.002, 0.05, 1.0, 10.0, 80.0], [0.005, 0.05, 0.5]);
    let pair = |i: usize| (taus[i / sigmas.len()], sigmas[i % sigmas.len()]);
    (0..taus.len() * sigmas.len()).map(pair).collect()
}

/// An operator with an image a level, the same numbers at every place.
struct Problem {
    operator: std::rc::Rc<dyn LinearOperator>,
    posterior: Posterior,
    x: Tensor<4>,
    z: Tensor<4>,
    t2: Tensor<4>,
}

impl Problem {
    fn new(case: &Case, size: Size, device: &ComputeDevice) -> Self {
        let (levels, exact) = (grid(), ComputeDevice::cpu_f64());
        let shape = [levels.len(), 3, size[0], size[1]];
        let operator = case.operator(size, device);
        let measured = operator.measurement_shape(shape);
        let x = draw(shape, 1, &exact) * 0.5;
        let [t2, s2] = variances(&levels, &exact);
        let z = x.clone() + draw(shape, 3, &exact) * t2.clone().sqrt();
        let noise = draw(measured, 2, &exact) * s2.clone().sqrt();
        let y = case.operator(size, &exact).apply(x.clone()) + noise;
        let [x, z, y, t2, s2] = [x, z, y, t2, s2].map(|t| moved(t, device));
        let measurement = Measurement {
            operator: operator.clone(),
            y,
            s2,
        };
        let prior =
            GaussianPrior::new(PriorModel::PHOTO_V2, Fourier::new(size[0], size[1], device));
        Self {
            operator,
            posterior: Posterior::new(measurement, prior),
            x,
            z,
            t2,
        }
    }

    /// The image of one level by itself, its variances numbers in host memory.
    fn alone(&self, level: usize) -> Self {
        let (tau, sigma_y) = grid()[level];
        let of = |x: &Tensor<4>| x.clone().narrow(0, level, 1);
        let prior = self.posterior.prior().clone();
        let measurement = Measurement {
            operator: self.operator.clone(),
            y: of(&self.posterior.measurement().y),
            s2: prior.device().scalar(sigma_y * sigma_y),
        };
        Self {
            operator: self.operator.clone(),
            t2: prior.device().scalar(tau * tau),
            posterior: Posterior::new(measurement, prior),
            x: of(&self.x),
            z: of(&self.z),
        }
    }

    /// g, w and the pivot, each asked for by itself.
    fn each_input(&self) -> [Tensor<4>; 3] {
        let (posterior, z, t2) = (&self.posterior, || self.z.clone(), || self.t2.clone());
        let g = posterior.gaussian_mean(z(), t2());
        let w = posterior.shrunk_pivot(z(), t2(), g.clone());
        [g, w, posterior.pivot(z(), t2())]
    }

    /// The same together.
    fn inputs(&self) -> [Tensor<4>; 3] {
        let (z, t2) = (self.z.clone(), self.t2.clone());
        self.posterior.inputs(z, t2, |inputs| inputs)
    }

    fn update(&self) -> Tensor<4> {
        let Measurement { operator, y, s2 } = self.posterior.measurement();
        let z = self.z.clone().into();
        let x = operator.update(z, self.t2.clone(), y.into(), s2.clone());
        x.tensor()
    }
}

/// The same numbers in another place's float type.
fn moved(x: Tensor<4>, device: &ComputeDevice) -> Tensor<4> {
    let shape = x.dims();
    let values = x.cast(DType::F64).try_into_vec_as();
    device.tensor(values.expect("a tensor on the CPU"), shape)
}

/// `update` alone, over the whole grid of levels.
pub(crate) fn of_update(case: &Case, size: Size, device: &ComputeDevice) -> Vec<Comparison> {
    let (here, exact) = (
        Problem::new(case, size, device),
        Problem::new(case, size, &ComputeDevice::cpu_f64()),
    );
    level_by_level(
        "update",
        here.update(),
        exact.update(),
        case.rounding,
        device,
    )
}

/// A, Aᵀ, `update`, p, the maps, what the network sees, and g and q where they have closed forms or
/// a fixed number of iterations.
pub(crate) fn of_contract(case: &Case, size: Size, device: &ComputeDevice) -> Vec<Comparison> {
    let (here, exact) = (
        Problem::new(case, size, device),
        Problem::new(case, size, &ComputeDevice::cpu_f64()),
    );
    let mut comparisons = Vec::new();
    let mut held = |what: &str, of: &dyn Fn(&Problem) -> Tensor<4>, within: f64| {
        comparisons.extend(level_by_level(what, of(&here), of(&exact), within, device));
    };
    held("A", &|p| p.operator.apply(p.x.clone()), SUMS);
    held(
        "adjoint",
        &|p| p.operator.adjoint(p.posterior.measurement().y.clone()),
        SUMS,
    );
    held("update", &|p| p.update(), case.rounding);
    held(
        "p",
        &|p| p.posterior.pixel_variance(p.t2.clone()).tensor(),
        case.rounding,
    );
    held(
        "maps",
        &|p| p.posterior.band_variances(p.t2.clone()).tensor(),
        case.rounding,
    );
    held(
        "q",
        &|p| p.posterior.gaussian_variance(p.t2.clone()),
        case.rounding,
    );
    let within = match here.operator.prior_update() {
        PriorUpdate::Spatial(_) => UNCONVERGED,
        _ => case.rounding,
    };
    let g = |p: &Problem| p.posterior.gaussian_mean(p.z.clone(), p.t2.clone());
    held("g", &g, within);
    let alone = (0..grid().len()).map(|level| here.alone(level).inputs());
    let alone = alone.reduce(|all, one| {
        let pairs = all
            .into_iter()
            .zip(one)
            .map(|(a, b)| Tensor::cat(vec![a, b], 0));
        pairs.collect::<Vec<_>>().try_into().expect("three inputs")
    });
    let ways = [
        ("together", here.inputs()),
        ("alone", alone.expect("levels")),
    ];
    for (way, inputs) in ways {
        for ((name, got), want) in ["g", "w", "pivot"]
            .iter()
            .zip(inputs)
            .zip(exact.each_input())
        {
            let within = within.max(case.rounding);
            let name = format!("{name}_{way}");
            comparisons.extend(level_by_level(&name, got, want, within, device));
        }
    }
    comparisons
}

/// Whether everything of its contract has a closed form or a fixed number of iterations, so that
/// f32 and f64 do the same.
pub(crate) fn is_closed(case: &Case) -> bool {
    let operator = case.operator(case.sizes[0], &ComputeDevice::cpu());
    let iterates = matches!(operator.prior_update(), PriorUpdate::Iterative(_));
    !iterates && operator.residual().is_none()
}

/// One comparison an image of a batch, each level having a scale of its own.
fn level_by_level(
    what: &str,
    got: Tensor<4>,
    want: Tensor<4>,
    tolerance: f64,
    device: &ComputeDevice,
) -> Vec<Comparison> {
    let (got, want) = (got, moved(want, device));
    let levels = grid();
    let one = |(b, (tau, sigma_y)): (usize, &(f64, f64))| {
        let of = |x: &Tensor<4>| x.clone().narrow(0, b.min(x.dims()[0] - 1), 1);
        let name = format!("{what}_{tau}_{sigma_y}");
        Comparison::new(name, of(&got), of(&want), tolerance)
    };
    levels.iter().enumerate().map(one).collect()
}
