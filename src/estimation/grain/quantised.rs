//! The mean square of normal noise after quantisation.
//!
//! Noise of deviation s, rounded to multiples of a step q, has the mean square
//!
//! ```text
//! M(s, q) = q² Σ_n (2 n - 1) 2 Φ(-(n - 1/2) q/s),    n = 1, 2, …
//! ```
//!
//! which is s² + q²/12 to one per cent where q < 2 s (Sheppard), and falls to 0 above.

/// The deviation, in steps, above which Sheppard's correction is exact to 1e-6.
const SHEPPARD: f64 = 1.0;
/// The least deviation in steps: below, next to every value is rounded to 0.
const LEAST: f64 = 0.1;

/// M of noise of this variance; without a step the variance itself.
pub(super) fn mean_square(variance: f64, step: f64) -> f64 {
    let s = variance.sqrt() / step;
    if step == 0.0 || s > SHEPPARD {
        return variance + step * step / 12.0;
    }
    let s = s.max(LEAST);
    let terms = (1..=6).map(f64::from);
    let sum: f64 = terms
        .map(|n| (2.0 * n - 1.0) * 2.0 * upper_tail((n - 0.5) / s))
        .sum();
    step * step * sum
}

/// The variance that has this M: 0 or more, and at most `square`.
pub(super) fn variance_of(square: f64, step: f64) -> f64 {
    let (mut low, mut high) = (0.0, square.max(0.0) + step * step);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if mean_square(middle, step) < square {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The probability that a standard normal value exceeds x ≥ 0, to 1e-7 (Abramowitz and Stegun,
/// 26.2.17).
fn upper_tail(x: f64) -> f64 {
    const WEIGHTS: [f64; 5] = [
        0.319_381_530,
        -0.356_563_782,
        1.781_477_937,
        -1.821_255_978,
        1.330_274_429,
    ];
    let t = 1.0 / (1.0 + 0.231_641_9 * x);
    let weights = WEIGHTS.iter().rev();
    let series = weights.fold(0.0, |sum, weight| t * (weight + sum));
    series * (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheppard_holds_where_noise_exceeds_half_a_step() {
        for s in [0.5f64, 0.7, 1.0, 1.9] {
            let exact = mean_square(9.0 * s * s, 3.0);
            let sheppard = 9.0 * (s * s + 1.0 / 12.0);
            assert!((exact / sheppard - 1.0).abs() < 0.03, "{s} {exact}");
        }
    }

    #[test]
    fn the_variance_is_found_again() {
        for s in [0.15f64, 0.25, 0.5, 1.0, 3.0] {
            let found = variance_of(mean_square(s * s, 1.0), 1.0);
            assert!((found / (s * s) - 1.0).abs() < 1e-3, "{s} {found}");
        }
    }
}
