//! Levels over brightness and a spectrum from the mean squares of coefficients.
//!
//! An observation i, a coefficient in a bin of brightness, has the mean square
//!
//! ```text
//! m_i = M(μ_i, q_i) + texture ≥ 0,    μ_i = Σ_t c_t exp(x_t · θ) a_i(φ) + f_i,
//! a_i(φ) = Σ_r A_ir exp(Σ_j W_rj φ_j)
//! ```
//!
//! with θ the levels (logarithms of variances), φ the spectrum's logarithms at its nodes, f_i what
//! else is there, and M the mean square after quantisation by a step q_i. Fisher scoring finds θ
//! and φ under quadratic priors: var m_i = (2 M² + q² M)/n_i. Texture only ever adds, so
//! observations far above what is expected lose their weight.

use super::curve::{CAMERA, Curve, KNOTS};
use super::quantised::mean_square;
use super::response::{CELLS, Response, radius_of_cell};
use super::spectrum::{BANDS, Spectrum, node_weights};
use crate::estimation::dct::AREA;

/// The unknowns: levels, then the spectrum's nodes.
const UNKNOWNS: usize = KNOTS + BANDS;
/// The steps of scoring, and the largest step of an unknown.
const STEPS: usize = 20;
const LARGEST: f64 = 1.0;
/// The least logarithm of a variance in levels squared.
const LEAST: f64 = -7.0;
/// The weights of priors: neighbouring knots whose steps differ from the camera's by half an e-fold
/// are unusual; so are slopes of the spectrum that differ from one blur's.
const SLOPE: f64 = 4.0;
const BEND: f64 = 8.0;
const BLUR: f64 = 200.0;
const RIDGE: f64 = 1e-3;
/// How far the model is from the truth without texture, as a share of a mean square.
const MODEL: f64 = 0.05;
/// The most that an observation counts for in the misfit.
const MOST_MISFIT: f64 = 9.0;

/// The prior that both chroma axes have the same level.
const ALIKE: f64 = 4.0;

/// A part of an observation's variance: c exp(x · θ) a.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    /// c.
    pub factor: f64,
    /// x.
    pub levels: [f64; KNOTS],
}

/// A mean square of a coefficient.
#[derive(Debug, Clone)]
pub(super) struct Observation {
    /// The parts of its variance.
    pub terms: Vec<Term>,
    /// The index of its response, and of its coefficient there.
    pub response: usize,
    /// See `response`.
    pub k: usize,
    /// m, in levels squared.
    pub square: f64,
    /// n, the number of independent squares.
    pub count: f64,
    /// f, in levels squared.
    pub floor: f64,
    /// q, in levels.
    pub step: f64,
}

/// Levels and their spectrum.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// θ.
    pub levels: [f64; KNOTS],
    /// n̂.
    pub spectrum: Spectrum,
    /// The mean square of the observations' distances in their deviations, each weighted by what
    /// quantisation left of its information: about 1 for noise.
    pub misfit: f64,
}

/// What is known of the levels before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Prior {
    /// Knots of one curve, like a camera's.
    Curve,
    /// Two alike.
    Pair,
}

type Matrix = [[f64; UNKNOWNS]; UNKNOWNS];

/// The fit.
pub(super) fn fit(observations: &[Observation], responses: &[&Response], prior: Prior) -> Fit {
    let mut fit = Fit {
        levels: [0.0; KNOTS],
        spectrum: Spectrum::WHITE,
        misfit: 0.0,
    };
    let mut nodes = [0.0f32; BANDS];
    for step in 0..STEPS {
        let powers: Vec<ResponsePower> = responses
            .iter()
            .map(|r| ResponsePower::new(r, &fit.spectrum))
            .collect();
        let (mut a, mut b) = ([[0.0; UNKNOWNS]; UNKNOWNS], [0.0; UNKNOWNS]);
        let (mut misfit, mut sum) = (0.0, 0.0);
        for o in observations {
            let [excess, weight] = score(
                &mut a,
                &mut b,
                o,
                &powers[o.response],
                &fit.levels,
                step > 1,
            );
            misfit += weight * excess.powi(2).min(MOST_MISFIT);
            sum += weight;
        }
        fit.misfit = misfit / f64::max(sum, 1e-9);
        let mut at = [0.0; UNKNOWNS];
        at[..KNOTS].copy_from_slice(&fit.levels);
        at[KNOTS..].copy_from_slice(&nodes.map(f64::from));
        add_priors(&mut a, &mut b, &at, prior);
        let change = solve(a, b).map(|d| d.clamp(-LARGEST, LARGEST));
        let mut raw: [f32; BANDS] = std::array::from_fn(|j| nodes[j] + change[KNOTS + j] as f32);
        if prior == Prior::Pair {
            // Chroma's noise is never finer than white.
            for j in (0..BANDS - 1).rev() {
                raw[j] = raw[j].min(raw[j + 1]);
            }
        }
        let (spectrum, mean) = Spectrum::scaled(raw);
        nodes = raw.map(|log| log - mean.ln());
        fit.spectrum = spectrum;
        for (level, change) in fit.levels.iter_mut().zip(change) {
            *level = (*level + change + f64::from(mean.ln())).max(LEAST);
        }
    }
    fit
}

/// What the coefficients of a response see of a spectrum, and how that changes with its nodes.
struct ResponsePower(Vec<(f64, [f64; BANDS])>);

