//! Upper bounds of noise where it was not measured.
//!
//! In each bin, the deviation that the six coefficients of the finest steps admit, as if every
//! square in the flattest blocks were white noise: texture only ever adds. Their median, as chance
//! makes some too small.

use super::curve::{Curve, KNOTS};
use super::flat::Set;
use super::kind::Kind;
use super::quantised::variance_of;
use super::spectrum::Spectrum;
use crate::estimation::dct::AREA;

/// The coefficients of a bound.
const COUNT: usize = 6;
/// What bounds are multiplied with, against chance and noise that is not white.
const SAFETY: f64 = 1.3;
/// The chance squares that are added to those of a coefficient, in steps.
const CHANCE: f64 = 3.0;

/// The bounds of an axis over brightness, in levels; 0 for an axis that no kind has.
pub(super) fn bounds(kinds: &[Kind], axis: usize) -> Curve {
    // 0 where nothing is known.
    let mut bins = [0.0f64; KNOTS];
    for kind in kinds {
        for plane in 0..kind.mixes.len() {
            let mix = kind.mixes[plane];
            // A plane with luma tells of luma alone.
            if mix[axis] > 0.0 && (axis == 0) == (mix[0] > 0.0) {
                let share = if axis == 0 { mix[0] } else { mix[1] + mix[2] };
                for (bin, set) in bins.iter_mut().zip(&kind.sets) {
                    let own = set.as_ref().map(|set| admitted(kind, plane, set) / share);
                    *bin = bin.max(own.unwrap_or(0.0));
                }
            }
        }
    }
    let most = bins.iter().copied().fold(0.0, f64::max);
    let known = bins.map(|bin| if bin > 0.0 { bin } else { most });
    Curve {
        deviations: known.map(|variance| (SAFETY * variance.sqrt()) as f32),
    }
}

/// The variance of white noise that the squares of a plane admit.
fn admitted(kind: &Kind, plane: usize, set: &Set) -> f64 {
    let steps = &kind.steps[plane];
    let mut telling: Vec<usize> = (0..AREA).filter(|&k| kind.telling[k]).collect();
    telling.sort_by(|a, b| steps[*a].total_cmp(&steps[*b]).then(a.cmp(b)));
    let of = |k: &usize| {
        let squares = set.squares[plane][*k] * set.count + CHANCE * steps[*k].powi(2);
        let seen = f64::from(Spectrum::WHITE.seen_by(kind.response.of(*k)));
        variance_of(squares / (set.count + CHANCE), steps[*k]) / seen
    };
    let mut variances: Vec<f64> = telling.iter().take(COUNT).map(of).collect();
    variances.sort_by(f64::total_cmp);
    variances.get(variances.len() / 2).copied().unwrap_or(0.0)
}
