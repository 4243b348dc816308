//! Vectors of a few channels of one pixel.

/// Channels of a [`Lane`]: one vector register on wasm and of AVX2.
#[cfg(target_family = "wasm")]
pub(super) const LANES: usize = 4;
#[cfg(not(target_family = "wasm"))]
pub(super) const LANES: usize = 8;

/// A vector of `LANES` values.
#[derive(Clone, Copy)]
pub(super) struct Lane([f32; LANES]);

impl Lane {
    pub(super) const ZERO: Self = Self([0.0; LANES]);

    /// The first `LANES` values of a slice.
    #[inline(always)]
    pub(super) fn load(from: &[f32]) -> Self {
        Self(std::array::from_fn(|i| from[i]))
    }

    /// Writes the values to the start of a slice.
    #[inline(always)]
    pub(super) fn store(self, to: &mut [f32]) {
        to[..LANES].copy_from_slice(&self.0);
    }

    /// f of each value.
    #[inline(always)]
    pub(super) fn map(self, f: impl Fn(f32) -> f32) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i])))
    }

    /// The sum of the values.
    #[inline(always)]
    pub(super) fn sum(self) -> f32 {
        self.0.iter().sum()
    }
}

impl std::ops::Add for Lane {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }
}

impl std::ops::Sub for Lane {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] - other.0[i]))
    }
}

impl std::ops::Mul for Lane {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] * other.0[i]))
    }
}

impl std::ops::Mul<f32> for Lane {
    type Output = Self;

    #[inline(always)]
    fn mul(self, by: f32) -> Self {
        self.map(|v| v * by)
    }
}

/// e^x within 2 units in the last place: 2^n times a polynomial on [-ln 2/2, ln 2/2]. It has no
/// branch and no call, so that it vectorises. x is clamped to [-87, 88].
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    // Adding and subtracting 1.5 · 2^23 rounds to the nearest integer.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    let p = 1.987_569_1e-4_f32;
    let p = p * r + 1.398_2e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let p = p * r * r + r + 1.0;
    // n is an integer within ±127, which the low bits of n + 1.5 · 2^23 hold.
    let exponent = (n + ROUND).to_bits().wrapping_sub(ROUND.to_bits());
    f32::from_bits(p.to_bits().wrapping_add(exponent << 23))
}

/// x/(1 + e^-x).
#[inline(always)]
pub(super) fn silu(x: f32) -> f32 {
    x / (1.0 + exp(-x))
}
