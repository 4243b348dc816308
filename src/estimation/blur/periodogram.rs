//! The power spectrum of a photo's textured windows: P(w) = mean |DFT(h (y - mean))|² / sum h²,
//! h the window of Hann. White noise of deviation s has P = s² at every frequency.

use std::f64::consts::{PI, TAU};

use rustfft::num_complex::Complex;

use crate::estimation::blur::kernel_grid::on_grid;
use crate::estimation::blur::plane::Luma;
use crate::estimation::blur::real_fourier::RealFourier;
use crate::estimation::blur::windows::{Corner, SIDE};
use crate::photo::blur_kernel::Kernel;

/// Radians a pixel between which the spectrum is looked at: below, windows are too small; above,
/// cameras and resizing have filtered.
const LOWEST: f64 = 0.14;
const HIGHEST: f64 = 2.9;
/// Radians a pixel below and above which texture is looked for, and how often the power below is
/// that above where there is any.
const LOW: f64 = 0.5;
const HIGH: f64 = 2.0;
const LEAST_RATIO: f64 = 2.0;
/// Bins next to the axes that are left out: borders of JPEG's blocks and horizons lie there.
const AXIS: i64 = 1;

/// A frequency of the spectrum.
#[derive(Debug, Clone, Copy)]
pub(in crate::estimation::blur) struct Bin {
    /// Its place in a half spectrum.
    pub index: usize,
    /// Radians a pixel.
    pub radius: f64,
    /// The angle, 0 to pi, clockwise from the right as rows run downwards.
    pub angle: f64,
    /// Along x and y, radians a pixel, not negative.
    pub along: [f64; 2],
    /// The power: levels².
    pub power: f64,
}

/// |k|² of a kernel at a bin.
#[derive(Debug, Clone, Copy)]
pub(in crate::estimation::blur) struct Transfer {
    /// At its frequency.
    pub here: f64,
    /// The mean over the band of a coefficient of JPEG's blocks.
    pub around: f64,
}

/// The bins of a photo.
#[derive(Debug)]
pub(in crate::estimation::blur) struct Periodogram {
    pub bins: Vec<Bin>,
}

impl Periodogram {
    pub(in crate::estimation::blur) fn of(
        luma: &Luma,
        corners: &[Corner],
        fourier: &mut RealFourier,
    ) -> Self {
        let hann: Vec<f32> = (0..SIDE)
            .map(|i| (0.5 - 0.5 * (TAU * (i as f64 + 0.5) / SIDE as f64).cos()) as f32)
            .collect();
        let energy: f64 = hann.iter().map(|h| f64::from(h * h)).sum::<f64>().powi(2);
        let mut sum = vec![0.0; fourier.len()];
        let mut spectrum = vec![Complex::new(0.0, 0.0); fourier.len()];
        for &(top, left) in corners {
            let mut plane = Vec::with_capacity(SIDE * SIDE);
            for row in top..top + SIDE {
                plane.extend_from_slice(&luma.values()[row * luma.width() + left..][..SIDE]);
            }
            let mean = plane.iter().sum::<f32>() / (SIDE * SIDE) as f32;
            for (i, value) in plane.iter_mut().enumerate() {
                *value = (*value - mean) * hann[i / SIDE] * hann[i % SIDE];
            }
            fourier.forward(&plane, &mut spectrum);
            for (sum, z) in sum.iter_mut().zip(&spectrum) {
                *sum += f64::from(z.norm_sqr());
            }
        }
        let scale = 1.0 / (energy * corners.len().max(1) as f64);
        let bins = (0..fourier.len()).filter_map(|index| Bin::at(index, sum[index] * scale));
        Self {
            bins: bins.collect(),
        }
    }

    /// Whether there is more than white noise in it: photos vary more at low frequencies, blurred
    /// or not. With white noise alone, the two means are equal to a few per cent.
    pub(in crate::estimation::blur) fn shows_texture(&self) -> bool {
        let mean = |low: f64, high: f64| {
            let inside = |bin: &&Bin| (low..high).contains(&bin.radius);
            let powers = self.bins.iter().filter(inside).map(|bin| bin.power);
            powers.clone().sum::<f64>() / powers.count() as f64
        };
        mean(LOWEST, LOW) > LEAST_RATIO * mean(HIGH, HIGHEST)
    }

