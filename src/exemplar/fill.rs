//! What a hole is filled with: colours, the gradients wanted, and how well these are founded.

use crate::exemplar::colour::{difference, square};
use crate::exemplar::label::Label;
use crate::exemplar::scene::{STEPS, Scene, Sites};
use crate::photo::pixels::Window;

/// The mismatch, in levels, that doubles a deviation.
const GRAIN: f32 = 20.0;

/// The mismatch of a seam where one copy has no gradient.
const UNKNOWN: f32 = 64.0;
/// The deviation of an unknown gradient, and the upper limit of all, in units of a copied one's.
const FREE: f32 = 64.0;

/// A filled hole, in the photo's coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct Fill {
    /// The pixels of the hole, row by row.
    pub pixels: Vec<Copied>,
    /// The gradients between neighbours of which at least one is in the hole, row by row.
    pub gradients: Vec<Gradient>,
}

impl Fill {
    /// The smallest window around the hole; `None` for a fill without pixels.
    pub(crate) fn bounds(&self) -> Option<Window> {
        let columns = || self.pixels.iter().map(|pixel| pixel.x as usize);
        let rows = || self.pixels.iter().map(|pixel| pixel.y as usize);
        let (left, right) = (columns().min()?, columns().max()?);
        let (top, bottom) = (rows().min()?, rows().max()?);
        Some(Window {
            left,
            top,
            width: right + 1 - left,
            height: bottom + 1 - top,
        })
    }
}

/// A pixel of the hole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Copied {
    /// Its column.
    pub x: u32,
    /// Its row.
    pub y: u32,
    /// Where it is copied from; `None` where no label could be used.
    pub label: Option<Label>,
    /// The copied colour in levels; 0 without a label.
    pub colour: [f32; 3],
}

/// The direction of a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// From a pixel to the one to the right of it.
    Horizontal,
    /// From a pixel to the one below it.
    Vertical,
}

impl Axis {
    /// The step from a pixel to its neighbour.
    pub(crate) fn step(self) -> (i32, i32) {
        match self {
            Axis::Horizontal => (1, 0),
            Axis::Vertical => (0, 1),
        }
    }
}

/// A gradient wanted: the neighbour's colour minus the pixel's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gradient {
    /// The pixel's column.
    pub x: u32,
    /// The pixel's row.
    pub y: u32,
    /// Where its neighbour is.
    pub axis: Axis,
    /// The gradient wanted, in levels a pixel.
    pub wanted: [f32; 3],
    /// Where it comes from.
    pub class: Class,
}

/// Where a gradient comes from. A mismatch is the root mean square over the channels, in levels, of
/// the difference between its sources.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Class {
    /// Copied as it is, inside a region of one label.
    Inside,
    /// The mean of what the two labels beside a seam copy.
    Seam {
        /// The difference between the two gradients.
        mismatch: f32,
    },
    /// Copied, with one end outside the hole.
    Rim {
        /// The difference between copied and known gradients around that end.
        mismatch: f32,
    },
    /// Nothing is known of it.
    Free,
}

impl Class {
    /// A deviation R_h^½ of the gradient, in levels: `inside` for copied ones, and from a mismatch
    /// of 20 levels on growing with its square. Smaller mismatches are those of any two pieces of
    /// one texture.
    pub fn deviation(self, inside: f32) -> f32 {
        match self {
            Class::Inside => inside,
            Class::Seam { mismatch } | Class::Rim { mismatch } => {
                inside * (1.0 + (mismatch / GRAIN).powi(2)).min(FREE)
            }
            Class::Free => inside * FREE,
        }
    }
}

