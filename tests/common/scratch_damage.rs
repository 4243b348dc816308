//! Scratches whose place is known, for judging what finds them. They are drawn by other rules than
//! those of the training: a scratch is one cubic Bezier curve of constant or tapering width that
//! adds a constant number of levels to the photo, fainter along some of its length.

use image::{Rgb, RgbImage};

/// Pixels of a photo for each scratch.
const AREA: u32 = 20_000;
/// Widths, in pixels.
const WIDTHS: [f64; 2] = [1.0, 8.0];
/// The range of the levels added or taken away.
pub(crate) const CONTRASTS: [f64; 2] = [10.0, 120.0];
/// A pixel that clipping leaves with less than this, in levels, is no scratch: half the least
/// contrast, less rounding.
const LEAST_CHANGE: f64 = 4.5;
/// From one disc of a curve to the next, in pixels.
const STEP: f64 = 0.5;

/// A linear congruence: uniform in [0, 1).
#[derive(Debug)]
pub(crate) struct Uniform(pub u64);

impl Uniform {
    fn next(&mut self) -> f64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, [low, high]: [f64; 2]) -> f64 {
        low + (high - low) * self.next()
    }
}

/// One scratch.
#[derive(Debug, Clone)]
pub(crate) struct Scratch {
    /// In pixels.
    pub width: f64,
    /// Levels, below 0 for a dark one.
    pub contrast: f64,
    tapers: bool,
    /// Where along its length it is fainter, in turns; 0 for nowhere.
    fading: f64,
    points: [[f64; 2]; 4],
}

impl Scratch {
    fn random(random: &mut Uniform, [width, height]: [f64; 2]) -> Self {
        let angle = random.between([0.0, std::f64::consts::TAU]);
        let length = random.between([30.0, 0.7 * width.min(height)]);
        let start = [random.next() * width, random.next() * height];
        let along = [angle.cos(), angle.sin()];
        let bend = 0.25 * length * random.next();
        let point = |t: f64, off: f64| {
            [
                start[0] + t * length * along[0] - off * along[1],
                start[1] + t * length * along[1] + off * along[0],
            ]
        };
        let points = [
            point(-0.5, 0.0),
            point(-0.17, bend * random.between([-1.0, 1.0])),
            point(0.17, bend * random.between([-1.0, 1.0])),
            point(0.5, 0.0),
        ];
        let [low, high] = CONTRASTS.map(f64::ln);
        let sign = if random.next() < 0.5 { -1.0 } else { 1.0 };
        Self {
            width: random.between(WIDTHS),
            contrast: sign * random.between([low, high]).exp(),
            tapers: random.next() < 0.5,
            fading: if random.next() < 0.3 { 2.0 } else { 0.0 },
            points,
        }
    }

    fn point(&self, t: f64) -> [f64; 2] {
        let s = 1.0 - t;
        let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
        std::array::from_fn(|axis| {
            let terms = weights.iter().zip(&self.points);
            terms.map(|(weight, point)| weight * point[axis]).sum()
        })
    }

    /// The share of the contrast at t: what fades is never fainter than a half.
    fn strength(&self, t: f64) -> f64 {
        1.0 - 0.25 * (1.0 - (self.fading * std::f64::consts::TAU * t).cos())
    }

