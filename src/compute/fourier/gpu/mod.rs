//! The DFT of image planes on a GPU: whole lines in workgroup memory where they fit, passes over
//! global memory else, and a convolution with a chirp where a length has a large prime factor.

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

/// The transform for planes of one size.
pub struct GpuFourier {
    passes: Passes,
    /// Rows and columns, where both fit workgroup memory.
    lines: Option<[Line; 2]>,
}

impl GpuFourier {
    pub fn new(height: usize, width: usize, device: &ComputeDevice) -> Self {
        let lines = || Some([Line::new(width)?, Line::new(height)?]);
        Self {
            passes: Passes::new(height, width, device),
            lines: lines(),
        }
    }

    /// Forward, e^(-i), not normalised: real and imaginary parts.
    pub fn forward(&self, x: Tensor<4>) -> [Tensor<4>; 2] {
        self.passes.forward(x)
    }

    /// The real part of the inverse transform.
    pub fn inverse(&self, re: Tensor<4>, im: Tensor<4>) -> Tensor<4> {
        self.passes.inverse(re, im)
    }

    /// f(F^-1 r(F x)) in three launches, where x is an image or the two parts of a complex one,
    /// `respond` gives r, N spectra, for the two parts of F x, and `then` f for the real parts
    /// of their images. None where lines or formulas are too long.
    pub fn through<const N: usize, const M: usize>(
        &self,
        x: &[Formula],
        respond: [[Formula; 2]; N],
        then: [Formula; M],
    ) -> Option<[Tensor<4>; M]> {
        let [rows, columns] = self.lines.as_ref()?;
        filters::through([rows, columns], x, respond, then)
    }
}
