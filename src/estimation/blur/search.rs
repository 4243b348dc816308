//! The best blur of each kind: coarse grids of radii, lengths and angles, then smaller and smaller
//! changes.

use crate::estimation::blur::decision::{Fits, typical_step};
use crate::estimation::blur::evidence::{Coefficients, Effort, Evidence, Fit, NOISE};
use crate::estimation::blur::found::Found;
use crate::estimation::blur::kind::Blur;
use crate::estimation::blur::periodogram::Periodogram;
use crate::estimation::blur::plane::Luma;
use crate::estimation::blur::real_fourier::RealFourier;
use crate::estimation::blur::windows::{Corner, SIDE, textured};
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
/// The parts of its size and the degrees by which a blur is changed at first.
const OF_ROUND: Change = Change {
    part: 0.12,
    degrees: 0.0,
};
const OF_LINE: Change = Change {
    part: 0.09,
    degrees: 90.0 / ANGLES as f64,
};
/// Halvings of the changes with coarse fits, and after them with fine ones.
const ROUGH: u32 = 3;
const LAST: u32 = 2;
/// What no photo is free of beside noise, in levels²: blurs are not exactly of one kind.
const LEAST_VEIL: f64 = 0.25;
/// Fits of the grids, of what is best there, of the last changes, and of halves of the photo.
const OF_LINES: Effort = Effort {
    steps: 3,
    stride: 5,
    veil: 4.0,
};
const OF_GRID: Effort = Effort {
    steps: 6,
    stride: 3,
    veil: 4.0,
};
const COARSE: Effort = Effort {
    veil: 1.0,
    ..OF_GRID
};
const FINE: Effort = Effort {
    steps: 8,
    stride: 1,
    veil: LEAST_VEIL,
};
/// The first fit of a photo, from the prior's means.
const FIRST: Effort = Effort { steps: 12, ..FINE };
const OF_HALF: Effort = Effort {
    veil: LEAST_VEIL,
    ..OF_GRID
};

/// How much a blur is changed.
#[derive(Debug, Clone, Copy)]
struct Change {
    part: f64,
    degrees: f64,
}

impl Change {
    fn halved(self, times: u32) -> Self {
        let half = 0.5f64.powi(times as i32);
        Self {
            part: self.part * half,
            degrees: self.degrees * half,
        }
    }
}

/// What windows show.
#[derive(Debug)]
struct Shown {
    periodogram: Periodogram,
    evidence: Evidence,
}

impl Shown {
    fn of(luma: &Luma, corners: &[Corner], fourier: &mut RealFourier) -> Self {
        let periodogram = Periodogram::of(luma, corners, fourier);
        Self {
            evidence: Evidence::new(&periodogram, luma),
            periodogram,
        }
    }
}

