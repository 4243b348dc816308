//! The DFT of any length as a convolution with a chirp, by transforms of a fast length (Bluestein
//! 1970): with c[j] = e^(i pi j²/n) and jk = (j² + k² - (k - j)²)/2
//!
//! ```text
//! y[k] = sum over j < n of x[j] e^(-2 pi i j k/n)
//!      = conj(c[k]) sum over j of (conj(c[j]) x[j]) c[k - j]
//! ```
//!
//! The convolution is one on m >= 2n - 1 points, where nothing wraps around. Back, all of it is
//! conjugated; c is even, and so its spectrum's conjugate is that of its conjugate.

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

/// The cost of the products and of the padding around the transforms.
const OVERHEAD: usize = 16;

/// A chirp along rows (axis 3) or columns (axis 2) of planes.
pub struct Chirp {
    axis: usize,
    length: usize,
    /// c on n points and its spectrum over m on m points, real and imaginary parts that broadcast
    /// along the other axes.
    chirp: [Tensor<4>; 2],
    spectrum: [Tensor<4>; 2],
    fast: Factors,
}

impl Chirp {
    pub fn new(axis: usize, length: usize, device: &ComputeDevice) -> Self {
        let padded = padded(length);
        let chirp = (0..length).map(|j| {
            // j² modulo the period, in whole numbers.
            let turn = (j * j % (2 * length)) as f64 / length as f64;
            Complex64::from_polar(1.0, PI * turn)
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
        let there = |values: &[Complex64]| {
            let mut shape = [1; 4];
            shape[axis] = values.len();
            let part = |of: fn(&Complex64) -> f64| values.iter().map(of).collect();
            [part(|c| c.re), part(|c| c.im)].map(|part| device.tensor(part, shape))
        };
        Self {
            axis,
            length,
            chirp: there(&chirp),
            spectrum: there(&spectrum),
            fast: Factors::new(padded, device),
        }
    }

    /// What a value costs, in complex multiplications.
    pub fn cost(length: usize) -> usize {
        let padded = padded(length);
        (2 * Factors::cost(padded) + OVERHEAD) * padded.div_ceil(length)
    }

    /// The transform times `scale` of values that lie `stride` apart.
    pub fn lines(
        &self,
        (re, im): (CubeTensor, Option<CubeTensor>),
        stride: usize,
        sign: f32,
        scale: f32,
    ) -> Complex {
        let forward = sign > 0.0;
        let im = im.map_or_else(|| 0.0.into(), |im| Formula::from(to_tensor(im)));
        let x = times([to_tensor(re).into(), im], &self.chirp, forward);
        let [re, im] = tensors(x).map(|part| from_tensor(self.extended(part)));
        let x = self.fast.lines((re, Some(im)), stride, 1.0, 1.0);
        let x = x.map(|part| Formula::from(to_tensor(part)));
        let [re, im] = tensors(times(x, &self.spectrum, !forward)).map(from_tensor);
        let y = self.fast.lines((re, Some(im)), stride, -1.0, scale);
        let y = y.map(|part| to_tensor(part).narrow(self.axis, 0, self.length).into());
        tensors(times(y, &self.chirp, forward)).map(from_tensor)
    }

    /// Zeros after the last value.
    fn extended(&self, x: Tensor<4>) -> Tensor<4> {
        let after = |axis| match axis == self.axis {
            true => (0, padded(self.length) - self.length),
            false => (0, 0),
        };
        x.pad([after(2), after(3)], PadMode::Constant(0.0))
    }
}

/// The product with another complex number, or with its conjugate.
fn times([re, im]: [Formula; 2], by: &[Tensor<4>; 2], conjugate: bool) -> [Formula; 2] {
    let [c, s] = by.each_ref().map(Formula::from);
    let s = s * if conjugate { -1.0 } else { 1.0 };
    [&re * &c - &im * &s, &re * s + im * c]
}

/// The least length of the convolution that has no prime factor above 7.
fn padded(length: usize) -> usize {
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
        .expect("a power of two at the latest")
}
