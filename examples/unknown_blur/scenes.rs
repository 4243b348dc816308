//! Blurs as lenses and hands make them, which no closed form has.

use std::fmt;

use eps_restore::Kernel;
use eps_restore::low_level::estimation::blur::Blur;
use image::RgbImage;

use crate::damage::{Levels, Stream, blurred, seen};
use crate::photos::Failure;

/// What happened to a photo.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shot {
    /// A lens out of focus: the disk's radius goes from the lower to the upper border.
    Depth {
        nearest: f64,
        farthest: f64,
        quality: u8,
    },
    /// A hand that shook, within a square of this side.
    Path { side: usize, quality: u8 },
    /// A blur with a closed form.
    Closed { blur: Blur, quality: u8 },
}

impl Shot {
    pub(crate) fn quality(self) -> u8 {
        match self {
            Self::Depth { quality, .. }
            | Self::Path { quality, .. }
            | Self::Closed { quality, .. } => quality,
        }
    }
}

impl fmt::Display for Shot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Depth {
                nearest, farthest, ..
            } => write!(f, "a lens, disks of {nearest} to {farthest} px")?,
            Self::Path { side, .. } => write!(f, "a shaken path in {side}×{side} px")?,
            Self::Closed { blur, .. } => write!(f, "{blur:?}")?,
        }
        write!(f, ", JPEG {}", self.quality())
    }
}

/// Radii between which a lens is interpolated, in pixels.
const STEP: f64 = 0.4;

/// A photo through a lens whose disk has the first radius at the lower border and the second one at
/// the upper border; and the sharp part that it shows.
pub(crate) fn lens_with_depth(
    sharp: &RgbImage,
    [nearest, farthest]: [f64; 2],
) -> Result<(Levels, RgbImage), Failure> {
    let steps = ((farthest - nearest).abs() / STEP).ceil().max(1.0) as usize;
    let radius = |i: usize| nearest + (farthest - nearest) * i as f64 / steps as f64;
    let largest = Kernel::disk(nearest.max(farthest))?;
    let truth = seen(sharp, &largest);
    let mut layers = Vec::new();
    for i in 0..=steps {
        layers.push(blurred(sharp, &padded(&Kernel::disk(radius(i))?, &largest)?).2);
    }
    let (width, height) = truth.dimensions();
    let line = 3 * width as usize;
    let value = |i: usize| {
        let from_bottom = 1.0 - (i / line) as f64 / f64::from(height - 1);
        let place = from_bottom * steps as f64;
        let layer = (place as usize).min(steps - 1);
        let part = (place - layer as f64) as f32;
        (1.0 - part) * layers[layer][i] + part * layers[layer + 1][i]
    };
    let levels = (0..line * height as usize).map(value).collect();
    Ok(((width, height, levels), truth))
}

/// A kernel with zeros around it, as large as another.
fn padded(kernel: &Kernel, as_large_as: &Kernel) -> Result<Kernel, Failure> {
    let (width, height) = (as_large_as.width(), as_large_as.height());
    let (left, top) = ((width - kernel.width()) / 2, (height - kernel.height()) / 2);
    let mut weights = vec![0.0; width * height];
    for (i, weight) in kernel.weights().iter().enumerate() {
        let (row, column) = (i / kernel.width() + top, i % kernel.width() + left);
        weights[row * width + column] = *weight;
    }
    Ok(Kernel::new(width, height, weights)?)
}

/// The way of a hand that is pushed at random and slowed down, drawn within a square.
pub(crate) fn shaken_path(side: usize, stream: &mut Stream) -> Result<Kernel, Failure> {
    const MOMENTS: usize = 400;
    const KEPT: f64 = 0.985;
    let (mut at, mut speed) = ([0.0; 2], [stream.normal(), stream.normal()]);
    let mut path = Vec::new();
    for _ in 0..MOMENTS {
        for axis in 0..2 {
            speed[axis] = KEPT * speed[axis] + 0.12 * stream.normal();
            at[axis] += speed[axis];
        }
        path.push(at);
    }
    let range = |axis: usize| {
        let along = path.iter().map(|at| at[axis]);
        let least = along.clone().fold(f64::INFINITY, f64::min);
        (least, along.fold(f64::NEG_INFINITY, f64::max) - least)
    };
    let ((top, down), (left, right)) = (range(0), range(1));
    let scale = (side - 2) as f64 / down.max(right);
    let offset = |extent: f64| (side as f64 - 1.0 - extent * scale) / 2.0;
    let mut weights = vec![0.0; side * side];
    for [y, x] in path {
        let (y, x) = (
            (y - top) * scale + offset(down),
            (x - left) * scale + offset(right),
        );
        for (dy, dx) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] {
            let (row, column) = (y.floor() + dy, x.floor() + dx);
            let weight = (1.0 - (y - row).abs()) * (1.0 - (x - column).abs());
            weights[row as usize * side + column as usize] += weight;
        }
    }
    Ok(Kernel::new(side, side, weights)?)
}
