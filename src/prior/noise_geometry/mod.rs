//! The noise geometry of a covariance S: eight maps of the variance at each pixel, in four spatial
//! bands, of luma and of chroma (docs/method.md, section 4). The network receives them.
//!
//! ```text
//! box_r: the r×r mean filter
//! f_0 = box_1 - box_3,   f_1 = box_3 - box_7,   f_2 = box_7 - box_15,   f_3 = box_15
//! v_k(i) = Var[(f_k * n)(i)]/|f_k|²,   n ~ N(0, S)
//! ```
//!
//! White noise of variance v has v in every band. Luma is the axis (1, 1, 1)/√3. Chroma is the mean
//! of the variances on (1, 0, -1)/√2 and (1, -2, 1)/√6. The order of the maps is luma bands 0 to 3,
//! chroma bands 0 to 3.

#[cfg(feature = "webgpu")]
mod gpu;
mod tree;

pub use tree::{tree_band_variances, tree_variances};

use std::f64::consts::TAU;

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;

use crate::compute::box_mean::{Border, box_mean};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;

/// The sides of the box filters.
pub const BOXES: [usize; 4] = [1, 3, 7, 15];
/// The side of the widest filter, and the least side of an image that has maps.
pub const REACH: usize = BOXES[3];
/// The bands of luma, and as many of chroma.
pub const BANDS: usize = BOXES.len();

#[cfg(feature = "webgpu")]
const _: () = assert!(REACH == gpu::REACH && BANDS == gpu::BANDS);

/// f_0 to f_3, each 15×15, row by row.
pub fn band_filters() -> [Vec<f64>; BANDS] {
    let boxes = BOXES.map(|r| {
        let inside = (REACH - r) / 2..(REACH + r) / 2;
        (0..REACH * REACH)
            .map(|i| {
                let both = inside.contains(&(i / REACH)) && inside.contains(&(i % REACH));
                if both { 1.0 / (r * r) as f64 } else { 0.0 }
            })
            .collect::<Vec<f64>>()
    });
    std::array::from_fn(|k| match boxes.get(k + 1) {
        Some(wider) => boxes[k].iter().zip(wider).map(|(a, b)| a - b).collect(),
        None => boxes[k].clone(),
    })
}

/// |f_k|².
pub fn band_energies() -> [f64; BANDS] {
    band_filters().map(|f| f.iter().map(|v| v * v).sum())
}

/// The maps of covariances that are diagonal in the DFT: weighted means of the eigenvalues.
#[derive(Debug, Clone)]
pub struct SpectralBands {
    /// |f̂_k|², normalised to sum 1: `[1, 4, H, W]`.
    weights: Tensor<4>,
}

impl SpectralBands {
    /// For images of `height` by `width`, both at least [`REACH`].
    pub fn new(height: usize, width: usize, device: &ComputeDevice) -> Self {
        let mut weights = Vec::with_capacity(BANDS * height * width);
        for response in responses(height, width) {
            let plane: Vec<f64> = response.iter().map(|r| r * r).collect();
            let sum: f64 = plane.iter().sum();
            weights.extend(plane.iter().map(|v| v / sum));
        }
        Self {
            weights: device.tensor(weights, [1, BANDS, height, width]),
        }
    }

    /// The maps, `[B, 8, 1, 1]`, of eigenvalues `[B, 1, H, W]` that all colour axes share, or
    /// `[B, 3, H, W]` of the three opponent axes. They are the same at every pixel.
    pub fn of(&self, eigenvalues: Tensor<4>) -> Tensor<4> {
        if eigenvalues.dims()[1] == 1 {
            return self.means(eigenvalues).repeat_dim(1, 2);
        }
        let luma = eigenvalues.clone().narrow(1, 0, 1);
        let chroma = eigenvalues.narrow(1, 1, 2).mean_dim(1);
        Tensor::cat(vec![self.means(luma), self.means(chroma)], 1)
    }

    /// The means of eigenvalues `[B, 1, H, W]` under the four weights: `[B, 4, 1, 1]`.
    fn means(&self, eigenvalues: Tensor<4>) -> Tensor<4> {
        let weighted = (Formula::from(eigenvalues) * &self.weights).tensor();
        let [batch, bands, height, width] = weighted.dims();
        let flat = weighted.reshape([batch, bands, height * width]);
        flat.sum_dim(2).reshape([batch, bands, 1, 1])
    }
}

/// The DFT, which is real, of a centred box of side r and sum 1 on n points.
/// The DFT of each filter, centred on the first pixel: real, row by row.
fn responses(height: usize, width: usize) -> [Vec<f64>; BANDS] {
    let [rows, columns] = [height, width].map(|n| BOXES.map(|r| box_dft(r, n)));
    std::array::from_fn(|k| {
        let at = |i: usize| {
            let of = |r: usize| rows[r][i / width] * columns[r][i % width];
            if k + 1 < BANDS {
                of(k) - of(k + 1)
            } else {
                of(k)
            }
        };
        (0..height * width).map(at).collect()
    })
}

