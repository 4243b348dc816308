//! Block transforms on the CPU, block by block.

use std::array::from_fn;

use burn::tensor::Tensor;

use super::square::{Dct, Square, transposed};
use super::{BLOCK, Direction, FrequencyMatrices};
use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Real;
use crate::compute::host::{Borrowed, tensor, values};

fn real<T: Real>(value: f64) -> T {
    T::from_f64(value).expect("a float holds any f64, rounded")
}

/// See [`super::forward`] and [`super::inverse`].
pub(super) fn transformed<T: Real>(x: Tensor<4>, direction: Direction) -> Tensor<4> {
    let (shape, device) = (x.dims(), ComputeDevice::of(&x));
    let dct = Dct::new();
    let (width, mut values) = (shape[3], values::<T>(x));
    for rows in values.chunks_exact_mut(BLOCK * width) {
        for left in (0..width).step_by(BLOCK) {
            let block = block_at(rows, width, left);
            let block = match direction {
                Direction::Forward => transposed(&dct.forward_transposed(&block)),
                Direction::Inverse => dct.inverse_of_transposed(&transposed(&block)),
            };
            set_block(rows, width, left, &block);
        }
    }
    tensor(values, shape, &device)
}

/// The block of eight rows of a plane that begins at the column `left`.
fn block_at<T: Real>(rows: &[T], width: usize, left: usize) -> Square<T> {
    from_fn(|i| from_fn(|j| rows[i * width + left + j]))
}

fn set_block<T: Real>(rows: &mut [T], width: usize, left: usize, block: &Square<T>) {
    for (i, row) in block.iter().enumerate() {
        rows[i * width + left..][..BLOCK].copy_from_slice(row);
    }
}

/// See [`super::through`]. Each block passes through all of it before the next.
pub(super) fn through<T: Real>(matrices: &FrequencyMatrices, x: Tensor<4>) -> Tensor<4> {
    let ([batch, columns, height, width], device) = (x.dims(), ComputeDevice::of(&x));
    let (rows, area, x) = (matrices.rows, height * width, Borrowed::<T>::new(x));
    let dct = Dct::new();
    let mut to = vec![T::zero(); batch * rows * area];
    for image in 0..batch {
        let tables = Tables::new(matrices, image).map(transposed);
        let (x, to) = (&x[image * columns * area..], &mut to[image * rows * area..]);
        for top in (0..height).step_by(BLOCK) {
            for left in (0..width).step_by(BLOCK) {
                let coefficients: Vec<Square<T>> = (0..columns)
                    .map(|c| {
                        dct.forward_transposed(&block_at(&x[c * area + top * width..], width, left))
                    })
                    .collect();
                for row in 0..rows {
                    let block = dct.inverse_of_transposed(&tables.weighed(row, &coefficients));
                    set_block(&mut to[row * area + top * width..], width, left, &block);
                }
            }
        }
    }
    tensor(to, [batch, rows, height, width], &device)
}

/// The matrices of an image as blocks: the row's block for each column.
struct Tables<T>(Vec<Vec<Square<T>>>);

impl<T: Real> Tables<T> {
    fn new(matrices: &FrequencyMatrices, image: usize) -> Self {
        let block = |row, column| -> Square<T> {
            let table = matrices.table(image, row, column);
            from_fn(|u| from_fn(|v| real(table[u * BLOCK + v])))
        };
        let row = |row| (0..matrices.columns).map(|c| block(row, c)).collect();
        Self((0..matrices.rows).map(row).collect())
    }

    fn map(self, f: impl Fn(&Square<T>) -> Square<T>) -> Self {
        let row = |row: Vec<_>| row.iter().map(&f).collect();
        Self(self.0.into_iter().map(row).collect())
    }

    /// A row of the matrices times the blocks of all columns.
    fn weighed(&self, row: usize, blocks: &[Square<T>]) -> Square<T> {
        let mut sum = [[T::zero(); BLOCK]; BLOCK];
        for (table, block) in self.0[row].iter().zip(blocks) {
            for ((to, weights), values) in sum.iter_mut().zip(table).zip(block) {
                add_products(to, weights, values);
            }
        }
        sum
    }
}

/// Adds the products of pairs.
fn add_products<T: Real>(to: &mut [T], weights: &[T], values: &[T]) {
    for ((to, weight), value) in to.iter_mut().zip(weights).zip(values) {
        *to = *to + *weight * *value;
    }
}

/// See [`super::weigh`].
pub(super) fn weighed<T: Real>(matrices: &FrequencyMatrices, y: Tensor<4>) -> Tensor<4> {
    let ([batch, columns, height, width], device) = (y.dims(), ComputeDevice::of(&y));
    let (rows, area, y) = (matrices.rows, height * width, Borrowed::<T>::new(y));
    let mut to = Vec::with_capacity(batch * rows * area);
    for image in 0..batch {
        let tables = Tables::<T>::new(matrices, image);
        for table in &tables.0 {
            let lines: Vec<_> = table.iter().map(|block| repeated(block, width)).collect();
            for line in 0..height {
                let at = to.len();
                to.resize(at + width, T::zero());
                for (column, lines) in lines.iter().enumerate() {
                    let from = ((image * columns + column) * height + line) * width;
                    add_products(&mut to[at..], &lines[line % BLOCK], &y[from..][..width]);
                }
            }
        }
    }
    tensor(to, [batch, rows, height, width], &device)
}

/// The rows of a block, each over and over for a line of a plane: products with whole lines compile
/// to vector instructions, which those with eight numbers at a time do not.
fn repeated<T: Real>(block: &Square<T>, width: usize) -> [Vec<T>; BLOCK] {
    from_fn(|row| block[row].iter().copied().cycle().take(width).collect())
}