/// The fill of a scene at full size that starts at `left` and `top` of the photo.
pub(crate) fn fill(scene: &Scene, sites: &Sites, labels: &[Label], corner: [usize; 2]) -> Fill {
    let maker = FillBuilder {
        scene,
        sites,
        labels,
        corner,
    };
    let mut fill = Fill {
        pixels: Vec::new(),
        gradients: Vec::new(),
    };
    let width = scene.width();
    for at in 0..scene.missing.len() {
        let (x, y) = ((at % width) as i32, (at / width) as i32);
        if scene.hole[at] {
            fill.pixels.push(maker.pixel(x, y));
        }
        for axis in [Axis::Horizontal, Axis::Vertical] {
            let (dx, dy) = axis.step();
            let Some(next) = scene.at(x + dx, y + dy) else {
                continue;
            };
            if scene.hole[at] || scene.hole[next] {
                fill.gradients.push(maker.gradient(x, y, axis));
            }
        }
    }
    fill
}

struct FillBuilder<'a> {
    scene: &'a Scene,
    sites: &'a Sites,
    labels: &'a [Label],
    corner: [usize; 2],
}

impl FillBuilder<'_> {
    fn label(&self, x: i32, y: i32) -> Option<Label> {
        let site = self.sites.at(self.scene.at(x, y)?)?;
        Some(self.labels[site])
    }

    fn place(&self, x: i32, y: i32) -> (u32, u32) {
        (
            x as u32 + self.corner[0] as u32,
            y as u32 + self.corner[1] as u32,
        )
    }

    fn pixel(&self, x: i32, y: i32) -> Copied {
        let label = self.label(x, y);
        let copied = label.and_then(|label| self.scene.copied(label, x, y));
        let (px, py) = self.place(x, y);
        Copied {
            x: px,
            y: py,
            label: label.map(|label| label.outside(self.corner[0] as i32)),
            colour: copied.unwrap_or_default(),
        }
    }

    fn gradient(&self, x: i32, y: i32, axis: Axis) -> Gradient {
        let (dx, dy) = axis.step();
        let ends = [(x, y), (x + dx, y + dy)];
        let labels = ends.map(|(x, y)| self.label(x, y));
        let copied = |label: Label| self.copied_step(label, ends);
        let (wanted, class) = match labels {
            [Some(a), Some(b)] if a == b => (copied(a), Class::Inside),
            [Some(a), Some(b)] => seam(copied(a), copied(b)),
            [Some(a), None] => (copied(a), self.rim(a, ends[1])),
            [None, Some(b)] => (copied(b), self.rim(b, ends[0])),
            [None, None] => (None, Class::Free),
        };
        let (px, py) = self.place(x, y);
        Gradient {
            x: px,
            y: py,
            axis,
            wanted: wanted.unwrap_or_default(),
            class: if wanted.is_some() { class } else { Class::Free },
        }
    }

    /// The gradient that a label copies.
    fn copied_step(&self, label: Label, ends: [(i32, i32); 2]) -> Option<[f32; 3]> {
        let [from, to] = ends.map(|(x, y)| self.scene.copied(label, x, y));
        Some(difference(to?, from?))
    }

    /// How well a label fits at a known pixel: the root mean square difference between copied and
    /// known gradients to its known neighbours. Pixels that are missing, too, have no such fit.
    fn rim(&self, label: Label, (x, y): (i32, i32)) -> Class {
        let mut sum = 0.0;
        let mut count = 0;
        for (dx, dy) in STEPS {
            let ends = [(x, y), (x + dx, y + dy)];
            let [from, to] = ends.map(|(x, y)| self.scene.known(x, y));
            if let (Some(from), Some(to), Some(copied)) = (from, to, self.copied_step(label, ends))
            {
                sum += square(difference(difference(to, from), copied));
                count += 3;
            }
        }
        if count == 0 {
            return Class::Free;
        }
        Class::Rim {
            mismatch: (sum / count as f32).sqrt(),
        }
    }
}

/// The gradient between two labels, and its class.
fn seam(a: Option<[f32; 3]>, b: Option<[f32; 3]>) -> (Option<[f32; 3]>, Class) {
    match (a, b) {
        (Some(a), Some(b)) => {
            let mean = [0, 1, 2].map(|c| 0.5 * (a[c] + b[c]));
            let mismatch = (square(difference(a, b)) / 3.0).sqrt();
            (Some(mean), Class::Seam { mismatch })
        }
        (one, other) => (one.or(other), Class::Seam { mismatch: UNKNOWN }),
    }
}
