//! Offsets that continue what reaches the hole: for places along its rim, where in the window the
//! known pixels around them are found again.
//!
//! A structure that ends at the hole, a shore or a kerb, is too small a part of the window to be
//! among the offsets that repeat most often.

use crate::exemplar::label::Label;
use crate::exemplar::offsets::Peak;
use crate::exemplar::scene::{NONE, STEPS, Scene, Sites};
use crate::exemplar::watch::Watch;

/// Known pixels this near to an anchor are compared.
const RADIUS: i32 = 6;
/// Anchors are this far apart along the rim.
const APART: i32 = 5;
/// The most anchors.
const MOST: usize = 64;
/// The fewest known pixels of an anchor.
const FEWEST: usize = 12;
/// Offsets kept for each anchor, and how far apart they are.
const KEPT: usize = 3;
const DISTINCT: i32 = 3;
/// An offset takes the anchor's own surroundings at least this far.
const LEAST: i32 = 8;
/// Offsets found at half the size are corrected by up to this.
const CORRECTION: i32 = 2;
/// The most sites of a hole whose rim is matched at its own size.
const MOST_SITES: usize = 3500;

/// A site at the rim, and the known pixels around it.
struct Anchor {
    place: (i32, i32),
    known: Vec<(i32, i32)>,
}

/// The offsets that fit at the rim. Those that fit best at some place have the most votes.
pub(crate) async fn matches(scene: &Scene, watch: Watch<'_>) -> Vec<Peak> {
    let count = scene.hole.iter().filter(|&&hole| hole).count();
    let half = if count > MOST_SITES {
        Some(scene.halved())
    } else {
        None
    };
    let overview = half.as_ref().unwrap_or(scene);
    let anchors = anchors(overview, RADIUS);
    let mut found = Vec::new();
    for (done, anchor) in anchors.iter().enumerate() {
        watch.check(done as f32 / anchors.len() as f32).await;
        let best = search(overview, anchor);
        for (rank, label) in best.into_iter().enumerate() {
            let label = if half.is_some() {
                corrected(scene, anchor, label)
            } else {
                label
            };
            found.push(Peak {
                label,
                votes: 0.5f32.powi(rank as i32),
            });
        }
    }
    merged(found)
}

/// Sites with known pixels beside them, a little apart.
fn anchors(scene: &Scene, radius: i32) -> Vec<Anchor> {
    let sites = Sites::of(scene);
    let beside = |site: &usize| {
        let (x, y) = sites.places[*site];
        let mut steps = STEPS.iter().zip(&sites.neighbours[*site]);
        steps.any(|(&(dx, dy), &n)| n == NONE && scene.known(x + dx, y + dy).is_some())
    };
    let mut anchors: Vec<Anchor> = Vec::new();
    for site in (0..sites.len()).filter(beside) {
        let place = sites.places[site];
        let near =
            |a: &Anchor| (a.place.0 - place.0).abs().max((a.place.1 - place.1).abs()) < APART;
        if anchors.iter().any(near) {
            continue;
        }
        let known = known_around(scene, place, radius);
        if known.len() >= FEWEST {
            anchors.push(Anchor { place, known });
        }
    }
    let step = anchors.len().div_ceil(MOST).max(1);
    anchors.into_iter().step_by(step).collect()
}

/// The known pixels around a place, those that are compared first spread over all.
fn known_around(scene: &Scene, (x, y): (i32, i32), radius: i32) -> Vec<(i32, i32)> {
    let mut known = Vec::new();
    for phase in 0..4 {
        for dy in -radius..=radius {
            for dx in -radius..=radius {
                let turn = (dx & 1) + 2 * (dy & 1);
                if turn == phase && scene.known(x + dx, y + dy).is_some() {
                    known.push((x + dx, y + dy));
                }
            }
        }
    }
    known
}

/// The labels that fit best at an anchor.
fn search(scene: &Scene, anchor: &Anchor) -> Vec<Label> {
    let mut best: Vec<(f32, Label)> = Vec::new();
    let (x, y) = anchor.place;
    for at in 0..scene.copyable.len() {
        let label = Label {
            dx: (at % scene.width()) as i32 - x,
            dy: (at / scene.width()) as i32 - y,
            mirrored: false,
        };
        if !scene.copyable[at] || label.dx.abs().max(label.dy.abs()) < LEAST {
            continue;
        }
        let bound = if best.len() < KEPT {
            f32::INFINITY
        } else {
            best[best.len() - 1].0
        };
        if let Some(error) = error(scene, &anchor.known, label, bound) {
            keep(&mut best, error, label);
        }
    }
    best.into_iter().map(|(_, label)| label).collect()
}

/// Keeps a label among the best, of which no two are alike.
fn keep(best: &mut Vec<(f32, Label)>, error: f32, label: Label) {
    let alike =
        |other: &Label| (other.dx - label.dx).abs().max((other.dy - label.dy).abs()) < DISTINCT;
    if best.iter().any(|(e, other)| *e <= error && alike(other)) {
        return;
    }
    best.retain(|(_, other)| !alike(other));
    let place = best.partition_point(|(e, _)| *e <= error);
    best.insert(place, (error, label));
    best.truncate(KEPT);
}

/// The squared difference over known pixels; `None` where it exceeds the bound, or a pixel may not
/// be copied.
fn error(scene: &Scene, known: &[(i32, i32)], label: Label, bound: f32) -> Option<f32> {
    let mut sum = 0.0;
    for &(x, y) in known {
        let copied = scene.copied(label, x, y)?;
        let here = scene.known(x, y)?;
        for (a, b) in copied.iter().zip(here) {
            sum += (a - b) * (a - b);
        }
        if sum >= bound {
            return None;
        }
    }
    Some(sum)
}

/// A label of half the size, doubled and corrected to fit best around the anchor.
fn corrected(scene: &Scene, anchor: &Anchor, label: Label) -> Label {
    let place = (2 * anchor.place.0, 2 * anchor.place.1);
    let known = known_around(scene, place, 2 * RADIUS);
    let doubled = label.enlarged(2);
    let mut best = (f32::INFINITY, doubled);
    for dy in -CORRECTION..=CORRECTION {
        for dx in -CORRECTION..=CORRECTION {
            let moved = doubled.moved(dx, dy);
            if let Some(error) = error(scene, &known, moved, best.0) {
                best = (error, moved);
            }
        }
    }
    best.1
}

/// Each label once, with all its votes; most first.
fn merged(mut found: Vec<Peak>) -> Vec<Peak> {
    found.sort_by_key(|peak| peak.label);
    let runs = found.chunk_by(|a, b| a.label == b.label);
    let mut merged: Vec<Peak> = runs
        .map(|run| Peak {
            label: run[0].label,
            votes: run.iter().map(|peak| peak.votes).sum(),
        })
        .collect();
    merged.sort_by(|a, b| b.votes.total_cmp(&a.votes).then(a.label.cmp(&b.label)));
    merged
}
