//! What an operator keeps of its digits in f32, on the CPU or on a GPU: everything of its contract against f64 on the CPU, which `contract.rs` holds against
//! dense matrices. Nothing here reads back.

use burn::tensor::{DType, Tensor};
use eps_restore::fourier::Fourier;
use eps_restore::measurement::Measurement;
use eps_restore::operators::{LinearOperator, PriorUpdate};
use eps_restore::place::Place;
use eps_restore::posterior::Posterior;
use eps_restore::prior::GaussianPrior;

use super::cases::Case;
use super::comparison::Comparison;
use super::dense::{Size, draw};

/// A and Aᵀ are sums of at most a few hundred terms of order 1.
const SUMS: f64 = 1e-5;
/// Of iterations that end before they have converged, as those on block means do: a rounding error grows as the residual does. Measured: 8e-4.
const UNCONVERGED: f64 = 2e-3;

/// tau² and sigma_y², `[B, 1, 1, 1]`.
pub fn variances(levels: &[(f64, f64)], place: &Place) -> [Tensor<4>; 2] {
    let square = |of: fn(&(f64, f64)) -> f64| {
        let values = levels.iter().map(|level| of(level).powi(2));
        place.tensor(values.collect(), [levels.len(), 1, 1, 1])
    };
    [square(|level| level.0), square(|level| level.1)]
}

/// Every pair of a tau and a sigma_y between which restorations move.
pub fn grid() -> Vec<(f64, f64)> {
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
    fn new(case: &Case, size: Size, place: &Place) -> Self {
        let (levels, exact) = (grid(), Place::cpu_f64());
        let shape = [levels.len(), 3, size[0], size[1]];
        let operator = case.operator(size, place);
        let measured = operator.measurement_shape(shape);
        let x = draw(shape, 1, &exact) * 0.5;
        let [t2, s2] = variances(&levels, &exact);
        let z = x.clone() + draw(shape, 3, &exact) * t2.clone().sqrt();
        let noise = draw(measured, 2, &exact) * s2.clone().sqrt();
        let y = case.operator(size, &exact).apply(x.clone()) + noise;
        let [x, z, y, t2, s2] = [x, z, y, t2, s2].map(|t| moved(t, place));
        let measurement = Measurement {
            operator: operator.clone(),
            y,
            s2,
        };
        let prior = GaussianPrior::new(Fourier::new(size[0], size[1], place));
        Self {
            operator,
            posterior: Posterior::new(measurement, prior),
            x,
            z,
            t2,
        }
    }

    fn update(&self) -> Tensor<4> {
        let Measurement { operator, y, s2 } = self.posterior.measurement();
        operator.update(self.z.clone(), self.t2.clone(), y.clone(), s2.clone())
    }
}

/// The same numbers in another place's float type.
fn moved(x: Tensor<4>, place: &Place) -> Tensor<4> {
    let shape = x.dims();
    let values = x.cast(DType::F64).try_into_vec_as();
    place.tensor(values.expect("a tensor on the CPU"), shape)
}

/// `update` alone, over the whole grid of levels.
pub fn of_update(case: &Case, size: Size, place: &Place) -> Vec<Comparison> {
    let (here, exact) = (
        Problem::new(case, size, place),
        Problem::new(case, size, &Place::cpu_f64()),
    );
    level_by_level(
        "update",
        here.update(),
        exact.update(),
        case.rounding,
        place,
    )
}

/// A, Aᵀ, `update`, p, the maps, and g and q where they have closed forms or a fixed number of iterations.
pub fn of_contract(case: &Case, size: Size, place: &Place) -> Vec<Comparison> {
    let (here, exact) = (
        Problem::new(case, size, place),
        Problem::new(case, size, &Place::cpu_f64()),
    );
    let mut comparisons = Vec::new();
    let mut held = |what: &str, of: &dyn Fn(&Problem) -> Tensor<4>, within: f64| {
        comparisons.extend(level_by_level(what, of(&here), of(&exact), within, place));
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
    comparisons
}

/// Whether everything of its contract has a closed form or a fixed number of iterations, so that f32 and f64 do the same.
pub fn is_closed(case: &Case) -> bool {
    let operator = case.operator(case.sizes[0], &Place::cpu());
    let iterates = matches!(operator.prior_update(), PriorUpdate::Iterative(_));
    !iterates && operator.residual().is_none()
}

/// One comparison an image of a batch, each level having a scale of its own.
fn level_by_level(
    what: &str,
    got: Tensor<4>,
    want: Tensor<4>,
    tolerance: f64,
    place: &Place,
) -> Vec<Comparison> {
    let (got, want) = (got, moved(want, place));
    let levels = grid();
    let one = |(b, (tau, sigma_y)): (usize, &(f64, f64))| {
        let of = |x: &Tensor<4>| x.clone().narrow(0, b.min(x.dims()[0] - 1), 1);
        let name = format!("{what}_{tau}_{sigma_y}");
        Comparison::new(name, of(&got), of(&want), tolerance)
    };
    levels.iter().enumerate().map(one).collect()
}
