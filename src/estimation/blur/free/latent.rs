//! The picture of strong edges behind a blurred one: min_x |k * x - y|² + lambda #{grad x ≠ 0}, by
//! half-quadratic splitting (Xu, Lu, Xu and Jia, *Image Smoothing via L0 Gradient Minimization*,
//! SIGGRAPH Asia 2011).

use rustfft::num_complex::Complex;

use super::window::Square;
use crate::estimation::blur::real_fourier::RealFourier;

/// The factor by which the weight of the splitting rises, and where it ends.
const RISE: f32 = 2.0;
const LAST: f32 = 1e5;

/// Gradients along x and y by differences to the next pixel, wrapped.
#[derive(Debug)]
pub(super) struct Gradients {
    pub x: Vec<f32>,
    pub y: Vec<f32>,
}

/// The search for the picture at one size.
#[derive(Debug)]
pub(super) struct Latent {
    blurred: Square,
    spectrum: Vec<Complex<f32>>,
    /// |gradient|² of each frequency.
    laplacian: Vec<f32>,
    edges: Gradients,
}

impl Latent {
    pub(super) fn new(blurred: Square, fourier: &mut RealFourier) -> Self {
        let n = blurred.side;
        let mut spectrum = vec![Complex::new(0.0, 0.0); fourier.len()];
        fourier.forward(&blurred.values, &mut spectrum);
        let axis = |k: usize| (std::f32::consts::PI * k as f32 / n as f32).sin().powi(2) * 4.0;
        let laplacian = (0..fourier.len()).map(|i| axis(i / n) + axis(i % n));
        Self {
            laplacian: laplacian.collect(),
            edges: Gradients {
                x: vec![0.0; n * n],
                y: vec![0.0; n * n],
            },
            blurred,
            spectrum,
        }
    }

    /// The gradients that are kept for a kernel.
    pub(super) fn edges(
        &mut self,
        fourier: &mut RealFourier,
        kernel: &Square,
        lambda: f32,
    ) -> &Gradients {
        let n = self.blurred.side;
        let transfer = kernel.spectrum(fourier, n);
        let data: Vec<Complex<f32>> = transfer
            .iter()
            .zip(&self.spectrum)
            .map(|(k, y)| k.conj() * y)
            .collect();
        let mut picture = self.blurred.values.clone();
        let mut divergence = vec![0.0; n * n];
        let mut spectrum = vec![Complex::new(0.0, 0.0); data.len()];
        let mut beta = 2.0 * lambda;
        while beta < LAST {
            keep_strong(&picture, n, lambda / beta, &mut self.edges);
            adjoint(&self.edges, n, &mut divergence);
            fourier.forward(&divergence, &mut spectrum);
            for (i, s) in spectrum.iter_mut().enumerate() {
                let weight = transfer[i].norm_sqr() + beta * self.laplacian[i];
                *s = (data[i] + *s * beta) / weight.max(1e-12);
            }
            fourier.inverse(&mut spectrum, &mut picture);
            beta *= RISE;
        }
        &self.edges
    }
}

/// The gradients whose square is above `least`.
fn keep_strong(picture: &[f32], n: usize, least: f32, edges: &mut Gradients) {
    for row in 0..n {
        let line = &picture[row * n..(row + 1) * n];
        let below = &picture[(row + 1) % n * n..][..n];
        let (x, y) = (&mut edges.x[row * n..][..n], &mut edges.y[row * n..][..n]);
        for column in 0..n {
            let right = line[if column + 1 == n { 0 } else { column + 1 }];
            let (dx, dy) = (right - line[column], below[column] - line[column]);
            let strong = dx * dx + dy * dy > least;
            x[column] = if strong { dx } else { 0.0 };
            y[column] = if strong { dy } else { 0.0 };
        }
    }
}

/// The adjoint of the gradient.
fn adjoint(edges: &Gradients, n: usize, out: &mut [f32]) {
    for row in 0..n {
        let above = (row + n - 1) % n * n;
        for column in 0..n {
            let left = if column == 0 { n - 1 } else { column - 1 };
            let at = row * n;
            out[at + column] = edges.x[at + left] - edges.x[at + column] + edges.y[above + column]
                - edges.y[at + column];
        }
    }
}

/// All gradients of a picture.
pub(super) fn gradients(picture: &[f32], n: usize) -> Gradients {
    let mut all = Gradients {
        x: vec![0.0; n * n],
        y: vec![0.0; n * n],
    };
    keep_strong(picture, n, -1.0, &mut all);
    all
}
