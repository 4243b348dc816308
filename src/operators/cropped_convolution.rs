//! A = C K, a crop after circular convolution: a blurred photo, of which nothing was measured
//! beyond its borders.
//!
//! On the torus of photo and frame the data's covariance D = s2 + K E Kᵀ is diagonal in the DFT,
//! and so is its inverse P. What the photo I alone needs of it is
//!
//! ```text
//! (D_II)^-1 b = (P (b + f))_I      where f lies on the frame and (P (b + f))_F = 0
//! ```
//!
//! f is what the frame would have to show so that it says nothing: unknowns of the frame alone
//! (`frame_system.rs`), which take a few iterations of half a filter each. x = u + E Kᵀ r with r =
//! (D_II)^-1 (y - A u) is then checked, and bettered, by the residual y - A x - s2 r, whose terms
//! stay small where r itself is large: each pass gains the digits that the last one rounded away.
//!
//! On a GPU, where nothing may be read inside a step, P_II preconditions the iterations of
//! `iterative.rs`.

use std::cell::Cell;
use std::rc::Rc;

use burn::tensor::{DType, Tensor};
use rustfft::num_complex::Complex;

use super::frame_band::float;
use super::frame_system::{Frame, FrameSystem};
use super::{
    CircularConvolution, DataMap, Iterative, LinearMap, LinearOperator, Mask, PriorUpdate,
    SpectralUpdate, Tolerance,
};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::compute::fourier::{FORWARD, Fourier, INVERSE, Plan, Real, tensor, transpose, values};

const PASSES: usize = 4;
/// Above, what the frame leaves unknown reaches into the photo, which the maps of the whole
/// convolution do not hold.
const MAPS_HOLD_TO: f64 = 5.0;
/// Of the residual that ends the passes, what one of them leaves to rounding.
const SAFETY: f64 = 0.7;

/// A blurred photo with unknown borders, in a frame of `frame` pixels before and after it along
/// each axis, rows first: together at least twice what the kernel reaches, since the torus is
/// closed.
///
/// Its noise geometry and q are those of the whole convolution, which inside the crop they are
/// near.
pub fn cropped_convolution(
    blur: CircularConvolution,
    frame: [[usize; 2]; 2],
    fourier: Fourier,
) -> Rc<dyn LinearOperator> {
    let cropped = CroppedConvolution::new(blur, frame, fourier.clone());
    if fourier.device().is_cpu() {
        return Rc::new(cropped);
    }
    let blur = Rc::new(cropped.blur.clone());
    Rc::new(Iterative::new(Rc::new(cropped), fourier).with_geometry_of(blur, MAPS_HOLD_TO))
}

/// The same on the CPU.
pub struct CroppedConvolution {
    blur: CircularConvolution,
    crop: Mask,
    frame: Frame,
    fourier: Fourier,
    tolerance: Tolerance,
    /// The worst residual over its tolerance so far.
    worst: Cell<f64>,
}

impl CroppedConvolution {
    /// As [`cropped_convolution`].
    pub fn new(blur: CircularConvolution, frame: [[usize; 2]; 2], fourier: Fourier) -> Self {
        let size = fourier.size();
        Self {
            blur,
            crop: Mask::crop(frame, size, fourier.device()),
            frame: Frame::new(frame, size),
            fourier,
            tolerance: Tolerance::default(),
            worst: Cell::new(0.0),
        }
    }

    /// Ends its iterations elsewhere.
    pub fn within(self, tolerance: Tolerance) -> Self {
        Self { tolerance, ..self }
    }

    /// E[x | y] for x ~ N(u, F^-1 E F), E `[B or 1, 1, H or 1, W or 1]`, to a residual of
    /// `tolerance` |y - A u|.
    fn mean(
        &self,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
        tolerance: Tensor<4>,
    ) -> Tensor<4> {
        let asked = u.dtype();
        if asked == DType::F64 || self.tolerance.is_beyond_f32() {
            let given = [u, e, y, s2, tolerance].map(|tensor| tensor.cast(DType::F64));
            return self.mean_in::<f64>(given).cast(asked);
        }
        self.mean_in::<f32>([u, e, y, s2, tolerance])
    }

    fn mean_in<T: Real>(&self, [u, e, y, s2, tolerance]: [Tensor<4>; 5]) -> Tensor<4> {
        let [height, width] = self.fourier.size();
        let [re, im] = self.blur.spectrum().map(|part| part.cast(u.dtype()));
        let batch = [&u, &e, &y, &s2, &re].map(|t| t.dims()[0]);
        let batch = batch.into_iter().max().expect("five of them");
        let (device, channels) = (ComputeDevice::of(&u), u.dims()[1]);
        let shape = [batch, channels, height, width];
        let plane = [batch, 1, height, width];
        let of_image = |t: Tensor<4>, shape: [usize; 4], i: usize| {
            let whole = t.expand(shape);
            values::<T>(whole.narrow(0, i, 1))
        };
        let scalar = |t: &Tensor<4>, i| of_image(t.clone(), [batch, 1, 1, 1], i)[0];
        let mut x = Vec::with_capacity(batch * channels * height * width);
        for i in 0..batch {
            let spectrum = |t: &Tensor<4>| {
                let rows = of_image(t.clone(), plane, i);
                let mut columns = rows.clone();
                transpose(&rows, &mut columns, height, width);
                columns
            };
            let kernel = spectrum(&re).into_iter().zip(spectrum(&im));
            let equations = ImageEquations {
                u: of_image(u.clone(), shape, i),
                y: of_image(y.clone(), shape, i),
                e: spectrum(&e),
                kernel: kernel.map(|(re, im)| Complex::new(re, im)).collect(),
                s2: scalar(&s2, i),
                tolerance: scalar(&tolerance, i).to_f64(),
            };
            x.extend(self.fourier.planned(|plan| self.answer(plan, &equations)));
        }
        tensor(x, shape, &device)
    }

