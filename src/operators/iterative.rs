//! Any A of which only `apply` and `adjoint` are known, by conjugate gradients in data space
//! (method, section 3).
//!
//! For x ~ N(u, G), G white or stationary, and y = A x + sqrt(s2) n the posterior mean is u + G Aᵀ
//! r with (s2 + A G Aᵀ) r = y - A u. Its condition number reaches 6e7, and r itself is large where
//! A sees nothing, so that f32 can't hold the residual of that system. It is therefore restarted
//! from the residual seen through the image, y - A x - s2 r, whose terms stay small: each restart
//! gains the digits that the last one rounded away.
//!
//! |y - A x - s2 r| <= tolerance |y - A u| ends it: 1e-4 where the prior's variance is at most sigma_data², and 1e-2 above it, for the pivot, which the network
//! sees only after 8×8 averaging. On the CPU the residual is looked at every five iterations, 2000
//! at most. On a GPU, where nothing may be read inside a step, two passes of 60 iterations are
//! always made. The worst residual over its tolerance is kept on the device, to be read with the
//! results.
//!
//! A smaller tolerance is beyond f32: where A sees little, tau/(2 sigma_y) amplifies what x itself
//! rounds away. On the CPU x, r and the residual are then f64 and only the passes between are f32,
//! each for three or four digits more (iterative refinement in mixed precision, Wilkinson).

use std::cell::RefCell;
use std::rc::Rc;

use burn::tensor::{DType, Tensor};

use super::{LinearOperator, PriorUpdate};
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients, dot, norm};
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::compute::white_noise::WhiteNoise;
use crate::error::Error;

/// Where the stricter tolerance ends: sigma_data², and what rounding adds to it.
const SMALL_VARIANCE: f64 = 0.25 + 1e-6;
/// Iterations of a pass: at most on the CPU, always on a GPU.
const MOST: usize = 500;
const ON_DEVICE: usize = 60;
const PASSES: usize = 4;
const PASSES_ON_DEVICE: usize = 2;
/// What f32 carries a residual to, and a pass of a refinement beyond it.
const IN_F32: f64 = 1e-4;
const PASSES_BEYOND: usize = 12;
/// Keeps a scale finite where nothing is left.
const TINY: f64 = 1e-30;

/// All that has to be known of a linear A. Results have the float type of what is given.
pub trait LinearMap {
    /// The shape of A x for images of shape `[B, 3, H, W]`.
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4];

    /// A x.
    fn apply(&self, x: Tensor<4>) -> Tensor<4>;

    /// Aᵀ y.
    fn adjoint(&self, y: Tensor<4>) -> Tensor<4>;

    /// y with zeros where A is always 0.
    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        y
    }

    /// r to A G Aᵀ r for G of spectrum E, `[B or 1, 1, H or 1, W or 1]`, where that takes less than
    /// its three parts.
    fn gram<'a>(&'a self, _e: Tensor<4>) -> Option<DataMap<'a>> {
        None
    }

    /// r to what is near (s2 + A G Aᵀ)^-1 r for G of spectrum E, where something near it can be
    /// had. Symmetric and positive.
    fn preconditioner<'a>(&'a self, _e: Tensor<4>, _s2: Tensor<4>) -> Option<DataMap<'a>> {
        None
    }
}

/// A linear map of data to data.
pub type DataMap<'a> = Box<dyn Fn(Tensor<4>) -> Tensor<4> + 'a>;

/// E and s2 to q, the pixel variance of x given y for x ~ N(0, F^-1 E F); broadcasts to `[B, 3, H,
/// W]`.
type Variance = Rc<dyn Fn(Tensor<4>, Tensor<4>) -> Tensor<4>>;

/// Residuals that end an iteration.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// As a share of |y - A u|, for white priors of more variance than sigma_data²: the pivot at
    /// high noise.
    pub pivot: f64,
    /// The same for everything else.
    pub rest: f64,
    /// Beside these, as a share of the noise's norm: sigma_y times the root of the number of
    /// measurements.
    pub noise: f64,
}

impl Tolerance {
    /// Of draws, whose deviation the measurement's noise makes: a residual is a noise too, of a
    /// thousandth of its variance.
    pub const DRAWS: Self = Self {
        pivot: 0.0,
        rest: 0.0,
        noise: 0.03,
    };
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            pivot: 1e-2,
            rest: IN_F32,
            noise: 0.0,
        }
    }
}

