//! What a hole may be expected to look like, roughly: the local colour and contrast around it,
//! continued into it.
//!
//! Seams alone prefer what is smooth and dark, because they cost least there: a forest would be
//! filled with its own reflection. So a copy also costs what its surroundings differ from what is
//! expected where it is put.

use crate::exemplar::colour::square;
use crate::exemplar::error::Error;
use crate::exemplar::label::Label;
use crate::exemplar::poisson::{Solver, System};
use crate::exemplar::scene::{NONE, STEPS, Scene, Sites};

/// Colour and contrast are means over pixels up to this far away on both axes.
const RADIUS: usize = 5;
/// The weight of a site's cost beside that of a seam.
const WEIGHT: f32 = 0.06;
/// The upper limit of a squared difference relative to its expected value.
const MOST: f32 = 6.0;
/// Added to the squared contrast: noise, and the steps of 8-bit colours.
const FLOOR: f32 = 24.0;
/// The error, in levels, to which expected colours are solved.
const TOLERANCE: f32 = 0.02;

/// Mean red, green and blue, and the mean squared gradient.
type Look = [f32; 4];

/// The looks of what may be copied, and those expected at the sites.
#[derive(Debug)]
pub(crate) struct Guide {
    looks: Vec<Look>,
    expected: Vec<Look>,
}

impl Guide {
    pub(crate) fn of(scene: &Scene, sites: &Sites) -> Result<Self, Error> {
        let looks = looks(scene);
        let expected = continued(scene, sites, &looks)?;
        Ok(Self { looks, expected })
    }

    /// What the look of a label's source costs at each site.
    pub(crate) fn costs(&self, scene: &Scene, sites: &Sites, label: Label) -> Vec<i32> {
        let places = sites.places.iter().zip(&self.expected);
        let costs = places.map(|(&(x, y), wanted)| {
            let source = scene.source(label, x, y);
            source.map_or(0, |source| difference(&self.looks[source], wanted))
        });
        costs.collect()
    }
}

/// What a look costs where another is wanted.
fn difference(look: &Look, wanted: &Look) -> i32 {
    let unit = wanted[3].max(0.0) + FLOOR;
    let colour = square([0, 1, 2].map(|c| look[c] - wanted[c])) / unit;
    // Four times the energy of the gradients, or a quarter, counts as about one unit: nearly the
    // square of the logarithm, and the same on every platform.
    let contrast = look[3] + FLOOR;
    let contrast = 0.5 * (contrast - unit) * (contrast - unit) / (contrast * unit);
    (WEIGHT * unit * (colour + contrast).min(MOST)) as i32
}

/// The look around each pixel, from what is known.
fn looks(scene: &Scene) -> Vec<Look> {
    let (width, height) = (scene.width(), scene.height());
    let mut values = vec![[0.0f64; 5]; width * height];
    for (at, value) in values
        .iter_mut()
        .enumerate()
        .filter(|(at, _)| !scene.missing[*at])
    {
        let (x, y) = ((at % width) as i32, (at / width) as i32);
        let colour = scene.picture.colours[at];
        let known = STEPS
            .iter()
            .filter_map(|(dx, dy)| scene.known(x + dx, y + dy));
        let (mut sum, mut count) = (0.0, 0.0f32);
        for other in known {
            sum += square([0, 1, 2].map(|c| other[c] - colour[c]));
            count += 0.5;
        }
        let [r, g, b] = colour.map(f64::from);
        *value = [r, g, b, f64::from(sum / count.max(1.0)), 1.0];
    }
    let sums = box_sums(&values, width);
    let look = |s: &[f64; 5]| [0, 1, 2, 3].map(|k| (s[k] / s[4].max(1.0)) as f32);
    sums.iter().map(look).collect()
}

/// Sums over squares around each pixel.
fn box_sums(values: &[[f64; 5]], width: usize) -> Vec<[f64; 5]> {
    let height = values.len() / width;
    let along = |values: &[[f64; 5]], count: usize, lines: usize, [step, line]: [usize; 2]| {
        let mut out = vec![[0.0; 5]; values.len()];
        for start in (0..lines).map(|l| l * line) {
            let mut sum = [0.0; 5];
            for i in 0..count + RADIUS {
                if i < count {
                    let added = values[start + i * step];
                    (0..5).for_each(|k| sum[k] += added[k]);
                }
                if let Some(old) = i.checked_sub(2 * RADIUS + 1) {
                    let taken = values[start + old * step];
                    (0..5).for_each(|k| sum[k] -= taken[k]);
                }
                if let Some(to) = i.checked_sub(RADIUS) {
                    out[start + to * step] = sum;
                }
            }
        }
        out
    };
    let rows = along(values, width, height, [1, width]);
    along(&rows, height, width, [width, 1])
}

/// The membranes over the hole that the looks at its rim span.
fn continued(scene: &Scene, sites: &Sites, looks: &[Look]) -> Result<Vec<Look>, Error> {
    let Some([left, top, right, bottom]) = sites.bounds() else {
        return Ok(Vec::new());
    };
    let (width, height) = ((right - left + 1) as usize, (bottom - top + 1) as usize);
    let zeros = vec![0.0f32; width * height];
    let mut weights = [zeros.clone(), zeros.clone()];
    let mut diagonal = zeros.clone();
    let mut right_sides = [(); 4].map(|()| zeros.clone());
    let place = |site: usize| {
        let (x, y) = sites.places[site];
        (y - top) as usize * width + (x - left) as usize
    };
    for (site, &(x, y)) in sites.places.iter().enumerate() {
        let here = place(site);
        for (side, (dx, dy)) in STEPS.into_iter().enumerate() {
            if sites.neighbours[site][side] != NONE {
                if side < 2 {
                    weights[side][here] = 1.0;
                }
            } else if let Some(at) = scene.at(x + dx, y + dy).filter(|&at| !scene.missing[at]) {
                diagonal[here] += 1.0;
                for (b, value) in right_sides.iter_mut().zip(looks[at]) {
                    b[here] += value;
                }
            }
        }
    }
    let system = System::new(width, height, weights, diagonal)?;
    let mut solver = Solver::new(&system);
    let mut expected = vec![[0.0; 4]; sites.len()];
    for (k, b) in right_sides.iter().enumerate() {
        let mut x = zeros.clone();
        // Squared gradients are larger than levels, and known less exactly.
        let most = b.iter().fold(255.0f32, |most, b| most.max(*b));
        solver.solve(b, &mut x, TOLERANCE * most / 255.0, &mut || true)?;
        for (site, look) in expected.iter_mut().enumerate() {
            look[k] = x[place(site)];
        }
    }
    Ok(expected)
}
