//! A = F^-1 k̂ F: circular convolution with any kernel k whose origin is at [0, 0]. Deblurring.
//! S(v) is diagonal in the DFT, with eigenvalues v s2/(s2 + v |k̂|²) (docs/method.md, sections 3.2,
//! 4.3 and 5.4).
//!
//! R may be given in the DFT, one spectrum for each axis: grain that has a colour, or the
//! uncertainty of a kernel.

use burn::tensor::{DType, Tensor};

use super::{
    ClosedVariances, DiagonalInDft, LinearOperator, NoiseVariances, PriorUpdate, SpectralForm,
    SpectralUpdate, remaining, spectrum_mean,
};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::compute::fourier::{ComplexFormula, Fourier, Spectrum};
use crate::error::Error;
use crate::prior::noise_geometry::SpectralBands;

/// Circular convolution with a kernel of the image's size.
#[derive(Debug, Clone)]
pub struct CircularConvolution {
    fourier: Fourier,
    bands: SpectralBands,
    /// k̂, `[B or 1, 1, H, W]`.
    spectrum: Spectrum,
    /// |k̂|².
    power: Tensor<4>,
}

impl CircularConvolution {
    /// `kernel`: k, `[B or 1, 1, H, W]` on the CPU, on the grid of the transform's size.
    ///
    /// k̂ is computed in f64, and k is best given in f64. Where |k̂| is near sigma_y/tau, an error
    /// of k̂ is amplified by tau/(2 sigma_y): by 8000 at tau = 80 and sigma_y = 0.005.
    ///
    /// # Errors
    /// [`Error::InvalidKernel`] if the kernel does not have the transform's size.
    pub fn new(kernel: Tensor<4>, fourier: Fourier) -> Result<Self, Error> {
        let ([height, width], device) = (fourier.size(), fourier.device());
        let spectrum = exact_spectrum(kernel, [height, width])?.to_device(device);
        Ok(Self {
            bands: SpectralBands::new(height, width, device),
            power: spectrum.power(),
            spectrum,
            fourier,
        })
    }

    /// No filter, k̂ = 1: the identity under noise that has a spectrum.
    ///
    /// For white noise [`Identity`](super::Identity) takes no transform.
    pub fn identity(fourier: Fourier) -> Self {
        let ([height, width], device) = (fourier.size(), fourier.device());
        let shape = [1, 1, height, width];
        Self {
            bands: SpectralBands::new(height, width, device),
            power: device.full(shape, 1.0),
            spectrum: Spectrum {
                re: device.full(shape, 1.0),
                im: device.zeros(shape),
            },
            fourier,
        }
    }

    /// |k̂|², `[B or 1, 1, H, W]`.
    pub fn power(&self) -> Tensor<4> {
        self.power.clone()
    }

    /// The real and the imaginary part of k̂, each `[B or 1, 1, H, W]`.
    pub(super) fn spectrum(&self) -> [Tensor<4>; 2] {
        [self.spectrum.re.clone(), self.spectrum.im.clone()]
    }

    /// E s2/(s2 + E |k̂|²).
    fn eigenvalues(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        remaining(e, s2, &self.power).tensor()
    }

    /// E/(s2 + E |k̂|²).
    fn gain(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let e = Formula::from(e);
        (&e / (Formula::from(s2) + &e * &self.power)).tensor()
    }
}

/// The DFT, in f64 on the CPU, of a kernel `[.., 1, H, W]` on the CPU.
pub(super) fn exact_spectrum(kernel: Tensor<4>, size: [usize; 2]) -> Result<Spectrum, Error> {
    let [_, planes, height, width] = kernel.dims();
    if planes != 1 || [height, width] != size {
        return Err(Error::InvalidKernel(format!(
            "a kernel of {planes} planes of {height}x{width}; it must be one plane of {}x{}",
            size[0], size[1]
        )));
    }
    let exact = Fourier::new(height, width, &ComputeDevice::cpu_f64());
    Ok(exact.forward(kernel.cast(DType::F64)))
}

impl LinearOperator for CircularConvolution {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        let [y] = self
            .fourier
            .through(x, |x| [x.times(&self.spectrum)], |y| y);
        y
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        let [x] = self
            .fourier
            .through(y, |y| [y.back_through(&self.spectrum)], |x| x);
        x
    }

    fn noise(&self, white: Tensor<4>, s2: &Tensor<4>) -> Formula {
        if s2.dims()[2..] == [1, 1] {
            return Formula::from(white) * Formula::from(s2).sqrt();
        }
        self.fourier.filter(white, s2.clone().sqrt()).into()
    }

    fn whitened(&self, r: Tensor<4>, s2: &Tensor<4>) -> Formula {
        if s2.dims()[2..] == [1, 1] {
            return Formula::from(r) / Formula::from(s2).sqrt();
        }
        self.fourier.filter(r, s2.clone().sqrt().recip()).into()
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        self.stationary_update(&self.fourier, m.tensor(), v, y.tensor(), s2)
            .into()
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl NoiseVariances for CircularConvolution {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        spectrum_mean(self.eigenvalues(v, s2)).into()
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        self.bands.of(self.eigenvalues(v, s2)).into()
    }
}

impl ClosedVariances for CircularConvolution {
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        spectrum_mean(self.eigenvalues(e, s2))
    }
}

impl SpectralUpdate for CircularConvolution {
    fn stationary_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let (y, gain) = (fourier.forward(y), self.gain(e, s2));
        let data = y.back_through(&self.spectrum);
        let respond = |u: ComplexFormula| {
            let residual = ComplexFormula::of(&data).minus(u.scale(&self.power));
            [residual.scale(&gain)]
        };
        let [x] = fourier.through(&u, respond, |[added]| [added + &u]);
        x
    }

    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        Some(e * self.power.clone())
    }

    fn form(&self) -> SpectralForm<'_> {
        SpectralForm::Diagonal(DiagonalInDft::Filter {
            spectrum: &self.spectrum,
            power: &self.power,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_of_another_size_are_refused() {
        let device = ComputeDevice::cpu_f64();
        for shape in [[1, 1, 16, 17], [1, 3, 16, 16]] {
            let fourier = Fourier::new(16, 16, &device);
            let error = CircularConvolution::new(device.zeros(shape), fourier).err();
            assert_eq!(error.map(|e| e.code()), Some("invalid-kernel"), "{shape:?}");
        }
    }
}
