//! Any A of which only `apply` and `adjoint` are known, by conjugate gradients in data space (method, section 3).
//!
//! For x ~ N(u, G), G white or stationary, and y = A x + sqrt(s2) n the posterior mean is u + G Aᵀ r with (s2 + A G Aᵀ) r = y - A u. Its condition number
//! reaches 6e7, and r itself is large where A sees nothing, so that f32 can't hold the residual of that system. It is therefore restarted from the
//! residual seen through the image, y - A x - s2 r, whose terms stay small: each restart gains the digits that the last one rounded away.
//!
//! |y - A x - s2 r| <= tolerance |y - A u| ends it: 1e-4 where the prior's variance is at most sigma_data², and 1e-2 above it, for the pivot, which the network
//! sees only after 8×8 averaging. On the CPU the residual is looked at every five iterations, 2000 at most. On a GPU, where nothing may be read inside
//! a step, two passes of 60 iterations are always made. The worst residual over its tolerance is kept on the device, to be read with the results.

use std::cell::RefCell;
use std::rc::Rc;

use burn::tensor::Tensor;

use super::{LinearOperator, PriorUpdate};
use crate::conjugate_gradients::{Stop, conjugate_gradients, dot, norm};
use crate::error::Error;
use crate::fourier::Fourier;
use crate::noise::Noise;

/// Where the stricter tolerance ends: sigma_data², and what rounding adds to it.
const SMALL_VARIANCE: f64 = 0.25 + 1e-6;
/// Iterations of a pass: at most on the CPU, always on a GPU.
const MOST: usize = 500;
const ON_DEVICE: usize = 60;
const PASSES: usize = 4;
const PASSES_ON_DEVICE: usize = 2;

/// All that has to be known of a linear A.
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

    /// A G Aᵀ r for G of spectrum E, `[B or 1, 1, H or 1, W or 1]`, where that takes less than its three parts.
    fn gram(&self, _fourier: &Fourier, _e: Tensor<4>, _r: Tensor<4>) -> Option<Tensor<4>> {
        None
    }

    /// r to what is near (s2 + A G Aᵀ)^-1 r for G of spectrum E, where something near it can be had. Symmetric and positive.
    fn preconditioner<'a>(
        &'a self,
        _fourier: &'a Fourier,
        _e: Tensor<4>,
        _s2: Tensor<4>,
    ) -> Option<Preconditioner<'a>> {
        None
    }
}

/// A linear map of data to data.
pub type Preconditioner<'a> = Box<dyn Fn(Tensor<4>) -> Tensor<4> + 'a>;

/// E and s2 to q, the pixel variance of x given y for x ~ N(0, F^-1 E F); broadcasts to `[B, 3, H, W]`.
type Variance = Rc<dyn Fn(Tensor<4>, Tensor<4>) -> Tensor<4>>;

/// Relative residuals that end an iteration.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// For white priors of more variance than sigma_data²: the pivot at high noise.
    pub pivot: f64,
    /// For everything else.
    pub rest: f64,
}

impl Tolerance {
    /// Of draws, whose residual must be small beside sigma_y at any noise level.
    pub const DRAWS: Self = Self {
        pivot: 1e-5,
        rest: 1e-4,
    };
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            pivot: 1e-2,
            rest: 1e-4,
        }
    }
}

