//! The orthonormal 8×8 DCT-II of every block of planes `[B, C, H, W]` (docs/method.md, section
//! 1.3), and matrices over channels at each of its 64 frequencies.
//!
//! Coefficients stay in place: frequency (u, v) of block (i, j) lies at [8 i + u, 8 j + v]. Sides
//! are multiples of 8.

mod cpu;
#[cfg_attr(not(feature = "webgpu"), path = "no_gpu.rs")]
mod gpu;
mod plain;
pub(crate) mod tile;

use std::f64::consts::PI;

use burn::tensor::{DType, Tensor};

use crate::compute::device::{Backend, ComputeDevice};

/// The side of a block.
pub const BLOCK: usize = 8;
/// The frequencies of a block.
pub const FREQUENCIES: usize = BLOCK * BLOCK;

/// C: the coefficient u of eight samples i, row by row.
pub fn matrix() -> [[f64; BLOCK]; BLOCK] {
    std::array::from_fn(|u| {
        let scale = if u == 0 { 0.125_f64.sqrt() } else { 0.5 };
        std::array::from_fn(|i| scale * ((2 * i + 1) as f64 * u as f64 * PI / 16.0).cos())
    })
}

/// A matrix for each frequency, and for each image of a batch or for all of them.
#[derive(Clone, Debug)]
pub struct FrequencyMatrices {
    rows: usize,
    columns: usize,
    /// Image by image, row by row, column by column: the values at the 64 frequencies.
    values: Vec<f64>,
}

impl FrequencyMatrices {
    /// `entry(image, row, column, frequency)` for `images` images.
    pub fn new(
        [images, rows, columns]: [usize; 3],
        entry: impl Fn(usize, usize, usize, usize) -> f64,
    ) -> Self {
        let at = |i: usize| {
            let (place, k) = (i / FREQUENCIES, i % FREQUENCIES);
            let (place, column) = (place / columns, place % columns);
            entry(place / rows, place % rows, column, k)
        };
        Self {
            rows,
            columns,
            values: (0..images * rows * columns * FREQUENCIES).map(at).collect(),
        }
    }

    fn images(&self) -> usize {
        self.values.len() / (self.rows * self.columns * FREQUENCIES)
    }

    /// The entries of one image's matrices at (row, column).
    fn table(&self, image: usize, row: usize, column: usize) -> &[f64] {
        let image = image.min(self.images() - 1);
        let at = (image * self.rows + row) * self.columns + column;
        &self.values[at * FREQUENCIES..][..FREQUENCIES]
    }
}

/// Which way planes are transformed.
#[derive(Clone, Copy)]
enum Direction {
    Forward,
    Inverse,
}

impl Direction {
    /// c, with c B cᵀ what becomes of a block B.
    fn matrix(self) -> [[f64; BLOCK]; BLOCK] {
        let c = matrix();
        match self {
            Self::Forward => c,
            Self::Inverse => std::array::from_fn(|i| std::array::from_fn(|u| c[u][i])),
        }
    }
}

/// T x: the coefficients of planes.
pub fn forward(x: Tensor<4>) -> Tensor<4> {
    transformed(x, Direction::Forward)
}

/// Tᵀ y: the planes of coefficients.
pub fn inverse(y: Tensor<4>) -> Tensor<4> {
    transformed(y, Direction::Inverse)
}

fn transformed(x: Tensor<4>, direction: Direction) -> Tensor<4> {
    match (ComputeDevice::of(&x).backend(), x.dtype()) {
        (Backend::Gpu, _) => gpu::transformed(x, &direction.matrix()),
        (Backend::Cpu, _) => cpu::transformed::<f32>(x, direction),
        (Backend::Tensors, DType::F64) if is_on_host(&x) => cpu::transformed::<f64>(x, direction),
        (Backend::Tensors, _) => plain::transformed(x, &direction.matrix()),
    }
}

