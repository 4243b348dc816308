//! The offsets by which a photo's own patches repeat most often.
//!
//! He and Sun, *Statistics of Patch Offsets for Image Completion*, ECCV 2012: the offsets from
//! patches to their nearest ones are few, and copying by these few alone completes the photo.

use crate::exemplar::features::Patches;
use crate::exemplar::kd_tree::Leaves;
use crate::exemplar::label::Label;
use crate::exemplar::nearest::{Search, nearest};
use crate::exemplar::scene::Scene;
use crate::exemplar::watch::Watch;

/// What smooths the histogram: binomial coefficients, a Gaussian of variance 2 that is the same on
/// every platform.
const KERNEL: [f32; 2 * RADIUS + 1] = [1.0, 8.0, 28.0, 56.0, 70.0, 56.0, 28.0, 8.0, 1.0];
/// Labels up to this far apart are one peak.
const RADIUS: usize = 4;
/// Offsets below this share of the window's longer side are trivial.
const TRIVIAL: usize = 15;
/// The least offset that is not trivial, in pixels.
const LEAST: usize = 8;

/// A label, and how many patches repeat by it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peak {
    pub(crate) label: Label,
    pub(crate) votes: f32,
}

/// The `count` labels by which most patches of the scene repeat, best first.
pub(crate) async fn peaks(
    scene: &Scene,
    mirrors: bool,
    count: usize,
    watch: Watch<'_>,
) -> Vec<Peak> {
    watch.check(0.0).await;
    let patches = Patches::of(scene);
    let leaves = Leaves::of(&patches.features, watch.part(0.1, 0.3)).await;
    let long = scene.width().max(scene.height());
    let least = (long / TRIVIAL).max(LEAST) as i32;
    let mut all = Vec::new();
    let kinds = if mirrors { 2 } else { 1 };
    for kind in 0..kinds {
        let search = Search {
            mirrored: kind == 1,
            least,
        };
        let mut histogram = Histogram::new(scene, search.mirrored);
        let share = 0.7 / kinds as f32;
        let from = 0.3 + share * kind as f32;
        let part = watch.part(from, from + share);
        nearest(&patches, &leaves, search, part, &mut |_, label, _| {
            histogram.vote(label);
        })
        .await;
        all.extend(histogram.smoothed().peaks());
    }
    // The order of equals is that of the labels.
    all.sort_by(|a, b| b.votes.total_cmp(&a.votes).then(a.label.cmp(&b.label)));
    all.truncate(count);
    all
}

/// Votes by label.
struct Histogram {
    width: usize,
    height: usize,
    /// The label of the first cell.
    first: Label,
    votes: Vec<f32>,
}

impl Histogram {
    fn new(scene: &Scene, mirrored: bool) -> Self {
        let (width, height) = (2 * scene.width() - 1, 2 * scene.height() - 1);
        let first = Label {
            dx: if mirrored {
                0
            } else {
                1 - scene.width() as i32
            },
            dy: 1 - scene.height() as i32,
            mirrored,
        };
        Self {
            width,
            height,
            first,
            votes: vec![0.0; width * height],
        }
    }

    /// A vote for a label, and one for the label back.
    fn vote(&mut self, label: Label) {
        let back = if label.mirrored { label.dx } else { -label.dx };
        for (dx, dy) in [(label.dx, label.dy), (back, -label.dy)] {
            let (column, row) = (dx - self.first.dx, dy - self.first.dy);
            self.votes[row as usize * self.width + column as usize] += 1.0;
        }
    }

    fn smoothed(mut self) -> Self {
        let (width, height) = (self.width, self.height);
        self.votes = convolved(&self.votes, [width, height], 1);
        self.votes = convolved(&self.votes, [height, width], width);
        self
    }

    /// The cells that no other within the radius exceeds.
    fn peaks(&self) -> Vec<Peak> {
        let mut peaks = Vec::new();
        let one = KERNEL[RADIUS] * KERNEL[RADIUS];
        for at in (0..self.votes.len()).filter(|&at| self.votes[at] >= one) {
            let (row, column) = (at / self.width, at % self.width);
            if self.is_peak(row, column) {
                peaks.push(Peak {
                    label: self.first.moved(column as i32, row as i32),
                    votes: self.votes[at],
                });
            }
        }
        peaks
    }

    fn is_peak(&self, row: usize, column: usize) -> bool {
        let here = row * self.width + column;
        let span = |at: usize, n: usize| at.saturating_sub(RADIUS)..(at + RADIUS + 1).min(n);
        span(row, self.height).all(|r| {
            span(column, self.width).all(|c| {
                let there = r * self.width + c;
                let (mine, other) = (self.votes[here], self.votes[there]);
                other < mine || (other == mine && there >= here)
            })
        })
    }
}

/// The values convolved along lines of `count` entries that are `step` apart.
fn convolved(values: &[f32], [count, lines]: [usize; 2], step: usize) -> Vec<f32> {
    let between = if step == 1 { count } else { 1 };
    let mut out = vec![0.0; values.len()];
    for line in 0..lines {
        for i in (0..count).filter(|&i| values[line * between + i * step] != 0.0) {
            let value = values[line * between + i * step];
            for (k, weight) in KERNEL.iter().enumerate() {
                if let Some(to) = (i + k).checked_sub(RADIUS).filter(|&to| to < count) {
                    out[line * between + to * step] += weight * value;
                }
            }
        }
    }
    out
}
