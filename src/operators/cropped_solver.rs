//! The posterior mean of one image behind a cropped convolution, on the CPU: the equations of
//! `cropped_convolution.rs`, solved and refined.
//!
//! A complex plane holds two real ones. Real kernels and even spectra keep them apart.

use rustfft::num_complex::Complex;

use super::frame_band::float;
use super::frame_system::{FrameSystem, TorusFrame};
use crate::compute::fourier::{FORWARD, INVERSE, Plan, Real};

/// The most passes.
const MAX_PASSES: usize = 4;
/// The share of the final residual that a pass may leave; the rest of it is rounding.
const SAFETY: f64 = 0.7;
/// Keeps the ratio of residual to tolerance finite for a measurement that is met from the start.
const TINY_GOAL: f64 = 1e-12;

/// Two real planes as one complex plane, in space or column by column in the DFT.
type Plane<T> = Vec<Complex<T>>;
type Planes<T> = Vec<Plane<T>>;

/// The equations of one image: x = u + E Kᵀ r with D_II r = (y - A u)_I.
pub(super) struct ImageEquations<T> {
    /// u and y, plane by plane, row by row.
    pub u: Vec<T>,
    pub y: Vec<T>,
    /// E and k̂, column by column.
    pub e: Vec<T>,
    pub kernel: Vec<Complex<T>>,
    pub s2: T,
    /// The largest residual, relative to |y - A u|.
    pub tolerance: f64,
}

/// The posterior mean of one image.
pub(super) struct ImageSolution<T> {
    /// x, plane by plane, row by row.
    pub x: Vec<T>,
    /// The residual divided by the tolerance.
    pub residual: f64,
}

impl<T: Real> ImageEquations<T> {
    /// Solves the equations on the torus whose frame this is.
    pub(super) fn solve(&self, frame: &TorusFrame, plan: &mut Plan<T>) -> ImageSolution<T> {
        let n = plan.plane.len();
        let inverse = self.inverse();
        let power = |at: usize| (self.e[at] * self.kernel[at].norm_sqr()).to_f64();
        let system = FrameSystem::new(frame, &inverse, power);
        let mut x: Planes<T> = (0..self.u.len().div_ceil(2 * n))
            .map(|pair| self.mean_spectrum(plan, pair))
            .collect();
        let mut r: Planes<T> = x.iter().map(|_| vec![Complex::default(); n]).collect();
        let mut residual = self.residual(frame, plan, &x, &r);
        let goal = norm(&residual) * self.tolerance;
        for _ in 0..MAX_PASSES {
            if norm(&residual) <= goal {
                break;
            }
            let step = pass(plan, &system, residual, &mut r, goal * SAFETY);
            for (x, step) in x.iter_mut().zip(step) {
                self.add_step(x, &step);
            }
            residual = self.residual(frame, plan, &x, &r);
        }
        let ratio = norm(&residual) / (goal + TINY_GOAL);
        ImageSolution {
            x: in_space(plan, x, self.u.len()),
            residual: ratio,
        }
    }

    /// P, column by column.
    fn inverse(&self) -> Vec<T> {
        let d = self.e.iter().zip(&self.kernel);
        d.map(|(e, k)| T::one() / (self.s2 + *e * k.norm_sqr()))
            .collect()
    }

    /// The spectrum of a pair of u's planes.
    fn mean_spectrum(&self, plan: &mut Plan<T>, pair: usize) -> Plane<T> {
        let n = plan.plane.len();
        for (value, u) in plan.plane.iter_mut().zip(paired(&self.u, pair, n)) {
            *value = u;
        }
        plan.spectrum(FORWARD);
        plan.transposed.clone()
    }

    /// Adds E Kᵀ r to x, both as spectra.
    fn add_step(&self, x: &mut Plane<T>, r: &Plane<T>) {
        let gain = self.e.iter().zip(&self.kernel);
        for ((x, r), (e, k)) in x.iter_mut().zip(r).zip(gain) {
            *x = *x + *r * k.conj() * *e;
        }
    }

