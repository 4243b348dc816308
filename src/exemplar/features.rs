//! Patches of 8×8 pixels as 24 numbers: their lowest Walsh-Hadamard coefficients, 16 of the
//! brightness and 4 of each of two colour differences.
//!
//! The transform is orthogonal: a distance between features is the part of the distance between
//! patches that lies in these coefficients, nearly all of it.

use crate::exemplar::scene::Scene;

/// The side of a patch.
pub(crate) const PATCH: usize = 8;
/// Numbers a patch.
pub(crate) const COUNT: usize = 24;

/// The features of a patch.
pub(crate) type Feature = [f32; COUNT];

/// Signs of the four Walsh functions of length 4, by the number of their sign changes.
const WALSH: [[f32; 4]; 4] = [
    [1.0, 1.0, 1.0, 1.0],
    [1.0, 1.0, -1.0, -1.0],
    [1.0, -1.0, -1.0, 1.0],
    [1.0, -1.0, 1.0, -1.0],
];

/// The patches of a scene that may be copied whole.
#[derive(Debug)]
pub(crate) struct Patches {
    /// Top left corners.
    pub(crate) places: Vec<(i32, i32)>,
    /// The features, in the same order.
    pub(crate) features: Vec<Feature>,
    /// The patch at each pixel.
    index: Vec<u32>,
    width: usize,
}

impl Patches {
    pub(crate) fn of(scene: &Scene) -> Self {
        let (width, height) = (scene.width(), scene.height());
        let free = free_run(&scene.copyable, width);
        let means = [[1.0; 3], [1.0, 0.0, -1.0], [-0.5, 1.0, -0.5]];
        let pairs = means.map(|weights| pair_sums(scene, weights));
        let mut patches = Self {
            places: Vec::new(),
            features: Vec::new(),
            index: vec![u32::MAX; width * height],
            width,
        };
        for row in 0..(height + 1).saturating_sub(PATCH) {
            for column in 0..(width + 1).saturating_sub(PATCH) {
                let at = row * width + column;
                if usize::from(free[at]) >= PATCH {
                    patches.index[at] = patches.places.len() as u32;
                    patches.places.push((column as i32, row as i32));
                    patches.features.push(feature(&pairs, at, width));
                }
            }
        }
        patches
    }

    /// The patch at a place.
    pub(crate) fn at(&self, x: i32, y: i32) -> Option<usize> {
        let (column, row) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if column >= self.width {
            return None;
        }
        let patch = *self.index.get(row * self.width + column)?;
        (patch != u32::MAX).then_some(patch as usize)
    }
}

/// The side of the largest square, up to 8, with its top left corner at each pixel, in which every
/// pixel is free.
fn free_run(free: &[bool], width: usize) -> Vec<u8> {
    let mut run = vec![0u8; free.len()];
    for at in (0..free.len()).rev().filter(|&at| free[at]) {
        let right = at % width + 1 < width;
        let next = |step: usize| run.get(at + step).copied().unwrap_or(0);
        let least = if right {
            next(1).min(next(width)).min(next(width + 1))
        } else {
            0
        };
        run[at] = (least + 1).min(PATCH as u8);
    }
    run
}

/// A combination of the channels, summed over the 2×2 pixels that start at each.
fn pair_sums(scene: &Scene, weights: [f32; 3]) -> Vec<f32> {
    let width = scene.width();
    let mixed = scene.picture.colours.iter();
    let mixed = mixed.map(|c| c[0] * weights[0] + c[1] * weights[1] + c[2] * weights[2]);
    let mixed: Vec<f32> = mixed.collect();
    let at = |i: usize| mixed.get(i).copied().unwrap_or(0.0);
    let sum = |i: usize| at(i) + at(i + 1) + at(i + width) + at(i + width + 1);
    (0..mixed.len()).map(sum).collect()
}

fn feature(pairs: &[Vec<f32>; 3], at: usize, width: usize) -> Feature {
    let mut feature = [0.0; COUNT];
    let luma = transformed(&pairs[0], at, width);
    feature[..16].copy_from_slice(&luma);
    for (channel, pairs) in pairs[1..].iter().enumerate() {
        let chroma = transformed(pairs, at, width);
        let low = [chroma[0], chroma[1], chroma[4], chroma[5]];
        feature[16 + 4 * channel..20 + 4 * channel].copy_from_slice(&low);
    }
    feature
}

/// The 4×4 Walsh-Hadamard transform of a patch's sums over 2×2 pixels.
fn transformed(pairs: &[f32], at: usize, width: usize) -> [f32; 16] {
    let mut rows = [0.0; 16];
    for row in 0..4 {
        let start = at + 2 * row * width;
        let values = [0, 2, 4, 6].map(|step| pairs[start + step]);
        for (k, signs) in WALSH.iter().enumerate() {
            rows[4 * row + k] = signs.iter().zip(values).map(|(s, v)| s * v).sum();
        }
    }
    let mut out = [0.0; 16];
    for (k, signs) in WALSH.iter().enumerate() {
        for column in 0..4 {
            let terms = signs.iter().enumerate();
            out[4 * k + column] = terms.map(|(row, s)| s * rows[4 * row + column]).sum();
        }
    }
    out
}

/// The features of the same patch, mirrored left to right: odd functions change their sign.
pub(crate) fn mirrored(feature: &Feature) -> Feature {
    let mut out = *feature;
    for (k, value) in out.iter_mut().enumerate() {
        let across = if k < 16 { k % 4 } else { k % 2 };
        if across % 2 == 1 {
            *value = -*value;
        }
    }
    out
}

/// The squared distance between features.
pub(crate) fn distance(a: &Feature, b: &Feature) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