    /// The posterior mean of one image.
    fn answer<T: Real>(&self, plan: &mut Plan<T>, equations: &ImageEquations<T>) -> Vec<T> {
        let n = plan.plane.len();
        let inverse = equations.inverse();
        let power = |at: usize| (equations.e[at] * equations.kernel[at].norm_sqr()).to_f64();
        let system = FrameSystem::new(&self.frame, &inverse, power);
        let mut x: Planes<T> = (0..equations.u.len().div_ceil(2 * n))
            .map(|pair| equations.spectrum(plan, pair))
            .collect();
        let mut r: Planes<T> = x.iter().map(|_| vec![Complex::default(); n]).collect();
        let mut left = self.left(plan, equations, &x, &r);
        let goal = norm(&left) * equations.tolerance;
        for _ in 0..PASSES {
            if norm(&left) <= goal {
                break;
            }
            let step = self.pass(plan, &system, &inverse, left, &mut r, goal * SAFETY);
            for (x, step) in x.iter_mut().zip(step) {
                equations.spread(x, &step);
            }
            left = self.left(plan, equations, &x, &r);
        }
        // A measurement that is met from the start has a goal of 0.
        let ratio = norm(&left) / (goal + 1e-12);
        self.worst.set(self.worst.get().max(ratio));
        in_space(plan, x, equations.u.len())
    }

    /// y - A x - s2 r.
    fn left<T: Real>(
        &self,
        plan: &mut Plan<T>,
        equations: &ImageEquations<T>,
        x: &Planes<T>,
        r: &Planes<T>,
    ) -> Planes<T> {
        let unit = unit(plan);
        let one = |(pair, (x, r)): (usize, (&Plane<T>, &Plane<T>))| {
            let seen = x.iter().zip(&equations.kernel);
            for (to, (x, k)) in plan.transposed.iter_mut().zip(seen) {
                *to = *x * *k * unit;
            }
            plan.image(INVERSE);
            let y = paired(&equations.y, pair, plan.plane.len());
            let terms = y.zip(&plan.plane).zip(r);
            let left = terms.map(|((y, ax), r)| y - *ax - *r * equations.s2);
            let mut left: Plane<T> = left.collect();
            self.frame.clear(&mut left);
            left
        };
        x.iter().zip(r).enumerate().map(one).collect()
    }

    /// The spectra of r's step (D_II)^-1 left, which is added to r.
    fn pass<T: Real>(
        &self,
        plan: &mut Plan<T>,
        system: &FrameSystem<'_, T>,
        inverse: &[T],
        left: Planes<T>,
        r: &mut Planes<T>,
        goal: f64,
    ) -> Planes<T> {
        let mut spectra = left;
        let mut seen = Vec::with_capacity(spectra.len());
        for spectrum in &mut spectra {
            std::mem::swap(&mut plan.plane, spectrum);
            plan.spectrum(FORWARD);
            spectrum.copy_from_slice(&plan.transposed);
            filtered(plan, spectrum, inverse);
            seen.push(self.frame.of(&plan.plane));
        }
        let f = system.solve(plan, seen, goal);
        for ((spectrum, f), r) in spectra.iter_mut().zip(&f).zip(r) {
            self.frame.device(f, &mut plan.plane);
            plan.spectrum(FORWARD);
            for (spectrum, f) in spectrum.iter_mut().zip(&plan.transposed) {
                *spectrum = *spectrum + *f;
            }
            filtered(plan, spectrum, inverse);
            self.frame.clear(&mut plan.plane);
            for (r, step) in r.iter_mut().zip(&plan.plane) {
                *r = *r + *step;
            }
            plan.spectrum(FORWARD);
            spectrum.copy_from_slice(&plan.transposed);
        }
        spectra
    }
}

/// A complex plane holds two real ones: real kernels and even spectra keep them apart.
type Plane<T> = Vec<Complex<T>>;
type Planes<T> = Vec<Plane<T>>;

/// One image's posterior mean to be found. Spectra lie column by column.
struct ImageEquations<T> {
    u: Vec<T>,
    y: Vec<T>,
    e: Vec<T>,
    kernel: Plane<T>,
    s2: T,
    tolerance: f64,
}

