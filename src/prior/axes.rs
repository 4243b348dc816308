//! The opponent colour axes on which the method works: planes U x of an RGB image x, U orthonormal
//! (docs/method.md, section 1.3). White noise in RGB is white on any axes.

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::compute::formula::{CHANNELS, Formula, View};
use crate::compute::symmetric_3x3::Matrix;

/// U, whose rows are the axes: luma (1, 1, 1)/√3, red-blue (1, 0, -1)/√2 and green-magenta
/// (1, -2, 1)/√6.
pub fn matrix() -> Matrix {
    let [third, half, sixth] = [3.0_f64, 2.0, 6.0].map(|n| n.sqrt().recip());
    [
        [third, third, third],
        [half, 0.0, -half],
        [sixth, -2.0 * sixth, sixth],
    ]
}

/// U x of an RGB vector x.
pub fn vector(x: [f64; CHANNELS]) -> [f64; CHANNELS] {
    matrix().map(|row| row.iter().zip(x).map(|(u, x)| u * x).sum())
}

/// U x: an RGB image `[B, 3, H, W]` as planes on the axes.
pub fn from_rgb(x: Tensor<4>) -> Tensor<4> {
    mixed(matrix(), x)
}

/// Uᵀ x: planes on the axes `[B, 3, H, W]` as an RGB image.
pub fn to_rgb(x: Tensor<4>) -> Tensor<4> {
    mixed(transposed(matrix()), x)
}

/// The variances on the axes, `[B, 3, H, W]`, of independent noise whose variances in RGB are `s`,
/// of the same shape: their means by the squares of U's entries.
pub fn variances(s: Tensor<4>) -> Tensor<4> {
    mixed(squares(matrix()), s)
}

/// The variances in RGB of independent noise whose variances on the axes are `s`.
pub fn rgb_variances(s: Tensor<4>) -> Tensor<4> {
    mixed(transposed(squares(matrix())), s)
}

/// mᵀ.
pub fn transposed(m: Matrix) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| m[j][i]))
}

fn squares(m: Matrix) -> Matrix {
    m.map(|row| row.map(|u| u * u))
}

/// The matrix times the channels of x `[B, 3, H, W]`.
fn mixed(m: Matrix, x: Tensor<4>) -> Tensor<4> {
    let device = ComputeDevice::of(&x);
    let x = Formula::from(x);
    let term = |j: usize| {
        let column = m.map(|row| row[j]).to_vec();
        let column = device.tensor(column, [1, CHANNELS, 1, 1]);
        x.view(View::Channel(j)) * column
    };
    (term(0) + term(1) + term(2)).tensor()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::white_noise::WhiteNoise;

    #[test]
    fn axes_are_orthonormal_and_images_come_back() {
        let device = ComputeDevice::cpu_f64();
        let x = WhiteNoise::new(0, 0, &device).draw([2, 3, 4, 5]);
        for (i, row) in matrix().iter().enumerate() {
            for (j, image) in vector(*row).iter().enumerate() {
                let unit = if i == j { 1.0 } else { 0.0 };
                assert!((image - unit).abs() < 1e-15, "{i} and {j}");
            }
        }
        let error = (to_rgb(from_rgb(x.clone())) - x).abs();
        let error = error.max().into_scalar::<f64>();
        assert!(error < 1e-15, "{error:e}");
    }

    #[test]
    fn grey_has_luma_alone() {
        let grey = ComputeDevice::cpu().full([1, 3, 1, 1], 0.5);
        let planes = from_rgb(grey);
        let planes = planes.try_into_vec_as::<f32>().expect("on the CPU");
        assert!((planes[0] - 0.5 * 3.0_f32.sqrt()).abs() < 1e-6);
        assert!(planes[1].abs() < 1e-6 && planes[2].abs() < 1e-6);
    }
}
