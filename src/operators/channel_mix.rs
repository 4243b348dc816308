//! A = wᵀ over channels: a grey photo of a coloured scene. A Aᵀ = |w|². Colourising.

use burn::tensor::Tensor;

use super::{LinearOperator, PriorUpdate, SpectralUpdate, spectrum_mean};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, View};
use crate::compute::fourier::{ComplexFormula, Fourier};

/// y = w_R R + w_G G + w_B B at each pixel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelMix {
    weights: [f64; 3],
}

impl ChannelMix {
    pub fn new(weights: [f64; 3]) -> Self {
        Self { weights }
    }

    /// The mean over channels.
    pub fn grey() -> Self {
        Self::new([1.0 / 3.0; 3])
    }

    /// ITU-R BT.601 luma: what JPEG and most conversions to grey keep.
    pub fn bt601() -> Self {
        Self::new([0.299, 0.587, 0.114])
    }

    /// ITU-R BT.709 luma, of the stored values.
    pub fn bt709() -> Self {
        Self::new([0.2126, 0.7152, 0.0722])
    }

    /// One channel alone: 0 red, 1 green, 2 blue.
    pub fn single(channel: usize) -> Self {
        let mut weights = [0.0; 3];
        weights[channel] = 1.0;
        Self::new(weights)
    }

    /// |w|².
    fn power(&self) -> f64 {
        self.weights.iter().map(|w| w * w).sum()
    }

    /// (l·w)² for the luma direction l = (1,1,1)/√3.
    fn luma_power(&self) -> f64 {
        self.weights.iter().sum::<f64>().powi(2) / 3.0
    }

    /// wᵀx from a tensor's own formula.
    fn mixed(&self, x: &Formula) -> Formula {
        let [r, g, b] = [0, 1, 2].map(|c| x.view(View::Channel(c)) * self.weights[c]);
        r + g + b
    }

    /// w, `[1, 3, 1, 1]`.
    fn column(&self, like: &Tensor<4>) -> Tensor<4> {
        ComputeDevice::of(like).tensor(self.weights.to_vec(), [1, 3, 1, 1])
    }

    /// The variance along a direction that has a share a = (d·w)² of |w|²: v - v² a/(s2 + v |w|²),
    /// written without a difference.
    fn along(&self, v: Tensor<4>, s2: Tensor<4>, share: impl Into<Formula>) -> Formula {
        let (v, s2) = (Formula::from(v), Formula::from(s2));
        let unseen = (Formula::from(self.power()) - share.into()).positive();
        &v * (&s2 + unseen * &v) / (&s2 + &v * self.power())
    }

    /// v/(s2 + v |w|²).
    fn gain(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let v = Formula::from(v);
        &v / (Formula::from(s2) + &v * self.power())
    }

    /// The variance of each channel, `[.., 3, .., ..]`.
    fn per_channel(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let w = Formula::from(self.column(&v));
        let share = &w * &w;
        self.along(v, s2, share)
    }
}

impl LinearOperator for ChannelMix {
    fn measurement_shape(&self, [b, _, h, w]: [usize; 4]) -> [usize; 4] {
        [b, 1, h, w]
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.mixed(&x.into()).tensor()
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        let w = self.column(&y);
        y * w
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let m = m.tensor();
        let w = self.column(&m);
        let m = Formula::from(m);
        let residual = y - self.mixed(&m);
        m + residual * self.gain(v, s2) * w
    }

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        Some(self.per_channel(v, s2))
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        let (power, luma) = (self.power(), self.luma_power());
        let chroma = (power - luma) / 2.0;
        let shares = [luma, luma, luma, luma, chroma, chroma, chroma, chroma];
        let shares = ComputeDevice::of(&v).tensor(shares.to_vec(), [1, 8, 1, 1]);
        Some(self.along(v, s2, shares))
    }

    fn row_power(&self) -> Option<f64> {
        Some(self.power())
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl SpectralUpdate for ChannelMix {
    fn smooth_update(
        &self,
        fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let gain = self.gain(e, s2) * self.column(&u);
        let u = Formula::from(u);
        let residual = Formula::from(y) - self.mixed(&u);
        let [x] = fourier.through(
            residual,
            |r: ComplexFormula| [r.scale(&gain)],
            |[added]| [added + &u],
        );
        x
    }

    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        spectrum_mean(self.per_channel(e, s2).tensor())
    }

    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        Some(e * self.power())
    }
}