impl<T: Real> ImageEquations<T> {
    /// P.
    fn inverse(&self) -> Vec<T> {
        let d = self.e.iter().zip(&self.kernel);
        d.map(|(e, k)| T::one() / (self.s2 + *e * k.norm_sqr()))
            .collect()
    }

    /// That of a pair of u's planes.
    fn spectrum(&self, plan: &mut Plan<T>, pair: usize) -> Plane<T> {
        let n = plan.plane.len();
        for (to, u) in plan.plane.iter_mut().zip(paired(&self.u, pair, n)) {
            *to = u;
        }
        plan.spectrum(FORWARD);
        plan.transposed.clone()
    }

    /// Adds E Kᵀ r to x, both as spectra.
    fn spread(&self, x: &mut Plane<T>, r: &Plane<T>) {
        let gain = self.e.iter().zip(&self.kernel);
        for ((x, r), (e, k)) in x.iter_mut().zip(r).zip(gain) {
            *x = *x + *r * k.conj() * *e;
        }
    }
}

/// Two planes of some as one; 0 where there is no second.
fn paired<T: Real>(planes: &[T], pair: usize, n: usize) -> impl Iterator<Item = Complex<T>> {
    let first = &planes[2 * pair * n..][..n];
    let second = planes.get((2 * pair + 1) * n..).unwrap_or_default();
    let second = second.iter().copied().chain(std::iter::repeat(T::zero()));
    first
        .iter()
        .zip(second)
        .map(|(re, im)| Complex::new(*re, im))
}

/// The planes, `length` values, of their spectra.
fn in_space<T: Real>(plan: &mut Plan<T>, spectra: Planes<T>, length: usize) -> Vec<T> {
    let unit = unit(plan);
    let mut x = Vec::with_capacity(length);
    for spectrum in spectra {
        plan.transposed = spectrum;
        plan.image(INVERSE);
        x.extend(plan.plane.iter().map(|v| v.re * unit));
        if x.len() < length {
            x.extend(plan.plane.iter().map(|v| v.im * unit));
        }
    }
    x
}

/// Leaves the image of a spectrum times P in `plane`.
fn filtered<T: Real>(plan: &mut Plan<T>, spectrum: &Plane<T>, inverse: &[T]) {
    let unit = unit(plan);
    let product = spectrum.iter().zip(inverse);
    for (to, (value, p)) in plan.transposed.iter_mut().zip(product) {
        *to = *value * (*p * unit);
    }
    plan.image(INVERSE);
}

/// 1/n, the inverse transform's.
fn unit<T: Real>(plan: &Plan<T>) -> T {
    float(1.0 / plan.plane.len() as f64)
}

fn norm<T: Real>(planes: &Planes<T>) -> f64 {
    let values = planes.iter().flatten();
    let squares = values.map(|v| v.norm_sqr().to_f64());
    squares.sum::<f64>().sqrt()
}

impl LinearOperator for CroppedConvolution {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.crop.apply(self.blur.apply(x))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.blur.adjoint(self.crop.adjoint(y))
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.crop.observed(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let tolerance = self.tolerance.of(&v);
        self.mean(m.tensor(), v, y.tensor(), s2, tolerance).into()
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        self.blur.pixel_variance(v, s2)
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        self.blur.band_variances(v, s2)
    }

    fn maps_hold_to(&self) -> f64 {
        MAPS_HOLD_TO
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }

    fn residual(&self) -> Option<Tensor<4>> {
        Some(self.fourier.device().scalar(self.worst.get()))
    }
}

impl SpectralUpdate for CroppedConvolution {
    fn smooth_update(
        &self,
        _fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let tolerance = s2.zeros_like() + self.tolerance.rest;
        self.mean(u, e, y, s2, tolerance)
    }

    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        self.blur.smooth_variance(e, s2)
    }

    /// What a crop leaves is not stationary.
    fn data_spectrum(&self, _: Tensor<4>) -> Option<Tensor<4>> {
        None
    }
}

impl LinearMap for CroppedConvolution {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        LinearOperator::apply(self, x)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        LinearOperator::adjoint(self, y)
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        LinearOperator::observed(self, y)
    }

    /// One filter E |k̂|² in place of three.
    fn gram<'a>(&'a self, e: Tensor<4>) -> Option<DataMap<'a>> {
        let spectrum = e * self.blur.power();
        Some(Box::new(move |r| self.filtered(r, &spectrum)))
    }

    /// P_II, which is near the inverse.
    fn preconditioner<'a>(&'a self, e: Tensor<4>, s2: Tensor<4>) -> Option<DataMap<'a>> {
        let inverse = (e * self.blur.power() + s2).recip();
        Some(Box::new(move |r| self.filtered(r, &inverse)))
    }
}

impl CroppedConvolution {
    /// Of what the photo shows, what a filter leaves in it.
    fn filtered(&self, r: Tensor<4>, spectrum: &Tensor<4>) -> Tensor<4> {
        let seen = self.crop.adjoint(r);
        self.crop.apply(self.fourier.filter(seen, spectrum.clone()))
    }
}
