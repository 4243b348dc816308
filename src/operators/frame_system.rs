//! Solves (P (b + f))_F = 0 for f on the frame F of a torus, P being positive and diagonal in the
//! DFT.
//!
//! The frame is a vertical and a horizontal band, in which P is a Toeplitz system at each frequency
//! (`frame_band.rs`). With c on the vertical band, s on the rest of the horizontal one and v = P b,
//! c is solved for exactly, and conjugate gradients are left with the Schur complement
//!
//! ```text
//! c = -(P_cc)^-1 (v_c + P_cs s)      (P_ss - P_sc (P_cc)^-1 P_cs) s = -v_s + P_sc (P_cc)^-1 v_c
//! ```
//!
//! preconditioned by s of the whole horizontal band's inverse, which knows of the corners: what is
//! left to iterate for is what the bands tell each other beyond those. An iteration takes P_cs and
//! P_sc, each from the lines of one band to those of the other: half the transforms of a filter.
//!
//! A residual ρ on the frame is one of D_IF ρ in the data, D = P^-1, and |D ρ|, which bounds it, is
//! a Toeplitz form: it tells when to stop without a transform.
//!
//! A complex plane holds two real ones: P is even, and keeps them apart.

use rustfft::num_complex::Complex;

use super::frame_band::{Toeplitz, ToeplitzInverse, dot, float, narrow, wide};
use crate::compute::fourier::{FORWARD, INVERSE, Plan, Real, transpose};

/// Iterations at most.
const MOST: usize = 500;

/// Which rows and columns of a torus the frame is made of.
#[derive(Clone)]
pub struct Frame {
    size: [usize; 2],
    rows: Vec<usize>,
    columns: Vec<usize>,
}

/// Values on the frame, those of the corners in `columns`; each line after line.
#[derive(Clone)]
pub struct OnFrame<T> {
    rows: Vec<Complex<T>>,
    columns: Vec<Complex<T>>,
}

impl Frame {
    /// So many pixels before and after the rest, of rows and of columns.
    pub fn new(frame: [[usize; 2]; 2], size: [usize; 2]) -> Self {
        // Neighbours on the torus.
        let lines = |[before, after]: [usize; 2], n: usize| (n - after..n).chain(0..before);
        Self {
            size,
            rows: lines(frame[0], size[0]).collect(),
            columns: lines(frame[1], size[1]).collect(),
        }
    }

    /// A plane's values on the frame.
    pub fn of<T: Real>(&self, plane: &[Complex<T>]) -> OnFrame<T> {
        let [height, width] = self.size;
        let rows = self.rows.iter().map(|row| &plane[row * width..][..width]);
        let columns = self.columns.iter();
        let columns = columns.flat_map(|c| (0..height).map(move |row| plane[row * width + c]));
        OnFrame {
            rows: rows.flatten().copied().collect(),
            columns: columns.collect(),
        }
    }

    /// Sets the plane to these values on the frame, and to 0 elsewhere.
    pub fn device<T: Real>(&self, values: &OnFrame<T>, plane: &mut [Complex<T>]) {
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

    /// 0 on the frame.
    pub fn clear<T: Real>(&self, plane: &mut [Complex<T>]) {
        let width = self.size[1];
        for row in &self.rows {
            plane[row * width..][..width].fill(zero());
        }
        for line in plane.chunks_exact_mut(width) {
            self.columns.iter().for_each(|c| line[*c] = zero());
        }
    }

    fn clear_corners<T: Real>(&self, rows: &mut [Complex<T>]) {
        for line in rows.chunks_exact_mut(self.size[1]) {
            self.columns.iter().for_each(|c| line[*c] = zero());
        }
    }
}

/// The system of one P.
pub struct FrameSystem<'a, T> {
    frame: &'a Frame,
    /// P, column by column.
    inverse: &'a [T],
    rows: Toeplitz,
    rows_inverse: ToeplitzInverse,
    columns_inverse: ToeplitzInverse,
    /// D², for the residual's bound.
    data: Toeplitz,
}

