//! Means of image planes `[B, C, H, W]` over square windows, first along rows, then along columns.
//!
//! On the CPU every window is summed separately, line by line, in loops that compile to vector
//! instructions. A running sum would need fewer additions, but it cancels: where variances of 6400
//! and 1e-4 are neighbours, its rounding error exceeds the small values. On a GPU the means are
//! Burn's average pooling.

use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{DType, Element, Tensor, TensorData};
use rustfft::FftNum;

use crate::compute::device::ComputeDevice;

/// Which windows are averaged near the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Only windows that lie within the plane: the result is smaller by side - 1 along both axes.
    Valid,
    /// Windows around all pixels, averaged over those of their pixels that lie within the plane.
    Truncated,
}

/// The mean of `x` `[B, C, H, W]` over the window around each pixel, of odd side `side`.
pub fn box_mean(x: Tensor<4>, side: usize, border: Border) -> Tensor<4> {
    match (ComputeDevice::of(&x).is_cpu(), x.dtype()) {
        (true, DType::F64) => on_host::<f64>(x, side, border),
        (true, _) => on_host::<f32>(x, side, border),
        (false, _) => by_pooling(x, side, border),
    }
}

/// [`box_mean`] by average pooling, on any device.
fn by_pooling(x: Tensor<4>, side: usize, border: Border) -> Tensor<4> {
    let along = |x: Tensor<4>, window: [usize; 2]| {
        let options = AvgPoolOptions::new(window).with_stride([1, 1]);
        let options = match border {
            Border::Valid => options,
            Border::Truncated => options
                .with_padding(window.map(|n| n / 2))
                .with_count_include_pad(false),
        };
        avg_pool2d(x, options)
    };
    along(along(x, [1, side]), [side, 1])
}

/// The begin and end of every window along a line of n pixels.
fn windows(n: usize, side: usize, border: Border) -> Vec<[usize; 2]> {
    let half = side / 2;
    match border {
        Border::Valid => (0..n + 1 - side).map(|at| [at, at + side]).collect(),
        Border::Truncated => (0..n)
            .map(|at| [at.saturating_sub(half), (at + half + 1).min(n)])
            .collect(),
    }
}

/// [`box_mean`] on the CPU.
fn on_host<T: Element + FftNum>(x: Tensor<4>, side: usize, border: Border) -> Tensor<4> {
    let ([batch, channels, height, width], device) = (x.dims(), ComputeDevice::of(&x));
    let values = x.into_data().try_into_vec::<T>();
    let values = values.expect("a tensor's data is of its own type");
    let [rows, columns] = [height, width].map(|n| windows(n, side, border));
    let mut means = Vec::with_capacity(batch * channels * rows.len() * columns.len());
    for plane in values.chunks_exact(height * width) {
        let mut sums = Vec::with_capacity(height * columns.len());
        for row in plane.chunks_exact(width) {
            along_row(row, side, border, &columns, &mut sums);
        }
        for window in &rows {
            down_columns(&sums, columns.len(), window, &mut means);
        }
    }
    Tensor::from_data(
        TensorData::new(means, [batch, channels, rows.len(), columns.len()]),
        (device.handle(), device.dtype()),
    )
}

/// 1/length of a window.
fn weight<T: FftNum>([begin, end]: &[usize; 2]) -> T {
    T::from_f64(1.0 / (end - begin) as f64).expect("a weight is a float")
}

/// Appends the mean of each of a row's windows to `means`.
fn along_row<T: FftNum>(
    row: &[T],
    side: usize,
    border: Border,
    windows: &[[usize; 2]],
    means: &mut Vec<T>,
) {
    let margin = match border {
        Border::Valid => 0,
        Border::Truncated => side / 2,
    };
    let mut padded = vec![T::zero(); row.len() + 2 * margin];
    padded[margin..margin + row.len()].copy_from_slice(row);
    let first = means.len();
    means.resize(first + windows.len(), T::zero());
    let sums = &mut means[first..];
    for shift in 0..side {
        for (sum, value) in sums.iter_mut().zip(&padded[shift..]) {
            *sum = *sum + *value;
        }
    }
    for (sum, window) in sums.iter_mut().zip(windows) {
        *sum = *sum * weight(window);
    }
}

/// Appends the column means of a window of rows to `means`.
fn down_columns<T: FftNum>(rows: &[T], width: usize, window: &[usize; 2], means: &mut Vec<T>) {
    let first = means.len();
    means.resize(first + width, T::zero());
    let sums = &mut means[first..];
    for row in rows[window[0] * width..window[1] * width].chunks_exact(width) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum = *sum + *value;
        }
    }
    let weight = weight(window);
    sums.iter_mut().for_each(|sum| *sum = *sum * weight);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::white_noise::WhiteNoise;

    #[test]
    fn sums_of_lines_and_pooling_agree() {
        for device in [ComputeDevice::cpu(), ComputeDevice::cpu_f64()] {
            let x = WhiteNoise::new(4, 0, &device).draw([2, 3, 17, 9]);
            for (side, border) in [
                (3, Border::Valid),
                (7, Border::Valid),
                (7, Border::Truncated),
                (15, Border::Truncated),
            ] {
                let (got, want) = (
                    box_mean(x.clone(), side, border),
                    by_pooling(x.clone(), side, border),
                );
                assert_eq!(got.dims(), want.dims());
                // Means of at most 225 values of order 1.
                let error = (got - want).abs().max().into_scalar::<f64>();
                assert!(error < 1e-6, "side {side}: {error:.1e}");
            }
        }
    }
}
