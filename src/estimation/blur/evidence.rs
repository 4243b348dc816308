//! How well a blur explains a photo's power spectrum: the evidence of
//!
//! V(w) = J(s² + |k(w)|² S(w)) + 1/12,  ln S = c · phi(w),
//!
//! with S the spectrum of the sharp photo, s the noise, J JPEG's rounding (`rounding`), 1/12 that
//! to 8-bit levels. Given V, the periodogram P of windows is V
//! times a Gamma variable of mean 1 (Whittle 1953), so that -ln p = nu sum (P/V + ln V). The
//! coefficients c and ln s² have Gaussian priors; they are found by Fisher scoring and integrated
//! out by Laplace's approximation.

use crate::estimation::blur::periodogram::{Periodogram, Transfer};
use crate::estimation::blur::plane::Luma;
use crate::estimation::blur::rounding::{Table, step_at};

/// Coefficients: level, slope, curvature, four of direction; then ln s².
pub(in crate::estimation::blur) const COUNT: usize = 8;
/// The last coefficient.
pub(in crate::estimation::blur) const NOISE: usize = COUNT - 1;
/// The prior's means and deviations.
pub(in crate::estimation::blur) const MEAN: [f64; COUNT] =
    [4.0, -2.5, -0.04, -0.1, 0.0, 0.15, 0.0, 1.8];
pub(in crate::estimation::blur) const DEVIATION: [f64; COUNT] =
    [3.0, 0.45, 0.08, 0.45, 0.35, 0.3, 0.25, 1.0];
/// The shape of the Gamma distribution of a bin, its dependence on neighbours and the model's
/// misfit included.
const SHAPE: f64 = 0.3;
/// The largest change of a coefficient in a step.
const LONGEST: f64 = 2.0;

/// Coefficients of the spectrum.
pub(in crate::estimation::blur) type Coefficients = [f64; COUNT];

/// What the fit needs to know of a bin.
#[derive(Debug, Clone, Copy)]
struct Row {
    power: f64,
    features: [f64; NOISE],
    /// q², 0 where there is none.
    step: f64,
}

/// A photo's spectrum, ready to be explained.
#[derive(Debug)]
pub(in crate::estimation::blur) struct Evidence {
    rows: Vec<Row>,
    rounding: Table,
}

/// How exact a fit is.
#[derive(Debug, Clone, Copy)]
pub(in crate::estimation::blur) struct Effort {
    /// The most steps of scoring.
    pub steps: usize,
    /// Of the bins every so-manieth is looked at.
    pub stride: usize,
    /// Power in levels² that is added to the photo and to the model. The zeros of a kernel's
    /// spectrum are as sharp as the noise is weak; under a veil a blur that is a little off still
    /// explains the photo better than none.
    pub veil: f64,
}

/// A fitted blur.
#[derive(Debug, Clone)]
pub(in crate::estimation::blur) struct Fit {
    pub coefficients: Coefficients,
    /// ln p(P | blur), up to a constant of the photo.
    pub log_evidence: f64,
}

impl Evidence {
    pub(in crate::estimation::blur) fn new(periodogram: &Periodogram, luma: &Luma) -> Self {
        let rows = periodogram.bins.iter().map(|bin| {
            let (twice, four) = ((2.0 * bin.angle).sin_cos(), (4.0 * bin.angle).sin_cos());
            let radius = bin.radius;
            let step = luma
                .jpeg_steps()
                .map_or(0.0, |steps| step_at(steps, bin.along));
            Row {
                power: bin.power,
                features: [
                    1.0,
                    radius.ln(),
                    radius * radius,
                    twice.1,
                    twice.0,
                    four.1,
                    four.0,
                ],
                step: step * step,
            }
        });
        Self {
            rows: rows.collect(),
            rounding: Table::new(),
        }
    }

    /// The fit with a kernel of power spectrum `transfer`, given at the bins that are looked at,
    /// from coefficients near its own.
    pub(in crate::estimation::blur) fn fit(
        &self,
        transfer: &[Transfer],
        start: &Coefficients,
        effort: Effort,
    ) -> Fit {
        let mut here = *start;
        let mut state = self.state(transfer, &here, effort);
        for _ in 0..effort.steps {
            let Some(change) = solve(&state.fisher, &state.gradient) else {
                break;
            };
            let longest = change.iter().fold(0.0, |a: f64, c| a.max(c.abs()));
            let mut size = (LONGEST / longest).min(1.0);
            let next = loop {
                let mut there = here;
                for (c, d) in there.iter_mut().zip(&change) {
                    *c += size * d;
                }
                let next = self.state(transfer, &there, effort);
                if next.cost <= state.cost || size < 0.05 {
                    here = there;
                    break next;
                }
                size *= 0.4;
            };
            let gain = state.cost - next.cost;
            state = next;
            if gain < 0.02 {
                break;
            }
        }
        Fit {
            coefficients: here,
            log_evidence: -state.cost - 0.5 * log_determinant(&state.fisher),
        }
    }

