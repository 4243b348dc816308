//! The Fourier transform of a real plane, by `rustfft`: half of the spectrum, since the other half
//! is its conjugate. Two rows go through one complex transform.

use std::fmt;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

/// Rows and columns transposed at once, so that both sides stay in the cache.
const TILE: usize = 16;

/// The transforms of planes of one size; both sides even.
pub(in crate::estimation::blur) struct RealFourier {
    height: usize,
    width: usize,
    rows: [Arc<dyn Fft<f32>>; 2],
    columns: [Arc<dyn Fft<f32>>; 2],
    line: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    by_rows: Vec<Complex<f32>>,
}

impl fmt::Debug for RealFourier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RealFourier {}x{}", self.width, self.height)
    }
}

impl RealFourier {
    pub(in crate::estimation::blur) fn new(height: usize, width: usize) -> Self {
        debug_assert!(height.is_multiple_of(2) && width.is_multiple_of(2));
        let mut planner = FftPlanner::new();
        let rows = [
            planner.plan_fft_forward(width),
            planner.plan_fft_inverse(width),
        ];
        let columns = [
            planner.plan_fft_forward(height),
            planner.plan_fft_inverse(height),
        ];
        let scratch = rows.iter().chain(&columns);
        let scratch = scratch.map(|p| p.get_inplace_scratch_len()).max();
        let zero = Complex::new(0.0, 0.0);
        Self {
            height,
            width,
            rows,
            columns,
            line: vec![zero; width],
            scratch: vec![zero; scratch.unwrap_or(0)],
            by_rows: vec![zero; height * (width / 2 + 1)],
        }
    }

    /// Columns of the half spectrum.
    pub(in crate::estimation::blur) fn half(&self) -> usize {
        self.width / 2 + 1
    }

    /// The entries of a half spectrum.
    pub(in crate::estimation::blur) fn len(&self) -> usize {
        self.height * self.half()
    }

    /// sum_x x e^(-i w x), column by column: `[half(), height]`.
    pub(in crate::estimation::blur) fn forward(
        &mut self,
        plane: &[f32],
        spectrum: &mut [Complex<f32>],
    ) {
        let (w, half) = (self.width, self.half());
        for (pair, lines) in plane.chunks_exact(2 * w).enumerate() {
            let rows = 2 * pair * half..2 * (pair + 1) * half;
            if lines.iter().all(|v| *v == 0.0) {
                // Most rows of a small kernel.
                self.by_rows[rows].fill(Complex::new(0.0, 0.0));
                continue;
            }
            let (first, second) = lines.split_at(w);
            for ((z, a), b) in self.line.iter_mut().zip(first).zip(second) {
                *z = Complex::new(*a, *b);
            }
            self.rows[0].process_with_scratch(&mut self.line, &mut self.scratch);
            let (first, second) = self.by_rows[rows].split_at_mut(half);
            for k in 0..half {
                let (z, mirror) = (self.line[k], self.line[(w - k) % w].conj());
                let (sum, difference) = ((z + mirror) * 0.5, (z - mirror) * 0.5);
                first[k] = sum;
                second[k] = Complex::new(difference.im, -difference.re);
            }
        }
        transpose(&self.by_rows, spectrum, self.height, half);
        self.columns[0].process_with_scratch(spectrum, &mut self.scratch);
    }

    /// The plane of a half spectrum; the spectrum is overwritten.
    pub(in crate::estimation::blur) fn inverse(
        &mut self,
        spectrum: &mut [Complex<f32>],
        plane: &mut [f32],
    ) {
        let (w, half) = (self.width, self.half());
        self.columns[1].process_with_scratch(spectrum, &mut self.scratch);
        transpose(spectrum, &mut self.by_rows, half, self.height);
        let scale = 1.0 / (self.height * w) as f32;
        for (pair, lines) in plane.chunks_exact_mut(2 * w).enumerate() {
            let (first, second) = self.by_rows[2 * pair * half..][..2 * half].split_at(half);
            for k in 0..half {
                let i_second = Complex::new(-second[k].im, second[k].re);
                self.line[k] = first[k] + i_second;
                if k > 0 && 2 * k < w {
                    let mirror = Complex::new(second[k].im, second[k].re);
                    self.line[w - k] = first[k].conj() + mirror;
                }
            }
            self.rows[1].process_with_scratch(&mut self.line, &mut self.scratch);
            let (first, second) = lines.split_at_mut(w);
            for ((z, a), b) in self.line.iter().zip(first).zip(second) {
                (*a, *b) = (z.re * scale, z.im * scale);
            }
        }
    }
}

/// `from`: `[rows, columns]`; `to`: `[columns, rows]`.
fn transpose(from: &[Complex<f32>], to: &mut [Complex<f32>], rows: usize, columns: usize) {
    for top in (0..rows).step_by(TILE) {
        for left in (0..columns).step_by(TILE) {
            for row in top..(top + TILE).min(rows) {
                for column in left..(left + TILE).min(columns) {
                    to[column * rows + row] = from[row * columns + column];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_sum_and_returns() {
        let (h, w) = (6, 8);
        let plane: Vec<f32> = (0..h * w).map(|i| ((i * i + 3 * i) % 17) as f32).collect();
        let mut fourier = RealFourier::new(h, w);
        let mut spectrum = vec![Complex::new(0.0, 0.0); fourier.len()];
        fourier.forward(&plane, &mut spectrum);
        for (i, value) in spectrum.iter().enumerate() {
            let (kx, ky) = (i / h, i % h);
            let sum: Complex<f64> = (0..h * w)
                .map(|j| {
                    let turn = kx as f64 * (j % w) as f64 / w as f64
                        + ky as f64 * (j / w) as f64 / h as f64;
                    Complex::from_polar(f64::from(plane[j]), -std::f64::consts::TAU * turn)
                })
                .sum();
            // 48 terms of up to 16, in single precision.
            assert!((sum.re - f64::from(value.re)).abs() < 1e-3);
            assert!((sum.im - f64::from(value.im)).abs() < 1e-3);
        }
        let mut back = vec![0.0; h * w];
        fourier.inverse(&mut spectrum, &mut back);
        assert!(plane.iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}
