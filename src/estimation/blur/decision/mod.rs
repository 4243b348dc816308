//! Which kind of blur it is, and the correction of a Gaussian's radius: a softmax and a ridge
//! regression on a few numbers of the fits. `training/eps_training/blur_decision.py` fits them to
//! what [`decision_inputs`] tells of photos whose blur is known.
//!
//! [`decision_inputs`]: crate::estimation::blur::decision_inputs

mod weights;

use crate::estimation::blur::evidence::Fit;
use crate::estimation::blur::found::Found;
use weights::{KIND, KIND_OFFSET, RADIUS, RADIUS_OFFSET};

/// ln s² from one level to as much as photos with a blur that can be found have.
const NOISE: (f64, f64) = (0.0, 4.0);
/// The largest correction of ln radius.
const MOST: f64 = 0.4;
/// Differences of log evidence are compressed by asinh above about this.
const SOFT: f64 = 10.0;
const SOFT_BETWEEN: f64 = 5.0;

/// The fits of a photo, the best of each kind.
#[derive(Debug, Clone)]
pub(in crate::estimation::blur) struct Fits {
    pub sharp: Found,
    pub gaussian: Found,
    pub disc: Found,
    pub line: Found,
    /// By how much the log evidence of the Gaussian, the disc and the line exceeds that of no blur
    /// in the half of the photo where it does so least: all of a photo has the same blur, and not
    /// the same texture.
    pub least_gains: [f64; 3],
    /// The geometric mean of JPEG's steps from the third anti-diagonal on; 1 without JPEG.
    pub step: f64,
}

/// The geometric mean of the steps whose indices sum to at least 3.
pub(in crate::estimation::blur) fn typical_step(steps: Option<&[f32; 64]>) -> f64 {
    let Some(steps) = steps else {
        return 1.0;
    };
    let fine = (0..64).filter(|i| i / 8 + i % 8 >= 3);
    let logs: Vec<f64> = fine.map(|i| f64::from(steps[i]).ln()).collect();
    (logs.iter().sum::<f64>() / logs.len() as f64).exp()
}

impl Fits {
    /// The probabilities of none, Gaussian, disc and line.
    pub(in crate::estimation::blur) fn probabilities(&self) -> [f64; 4] {
        let features = self.kind_features();
        let logits: [f64; 4] = std::array::from_fn(|kind| {
            let by_feature = features.iter().zip(&KIND);
            KIND_OFFSET[kind] + by_feature.map(|(f, w)| f * w[kind]).sum::<f64>()
        });
        let largest = logits.iter().fold(f64::NEG_INFINITY, |a, l| a.max(*l));
        let weights = logits.map(|l| (l - largest).exp());
        let sum: f64 = weights.iter().sum();
        weights.map(|w| w / sum)
    }

    /// The radius of the Gaussian, its bias taken out.
    pub(in crate::estimation::blur) fn corrected_sigma(&self) -> f64 {
        let features = self.sigma_features();
        let by_feature = features.iter().zip(&RADIUS);
        let shift = RADIUS_OFFSET + by_feature.map(|(f, w)| f * w).sum::<f64>();
        self.gaussian.blur.size() * shift.clamp(-MOST, MOST).exp()
    }

    /// What the size of a Gaussian is corrected by.
    pub(in crate::estimation::blur) fn sigma_features(&self) -> [f64; RADIUS.len()] {
        let [_, slope, curvature, _, _, _, _, noise] = self.gaussian.fit.coefficients;
        let (s, q) = (self.gaussian.blur.size().ln(), self.step.ln());
        let noise = noise.clamp(NOISE.0, NOISE.1);
        [s, s * s, slope, curvature, noise, q, q * s, q * noise]
    }

    /// What the kind is decided by.
    pub(in crate::estimation::blur) fn kind_features(&self) -> [f64; KIND.len()] {
        let evidence = |fit: &Fit| fit.log_evidence - self.sharp.fit.log_evidence;
        let gaussian = evidence(&self.gaussian.fit);
        let disc = evidence(&self.disc.fit);
        let line = evidence(&self.line.fit);
        let [least_gaussian, least_disc, least_line] = self.least_gains;
        let [_, slope, curvature, _, _, _, _, noise] = self.gaussian.fit.coefficients;
        [
            (gaussian / SOFT).asinh(),
            (disc / SOFT).asinh(),
            (line / SOFT).asinh(),
            ((disc - gaussian) / SOFT_BETWEEN).asinh(),
            ((line - gaussian.max(disc)) / SOFT_BETWEEN).asinh(),
            self.gaussian.blur.size().ln(),
            self.disc.blur.size().ln(),
            self.line.blur.size().ln(),
            (least_gaussian / SOFT).asinh(),
            (least_disc / SOFT).asinh(),
            (least_line / SOFT).asinh(),
            slope,
            curvature,
            // Pictures without noise are not decided by that.
            noise.clamp(NOISE.0, NOISE.1),
            self.step.ln(),
        ]
    }
}
