//! What the unknown frame of a cropped blur leaves unknown of the photo (docs/method.md, section
//! 12).
//!
//! Beyond the variance that a convolution of the whole torus leaves, with m the crop's mask,
//!
//! ```text
//! Var[(f * n)(i)] = mean of |f̂|² (E - E² |k̂|²/D)  +  (|f * h|² * (1 - m))(i)
//! h = F^-1[E conj(k̂)/sqrt(D)],   D = s2 + E |k̂|²
//! ```
//!
//! for f of unit energy. It is exact where everything or nothing is measured. In between it stands
//! for the exact second term, G_F (P_FF)^-1 G_Fᵀ with P = 1/D and G = F^-1 E conj(k̂) P F, as if
//! sqrt(P) commuted with the frame.

use burn::tensor::Tensor;

use crate::compute::fourier::{Fourier, Spectrum};
use crate::prior::noise_geometry::band_spectra;

/// The second term, for one kernel and frame.
#[derive(Debug, Clone)]
pub(super) struct FrameVariance {
    fourier: Fourier,
    /// k̂ and |k̂|².
    kernel: Spectrum,
    power: Tensor<4>,
    /// The DFT of 1 - m.
    frame: Spectrum,
    /// The band filters, real and of unit energy.
    bands: Tensor<4>,
}

impl FrameVariance {
    /// `crop`: m, `[1, 1, H, W]`.
    pub(super) fn new(
        kernel: Spectrum,
        power: Tensor<4>,
        crop: Tensor<4>,
        fourier: Fourier,
    ) -> Self {
        let [height, width] = fourier.size();
        let frame = fourier.forward(crop.neg() + 1.0);
        Self {
            bands: band_spectra(height, width, fourier.device()),
            fourier,
            kernel,
            power,
            frame,
        }
    }

    /// Of each pixel, for a prior of spectrum `e`, `[B or 1, 1 or 3, H or 1, W or 1]`.
    pub(super) fn of_pixels(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        self.beyond(self.gain(e, s2))
    }

    /// Of the eight maps, for a white prior of variance v.
    pub(super) fn of_bands(&self, v: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let bands = self.beyond(self.gain(v, s2) * self.bands.clone());
        bands.repeat_dim(1, 2)
    }

    /// E/sqrt(s2 + E |k̂|²).
    fn gain(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let [e, s2] = [e, s2].map(|t| t.to_device(&self.power.device()));
        e.clone() / (s2 + e * self.power.clone()).sqrt()
    }

    /// The energy of the filter gain · conj(k̂) that falls on the frame.
    fn beyond(&self, gain: Tensor<4>) -> Tensor<4> {
        let filter = Spectrum {
            re: self.kernel.re.clone() * gain.clone(),
            im: self.kernel.im.clone().neg() * gain,
        };
        let energy = self.fourier.inverse(filter).square();
        let spread = self.fourier.forward(energy).times(&self.frame);
        self.fourier.inverse(spread).clamp_min(0.0)
    }
}
