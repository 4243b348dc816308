//! A = ωᵀ over channels: a grey photo of a coloured scene. A Aᵀ = |ω|². Colourising
//! (docs/method.md, sections 3.2 and 4.3).
//!
//! On the colour axes U the operator is aᵀ with a = U ω. The equal mean of the channels is luma/√3,
//! which does not touch colour.

use burn::tensor::Tensor;

use super::{
    ClosedVariances, LinearOperator, NoiseVariances, PriorUpdate, SpectralUpdate, spectrum_mean,
};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{CHANNELS, Formula, View};
use crate::compute::fourier::{ComplexFormula, Fourier};
use crate::error::Error;
use crate::prior::axes;

/// The mean of R, G and B.
pub const GREY: [f64; CHANNELS] = [1.0 / 3.0; CHANNELS];
/// The luma of ITU-R BT.601.
pub const BT601: [f64; CHANNELS] = [0.299, 0.587, 0.114];
/// The luma of ITU-R BT.709.
pub const BT709: [f64; CHANNELS] = [0.2126, 0.7152, 0.0722];

/// y = ω_R R + ω_G G + ω_B B at each pixel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelMix {
    /// ω.
    weights: [f64; CHANNELS],
    /// a = U ω.
    on_axes: [f64; CHANNELS],
}

impl ChannelMix {
    /// ω: the weights of R, G and B.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] if a weight is not finite.
    pub fn new(weights: [f64; CHANNELS]) -> Result<Self, Error> {
        if weights.iter().all(|w| w.is_finite()) {
            return Ok(Self::of(weights));
        }
        Err(Error::InvalidOption(format!(
            "the weights of R, G and B are {weights:?}; they must be finite numbers"
        )))
    }

    /// The mean over channels.
    pub fn grey() -> Self {
        Self::of(GREY)
    }

    /// Luma of ITU-R BT.601, on the stored values: JPEG and most conversions to grey keep it.
    pub fn bt601() -> Self {
        Self::of(BT601)
    }

    /// Luma of ITU-R BT.709, on the stored values.
    pub fn bt709() -> Self {
        Self::of(BT709)
    }

    /// One channel alone: 0 is red, 1 green, 2 blue.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for any other number.
    pub fn single(channel: usize) -> Result<Self, Error> {
        let mut weights = [0.0; CHANNELS];
        let Some(weight) = weights.get_mut(channel) else {
            return Err(Error::InvalidOption(format!(
                "channel is {channel}; it must be 0 (red), 1 (green) or 2 (blue)"
            )));
        };
        *weight = 1.0;
        Ok(Self::of(weights))
    }

    fn of(weights: [f64; CHANNELS]) -> Self {
        Self {
            weights,
            on_axes: axes::vector(weights),
        }
    }

    /// |ω|² = |a|².
    fn power(&self) -> f64 {
        self.weights.iter().map(|w| w * w).sum()
    }

    /// (u_0ᵀ ω)² for the luma axis u_0 = (1, 1, 1)/√3.
    fn luma_power(&self) -> f64 {
        self.weights.iter().sum::<f64>().powi(2) / 3.0
    }

    /// aᵀ x of a formula x that is a tensor.
    fn mixed(&self, x: &Formula) -> Formula {
        let [a, b, c] = [0, 1, 2].map(|i| x.view(View::Channel(i)) * self.on_axes[i]);
        a + b + c
    }

    /// aᵀ E a for a spectrum, or a variance, E `[B or 1, 1 or 3, .., ..]`: `[B or 1, 1, .., ..]`.
    fn data_variance(&self, e: &Tensor<4>) -> Formula {
        if e.dims()[1] == 1 {
            return Formula::from(e) * self.power();
        }
        let e = Formula::from(e);
        let [a, b, c] = [0, 1, 2].map(|i| e.view(View::Channel(i)) * self.on_axes[i].powi(2));
        a + b + c
    }

    /// a, `[1, 3, 1, 1]`, on the device and in the float type of `like`.
    fn column(&self, like: &Tensor<4>) -> Tensor<4> {
        ComputeDevice::of(like).tensor(self.on_axes.to_vec(), [1, CHANNELS, 1, 1])
    }

    /// The variance along a unit direction d with share = (dᵀ a)²: v - v² share/(s2 + v |a|²),
    /// written without the difference.
    fn along(&self, v: Tensor<4>, s2: Tensor<4>, share: impl Into<Formula>) -> Formula {
        let (v, s2) = (Formula::from(v), Formula::from(s2));
        let unmeasured = (Formula::from(self.power()) - share.into()).positive();
        &v * (&s2 + unmeasured * &v) / (&s2 + &v * self.power())
    }

    /// E/(s2 + aᵀ E a).
    fn gain(&self, e: Tensor<4>, s2: Tensor<4>) -> Formula {
        let data_variance = self.data_variance(&e);
        Formula::from(e) / (Formula::from(s2) + data_variance)
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

    fn row_power(&self) -> Option<f64> {
        Some(self.power())
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }
}

impl NoiseVariances for ChannelMix {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let a = Formula::from(self.column(&v));
        let share = &a * &a;
        self.along(v, s2, share)
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let (power, luma) = (self.power(), self.luma_power());
        let chroma = (power - luma) / 2.0;
        let shares = [luma, luma, luma, luma, chroma, chroma, chroma, chroma];
        let shares = ComputeDevice::of(&v).tensor(shares.to_vec(), [1, 8, 1, 1]);
        self.along(v, s2, shares)
    }
}

impl ClosedVariances for ChannelMix {
    /// E_b (s2 + the other axes' E_c a_c²)/(s2 + aᵀ E a) on axis b: a difference of two terms would
    /// lose E's digits.
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let s2 = Formula::from(s2);
        let axis = |i: usize| e.clone().narrow(1, i, 1);
        let share = |i: usize| Formula::from(axis(i)) * self.on_axes[i].powi(2);
        let variance = |i: usize| {
            let others = share((i + 1) % CHANNELS) + share((i + 2) % CHANNELS) + &s2;
            let all = &others + share(i);
            spectrum_mean((Formula::from(axis(i)) * others / all).tensor())
        };
        Tensor::cat((0..CHANNELS).map(variance).collect(), 1)
    }
}

impl SpectralUpdate for ChannelMix {
    fn stationary_update(
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

    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        Some(self.data_variance(&e).tensor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_other_than_0_to_2_are_refused() {
        for channel in [3, usize::MAX] {
            let error = ChannelMix::single(channel).err();
            assert!(matches!(error, Some(Error::InvalidOption(_))), "{channel}");
        }
        for channel in 0..CHANNELS {
            let mix = ChannelMix::single(channel).expect("a channel of an image");
            let weight = |c| if c == channel { 1.0 } else { 0.0 };
            assert_eq!(mix.weights, std::array::from_fn(weight));
        }
    }

    #[test]
    fn weights_that_are_not_finite_are_refused() {
        for weight in [f64::NAN, f64::INFINITY] {
            let error = ChannelMix::new([0.3, weight, 0.3]).err();
            assert!(matches!(error, Some(Error::InvalidOption(_))), "{weight}");
        }
        assert!(ChannelMix::new([0.0; CHANNELS]).is_ok());
    }
}
