//! A = C K, a crop after circular convolution: a blurred photo, of which nothing was measured beyond its borders.
//!
//! On the torus of photo and frame the data's covariance D = s2 + K E Kᵀ is diagonal in the DFT, and so is its inverse P. What the photo alone needs, with I the
//! photo's pixels and F the frame's, is
//!
//! ```text
//! (D_II)^-1 = P_II - P_IF (P_FF)^-1 P_FI
//! ```
//!
//! (P_FF)^-1 is approached by a symmetric multiplicative Schwarz sweep: the frame is a vertical and a horizontal band (`frame_band.rs`), each solved exactly
//! while the other waits. It differs from the inverse only near the frame's corner, and takes conjugate gradients from hundreds of iterations to between two
//! and thirty. On a GPU, where bands would have to be read back to be inverted, P_II alone preconditions.

use burn::tensor::Tensor;

use super::frame_band::FrameBand;
use super::{CircularConvolution, DataMap, Iterative, LinearMap, LinearOperator, Mask};
use crate::fourier::Fourier;

use std::rc::Rc;

/// The order of the sweep, symmetric so that the preconditioner is: columns, rows, columns.
const SWEEP: [usize; 3] = [1, 0, 1];

/// A crop after circular convolution.
struct CroppedConvolution {
    blur: CircularConvolution,
    crop: Mask,
    fourier: Fourier,
    /// Lines of the frame along each axis: rows, columns.
    lines: [Vec<usize>; 2],
}

/// A blurred photo with unknown borders, in a frame of `frame` pixels before and after it along each axis, rows first: together at least twice what the
/// kernel reaches, since the torus is closed.
///
/// Its noise geometry and q are those of the whole convolution, which inside the crop they are near.
pub fn cropped_convolution(
    blur: CircularConvolution,
    frame: [[usize; 2]; 2],
    fourier: Fourier,
) -> Iterative {
    let size = fourier.size();
    let map = CroppedConvolution {
        crop: Mask::crop(frame, size, fourier.place()),
        lines: std::array::from_fn(|axis| FrameBand::lines(frame[axis], size[axis])),
        blur: blur.clone(),
        fourier: fourier.clone(),
    };
    Iterative::new(Rc::new(map), fourier).with_geometry_of(Rc::new(blur))
}

impl LinearMap for CroppedConvolution {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.crop.apply(self.blur.apply(x))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.blur.adjoint(self.crop.adjoint(y))
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.crop.observed(y)
    }

    /// One filter E |k̂|² in place of three.
    fn gram<'a>(&'a self, e: Tensor<4>) -> Option<DataMap<'a>> {
        let spectrum = e * self.blur.power();
        Some(Box::new(move |r| {
            let seen = self.crop.adjoint(r);
            self.crop.apply(self.fourier.filter(seen, spectrum.clone()))
        }))
    }

    fn preconditioner<'a>(&'a self, e: Tensor<4>, s2: Tensor<4>) -> Option<DataMap<'a>> {
        let fourier = &self.fourier;
        let inverse = (e * self.blur.power() + s2).recip();
        if !fourier.place().is_cpu() {
            return Some(Box::new(move |r| {
                let r = self.crop.adjoint(r);
                self.crop.apply(fourier.filter(r, inverse.clone()))
            }));
        }
        let bands: [FrameBand; 2] =
            std::array::from_fn(|axis| FrameBand::new(axis, &self.lines[axis], &inverse));
        Some(Box::new(move |r| {
            let mut seen = fourier.filter(self.crop.adjoint(r), inverse.clone());
            for axis in SWEEP {
                if !self.lines[axis].is_empty() {
                    let correction = bands[axis].solve(-seen.clone());
                    seen = seen + fourier.filter(correction, inverse.clone());
                }
            }
            self.crop.apply(seen)
        }))
    }
}