impl ResponsePower {
    fn new(response: &Response, spectrum: &Spectrum) -> Self {
        let cells = spectrum.cells();
        let weights: [[f32; BANDS]; CELLS] =
            std::array::from_fn(|r| node_weights(radius_of_cell(r)));
        let of = |k: usize| {
            let (mut a, mut by_node) = (0.0, [0.0; BANDS]);
            for (r, share) in response.of(k).iter().enumerate() {
                let seen = f64::from(share * cells[r]);
                a += seen;
                for (sum, w) in by_node.iter_mut().zip(weights[r]) {
                    *sum += seen * f64::from(w);
                }
            }
            (a, by_node)
        };
        Self((0..AREA).map(of).collect())
    }
}

/// Adds an observation's information and score. Returns how many deviations it lies above what is
/// expected, and what quantisation left of its information.
fn score(
    a: &mut Matrix,
    b: &mut [f64; UNKNOWNS],
    o: &Observation,
    seen: &ResponsePower,
    levels: &[f64; KNOTS],
    robust: bool,
) -> [f64; 2] {
    let (share, by_node) = &seen.0[o.k];
    let mut gradient = [0.0; UNKNOWNS];
    let mut variance = o.floor;
    for term in &o.terms {
        let log: f64 = term.levels.iter().zip(levels).map(|(x, t)| x * t).sum();
        let power = term.factor * log.exp();
        variance += power * share;
        for (g, x) in gradient.iter_mut().zip(&term.levels) {
            *g += power * share * x;
        }
        for (g, d) in gradient[KNOTS..].iter_mut().zip(by_node) {
            *g += power * d;
        }
    }
    let expected = mean_square(variance, o.step).max(1e-9);
    let nudge = 0.01 * variance;
    let slope = (mean_square(variance + nudge, o.step) - expected) / nudge;
    let step2 = o.step * o.step;
    let fourth = 2.0 * expected * expected + step2 * expected;
    let chance = fourth / o.count + (MODEL * expected).powi(2) + (step2 / o.count).powi(2);
    let excess = (o.square - expected) / chance.sqrt();
    let weight = if robust { one_sided(excess) } else { 1.0 } / chance;
    for i in 0..UNKNOWNS {
        b[i] += weight * slope * gradient[i] * (o.square - expected);
        for j in 0..UNKNOWNS {
            a[i][j] += weight * slope * slope * gradient[i] * gradient[j];
        }
    }
    [excess, 2.0 * (slope * variance).powi(2) / fourth]
}

/// The weight of an observation that lies this many deviations above what is expected: 1 below one
/// deviation, then falling so fast that large excesses count least.
fn one_sided(excess: f64) -> f64 {
    1.0 / (1.0 + excess.max(0.0).powi(2))
}

/// Adds the priors' information and score, at the present unknowns.
fn add_priors(a: &mut Matrix, b: &mut [f64; UNKNOWNS], at: &[f64; UNKNOWNS], prior: Prior) {
    let mut add = |row: &[(usize, f64)], target: f64, weight: f64| {
        let value: f64 = row.iter().map(|(i, x)| x * at[*i]).sum();
        for (i, x) in row {
            b[*i] += weight * x * (target - value);
            for (j, y) in row {
                a[*i][*j] += weight * x * y;
            }
        }
    };
    for (i, value) in at.iter().enumerate() {
        add(&[(i, 1.0)], *value, RIDGE);
    }
    match prior {
        Prior::Curve => {
            for i in 1..KNOTS {
                add(&[(i - 1, -1.0), (i, 1.0)], CAMERA[i] - CAMERA[i - 1], SLOPE);
            }
            for i in 2..KNOTS {
                let bend = CAMERA[i - 2] - 2.0 * CAMERA[i - 1] + CAMERA[i];
                add(&[(i - 2, 1.0), (i - 1, -2.0), (i, 1.0)], bend, BEND);
            }
        }
        Prior::Pair => add(&[(0, 1.0), (1, -1.0)], 0.0, ALIKE),
    }
    // One blur has four times the fall from a node to the next finer one. Nothing known: white.
    for j in KNOTS..KNOTS + BANDS - 2 {
        add(&[(j, 1.0), (j + 1, -5.0), (j + 2, 4.0)], 0.0, BLUR);
    }
    add(&[(UNKNOWNS - 1, 1.0), (UNKNOWNS - 2, -1.0)], 0.0, 1.0);
}

impl Fit {
    /// Lowers the spectrum's growth towards coarse bands; the finest band stays as it is.
    pub(super) fn whiten(&mut self, by: f32) {
        let growth = self.spectrum.growth();
        let before = self.spectrum.finest();
        if growth > 0.0 {
            self.spectrum = self.spectrum.powered((growth - by).max(0.0) / growth);
        }
        for level in &mut self.levels {
            *level += f64::from(before - self.spectrum.finest());
        }
    }

    /// The levels as a curve.
    pub(super) fn curve(&self) -> Curve {
        Curve::of_logarithms(&self.levels)
    }
}

/// The solution of a x = b, a positive definite: Gaussian elimination without pivots.
fn solve<const N: usize>(mut a: [[f64; N]; N], mut b: [f64; N]) -> [f64; N] {
    for i in 0..N {
        let pivot = a[i];
        for j in i + 1..N {
            let factor = a[j][i] / pivot[i];
            for (entry, above) in a[j].iter_mut().zip(&pivot).skip(i) {
                *entry -= factor * above;
            }
            b[j] -= factor * b[i];
        }
    }
    for i in (0..N).rev() {
        let later: f64 = (i + 1..N).map(|j| a[i][j] * b[j]).sum();
        b[i] = (b[i] - later) / a[i][i];
    }
    b
}
