//! Any A given by `apply` and `adjoint` alone, by conjugate gradients in data space
//! (docs/method.md, section 3.4). R may be given for each entry of the measurement, in place of s2.
//!
//! For x ~ N(u, G), G white or stationary, and y = A x + sqrt(s2) n, the posterior mean is
//!
//! ```text
//! x = u + G Aᵀ r,   (s2 + A G Aᵀ) r = y - A u
//! ```
//!
//! The condition number of the system reaches 6e7, and r is large in the directions that A hardly
//! measures. f32 cannot hold the residual of such a system. The iteration therefore restarts from
//! the residual computed through the image, y - A x - s2 r, whose terms stay small: each restart
//! recovers the digits that the previous pass rounded away.
//!
//! The iteration ends at |y - A x - s2 r| <= tolerance |y - A u|, or at the rounding of y where u
//! meets y almost exactly, as it does in a flat photo. The tolerance is 1e-4 for prior
//! variances up to sigma_data². It is 1e-2 above: such variances occur in the pivot alone, which
//! the network receives after 8×8 averaging. On the CPU, passes of at most 500 iterations end once
//! the residual reaches it. On a GPU nothing can be read back within a step, and two passes of 60
//! iterations are always made. The worst ratio of residual to tolerance stays on the device, to be
//! read with the results.
//!
//! Smaller tolerances are out of f32's reach, since tau/(2 sigma_y) amplifies the rounding of x in
//! the directions that A hardly measures. On the CPU, x, r and the residual are then f64, and only
//! the passes between restarts are f32. Each pass adds three or four digits (iterative refinement
//! in mixed precision, Wilkinson 1963).

use std::cell::RefCell;
use std::fmt::{self, Debug};
use std::rc::Rc;

use burn::tensor::{DType, Tensor};

use super::linear_map::check_adjoint;
use super::{IterativeUpdate, LinearMap, LinearOperator, PriorUpdate};
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients, norm};
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::error::Error;

/// The largest prior variance with the stricter tolerance: sigma_data², and its rounding error.
const SMALL_VARIANCE: f64 = 0.25 + 1e-6;
/// The most iterations of a pass on the CPU.
const MAX_ITERATIONS: usize = 500;
/// The iterations of a pass on a GPU.
const GPU_ITERATIONS: usize = 60;
/// The most passes on the CPU.
const MAX_PASSES: usize = 4;
/// The most passes on the CPU with a tolerance that is out of f32's reach.
const MAX_REFINEMENT_PASSES: usize = 12;
/// The passes on a GPU.
const GPU_PASSES: usize = 2;
/// The relative residual that f32 reaches, and that a pass of a refinement stops at.
const F32_RESIDUAL: f64 = 1e-4;
/// Keeps a scale finite for a residual of 0.
const TINY: f64 = 1e-30;
/// Keeps the ratio of residual to tolerance finite for a measurement that is met from the start.
const TINY_GOAL: f64 = 1e-12;

/// The residuals that end an iteration.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// Relative to |y - A u|, for white priors of more variance than sigma_data²: the pivot at high
    /// noise levels.
    pub pivot: f64,
    /// Relative to |y - A u|, for everything else.
    pub rest: f64,
    /// Added to these: relative to the norm of the measurement's noise, sigma_y times the square
    /// root of the number of measurements.
    pub noise: f64,
}

impl Tolerance {
    /// For draws. Their deviation comes from the measurement's noise; this residual adds noise of a
    /// thousandth of its variance.
    pub const DRAWS: Self = Self {
        pivot: 0.0,
        rest: 0.0,
        noise: 0.03,
    };

    /// The tolerance for a white prior of variance v, `[B or 1, 1, 1, 1]`.
    pub(super) fn for_white_prior(self, v: &Tensor<4>) -> Tensor<4> {
        let small = v.clone().lower_equal_elem(SMALL_VARIANCE).float();
        small.cast(v.dtype()) * (self.rest - self.pivot) + self.pivot
    }

    /// Whether f32 cannot reach this residual.
    pub(super) fn is_beyond_f32(self) -> bool {
        self.noise == 0.0 && self.pivot.min(self.rest) < F32_RESIDUAL
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            pivot: 1e-2,
            rest: F32_RESIDUAL,
            noise: 0.0,
        }
    }
}

/// A linear map as an operator. Its p, maps and q are estimated by exact draws.
#[derive(Clone)]
pub struct Iterative {
    map: Rc<dyn LinearMap>,
    fourier: Fourier,
    tolerance: Tolerance,
    /// The worst ratio of residual to tolerance so far, `[1, 1, 1, 1]`.
    worst: Rc<RefCell<Option<Tensor<4>>>>,
}

impl Debug for Iterative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iterative")
            .field("fourier", &self.fourier)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

