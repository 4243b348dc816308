//! What a labelling of the hole costs: along its seams, and at its rim.

use crate::exemplar::colour::{difference, square};
use crate::exemplar::error::Error;
use crate::exemplar::guide::Guide;
use crate::exemplar::label::Label;
use crate::exemplar::rim::Rim;
use crate::exemplar::scene::{Scene, Sites};

/// The weight of squared differences of colour. They are small, because the Poisson solve removes
/// what two copies differ by as a whole.
const COLOUR: f32 = 0.5;
/// The weight of squared differences of gradients, which the Poisson solve can't remove.
const GRADIENT: f32 = 1.0;
/// The cost of each pixel of seam, so that equal copies are not mixed.
const SEAM: f32 = 10.0;
/// The cost of a pair in which one copy has an unknown pixel: that of very different colours.
const UNKNOWN: f32 = 12000.0;
/// The upper limit of a pair's cost.
const MOST: f32 = 60000.0;
/// The weight of the energy that copied gradients lack beside the known ones. Without it a smooth
/// copy would fit a texture better than another piece of it: by half the squared difference.
const SMOOTH: f32 = 2.0;
/// The weight of a label's fit at the rim, for each site near it.
const FIT: f32 = 0.5;

/// The costs of labels at the sites of a scene.
#[derive(Debug)]
pub(crate) struct Energy<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) sites: &'a Sites,
    rim: Rim,
    guide: Option<Guide>,
    pub(crate) labels: Vec<Label>,
    /// For each label, its fit at each site that is near the rim.
    fit: Vec<Vec<i32>>,
    /// For each label, what the look of its copies costs; nothing without a guide.
    look: Vec<Vec<i32>>,
}

impl<'a> Energy<'a> {
    pub(crate) fn new(scene: &'a Scene, sites: &'a Sites) -> Self {
        Self {
            scene,
            sites,
            rim: Rim::of(scene, sites),
            guide: None,
            labels: Vec::new(),
            fit: Vec::new(),
            look: Vec::new(),
        }
    }

    /// The same, with a cost for copies that do not look like what is around the hole.
    pub(crate) fn guided(scene: &'a Scene, sites: &'a Sites) -> Result<Self, Error> {
        Ok(Self {
            guide: Some(Guide::of(scene, sites)?),
            ..Self::new(scene, sites)
        })
    }

    /// Adds a label. Its number.
    pub(crate) fn add(&mut self, label: Label) -> u16 {
        self.labels.push(label);
        self.fit.push(self.fit_of(label));
        let guide = self.guide.as_ref();
        let look = guide.map(|guide| guide.costs(self.scene, self.sites, label));
        self.look.push(look.unwrap_or_default());
        self.labels.len() as u16 - 1
    }

    /// Puts another label in the place of one, without a guide.
    pub(crate) fn replace(&mut self, number: u16, label: Label) {
        self.labels[usize::from(number)] = label;
        self.fit[usize::from(number)] = self.fit_of(label);
    }

    /// How badly a label fits at each row of the rim.
    pub(crate) fn fit_of(&self, label: Label) -> Vec<i32> {
        let misfits = self.rim.misfits(self.scene, label).into_iter();
        let cost = misfits.map(|misfit| {
            let gradient = misfit.step + SMOOTH * misfit.lacking.max(0.0);
            let known = 2.0 * COLOUR * misfit.colour + GRADIENT * gradient;
            (FIT * (known.min(MOST) + UNKNOWN * misfit.unknown)) as i32
        });
        cost.collect()
    }

    /// The row of a site's fit at the rim.
    pub(crate) fn row(&self, site: usize) -> Option<usize> {
        self.rim.row(site)
    }

    /// Whether a label may be used at a site.
    pub(crate) fn allows(&self, site: usize, label: Label) -> bool {
        let (x, y) = self.sites.places[site];
        self.scene.source(label, x, y).is_some()
    }

    /// The cost of a label at a site where it is allowed.
    pub(crate) fn of_site(&self, site: usize, number: u16) -> i64 {
        let fit = &self.fit[usize::from(number)];
        let fit = self.rim.row(site).map_or(0, |row| i64::from(fit[row]));
        let look = &self.look[usize::from(number)];
        fit + look.get(site).map_or(0, |&cost| i64::from(cost))
    }

    /// What a label copies to a site.
    pub(crate) fn copied(&self, site: usize, label: Label) -> Option<[f32; 3]> {
        let (x, y) = self.sites.places[site];
        self.scene.copied(label, x, y)
    }

    /// The cost of two labels at neighbouring sites.
    pub(crate) fn seam(&self, sites: [usize; 2], labels: [Label; 2]) -> i64 {
        if labels[0] == labels[1] {
            return 0;
        }
        seam(sites.map(|site| labels.map(|label| self.copied(site, label))))
    }
}

/// The cost of a seam between two sites, at each of which two labels copy these colours.
pub(crate) fn seam(sites: [[Option<[f32; 3]>; 2]; 2]) -> i64 {
    let [[Some(a), Some(b)], [Some(c), Some(d)]] = sites else {
        return (UNKNOWN + SEAM) as i64;
    };
    let (here, there) = (difference(a, b), difference(c, d));
    let step = difference(here, there);
    let colour = square(here) + square(there);
    (SEAM + (COLOUR * colour + GRADIENT * square(step)).min(MOST)) as i64
}
