//! Alpha expansion: labellings that no change of pixels to any one label improves.
//!
//! Boykov, Veksler and Zabih, *Fast Approximate Energy Minimization via Graph Cuts*, PAMI 2001.
//! Seam costs need not be a metric: where a move is not submodular, its mixed cost is raised
//! (Rother et al., *Digital Tapestry*, CVPR 2005), so that no move raises the energy.

use crate::exemplar::energy::{Energy, seam};
use crate::exemplar::max_flow::Graph;
use crate::exemplar::scene::NONE;
use crate::exemplar::watch::Watch;

/// The colours of a label, or of several.
type Colours = Vec<Option<[f32; 3]>>;

/// A labelling, and what its moves need.
#[derive(Debug)]
pub(crate) struct Labelling<'e, 'a> {
    energy: &'e Energy<'a>,
    /// The number of each site's label.
    pub(crate) numbers: Vec<u16>,
    /// What each site's label copies to it.
    copied: Colours,
    /// What the offered label copies to each site of the move and those beside.
    offered: Colours,
    graph: Graph,
    /// The node of each site in the move.
    node: Vec<u32>,
}

impl<'e, 'a> Labelling<'e, 'a> {
    /// Starts from labels that are allowed.
    pub(crate) fn new(energy: &'e Energy<'a>, numbers: Vec<u16>) -> Self {
        let copied = numbers.iter().enumerate();
        let copied = copied.map(|(site, &n)| energy.copied(site, energy.labels[usize::from(n)]));
        Self {
            energy,
            copied: copied.collect(),
            offered: vec![None; numbers.len()],
            node: vec![NONE; numbers.len()],
            numbers,
            graph: Graph::default(),
        }
    }

    /// Offers a label to sites. How many take it.
    pub(crate) async fn expand(
        &mut self,
        alpha: u16,
        offered: impl Iterator<Item = usize>,
        watch: Watch<'_>,
    ) -> usize {
        let movable = self.movable(alpha, offered);
        for &site in &movable {
            self.add_pairs(site, alpha);
        }
        self.graph.cut(watch).await;
        let mut changed = 0;
        for &site in &movable {
            if self.graph.on_sink_side(self.node[site]) {
                self.numbers[site] = alpha;
                self.copied[site] = self.offered[site];
                changed += 1;
            }
            self.node[site] = NONE;
        }
        changed
    }

    /// The sites that may take a label, as nodes of the graph.
    fn movable(&mut self, alpha: u16, offered: impl Iterator<Item = usize>) -> Vec<usize> {
        let energy = self.energy;
        let label = energy.labels[usize::from(alpha)];
        self.graph.clear();
        let mut movable = Vec::new();
        for site in offered {
            if self.numbers[site] == alpha || !energy.allows(site, label) {
                continue;
            }
            let [taken, kept] = [alpha, self.numbers[site]].map(|n| energy.of_site(site, n));
            self.node[site] = self.graph.add_node(taken, kept);
            movable.push(site);
            self.offered[site] = energy.copied(site, label);
            for &neighbour in &energy.sites.neighbours[site] {
                if neighbour != NONE {
                    let other = neighbour as usize;
                    self.offered[other] = energy.copied(other, label);
                }
            }
        }
        movable
    }

    /// The costs of a site with its neighbours; of two movable ones, once.
    fn add_pairs(&mut self, site: usize, alpha: u16) {
        let (node, mine) = (self.node[site], self.numbers[site]);
        for (side, &neighbour) in self.energy.sites.neighbours[site].iter().enumerate() {
            let other = neighbour as usize;
            if neighbour == NONE || (side >= 2 && self.node[other] != NONE) {
                continue;
            }
            let theirs = self.numbers[other];
            let pair = Pair::of(self, site, other);
            let kept = if mine == theirs { 0 } else { pair.kept() };
            let reverse = if theirs == alpha { 0 } else { pair.taken() };
            self.graph.add_sink_cost(node, reverse - kept);
            let there = self.node[other];
            if there != NONE {
                self.graph.add_sink_cost(there, -reverse);
                let both = (pair.given() + reverse - kept).max(0);
                self.graph.add_edge(node, there, both, 0);
            }
        }
    }

    /// What the labelling costs.
    #[cfg(test)]
    pub(crate) fn cost(&self) -> i64 {
        let sites = 0..self.numbers.len();
        let cost = |site: usize| {
            let right_and_down = self.energy.sites.neighbours[site][..2].iter();
            let pairs = right_and_down.filter(|&&n| n != NONE).map(|&n| {
                let other = n as usize;
                let numbers = [self.numbers[site], self.numbers[other]];
                let labels = numbers.map(|n| self.energy.labels[usize::from(n)]);
                self.energy.seam([site, other], labels)
            });
            self.energy.of_site(site, self.numbers[site]) + pairs.sum::<i64>()
        };
        sites.map(cost).sum()
    }
}