/// The DFT of each filter, centred on the first pixel and of unit energy: real, `[1, 4, H, W]`.
pub fn band_spectra(height: usize, width: usize, device: &ComputeDevice) -> Tensor<4> {
    let of_unit_energy = |response: Vec<f64>| {
        let energy = response.iter().map(|r| r * r).sum::<f64>() / response.len() as f64;
        response.into_iter().map(move |r| r / energy.sqrt())
    };
    let planes = responses(height, width)
        .into_iter()
        .flat_map(of_unit_energy);
    device.tensor(planes.collect(), [1, BANDS, height, width])
}

/// How much of each filter's energy lies in each octave: π/2^(l+1) to π/2^l of the larger of the
/// two frequencies, and all below in the last.
pub fn octave_shares<const OCTAVES: usize>() -> [[f64; OCTAVES]; BANDS] {
    const N: usize = 64;
    let frequency = |k: usize| 2.0 * k.min(N - k) as f64 / N as f64;
    let octave = |i: usize| {
        let larger = frequency(i / N).max(frequency(i % N)).max(1.0 / N as f64);
        ((-larger.log2()).floor() as usize).min(OCTAVES - 1)
    };
    let mut shares = [[0.0; OCTAVES]; BANDS];
    for (shares, response) in shares.iter_mut().zip(responses(N, N)) {
        let total: f64 = response.iter().map(|r| r * r).sum();
        for (i, r) in response.iter().enumerate() {
            shares[octave(i)] += r * r / total;
        }
    }
    // Only the widest band has a mean, most of the last octave on a loosely held grid.
    for shares in &mut shares[..BANDS - 1] {
        shares[OCTAVES - 2] += std::mem::take(&mut shares[OCTAVES - 1]);
    }
    shares
}

fn box_dft(r: usize, n: usize) -> Vec<f64> {
    let half = (r / 2) as i64;
    let at = |k: usize| {
        let wave = (-half..=half).map(|j| (TAU * (k as i64 * j) as f64 / n as f64).cos());
        wave.sum::<f64>() / r as f64
    };
    (0..n).map(at).collect()
}

/// The maps, `[B, 8, H, W]`, of independent noise with the pixel variance `[B, 1, H, W]` in all
/// channels: its mean under each squared band filter (docs/method.md, section 4.2). Borders are
/// reflected without repeating the edge.
///
/// # Panics
/// If a side is below 8 pixels, which cannot be reflected.
pub fn bands_of_pixels(variance: Tensor<4>) -> Tensor<4> {
    let energies = band_energies();
    let filters = std::array::from_fn(|k| band_rings()[k].map(|v| v * v / energies[k]));
    #[cfg(feature = "webgpu")]
    if !ComputeDevice::of(&variance).is_cpu() {
        return gpu::bands(variance, filters);
    }
    let half = REACH / 2;
    let padded = variance.pad([(half, half), (half, half)], PadMode::Reflect);
    let v = by_rings(&padded, filters);
    Tensor::cat(vec![v.clone(), v], 1)
}

/// The values of f_0 to f_3 on the rings between the nested boxes: the centre, then the rest of the
/// 3×3, of the 7×7 and of the 15×15 box.
pub fn band_rings() -> [[f64; BANDS]; BANDS] {
    let box_value = |k: usize, ring: usize| {
        if ring <= k {
            1.0 / (BOXES[k] * BOXES[k]) as f64
        } else {
            0.0
        }
    };
    let band_value = |k: usize, ring: usize| {
        let wider = if k + 1 < BANDS {
            box_value(k + 1, ring)
        } else {
            0.0
        };
        box_value(k, ring) - wider
    };
    std::array::from_fn(|k| std::array::from_fn(|ring| band_value(k, ring)))
}

/// Planes `[B, 1, H + 14, W + 14]` under four filters given by their values on the rings of
/// [`band_rings`]: `[B, 4, H, W]`.
///
/// Each filter is a sum of box means, and a box mean is a mean of rows, then of columns. This takes
/// 50 values a pixel; the four filters have 900.
pub fn by_rings(planes: &Tensor<4>, filters: [[f64; BANDS]; BANDS]) -> Tensor<4> {
    let [_, _, height, width] = planes.dims();
    let means = BOXES.map(|side| {
        let margin = (REACH - side) / 2;
        let inner = |n: usize| n - 2 * margin;
        let x = planes
            .clone()
            .narrow(2, margin, inner(height))
            .narrow(3, margin, inner(width));
        if side == 1 {
            return x;
        }
        box_mean(x, side, Border::Valid)
    });
    let band = |values: [f64; BANDS]| {
        let terms = means.iter().enumerate().map(|(ring, mean)| {
            let step = values[ring] - values.get(ring + 1).copied().unwrap_or(0.0);
            mean.clone() * (step * (BOXES[ring] * BOXES[ring]) as f64)
        });
        terms.reduce(|a, b| a + b).expect("four rings")
    };
    Tensor::cat(filters.map(band).to_vec(), 1)
}