/// The equations of one posterior mean.
struct MeanEquations<'a> {
    /// The prior's mean; `None` is 0.
    u: Option<Tensor<4>>,
    /// x ↦ G x.
    covariance: &'a dyn Fn(Tensor<4>) -> Tensor<4>,
    /// The spectrum of G.
    e: Tensor<4>,
    y: Tensor<4>,
    s2: Tensor<4>,
    tolerance: Tensor<4>,
}

/// x and r of a pass.
struct Solution {
    x: Tensor<4>,
    r: Tensor<4>,
}

impl Iterative {
    /// An operator on images of the transform's size.
    pub fn new(map: Rc<dyn LinearMap>, fourier: Fourier) -> Self {
        Self {
            map,
            fourier,
            tolerance: Tolerance::default(),
            worst: Rc::default(),
        }
    }

    /// As [`Self::new`], after a test of the adjoint on white noise: for maps that others supply.
    ///
    /// # Errors
    /// [`Error::InvalidOperator`] if |(A x)·y - x·Aᵀy| exceeds 1e-3 |A x| |y|, or if a shape is not
    /// the stated one.
    pub fn checked(map: Rc<dyn LinearMap>, fourier: Fourier) -> Result<Self, Error> {
        check_adjoint(map.as_ref(), &fourier)?;
        Ok(Self::new(map, fourier))
    }

    /// The same operator with another tolerance, and with a record of residuals of its own.
    pub fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self {
            tolerance,
            worst: Rc::default(),
            ..self
        }
    }

    /// E[x | y] = u + E Aᵀ (s2 + A E Aᵀ)^-1 (y - A u) for x ~ N(u, F^-1 E F).
    ///
    /// `u`: the prior's mean; `None` is 0. `start`: an estimate of x to start from.
    pub fn stationary_update(
        &self,
        u: Option<Tensor<4>>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
        start: Option<Tensor<4>>,
    ) -> Tensor<4> {
        let [e, s2] = self.on_device([e, s2]);
        let tolerance = level(&s2).zeros_like() + self.tolerance.rest;
        let covariance = |x| self.fourier.filter(x, e.clone());
        let y = self.map.observed(y);
        // The solution has s2 r = y - A x.
        let r = start.map(|x| (y.clone() - self.map.apply(x)) / s2.clone());
        let equations = MeanEquations {
            u,
            covariance: &covariance,
            e: e.clone(),
            y,
            s2,
            tolerance,
        };
        self.solve(equations, r)
    }

    /// E[x | y] for x ~ N(m, v I); an `m` of `None` is 0.
    pub fn white_update(
        &self,
        m: Option<Tensor<4>>,
        v: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let [v, s2] = self.on_device([v, s2]);
        let covariance = |x: Tensor<4>| {
            let v = v.clone().cast(x.dtype());
            x * v
        };
        let equations = MeanEquations {
            u: m,
            covariance: &covariance,
            e: v.clone(),
            y: self.map.observed(y),
            s2,
            tolerance: self.tolerance.for_white_prior(&v),
        };
        self.solve(equations, None)
    }

    /// Variances on the images' device.
    fn on_device(&self, variances: [Tensor<4>; 2]) -> [Tensor<4>; 2] {
        variances.map(|v| self.fourier.device().bring(v))
    }

    /// The float type of x, r and the residual.
    fn dtype(&self) -> DType {
        let device = self.fourier.device();
        match device.is_cpu() && self.tolerance.is_beyond_f32() {
            true => DType::F64,
            false => device.dtype(),
        }
    }

    /// x, in passes from the r given, or from r = 0.
    fn solve(&self, equations: MeanEquations<'_>, r: Option<Tensor<4>>) -> Tensor<4> {
        let (result_dtype, dtype) = (equations.y.dtype(), self.dtype());
        let on_cpu = self.fourier.device().is_cpu();
        let [y, s2] = [&equations.y, &equations.s2].map(|t| t.clone().cast(dtype));
        let u = equations.u.clone().map(|u| u.cast(dtype));
        let data = match &u {
            Some(u) => self.map.observed(y.clone() - self.map.apply(u.clone())),
            None => y.clone(),
        };
        let least = norm(&y) * rounding(result_dtype);
        let goal = self.goal(&data, &equations.tolerance, &s2).max_pair(least);
        // G Aᵀ r.
        let change = |r: &Tensor<4>| (equations.covariance)(self.map.adjoint(r.clone()));
        let from_u = |x: Tensor<4>| match &u {
            Some(u) => u.clone() + x,
            None => x,
        };
        // y - A x - s2 r.
        let residual_of = |Solution { x, r }: &Solution| {
            let residual = y.clone() - self.map.apply(x.clone()) - r.clone() * s2.clone();
            self.map.observed(residual)
        };
        let mut solution = r.map(|r| {
            let r = r.cast(dtype);
            let x = from_u(change(&r));
            Solution { x, r }
        });
        let mut residual = match &solution {
            Some(solution) => residual_of(solution),
            None => data,
        };
        for _ in 0..self.passes() {
            if on_cpu && solution.is_some() && !exceeds(&residual, &goal) {
                break;
            }
            let step = self.pass(&equations, &residual, &goal);
            let added = change(&step);
            let next = match solution.take() {
                Some(Solution { x, r }) => Solution {
                    x: x + added,
                    r: r + step,
                },
                None => Solution {
                    x: from_u(added),
                    r: step,
                },
            };
            residual = residual_of(&next);
            solution = Some(next);
        }
        self.record(norm(&residual), goal);
        let solution = solution.expect("at least one pass");
        solution.x.cast(result_dtype)
    }

    /// The passes: at most this many on the CPU, exactly this many on a GPU.
    fn passes(&self) -> usize {
        match self.fourier.device().is_cpu() {
            true if self.tolerance.is_beyond_f32() => MAX_REFINEMENT_PASSES,
            true => MAX_PASSES,
            false => GPU_PASSES,
        }
    }

    /// The norm at which the residual is small enough, `[B, 1, 1, 1]`, from `data`, y - A u.
    fn goal(&self, data: &Tensor<4>, tolerance: &Tensor<4>, s2: &Tensor<4>) -> Tensor<4> {
        let goal = norm(data) * tolerance.clone().cast(data.dtype());
        if self.tolerance.noise == 0.0 {
            return goal;
        }
        let count: usize = data.dims()[1..].iter().product();
        goal + (level(s2) * count as f64).sqrt() * self.tolerance.noise
    }

    /// (s2 + A G Aᵀ)^-1 b in the device's float type. b is scaled to norm 1, whose square cannot
    /// underflow.
    fn pass(&self, equations: &MeanEquations<'_>, b: &Tensor<4>, goal: &Tensor<4>) -> Tensor<4> {
        let MeanEquations {
            e, s2, covariance, ..
        } = equations;
        let gram = self.map.gram(e.clone());
        let multiply = |r: Tensor<4>| {
            let product = match &gram {
                Some(gram) => gram(r.clone()),
                None => self.map.apply(covariance(self.map.adjoint(r.clone()))),
            };
            product + r * s2.clone()
        };
        // Preconditioned residuals of unit scale have squares far above the smallest f32.
        let scale = e.clone().mean() + s2.clone().mean();
        let scale = scale.reshape([1, 1, 1, 1]);
        let preconditioner = self.map.preconditioner(e.clone(), level(s2));
        let precondition = |r: Tensor<4>| match &preconditioner {
            Some(inverse) => inverse(r) * scale.clone(),
            None => r,
        };
        let (size, dtype) = (norm(b).clamp_min(TINY), self.fourier.device().dtype());
        let least = match self.tolerance.is_beyond_f32() {
            true => F32_RESIDUAL,
            false => 0.0,
        };
        let residual = (goal.clone() / size.clone()).clamp_min(least).cast(dtype);
        let b = (b.clone() / size.clone()).cast(dtype);
        let stop = Stop::At {
            residual,
            most: MAX_ITERATIONS,
            on_device: GPU_ITERATIONS,
        };
        let step = conjugate_gradients(multiply, precondition, b, None, &stop);
        step.cast(size.dtype()) * size
    }

    /// Keeps the worst ratio of residual to goal.
    fn record(&self, residual: Tensor<4>, goal: Tensor<4>) {
        let ratio = (residual / (goal + TINY_GOAL)).max().reshape([1, 1, 1, 1]);
        let ratio = ratio.cast(self.fourier.device().dtype());
        let mut worst = self.worst.borrow_mut();
        *worst = Some(match worst.take() {
            Some(before) => before.max_pair(ratio),
            None => ratio,
        });
    }
}

