//! What JPEG's rounding does to a spectrum.
//!
//! A coefficient c of the 8×8 DCT becomes q round(c/q) = g c + d, with g = E c round / E c² so that
//! d does not correlate with c (Bussgang 1952). For c of Laplace's distribution with t = E c² / q²,
//! b = sqrt(t/2) and z = e^(-1/b),
//!
//! f(t) = E round(c)² = sqrt(z) (1 + z) / (1 - z)²,
//! E c round(c) = sqrt(z) (1 / (1 - z)² + (b - 1/2) / (1 - z)).
//!
//! A block's coefficient covers a band of frequencies. With T the mean of a spectrum V over the
//! band, rounding makes it q² f(T/q²) + g² (V - T). Laplace: Lam and Goodman, *A Mathematical
//! Analysis of the DCT Coefficient Distributions for Images*, IEEE TIP 2000.

use std::f64::consts::PI;

/// The table's range of ln t, and its intervals.
const LOWEST: f64 = -9.0;
const HIGHEST: f64 = 7.0;
const INTERVALS: usize = 512;

/// The deviation of ln t between blocks.
const SPREAD: f64 = 0.7;

/// f and g² and their derivatives by ln t.
#[derive(Debug, Clone, Copy)]
pub(in crate::estimation::blur) struct Rounded {
    /// E round(c)².
    pub power: f64,
    /// d power / d ln t.
    pub power_slope: f64,
    /// g².
    pub gain: f64,
    /// d gain / d ln t.
    pub gain_slope: f64,
}

/// f and g² by ln t, linear in between.
#[derive(Debug)]
pub(in crate::estimation::blur) struct Table(Vec<(f64, f64)>);

impl Table {
    pub(in crate::estimation::blur) fn new() -> Self {
        let width = (HIGHEST - LOWEST) / INTERVALS as f64;
        let entry = |i| {
            let t = (LOWEST + i as f64 * width).exp();
            let (square, product) = mixed_moments(t);
            (square, (product / t).powi(2))
        };
        Self((0..=INTERVALS).map(entry).collect())
    }

    /// At t = E c² / q², of which the logarithm is given. Past the table nothing is lost.
    pub(in crate::estimation::blur) fn at(&self, ln_t: f64) -> Rounded {
        if ln_t >= HIGHEST {
            let t = ln_t.exp();
            return Rounded {
                power: t + 1.0 / 12.0,
                power_slope: t,
                gain: 1.0,
                gain_slope: 0.0,
            };
        }
        let width = (HIGHEST - LOWEST) / INTERVALS as f64;
        let place = ((ln_t - LOWEST) / width).max(0.0);
        let i = (place as usize).min(INTERVALS - 1);
        let part = place - i as f64;
        let (low, high) = (self.0[i], self.0[i + 1]);
        let (power, gain) = (high.0 - low.0, high.1 - low.1);
        Rounded {
            power: low.0 + part * power,
            power_slope: power / width,
            gain: low.1 + part * gain,
            gain_slope: gain / width,
        }
    }
}

/// The moments for a t that differs between blocks: log-normal, with mean `t`.
fn mixed_moments(t: f64) -> (f64, f64) {
    let (mut square, mut product, mut total) = (0.0, 0.0, 0.0);
    for i in -8..=8 {
        let z = f64::from(i) * 0.375;
        let weight = (-0.5 * z * z).exp();
        let here = t * (SPREAD * z - 0.5 * SPREAD * SPREAD).exp();
        let (s, p) = moments(here);
        square += weight * s;
        product += weight * p;
        total += weight;
    }
    (square / total, product / total)
}

/// E round(c)² and E c round(c) for E c² = t.
fn moments(t: f64) -> (f64, f64) {
    let b = (t / 2.0).sqrt();
    let z = (-1.0 / b).exp();
    let rest = -(-1.0 / b).exp_m1();
    let square = z.sqrt() * (1.0 + z) / (rest * rest);
    let product = z.sqrt() * (1.0 / (rest * rest) + (b - 0.5) / rest);
    (square, product)
}

/// The quantisation step at a frequency (radians a pixel along x and y): the 8×8 steps, bilinearly
/// between the frequencies pi u / 8 of their cosines.
pub(in crate::estimation::blur) fn step_at(steps: &[f32; 64], [x, y]: [f64; 2]) -> f64 {
    let place = |w: f64| (w * 8.0 / PI).min(7.0);
    let (x, y) = (place(x), place(y));
    let (left, top) = (x.floor().min(6.0), y.floor().min(6.0));
    let at = |row: f64, column: f64| f64::from(steps[(row as usize) * 8 + column as usize]);
    let line = |row: f64| {
        let part = x - left;
        at(row, left) * (1.0 - part) + at(row, left + 1.0) * part
    };
    line(top) * (1.0 - (y - top)) + line(top + 1.0) * (y - top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closed_forms_are_the_sums() {
        for t in [0.05, 0.3, 2.0, 50.0] {
            let b = f64::sqrt(t / 2.0);
            let tail = |a: f64| (-a / b).exp();
            let terms = (1..2000).map(|k| {
                let (low, high) = (f64::from(k) - 0.5, f64::from(k) + 0.5);
                let first = (low + b) * tail(low) - (high + b) * tail(high);
                let k = f64::from(k);
                (k * k * (tail(low) - tail(high)), k * first)
            });
            let sums = terms.fold((0.0, 0.0), |s, t| (s.0 + t.0, s.1 + t.1));
            let (square, product) = moments(t);
            assert!((square / sums.0 - 1.0).abs() < 1e-9);
            assert!((product / sums.1 - 1.0).abs() < 1e-9);
        }
    }
}
