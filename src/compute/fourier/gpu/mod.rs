//! The Fourier transform of image planes on a GPU, by one of three methods: on whole lines in
//! workgroup memory where they fit, by passes over global memory, or by convolution with a chirp
//! where a side has a large prime factor.

mod chirp;
mod factors;
mod filters;
mod lines;
mod passes;

use burn::tensor::Tensor;

use self::lines::Line;
use self::passes::Passes;
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;

/// The transform of planes of one size.
pub(super) struct GpuFourier {
    passes: Passes,
    /// The transforms of rows and columns in workgroup memory. None if either does not fit.
    lines: Option<[Line; 2]>,
}

impl GpuFourier {
    /// The transform of planes of `height` by `width` pixels on `device`, a GPU.
    pub(super) fn new(height: usize, width: usize, device: &ComputeDevice) -> Self {
        let lines = || Some([Line::new(width)?, Line::new(height)?]);
        Self {
            passes: Passes::new(height, width, device),
            lines: lines(),
        }
    }

    /// The real and imaginary parts of the spectrum of real planes `[B, C, H, W]`.
    pub(super) fn forward(&self, x: Tensor<4>) -> [Tensor<4>; 2] {
        self.passes.forward(x)
    }

    /// The real part of the inverse transform of `[B, C, H, W]`.
    pub(super) fn inverse(&self, re: Tensor<4>, im: Tensor<4>) -> Tensor<4> {
        self.passes.inverse(re, im)
    }

    /// f(F^-1 r(F x)) in three launches. None if the lines do not fit workgroup memory, or if the
    /// formulas contain too many tensors.
    ///
    /// `x` is a real image, or the real and imaginary parts of a complex one. `responses` is r: the
    /// real and imaginary parts of N spectra as formulas of kernel values 0 and 1, which are those
    /// of F x. `results` is f: M formulas of kernel values 0 to N - 1, which are the real parts of
    /// the filtered images.
    pub(super) fn through<const N: usize, const M: usize>(
        &self,
        x: &[Formula],
        responses: [[Formula; 2]; N],
        results: [Formula; M],
    ) -> Option<[Tensor<4>; M]> {
        let [rows, columns] = self.lines.as_ref()?;
        filters::through([rows, columns], x, responses, results)
    }
}