    /// |k(w)|² of a kernel at every `stride`-th bin, spread as the window of Hann spreads a
    /// spectrum. Without `banded`, the bands' means are not computed, and are those at the bins.
    pub(in crate::estimation::blur) fn transfer(
        &self,
        kernel: &Kernel,
        fourier: &mut RealFourier,
        stride: usize,
        banded: bool,
    ) -> Vec<Transfer> {
        let mut spectrum = vec![Complex::new(0.0, 0.0); fourier.len()];
        fourier.forward(&on_grid(kernel, SIDE), &mut spectrum);
        let power: Vec<f64> = spectrum.iter().map(|z| f64::from(z.norm_sqr())).collect();
        let bands = if banded { bands(&power) } else { Vec::new() };
        let at = |bin: &Bin| {
            let here = spread(&power, bin.index);
            let around = bands.get(bin.index).copied().unwrap_or(here);
            Transfer { here, around }
        };
        self.bins.iter().step_by(stride).map(at).collect()
    }
}

impl Bin {
    /// `None` where the spectrum is not looked at.
    fn at(index: usize, power: f64) -> Option<Self> {
        let (kx, ky) = ((index / SIDE) as i64, (index % SIDE) as i64);
        let ky = if ky > SIDE as i64 / 2 {
            ky - SIDE as i64
        } else {
            ky
        };
        let (x, y) = (kx as f64 * TAU / SIDE as f64, ky as f64 * TAU / SIDE as f64);
        let radius = x.hypot(y);
        let inside = (LOWEST..=HIGHEST).contains(&radius) && kx > AXIS && ky.abs() > AXIS;
        let angle = y.atan2(x);
        inside.then_some(Self {
            index,
            radius,
            angle: if angle < 0.0 { angle + PI } else { angle },
            along: [x.abs(), y.abs()],
            power,
        })
    }
}

/// A half spectrum of powers around an entry, weighted with the powers of Hann's spectrum: 1/6,
/// 2/3, 1/6 along each axis.
fn spread(power: &[f64], index: usize) -> f64 {
    let (column, row) = (index / SIDE, index % SIDE);
    let line = |column: usize| {
        let at = &power[column * SIDE..(column + 1) * SIDE];
        (at[(row + SIDE - 1) % SIDE] + 4.0 * at[row] + at[(row + 1) % SIDE]) / 6.0
    };
    (line(column - 1) + 4.0 * line(column) + line(column + 1)) / 6.0
}

/// Half the width of the band of a coefficient of 8×8 blocks, in bins.
const BAND: usize = SIDE / 16;

/// The means of a half spectrum of powers over squares of 2 BAND + 1 bins.
fn bands(power: &[f64]) -> Vec<f64> {
    let half = SIDE / 2 + 1;
    let width = 2 * BAND + 1;
    let mut along: Vec<f64> = Vec::with_capacity(power.len());
    for column in power.chunks_exact(SIDE) {
        let mut sum: f64 = (0..width).map(|i| column[(i + SIDE - BAND) % SIDE]).sum();
        for row in 0..SIDE {
            along.push(sum);
            sum += column[(row + BAND + 1) % SIDE] - column[(row + SIDE - BAND) % SIDE];
        }
    }
    // The other half is this one turned by 180 degrees.
    let at = |column: i64, row: usize| {
        let size = SIDE as i64;
        let turned = column < 0 || column >= half as i64;
        let column = if turned {
            (size - column) % size
        } else {
            column
        };
        let row = if turned { (SIDE - row) % SIDE } else { row };
        along[column as usize * SIDE + row]
    };
    let band = BAND as i64;
    let mut sums: Vec<f64> = (0..SIDE)
        .map(|row| (-band..=band).map(|column| at(column, row)).sum())
        .collect();
    let scale = 1.0 / (width * width) as f64;
    let mut means = Vec::with_capacity(power.len());
    for column in 0..half as i64 {
        means.extend(sums.iter().map(|sum| sum * scale));
        for (row, sum) in sums.iter_mut().enumerate() {
            *sum += at(column + band + 1, row) - at(column - band, row);
        }
    }
    means
}
