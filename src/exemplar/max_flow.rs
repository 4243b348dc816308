//! Minimum cuts by augmenting paths between two trees that are kept and repaired.
//!
//! Boykov and Kolmogorov, *An Experimental Comparison of Min-Cut/Max-Flow Algorithms for Energy
//! Minimization in Vision*, PAMI 2004, with their marks of distance and time.
//! Capacities are integers, so a cut is exact and the same on every platform.

use std::collections::VecDeque;

use crate::exemplar::watch::Watch;

const NONE: u32 = u32::MAX;
const TERMINAL: u32 = u32::MAX - 1;
const ORPHAN: u32 = u32::MAX - 2;
const FAR: u32 = u32::MAX;
/// Steps between two looks at the watch.
const BETWEEN_CHECKS: usize = 1 << 13;

#[derive(Debug, Clone, Copy)]
struct Node {
    first: u32,
    /// The arc to the parent in its tree.
    parent: u32,
    /// When `distance` was true.
    time: u32,
    /// Arcs to the tree's root.
    distance: u32,
    /// What the source can still send here; below 0, what this can still send to the sink.
    terminal: i64,
    in_sink_tree: bool,
    active: bool,
}

#[derive(Debug, Clone, Copy)]
struct Arc {
    head: u32,
    next: u32,
    residual: i64,
}

/// A graph between a source and a sink.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    /// Arcs, each beside its reverse.
    arcs: Vec<Arc>,
    active: VecDeque<u32>,
    /// The node that grows, until it finds no more paths.
    growing: Option<u32>,
    orphans: VecDeque<u32>,
    time: u32,
}

