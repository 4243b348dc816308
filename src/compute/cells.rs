//! Cells of `rows` × `columns` pixels of planes `[B, C, H, W]`: their means, and a value for each
//! spread over its pixels. Sides are multiples of a cell's.
//!
//! On the CPU both are loops over lines: Burn's pooling and its copies of expanded views take five
//! times as long there.

use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{DType, Tensor};

use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Real;
use crate::compute::host::{Borrowed, tensor};

/// The mean of each cell: `[B, C, H/rows, W/columns]`.
pub fn means(x: Tensor<4>, cell: [usize; 2]) -> Tensor<4> {
    match (ComputeDevice::of(&x).is_cpu(), x.dtype()) {
        (true, DType::F64) => means_on_host::<f64>(x, cell),
        (true, _) => means_on_host::<f32>(x, cell),
        (false, _) => avg_pool2d(x, AvgPoolOptions::new(cell)),
    }
}

/// Each value at every pixel of its cell: `[B, C, rows H, columns W]`.
pub fn spread(x: Tensor<4>, cell: [usize; 2]) -> Tensor<4> {
    match (ComputeDevice::of(&x).is_cpu(), x.dtype()) {
        (true, DType::F64) => spread_on_host::<f64>(x, cell),
        (true, _) => spread_on_host::<f32>(x, cell),
        (false, _) => spread_by_views(x, cell),
    }
}

fn spread_by_views(x: Tensor<4>, [rows, columns]: [usize; 2]) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let cells = x.reshape([batch, channels, height, 1, width, 1]);
    let cells = cells.expand([batch, channels, height, rows, width, columns]);
    cells.reshape([batch, channels, height * rows, width * columns])
}

fn means_on_host<T: Real>(x: Tensor<4>, [rows, columns]: [usize; 2]) -> Tensor<4> {
    let ([batch, channels, height, width], device) = (x.dims(), ComputeDevice::of(&x));
    let share = T::from_f64((rows * columns) as f64).expect("a float holds a small count");
    let x = Borrowed::<T>::new(x);
    let shape = [batch, channels, height / rows, width / columns];
    let mut to = vec![T::zero(); shape.iter().product()];
    for (to, lines) in to
        .chunks_exact_mut(shape[3])
        .zip(x.chunks_exact(rows * width))
    {
        for line in lines.chunks_exact(width) {
            for (to, cell) in to.iter_mut().zip(line.chunks_exact(columns)) {
                *to = cell.iter().fold(*to, |sum, value| sum + *value);
            }
        }
        for to in to {
            *to = *to / share;
        }
    }
    tensor(to, shape, &device)
}

fn spread_on_host<T: Real>(x: Tensor<4>, [rows, columns]: [usize; 2]) -> Tensor<4> {
    let ([batch, channels, height, width], device) = (x.dims(), ComputeDevice::of(&x));
    let x = Borrowed::<T>::new(x);
    let shape = [batch, channels, height * rows, width * columns];
    let mut to = vec![T::zero(); shape.iter().product()];
    for (lines, from) in to
        .chunks_exact_mut(rows * shape[3])
        .zip(x.chunks_exact(width))
    {
        for line in lines.chunks_exact_mut(shape[3]) {
            for (cell, value) in line.chunks_exact_mut(columns).zip(from) {
                cell.fill(*value);
            }
        }
    }
    tensor(to, shape, &device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::white_noise::WhiteNoise;

    fn error(a: Tensor<4>, b: Tensor<4>) -> f64 {
        assert_eq!(a.dims(), b.dims());
        (a - b).abs().max().into_scalar::<f64>()
    }

    #[test]
    fn loops_do_what_burn_does() {
        let x = WhiteNoise::new(3, 0, &ComputeDevice::cpu_f64()).draw([2, 3, 8, 12]);
        for cell in [[1, 2], [2, 1], [2, 2], [4, 3]] {
            let pooled = avg_pool2d(x.clone(), AvgPoolOptions::new(cell));
            assert!(error(means(x.clone(), cell), pooled) < 1e-15);
            let viewed = spread_by_views(x.clone(), cell);
            assert!(error(spread(x.clone(), cell), viewed) == 0.0);
        }
    }
}
