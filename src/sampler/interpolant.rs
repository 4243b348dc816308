//! Gaussian interpolants x_t = alpha_t x + beta_t eps, as descending grids of the noise level
//! tau = beta_t/alpha_t.
//!
//! In z = x_t/alpha_t = x + tau eps, all interpolants are the same problem, and only the grid of
//! tau differs (docs/method.md, sections 1.2 and 7.1).

use std::f64::consts::FRAC_PI_2;

/// A path from images to noise, t going from 0 to 1 or, for EDM, tau itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolant {
    /// alpha = 1, beta = tau (Karras et al. 2022). The grid is even in tau^(1/7).
    Edm,
    /// alpha² + beta² = 1 with a rate that is linear in t, from 0.1 to 20 (Song et al. 2021,
    /// equation 33). The grid is even in t.
    VpLinear,
    /// alpha = cos(pi t/2), beta = sin(pi t/2) (Nichol and Dhariwal 2021, without their offset).
    /// The grid is even in t.
    VpCosine,
    /// alpha = 1 - t, beta = t (Lipman et al. 2023). The grid is even in t.
    FlowMatching,
}

/// The rates of [`Interpolant::VpLinear`] at t = 0 and t = 1.
const BETA_MIN: f64 = 0.1;
const BETA_MAX: f64 = 20.0;

impl Interpolant {
    /// The four interpolants, in the order of their declaration.
    pub const ALL: [Self; 4] = [
        Self::Edm,
        Self::VpLinear,
        Self::VpCosine,
        Self::FlowMatching,
    ];

    /// The noise level tau at time t.
    pub fn tau(self, t: f64) -> f64 {
        match self {
            Self::Edm => t,
            // alpha² = e^-B, with B the integral of the rate up to t.
            Self::VpLinear => (BETA_MIN * t + 0.5 * (BETA_MAX - BETA_MIN) * t * t)
                .exp_m1()
                .sqrt(),
            Self::VpCosine => (FRAC_PI_2 * t).tan(),
            Self::FlowMatching => t / (1.0 - t),
        }
    }

    /// The time at which the noise level is tau.
    pub fn time(self, tau: f64) -> f64 {
        match self {
            Self::Edm => tau,
            Self::VpLinear => {
                let (slope, integral) = (BETA_MAX - BETA_MIN, (tau * tau).ln_1p());
                ((BETA_MIN * BETA_MIN + 2.0 * slope * integral).sqrt() - BETA_MIN) / slope
            }
            Self::VpCosine => tau.atan() / FRAC_PI_2,
            Self::FlowMatching => tau / (1.0 + tau),
        }
    }

    /// `points` noise levels from `tau_max` down to `tau_min`.
    pub fn grid(self, points: usize, tau_max: f64, tau_min: f64) -> Vec<f64> {
        if self == Self::Edm {
            return edm(points, tau_max, tau_min);
        }
        let (top, bottom) = (self.time(tau_max), self.time(tau_min));
        let last = (points.max(2) - 1) as f64;
        let time = |i: usize| top + i as f64 / last * (bottom - top);
        (0..points).map(|i| self.tau(time(i))).collect()
    }
}

/// EDM's grid (Karras et al. 2022, equation 5): `points` noise levels from `tau_max` down to
/// `tau_min`, evenly spaced in tau^(1/7).
pub fn edm(points: usize, tau_max: f64, tau_min: f64) -> Vec<f64> {
    const RHO: f64 = 7.0;
    let (top, bottom) = (tau_max.powf(1.0 / RHO), tau_min.powf(1.0 / RHO));
    let last = (points.max(2) - 1) as f64;
    (0..points)
        .map(|i| (top + i as f64 / last * (bottom - top)).powf(RHO))
        .collect()
}
