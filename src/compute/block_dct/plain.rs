//! Block transforms by plain tensor operations, on any device: the reference.

use burn::tensor::Tensor;

use super::{BLOCK, FrequencyMatrices, tiled};
use crate::compute::device::ComputeDevice;

/// c B cᵀ for every block B of planes.
pub(super) fn transformed(x: Tensor<4>, c: &[[f64; BLOCK]; BLOCK]) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let c = ComputeDevice::of(&x).tensor(c.concat(), [BLOCK, BLOCK]);
    let rows: Tensor<5> = x.reshape([batch * channels, height / BLOCK, 1, BLOCK, width]);
    let along_rows = c.clone().reshape([1, 1, BLOCK, BLOCK, 1]);
    let rows: Tensor<5> = (rows * along_rows).sum_dim(3);
    let columns: Tensor<5> = rows.reshape([batch * channels, height, width / BLOCK, 1, BLOCK]);
    let along_columns = c.reshape([1, 1, 1, BLOCK, BLOCK]);
    let columns: Tensor<5> = (columns * along_columns).sum_dim(4);
    columns.reshape([batch, channels, height, width])
}

/// See [`super::weigh`].
pub(super) fn weighed(matrices: &FrequencyMatrices, y: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = y.dims();
    let device = ComputeDevice::of(&y);
    let images = matrices.images();
    let row = |row: usize| {
        let term = |column: usize| {
            let tables = (0..images).flat_map(|i| matrices.table(i, row, column).to_vec());
            let table = device.tensor(tables.collect(), [images, 1, BLOCK, BLOCK]);
            y.clone().narrow(1, column, 1) * tiled(table, [height, width])
        };
        let terms = (0..matrices.columns).map(term);
        terms.reduce(|a, b| a + b).expect("a matrix has columns")
    };
    Tensor::cat((0..matrices.rows).map(row).collect(), 1)
}
