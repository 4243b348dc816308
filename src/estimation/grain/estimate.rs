//! From the flattest blocks to grain: the fits of luma and chroma, and whether to believe them.
//!
//! Noise has one smooth curve and one spectrum, next to white in luma, in many blocks; the texture
//! of flat blocks has another in each bin, and falls steeply. So luma is measured where the fit is
//! good, the spectrum grows little towards coarse bands, the less the fewer blocks there are, and
//! enough coefficients survived quantisation. Anything else ends as a bound.

use super::axes::OPPONENT;
use super::bound::bounds;
use super::curve::{Curve, weights};
use super::fit::{Fit, Observation, Prior, Term, fit};
use super::flat::Set;
use super::kind::Kind;
use super::model::{Certainty, Grain};
use super::response::Response;
use super::spectrum::Spectrum;
use crate::estimation::dct::{AREA, is_corner};

/// The rounds of luma and chroma in a JPEG: Y has a little of chroma.
const ROUNDS: usize = 2;
/// The coefficients with q < 2 s from which noise can be measured, and s²/(q²/12) there.
const ENOUGH: usize = 6;
const LEAST_RATIO: f64 = 3.0;
/// The number of those that allows a misfit of 1: few coefficients are fitted by anything.
const TELLING: f64 = 12.0;
/// The most that the logarithm of luma's spectrum falls towards coarse bands: sharpened noise.
const LARGEST_FALL: f64 = 0.6;
/// What texture adds to the growth of luma's spectrum in the flattest blocks.
const TEXTURE: f32 = 0.2;
/// The largest misfit of chroma.
const CHROMA_MISFIT: f64 = 3.0;
/// The most that chroma's deviation is taken for of luma's, where it is not measured.
const MOST_OF_LUMA: f32 = 1.5;
/// From here on what looks like chroma's noise is coarse texture.
const TOO_MUCH: f32 = 3.0;
/// A deviation that is none, in levels.
const NOTHING: f32 = 0.3;

/// The limits that separate luma's noise from texture.
pub(super) struct Limits {
    /// The largest misfit.
    pub misfit: f64,
    /// The most that the logarithm of the spectrum grows from the finest band to the next.
    pub growth: f64,
    /// The blocks that it takes to believe a growth of 1.
    pub blocks: f64,
}

/// The fits of both, in levels.
pub(super) struct Fits {
    pub luma: Fit,
    /// θ are logarithms of the chroma axes' variances over luma's.
    pub chroma: Fit,
}

impl Fits {
    /// The variance of an axis at a brightness.
    fn variance(&self, axis: usize, brightness: f32) -> f64 {
        let luma = f64::from(self.luma.curve().deviation(brightness)).powi(2);
        match axis {
            0 => luma,
            _ => luma * self.chroma.levels[axis - 1].exp(),
        }
    }

    fn spectrum(&self, axis: usize) -> &Spectrum {
        [&self.luma.spectrum, &self.chroma.spectrum][axis.min(1)]
    }
}

/// The grain of a photo. The first kind measures luma, the last one chroma.
pub(super) fn estimate(kinds: &[Kind], limits: &Limits) -> Grain {
    let mut grain = Grain::NONE;
    let has_sets = kinds
        .iter()
        .any(|kind| kind.sets.iter().any(Option::is_some));
    let measured = fits(kinds).filter(|fits| is_noise(&kinds[0], fits, limits));
    let Some(mut fits) = measured else {
        if !has_sets {
            return Grain::UNKNOWN;
        }
        grain.axes = [0, 1, 2].map(|axis| bounds(kinds, axis));
        grain.certainty = [Certainty::Bound; 2];
        return grain;
    };
    fits.luma.whiten(TEXTURE);
    grain.axes = [0, 1, 2].map(|axis| {
        let ratio = fits.variance(axis, 128.0) / fits.variance(0, 128.0);
        let curve = fits.luma.curve().scaled(ratio.sqrt() as f32);
        // The fit says little of a bin that no set of noise was found in, the flattest blocks do.
        curve.lowered(&bounds(kinds, axis))
    });
    grain.spectra = [fits.luma.spectrum, fits.chroma.spectrum];
    grain.gains = gains(&kinds[0], &fits);
    grain.certainty = [Certainty::Measured; 2];
    let last = &kinds[kinds.len() - 1];
    let too_much = |axis: usize| grain.axes[axis].most() > TOO_MUCH * grain.axes[0].most();
    if fits.chroma.misfit > CHROMA_MISFIT
        || telling(last, &fits, 1) < ENOUGH
        || too_much(1)
        || too_much(2)
    {
        let most = grain.axes[0].scaled(MOST_OF_LUMA);
        grain.axes = [0, 1, 2].map(|axis| match axis {
            0 => grain.axes[0],
            _ => bounds(kinds, axis).lowered(&most),
        });
        grain.spectra[1] = Spectrum::WHITE;
        grain.gains = Grain::NONE.gains;
        grain.certainty[1] = Certainty::Bound;
    }
    for (kind, axes) in [(0, 0..1), (1, 1..3)] {
        if grain.axes[axes].iter().all(|curve| curve.most() < NOTHING) {
            grain.certainty[kind] = Certainty::Absent;
        }
    }
    grain
}