    /// y - A x - s2 r in space, from the spectra of x and from r in space.
    fn residual(
        &self,
        frame: &TorusFrame,
        plan: &mut Plan<T>,
        x: &Planes<T>,
        r: &Planes<T>,
    ) -> Planes<T> {
        let unit = unit(plan);
        let of_pair = |(pair, (x, r)): (usize, (&Plane<T>, &Plane<T>))| {
            let products = x.iter().zip(&self.kernel);
            for (value, (x, k)) in plan.transposed.iter_mut().zip(products) {
                *value = *x * *k * unit;
            }
            plan.image(INVERSE);
            let y = paired(&self.y, pair, plan.plane.len());
            let terms = y.zip(&plan.plane).zip(r);
            let residual = terms.map(|((y, ax), r)| y - *ax - *r * self.s2);
            let mut residual: Plane<T> = residual.collect();
            frame.clear(&mut residual);
            residual
        };
        x.iter().zip(r).enumerate().map(of_pair).collect()
    }
}

/// Adds the step (D_II)^-1 residual to r; the spectra of that step.
fn pass<T: Real>(
    plan: &mut Plan<T>,
    system: &FrameSystem<'_, T>,
    residual: Planes<T>,
    r: &mut Planes<T>,
    goal: f64,
) -> Planes<T> {
    let (frame, inverse) = (system.frame(), system.inverse());
    let mut spectra = residual;
    let mut on_frame = Vec::with_capacity(spectra.len());
    for spectrum in &mut spectra {
        std::mem::swap(&mut plan.plane, spectrum);
        plan.spectrum(FORWARD);
        spectrum.copy_from_slice(&plan.transposed);
        filter(plan, spectrum, inverse);
        on_frame.push(frame.values_of(&plan.plane));
    }
    let f = system.solve(plan, on_frame, goal);
    for ((spectrum, f), r) in spectra.iter_mut().zip(&f).zip(r) {
        frame.fill(f, &mut plan.plane);
        plan.spectrum(FORWARD);
        for (value, f) in spectrum.iter_mut().zip(&plan.transposed) {
            *value = *value + *f;
        }
        filter(plan, spectrum, inverse);
        frame.clear(&mut plan.plane);
        for (r, step) in r.iter_mut().zip(&plan.plane) {
            *r = *r + *step;
        }
        plan.spectrum(FORWARD);
        spectrum.copy_from_slice(&plan.transposed);
    }
    spectra
}

/// The planes 2 pair and 2 pair + 1 as one complex plane. A missing second plane is 0.
fn paired<T: Real>(planes: &[T], pair: usize, n: usize) -> impl Iterator<Item = Complex<T>> {
    let first = &planes[2 * pair * n..][..n];
    let second = planes.get((2 * pair + 1) * n..).unwrap_or_default();
    let second = second.iter().copied().chain(std::iter::repeat(T::zero()));
    first
        .iter()
        .zip(second)
        .map(|(re, im)| Complex::new(*re, im))
}

/// The real planes of these spectra, `length` values in all.
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

/// Leaves the image of a spectrum times P in `plan.plane`.
fn filter<T: Real>(plan: &mut Plan<T>, spectrum: &Plane<T>, inverse: &[T]) {
    let unit = unit(plan);
    let products = spectrum.iter().zip(inverse);
    for (value, (s, p)) in plan.transposed.iter_mut().zip(products) {
        *value = *s * (*p * unit);
    }
    plan.image(INVERSE);
}

/// 1/n, the normalisation of the inverse transform.
fn unit<T: Real>(plan: &Plan<T>) -> T {
    float(1.0 / plan.plane.len() as f64)
}

fn norm<T: Real>(planes: &Planes<T>) -> f64 {
    let values = planes.iter().flatten();
    let squares = values.map(|v| v.norm_sqr().to_f64());
    squares.sum::<f64>().sqrt()
}