    /// -ln of the joint density, its gradient's negative and Fisher's information.
    fn state(&self, transfer: &[Transfer], c: &Coefficients, effort: Effort) -> State {
        let Effort { stride, veil, .. } = effort;
        let noise = c[NOISE].exp();
        let shape = SHAPE * stride as f64;
        let mut state = State::of_prior(c);
        for (row, h) in self.rows.iter().step_by(stride).zip(transfer) {
            let exponent: f64 = row.features.iter().zip(c).map(|(f, c)| f * c).sum();
            let sharp = f64::from((exponent as f32).min(40.0).exp());
            let (power, by_signal, by_noise) = self.rounded(row, h, sharp, noise);
            let power = power + 1.0 / 12.0 + veil;
            let ratio = (row.power + veil) / power;
            state.cost += shape * (ratio + f64::from((power as f32).ln()));
            let mut slopes = [0.0; COUNT];
            for (slope, f) in slopes.iter_mut().zip(&row.features) {
                *slope = by_signal / power * f;
            }
            slopes[NOISE] = by_noise / power;
            for i in 0..COUNT {
                state.gradient[i] += shape * (ratio - 1.0) * slopes[i];
                for j in 0..=i {
                    state.fisher[i][j] += shape * slopes[i] * slopes[j];
                }
            }
        }
        state
    }

    /// The power after rounding, and its derivatives by ln S and ln s².
    fn rounded(&self, row: &Row, h: &Transfer, sharp: f64, noise: f64) -> (f64, f64, f64) {
        let (signal, around) = (h.here * sharp, h.around * sharp);
        if row.step == 0.0 {
            return (signal + noise, signal, noise);
        }
        let band = around + noise;
        let at = self.rounding.at(f64::from((band / row.step) as f32).ln());
        let power = row.step * at.power + at.gain * (signal - around);
        let floor = 1e-3 * row.step * at.power;
        if power < floor {
            return (floor, 0.0, 0.0);
        }
        // d ln T, by which the band's moments change.
        let common = (row.step * at.power_slope + at.gain_slope * (signal - around)) / band;
        (
            power,
            common * around + at.gain * (signal - around),
            common * noise,
        )
    }

    /// The prior's means, with the level of the photo at low frequencies, where noise is small: a
    /// start for fits.
    pub(in crate::estimation::blur) fn start(&self) -> Coefficients {
        const LOW: f64 = 0.8;
        let low = self.rows.iter().filter(|row| row.features[1] < LOW.ln());
        let level = |row: &Row| {
            row.power.max(1e-3).ln() - MEAN[1] * row.features[1] - MEAN[2] * row.features[2]
        };
        let (sum, count) = low.fold((0.0, 0.0), |(s, n), row| (s + level(row), n + 1.0));
        let mut start = MEAN;
        start[0] = sum / count;
        start
    }
}

struct State {
    cost: f64,
    gradient: [f64; COUNT],
    /// Its lower triangle.
    fisher: [[f64; COUNT]; COUNT],
}

impl State {
    fn of_prior(c: &Coefficients) -> Self {
        let mut state = Self {
            cost: 0.0,
            gradient: [0.0; COUNT],
            fisher: [[0.0; COUNT]; COUNT],
        };
        for i in 0..COUNT {
            let precision = DEVIATION[i].powi(-2);
            state.cost += 0.5 * precision * (c[i] - MEAN[i]).powi(2);
            state.gradient[i] = -precision * (c[i] - MEAN[i]);
            state.fisher[i][i] = precision;
        }
        state
    }
}

type Matrix = [[f64; COUNT]; COUNT];

/// The factor L of a positive definite A = L Lᵀ, of which the lower triangle is given.
fn factor(a: &Matrix) -> Option<Matrix> {
    let mut l = [[0.0; COUNT]; COUNT];
    for i in 0..COUNT {
        for j in 0..=i {
            let rest: f64 = a[i][j] - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
            if i == j {
                if rest <= 0.0 || !rest.is_finite() {
                    return None;
                }
                l[i][i] = rest.sqrt();
            } else {
                l[i][j] = rest / l[j][j];
            }
        }
    }
    Some(l)
}

/// A⁻¹ b; `None` where A is not positive definite.
fn solve(a: &Matrix, b: &[f64; COUNT]) -> Option<[f64; COUNT]> {
    let l = factor(a)?;
    let mut x = *b;
    for i in 0..COUNT {
        x[i] = (x[i] - (0..i).map(|k| l[i][k] * x[k]).sum::<f64>()) / l[i][i];
    }
    for i in (0..COUNT).rev() {
        x[i] = (x[i] - (i + 1..COUNT).map(|k| l[k][i] * x[k]).sum::<f64>()) / l[i][i];
    }
    Some(x)
}

fn log_determinant(a: &Matrix) -> f64 {
    factor(a).map_or(0.0, |l| (0..COUNT).map(|i| 2.0 * l[i][i].ln()).sum())
}
