//! How far an estimated kernel may be from the true one: the mean of |dk(w)|² over the error
//! dk = k_true - k.

use rustfft::num_complex::Complex;

use crate::estimation::blur::real_fourier::RealFourier;

/// The side of the grid of frequencies.
const SIDE: usize = 256;

/// The power spectrum of a kernel's error; 0 at w = 0, since kernels sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorSpectrum(Shape);

#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// Of a half spectrum of `SIDE`, column by column.
    Grid(Vec<f32>),
    /// Rises from 0 to `level` with the frequency in units of 1/`extent`.
    Radial { level: f64, extent: f64 },
}

impl ErrorSpectrum {
    /// No error.
    pub(in crate::estimation::blur) fn none() -> Self {
        Self(Shape::Radial {
            level: 0.0,
            extent: 1.0,
        })
    }

    /// The error of a kernel with a few measures: dk = sum_j e_j d_j, e_j ~ N(0, 1) independent.
    /// Each d_j is the difference of two kernels on a circular grid of 256×256.
    pub(in crate::estimation::blur) fn of_directions(directions: &[Vec<f32>]) -> Self {
        let mut fourier = RealFourier::new(SIDE, SIDE);
        let mut spectrum = vec![Complex::new(0.0, 0.0); fourier.len()];
        let mut power = vec![0.0; fourier.len()];
        for direction in directions {
            fourier.forward(direction, &mut spectrum);
            power
                .iter_mut()
                .zip(&spectrum)
                .for_each(|(p, z)| *p += z.norm_sqr());
        }
        power[0] = 0.0;
        Self(Shape::Grid(power))
    }

    /// level (1 - exp(-(|w| extent)² / 2)), extent in pixels: what was measured of free kernels.
    pub(in crate::estimation::blur) fn radial(level: f64, extent: f64) -> Self {
        Self(Shape::Radial { level, extent })
    }

    /// At a frequency, radians a pixel along x and y, each from -pi to pi.
    pub fn at(&self, x: f64, y: f64) -> f64 {
        match &self.0 {
            Shape::Radial { level, extent } => {
                level * (1.0 - (-0.5 * (x * x + y * y) * extent * extent).exp())
            }
            Shape::Grid(power) => {
                // The half at negative x is the other one, turned.
                let (x, y) = if x < 0.0 { (-x, -y) } else { (x, y) };
                let unit = SIDE as f64 / std::f64::consts::TAU;
                let column = ((x * unit).round() as usize).min(SIDE / 2);
                let row = (y * unit).round().rem_euclid(SIDE as f64) as usize % SIDE;
                f64::from(power[column * SIDE + row])
            }
        }
    }
}

/// The side of the circular grid of [`ErrorSpectrum::of_directions`].
pub(in crate::estimation::blur) const GRID: usize = SIDE;