    /// The share of each pixel that it covers, times its strength there.
    fn coverage(&self, [width, height]: [u32; 2]) -> Vec<f32> {
        let mut coverage = vec![0.0_f32; (width * height) as usize];
        let length: f64 = (0..3)
            .map(|i| distance(self.points[i], self.points[i + 1]))
            .sum();
        let steps = (length / STEP).ceil() as usize;
        for step in 0..=steps {
            let t = step as f64 / steps as f64;
            let taper = if self.tapers {
                (4.0 * t * (1.0 - t)).sqrt()
            } else {
                1.0
            };
            let radius = 0.5 * (self.width * taper).max(WIDTHS[0]);
            let strength = self.strength(t) as f32;
            for ([x, y], share) in disc(self.point(t), radius, [width, height]) {
                let covered = &mut coverage[(y * width + x) as usize];
                *covered = covered.max(share as f32 * strength);
            }
        }
        coverage
    }
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// The pixels of a disc within the photo, and the share of each that it covers, nearly.
fn disc(centre: [f64; 2], radius: f64, size: [u32; 2]) -> impl Iterator<Item = ([u32; 2], f64)> {
    let range = move |axis: usize| {
        let last = i64::from(size[axis]);
        let low = (centre[axis] - radius - 1.0).floor() as i64;
        let high = (centre[axis] + radius + 1.0).ceil() as i64;
        low.clamp(0, last) as u32..high.clamp(0, last) as u32
    };
    let rows = range(1);
    rows.flat_map(move |y| range(0).map(move |x| [x, y]))
        .map(move |[x, y]| {
            let from = distance(centre, [f64::from(x) + 0.5, f64::from(y) + 0.5]);
            ([x, y], (radius + 0.5 - from).clamp(0.0, 1.0))
        })
}

/// A photo with scratches.
#[derive(Debug)]
pub(crate) struct Scratched {
    pub photo: RgbImage,
    pub scratches: Vec<Scratch>,
    /// The scratch of each pixel that it covers by a half or more and changes by [`LEAST_CHANGE`]
    /// or more, row by row.
    pub truth: Vec<Option<usize>>,
    /// Pixels that a scratch touches at all, and those within [`NEAR`] of one.
    pub near: Vec<bool>,
}

/// Scratches a photo: one scratch for every 20,000 pixels.
pub(crate) fn scratched(photo: &RgbImage, random: &mut Uniform) -> Scratched {
    let (width, height) = photo.dimensions();
    let pixels = (width * height) as usize;
    let mut damaged = Scratched {
        photo: photo.clone(),
        scratches: Vec::new(),
        truth: vec![None; pixels],
        near: Vec::new(),
    };
    let mut touched = vec![false; pixels];
    for number in 0..(width * height / AREA).max(1) as usize {
        let scratch = Scratch::random(random, [f64::from(width), f64::from(height)]);
        let coverage = scratch.coverage([width, height]);
        for (i, &share) in coverage.iter().enumerate() {
            if share > 0.0 {
                touched[i] = true;
                let pixel = damaged
                    .photo
                    .get_pixel_mut(i as u32 % width, i as u32 / width);
                let change = changed(pixel, f64::from(share) * scratch.contrast);
                if share >= 0.5 && change >= LEAST_CHANGE {
                    damaged.truth[i] = Some(number);
                }
            }
        }
        damaged.scratches.push(scratch);
    }
    damaged.near = grown(&touched, [i64::from(width), i64::from(height)]);
    damaged
}

/// Adds levels to a pixel; returns the mean change of its channels, which clipping lessens.
fn changed(pixel: &mut Rgb<u8>, levels: f64) -> f64 {
    let before = pixel.0.map(f64::from);
    pixel.0 = before.map(|value| (value + levels).round().clamp(0.0, 255.0) as u8);
    let changes = pixel.0.iter().zip(before);
    changes
        .map(|(&after, before)| (f64::from(after) - before).abs())
        .sum::<f64>()
        / 3.0
}

/// What was found of known scratches.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Score {
    /// Pixels of scratches.
    pub damaged: u64,
    /// Those of them that were found.
    pub hit: u64,
    /// Pixels that were found.
    pub found: u64,
    /// Those of them on a scratch, or within [`NEAR`] of one.
    pub right: u64,
}

/// How far beyond a scratch a found pixel may lie, in pixels: a mask for filling is wider than the
/// scratch.
pub(crate) const NEAR: i64 = 2;

impl Score {
    pub(crate) fn recall(&self) -> f64 {
        self.hit as f64 / self.damaged as f64
    }

    pub(crate) fn precision(&self) -> f64 {
        self.right as f64 / self.found as f64
    }

    /// Counts the pixels of one photo; of scratches only those that `counts`.
    pub(crate) fn add(
        &mut self,
        scratched: &Scratched,
        found: &[bool],
        counts: impl Fn(&Scratch) -> bool,
    ) {
        for (i, &found) in found.iter().enumerate() {
            let of = scratched.truth[i].filter(|&n| counts(&scratched.scratches[n]));
            self.damaged += u64::from(of.is_some());
            self.hit += u64::from(of.is_some() && found);
            self.found += u64::from(found);
            self.right += u64::from(found && scratched.near[i]);
        }
    }
}

/// The pixels within [`NEAR`] of those, along either axis.
fn grown(pixels: &[bool], [width, height]: [i64; 2]) -> Vec<bool> {
    let mut grown = vec![false; pixels.len()];
    for i in (0..pixels.len()).filter(|&i| pixels[i]) {
        let (x, y) = (i as i64 % width, i as i64 / width);
        for row in (y - NEAR).max(0)..=(y + NEAR).min(height - 1) {
            for column in (x - NEAR).max(0)..=(x + NEAR).min(width - 1) {
                grown[(row * width + column) as usize] = true;
            }
        }
    }
    grown
}
