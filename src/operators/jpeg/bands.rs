//! The noise-geometry maps of noise that is independent in the coefficients of blocks
//! (docs/method.md, section 10.3):
//!
//! ```text
//! v_band(i, j) = sum over (u, v) of W[(i, j), (u, v)] times the variance of coefficient (u, v)
//! ```
//!
//! (i, j) is the phase in a block: the maps show where block borders lie. Band filters are
//! differences of box means, and boxes are separable, so that W is built from the responses of the
//! eight functions of a line to centred boxes.

use burn::tensor::Tensor;

use crate::compute::block_dct::{BLOCK, FREQUENCIES, matrix};
use crate::compute::device::ComputeDevice;
use crate::prior::noise_geometry::{BANDS, BOXES};

/// P_rs[i, u]: products of the responses to boxes of sides r and s, summed over blocks.
type Products = [[f64; BLOCK]; BLOCK];

/// One block of the eight maps for each image, `[images, 8, 8, 8]`. `images`: the variances of
/// luma's coefficients, and the mean of those on the two chroma axes.
pub(super) fn band_maps(images: &[[[f64; FREQUENCIES]; 2]], device: &ComputeDevice) -> Tensor<4> {
    let tables: [_; BANDS] = std::array::from_fn(band_table);
    let mut values = Vec::with_capacity(images.len() * 2 * BANDS * FREQUENCIES);
    for variances in images.iter().flatten() {
        for weights in tables.iter().flatten() {
            let terms = weights.iter().zip(variances);
            values.push(terms.map(|(weight, variance)| weight * variance).sum());
        }
    }
    let shape = [images.len(), 2 * BANDS, BLOCK, BLOCK];
    device.tensor(values, shape)
}

/// W of a band: for each phase, the weights of the 64 coefficients.
fn band_table(band: usize) -> Vec<[f64; FREQUENCIES]> {
    let inner = BOXES[band];
    let outer = BOXES.get(band + 1).copied();
    let area = |side: usize| (side * side) as f64;
    let energy = 1.0 / area(inner) - outer.map_or(0.0, |side| 1.0 / area(side));
    // Squares of a difference of two boxes, each a product of lines.
    let mut terms = vec![(1.0, products(inner, inner))];
    if let Some(side) = outer {
        terms.push((-2.0, products(inner, side)));
        terms.push((1.0, products(side, side)));
    }
    let weight = |phase: usize, k: usize| {
        let along = |p: &Products| p[phase / BLOCK][k / BLOCK] * p[phase % BLOCK][k % BLOCK];
        terms.iter().map(|(sign, p)| sign * along(p)).sum::<f64>() / energy
    };
    (0..FREQUENCIES)
        .map(|phase| std::array::from_fn(|k| weight(phase, k)))
        .collect()
}

fn products(first: usize, second: usize) -> Products {
    let [a, b] = [first, second].map(responses);
    std::array::from_fn(|i| {
        std::array::from_fn(|u| {
            let blocks = a[i].iter().zip(&b[i]);
            blocks.map(|(a, b)| a[u] * b[u]).sum()
        })
    })
}

/// The mean over `side` samples around phase i of function u of each block that they touch.
fn responses(side: usize) -> [[[f64; BLOCK]; 3]; BLOCK] {
    let c = matrix();
    std::array::from_fn(|phase| {
        let mut blocks = [[0.0; BLOCK]; 3];
        for offset in 0..side {
            // Block 1 is the phase's own.
            let at = BLOCK + phase + offset - side / 2;
            for (u, response) in blocks[at / BLOCK].iter_mut().enumerate() {
                *response += c[u][at % BLOCK] / side as f64;
            }
        }
        blocks
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_has_its_variance_in_every_band() {
        let maps = band_maps(&[[[0.3; FREQUENCIES]; 2]], &ComputeDevice::cpu_f64());
        let values = maps.try_into_vec_as::<f64>().expect("on the CPU");
        assert_eq!(values.len(), 2 * BANDS * FREQUENCIES);
        assert!(values.iter().all(|v| (v - 0.3).abs() < 1e-14));
    }
}