impl Graph {
    /// Forgets all, but keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.arcs.clear();
        self.active.clear();
        self.growing = None;
        self.orphans.clear();
        self.time = 0;
    }

    /// A node, with the costs of its being on the sink's and on the source's side.
    pub(crate) fn add_node(&mut self, on_sink_side: i64, on_source_side: i64) -> u32 {
        self.nodes.push(Node {
            first: NONE,
            parent: NONE,
            time: 0,
            distance: 0,
            terminal: on_sink_side - on_source_side,
            in_sink_tree: false,
            active: false,
        });
        self.nodes.len() as u32 - 1
    }

    /// Adds to the cost of a node's being on the sink's side.
    pub(crate) fn add_sink_cost(&mut self, node: u32, cost: i64) {
        self.nodes[node as usize].terminal += cost;
    }

    /// The cost of `from` on the source's side with `to` on the sink's, and the reverse.
    pub(crate) fn add_edge(&mut self, from: u32, to: u32, cost: i64, reverse: i64) {
        for (tail, head, residual) in [(from, to, cost), (to, from, reverse)] {
            let next = self.nodes[tail as usize].first;
            self.nodes[tail as usize].first = self.arcs.len() as u32;
            self.arcs.push(Arc {
                head,
                next,
                residual,
            });
        }
    }

    /// Whether a node is on the sink's side of the minimum cut.
    pub(crate) fn on_sink_side(&self, node: u32) -> bool {
        let node = &self.nodes[node as usize];
        node.parent != NONE && node.in_sink_tree
    }

    /// Finds the minimum cut.
    pub(crate) async fn cut(&mut self, watch: Watch<'_>) {
        self.plant();
        while !self.flow(BETWEEN_CHECKS) {
            watch.pause().await;
        }
    }

    /// Up to this many steps of augmenting. Whether no path is left.
    fn flow(&mut self, steps: usize) -> bool {
        for _ in 0..steps {
            let Some(node) = self.growing.take().or_else(|| self.next_active()) else {
                return true;
            };
            if self.nodes[node as usize].parent == NONE {
                continue;
            }
            let Some(bridge) = self.grown(node) else {
                continue;
            };
            self.growing = Some(node);
            self.time += 1;
            self.augment(bridge);
            while let Some(orphan) = self.orphans.pop_front() {
                self.adopt(orphan);
            }
        }
        false
    }

    fn next_active(&mut self) -> Option<u32> {
        let node = self.active.pop_front()?;
        self.nodes[node as usize].active = false;
        Some(node)
    }

    /// The two trees' first nodes.
    fn plant(&mut self) {
        for at in 0..self.nodes.len() {
            let node = &mut self.nodes[at];
            if node.terminal == 0 {
                continue;
            }
            node.parent = TERMINAL;
            node.in_sink_tree = node.terminal < 0;
            node.distance = 1;
            self.activate(at as u32);
        }
    }

    fn activate(&mut self, node: u32) {
        if !self.nodes[node as usize].active {
            self.nodes[node as usize].active = true;
            self.active.push_back(node);
        }
    }

    /// Whether flow can pass between a node and the parent that an arc would lead to.
    fn open(&self, arc: u32, of_sink: bool) -> bool {
        // In the sink's tree flow goes from the child along the arc; in the source's, against it.
        let arc = if of_sink { arc } else { arc ^ 1 };
        self.arcs[arc as usize].residual > 0
    }

    /// Lets a node's tree grow to its neighbours. The arc from the source's tree to the sink's,
    /// where there is one.
    fn grown(&mut self, node: u32) -> Option<u32> {
        let Node {
            first,
            time,
            distance,
            in_sink_tree,
            ..
        } = self.nodes[node as usize];
        let mut arc = first;
        while arc != NONE {
            let Arc { head, next, .. } = self.arcs[arc as usize];
            if self.open(arc ^ 1, in_sink_tree) {
                let other = &mut self.nodes[head as usize];
                if other.parent == NONE {
                    other.in_sink_tree = in_sink_tree;
                    other.parent = arc ^ 1;
                    other.time = time;
                    other.distance = distance + 1;
                    self.activate(head);
                } else if other.in_sink_tree != in_sink_tree {
                    return Some(if in_sink_tree { arc ^ 1 } else { arc });
                } else if other.time <= time && other.distance > distance + 1 {
                    other.parent = arc ^ 1;
                    other.time = time;
                    other.distance = distance + 1;
                }
            }
            arc = next;
        }
        None
    }

    /// Sends what can flow along the path over an arc between the trees.
    fn augment(&mut self, bridge: u32) {
        let ends = [
            (self.arcs[bridge as usize ^ 1].head, 1),
            (self.arcs[bridge as usize].head, 0),
        ];
        let mut flow = self.arcs[bridge as usize].residual;
        for (end, against) in ends {
            let mut node = end;
            while self.nodes[node as usize].parent != TERMINAL {
                let arc = self.nodes[node as usize].parent;
                flow = flow.min(self.arcs[(arc ^ against) as usize].residual);
                node = self.arcs[arc as usize].head;
            }
            flow = flow.min(self.nodes[node as usize].terminal.abs());
        }
        self.arcs[bridge as usize].residual -= flow;
        self.arcs[bridge as usize ^ 1].residual += flow;
        for (end, against) in ends {
            let mut node = end;
            while self.nodes[node as usize].parent != TERMINAL {
                let arc = self.nodes[node as usize].parent;
                self.arcs[(arc ^ against ^ 1) as usize].residual += flow;
                let forward = &mut self.arcs[(arc ^ against) as usize].residual;
                *forward -= flow;
                if *forward == 0 {
                    self.cut_off(node);
                }
                node = self.arcs[arc as usize].head;
            }
            let root = &mut self.nodes[node as usize];
            root.terminal -= root.terminal.signum() * flow;
            if root.terminal == 0 {
                self.cut_off(node);
            }
        }
    }

    /// Makes a node on a path an orphan; those near the root come first.
    fn cut_off(&mut self, node: u32) {
        self.nodes[node as usize].parent = ORPHAN;
        self.orphans.push_front(node);
    }

    /// Finds an orphan the neighbour nearest to the root as parent, or sets it free.
    fn adopt(&mut self, orphan: u32) {
        let Node {
            first,
            in_sink_tree,
            ..
        } = self.nodes[orphan as usize];
        let (mut best, mut least) = (NONE, FAR);
        let mut arc = first;
        while arc != NONE {
            let Arc { head, next, .. } = self.arcs[arc as usize];
            let other = &self.nodes[head as usize];
            let same = other.in_sink_tree == in_sink_tree && other.parent != NONE;
            if same && self.open(arc, in_sink_tree) {
                let distance = self.distance_to_root(head);
                if distance < least {
                    (best, least) = (arc, distance);
                }
            }
            arc = next;
        }
        self.nodes[orphan as usize].parent = best;
        if best == NONE {
            self.set_free(orphan);
        } else {
            self.nodes[orphan as usize].time = self.time;
            self.nodes[orphan as usize].distance = least + 1;
        }
    }

    /// How many arcs a node is from its root; [`FAR`] where an orphan is between. Nodes on the way
    /// are marked, so that they are not walked twice.
    fn distance_to_root(&mut self, start: u32) -> u32 {
        let (mut node, mut distance) = (start, 0);
        loop {
            let at = &mut self.nodes[node as usize];
            if at.time == self.time {
                distance += at.distance;
                break;
            }
            distance += 1;
            match at.parent {
                TERMINAL => {
                    at.time = self.time;
                    at.distance = 1;
                    break;
                }
                ORPHAN => return FAR,
                arc => node = self.arcs[arc as usize].head,
            }
        }
        let (mut node, mut left) = (start, distance);
        while self.nodes[node as usize].time != self.time {
            let at = &mut self.nodes[node as usize];
            at.time = self.time;
            at.distance = left;
            left -= 1;
            node = self.arcs[at.parent as usize].head;
        }
        distance
    }

    /// Takes a node out of its tree: its children are orphans, and neighbours may grow to it.
    fn set_free(&mut self, node: u32) {
        let Node {
            first,
            in_sink_tree,
            ..
        } = self.nodes[node as usize];
        let mut arc = first;
        while arc != NONE {
            let Arc { head, next, .. } = self.arcs[arc as usize];
            let other = self.nodes[head as usize];
            if other.in_sink_tree == in_sink_tree && other.parent != NONE {
                if self.open(arc, in_sink_tree) {
                    self.activate(head);
                }
                if other.parent == arc ^ 1 {
                    self.nodes[head as usize].parent = ORPHAN;
                    self.orphans.push_back(head);
                }
            }
            arc = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exemplar::random::Random;
    use crate::exemplar::watch::finished;

    /// The cost of a split, by its definition.
    fn cost(nodes: &[[i64; 2]], edges: &[(u32, u32, i64, i64)], sink: impl Fn(u32) -> bool) -> i64 {
        let ends = (0..nodes.len()).map(|n| nodes[n][usize::from(!sink(n as u32))]);
        let cut = edges
            .iter()
            .map(|&(a, b, forth, back)| match (sink(a), sink(b)) {
                (false, true) => forth,
                (true, false) => back,
                _ => 0,
            });
        ends.sum::<i64>() + cut.sum::<i64>()
    }

    #[test]
    fn cuts_of_tiny_graphs_are_the_least_of_all() {
        let mut random = Random::new(4, 0);
        let mut draw = |n: usize| (random.uniform() * n as f64) as usize % n;
        let mut graph = Graph::default();
        for case in 0..2000 {
            let count = 1 + draw(9);
            let nodes: Vec<[i64; 2]> = (0..count)
                .map(|_| [draw(20) as i64, draw(20) as i64])
                .collect();
            let mut edges = Vec::new();
            for _ in 0..draw(3 * count) {
                let (a, b) = (draw(count) as u32, draw(count) as u32);
                if a != b {
                    edges.push((a, b, draw(15) as i64, draw(15) as i64));
                }
            }
            graph.clear();
            for &[sink, source] in &nodes {
                graph.add_node(sink, source);
            }
            for &(a, b, forth, back) in &edges {
                graph.add_edge(a, b, forth, back);
            }
            let cut = finished(
                async |watch| {
                    graph.cut(watch).await;
                    Ok(())
                },
                &mut |_| true,
            );
            cut.expect("it is not stopped");
            let found = cost(&nodes, &edges, |node| graph.on_sink_side(node));
            let splits = 0..1u32 << count;
            let least = splits.map(|split| cost(&nodes, &edges, |node| split >> node & 1 == 1));
            assert_eq!(Some(found), least.min(), "case {case}");
        }
    }
}
