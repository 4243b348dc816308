//! A = B after another: any operator after any other, by the iterations of `iterative.rs`.
//!
//! Where B Bᵀ = b I on what B observes (a mask, a block mean, a channel mix) and the first operator has a closed form in the DFT, these are preconditioned by
//! B (s2/b + A₁ E A₁ᵀ)^-1 Bᵀ/b²: exact where B is square, and near elsewhere.

use std::rc::Rc;

use burn::tensor::Tensor;

use super::iterative::Preconditioner;
use super::{Iterative, LinearMap, LinearOperator, PriorUpdate};
use crate::fourier::Fourier;

/// `second` after `first`.
struct Composed {
    first: Rc<dyn LinearOperator>,
    second: Rc<dyn LinearOperator>,
}

/// Measures with `second` what `first` makes of an image of the transform's size; `second` is an operator on images of the size that `first` measures.
pub fn compose(
    first: Rc<dyn LinearOperator>,
    second: Rc<dyn LinearOperator>,
    fourier: Fourier,
) -> Iterative {
    Iterative::new(Rc::new(Composed { first, second }), fourier)
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

    fn preconditioner<'a>(
        &'a self,
        fourier: &'a Fourier,
        e: Tensor<4>,
        s2: Tensor<4>,
    ) -> Option<Preconditioner<'a>> {
        let PriorUpdate::Spectral(first) = self.first.prior_update() else {
            return None;
        };
        let power = self.second.row_power()?;
        Some(Box::new(move |r| {
            let between = self.second.adjoint(r);
            let solved = first.data_inverse(fourier, e.clone(), s2.clone() / power, between);
            self.second.apply(solved) / (power * power)
        }))
    }
}
