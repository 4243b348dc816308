//! How well a fill matches its surroundings: in its colour, in its energy in three bands, and along
//! its border.

use std::ops::Range;

/// The bands: differences between the means of two boxes with these sides, in pixels.
pub(crate) const BANDS: [(usize, usize); 3] = [(1, 3), (3, 7), (7, 15)];
/// The width, in pixels, of the ring around a hole that its fill is compared with.
pub(crate) const RING: usize = 32;
/// The pixels along the border over which a step is averaged: the length of a visible edge, over
/// which texture averages out.
const RUN: usize = 15;
/// The distance, inside and outside, up to which steps beside the border are compared with it.
const NEAR: usize = 8;
/// Below this there is no seam: 80 runs do not show larger steps at the border than beside it.
pub(crate) const NO_SEAM: f64 = 1.5;

/// A square hole.
#[derive(Clone, Copy)]
pub(crate) struct Square {
    pub left: usize,
    pub top: usize,
    pub side: usize,
}

impl Square {
    pub(crate) fn contains(&self, x: usize, y: usize) -> bool {
        self.columns().contains(&x) && (self.top..self.top + self.side).contains(&y)
    }

    fn columns(&self) -> Range<usize> {
        self.left..self.left + self.side
    }

    /// The square with `by` more pixels on each side, cut off at the photo's left and top.
    fn grown(&self, by: usize) -> Self {
        Self {
            left: self.left.saturating_sub(by),
            top: self.top.saturating_sub(by),
            side: self.side + 2 * by,
        }
    }
}

/// The figures of a filled photo.
pub(crate) struct Figures {
    /// The mean R, G and B of the fill, in levels.
    pub fill: [f64; 3],
    /// The mean and the standard deviation of the ring's R, G and B.
    pub ring: [(f64, f64); 3],
    /// The fill's energy over the ring's, by band.
    pub energy: [f64; 3],
    /// Steps across the border over those beside it.
    pub seam: f64,
}

impl Figures {
    /// `rgb`: three bytes a pixel.
    pub(crate) fn of(rgb: &[u8], width: usize, hole: Square) -> Self {
        let pixels = 0..rgb.len() / 3;
        let inside = |i: usize| hole.contains(i % width, i / width);
        let near = |i: usize| hole.grown(RING).contains(i % width, i / width);
        let (fill, ring): (Vec<usize>, Vec<usize>) =
            pixels.filter(|&i| near(i)).partition(|&i| inside(i));
        let channel =
            |pixels: &[usize], c: usize| moments(pixels.iter().map(|i| f64::from(rgb[3 * i + c])));
        let luma = luma(rgb);
        let energy = BANDS.map(|(fine, wide)| {
            let band = [fine, wide].map(|side| box_means(&luma, width, side));
            let of = |pixels: &[usize]| {
                let squares = pixels.iter().map(|&i| (band[0][i] - band[1][i]).powi(2));
                squares.sum::<f64>() / pixels.len() as f64
            };
            of(&fill) / of(&ring)
        });
        Self {
            fill: [0, 1, 2].map(|c| channel(&fill, c).0),
            ring: [0, 1, 2].map(|c| channel(&ring, c)),
            energy,
            seam: seam(&luma, width, hole),
        }
    }

    /// The largest distance of the fill's colour from the ring's, in standard deviations of the
    /// ring.
    pub(crate) fn shift(&self) -> f64 {
        let shifts = self.fill.iter().zip(&self.ring);
        let shifts = shifts.map(|(fill, (mean, deviation))| (fill - mean).abs() / deviation);
        shifts.fold(0.0, f64::max)
    }
}

/// The root mean square, over runs along the border, of a run's mean step across it, divided by the
/// same at lines up to 8 pixels from the border.
///
/// It is 1 where the fill continues its surroundings. A visible seam is a step that all pixels of a
/// run share; the steps of texture have both signs, and average out.
fn seam(luma: &[f64], width: usize, hole: Square) -> f64 {
    // The line between the pixels at depth d - 1 and d inside the hole.
    let steps = |depth: isize| {
        let at = |x: isize, y: isize| luma[y as usize * width + x as usize];
        let (left, top) = (hole.left as isize, hole.top as isize);
        let last = hole.side as isize - 1;
        let across = |side: usize, along: usize| {
            let (a, d) = (along as isize, depth);
            let point = |d: isize| match side {
                0 => at(left + a, top + d),
                1 => at(left + a, top + last - d),
                2 => at(left + d, top + a),
                _ => at(left + last - d, top + a),
            };
            point(d) - point(d - 1)
        };
        let runs = (0..4).flat_map(|side| (0..hole.side / RUN).map(move |run| (side, run)));
        let squares = runs.map(|(side, run)| {
            let along = run * RUN..(run + 1) * RUN;
            let mean = along.map(|a| across(side, a)).sum::<f64>() / RUN as f64;
            mean * mean
        });
        let squares: Vec<f64> = squares.collect();
        squares.iter().sum::<f64>() / squares.len() as f64
    };
    let near = NEAR as isize;
    let beside = (-near..=near).filter(|&d| d != 0);
    let mean = beside.map(steps).sum::<f64>() / (2 * NEAR) as f64;
    (steps(0) / mean).sqrt()
}

/// The mean and the standard deviation of values.
fn moments(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    (mean, (square / values.len() as f64).sqrt())
}

/// The mean of R, G and B.
pub(crate) fn luma(rgb: &[u8]) -> Vec<f64> {
    let levels = rgb.chunks_exact(3);
    levels
        .map(|p| p.iter().map(|&v| f64::from(v)).sum::<f64>() / 3.0)
        .collect()
}

/// The mean of side×side pixels around each pixel, without those outside the image.
pub(crate) fn box_means(x: &[f64], width: usize, side: usize) -> Vec<f64> {
    let height = x.len() / width;
    let mut sums = vec![0.0; (height + 1) * (width + 1)];
    for (i, value) in x.iter().enumerate() {
        let at = (i / width + 1) * (width + 1) + i % width + 1;
        sums[at] = value + sums[at - 1] + sums[at - width - 1] - sums[at - width - 2];
    }
    let mean = |i: usize| {
        let span = |at: usize, n: usize| (at.saturating_sub(side / 2), n.min(at + side / 2 + 1));
        let ((top, bottom), (left, right)) = (span(i / width, height), span(i % width, width));
        let to = |row: usize, column: usize| sums[row * (width + 1) + column];
        let sum = to(bottom, right) - to(top, right) - to(bottom, left) + to(top, left);
        sum / ((bottom - top) * (right - left)) as f64
    };
    (0..x.len()).map(mean).collect()
}
