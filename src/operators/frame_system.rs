//! Solves (P (b + f))_F = 0 for f on the frame F of a torus, with P positive and diagonal in the
//! DFT (docs/method.md, section 12).
//!
//! The frame is a vertical and a horizontal band, and within a band P is a Toeplitz system at each
//! frequency along it (`frame_band.rs`). Write f as c on the vertical band and s on the rest of the
//! horizontal one, and v = P b. The exact solution for c leaves the Schur complement to conjugate
//! gradients:
//!
//! ```text
//! c = -(P_cc)^-1 (v_c + P_cs s)
//! (P_ss - P_sc (P_cc)^-1 P_cs) s = -v_s + P_sc (P_cc)^-1 v_c
//! ```
//!
//! The preconditioner is the s part of the inverse on the whole horizontal band, which includes the
//! corners: only the coupling of the bands beyond the corners is left to iterate for. An iteration
//! takes P_cs and P_sc, each from the lines of one band to those of the other: half the transforms
//! of a filter.
//!
//! A residual ρ on the frame is the residual D_IF ρ of the data, D = P^-1. Its bound |D ρ| is a
//! Toeplitz form, so that the iteration knows when to stop without a transform.
//!
//! A complex plane holds two real ones; P is even and keeps them apart.

use rustfft::num_complex::Complex;

use super::frame_band::{Toeplitz, ToeplitzInverse, dot, float, narrow, wide};
use crate::compute::fourier::{FORWARD, INVERSE, Plan, Real, transpose};

/// The most iterations.
const MAX_ITERATIONS: usize = 500;

/// The rows and columns of a torus that make up its frame.
#[derive(Debug, Clone)]
pub(super) struct TorusFrame {
    size: [usize; 2],
    rows: Vec<usize>,
    columns: Vec<usize>,
}

/// Values on the frame, line by line. Those of the corners belong to `columns`.
#[derive(Clone)]
pub(super) struct OnFrame<T> {
    rows: Vec<Complex<T>>,
    columns: Vec<Complex<T>>,
}

impl TorusFrame {
    /// `frame`: the width of the frame before and after the rest, of rows and of columns; no wider
    /// than the torus of this size.
    pub(super) fn new(frame: [[usize; 2]; 2], size: [usize; 2]) -> Self {
        // Neighbours on the torus.
        let lines = |[before, after]: [usize; 2], n: usize| (n - after..n).chain(0..before);
        Self {
            size,
            rows: lines(frame[0], size[0]).collect(),
            columns: lines(frame[1], size[1]).collect(),
        }
    }

    /// The values of a plane on the frame.
    pub(super) fn values_of<T: Real>(&self, plane: &[Complex<T>]) -> OnFrame<T> {
        let [height, width] = self.size;
        let rows = self.rows.iter().map(|row| &plane[row * width..][..width]);
        let columns = self.columns.iter();
        let columns = columns.flat_map(|c| (0..height).map(move |row| plane[row * width + c]));
        OnFrame {
            rows: rows.flatten().copied().collect(),
            columns: columns.collect(),
        }
    }

    /// Sets a plane to these values on the frame, and to 0 elsewhere.
    pub(super) fn fill<T: Real>(&self, values: &OnFrame<T>, plane: &mut [Complex<T>]) {
        let [height, width] = self.size;
        plane.fill(zero());
        for (line, row) in values.rows.chunks_exact(width).zip(&self.rows) {
            plane[row * width..][..width].copy_from_slice(line);
        }
        for (line, column) in values.columns.chunks_exact(height).zip(&self.columns) {
            for (row, value) in line.iter().enumerate() {
                plane[row * width + column] = *value;
            }
        }
    }

    /// Sets a plane to 0 on the frame.
    pub(super) fn clear<T: Real>(&self, plane: &mut [Complex<T>]) {
        let width = self.size[1];
        for row in &self.rows {
            plane[row * width..][..width].fill(zero());
        }
        for line in plane.chunks_exact_mut(width) {
            self.columns.iter().for_each(|c| line[*c] = zero());
        }
    }

    /// Sets the rows of the frame to 0 in the corners.
    fn clear_corners<T: Real>(&self, rows: &mut [Complex<T>]) {
        for line in rows.chunks_exact_mut(self.size[1]) {
            self.columns.iter().for_each(|c| line[*c] = zero());
        }
    }
}

/// The equations of one P.
pub(super) struct FrameSystem<'a, T> {
    frame: &'a TorusFrame,
    /// P, column by column.
    inverse: &'a [T],
    rows: Toeplitz,
    rows_inverse: ToeplitzInverse,
    columns_inverse: ToeplitzInverse,
    /// D², for the bound of the residual.
    data: Toeplitz,
}

