//! A = keep the pixels f i of k * x, circular: super-resolution of photos that were reduced by a
//! filter. Everything is computed by alias groups (docs/method.md, sections 3.2, 4.3 and 5.4).
//!
//! The filters of this file are centred on the block that a kept pixel stands for, at
//! f i + (f - 1)/2, as in image programs, so that the result is not shifted. The bicubic filter is
//! Keys' kernel with a = -1/2, stretched by f against aliasing, sampled and normalised. MATLAB's
//! imresize and Pillow compute the same but at their borders.

use burn::tensor::Tensor;

use super::aliasing::{Aliasing, check_factor};
use super::convolution::exact_spectrum;
use super::{
    ClosedVariances, LinearOperator, NoiseVariances, PriorUpdate, SpectralForm, SpectralUpdate,
    spectrum_mean,
};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, View};
use crate::compute::fourier::{Fourier, Spectrum};
use crate::error::Error;
use crate::photo::blur_kernel::MAX_SIGMA;
use crate::prior::noise_geometry::SpectralBands;

/// A filter, and a decimation by a factor that divides both sides.
#[derive(Debug, Clone)]
pub struct Decimation {
    fourier: Fourier,
    bands: SpectralBands,
    aliasing: Aliasing,
}

impl Decimation {
    /// `y[i] = sum over j of kernel[f i - j] x[j]`, with f = `factor`.
    ///
    /// `kernel`: `[1, 1, H, W]` on the CPU, its origin at [0, 0]. k̂ is computed in f64, and the
    /// kernel is best given in f64, as for [`CircularConvolution`](super::CircularConvolution).
    ///
    /// # Errors
    /// [`Error::InvalidFactor`] if the sides are not multiples of `factor`;
    /// [`Error::InvalidKernel`] if the kernel does not have the transform's size.
    pub fn new(factor: usize, kernel: Tensor<4>, fourier: Fourier) -> Result<Self, Error> {
        let spectrum = exact_spectrum(kernel, fourier.size())?;
        Self::of_spectrum(factor, spectrum, fourier)
    }

    /// [`Self::new`] after a circular convolution with `blur`, a kernel of the same shape.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn blurred(
        factor: usize,
        kernel: Tensor<4>,
        blur: Tensor<4>,
        fourier: Fourier,
    ) -> Result<Self, Error> {
        let [kernel, blur] = [kernel, blur].map(|k| exact_spectrum(k, fourier.size()));
        Self::of_spectrum(factor, kernel?.times(&blur?), fourier)
    }

    /// [`Self::new`] with [`bicubic_kernel`].
    ///
    /// # Errors
    /// [`Error::InvalidFactor`] if the sides are not multiples of `factor`.
    pub fn bicubic(factor: usize, fourier: Fourier) -> Result<Self, Error> {
        Self::new(factor, bicubic_kernel(factor, fourier.size())?, fourier)
    }

    /// [`Self::new`] with [`gaussian_kernel`].
    ///
    /// # Errors
    /// [`Error::InvalidFactor`] if the sides are not multiples of `factor`;
    /// [`Error::InvalidKernel`] if `sigma` is not in (0, 30].
    pub fn gaussian(factor: usize, sigma: f64, fourier: Fourier) -> Result<Self, Error> {
        let kernel = gaussian_kernel(factor, sigma, fourier.size())?;
        Self::new(factor, kernel, fourier)
    }

    fn of_spectrum(factor: usize, spectrum: Spectrum, fourier: Fourier) -> Result<Self, Error> {
        let ([height, width], device) = (fourier.size(), fourier.device());
        Ok(Self {
            bands: SpectralBands::new(height, width, device),
            aliasing: Aliasing::new(factor, spectrum.to_device(device))?,
            fourier,
        })
    }

    /// A x.
    fn kept(&self, x: Tensor<4>) -> Formula {
        let filtered = Formula::from(self.aliasing.filtered(&self.fourier, x));
        filtered.view(View::First(self.aliasing.factor()))
    }
}

/// The kernel of a block mean, `[1, 1, H, W]` in f64 on the CPU: 1/f² at the f² pixels up to and
/// including the first of each block.
///
/// # Errors
/// [`Error::InvalidFactor`] if the sides are not multiples of `factor`.
pub fn block_mean_kernel(factor: usize, size: [usize; 2]) -> Result<Tensor<4>, Error> {
    let line = |t: f64| {
        let inside = t.abs() < factor as f64 / 2.0;
        if inside { 1.0 } else { 0.0 }
    };
    centred(factor, factor, size, line)
}