/// The mean variance of each image's noise, `[B or 1, 1, 1, 1]`.
fn level(s2: &Tensor<4>) -> Tensor<4> {
    let [batch, ..] = s2.dims();
    match s2.dims() {
        [_, 1, 1, 1] => s2.clone(),
        _ => s2
            .clone()
            .reshape([batch as i32, -1])
            .mean_dim(1)
            .reshape([batch, 1, 1, 1]),
    }
}

/// How far a value may be from another that rounds to the same, relative to it, and as much again
/// for the sum that a residual is.
fn rounding(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => 2.0 * f64::EPSILON,
        _ => 2.0 * f64::from(f32::EPSILON),
    }
}

/// Whether the residual of any image exceeds its goal, on the CPU.
fn exceeds(residual: &Tensor<4>, goal: &Tensor<4>) -> bool {
    let above = (norm(residual) - goal.clone()).max();
    above.into_scalar::<f64>() > 0.0
}

impl LinearOperator for Iterative {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        self.map.measurement_shape(image)
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.map.apply(x)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.map.adjoint(y)
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.map.observed(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        self.white_update(Some(m.tensor()), v, y.tensor(), s2)
            .into()
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Iterative(IterativeUpdate {
            solver: self,
            closed_variances: None,
        })
    }

    fn residual(&self) -> Option<Tensor<4>> {
        self.worst.borrow().clone()
    }
}
