//! How well labels fit what is known around a hole.

use crate::exemplar::colour::{difference, square};
use crate::exemplar::label::Label;
use crate::exemplar::scene::{Scene, Sites};

/// Known pixels up to this far from a site count, and sites up to this far from a known pixel.
const REACH: i32 = 4;
/// No row of costs.
const FAR: u32 = u32::MAX;

/// The known pixels beside a hole, and the sites near them.
#[derive(Debug)]
pub(crate) struct Rim {
    /// Known pixels.
    places: Vec<(i32, i32)>,
    /// The places to the right and below, where they belong to the rim.
    next: Vec<[Option<u32>; 2]>,
    /// The places near each site that is near any.
    near: Vec<Vec<u32>>,
    /// The entry of each site in `near`.
    row: Vec<u32>,
}

impl Rim {
    pub(crate) fn of(scene: &Scene, sites: &Sites) -> Self {
        let mut index = vec![FAR; scene.missing.len()];
        let mut rim = Self {
            places: Vec::new(),
            next: Vec::new(),
            near: Vec::new(),
            row: vec![FAR; sites.len()],
        };
        let around = || (-REACH..=REACH).flat_map(|dy| (-REACH..=REACH).map(move |dx| (dx, dy)));
        for (site, &(x, y)) in sites.places.iter().enumerate() {
            if sites.is_deep(site, scene) {
                continue;
            }
            let mut near = Vec::new();
            for (dx, dy) in around() {
                let at = scene.at(x + dx, y + dy).filter(|&at| !scene.missing[at]);
                let Some(at) = at else {
                    continue;
                };
                if index[at] == FAR {
                    index[at] = rim.places.len() as u32;
                    rim.places.push((x + dx, y + dy));
                }
                near.push(index[at]);
            }
            if !near.is_empty() {
                rim.row[site] = rim.near.len() as u32;
                rim.near.push(near);
            }
        }
        let place = |x: i32, y: i32| {
            let found = scene.at(x, y).map(|at| index[at]);
            found.filter(|&place| place != FAR)
        };
        let next = rim.places.iter();
        let next = next.map(|&(x, y)| [place(x + 1, y), place(x, y + 1)]);
        rim.next = next.collect();
        rim
    }

    /// The row of a site's costs; `None` far from the rim.
    pub(crate) fn row(&self, site: usize) -> Option<usize> {
        let row = self.row[site];
        (row != FAR).then_some(row as usize)
    }

    /// For each row, how badly a label fits: the means over what is near.
    pub(crate) fn misfits(&self, scene: &Scene, label: Label) -> Vec<Misfit> {
        let pair = |&(x, y): &(i32, i32)| Some((scene.copied(label, x, y)?, scene.known(x, y)?));
        let pairs: Vec<_> = self.places.iter().map(pair).collect();
        let misfits = pairs.iter().zip(&self.next).map(|(here, next)| {
            let Some((copied, known)) = here else {
                return Misfit::UNKNOWN;
            };
            let mut misfit = Misfit {
                colour: square(difference(*copied, *known)),
                ..Misfit::NONE
            };
            for next in next.iter().flatten() {
                if let Some((copied_next, known_next)) = &pairs[*next as usize] {
                    let step = difference(*copied_next, *copied);
                    let known = difference(*known_next, *known);
                    misfit.step += square(difference(step, known));
                    misfit.lacking += square(known) - square(step);
                }
            }
            misfit
        });
        let misfits: Vec<Misfit> = misfits.collect();
        let mean = |near: &Vec<u32>| {
            let near = near.iter().map(|&place| misfits[place as usize]);
            near.clone()
                .fold(Misfit::NONE, Misfit::plus)
                .over(near.len() as f32)
        };
        self.near.iter().map(mean).collect()
    }
}

/// How badly a label fits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Misfit {
    /// The squared difference between copied and known colours.
    pub(crate) colour: f32,
    /// The squared difference between copied and known gradients.
    pub(crate) step: f32,
    /// The squared known gradients minus the squared copied ones.
    pub(crate) lacking: f32,
    /// The share of pixels for which nothing may be copied.
    pub(crate) unknown: f32,
}

impl Misfit {
    const NONE: Self = Self {
        colour: 0.0,
        step: 0.0,
        lacking: 0.0,
        unknown: 0.0,
    };
    const UNKNOWN: Self = Self {
        unknown: 1.0,
        ..Self::NONE
    };

    fn plus(self, other: Self) -> Self {
        Self {
            colour: self.colour + other.colour,
            step: self.step + other.step,
            lacking: self.lacking + other.lacking,
            unknown: self.unknown + other.unknown,
        }
    }

    fn over(self, count: f32) -> Self {
        Self {
            colour: self.colour / count,
            step: self.step / count,
            lacking: self.lacking / count,
            unknown: self.unknown / count,
        }
    }
}

impl Sites {
    /// Whether all within the reach of the rim is sites: a quick answer for most sites.
    fn is_deep(&self, site: usize, scene: &Scene) -> bool {
        let (x, y) = self.places[site];
        let is_site = |dx: i32, dy: i32| {
            let at = scene.at(x + dx, y + dy);
            at.is_some_and(|at| self.at(at).is_some())
        };
        (-REACH..=REACH).all(|dy| (-REACH..=REACH).all(|dx| is_site(dx, dy)))
    }
}