impl Tolerance {
    /// For a white prior of variance v, `[B or 1, 1, 1, 1]`.
    fn of(self, v: &Tensor<4>) -> Tensor<4> {
        let small = v.clone().lower_equal_elem(SMALL_VARIANCE).float();
        small.cast(v.dtype()) * (self.rest - self.pivot) + self.pivot
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
    /// The worst residual over its tolerance so far, `[1, 1, 1, 1]`.
    worst: Rc<RefCell<Option<Tensor<4>>>>,
}

/// One posterior mean to be found.
struct Question<'a> {
    u: Tensor<4>,
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
            worst: Rc::default(),
        }
    }

    /// The same for a map from elsewhere: its adjoint is tried on white noise first.
    ///
    /// # Errors
    /// [`Error::InvalidOperator`] where |(A x)·y - x·Aᵀy| exceeds 1e-3 |A x| |y|, or shapes disagree.
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

    /// With a closed form of q: E and s2 to the pixel variance of x given y for x ~ N(0, F^-1 E F); broadcasts to `[B, 3, H, W]`.
    pub fn with_variance(self, q: impl Fn(Tensor<4>, Tensor<4>) -> Tensor<4> + 'static) -> Self {
        Self {
            variance: Some(Rc::new(q)),
            ..self
        }
    }

    /// Takes the noise geometry and q from another operator, near this one and with closed forms.
    pub fn with_geometry_of(self, other: Rc<dyn LinearOperator>) -> Self {
        Self {
            stand_in: Some(other),
            ..self
        }
    }

    /// E[x | y] for x ~ N(u, F^-1 E F): u + E Aᵀ (s2 + A E Aᵀ)^-1 (y - A u).
    ///
    /// `near`: an estimate of x to start from.
    pub fn smooth_update(
        &self,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
        near: Option<Tensor<4>>,
    ) -> Tensor<4> {
        let tolerance = s2.zeros_like() + self.tolerance.rest;
        let spread = |x| self.fourier.filter(x, e.clone());
        let y = self.map.observed(y);
        // At the solution s2 r = y - A x.
        let start = near.map(|x| (y.clone() - self.map.apply(x)) / s2.clone());
        let question = Question {
            u,
            spread: &spread,
            e: e.clone(),
            y,
            s2,
            tolerance,
        };
        self.answer(question, start)
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

    fn answer(&self, question: Question<'_>, start: Option<Tensor<4>>) -> Tensor<4> {
        let Question { u, y, s2, .. } = &question;
        let first = y.clone() - self.map.apply(u.clone());
        let goal = norm(&self.map.observed(first.clone())) * question.tolerance.clone();
        let mut r = start.unwrap_or_else(|| first.zeros_like());
        let mut x = u.clone() + (question.spread)(self.map.adjoint(r.clone()));
        let cpu = self.fourier.place().is_cpu();
        let mut left = self.residual_at(&x, &r, y, s2);
        for _ in 0..if cpu { PASSES } else { PASSES_ON_DEVICE } {
            if cpu && !exceeds(&left, &goal) {
                break;
            }
            let step = self.pass(&question, left, goal.clone());
            x = x + (question.spread)(self.map.adjoint(step.clone()));
            r = r + step;
            left = self.residual_at(&x, &r, y, s2);
        }
        self.note(norm(&left), goal);
        x
    }

    /// y - A x - s2 r.
    fn residual_at(
        &self,
        x: &Tensor<4>,
        r: &Tensor<4>,
        y: &Tensor<4>,
        s2: &Tensor<4>,
    ) -> Tensor<4> {
        let left = y.clone() - self.map.apply(x.clone()) - r.clone() * s2.clone();
        self.map.observed(left)
    }

    /// (s2 + A G Aᵀ)^-1 b.
    fn pass(&self, question: &Question<'_>, b: Tensor<4>, goal: Tensor<4>) -> Tensor<4> {
        let Question { e, s2, spread, .. } = question;
        let multiply = |r: Tensor<4>| {
            let gram = self.map.gram(&self.fourier, e.clone(), r.clone());
            let gram = gram.unwrap_or_else(|| {
                let x = spread(self.map.adjoint(r.clone()));
                self.map.apply(x)
            });
            gram + r * s2.clone()
        };
        // Preconditioned residuals of unit scale keep their squares far from the least numbers.
        let scale = e.clone().mean() + s2.clone().mean();
        let scale = scale.reshape([1, 1, 1, 1]);
        let near = self
            .map
            .preconditioner(&self.fourier, e.clone(), s2.clone());
        let precondition = |r: Tensor<4>| match &near {
            Some(near) => near(r) * scale.clone(),
            None => r,
        };
        let zero = b.zeros_like();
        let stop = Stop::At {
            residual: goal,
            most: MOST,
            on_device: ON_DEVICE,
        };
        conjugate_gradients(multiply, precondition, b, zero, &stop)
    }

    fn note(&self, residual: Tensor<4>, goal: Tensor<4>) {
        // A measurement that is met from the start has a goal of 0.
        let ratio = (residual / (goal + 1e-12)).max().reshape([1, 1, 1, 1]);
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

/// On white noise, and on y = A x, where the two products are as large as they can be: an adjoint that is wrong by a factor shows there alone.
fn check_adjoint(map: &dyn LinearMap, fourier: &Fourier) -> Result<(), Error> {
    let [height, width] = fourier.size();
    let image = [1, 3, height, width];
    let measured = map.measurement_shape(image);
    let mut noise = Noise::new(0, 0, fourier.place());
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

    fn update(&self, m: Tensor<4>, v: Tensor<4>, y: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let question = Question {
            u: m,
            spread: &|x| x * v.clone(),
            e: v.clone(),
            y: self.map.observed(y),
            s2,
            tolerance: self.tolerance.of(&v),
        };
        self.answer(question, None)
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Tensor<4>> {
        self.stand_in.as_ref()?.pixel_variance(v, s2)
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Tensor<4>> {
        self.stand_in.as_ref()?.band_variances(v, s2)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Iterative(self)
    }

    fn residual(&self) -> Option<Tensor<4>> {
        self.worst.borrow().clone()
    }
}
