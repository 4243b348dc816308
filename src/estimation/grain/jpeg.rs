//! Grain from the coefficients of a JPEG.
//!
//! Blocks are the file's own; their brightness comes from the DCs of all components there. Y tells
//! of luma and of the little chroma in it; Cb and Cr, whose sums over R, G and B are 0, of chroma
//! alone. Quantisation is a part of the fit: a coefficient that it leaves next to nothing of says
//! that there is not much noise.

use std::ops::Range;

use crate::photo::jpeg::{Component, Jpeg, Sampling};

use super::axes::{FROM_YCBCR, OPPONENT, TO_YCBCR, apply};
use super::estimate::{Limits, estimate};
use super::flat::{Blocks, Candidate, judged, sets};
use super::kind::{Kind, ROUNDING};
use super::model::Grain;
use super::response::Response;
use crate::estimation::dct::{AREA, Block, SIDE, radius};

/// Blocks whose brightness is nearer to black or white than this, in levels, may be clipped.
const CLIPPED: f32 = 8.0;
/// Below this radius a gradient of brightness counts.
const RAMP: f32 = 1.1;

/// The limits that separate luma's noise from texture: tighter than those of pixels, since the
/// coefficients that survive quantisation are coarse, and texture fills them.
const LIMITS: Limits = Limits {
    misfit: 2.2,
    growth: 0.65,
    blocks: 100.0,
};

impl Grain {
    /// The grain of a JPEG file.
    pub fn from_jpeg(file: &Jpeg) -> Self {
        let components = file.components();
        if components.iter().any(|c| whole_blocks(c).contains(&0)) {
            return Self::UNKNOWN;
        }
        let planes = [0..1, 1..3].into_iter().take(components.len());
        let kinds: Vec<Kind> = planes
            .map(|planes| Planes::new(components, planes).kind())
            .collect();
        estimate(&kinds, &LIMITS)
    }
}

/// The blocks in a column and in a row of a component that hold nothing beside the picture.
fn whole_blocks(component: &Component) -> [usize; 2] {
    [component.samples_high(), component.samples_wide()].map(|samples| samples / SIDE)
}

/// The sampling factors down and across.
fn factors(component: &Component) -> [usize; 2] {
    let Sampling {
        horizontal,
        vertical,
    } = component.sampling();
    [vertical, horizontal].map(usize::from)
}

/// A block's coefficients times their steps; 0 beyond the last block, since Cb and Cr may differ in
/// their sampling.
fn dequantised(component: &Component, place: usize) -> Block {
    match component.blocks().get(place) {
        Some(block) => {
            std::array::from_fn(|k| f32::from(block[k]) * f32::from(component.table()[k]))
        }
        None => [0.0; AREA],
    }
}

/// Y, or Cb and Cr.
struct Planes<'a> {
    components: &'a [Component],
    own: Range<usize>,
    /// The pixels that a sample of each component is the mean of, down and across.
    factors: Vec<[usize; 2]>,
}

impl<'a> Planes<'a> {
    fn new(components: &'a [Component], own: Range<usize>) -> Self {
        let most = [0, 1].map(|i| components.iter().map(|c| factors(c)[i]).max().unwrap_or(1));
        let of = |c: &Component| [0, 1].map(|i| (most[i] / factors(c)[i]).max(1));
        Self {
            components,
            own,
            factors: components.iter().map(of).collect(),
        }
    }

    fn kind(&self) -> Kind {
        let first = &self.components[self.own.start];
        let [rows, columns] = whole_blocks(first);
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| [row, column]));
        let candidates: Vec<Candidate> = places.filter_map(|at| self.candidate(at)).collect();
        let factors = self.factors[self.own.start];
        Kind {
            sets: sets(self, &candidates, 1.0, [1.0, 1.0]),
            response: Response::new(factors),
            mixes: self
                .own
                .clone()
                .map(|i| mix(i, self.components.len() == 1))
                .collect(),
            steps: self
                .own
                .clone()
                .map(|i| self.components[i].table().map(f64::from))
                .collect(),
            rounding: ROUNDING / (factors[0] * factors[1]) as f64,
            telling: std::array::from_fn(|k| radius(k) > RAMP),
        }
    }

    /// What is known of a block before it is chosen. `None` where it may be clipped.
    fn candidate(&self, at: [usize; 2]) -> Option<Candidate> {
        let mut means = [0.0f32; 3];
        let mut texture = [[0.0f32; 2]; 2];
        for (i, component) in self.components.iter().enumerate() {
            let [rows, columns] = self.covering(i, at);
            let count = (rows.len() * columns.len()) as f32;
            for (row, column) in rows.flat_map(|r| columns.clone().map(move |c| (r, c))) {
                let block = dequantised(component, row * component.blocks_wide() + column);
                means[i] += block[0] / SIDE as f32 / count;
                for (sum, energy) in texture.iter_mut().zip(judged(&block)) {
                    sum[i.min(1)] += energy / count;
                }
            }
        }
        let [r, g, b] = apply(&FROM_YCBCR, means).map(|v| v + 128.0);
        let inside = [r, g, b]
            .iter()
            .all(|v| (CLIPPED..=255.0 - CLIPPED).contains(v));
        inside.then_some(Candidate {
            place: at[0] * self.components[self.own.start].blocks_wide() + at[1],
            brightness: [r, g, b, (r + g + b) / 3.0],
            texture,
        })
    }

    /// The blocks of a component that cover one of these planes, as ranges of rows and columns.
    fn covering(&self, component: usize, at: [usize; 2]) -> [Range<usize>; 2] {
        let (theirs, own) = (self.factors[component], self.factors[self.own.start]);
        let size = whole_blocks(&self.components[component]);
        [0, 1].map(|i| {
            let first = (at[i] * own[i] / theirs[i]).min(size[i] - 1);
            first..(first + (own[i] / theirs[i]).max(1)).min(size[i])
        })
    }
}

impl Blocks for Planes<'_> {
    fn planes(&self) -> usize {
        self.own.len()
    }

    fn squares(&self, place: usize) -> Vec<Block> {
        let own = &self.components[self.own.clone()];
        let square = |c: &Component| dequantised(c, place).map(|y| y * y);
        own.iter().map(square).collect()
    }

    fn step(&self, plane: usize, k: usize) -> f64 {
        f64::from(self.components[self.own.start + plane].table()[k])
    }

    /// A coefficient counts by its steps: texture shows in the first that it reaches.
    fn weight(&self, plane: usize, k: usize) -> f64 {
        if radius(k) > RAMP {
            self.step(plane, k).max(1.0).powi(-2)
        } else {
            0.0
        }
    }
}

/// The variance that a component has of each axis'; grey photos have luma alone.
fn mix(component: usize, grey: bool) -> [f64; 3] {
    [0, 1, 2].map(|axis| {
        let products = OPPONENT[axis].iter().zip(TO_YCBCR[component]);
        let share = products.map(|(u, m)| f64::from(u * m)).sum::<f64>().powi(2);
        if share < 1e-9 || (grey && axis > 0) {
            0.0
        } else {
            share
        }
    })
}
