//! The DFT of any length n as a convolution with a chirp (Bluestein 1970).
//!
//! With c[j] = e^(i pi j²/n) and jk = (j² + k² - (k - j)²)/2,
//!
//! ```text
//! y[k] = sum over j < n of x[j] e^(-2 pi i j k/n)
//!      = conj(c[k]) sum over j < n of (conj(c[j]) x[j]) c[k - j]
//! ```
//!
//! The convolution is circular on m >= 2n - 1 points, so that nothing wraps around; m is a length
//! with a fast transform. The inverse transform takes the conjugates of c and of its spectrum. The
//! latter is the spectrum of the conjugate, because c is even.

use std::f64::consts::PI;

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;
use burn_cubecl::tensor::CubeTensor;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex64;

use super::factors::{Complex, Factors};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, tensors};
use crate::compute::gpu::{from_tensor, to_tensor};

/// Cost of the products and of the padding, in complex multiplications per padded value.
const OVERHEAD: usize = 16;

/// The transform along rows (axis 3) or columns (axis 2) of planes.
pub(super) struct Chirp {
    axis: usize,
    length: usize,
    /// Real and imaginary parts of c on n points. They broadcast along the other axes.
    chirp: [Tensor<4>; 2],
    /// Real and imaginary parts of the spectrum of c/m on m points. They broadcast likewise.
    spectrum: [Tensor<4>; 2],
    /// The transform of length m.
    fast: Factors,
}

impl Chirp {
    /// The transform of lines of `length` values along `axis`.
    pub(super) fn new(axis: usize, length: usize, device: &ComputeDevice) -> Self {
        let padded = padded_length(length);
        let chirp = (0..length).map(|j| {
            // c has the period 2n in j²; reducing j² as an integer keeps the phase exact.
            let phase = (j * j % (2 * length)) as f64 / length as f64;
            Complex64::from_polar(1.0, PI * phase)
        });
        let chirp: Vec<Complex64> = chirp.collect();
        let mut spectrum = vec![Complex64::default(); padded];
        for (j, &c) in chirp.iter().enumerate() {
            spectrum[j] = c / padded as f64;
            spectrum[(padded - j) % padded] = c / padded as f64;
        }
        FftPlanner::new()
            .plan_fft_forward(padded)
            .process(&mut spectrum);
        let upload = |values: &[Complex64]| {
            let mut shape = [1; 4];
            shape[axis] = values.len();
            let part = |of: fn(&Complex64) -> f64| values.iter().map(of).collect();
            [part(|c| c.re), part(|c| c.im)].map(|part| device.tensor(part, shape))
        };
        Self {
            axis,
            length,
            chirp: upload(&chirp),
            spectrum: upload(&spectrum),
            fast: Factors::new(padded, device),
        }
    }

    /// Cost per value, in complex multiplications.
    pub(super) fn cost(length: usize) -> usize {
        let padded = padded_length(length);
        (2 * Factors::cost(padded) + OVERHEAD) * padded.div_ceil(length)
    }

    /// `scale` times the transform of lines whose values are `stride` apart. `sign` is 1 for the
    /// forward transform and -1 for the inverse.
    pub(super) fn lines(
        &self,
        (re, im): (CubeTensor, Option<CubeTensor>),
        stride: usize,
        sign: f32,
        scale: f32,
    ) -> Complex {
        let forward = sign > 0.0;
        let im = im.map_or_else(|| 0.0.into(), |im| Formula::from(to_tensor(im)));
        let x = times([to_tensor(re).into(), im], &self.chirp, forward);
        let [re, im] = tensors(x).map(|part| from_tensor(self.zero_padded(part)));
        let x = self.fast.lines((re, Some(im)), stride, 1.0, 1.0);
        let x = x.map(|part| Formula::from(to_tensor(part)));
        let [re, im] = tensors(times(x, &self.spectrum, !forward)).map(from_tensor);
        let y = self.fast.lines((re, Some(im)), stride, -1.0, scale);
        let y = y.map(|part| to_tensor(part).narrow(self.axis, 0, self.length).into());
        tensors(times(y, &self.chirp, forward)).map(from_tensor)
    }

    /// Lines extended with zeros to the length of the convolution.
    fn zero_padded(&self, x: Tensor<4>) -> Tensor<4> {
        let padding = |axis| match axis == self.axis {
            true => (0, padded_length(self.length) - self.length),
            false => (0, 0),
        };
        x.pad([padding(2), padding(3)], PadMode::Constant(0.0))
    }
}

/// The complex product with `by`, or with its conjugate.
fn times([re, im]: [Formula; 2], by: &[Tensor<4>; 2], conjugate: bool) -> [Formula; 2] {
    let [c, s] = by.each_ref().map(Formula::from);
    let s = s * if conjugate { -1.0 } else { 1.0 };
    [&re * &c - &im * &s, &re * s + im * c]
}

/// The length of the convolution: the smallest m >= 2 length - 1 without a prime factor above 7.
fn padded_length(length: usize) -> usize {
    let fast = |n: &usize| {
        let rest = [2, 3, 5, 7].into_iter().fold(*n, |mut rest, prime| {
            while rest.is_multiple_of(prime) {
                rest /= prime;
            }
            rest
        });
        rest == 1
    };
    (2 * length - 1..)
        .find(fast)
        .expect("powers of two qualify")
}
