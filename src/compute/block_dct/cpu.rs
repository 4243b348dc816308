//! Block transforms on the CPU, tile by tile.

use burn::tensor::Tensor;

use super::tile::{Dct, LANES, Weights, add_products, set_tile, tile_at};
use super::{BLOCK, Direction, FrequencyMatrices};
use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Real;
use crate::compute::host::{Borrowed, tensor, values};

/// See [`super::forward`] and [`super::inverse`].
pub(super) fn transformed<T: Real>(x: Tensor<4>, direction: Direction) -> Tensor<4> {
    let (shape, device) = (x.dims(), ComputeDevice::of(&x));
    let dct = Dct::new();
    let (width, mut values) = (shape[3], values::<T>(x));
    for rows in values.chunks_exact_mut(BLOCK * width) {
        for left in (0..width).step_by(LANES) {
            let tile = tile_at(rows, width, left);
            let tile = match direction {
                Direction::Forward => dct.forward(&tile),
                Direction::Inverse => dct.inverse(&tile),
            };
            set_tile(rows, width, left, &tile);
        }
    }
    tensor(values, shape, &device)
}

/// See [`super::through`]. Each tile passes through all of it before the next.
pub(super) fn through<T: Real>(matrices: &FrequencyMatrices, x: Tensor<4>) -> Tensor<4> {
    let ([batch, columns, height, width], device) = (x.dims(), ComputeDevice::of(&x));
    let (rows, area, x) = (matrices.rows, height * width, Borrowed::<T>::new(x));
    let dct = Dct::new();
    let mut to = vec![T::zero(); batch * rows * area];
    for image in 0..batch {
        let weights = Weights::transposed(matrices, image);
        for top in (0..height).step_by(BLOCK) {
            let from = |column| &x[((image * columns + column) * height + top) * width..];
            for left in (0..width).step_by(LANES) {
                let coefficients: Vec<_> = (0..columns)
                    .map(|column| dct.forward_transposed(&tile_at(from(column), width, left)))
                    .collect();
                for row in 0..rows {
                    let tile = dct.inverse_of_transposed(&weights.times(row, &coefficients));
                    let at = ((image * rows + row) * height + top) * width;
                    set_tile(&mut to[at..], width, left, &tile);
                }
            }
        }
    }
    tensor(to, [batch, rows, height, width], &device)
}

/// See [`super::weigh`].
pub(super) fn weighed<T: Real>(matrices: &FrequencyMatrices, y: Tensor<4>) -> Tensor<4> {
    let ([batch, columns, height, width], device) = (y.dims(), ComputeDevice::of(&y));
    let (rows, area, y) = (matrices.rows, height * width, Borrowed::<T>::new(y));
    let mut to = Vec::with_capacity(batch * rows * area);
    for image in 0..batch {
        let weights = Weights::<T>::new(matrices, image);
        for tiles in weights.rows() {
            for line in 0..height {
                let at = to.len();
                to.resize(at + width, T::zero());
                for (column, tile) in tiles.iter().enumerate() {
                    let from = ((image * columns + column) * height + line) * width;
                    let lanes = to[at..].chunks_mut(LANES);
                    for (to, values) in lanes.zip(y[from..][..width].chunks(LANES)) {
                        add_products(to, &tile[line % BLOCK], values);
                    }
                }
            }
        }
    }
    tensor(to, [batch, rows, height, width], &device)
}