/// The matrices times the channels of coefficients y `[B, columns, H, W]`: `[B, rows, H, W]`.
pub fn weigh(matrices: &FrequencyMatrices, y: Tensor<4>) -> Tensor<4> {
    match (ComputeDevice::of(&y).backend(), y.dtype()) {
        (Backend::Gpu, _) => gpu::weighed(matrices, y),
        (Backend::Cpu, _) => cpu::weighed::<f32>(matrices, y),
        (Backend::Tensors, DType::F64) if is_on_host(&y) => cpu::weighed::<f64>(matrices, y),
        (Backend::Tensors, _) => plain::weighed(matrices, y),
    }
}

/// Tᵀ M T x: planes under the matrices at each frequency.
pub fn through(matrices: &FrequencyMatrices, x: Tensor<4>) -> Tensor<4> {
    match (ComputeDevice::of(&x).backend(), x.dtype()) {
        (Backend::Cpu, _) => cpu::through::<f32>(matrices, x),
        (Backend::Tensors, DType::F64) if is_on_host(&x) => cpu::through::<f64>(matrices, x),
        _ => inverse(weigh(matrices, forward(x))),
    }
}

/// `block`, the values of one block `[B, C, 8, 8]`, at every pixel of an image of that size. Sides
/// may end within a block.
pub fn tiled(block: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
    let tiles = [height, width].map(|n| n.div_ceil(BLOCK));
    let tiled = block.repeat(&[1, 1, tiles[0], tiles[1]]);
    tiled.narrow(2, 0, height).narrow(3, 0, width)
}

fn is_on_host(x: &Tensor<4>) -> bool {
    ComputeDevice::of(x).is_cpu()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::white_noise::WhiteNoise;

    fn error(a: Tensor<4>, b: Tensor<4>) -> f64 {
        (a - b).abs().max().into_scalar::<f64>()
    }

    #[test]
    fn the_transform_is_orthonormal_and_its_own_twin() {
        let device = ComputeDevice::cpu_f64();
        let x = WhiteNoise::new(1, 0, &device).draw([2, 3, 16, 24]);
        let y = forward(x.clone());
        assert!(error(y.clone(), plain::transformed(x.clone(), &matrix())) < 1e-13);
        assert!(error(inverse(y.clone()), x.clone()) < 1e-13);
        let [before, after] = [x, y].map(|t| t.square().sum().into_scalar::<f64>());
        assert!((before - after).abs() < 1e-9 * before);
    }

    #[test]
    fn a_constant_has_eight_times_its_value_at_frequency_0() {
        let y = forward(ComputeDevice::cpu_f64().full([1, 1, 8, 8], 0.25));
        let values = y.try_into_vec_as::<f64>().expect("on the CPU");
        assert!((values[0] - 2.0).abs() < 1e-14);
        assert!(values[1..].iter().all(|v| v.abs() < 1e-14));
    }

    #[test]
    fn matrices_weigh_frequencies_as_plain_operations_do() {
        let device = ComputeDevice::cpu_f64();
        let y = WhiteNoise::new(2, 0, &device).draw([2, 3, 8, 16]);
        let entry = |image, row, column, k| (image + 2 * row + 3 * column) as f64 + 0.1 * k as f64;
        for images in [1, 2] {
            let matrices = FrequencyMatrices::new([images, 2, 3], entry);
            let got = weigh(&matrices, y.clone());
            assert_eq!(got.dims(), [2, 2, 8, 16]);
            assert!(error(got, plain::weighed(&matrices, y.clone())) < 1e-12);
        }
    }

    #[test]
    fn blocks_pass_through_matrices_as_by_three_steps() {
        let x = WhiteNoise::new(3, 0, &ComputeDevice::cpu_f64()).draw([2, 3, 16, 24]);
        let entry = |image, row, column, k| (image + 2 * row + 3 * column) as f64 - 0.1 * k as f64;
        let matrices = FrequencyMatrices::new([2, 2, 3], entry);
        let steps = inverse(weigh(&matrices, forward(x.clone())));
        assert!(error(through(&matrices, x), steps) < 1e-12);
    }
}
