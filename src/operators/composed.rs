//! A = B A₁: one operator after another, solved by the iterations of `iterative.rs`
//! (docs/method.md, section 3.5).
//!
//! If A₁ has a closed form in the DFT, A E Aᵀ = B F^-1 P F Bᵀ, with P the spectrum of A₁ E A₁ᵀ on
//! the grid of what A₁ measures. That grid is smaller than the image if A₁ reduces it. If in
//! addition B Bᵀ = b I on what B observes (a mask, a block mean, a channel mix), the iteration is
//! preconditioned by B F^-1 (s2/b + P)^-1 F Bᵀ/b². This is the exact inverse if B is square, and an
//! approximation otherwise.

use std::rc::Rc;

use burn::tensor::Tensor;

use super::{DataMap, Iterative, LinearMap, LinearOperator, PriorUpdate};
use crate::compute::fourier::Fourier;

/// B = `second` after A₁ = `first`.
struct Composed {
    first: Rc<dyn LinearOperator>,
    second: Rc<dyn LinearOperator>,
    /// The transform on the grid of what the first operator measures.
    between: Fourier,
}

/// `second` after `first`. `fourier` has the size of the image, and `second` is an operator on
/// images of the size that `first` measures.
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

    fn gram(&self, e: Tensor<4>) -> Option<DataMap<'_>> {
        let spectrum = self.data_spectrum(e)?;
        Some(Box::new(move |r| self.filtered(r, &spectrum)))
    }

    fn preconditioner(&self, e: Tensor<4>, s2: Tensor<4>) -> Option<DataMap<'_>> {
        let power = self.second.row_power()?;
        let inverse = (self.data_spectrum(e)? + s2 / power).recip() / (power * power);
        Some(Box::new(move |r| self.filtered(r, &inverse)))
    }
}

impl Composed {
    /// P, the spectrum of A₁ E A₁ᵀ.
    fn data_spectrum(&self, e: Tensor<4>) -> Option<Tensor<4>> {
        match self.first.prior_update() {
            PriorUpdate::Spectral(first) => first.data_spectrum(e),
            _ => None,
        }
    }

    /// B F^-1 spectrum F Bᵀ r.
    fn filtered(&self, r: Tensor<4>, spectrum: &Tensor<4>) -> Tensor<4> {
        let between = self.second.adjoint(r);
        let filtered = self.between.filter(between, spectrum.clone());
        self.second.apply(filtered)
    }
}
