//! The labels that a variant may use.

use std::cmp::Reverse;

use crate::exemplar::label::Label;
use crate::exemplar::offsets::Peak;
use crate::exemplar::random::Random;
use crate::exemplar::scene::{Scene, Sites};

/// A label that can't be used at a larger share of the hole than one in this many is not offered.
const COVERAGE: usize = 40;
/// Labels this near, on both axes, to one that another variant was made of are not offered.
const ALIKE: i32 = 2;
/// The most labels that are added for sites that no other can be used at.
const MOST_ADDED: usize = 48;
/// Places drawn for each of these.
const DRAWS: usize = 24;

/// The labels that can be used at a fair share of the sites.
pub(crate) fn useful(peaks: Vec<Peak>, scene: &Scene, sites: &Sites) -> Vec<Peak> {
    let enough = sites.len().div_ceil(COVERAGE);
    let covers = |peak: &Peak| {
        let covered = sites.places.iter();
        let mut covered = covered.filter(|&&(x, y)| scene.source(peak.label, x, y).is_some());
        covered.nth(enough - 1).is_some()
    };
    peaks.into_iter().filter(covers).collect()
}

/// The `count` labels of most votes; or, where labels of earlier variants are to be avoided, labels
/// drawn by their votes among the others.
pub(crate) fn drawn(
    pool: &[Peak],
    count: usize,
    used: &[Label],
    random: &mut Random,
) -> Vec<Label> {
    let alike = |a: Label, b: Label| {
        a.mirrored == b.mirrored && (a.dx - b.dx).abs().max((a.dy - b.dy).abs()) <= ALIKE
    };
    let free = pool.iter();
    let free = free.filter(|peak| !used.iter().any(|&label| alike(label, peak.label)));
    let mut free: Vec<Peak> = free.copied().collect();
    if used.is_empty() {
        free.truncate(count);
        return free.into_iter().map(|peak| peak.label).collect();
    }
    let mut drawn = Vec::new();
    while drawn.len() < count && !free.is_empty() {
        let total: f64 = free.iter().map(|peak| f64::from(peak.votes)).sum();
        let mut left = random.uniform() * total;
        let passed = free.iter().position(|peak| {
            left -= f64::from(peak.votes);
            left <= 0.0
        });
        drawn.push(free.remove(passed.unwrap_or(0)).label);
    }
    drawn
}

/// Adds labels until each site has one that can be used, or no more are allowed. The sites left.
pub(crate) fn complete(
    labels: &mut Vec<Label>,
    scene: &Scene,
    sites: &Sites,
    random: &mut Random,
) -> Vec<usize> {
    let covers = |label: Label, site: usize| {
        let (x, y) = sites.places[site];
        scene.source(label, x, y).is_some()
    };
    let mut left: Vec<usize> = (0..sites.len())
        .filter(|&site| !labels.iter().any(|&label| covers(label, site)))
        .collect();
    let sources: Vec<usize> = (0..scene.copyable.len())
        .filter(|&at| scene.copyable[at])
        .collect();
    for _ in 0..MOST_ADDED {
        let (Some(&site), false) = (left.get(left.len() / 2), sources.is_empty()) else {
            break;
        };
        let (x, y) = sites.places[site];
        let draw = |_: usize| {
            let draw = (random.uniform() * sources.len() as f64) as usize;
            let at = sources[draw.min(sources.len() - 1)];
            Label {
                dx: (at % scene.width()) as i32 - x,
                dy: (at / scene.width()) as i32 - y,
                mirrored: false,
            }
        };
        let gain = |label: &Label| left.iter().filter(|&&site| covers(*label, site)).count();
        let nearness = |label: &Label| Reverse(label.dx.abs() + label.dy.abs());
        let candidates = (0..DRAWS).map(draw);
        let best = candidates.max_by_key(|label| (gain(label), nearness(label)));
        if let Some(best) = best {
            left.retain(|&site| !covers(best, site));
            labels.push(best);
        }
    }
    left
}