impl Tolerance {
    /// For a white prior of variance v, `[B or 1, 1, 1, 1]`.
    pub(super) fn of(self, v: &Tensor<4>) -> Tensor<4> {
        let small = v.clone().lower_equal_elem(SMALL_VARIANCE).float();
        small.cast(v.dtype()) * (self.rest - self.pivot) + self.pivot
    }

    /// Whether f32 can't carry a residual so far.
    pub(super) fn is_beyond_f32(self) -> bool {
        self.noise == 0.0 && self.pivot.min(self.rest) < IN_F32
    }
}

/// A linear map with everything that posterior sampling asks of an operator.
#[derive(Clone)]
pub struct Iterative {
    map: Rc<dyn LinearMap>,
    fourier: Fourier,
    tolerance: Tolerance,
    /// q, where it is known in closed form.
    variance: Option<Variance>,
    /// An operator whose closed forms stand for the noise geometry and q.
    stand_in: Option<Rc<dyn LinearOperator>>,
    /// Up to which noise level the maps hold.
    hold_to: f64,
    /// The worst residual over its tolerance so far, `[1, 1, 1, 1]`.
    worst: Rc<RefCell<Option<Tensor<4>>>>,
}

/// One posterior mean to be found.
struct UpdateInputs<'a> {
    /// None: 0.
    u: Option<Tensor<4>>,
    /// G Aᵀ y from Aᵀ y.
    spread: &'a dyn Fn(Tensor<4>) -> Tensor<4>,
    /// The spectrum of G.
    e: Tensor<4>,
    y: Tensor<4>,
    s2: Tensor<4>,
    tolerance: Tensor<4>,
}

impl Iterative {
    /// For images of the transform's size.
    pub fn new(map: Rc<dyn LinearMap>, fourier: Fourier) -> Self {
        Self {
            map,
            fourier,
            tolerance: Tolerance::default(),
            variance: None,
            stand_in: None,
            hold_to: f64::INFINITY,
            worst: Rc::default(),
        }
    }

    /// The same for a map from elsewhere: its adjoint is tried on white noise first.
    ///
    /// # Errors
    /// [`Error::InvalidOperator`] where |(A x)·y - x·Aᵀy| exceeds 1e-3 |A x| |y|, or shapes
    /// disagree.
    pub fn checked(map: Rc<dyn LinearMap>, fourier: Fourier) -> Result<Self, Error> {
        check_adjoint(map.as_ref(), &fourier)?;
        Ok(Self::new(map, fourier))
    }

    /// Ends its iterations elsewhere, and keeps an account of them of its own.
    pub fn within(self, tolerance: Tolerance) -> Self {
        Self {
            tolerance,
            worst: Rc::default(),
            ..self
        }
    }

    /// With a closed form of q: E and s2 to the pixel variance of x given y for x ~ N(0, F^-1 E F);
    /// broadcasts to `[B, 3, H, W]`.
    pub fn with_variance(self, q: impl Fn(Tensor<4>, Tensor<4>) -> Tensor<4> + 'static) -> Self {
        Self {
            variance: Some(Rc::new(q)),
            ..self
        }
    }

    /// Takes the noise geometry and q from another operator, near this one up to the noise level
    /// `hold_to` and with closed forms.
    pub fn with_geometry_of(self, other: Rc<dyn LinearOperator>, hold_to: f64) -> Self {
        Self {
            stand_in: Some(other),
            hold_to,
            ..self
        }
    }

    /// E[x | y] for x ~ N(u, F^-1 E F): u + E Aᵀ (s2 + A E Aᵀ)^-1 (y - A u).
    ///
    /// `u`: none is 0. `near`: an estimate of x to start from.
    pub fn smooth_update(
        &self,
        u: Option<Tensor<4>>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
        near: Option<Tensor<4>>,
    ) -> Tensor<4> {
        let [e, s2] = self.here([e, s2]);
        let tolerance = s2.zeros_like() + self.tolerance.rest;
        let spread = |x| self.fourier.filter(x, e.clone());
        let y = self.map.observed(y);
        // At the solution s2 r = y - A x.
        let start = near.map(|x| (y.clone() - self.map.apply(x)) / s2.clone());
        let inputs = UpdateInputs {
            u,
            spread: &spread,
            e: e.clone(),
            y,
            s2,
            tolerance,
        };
        self.answer(inputs, start)
    }