/// The kernel of a bicubic reduction by `factor`, `[1, 1, H, W]` in f64 on the CPU.
///
/// # Errors
/// [`Error::InvalidFactor`] if the sides are not multiples of `factor`.
pub fn bicubic_kernel(factor: usize, size: [usize; 2]) -> Result<Tensor<4>, Error> {
    let f = factor as f64;
    centred(factor, 2 * factor, size, |t| keys(t / f))
}

/// The kernel of a Gaussian of standard deviation `sigma` pixels, cut at 6 sigma, before a
/// decimation by `factor`: `[1, 1, H, W]` in f64 on the CPU.
///
/// # Errors
/// [`Error::InvalidKernel`] if `sigma` is not in (0, 30]; [`Error::InvalidFactor`] if the sides are
/// not multiples of `factor`.
pub fn gaussian_kernel(factor: usize, sigma: f64, size: [usize; 2]) -> Result<Tensor<4>, Error> {
    if !(sigma > 0.0 && sigma <= MAX_SIGMA) {
        return Err(Error::InvalidKernel(format!(
            "sigma is {sigma}; a Gaussian kernel takes one above 0 and at most {MAX_SIGMA} pixels"
        )));
    }
    let reach = (6.0 * sigma).ceil() as usize + factor;
    centred(factor, reach, size, |t| (-0.5 * (t / sigma).powi(2)).exp())
}

/// Keys' cubic convolution kernel with a = -1/2 (Keys 1981).
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

/// The separable kernel `[1, 1, H, W]` of weights line(t), t being the distance from the centre of
/// the block along an axis. It is cut at about `reach`, normalised, and wrapped around if the image
/// is smaller.
fn centred(
    factor: usize,
    reach: usize,
    [height, width]: [usize; 2],
    line: impl Fn(f64) -> f64,
) -> Result<Tensor<4>, Error> {
    check_factor(factor, [height, width])?;
    let (rows, columns) = (
        wrapped(factor, reach, height, &line),
        wrapped(factor, reach, width, &line),
    );
    let plane = (0..height * width).map(|i| rows[i / width] * columns[i % width]);
    Ok(ComputeDevice::cpu_f64().tensor(plane.collect(), [1, 1, height, width]))
}

/// The kernel of [`centred`] along one axis of n pixels.
fn wrapped(factor: usize, reach: usize, n: usize, line: &impl Fn(f64) -> f64) -> Vec<f64> {
    let (centre, reach) = ((factor - 1) as f64 / 2.0, reach as i64);
    let taps = (-reach..=reach + factor as i64).map(|j| (j, line(j as f64 - centre)));
    let taps: Vec<(i64, f64)> = taps.collect();
    let sum: f64 = taps.iter().map(|(_, weight)| weight).sum();
    let mut kernel = vec![0.0; n];
    for (j, weight) in taps {
        // y[i] weighs x[f i + j], which is the tap -j of a convolution.
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
        self.stationary_update(&self.fourier, m.tensor(), v, y.tensor(), s2)
            .into()
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

/// All variances are averages over the f² phases within a block.
impl NoiseVariances for Decimation {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let remaining = self.aliasing.remaining_of_white(v, s2);
        spectrum_mean(remaining.tensor()).into()
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let remaining = self.aliasing.remaining_of_white(v, s2);
        self.bands.of(remaining.tensor()).into()
    }
}

impl ClosedVariances for Decimation {
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        self.aliasing.variance(e, s2)
    }
}

impl SpectralUpdate for Decimation {
    fn stationary_update(
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

    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        Some(self.aliasing.data_spectrum(e))
    }

    fn form(&self) -> SpectralForm<'_> {
        SpectralForm::Aliased(&self.aliasing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fourier() -> Fourier {
        Fourier::new(16, 18, &ComputeDevice::cpu_f64())
    }

    #[test]
    fn factors_that_do_not_divide_the_sides_are_refused() {
        for factor in [0, 3, 32] {
            let errors = [
                Decimation::bicubic(factor, fourier()).err(),
                Decimation::gaussian(factor, 1.0, fourier()).err(),
                block_mean_kernel(factor, [16, 18]).err(),
            ];
            for error in errors {
                let code = error.map(|error| error.code());
                assert_eq!(code, Some("invalid-factor"), "{factor}");
            }
        }
        assert!(Decimation::bicubic(2, fourier()).is_ok());
    }

    #[test]
    fn gaussians_without_a_width_and_kernels_of_another_size_are_refused() {
        let other = bicubic_kernel(2, [16, 16]).expect("2 divides 16");
        let errors = [
            gaussian_kernel(2, 0.0, [16, 18]).err(),
            gaussian_kernel(2, f64::NAN, [16, 18]).err(),
            Decimation::new(2, other, fourier()).err(),
        ];
        for error in errors {
            assert_eq!(error.map(|e| e.code()), Some("invalid-kernel"));
        }
    }
}
