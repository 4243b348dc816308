//! A = keep the pixels f i of k * x, circular: super-resolution from photos that were reduced by a
//! filter.
//!
//! Everything by alias groups (method, sections 3 to 5). The filters here are centred on the block
//! that a pixel stands for, at f i + (f - 1)/2, as image programs reduce: the result is not
//! shifted. The bicubic one is Keys' kernel with a = -1/2 stretched by f (antialiased), sampled and
//! normalised: what MATLAB's imresize and Pillow compute but for their borders.

use burn::tensor::{DType, Tensor};

use super::aliasing::Aliasing;
use super::{LinearOperator, PriorUpdate, SpectralUpdate, spectrum_mean};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, View};
use crate::compute::fourier::{Fourier, Spectrum};
use crate::prior::noise_geometry::SpectralBands;

/// Filtered decimation by any factor that divides both sides.
#[derive(Clone)]
pub struct Decimation {
    fourier: Fourier,
    bands: SpectralBands,
    aliasing: Aliasing,
}

impl Decimation {
    /// `kernel`: `[1, 1, H, W]` on the CPU, best in f64, its origin at [0, 0]; y[i] = sum over j of
    /// kernel[f i - j] x[j].
    ///
    /// k̂ is computed in f64, as for `CircularConvolution`.
    pub fn new(factor: usize, kernel: Tensor<4>, fourier: Fourier) -> Self {
        Self::of_spectrum(factor, spectrum(kernel), fourier)
    }

    /// The same after a circular convolution with `blur`, a kernel of the same kind: one filter
    /// more before pixels are kept.
    pub fn blurred(factor: usize, kernel: Tensor<4>, blur: Tensor<4>, fourier: Fourier) -> Self {
        Self::of_spectrum(factor, spectrum(kernel).times(&spectrum(blur)), fourier)
    }

    fn of_spectrum(factor: usize, spectrum: Spectrum, fourier: Fourier) -> Self {
        let ([height, width], device) = (fourier.size(), fourier.device());
        Self {
            bands: SpectralBands::new(height, width, device),
            aliasing: Aliasing::new(factor, spectrum.to_place(device)),
            fourier,
        }
    }

    /// A x.
    fn kept(&self, x: Tensor<4>) -> Formula {
        let filtered = Formula::from(self.aliasing.filtered(&self.fourier, x));
        filtered.view(View::First(self.aliasing.factor()))
    }

    /// Bicubic reduction.
    pub fn bicubic(factor: usize, fourier: Fourier) -> Self {
        Self::new(factor, bicubic_kernel(factor, fourier.size()), fourier)
    }

    /// A Gaussian of standard deviation `sigma` pixels, cut at 6 sigma.
    pub fn gaussian(factor: usize, sigma: f64, fourier: Fourier) -> Self {
        let kernel = gaussian_kernel(factor, sigma, fourier.size());
        Self::new(factor, kernel, fourier)
    }
}

fn spectrum(kernel: Tensor<4>) -> Spectrum {
    let [_, _, height, width] = kernel.dims();
    let exact = Fourier::new(height, width, &ComputeDevice::cpu_f64());
    exact.forward(kernel.cast(DType::F64))
}

/// The block mean's kernel, `[1, 1, H, W]` in f64: 1/f² on the f² pixels up to and including the
/// first of each block.
pub fn block_mean_kernel(factor: usize, size: [usize; 2]) -> Tensor<4> {
    let line = |t: f64| {
        let inside = t.abs() < factor as f64 / 2.0;
        if inside { 1.0 } else { 0.0 }
    };
    centred(factor, factor, size, line)
}

/// Bicubic reduction's.
pub fn bicubic_kernel(factor: usize, size: [usize; 2]) -> Tensor<4> {
    let f = factor as f64;
    centred(factor, 2 * factor, size, |t| keys(t / f))
}

/// Of a Gaussian of standard deviation `sigma` pixels, cut at 6 sigma.
pub fn gaussian_kernel(factor: usize, sigma: f64, size: [usize; 2]) -> Tensor<4> {
    let reach = (6.0 * sigma).ceil() as usize + factor;
    centred(factor, reach, size, |t| (-0.5 * (t / sigma).powi(2)).exp())
}

/// Keys' cubic convolution kernel, a = -1/2 (1981).
fn keys(t: f64) -> f64 {
    let t = t.abs();
    if t < 1.0 {
        (1.5 * t - 2.5) * t * t + 1.0
    } else if t < 2.0 {
        ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0
    } else {
        0.0
    }
}

/// The separable kernel `[1, 1, H, W]` whose weight for the pixel at distance t from the block's
/// centre, t up to about `reach`, is line(t): normalised, and wrapped around where the image is
/// smaller.
fn centred(
    factor: usize,
    reach: usize,
    [height, width]: [usize; 2],
    line: impl Fn(f64) -> f64,
) -> Tensor<4> {
    let (rows, columns) = (
        wrapped(factor, reach, height, &line),
        wrapped(factor, reach, width, &line),
    );
    let plane = (0..height * width).map(|i| rows[i / width] * columns[i % width]);
    ComputeDevice::cpu_f64().tensor(plane.collect(), [1, 1, height, width])
}

fn wrapped(factor: usize, reach: usize, n: usize, line: &impl Fn(f64) -> f64) -> Vec<f64> {
    let (centre, reach) = ((factor - 1) as f64 / 2.0, reach as i64);
    let taps = (-reach..=reach + factor as i64).map(|j| (j, line(j as f64 - centre)));
    let taps: Vec<(i64, f64)> = taps.collect();
    let sum: f64 = taps.iter().map(|(_, weight)| weight).sum();
    let mut kernel = vec![0.0; n];
    for (j, weight) in taps {
        // y[i] weighs x[f i + j], which a convolution finds at -j.
        kernel[(-j).rem_euclid(n as i64) as usize] += weight / sum;
    }
    kernel
}

impl LinearOperator for Decimation {
    fn measurement_shape(&self, [b, c, h, w]: [usize; 4]) -> [usize; 4] {
        let f = self.aliasing.factor();
        [b, c, h / f, w / f]
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.kept(x).tensor()
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        let y = self.aliasing.spread(y);
        self.aliasing.correlated(&self.fourier, y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        self.smooth_update(&self.fourier, m.tensor(), v, y.tensor(), s2)
            .into()
    }

    /// Averaged over the f² phases within a block.
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        let remaining = self.aliasing.remaining_of_white(v, s2);
        Some(spectrum_mean(remaining.tensor()).into())
    }

    /// Averaged over the f² phases within a block.
    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        Some(
            self.bands
                .of(self.aliasing.remaining_of_white(v, s2))
                .into(),
        )
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl SpectralUpdate for Decimation {
    fn smooth_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let residual = (Formula::from(y) - self.kept(u.clone())).tensor();
        self.aliasing.update(fourier, u, e, residual, s2)
    }

    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        self.aliasing.variance(e, s2)
    }

    fn aliasing(&self) -> Option<&Aliasing> {
        Some(&self.aliasing)
    }

    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        Some(self.aliasing.data_spectrum(e))
    }
}
