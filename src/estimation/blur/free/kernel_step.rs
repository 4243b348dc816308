//! The kernel for given edges: min_k |k * grad x - grad y|² + gamma |k|², k >= 0 with sum 1, on its
//! own support, by accelerated projected gradients (Beck and Teboulle 2009).

use rustfft::num_complex::Complex;

use super::latent::{Gradients, gradients};
use super::simplex;
use super::window::Square;
use crate::estimation::blur::real_fourier::RealFourier;

/// gamma for each pixel of the window, brightness from 0 to 1.
const GAMMA: f32 = 1e-4;
const STEPS: usize = 120;

/// The data of one size.
#[derive(Debug)]
pub(super) struct KernelStep {
    side: usize,
    window: usize,
    /// Spectra of the blurred picture's gradients along x and y.
    blurred: [Vec<Complex<f32>>; 2],
    /// Transforms of the kernel's size, wide enough not to wrap.
    small: RealFourier,
    size: usize,
}

impl KernelStep {
    pub(super) fn new(blurred: &Square, side: usize, fourier: &mut RealFourier) -> Self {
        let n = blurred.side;
        let all = gradients(&blurred.values, n);
        let size = super::resize::smooth_even(3.0 * side as f64 + 6.0).max(3 * side + 1);
        let size = size.next_multiple_of(2);
        Self {
            side,
            window: n,
            blurred: [all.x, all.y].map(|plane| {
                let mut spectrum = vec![Complex::new(0.0, 0.0); fourier.len()];
                fourier.forward(&plane, &mut spectrum);
                spectrum
            }),
            small: RealFourier::new(size, size),
            size,
        }
    }

    /// The kernel, from `start`; `fourier` is of the window's size.
    pub(super) fn solve(
        &mut self,
        fourier: &mut RealFourier,
        edges: &Gradients,
        start: &Square,
    ) -> Square {
        let (normal, right) = self.normal_equations(fourier, edges);
        let longest = normal.iter().fold(0.0, |a: f32, z| a.max(z.norm()));
        let mut here = start.values.clone();
        let mut ahead = here.clone();
        let mut momentum = 1.0f32;
        for _ in 0..STEPS {
            let product = self.times(&normal, &ahead);
            let mut next: Vec<f32> = ahead
                .iter()
                .zip(product.iter().zip(&right))
                .map(|(k, (p, b))| k - (p - b) / longest)
                .collect();
            simplex::project(&mut next);
            let after = 0.5 * (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt());
            let push = (momentum - 1.0) / after;
            for ((ahead, here), next) in ahead.iter_mut().zip(&here).zip(&next) {
                *ahead = next + push * (next - here);
            }
            (here, momentum) = (next, after);
        }
        Square {
            side: self.side,
            values: here,
        }
    }

    /// The spectrum of the edges' correlation at the kernel's size, gamma added, and the
    /// correlation of edges and blurred gradients on the kernel's support.
    fn normal_equations(
        &mut self,
        fourier: &mut RealFourier,
        edges: &Gradients,
    ) -> (Vec<Complex<f32>>, Vec<f32>) {
        let zero = Complex::new(0.0, 0.0);
        let mut power = vec![zero; fourier.len()];
        let mut cross = vec![zero; fourier.len()];
        let mut spectrum = vec![zero; fourier.len()];
        for (edges, blurred) in [&edges.x, &edges.y].into_iter().zip(&self.blurred) {
            fourier.forward(edges, &mut spectrum);
            for (i, e) in spectrum.iter().enumerate() {
                power[i].re += e.norm_sqr();
                cross[i] += e.conj() * blurred[i];
            }
        }
        let n = self.window;
        let mut plane = vec![0.0; n * n];
        fourier.inverse(&mut cross, &mut plane);
        let half = self.side as i64 / 2;
        let wrapped = |i: i64, n: usize| i.rem_euclid(n as i64) as usize;
        let right = (0..self.side * self.side).map(|i| {
            let (row, column) = ((i / self.side) as i64 - half, (i % self.side) as i64 - half);
            plane[wrapped(row, n) * n + wrapped(column, n)]
        });
        let right = right.collect();
        fourier.inverse(&mut power, &mut plane);
        let reach = self.side as i64 - 1;
        let mut lags = vec![0.0; self.size * self.size];
        for row in -reach..=reach {
            for column in -reach..=reach {
                lags[wrapped(row, self.size) * self.size + wrapped(column, self.size)] =
                    plane[wrapped(row, n) * n + wrapped(column, n)];
            }
        }
        lags[0] += GAMMA * (n * n) as f32;
        let mut normal = vec![zero; self.small.len()];
        self.small.forward(&lags, &mut normal);
        (normal, right)
    }

    /// The correlation times a kernel, on the kernel's support.
    fn times(&mut self, normal: &[Complex<f32>], kernel: &[f32]) -> Vec<f32> {
        let mut plane = vec![0.0; self.size * self.size];
        for (row, line) in kernel.chunks_exact(self.side).enumerate() {
            plane[row * self.size..][..self.side].copy_from_slice(line);
        }
        let mut spectrum = vec![Complex::new(0.0, 0.0); normal.len()];
        self.small.forward(&plane, &mut spectrum);
        spectrum.iter_mut().zip(normal).for_each(|(s, a)| *s *= a);
        self.small.inverse(&mut spectrum, &mut plane);
        let rows = plane.chunks_exact(self.size).take(self.side);
        rows.flat_map(|row| row[..self.side].iter().copied())
            .collect()
    }
}