/// What is copied to a site and its neighbour by the first's label, the second's, and the one
/// offered.
struct Pair {
    mine: [Option<[f32; 3]>; 2],
    theirs: [Option<[f32; 3]>; 2],
    offered: [Option<[f32; 3]>; 2],
}

impl Pair {
    fn of(labelling: &Labelling<'_, '_>, site: usize, other: usize) -> Self {
        let energy = labelling.energy;
        let copied = [site, other].map(|at| labelling.copied[at]);
        let [mine, theirs] = [site, other].map(|at| labelling.numbers[at]);
        let (mut at_other, mut at_site) = (copied[1], copied[0]);
        if mine != theirs {
            at_other = energy.copied(other, energy.labels[usize::from(mine)]);
            at_site = energy.copied(site, energy.labels[usize::from(theirs)]);
        }
        Self {
            mine: [copied[0], at_other],
            theirs: [at_site, copied[1]],
            offered: [site, other].map(|at| labelling.offered[at]),
        }
    }

    /// The cost of both sites' labels.
    fn kept(&self) -> i64 {
        Self::cost(self.mine, self.theirs)
    }

    /// The cost where the first takes what is offered.
    fn taken(&self) -> i64 {
        Self::cost(self.offered, self.theirs)
    }

    /// The cost where the second does.
    fn given(&self) -> i64 {
        Self::cost(self.mine, self.offered)
    }

    fn cost(a: [Option<[f32; 3]>; 2], b: [Option<[f32; 3]>; 2]) -> i64 {
        seam([[a[0], b[0]], [a[1], b[1]]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exemplar::label::Label;
    use crate::exemplar::picture::Picture;
    use crate::exemplar::random::Random;
    use crate::exemplar::scene::{Scene, Sites};
    use crate::exemplar::watch::finished;

    fn scene(side: usize, hole: usize, seed: u64) -> Scene {
        let mut random = Random::new(seed, 0);
        let mut level = || 100.0 + (random.uniform() * 40.0) as f32;
        let colours = (0..side * side).map(|_| [level(), level(), level()]);
        let first = (side - hole) / 2;
        let inside = |at: usize| (first..first + hole).contains(&at);
        let missing = (0..side * side).map(|i| inside(i / side) && inside(i % side));
        let missing: Vec<bool> = missing.collect();
        Scene {
            picture: Picture {
                width: side,
                height: side,
                colours: colours.collect(),
            },
            hole: missing.clone(),
            copyable: missing.iter().map(|missing| !missing).collect(),
            missing,
        }
    }

    #[test]
    fn no_move_raises_the_cost_and_the_last_ones_leave_it() {
        let scene = scene(40, 9, 6);
        let sites = Sites::of(&scene);
        let mut energy = Energy::new(&scene, &sites);
        for (dx, dy) in [(9, 0), (-9, 1), (0, 10), (2, -11), (11, 11), (-12, 3)] {
            energy.add(Label {
                dx,
                dy,
                mirrored: false,
            });
        }
        let mut labelling = Labelling::new(&energy, vec![0; sites.len()]);
        let mut costs = vec![labelling.cost()];
        for alpha in [0, 1, 2, 3, 4, 5].repeat(6) {
            let all = 0..sites.len();
            let moved = finished(
                async |watch| Ok(labelling.expand(alpha, all, watch).await),
                &mut |_| true,
            );
            moved.expect("it is not stopped");
            costs.push(labelling.cost());
        }
        assert!(costs.is_sorted_by(|a, b| a >= b), "{costs:?}");
        assert!(costs[36] < costs[0]);
        assert_eq!(costs[30], costs[36]);
    }

    /// One label against another is a minimum cut: the best of all labellings.
    #[test]
    fn of_two_labels_the_best_labelling_is_found() {
        for seed in 0..5 {
            let scene = scene(20, 3, seed);
            let sites = Sites::of(&scene);
            let mut energy = Energy::new(&scene, &sites);
            for dx in [4, -5] {
                energy.add(Label {
                    dx,
                    dy: 0,
                    mirrored: false,
                });
            }
            let cost = |numbers: Vec<u16>| Labelling::new(&energy, numbers).cost();
            let all = (0..1u32 << 9).map(|bits| (0..9).map(|i| (bits >> i & 1) as u16).collect());
            let mut labelling = Labelling::new(&energy, vec![0; 9]);
            let moved = finished(
                async |watch| Ok(labelling.expand(1, 0..9, watch).await),
                &mut |_| true,
            );
            moved.expect("it is not stopped");
            assert_eq!(Some(labelling.cost()), all.map(cost).min());
        }
    }
}
