//! What several integration tests need: the committed weights, the golden vectors, errors.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod golden;

use burn::tensor::Tensor;

/// |a - b|/|b| in the L2 norm; a broadcasts to b.
pub fn relative(a: Tensor<4>, b: &Tensor<4>) -> f64 {
    let norm = |t: Tensor<4>| f64::from(t.square().sum().into_scalar::<f32>()).sqrt();
    norm(a.expand(b.dims()) - b.clone()) / (norm(b.clone()) + 1e-12)
}
