//! For each patch of the window, the most similar one that is not near it.

use std::ops::Range;

use crate::exemplar::features::{Feature, PATCH, Patches, distance, mirrored};
use crate::exemplar::kd_tree::Leaves;
use crate::exemplar::label::Label;
use crate::exemplar::watch::Watch;

/// Patches between two looks at the watch.
const BETWEEN_CHECKS: usize = 1 << 13;

/// What counts as nearest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search {
    /// Whether patches are mirrored before they are compared.
    pub(crate) mirrored: bool,
    /// Patches less than this away on both axes do not count.
    pub(crate) least: i32,
}

/// The nearest patch of every patch, for `visit`: the patch, the label that goes from it to its
/// nearest one, and their squared distance.
///
/// A patch is compared with its own leaf, and with those that its left and upper neighbours' own
/// nearest ones point to.
pub(crate) async fn nearest(
    patches: &Patches,
    leaves: &Leaves,
    search: Search,
    watch: Watch<'_>,
    visit: &mut dyn FnMut(usize, Label, f32),
) {
    let count = patches.places.len();
    let mut found = vec![u32::MAX; count];
    for start in (0..count).step_by(BETWEEN_CHECKS) {
        watch.check(start as f32 / count as f32).await;
        let part = start..(start + BETWEEN_CHECKS).min(count);
        nearest_of(part, patches, leaves, search, &mut found, visit);
    }
}

/// The same for a part of the patches, after those before it.
fn nearest_of(
    part: Range<usize>,
    patches: &Patches,
    leaves: &Leaves,
    search: Search,
    found: &mut [u32],
    visit: &mut dyn FnMut(usize, Label, f32),
) {
    let forward = if search.mirrored { -1 } else { 1 };
    for patch in part {
        let (x, y) = patches.places[patch];
        let feature = &patches.features[patch];
        let wanted = if search.mirrored {
            mirrored(feature)
        } else {
            *feature
        };
        let mut best = Best::new(patches, &wanted, (x, y), search.least);
        best.compare(if search.mirrored {
            leaves.around(&wanted)
        } else {
            leaves.beside(patch)
        });
        for (nx, ny, dx, dy) in [(x - 1, y, forward, 0), (x, y - 1, 0, 1)] {
            let before = patches.at(nx, ny).map_or(u32::MAX, |n| found[n]);
            if let Some(&(bx, by)) = patches.places.get(before as usize)
                && let Some(next) = patches.at(bx + dx, by + dy)
            {
                best.compare(&[next as u32]);
                best.compare(leaves.beside(next));
            }
        }
        found[patch] = best.patch;
        if let Some(&(bx, by)) = patches.places.get(best.patch as usize) {
            visit(
                patch,
                label((x, y), (bx, by), search.mirrored),
                best.distance,
            );
        }
    }
}

/// The label that copies the patch at `to` to the place `from`.
fn label(from: (i32, i32), to: (i32, i32), mirrored: bool) -> Label {
    // The patch's last column is copied to its first.
    let last = PATCH as i32 - 1;
    let dx = if mirrored {
        from.0 + to.0 + last
    } else {
        to.0 - from.0
    };
    Label {
        dx,
        dy: to.1 - from.1,
        mirrored,
    }
}

struct Best<'a> {
    patches: &'a Patches,
    wanted: &'a Feature,
    place: (i32, i32),
    least: i32,
    patch: u32,
    distance: f32,
}

impl<'a> Best<'a> {
    fn new(patches: &'a Patches, wanted: &'a Feature, place: (i32, i32), least: i32) -> Self {
        Self {
            patches,
            wanted,
            place,
            least,
            patch: u32::MAX,
            distance: f32::INFINITY,
        }
    }

    fn compare(&mut self, candidates: &[u32]) {
        for &candidate in candidates {
            let (x, y) = self.patches.places[candidate as usize];
            let away = (x - self.place.0).abs().max((y - self.place.1).abs());
            if away < self.least {
                continue;
            }
            let distance = distance(self.wanted, &self.patches.features[candidate as usize]);
            if distance < self.distance {
                self.distance = distance;
                self.patch = candidate;
            }
        }
    }
}
