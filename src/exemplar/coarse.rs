//! Labels at the smallest size.

use std::collections::BTreeSet;

use crate::exemplar::energy::Energy;
use crate::exemplar::error::Error;
use crate::exemplar::expansion::Labelling;
use crate::exemplar::label::Label;
use crate::exemplar::scene::{Scene, Sites};
use crate::exemplar::watch::Watch;

/// The most times that all labels are offered.
const SWEEPS: usize = 5;
/// After this many, only those in use are.
const ALL: usize = 2;
/// Labels are no longer offered once fewer sites than one in this many changed.
const SETTLED: usize = 400;

/// The labels of the sites; each site has one that may be used.
pub(crate) async fn labels(
    scene: &Scene,
    sites: &Sites,
    offered: &[Label],
    watch: Watch<'_>,
) -> Result<Vec<Label>, Error> {
    let mut energy = Energy::guided(scene, sites)?;
    for &label in offered {
        watch.check(0.0).await;
        energy.add(label);
    }
    let first = |site: usize| {
        let allowed = (0..offered.len()).filter(|&n| energy.allows(site, offered[n]));
        let best = allowed.min_by_key(|&n| energy.of_site(site, n as u16));
        best.unwrap_or(0) as u16
    };
    let numbers = (0..sites.len()).map(first).collect();
    let mut labelling = Labelling::new(&energy, numbers);
    for sweep in 0..SWEEPS {
        let mut changed = 0;
        let used: BTreeSet<u16> = labelling.numbers.iter().copied().collect();
        for alpha in 0..offered.len() {
            if sweep >= ALL && !used.contains(&(alpha as u16)) {
                continue;
            }
            let done = sweep * offered.len() + alpha;
            watch
                .check(done as f32 / (SWEEPS * offered.len()) as f32)
                .await;
            changed += labelling.expand(alpha as u16, 0..sites.len(), watch).await;
        }
        if changed * SETTLED <= sites.len() {
            break;
        }
    }
    let numbers = labelling.numbers.iter();
    Ok(numbers.map(|&n| offered[usize::from(n)]).collect())
}
