//! Block transforms on the CPU, block by block.

use burn::tensor::Tensor;

use super::{BLOCK, FREQUENCIES, FrequencyMatrices};
use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Real;
use crate::compute::host::{tensor, values};

fn real<T: Real>(value: f64) -> T {
    T::from_f64(value).expect("a float holds any f64, rounded")
}

type Square<T> = [[T; BLOCK]; BLOCK];

/// c B cᵀ for every block B of planes.
pub(super) fn transformed<T: Real>(x: Tensor<4>, c: &Square<f64>) -> Tensor<4> {
    let (shape, device) = (x.dims(), ComputeDevice::of(&x));
    let c: Square<T> = c.map(|row| row.map(real));
    let (width, mut values) = (shape[3], values::<T>(x));
    for rows in values.chunks_exact_mut(BLOCK * width) {
        for left in (0..width).step_by(BLOCK) {
            let block: Square<T> =
                std::array::from_fn(|i| std::array::from_fn(|j| rows[i * width + left + j]));
            for (i, row) in product(&c, &block).iter().enumerate() {
                rows[i * width + left..][..BLOCK].copy_from_slice(row);
            }
        }
    }
    tensor(values, shape, &device)
}

/// c B cᵀ.
fn product<T: Real>(c: &Square<T>, block: &Square<T>) -> Square<T> {
    let mut half = [[T::zero(); BLOCK]; BLOCK];
    for (half, c) in half.iter_mut().zip(c) {
        for (weight, row) in c.iter().zip(block) {
            for (to, value) in half.iter_mut().zip(row) {
                *to = *to + *weight * *value;
            }
        }
    }
    half.map(|row| {
        std::array::from_fn(|v| {
            let terms = row.iter().zip(&c[v]);
            terms.fold(T::zero(), |sum, (a, b)| sum + *a * *b)
        })
    })
}

/// See [`super::weigh`].
pub(super) fn weighed<T: Real>(matrices: &FrequencyMatrices, y: Tensor<4>) -> Tensor<4> {
    let ([batch, columns, height, width], device) = (y.dims(), ComputeDevice::of(&y));
    let (rows, area, y) = (matrices.rows, height * width, values::<T>(y));
    let mut to = vec![T::zero(); batch * rows * area];
    for (place, to) in to.chunks_exact_mut(area).enumerate() {
        let (image, row) = (place / rows, place % rows);
        for column in 0..columns {
            let table = matrices.table(image, row, column);
            let table: [T; FREQUENCIES] = std::array::from_fn(|k| real(table[k]));
            let plane = &y[(image * columns + column) * area..][..area];
            add_weighed(&table, plane, to, width);
        }
    }
    tensor(to, [batch, rows, height, width], &device)
}

/// Adds the plane, each coefficient times its frequency's weight.
fn add_weighed<T: Real>(table: &[T; FREQUENCIES], plane: &[T], to: &mut [T], width: usize) {
    let lines = to.chunks_exact_mut(width).zip(plane.chunks_exact(width));
    for (i, (to, line)) in lines.enumerate() {
        let weights = &table[i % BLOCK * BLOCK..][..BLOCK];
        let blocks = to.chunks_exact_mut(BLOCK).zip(line.chunks_exact(BLOCK));
        for (to, block) in blocks {
            for ((to, value), weight) in to.iter_mut().zip(block).zip(weights) {
                *to = *to + *weight * *value;
            }
        }
    }
}
