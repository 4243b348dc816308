//! Features in a k-d tree of which only the leaves are kept: which patches lie near which.
//!
//! He and Sun, *Computing Nearest-Neighbor Fields via Propagation-Assisted KD-Trees*, CVPR 2012.

use crate::exemplar::features::{COUNT, Feature};
use crate::exemplar::watch::Watch;

/// The most patches of a leaf.
const LEAF: usize = 8;
/// Patches of which the spread along each axis is found.
const SAMPLES: usize = 256;
/// Patches parted between two looks at the watch, each as often as it is.
const BETWEEN_CHECKS: usize = 1 << 17;

/// The leaves.
#[derive(Debug)]
pub(crate) struct Leaves {
    /// Patches, leaf by leaf.
    order: Vec<u32>,
    /// Where the leaf of each patch starts and ends in `order`.
    spans: Vec<(u32, u32)>,
    /// The planes that part the patches, for patches that are not among them.
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
enum Node {
    /// Below the value on the axis the left node, else the right.
    Split {
        axis: usize,
        value: f32,
        below: usize,
        above: usize,
    },
    Leaf(u32, u32),
}

impl Leaves {
    pub(crate) async fn of(features: &[Feature], watch: Watch<'_>) -> Self {
        let mut leaves = Self {
            order: (0..features.len() as u32).collect(),
            spans: vec![(0, 0); features.len()],
            nodes: vec![Node::Leaf(0, 0)],
        };
        let mut open = vec![(0, 0, features.len())];
        let mut parted = 0;
        while let Some((node, start, end)) = open.pop() {
            if parted >= BETWEEN_CHECKS {
                parted = 0;
                // The upper halves come first.
                watch.check(1.0 - end as f32 / features.len() as f32).await;
            }
            parted += end - start;
            leaves.nodes[node] = if end - start <= LEAF {
                let span = (start as u32, end as u32);
                for &patch in &leaves.order[start..end] {
                    leaves.spans[patch as usize] = span;
                }
                Node::Leaf(span.0, span.1)
            } else {
                let part = &mut leaves.order[start..end];
                let axis = widest_axis(part, features);
                let middle = part.len() / 2;
                let value = |patch: u32| features[patch as usize][axis];
                // Ties go by the patches' numbers, so that the tree is the same everywhere.
                part.select_nth_unstable_by(middle, |&a, &b| {
                    value(a).total_cmp(&value(b)).then(a.cmp(&b))
                });
                let value = value(part[middle]);
                let below = leaves.nodes.len();
                leaves.nodes.extend([Node::Leaf(0, 0); 2]);
                open.push((below, start, start + middle));
                open.push((below + 1, start + middle, end));
                Node::Split {
                    axis,
                    value,
                    below,
                    above: below + 1,
                }
            };
        }
        leaves
    }

    /// The patches in the leaf of a patch.
    pub(crate) fn beside(&self, patch: usize) -> &[u32] {
        let (start, end) = self.spans[patch];
        &self.order[start as usize..end as usize]
    }

    /// The patches in the leaf that a feature falls into.
    pub(crate) fn around(&self, feature: &Feature) -> &[u32] {
        let mut node = 0;
        loop {
            match self.nodes[node] {
                Node::Leaf(start, end) => return &self.order[start as usize..end as usize],
                Node::Split {
                    axis,
                    value,
                    below,
                    above,
                } => node = if feature[axis] < value { below } else { above },
            }
        }
    }
}

/// The axis along which patches differ most.
fn widest_axis(patches: &[u32], features: &[Feature]) -> usize {
    let step = patches.len().div_ceil(SAMPLES);
    let mut sums = [[0.0f64; 2]; COUNT];
    for &patch in patches.iter().step_by(step) {
        for (sum, &value) in sums.iter_mut().zip(&features[patch as usize]) {
            sum[0] += f64::from(value);
            sum[1] += f64::from(value) * f64::from(value);
        }
    }
    let count = patches.len().div_ceil(step) as f64;
    let spread = |[first, second]: [f64; 2]| second - first * first / count;
    let axes = (0..COUNT).max_by(|&a, &b| spread(sums[a]).total_cmp(&spread(sums[b])));
    axes.unwrap_or(0)
}
