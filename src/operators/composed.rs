//! A = B after another: any operator after any other, by the iterations of `iterative.rs`.
//!
//! Where the first operator has a closed form in the DFT, A E Aᵀ = B F^-1 p F Bᵀ with p the
//! spectrum of A₁ E A₁ᵀ on the grid of what it measures, which is smaller than the image where it
//! reduces. Where besides B Bᵀ = b I on what B observes (a mask, a block mean, a channel mix), B
//! F^-1 (s2/b + p)^-1 F Bᵀ/b² preconditions: exact where B is square, and near elsewhere.

use std::rc::Rc;

use burn::tensor::Tensor;

use super::{DataMap, Iterative, LinearMap, LinearOperator, PriorUpdate};
use crate::compute::fourier::Fourier;

/// `second` after `first`.
struct Composed {
    first: Rc<dyn LinearOperator>,
    second: Rc<dyn LinearOperator>,
    /// Of what the first one measures.
    between: Fourier,
}

/// Measures with `second` what `first` makes of an image of the transform's size; `second` is an
/// operator on images of the size that `first` measures.
pub fn compose(
    first: Rc<dyn LinearOperator>,
    second: Rc<dyn LinearOperator>,
    fourier: Fourier,
) -> Iterative {
    let [height, width] = fourier.size();
    let [_, _, height, width] = first.measurement_shape([1, 3, height, width]);
    let composed = Composed {
        first,
        second,
        between: Fourier::new(height, width, fourier.device()),
    };
    Iterative::new(Rc::new(composed), fourier)
}

impl LinearMap for Composed {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        let between = self.first.measurement_shape(image);
        self.second.measurement_shape(between)
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.second.apply(self.first.apply(x))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.first.adjoint(self.second.adjoint(y))
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.second.observed(y)
    }

    fn gram<'a>(&'a self, e: Tensor<4>) -> Option<DataMap<'a>> {
        let spectrum = self.data_spectrum(e)?;
        Some(Box::new(move |r| self.filtered(r, &spectrum)))
    }

    fn preconditioner<'a>(&'a self, e: Tensor<4>, s2: Tensor<4>) -> Option<DataMap<'a>> {
        let power = self.second.row_power()?;
        let inverse = (self.data_spectrum(e)? + s2 / power).recip() / (power * power);
        Some(Box::new(move |r| self.filtered(r, &inverse)))
    }
}

impl Composed {
    /// The spectrum of A₁ E A₁ᵀ.
    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        match self.first.prior_update() {
            PriorUpdate::Spectral(first) => first.data_spectrum(e),
            _ => None,
        }
    }

    /// B F^-1 p F Bᵀ r.
    fn filtered(&self, r: Tensor<4>, p: &Tensor<4>) -> Tensor<4> {
        let between = self.second.adjoint(r);
        self.second.apply(self.between.filter(between, p.clone()))
    }
}
