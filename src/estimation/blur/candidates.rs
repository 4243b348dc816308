//! What may have blurred a photo, ranked.

use crate::estimation::blur::decision::Fits;
use crate::estimation::blur::found::Found;
use crate::estimation::blur::kernel_grid::on_grid;
use crate::estimation::blur::kind::Blur;
use crate::estimation::blur::plane::Luma;
use crate::estimation::blur::search::Search;
use crate::estimation::blur::spectrum_of_error::{ErrorSpectrum, GRID};
use crate::photo::blur_kernel::Kernel;

/// A blur that a photo may have.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its kind and measures.
    pub blur: Blur,
    /// Its kernel.
    pub kernel: Kernel,
    /// ln p(spectrum | blur) - ln p(spectrum | no blur), in nats.
    pub score: f64,
    /// The probability of its kind, 0 to 1; those of all candidates sum to 1.
    pub confidence: f64,
    /// The standard deviation of ln size (deviation, radius or length); `None` for kinds without.
    pub size_deviation: Option<f64>,
    /// How far the kernel may be off.
    pub error: ErrorSpectrum,
}

/// What the evidence of a free kernel, which was fitted to the photo at hundreds of weights, has
/// to exceed that of the best closed form by, in nats.
const FREE_HANDICAP: f64 = 25.0;
/// The nats that count as one in the odds of a free kernel: bins are not independent.
const FREE_UNIT: f64 = 8.0;
/// The least relative deviation of a size, and of an angle in degrees, whatever the fit says.
const LEAST_SIZE: f64 = 0.03;
const LEAST_ANGLE: f64 = 0.4;
/// The largest, where the fit hardly depends on them.
const MOST_SIZE: f64 = 0.4;
const MOST_ANGLE: f64 = 20.0;

/// What the decision between kinds is made by, for those who fit it.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionInputs {
    /// Of the softmax over none, Gaussian, disc and line.
    pub kinds: Vec<f64>,
    /// Of the regression of ln (true deviation / fitted one) of a Gaussian.
    pub sizes: Vec<f64>,
    /// The fitted deviation of a Gaussian, in pixels.
    pub sigma: f64,
}

/// The inputs of the decision; `None` where the photo does not show its blur.
pub fn decision_inputs(luma: &Luma) -> Option<DecisionInputs> {
    let fits = Search::new(luma)?.all();
    Some(DecisionInputs {
        kinds: fits.kind_features().to_vec(),
        sizes: fits.sigma_features().to_vec(),
        sigma: fits.gaussian.blur.size(),
    })
}

/// None, the Gaussian with its radius corrected, the disc and the line.
pub(in crate::estimation::blur) fn closed_forms(
    search: &mut Search,
    fits: &Fits,
) -> Vec<Candidate> {
    let probabilities = fits.probabilities();
    let found = [&fits.sharp, &fits.gaussian, &fits.disc, &fits.line];
    let score = |found: &Found| found.fit.log_evidence - fits.sharp.fit.log_evidence;
    found
        .into_iter()
        .zip(probabilities)
        .map(|(found, probability)| {
            let mut blur = found.blur;
            if let Blur::Gaussian { sigma } = &mut blur {
                *sigma = fits.corrected_sigma();
            }
            let deviations = Deviations::of(search, found);
            Candidate {
                kernel: blur.kernel(),
                blur,
                score: score(found),
                confidence: probability,
                size_deviation: deviations.size,
                error: deviations.error(&blur),
            }
        })
        .collect()
}

/// Standard deviations of a fit's measures, from the curvature of the evidence.
struct Deviations {
    /// Of ln size.
    size: Option<f64>,
    /// Degrees.
    angle: Option<f64>,
}

impl Deviations {
    fn of(search: &mut Search, found: &Found) -> Self {
        const PART: f64 = 0.06;
        const TURN: f64 = 2.0;
        let best = found.fit.log_evidence;
        let deviation = |low: f64, high: f64, change: f64| {
            let curvature = (2.0 * best - low - high) / (change * change);
            curvature.max(1e-12).sqrt().recip()
        };
        let mut around = |part: f64, turn: f64| {
            let low = search.near(found, (-part).exp(), -turn);
            (low, search.near(found, part.exp(), turn))
        };
        let has_size = found.blur != Blur::Sharp;
        let has_angle = matches!(found.blur, Blur::Line { .. });
        Self {
            size: has_size.then(|| {
                let (low, high) = around(PART, 0.0);
                deviation(low, high, PART).clamp(LEAST_SIZE, MOST_SIZE)
            }),
            angle: has_angle.then(|| {
                let (low, high) = around(0.0, TURN);
                deviation(low, high, TURN).clamp(LEAST_ANGLE, MOST_ANGLE)
            }),
        }
    }

    /// The power of the kernel's changes by one deviation each.
    fn error(&self, blur: &Blur) -> ErrorSpectrum {
        let by_size = self.size.map(|size| difference(blur, size, 0.0));
        let by_angle = self.angle.map(|angle| difference(blur, 0.0, angle));
        let directions: Vec<Vec<f32>> = by_size.into_iter().chain(by_angle).collect();
        if directions.is_empty() {
            return ErrorSpectrum::none();
        }
        ErrorSpectrum::of_directions(&directions)
    }
}

/// Half the difference of the kernels one deviation above and below, on the grid of the errors.
fn difference(blur: &Blur, size: f64, angle: f64) -> Vec<f32> {
    let grid = |sign: f64| {
        let changed = blur.changed((sign * size).exp(), sign * angle);
        on_grid(&changed.kernel(), GRID)
    };
    let (above, below) = (grid(1.0), grid(-1.0));
    above
        .iter()
        .zip(&below)
        .map(|(a, b)| 0.5 * (a - b))
        .collect()
}

/// Adds a free kernel; what it is more probable than the others by is taken from them.
pub(in crate::estimation::blur) fn add_free(
    candidates: &mut Vec<Candidate>,
    kernel: Kernel,
    search: &mut Search,
    fits: &Fits,
) {
    let best = candidates.iter().fold(0.0, |a: f64, c| a.max(c.score));
    let start = &fits.sharp.fit.coefficients;
    let score = search.log_evidence_of(&kernel, start) - fits.sharp.fit.log_evidence;
    let odds = ((score - best - FREE_HANDICAP) / FREE_UNIT).min(30.0).exp();
    for other in candidates.iter_mut() {
        other.confidence /= 1.0 + odds;
    }
    let error = error_of_free(&kernel);
    candidates.push(Candidate {
        blur: Blur::Free,
        kernel,
        score,
        confidence: odds / (1.0 + odds),
        size_deviation: None,
        error,
    });
}

/// A fit to the errors of kernels that were found in held-out photos.
fn error_of_free(kernel: &Kernel) -> ErrorSpectrum {
    const LEVEL: f64 = 0.015;
    const DEVIATIONS: f64 = 2.0;
    ErrorSpectrum::radial(LEVEL, DEVIATIONS * kernel.deviation())
}