/// Whether luma's fit is that of noise.
fn is_noise(kind: &Kind, fits: &Fits, limits: &Limits) -> bool {
    let blocks: f64 = kind.noise().map(|set| set.count).sum();
    let growth = f64::from(fits.luma.spectrum.growth());
    let telling = telling(kind, fits, 0);
    growth <= limits.growth.min(blocks / limits.blocks)
        && growth >= -LARGEST_FALL
        && fits.luma.misfit <= limits.misfit.min(telling as f64 / TELLING)
        && telling >= ENOUGH
}

/// The number of coefficients of a kind's first plane, DC and all, that the noise of an axis
/// exceeds half a step in.
fn telling(kind: &Kind, fits: &Fits, axis: usize) -> usize {
    let (sum, count) = kind.noise().fold((0.0, 0.0), |(sum, count), set| {
        (
            sum + set.count * fits.variance(axis, set.brightness[3]),
            count + set.count,
        )
    });
    let Some(mix) = kind.mixes.iter().position(|mix| mix[axis] > 0.0) else {
        return 0;
    };
    let mean = kind.mixes[mix].iter().sum::<f64>() * sum / f64::max(count, 1.0);
    let seen = |k: usize| f64::from(fits.spectrum(axis).seen_by(kind.response.of(k)));
    (0..AREA)
        .filter(|&k| 12.0 * mean * seen(k) >= LEAST_RATIO * kind.steps[mix][k].powi(2))
        .count()
}

/// Luma and chroma in turn. `None` where no set of blocks looks like noise.
fn fits(kinds: &[Kind]) -> Option<Fits> {
    let responses: Vec<&Response> = kinds.iter().map(|kind| &kind.response).collect();
    let rounds = if kinds[0].mixes[0][1] > 0.0 {
        ROUNDS
    } else {
        1
    };
    let mut fits: Option<Fits> = None;
    for _ in 0..rounds {
        let luma = of_luma(&kinds[0], fits.as_ref());
        if luma.is_empty() {
            return None;
        }
        let luma = fit(&luma, &responses, Prior::Curve);
        let chroma: Vec<_> = (0..kinds.len())
            .flat_map(|i| of_chroma(&kinds[i], i, &luma.curve()))
            .collect();
        let chroma = fit(&chroma, &responses, Prior::Pair);
        fits = Some(Fits { luma, chroma });
    }
    fits
}

/// Luma's observations. `before`: what is known of chroma.
fn of_luma(kind: &Kind, before: Option<&Fits>) -> Vec<Observation> {
    let share = kind.mixes[0][0];
    let of_set = |set: &Set| {
        let term = Term {
            factor: share,
            levels: weights(set.brightness[3]),
        };
        let rest = before.map_or(0.0, |fits| {
            let most = fits.variance(0, set.brightness[3]);
            let variance = |axis: usize| fits.variance(axis, set.brightness[3]).min(most);
            (1..3)
                .map(|axis| kind.mixes[0][axis] * variance(axis))
                .sum()
        });
        let floor = |k: usize| match before {
            Some(fits) => rest * f64::from(fits.spectrum(1).seen_by(kind.response.of(k))),
            None => 0.0,
        };
        observations(kind, set, (0, 0), &[term], floor)
    };
    kind.noise().flat_map(of_set).collect()
}

/// The observations of the planes without luma, whose noise follows luma's curve.
fn of_chroma(kind: &Kind, response: usize, luma: &Curve) -> Vec<Observation> {
    let planes = (0..kind.mixes.len()).filter(|plane| kind.mixes[*plane][0] == 0.0);
    let of_set = |plane: usize, set: &Set| {
        let variance = f64::from(luma.deviation(set.brightness[3])).powi(2);
        let terms = [0, 1].map(|i| Term {
            factor: kind.mixes[plane][1 + i] * variance,
            levels: std::array::from_fn(|j| f64::from(u8::from(i == j))),
        });
        observations(kind, set, (response, plane), &terms, |_| 0.0)
    };
    planes
        .flat_map(|plane| kind.noise().flat_map(move |set| of_set(plane, set)))
        .collect()
}

/// The telling coefficients of a plane in a set.
fn observations(
    kind: &Kind,
    set: &Set,
    (response, plane): (usize, usize),
    terms: &[Term],
    floor: impl Fn(usize) -> f64,
) -> Vec<Observation> {
    let telling = (0..AREA).filter(|&k| kind.telling[k]);
    telling
        .map(|k| Observation {
            terms: terms.to_vec(),
            response,
            k,
            square: set.squares[plane][k],
            count: set.count,
            floor: kind.rounding + floor(k),
            step: kind.steps[plane][k],
        })
        .collect()
}

/// What R, G and B have in the corner over what the axes give them there: as deviations, 1 where
/// it is not known.
fn gains(kind: &Kind, fits: &Fits) -> [f32; 3] {
    [0, 1, 2].map(|channel| {
        let (mut measured, mut expected) = (0.0, 0.0);
        for set in kind.noise() {
            let Some(squares) = set.squares.get(3 + channel) else {
                return 1.0;
            };
            for k in (0..AREA).filter(|&k| is_corner(k)) {
                measured += set.count * (squares[k] - kind.rounding);
                for (axis, weights) in OPPONENT.iter().enumerate() {
                    let seen = fits.spectrum(axis).seen_by(kind.response.of(k));
                    let share = f64::from(weights[channel].powi(2) * seen);
                    expected += set.count * share * fits.variance(axis, set.brightness[channel]);
                }
            }
        }
        (measured / f64::max(expected, 1e-3))
            .clamp(0.25, 4.0)
            .sqrt() as f32
    })
}
