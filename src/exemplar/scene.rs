//! A hole with what is around it, at one size.

use crate::exemplar::label::Label;
use crate::exemplar::picture::{Picture, block};

/// No site.
pub(crate) const NONE: u32 = u32::MAX;

/// Steps to the right, down, left and up.
pub(crate) const STEPS: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

/// The search window of a hole: its colours, what of it is the hole, and what may be copied.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) picture: Picture,
    /// Pixels whose colours are not known: the hole, and other holes in the window.
    pub(crate) missing: Vec<bool>,
    /// The pixels of this hole.
    pub(crate) hole: Vec<bool>,
    /// Pixels that may be copied.
    pub(crate) copyable: Vec<bool>,
}

impl Scene {
    pub(crate) fn width(&self) -> usize {
        self.picture.width
    }

    pub(crate) fn height(&self) -> usize {
        self.picture.height
    }

    /// The index of a pixel; `None` outside.
    pub(crate) fn at(&self, x: i32, y: i32) -> Option<usize> {
        let (column, row) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        (column < self.width() && row < self.height()).then(|| row * self.width() + column)
    }

    /// The pixel that (x, y) is copied from; `None` where it may not be copied.
    pub(crate) fn source(&self, label: Label, x: i32, y: i32) -> Option<usize> {
        let (x, y) = label.source(x, y);
        self.at(x, y).filter(|&at| self.copyable[at])
    }

    /// The colour that a label copies to (x, y).
    pub(crate) fn copied(&self, label: Label, x: i32, y: i32) -> Option<[f32; 3]> {
        self.source(label, x, y).map(|at| self.picture.colours[at])
    }

    /// The colour at (x, y), where it is known.
    pub(crate) fn known(&self, x: i32, y: i32) -> Option<[f32; 3]> {
        let at = self.at(x, y).filter(|&at| !self.missing[at])?;
        Some(self.picture.colours[at])
    }

    /// Half the size. A block is missing where any of its pixels is, and copied where all are.
    pub(crate) fn halved(&self) -> Self {
        let (width, height) = (self.width(), self.height());
        let picture = self.picture.halved(&self.missing);
        let blocks = || (0..picture.colours.len()).map(|i| block(i, width, height));
        let any = |of: &[bool]| blocks().map(|mut b| b.any(|at| of[at])).collect();
        Self {
            missing: any(&self.missing),
            hole: any(&self.hole),
            copyable: blocks()
                .map(|b| b.filter(|&at| self.copyable[at]).count() == 4)
                .collect(),
            picture,
        }
    }
}

/// The pixels of a hole that get labels.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sites {
    /// Columns and rows, row by row.
    pub(crate) places: Vec<(i32, i32)>,
    /// The sites to the right, below, to the left and above.
    pub(crate) neighbours: Vec<[u32; 4]>,
    /// The site of each pixel of the scene.
    index: Vec<u32>,
}

impl Sites {
    pub(crate) fn of(scene: &Scene) -> Self {
        let width = scene.width();
        let mut index = vec![NONE; scene.hole.len()];
        let mut places = Vec::new();
        for at in (0..scene.hole.len()).filter(|&at| scene.hole[at]) {
            index[at] = places.len() as u32;
            places.push(((at % width) as i32, (at / width) as i32));
        }
        let site = |x: i32, y: i32| scene.at(x, y).map_or(NONE, |at| index[at]);
        let neighbours = places.iter();
        let neighbours = neighbours.map(|&(x, y)| STEPS.map(|(dx, dy)| site(x + dx, y + dy)));
        Self {
            neighbours: neighbours.collect(),
            places,
            index,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The first and the last column and row: left, top, right, bottom. `None` without sites.
    pub(crate) fn bounds(&self) -> Option<[i32; 4]> {
        let columns = || self.places.iter().map(|place| place.0);
        let rows = || self.places.iter().map(|place| place.1);
        Some([
            columns().min()?,
            rows().min()?,
            columns().max()?,
            rows().max()?,
        ])
    }

    /// The site at a pixel of the scene.
    pub(crate) fn at(&self, pixel: usize) -> Option<usize> {
        let site = *self.index.get(pixel)?;
        (site != NONE).then_some(site as usize)
    }
}