impl<'a, T: Real> FrameSystem<'a, T> {
    /// `inverse`: P. `power`: D less a multiple of I, which does not connect the frame with the
    /// data. Both are column by column.
    pub(super) fn new(
        frame: &'a TorusFrame,
        inverse: &'a [T],
        power: impl Fn(usize) -> f64,
    ) -> Self {
        let [height, width] = frame.size;
        let p = |at: usize| inverse[at].to_f64();
        let (down, across) = (frame.rows.len(), frame.columns.len());
        let rows = Toeplitz::new(down, [width, height], |k, j| p(k * height + j));
        let columns = Toeplitz::new(across, [height, width], |k, j| p(j * height + k));
        let data = Toeplitz::new(down, [width, height], |k, j| power(k * height + j).powi(2));
        Self {
            rows_inverse: rows.inverse(),
            columns_inverse: columns.inverse(),
            rows,
            data,
            frame,
            inverse,
        }
    }

    /// The frame.
    pub(super) fn frame(&self) -> &'a TorusFrame {
        self.frame
    }

    /// P, column by column.
    pub(super) fn inverse(&self) -> &'a [T] {
        self.inverse
    }

    /// f, to |D ρ| <= `goal` over all planes, from the values of v = P b on the frame.
    pub(super) fn solve(
        &self,
        plan: &mut Plan<T>,
        v: Vec<OnFrame<T>>,
        goal: f64,
    ) -> Vec<OnFrame<T>> {
        let mut f: Vec<OnFrame<T>> = v.into_iter().map(|v| self.start(plan, v)).collect();
        let mut r: Vec<Vec<Complex<T>>> = f.iter_mut().map(|f| self.residual(plan, f)).collect();
        let (mut p, mut rz) = (Vec::new(), 0.0);
        for _ in 0..MAX_ITERATIONS {
            let (z, residual) = self.preconditioned(plan, &r);
            if residual <= goal {
                break;
            }
            let next = dots(&r, &z);
            p = if p.is_empty() {
                z
            } else {
                sums(z, &p, next / rz)
            };
            rz = next;
            let products: Vec<OnFrame<T>> = p.iter().map(|p| self.product(plan, p)).collect();
            let curvature = p.iter().zip(&products).map(|(p, s)| dot(p, &s.rows));
            let step = rz / curvature.sum::<f64>();
            for (((f, r), p), product) in f.iter_mut().zip(&mut r).zip(&p).zip(&products) {
                add(&mut f.rows, p, step);
                add(&mut f.columns, &product.columns, step);
                add(r, &product.rows, -step);
            }
        }
        f.into_iter().map(|f| self.finished(plan, f)).collect()
    }

    /// c for s = 0, at the frequencies along its band. v_s stays in the place of s.
    fn start(&self, plan: &mut Plan<T>, v: OnFrame<T>) -> OnFrame<T> {
        let mut columns = v.columns;
        plan.lines(1, FORWARD, &mut columns);
        self.columns_inverse.times(&mut columns);
        columns.iter_mut().for_each(|c| *c = -*c);
        OnFrame { columns, ..v }
    }

    /// The residual -v_s - P_sc c for s = 0, which replaces v_s.
    fn residual(&self, plan: &mut Plan<T>, f: &mut OnFrame<T>) -> Vec<Complex<T>> {
        let mut r = self.rows_of(plan, &f.columns);
        self.in_space(plan, 0, &mut r);
        for (r, row) in r.iter_mut().zip(&mut f.rows) {
            *r = -(*r + *row);
            *row = zero();
        }
        self.frame.clear_corners(&mut r);
        r
    }

    /// The preconditioned residual, and |D ρ|.
    fn preconditioned(
        &self,
        plan: &mut Plan<T>,
        r: &[Vec<Complex<T>>],
    ) -> (Vec<Vec<Complex<T>>>, f64) {
        let mut square = 0.0;
        let of_plane = |r: &Vec<Complex<T>>| {
            let mut z = r.clone();
            plan.lines(0, FORWARD, &mut z);
            square += self.data.energy(&z);
            self.rows_inverse.times(&mut z);
            self.in_space(plan, 0, &mut z);
            self.frame.clear_corners(&mut z);
            z
        };
        let z = r.iter().map(of_plane).collect();
        (z, square.max(0.0).sqrt())
    }

    /// The Schur complement times s in `rows`, and in `columns` the c that belongs to s, at its
    /// frequencies.
    fn product(&self, plan: &mut Plan<T>, s: &[Complex<T>]) -> OnFrame<T> {
        let mut s = s.to_vec();
        plan.lines(0, FORWARD, &mut s);
        let mut columns = self.columns_of(plan, &s);
        self.columns_inverse.times(&mut columns);
        columns.iter_mut().for_each(|c| *c = -*c);
        let mut rows = self.rows.times(&s);
        let from_columns = self.rows_of(plan, &columns);
        for (row, product) in rows.iter_mut().zip(from_columns) {
            *row = *row + product;
        }
        self.in_space(plan, 0, &mut rows);
        self.frame.clear_corners(&mut rows);
        OnFrame { rows, columns }
    }

    /// f with c in space.
    fn finished(&self, plan: &mut Plan<T>, mut f: OnFrame<T>) -> OnFrame<T> {
        self.in_space(plan, 1, &mut f.columns);
        f
    }

    /// The inverse transform along the lines of one axis.
    fn in_space(&self, plan: &mut Plan<T>, axis: usize, values: &mut [Complex<T>]) {
        plan.lines(axis, INVERSE, values);
        let unit = self.unit(1 - axis);
        values.iter_mut().for_each(|v| *v = *v * unit);
    }

    /// 1/n, with n the pixels along an axis.
    fn unit(&self, axis: usize) -> T {
        float(1.0 / self.frame.size[axis] as f64)
    }

    /// P x on the vertical band for x on the horizontal one, each at the frequencies along its own
    /// band.
    fn columns_of(&self, plan: &mut Plan<T>, rows: &[Complex<T>]) -> Vec<Complex<T>> {
        let [height, width] = self.frame.size;
        let mut spectrum = std::mem::take(&mut plan.transposed);
        spectrum.fill(zero());
        for (line, row) in rows.chunks_exact(width).zip(&self.frame.rows) {
            for (k, value) in line.iter().enumerate() {
                spectrum[k * height + row] = *value;
            }
        }
        plan.lines(1, FORWARD, &mut spectrum);
        self.filter(&mut spectrum, self.unit(1));
        transpose(&spectrum, &mut plan.plane, width, height);
        plan.transposed = spectrum;
        let mut plane = std::mem::take(&mut plan.plane);
        plan.lines(0, INVERSE, &mut plane);
        let columns = self.frame.columns.iter();
        let columns = columns.flat_map(|c| plane.iter().skip(*c).step_by(width));
        let columns = columns.copied().collect();
        plan.plane = plane;
        columns
    }

    /// P x on the horizontal band for x on the vertical one, each at the frequencies along its own
    /// band.
    fn rows_of(&self, plan: &mut Plan<T>, columns: &[Complex<T>]) -> Vec<Complex<T>> {
        let [height, width] = self.frame.size;
        let mut plane = std::mem::take(&mut plan.plane);
        plane.fill(zero());
        for (line, column) in columns.chunks_exact(height).zip(&self.frame.columns) {
            for (k, value) in line.iter().enumerate() {
                plane[k * width + column] = *value;
            }
        }
        plan.lines(0, FORWARD, &mut plane);
        transpose(&plane, &mut plan.transposed, height, width);
        plan.plane = plane;
        let mut spectrum = std::mem::take(&mut plan.transposed);
        self.filter(&mut spectrum, self.unit(0));
        plan.lines(1, INVERSE, &mut spectrum);
        let rows = self.frame.rows.iter();
        let rows = rows.flat_map(|row| spectrum.iter().skip(*row).step_by(height));
        let rows = rows.copied().collect();
        plan.transposed = spectrum;
        rows
    }

    /// Multiplies a spectrum by P and by `unit`.
    fn filter(&self, spectrum: &mut [Complex<T>], unit: T) {
        for (value, p) in spectrum.iter_mut().zip(self.inverse) {
            *value = *value * (*p * unit);
        }
    }
}

fn zero<T: Real>() -> Complex<T> {
    Complex::new(T::zero(), T::zero())
}

/// The real part of aᴴ b over all planes.
fn dots<T: Real>(a: &[Vec<Complex<T>>], b: &[Vec<Complex<T>>]) -> f64 {
    a.iter().zip(b).map(|(a, b)| dot(a, b)).sum()
}

/// a + factor b.
fn sums<T: Real>(
    mut a: Vec<Vec<Complex<T>>>,
    b: &[Vec<Complex<T>>],
    factor: f64,
) -> Vec<Vec<Complex<T>>> {
    for (a, b) in a.iter_mut().zip(b) {
        add(a, b, factor);
    }
    a
}

/// Adds factor b to a.
fn add<T: Real>(a: &mut [Complex<T>], b: &[Complex<T>], factor: f64) {
    for (a, b) in a.iter_mut().zip(b) {
        *a = narrow(wide(*a) + wide(*b) * factor);
    }
}