/// The search in one photo.
#[derive(Debug)]
pub(in crate::estimation::blur) struct Search {
    fourier: RealFourier,
    whole: Shown,
    /// The windows of the left, the right, the upper and the lower half.
    halves: [Shown; 4],
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
        let mut shown = |corners: &[Corner]| Shown::of(luma, corners, &mut fourier);
        let whole = shown(&corners);
        if !whole.periodogram.shows_texture() {
            return None;
        }
        Some(Self {
            whole,
            halves: halves(&corners).map(|half| shown(&half)),
            fourier,
            step: typical_step(luma.jpeg_steps()),
            is_jpeg: luma.jpeg_steps().is_some(),
        })
    }

    /// The best of each kind.
    pub(in crate::estimation::blur) fn all(&mut self) -> Fits {
        let start = self.whole.evidence.start();
        let sharp = self.fit(Blur::Sharp, &start, FIRST);
        let near = sharp.fit.coefficients;
        let gaussians = SIGMAS.map(|sigma| Blur::Gaussian { sigma });
        let discs = RADII.map(|radius| Blur::Disc { radius });
        let gaussian = self.along(&gaussians, &near);
        let disc = self.along(&discs, &near);
        let line = self.line(&near);
        let without = self.by_halves(&sharp);
        let mut least_gain = |found: &Found| {
            let with = self.by_halves(found);
            let gains = with
                .iter()
                .zip(&without)
                .map(|(with, without)| with - without);
            gains.fold(f64::INFINITY, f64::min)
        };
        Fits {
            least_gains: [&gaussian, &disc, &line].map(&mut least_gain),
            sharp,
            gaussian,
            disc,
            line,
            step: self.step,
        }
    }

    /// The log evidence of a blur in each half of the photo.
    fn by_halves(&mut self, found: &Found) -> [f64; 4] {
        let kernel = found.blur.kernel();
        self.halves.each_ref().map(|half| {
            let fourier = &mut self.fourier;
            let transfer =
                half.periodogram
                    .transfer(&kernel, fourier, OF_HALF.stride, self.is_jpeg);
            let start = &found.fit.coefficients;
            half.evidence.fit(&transfer, start, OF_HALF).log_evidence
        })
    }

    /// The log evidence of a kernel of any shape, from the coefficients of another fit.
    pub(in crate::estimation::blur) fn log_evidence_of(
        &mut self,
        kernel: &Kernel,
        start: &Coefficients,
    ) -> f64 {
        self.fit_kernel(kernel, start, FINE).log_evidence
    }

    /// The standard deviation of the noise under a known kernel, in levels of luma.
    pub(in crate::estimation::blur) fn noise_under(&mut self, kernel: &Kernel) -> f64 {
        let start = self.whole.evidence.start();
        let fit = self.fit_kernel(kernel, &start, FIRST);
        (0.5 * fit.coefficients[NOISE]).exp()
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
        let fourier = &mut self.fourier;
        let Shown {
            periodogram,
            evidence,
        } = &self.whole;
        let transfer = periodogram.transfer(kernel, fourier, effort.stride, self.is_jpeg);
        evidence.fit(&transfer, start, effort)
    }

    /// The best of a kind with one measure, near one of the grid.
    fn along(&mut self, grid: &[Blur], start: &Coefficients) -> Found {
        let tried = self.chain(grid, start, OF_GRID);
        let rough = self.refined(&tried[best_of(&tried)], OF_ROUND, ROUGH, COARSE);
        self.refined(&rough, OF_ROUND.halved(ROUGH), LAST, FINE)
    }

    fn line(&mut self, start: &Coefficients) -> Found {
        let mut tried = Vec::new();
        for i in 0..ANGLES {
            let angle = i as f64 * 180.0 / ANGLES as f64;
            let lines = LENGTHS.map(|length| Blur::Line { length, angle });
            tried.extend(self.chain(&lines, start, OF_LINES));
        }
        let mut best: Option<Found> = None;
        for _ in 0..STARTS {
            if tried.is_empty() {
                break;
            }
            let from = tried[best_of(&tried)].clone();
            tried.retain(|t| !t.blur.is_near(&from.blur));
            let rough = self.refined(&from, OF_LINE, ROUGH, COARSE);
            if best.as_ref().is_none_or(|best| rough.beats(best)) {
                best = Some(rough);
            }
        }
        let rough = best.expect("the grid has lines");
        self.refined(&rough, OF_LINE.halved(ROUGH), LAST, FINE)
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

    /// The best near a blur, by changes that are halved.
    fn refined(&mut self, from: &Found, change: Change, halvings: u32, effort: Effort) -> Found {
        let mut best = self.fit(from.blur, &from.fit.coefficients, effort);
        for i in 0..halvings {
            let Change { part, degrees } = change.halved(i);
            let mut changes = vec![(1.0 + part, 0.0), (1.0 / (1.0 + part), 0.0)];
            if degrees > 0.0 {
                changes.extend([(1.0, degrees), (1.0, -degrees)]);
            }
            for (factor, turn) in changes {
                let blur = best.blur.changed(factor, turn);
                let found = self.fit(blur, &best.fit.coefficients, effort);
                if found.beats(&best) {
                    best = found;
                }
            }
        }
        best
    }
}

/// The left, the right, the upper and the lower half of the windows; of an odd number the middle
/// one is in both.
fn halves(corners: &[Corner]) -> [Vec<Corner>; 4] {
    let count = corners.len().div_ceil(2);
    let sorted = |key: fn(&Corner) -> Corner| {
        let mut sorted = corners.to_vec();
        sorted.sort_by_key(key);
        sorted
    };
    let (across, down) = (sorted(|&(row, column)| (column, row)), sorted(|c| *c));
    let first = |all: &[Corner]| all[..count].to_vec();
    let last = |all: &[Corner]| all[all.len() - count..].to_vec();
    [first(&across), last(&across), first(&down), last(&down)]
}

/// The index of the largest evidence; there must be one.
fn best_of(tried: &[Found]) -> usize {
    let evidence = |i: &usize| tried[*i].fit.log_evidence;
    let best = (0..tried.len()).max_by(|a, b| evidence(a).total_cmp(&evidence(b)));
    best.unwrap_or(0)
}
