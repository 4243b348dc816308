//! Labels at twice the size: each region's label doubled and moved by up to a pixel, then its
//! seams moved by a few.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::exemplar::energy::Energy;
use crate::exemplar::expansion::Labelling;
use crate::exemplar::label::Label;
use crate::exemplar::scene::{NONE, Scene, Sites};
use crate::exemplar::watch::Watch;

/// How far a seam may move in a sweep, in pixels.
const BAND: usize = 4;
/// Sweeps over the regions' labels, and over the seams.
const SWEEPS: usize = 2;

/// The labels of the sites of `scene`, from those of the scene of half its size.
pub(crate) async fn refined(
    scene: &Scene,
    sites: &Sites,
    coarse: &[Label],
    watch: Watch<'_>,
) -> Vec<Label> {
    watch.check(0.0).await;
    let mut energy = Energy::new(scene, sites);
    let mut regions: BTreeMap<Label, u16> = BTreeMap::new();
    let mut numbers = Vec::with_capacity(coarse.len());
    for &label in coarse {
        if let Entry::Vacant(place) = regions.entry(label) {
            watch.check(0.0).await;
            place.insert(energy.add(label.enlarged(2)));
        }
        numbers.push(regions[&label]);
    }
    for sweep in 0..SWEEPS {
        let from = 0.4 * sweep as f32 / SWEEPS as f32;
        let part = watch.part(from, from + 0.4 / SWEEPS as f32);
        if !move_labels(&mut energy, &numbers, part).await {
            break;
        }
    }
    let mut labelling = Labelling::new(&energy, numbers);
    for sweep in 0..SWEEPS {
        for alpha in 0..energy.labels.len() {
            let done = sweep * energy.labels.len() + alpha;
            let share = done as f32 / (SWEEPS * energy.labels.len()) as f32;
            watch.check(0.4 + 0.6 * share).await;
            let offered = beside(&labelling.numbers, alpha as u16, sites);
            labelling
                .expand(alpha as u16, offered.into_iter(), watch)
                .await;
        }
    }
    let numbers = labelling.numbers.iter();
    numbers.map(|&n| energy.labels[usize::from(n)]).collect()
}

/// Moves the label of each region to the best of its eight neighbours. Whether any moved.
async fn move_labels(energy: &mut Energy<'_>, numbers: &[u16], watch: Watch<'_>) -> bool {
    let mut regions = vec![Vec::new(); energy.labels.len()];
    for (site, &number) in numbers.iter().enumerate() {
        regions[usize::from(number)].push(site);
    }
    let mut moved = false;
    for (number, region) in regions.iter().enumerate() {
        let old = energy.labels[number];
        let mut best = (region_cost(energy, numbers, region, old), old);
        let steps = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
        for (dx, dy) in steps.filter(|&step| step != (0, 0)) {
            watch.check(number as f32 / regions.len() as f32).await;
            let label = old.moved(dx, dy);
            if region.iter().all(|&site| energy.allows(site, label)) {
                let cost = region_cost(energy, numbers, region, label);
                best = best.min((cost, label));
            }
        }
        if best.1 != old {
            energy.replace(number as u16, best.1);
            moved = true;
        }
    }
    moved
}

/// What a label costs in a region: at the rim, and at the seams with other regions.
fn region_cost(energy: &Energy<'_>, numbers: &[u16], region: &[usize], label: Label) -> i64 {
    let fit = energy.fit_of(label);
    let mut sum = 0;
    for &site in region {
        sum += energy.row(site).map_or(0, |row| i64::from(fit[row]));
        for &neighbour in &energy.sites.neighbours[site] {
            let other = neighbour as usize;
            if neighbour != NONE && numbers[other] != numbers[site] {
                let theirs = energy.labels[usize::from(numbers[other])];
                sum += energy.seam([site, other], [label, theirs]);
            }
        }
    }
    sum
}

/// The sites of other labels that are within the band beside a label's region.
fn beside(numbers: &[u16], label: u16, sites: &Sites) -> Vec<usize> {
    let mut seen = BTreeMap::new();
    let mut edge: Vec<usize> = (0..numbers.len())
        .filter(|&site| numbers[site] == label)
        .collect();
    for step in 0..BAND {
        let mut next = Vec::new();
        for &site in &edge {
            for &neighbour in &sites.neighbours[site] {
                let other = neighbour as usize;
                if neighbour != NONE && numbers[other] != label && !seen.contains_key(&other) {
                    seen.insert(other, step);
                    next.push(other);
                }
            }
        }
        edge = next;
    }
    seen.into_keys().collect()
}