    /// E[x | y] for x ~ N(m, v I); no m is 0.
    pub fn white_update(
        &self,
        m: Option<Tensor<4>>,
        v: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let [v, s2] = self.here([v, s2]);
        let spread = |x: Tensor<4>| {
            let v = v.clone().cast(x.dtype());
            x * v
        };
        let inputs = UpdateInputs {
            u: m,
            spread: &spread,
            e: v.clone(),
            y: self.map.observed(y),
            s2,
            tolerance: self.tolerance.of(&v),
        };
        self.answer(inputs, None)
    }

    /// q where it has a closed form, or another operator's stands for it.
    pub fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Option<Tensor<4>> {
        if let Some(variance) = &self.variance {
            return Some(variance(e, s2));
        }
        match self.stand_in.as_ref()?.prior_update() {
            PriorUpdate::Spectral(update) => Some(update.smooth_variance(e, s2)),
            _ => None,
        }
    }

    /// Variances on the images' device.
    fn here(&self, variances: [Tensor<4>; 2]) -> [Tensor<4>; 2] {
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

    fn answer(&self, inputs: UpdateInputs<'_>, start: Option<Tensor<4>>) -> Tensor<4> {
        let (asked, dtype) = (inputs.y.dtype(), self.dtype());
        let cpu = self.fourier.device().is_cpu();
        let [y, s2] = [&inputs.y, &inputs.s2].map(|t| t.clone().cast(dtype));
        let u = inputs.u.clone().map(|u| u.cast(dtype));
        let first = match &u {
            Some(u) => self.map.observed(y.clone() - self.map.apply(u.clone())),
            None => y.clone(),
        };
        let goal = self.goal(&first, &inputs.tolerance, &s2);
        let spread = |r: &Tensor<4>| (inputs.spread)(self.map.adjoint(r.clone()));
        let beside_u = |x: Tensor<4>| match &u {
            Some(u) => u.clone() + x,
            None => x,
        };
        // y - A x - s2 r.
        let residual = |x: &Tensor<4>, r: &Tensor<4>| {
            let left = y.clone() - self.map.apply(x.clone()) - r.clone() * s2.clone();
            self.map.observed(left)
        };
        let mut found = start.map(|r| {
            let r = r.cast(dtype);
            [beside_u(spread(&r)), r]
        });
        let mut left = match &found {
            Some([x, r]) => residual(x, r),
            None => first,
        };
        for _ in 0..self.passes() {
            if cpu && found.is_some() && !exceeds(&left, &goal) {
                break;
            }
            let step = self.pass(&inputs, &left, &goal);
            let change = spread(&step);
            let [x, r] = match found.take() {
                Some([x, r]) => [x + change, r + step],
                None => [beside_u(change), step],
            };
            left = residual(&x, &r);
            found = Some([x, r]);
        }
        self.note(norm(&left), goal);
        let [x, _] = found.expect("a pass at least");
        x.cast(asked)
    }

    fn passes(&self) -> usize {
        match self.fourier.device().is_cpu() {
            true if self.tolerance.is_beyond_f32() => PASSES_BEYOND,
            true => PASSES,
            false => PASSES_ON_DEVICE,
        }
    }

    /// The norm that a residual is to fall to, `[B, 1, 1, 1]`; `first`: y - A u.
    fn goal(&self, first: &Tensor<4>, tolerance: &Tensor<4>, s2: &Tensor<4>) -> Tensor<4> {
        let goal = norm(first) * tolerance.clone().cast(first.dtype());
        if self.tolerance.noise == 0.0 {
            return goal;
        }
        let count: usize = first.dims()[1..].iter().product();
        goal + (s2.clone() * count as f64).sqrt() * self.tolerance.noise
    }

    /// (s2 + A G Aᵀ)^-1 b, in the place's float type and with b scaled to norm 1, whose square
    /// can't underflow.
    fn pass(&self, inputs: &UpdateInputs<'_>, b: &Tensor<4>, goal: &Tensor<4>) -> Tensor<4> {
        let UpdateInputs { e, s2, spread, .. } = inputs;
        let gram = self.map.gram(e.clone());
        let multiply = |r: Tensor<4>| {
            let seen = match &gram {
                Some(gram) => gram(r.clone()),
                None => self.map.apply(spread(self.map.adjoint(r.clone()))),
            };
            seen + r * s2.clone()
        };
        // Preconditioned residuals of unit scale keep their squares far from the least numbers.
        let scale = e.clone().mean() + s2.clone().mean();
        let scale = scale.reshape([1, 1, 1, 1]);
        let near = self.map.preconditioner(e.clone(), s2.clone());
        let precondition = |r: Tensor<4>| match &near {
            Some(near) => near(r) * scale.clone(),
            None => r,
        };
        let (size, dtype) = (norm(b).clamp_min(TINY), self.fourier.device().dtype());
        let least = match self.tolerance.is_beyond_f32() {
            true => IN_F32,
            false => 0.0,
        };
        let residual = (goal.clone() / size.clone()).clamp_min(least).cast(dtype);
        let b = (b.clone() / size.clone()).cast(dtype);
        let stop = Stop::At {
            residual,
            most: MOST,
            on_device: ON_DEVICE,
        };
        let step = conjugate_gradients(multiply, precondition, b, None, &stop);
        step.cast(size.dtype()) * size
    }

    fn note(&self, residual: Tensor<4>, goal: Tensor<4>) {
        // A measurement that is met from the start has a goal of 0.
        let ratio = (residual / (goal + 1e-12)).max().reshape([1, 1, 1, 1]);
        let ratio = ratio.cast(self.fourier.device().dtype());
        let mut worst = self.worst.borrow_mut();
        *worst = Some(match worst.take() {
            Some(before) => before.max_pair(ratio),
            None => ratio,
        });
    }
}

/// Whether some image's residual is above the goal; on the CPU.
fn exceeds(residual: &Tensor<4>, goal: &Tensor<4>) -> bool {
    let above = (norm(residual) - goal.clone()).max();
    above.into_scalar::<f64>() > 0.0
}

/// On white noise, and on y = A x, where the two products are as large as they can be: an adjoint
/// that is wrong by a factor shows there alone.
fn check_adjoint(map: &dyn LinearMap, fourier: &Fourier) -> Result<(), Error> {
    let [height, width] = fourier.size();
    let image = [1, 3, height, width];
    let measured = map.measurement_shape(image);
    let mut noise = WhiteNoise::new(0, 0, fourier.device());
    let (x, y) = (noise.draw(image), noise.draw(measured));
    let (ax, aty) = (map.apply(x.clone()), map.adjoint(y.clone()));
    if ax.dims() != measured || aty.dims() != image {
        return Err(Error::InvalidOperator(format!(
            "apply makes {:?} of {image:?} where {measured:?} is stated, adjoint makes {:?}",
            ax.dims(),
            aty.dims()
        )));
    }
    check_pair(&x, &ax, &y, &aty)?;
    let back = map.adjoint(ax.clone());
    check_pair(&x, &ax, &ax, &back)
}

/// That (A x)·y = x·Aᵀy.
fn check_pair(x: &Tensor<4>, ax: &Tensor<4>, y: &Tensor<4>, aty: &Tensor<4>) -> Result<(), Error> {
    const WITHIN: f64 = 1e-3;
    let scale = norm(ax) * norm(y);
    let difference = (dot(ax, y) - dot(x, aty)).abs();
    let (difference, scale) = (value(difference), value(scale));
    // Not a number fails too.
    if difference <= WITHIN * scale {
        return Ok(());
    }
    Err(Error::InvalidOperator(format!(
        "adjoint is not the adjoint of apply: (A x)·y and x·(Aᵀ y) differ by {difference:.1e} for |A x| |y| = {scale:.1e}"
    )))
}

fn value(x: Tensor<4>) -> f64 {
    x.into_scalar::<f64>()
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

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        self.stand_in.as_ref()?.pixel_variance(v, s2)
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        self.stand_in.as_ref()?.band_variances(v, s2)
    }

    fn maps_hold_to(&self) -> f64 {
        self.hold_to
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Iterative(self)
    }

    fn residual(&self) -> Option<Tensor<4>> {
        self.worst.borrow().clone()
    }
}
