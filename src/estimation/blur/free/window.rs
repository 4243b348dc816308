//! Square planes: the window that a kernel is found in, and kernels.

use super::resize;
use crate::estimation::blur::kernel_grid::{on_grid, wrapped};
use crate::estimation::blur::plane::Luma;
use crate::estimation::blur::real_fourier::RealFourier;
use crate::photo::blur_kernel::Kernel;
use rustfft::num_complex::Complex;

/// A square plane, row by row.
#[derive(Debug, Clone)]
pub(super) struct Square {
    pub side: usize,
    pub values: Vec<f32>,
}

/// The stride of the windows that are looked at.
const STRIDE: usize = 64;
/// Levels at which a pixel counts as clipped: its edges are not the blur's.
const CLIPPED: (f32, f32) = (2.0, 253.0);

impl Square {
    /// The window of up to `side` with the strongest edges, brightness from 0 to 1.
    pub(super) fn strongest(luma: &Luma, side: usize) -> Self {
        let side = resize::smooth_even_below(side.min(luma.width()).min(luma.height()));
        let energy = EdgeSums::of(luma);
        let last = (luma.height() - side, luma.width() - side);
        let places = |last: usize| (0..=last.div_ceil(STRIDE)).map(move |i| (i * STRIDE).min(last));
        let corners = places(last.0).flat_map(|top| places(last.1).map(move |left| (top, left)));
        let strongest = corners.max_by(|a, b| {
            let strength = |c: &(usize, usize)| energy.inside(c.0, c.1, side);
            strength(a).total_cmp(&strength(b))
        });
        let (top, left) = strongest.unwrap_or((0, 0));
        let rows = (top..top + side).flat_map(|row| {
            let line = &luma.values()[row * luma.width() + left..][..side];
            line.iter().map(|v| v / 255.0)
        });
        Self {
            side,
            values: rows.collect(),
        }
    }

    /// The kernel to start with: a short horizontal line.
    pub(super) fn start() -> Self {
        let mut values = vec![0.0; 9];
        values[3..6].fill(1.0 / 3.0);
        Self { side: 3, values }
    }

    /// The same picture with another side.
    pub(super) fn resized(&self, side: usize) -> Self {
        Self {
            side,
            values: resize::by_area(&self.values, self.side, side),
        }
    }

    /// A kernel on a finer grid of the same extent, with sum 1.
    pub(super) fn enlarged_kernel(&self, side: usize) -> Self {
        let mut values = resize::by_lines(&self.values, self.side, side);
        let sum: f32 = values.iter().sum();
        values.iter_mut().for_each(|v| *v /= sum);
        Self { side, values }
    }

    /// The kernel's spectrum on a larger grid.
    pub(super) fn spectrum(&self, fourier: &mut RealFourier, size: usize) -> Vec<Complex<f32>> {
        let grid = wrapped(self.values.iter().copied(), [self.side; 2], size);
        let mut spectrum = vec![Complex::new(0.0, 0.0); fourier.len()];
        fourier.forward(&grid, &mut spectrum);
        spectrum
    }

    /// The window with its borders, as wide as a kernel, faded into its own wrapped blur, so that
    /// it continues over its borders.
    pub(super) fn tapered(&self, width: usize) -> Self {
        let n = self.side;
        let mut fourier = RealFourier::new(n, n);
        let blur = Kernel::gaussian(width as f64 / 4.0).expect("a kernel of at most 31 pixels");
        let mut around = vec![Complex::new(0.0, 0.0); fourier.len()];
        fourier.forward(&on_grid(&blur, n), &mut around);
        let mut spectrum = vec![Complex::new(0.0, 0.0); fourier.len()];
        fourier.forward(&self.values, &mut spectrum);
        spectrum.iter_mut().zip(&around).for_each(|(s, a)| *s *= a);
        let mut blurred = vec![0.0; n * n];
        fourier.inverse(&mut spectrum, &mut blurred);
        let weight = |i: usize| {
            let from_border = i.min(n - 1 - i) as f32 + 0.5;
            let part = (from_border / width as f32).min(1.0);
            0.5 - 0.5 * (std::f32::consts::PI * part).cos()
        };
        let weights: Vec<f32> = (0..n).map(weight).collect();
        let faded = self
            .values
            .iter()
            .zip(&blurred)
            .enumerate()
            .map(|(i, (own, blur))| {
                let weight = weights[i / n] * weights[i % n];
                weight * own + (1.0 - weight) * blur
            });
        Self {
            side: n,
            values: faded.collect(),
        }
    }
}

/// Sums of the strength of edges over rectangles.
struct EdgeSums {
    width: usize,
    sums: Vec<f64>,
}

impl EdgeSums {
    fn of(luma: &Luma) -> Self {
        let (w, h, values) = (luma.width(), luma.height(), luma.values());
        let mut sums = vec![0.0; (w + 1) * (h + 1)];
        for row in 0..h {
            let mut line = 0.0;
            for column in 0..w {
                let here = values[row * w + column];
                let inside = row + 2 < h && column + 2 < w;
                if inside && here > CLIPPED.0 && here < CLIPPED.1 {
                    let x = values[row * w + column + 2] - here;
                    let y = values[(row + 2) * w + column] - here;
                    line += f64::from(x.hypot(y));
                }
                sums[(row + 1) * (w + 1) + column + 1] = sums[row * (w + 1) + column + 1] + line;
            }
        }
        Self { width: w + 1, sums }
    }

    fn inside(&self, top: usize, left: usize, side: usize) -> f64 {
        let at = |row: usize, column: usize| self.sums[row * self.width + column];
        at(top + side, left + side) + at(top, left) - at(top, left + side) - at(top + side, left)
    }
}
