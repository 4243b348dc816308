//! Solves P x = b on a band of lines of a torus, P being diagonal in the DFT: a Fourier transform along the lines leaves a Hermitian Toeplitz system across
//! them at each frequency.
//!
//! Levinson and Durbin's recursion gives the first column of a Toeplitz inverse, Trench's the rest, both in w² operations for w lines
//! (Golub and Van Loan, Matrix Computations, section 4.7). In f64: the condition number reaches 1e7.

use std::sync::Arc;

use burn::tensor::Tensor;
use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftDirection, FftPlanner};

use crate::place::Place;

const ZERO: Complex64 = Complex64::new(0.0, 0.0);

/// The band's inverse, for a batch of spectra.
pub struct FrameBand {
    lines: Vec<usize>,
    axis: usize,
    /// Of each spectrum, w×w at each frequency up to the middle one; the others are their conjugates.
    inverses: Vec<Vec<Vec<Complex64>>>,
    along: [Arc<dyn Fft<f64>>; 2],
}

impl FrameBand {
    /// The lines of a frame of `before` and `after` pixels around the rest of n: neighbours on the torus.
    pub fn lines([before, after]: [usize; 2], n: usize) -> Vec<usize> {
        (n - after..n).chain(0..before).collect()
    }

    /// `lines`: neighbouring rows (axis 0) or columns (axis 1). `spectrum`: of P, `[B, 1, H, W]` on the CPU, positive and even.
    pub fn new(axis: usize, lines: &[usize], spectrum: &Tensor<4>) -> Self {
        let [_, _, height, width] = spectrum.dims();
        let [across, along] = if axis == 0 {
            [height, width]
        } else {
            [width, height]
        };
        let mut planner = FftPlanner::new();
        let across = planner.plan_fft(across, FftDirection::Inverse);
        let plan = |planner: &mut FftPlanner<f64>, direction| planner.plan_fft(along, direction);
        let spectra = host(spectrum.clone());
        let inverses = spectra.chunks_exact(height * width).map(|p| {
            let frequencies = 0..along / 2 + 1;
            let system = frequencies.map(|k| {
                let line = (0..across.len()).map(|j| {
                    let [row, column] = if axis == 0 { [j, k] } else { [k, j] };
                    Complex64::new(p[row * width + column], 0.0)
                });
                let mut line: Vec<Complex64> = line.collect();
                across.process(&mut line);
                let unit = 1.0 / across.len() as f64;
                let column = line.iter().take(lines.len()).map(|t| t * unit);
                toeplitz_inverse(&column.collect::<Vec<_>>())
            });
            system.collect()
        });
        Self {
            lines: lines.to_vec(),
            axis,
            inverses: inverses.collect(),
            along: [
                plan(&mut planner, FftDirection::Forward),
                plan(&mut planner, FftDirection::Inverse),
            ],
        }
    }

    /// x on the band with P x = b there, 0 elsewhere; b `[B, C, H, W]` is looked at on the band alone.
    pub fn solve(&self, b: Tensor<4>) -> Tensor<4> {
        let ([_, channels, height, width], place) = (b.dims(), Place::of(&b));
        let shape = b.dims();
        let mut planes = host(b);
        for (i, plane) in planes.chunks_exact_mut(height * width).enumerate() {
            let spectrum = (i / channels).min(self.inverses.len() - 1);
            self.solve_plane(&self.inverses[spectrum], plane, width);
        }
        place.tensor(planes, shape)
    }

    fn solve_plane(&self, inverses: &[Vec<Complex64>], plane: &mut [f64], width: usize) {
        let n = self.along[0].len();
        let at = |line: usize, k: usize| match self.axis {
            0 => line * width + k,
            _ => k * width + line,
        };
        let mut values = Vec::with_capacity(self.lines.len() * n);
        for &line in &self.lines {
            values.extend((0..n).map(|k| Complex64::new(plane[at(line, k)], 0.0)));
        }
        self.along[0].process(&mut values);
        for (k, inverse) in inverses.iter().enumerate() {
            multiply(inverse, &mut values, k, n);
        }
        self.along[1].process(&mut values);
        plane.fill(0.0);
        for (solved, &line) in values.chunks_exact(n).zip(&self.lines) {
            for (k, value) in solved.iter().enumerate() {
                plane[at(line, k)] = value.re / n as f64;
            }
        }
    }
}

/// The lines' values at frequency k, and those at -k, times the inverse.
fn multiply(inverse: &[Complex64], values: &mut [Complex64], k: usize, n: usize) {
    let lines = values.len() / n;
    let x: Vec<Complex64> = (0..lines).map(|j| values[j * n + k]).collect();
    for (i, row) in inverse.chunks_exact(lines).enumerate() {
        let y: Complex64 = row.iter().zip(&x).map(|(m, x)| m * x).sum();
        values[i * n + k] = y;
        if k > 0 {
            values[i * n + n - k] = y.conj();
        }
    }
}

/// The inverse, row by row, of the positive definite Hermitian Toeplitz matrix whose first column this is.
fn toeplitz_inverse(t: &[Complex64]) -> Vec<Complex64> {
    let n = t.len();
    let mut inverse = vec![ZERO; n * n];
    if n == 0 {
        return inverse;
    }
    let x = first_column_of_inverse(t);
    for i in 0..n {
        inverse[i * n] = x[i];
        inverse[i] = x[i].conj();
    }
    for i in 1..n {
        for j in 1..n {
            let turned = x[n - i].conj() * x[n - j];
            let step = (x[i] * x[j].conj() - turned) / x[0].re;
            inverse[i * n + j] = inverse[(i - 1) * n + j - 1] + step;
        }
    }
    inverse
}

/// x with T x = (1, 0, 0, …).
fn first_column_of_inverse(t: &[Complex64]) -> Vec<Complex64> {
    // T of order m times the filter a is (rest, 0, 0, …).
    let (mut a, mut rest) = (vec![Complex64::new(1.0, 0.0)], t[0].re);
    for m in 1..t.len() {
        let left: Complex64 = (0..m).map(|j| t[m - j] * a[j]).sum();
        let turn = left / rest;
        let reversed: Vec<Complex64> = a.iter().rev().map(|a| a.conj()).collect();
        a.push(ZERO);
        for (a, b) in a[1..].iter_mut().zip(reversed) {
            *a -= turn * b;
        }
        rest -= (turn * left.conj()).re;
    }
    a.into_iter().map(|a| a / rest).collect()
}

fn host(x: Tensor<4>) -> Vec<f64> {
    x.try_into_vec_as::<f64>().expect("a tensor on the CPU")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toeplitz_inverse_inverts() {
        let t = [(5.0, 0.0), (1.0, 2.0), (-0.5, 0.3), (0.2, -0.7)];
        let t = t.map(|(re, im)| Complex64::new(re, im));
        let (n, inverse) = (t.len(), toeplitz_inverse(&t));
        let entry = |i: usize, j: usize| match i >= j {
            true => t[i - j],
            false => t[j - i].conj(),
        };
        for i in 0..n {
            for j in 0..n {
                let product: Complex64 = (0..n).map(|k| entry(i, k) * inverse[k * n + j]).sum();
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((product - expected).norm() < 1e-14, "{i} {j}: {product}");
            }
        }
    }
}
