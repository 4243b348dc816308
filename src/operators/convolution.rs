//! A = F^-1 k̂ F: circular convolution with any kernel, its origin at [0, 0]. Deblurring. S(v) is
//! diagonal in the DFT, v s2/(s2 + v |k̂|²).

use burn::tensor::{DType, Tensor};

use super::{DiagonalInDft, LinearOperator, PriorUpdate, SpectralUpdate, remaining, spectrum_mean};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::compute::fourier::{ComplexFormula, Fourier, Spectrum};
use crate::prior::noise_geometry::SpectralBands;

/// Circular convolution with a kernel of the image's size.
#[derive(Clone)]
pub struct CircularConvolution {
    fourier: Fourier,
    bands: SpectralBands,
    spectrum: Spectrum,
    power: Tensor<4>,
}

impl CircularConvolution {
    /// `kernel`: `[B or 1, 1, H, W]` on the CPU, its origin at [0, 0].
    ///
    /// k̂ is computed in f64, from a kernel best given in f64: where |k̂| is near sigma_y/tau,
    /// f32's error in it is amplified by tau/(2 sigma_y), which is 8000 at tau = 80 and sigma_y =
    /// 0.005.
    pub fn new(kernel: Tensor<4>, fourier: Fourier) -> Self {
        let ([height, width], device) = (fourier.size(), fourier.device());
        let exact = Fourier::new(height, width, &ComputeDevice::cpu_f64());
        let spectrum = exact.forward(kernel.cast(DType::F64)).to_place(device);
        Self {
            bands: SpectralBands::new(height, width, device),
            power: spectrum.power(),
            spectrum,
            fourier,
        }
    }

    /// |k̂|², `[B or 1, 1, H, W]`.
    pub fn power(&self) -> Tensor<4> {
        self.power.clone()
    }

    /// k̂, real and imaginary, `[B or 1, 1, H, W]`.
    pub(super) fn spectrum(&self) -> [Tensor<4>; 2] {
        [self.spectrum.re.clone(), self.spectrum.im.clone()]
    }

    fn variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        remaining(e, s2, &self.power).tensor()
    }

    /// E/(s2 + E |k̂|²).
    fn gain(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let e = Formula::from(e);
        (&e / (Formula::from(s2) + &e * &self.power)).tensor()
    }
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

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        self.smooth_update(&self.fourier, m.tensor(), v, y.tensor(), s2)
            .into()
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        Some(spectrum_mean(self.variance(v, s2)).into())
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        Some(self.bands.of(remaining(v, s2, &self.power)).into())
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl SpectralUpdate for CircularConvolution {
    fn smooth_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let (y, gain) = (fourier.forward(y), self.gain(e, s2));
        let seen = y.back_through(&self.spectrum);
        let respond = |u: ComplexFormula| {
            let residual = ComplexFormula::of(&seen).minus(u.scale(&self.power));
            [residual.scale(&gain)]
        };
        let [x] = fourier.through(&u, respond, |[added]| [added + &u]);
        x
    }

    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        spectrum_mean(self.variance(e, s2))
    }

    fn diagonal(&self) -> Option<DiagonalInDft<'_>> {
        Some(DiagonalInDft::Filter {
            spectrum: &self.spectrum,
            power: &self.power,
        })
    }

    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        Some(e * self.power.clone())
    }
}