impl<'a, T: Real> FrameSystem<'a, T> {
    /// `inverse` is P and `power` D but for a multiple of I, which takes nothing from the frame to
    /// the data; both column by column.
    pub fn new(frame: &'a Frame, inverse: &'a [T], power: impl Fn(usize) -> f64) -> Self {
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

    /// f from P b on the frame, to |D ρ| <= `goal` over all planes.
    pub fn solve(&self, plan: &mut Plan<T>, seen: Vec<OnFrame<T>>, goal: f64) -> Vec<OnFrame<T>> {
        let mut f: Vec<OnFrame<T>> = seen.into_iter().map(|v| self.begun(plan, v)).collect();
        let mut r: Vec<Vec<Complex<T>>> = f.iter_mut().map(|f| self.residual(plan, f)).collect();
        let (mut p, mut rz) = (Vec::new(), 0.0);
        for _ in 0..MOST {
            let (z, left) = self.preconditioned(plan, &r);
            if left <= goal {
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

    /// c for s = 0, at the frequencies along the band; v_s stays where s will be.
    fn begun(&self, plan: &mut Plan<T>, seen: OnFrame<T>) -> OnFrame<T> {
        let mut columns = seen.columns;
        plan.lines(1, FORWARD, &mut columns);
        self.columns_inverse.times(&mut columns);
        columns.iter_mut().for_each(|c| *c = -*c);
        OnFrame { columns, ..seen }
    }

    /// -v_s - P_sc c, and s = 0 in place of v_s.
    fn residual(&self, plan: &mut Plan<T>, f: &mut OnFrame<T>) -> Vec<Complex<T>> {
        let mut r = self.rows_of(plan, &f.columns);
        self.in_space(plan, 0, &mut r);
        for (r, seen) in r.iter_mut().zip(&mut f.rows) {
            *r = -(*r + *seen);
            *seen = zero();
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
        let one = |r: &Vec<Complex<T>>| {
            let mut z = r.clone();
            plan.lines(0, FORWARD, &mut z);
            square += self.data.energy(&z);
            self.rows_inverse.times(&mut z);
            self.in_space(plan, 0, &mut z);
            self.frame.clear_corners(&mut z);
            z
        };
        let z = r.iter().map(one).collect();
        (z, square.max(0.0).sqrt())
    }

    /// The Schur complement times s, and the c that goes with s, at its frequencies.
    fn product(&self, plan: &mut Plan<T>, s: &[Complex<T>]) -> OnFrame<T> {
        let mut s = s.to_vec();
        plan.lines(0, FORWARD, &mut s);
        let mut columns = self.columns_of(plan, &s);
        self.columns_inverse.times(&mut columns);
        columns.iter_mut().for_each(|c| *c = -*c);
        let mut rows = self.rows.times(&s);
        let from_columns = self.rows_of(plan, &columns);
        for (row, more) in rows.iter_mut().zip(from_columns) {
            *row = *row + more;
        }
        self.in_space(plan, 0, &mut rows);
        self.frame.clear_corners(&mut rows);
        OnFrame { rows, columns }
    }

    /// f with c in space too.
    fn finished(&self, plan: &mut Plan<T>, mut f: OnFrame<T>) -> OnFrame<T> {
        self.in_space(plan, 1, &mut f.columns);
        f
    }

    /// From the frequencies along lines back into space.
    fn in_space(&self, plan: &mut Plan<T>, axis: usize, values: &mut [Complex<T>]) {
        plan.lines(axis, INVERSE, values);
        let unit = self.unit(1 - axis);
        values.iter_mut().for_each(|v| *v = *v * unit);
    }

    /// 1/n of an axis.
    fn unit(&self, axis: usize) -> T {
        float(1.0 / self.frame.size[axis] as f64)
    }

    /// P x on the vertical band for x on the horizontal one, each at the frequencies along itself.
    fn columns_of(&self, plan: &mut Plan<T>, rows: &[Complex<T>]) -> Vec<Complex<T>> {
        let [height, width] = self.frame.size;
        let mut turned = std::mem::take(&mut plan.transposed);
        turned.fill(zero());
        for (line, row) in rows.chunks_exact(width).zip(&self.frame.rows) {
            for (k, value) in line.iter().enumerate() {
                turned[k * height + row] = *value;
            }
        }
        plan.lines(1, FORWARD, &mut turned);
        self.filter(&mut turned, self.unit(1));
        transpose(&turned, &mut plan.plane, width, height);
        plan.transposed = turned;
        let mut plane = std::mem::take(&mut plan.plane);
        plan.lines(0, INVERSE, &mut plane);
        let columns = self.frame.columns.iter();
        let columns = columns.flat_map(|c| plane.iter().skip(*c).step_by(width));
        let columns = columns.copied().collect();
        plan.plane = plane;
        columns
    }

    /// P x on the horizontal band for x on the vertical one, each at the frequencies along itself.
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
        let mut turned = std::mem::take(&mut plan.transposed);
        self.filter(&mut turned, self.unit(0));
        plan.lines(1, INVERSE, &mut turned);
        let rows = self.frame.rows.iter();
        let rows = rows.flat_map(|row| turned.iter().skip(*row).step_by(height));
        let rows = rows.copied().collect();
        plan.transposed = turned;
        rows
    }

    fn filter(&self, spectrum: &mut [Complex<T>], unit: T) {
        for (value, p) in spectrum.iter_mut().zip(self.inverse) {
            *value = *value * (*p * unit);
        }
    }
}

fn zero<T: Real>() -> Complex<T> {
    Complex::new(T::zero(), T::zero())
}

fn dots<T: Real>(a: &[Vec<Complex<T>>], b: &[Vec<Complex<T>>]) -> f64 {
    a.iter().zip(b).map(|(a, b)| dot(a, b)).sum()
}

/// a + b times a factor.
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

fn add<T: Real>(a: &mut [Complex<T>], b: &[Complex<T>], factor: f64) {
    for (a, b) in a.iter_mut().zip(b) {
        *a = narrow(wide(*a) + wide(*b) * factor);
    }
}
