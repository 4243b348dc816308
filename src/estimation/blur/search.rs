//! The best blur of each kind: coarse grids of radii, lengths and angles, then smaller and smaller
//! changes.

use crate::estimation::blur::decision::{Fits, typical_step};
use crate::estimation::blur::evidence::{Coefficients, Evidence, Fit};
use crate::estimation::blur::found::Found;
use crate::estimation::blur::kind::Blur;
use crate::estimation::blur::periodogram::Periodogram;
use crate::estimation::blur::plane::Luma;
use crate::estimation::blur::real_fourier::RealFourier;
use crate::estimation::blur::windows::{SIDE, textured};
use crate::photo::blur_kernel::Kernel;

const SIGMAS: [f64; 12] = [0.45, 0.6, 0.8, 1.0, 1.25, 1.5, 1.8, 2.2, 2.7, 3.3, 4.1, 5.0];
const RADII: [f64; 13] = [
    1.0, 1.25, 1.6, 2.0, 2.5, 3.0, 3.6, 4.3, 5.2, 6.2, 7.4, 8.8, 10.5,
];
const LENGTHS: [f64; 16] = [
    3.0, 3.6, 4.3, 5.1, 6.0, 7.0, 8.2, 9.6, 11.2, 13.2, 15.5, 18.2, 21.3, 25.0, 29.3, 34.3,
];
const ANGLES: usize = 24;
/// The best lines of the grid from which the search goes on: a length's multiples and parts are
/// local maxima.
const STARTS: usize = 4;
/// Halvings of the changes.
const HALVINGS: usize = 5;
/// How exact a fit is.
const FINE: Effort = Effort {
    steps: 8,
    stride: 1,
};
const COARSE: Effort = Effort {
    steps: 6,
    stride: 3,
};
const COARSEST: Effort = Effort {
    steps: 3,
    stride: 5,
};

/// The most steps of a fit, and which bins it takes.
#[derive(Debug, Clone, Copy)]
struct Effort {
    steps: usize,
    stride: usize,
}

/// The search in one photo.
#[derive(Debug)]
pub(in crate::estimation::blur) struct Search {
    fourier: RealFourier,
    periodogram: Periodogram,
    evidence: Evidence,
    step: f64,
    is_jpeg: bool,
}

impl Search {
    /// `None` where the photo has no window with texture.
    pub(in crate::estimation::blur) fn new(luma: &Luma) -> Option<Self> {
        let corners = textured(luma);
        if corners.is_empty() {
            return None;
        }
        let mut fourier = RealFourier::new(SIDE, SIDE);
        let periodogram = Periodogram::of(luma, &corners, &mut fourier);
        let evidence = Evidence::new(&periodogram, luma);
        Some(Self {
            fourier,
            periodogram,
            evidence,
            step: typical_step(luma.jpeg_steps()),
            is_jpeg: luma.jpeg_steps().is_some(),
        })
    }

    /// The best of each kind.
    pub(in crate::estimation::blur) fn all(&mut self) -> Fits {
        let start = self.evidence.start();
        let effort = Effort {
            steps: 12,
            stride: 1,
        };
        let sharp = self.fit(Blur::Sharp, &start, effort);
        let near = sharp.fit.coefficients;
        let gaussians = SIGMAS.map(|sigma| Blur::Gaussian { sigma });
        let discs = RADII.map(|radius| Blur::Disc { radius });
        Fits {
            gaussian: self.along(&gaussians, &near),
            disc: self.along(&discs, &near),
            line: self.line(&near),
            sharp,
            step: self.step,
        }
    }

    /// The log evidence of a kernel of any shape, from the coefficients of another fit.
    pub(in crate::estimation::blur) fn log_evidence_of(
        &mut self,
        kernel: &Kernel,
        start: &Coefficients,
    ) -> f64 {
        self.fit_kernel(kernel, start, FINE).log_evidence
    }

    /// The log evidence of a blur that is `factor` times as large and turned by `degrees`.
    pub(in crate::estimation::blur) fn near(
        &mut self,
        found: &Found,
        factor: f64,
        degrees: f64,
    ) -> f64 {
        let kernel = found.blur.changed(factor, degrees).kernel();
        self.log_evidence_of(&kernel, &found.fit.coefficients)
    }

    fn fit(&mut self, blur: Blur, start: &Coefficients, effort: Effort) -> Found {
        let fit = self.fit_kernel(&blur.kernel(), start, effort);
        Found { blur, fit }
    }

    fn fit_kernel(&mut self, kernel: &Kernel, start: &Coefficients, effort: Effort) -> Fit {
        let Effort { steps, stride } = effort;
        let fourier = &mut self.fourier;
        let transfer = self
            .periodogram
            .transfer(kernel, fourier, stride, self.is_jpeg);
        self.evidence.fit(&transfer, start, steps, stride)
    }

    /// The best of a kind with one measure, near one of the grid.
    fn along(&mut self, grid: &[Blur], start: &Coefficients) -> Found {
        let tried = self.chain(grid, start, COARSE);
        let best = best_of(&tried);
        self.refined(&tried[best], 0.12, 0.0)
    }

    fn line(&mut self, start: &Coefficients) -> Found {
        let mut tried = Vec::new();
        for i in 0..ANGLES {
            let angle = i as f64 * 180.0 / ANGLES as f64;
            let lines = LENGTHS.map(|length| Blur::Line { length, angle });
            tried.extend(self.chain(&lines, start, COARSEST));
        }
        let turn = 90.0 / ANGLES as f64;
        let first = tried[best_of(&tried)].clone();
        let mut best = self.refined(&first, 0.09, turn);
        tried.retain(|t| !t.blur.is_near(&first.blur));
        for _ in 1..STARTS {
            if tried.is_empty() {
                break;
            }
            let next = tried[best_of(&tried)].clone();
            tried.retain(|t| !t.blur.is_near(&next.blur));
            let refined = self.refined(&next, 0.09, turn);
            if refined.beats(&best) {
                best = refined;
            }
        }
        best
    }

    /// The fits of a row of blurs, each from its predecessor's coefficients.
    fn chain(&mut self, blurs: &[Blur], start: &Coefficients, effort: Effort) -> Vec<Found> {
        let mut start = *start;
        let fit = |blur: &Blur| {
            let found = self.fit(*blur, &start, effort);
            start = found.fit.coefficients;
            found
        };
        blurs.iter().map(fit).collect()
    }

    /// The best near a blur: changes by `part` of its size and by `degrees`, which are halved.
    fn refined(&mut self, from: &Found, mut part: f64, mut degrees: f64) -> Found {
        let mut best = self.fit(from.blur, &from.fit.coefficients, FINE);
        for _ in 0..HALVINGS {
            let mut changes = vec![(1.0 + part, 0.0), (1.0 / (1.0 + part), 0.0)];
            if degrees > 0.0 {
                changes.extend([(1.0, degrees), (1.0, -degrees)]);
            }
            for (factor, turn) in changes {
                let blur = best.blur.changed(factor, turn);
                let found = self.fit(blur, &best.fit.coefficients, FINE);
                if found.beats(&best) {
                    best = found;
                }
            }
            part *= 0.5;
            degrees *= 0.5;
        }
        best
    }
}

/// The index of the largest evidence; there must be one.
fn best_of(tried: &[Found]) -> usize {
    let evidence = |i: &usize| tried[*i].fit.log_evidence;
    let best = (0..tried.len()).max_by(|a, b| evidence(a).total_cmp(&evidence(b)));
    best.unwrap_or(0)
}
