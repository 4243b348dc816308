//! Two tensors held against each other by relative L2. Shared by the native tests and the
//! browser's, so nothing here reads back.

use burn::tensor::Tensor;

/// One tensor held against what it should be.
pub(crate) struct Comparison {
    pub name: String,
    pub tolerance: f64,
    /// Squared norms of the difference and of the reference, `[2]`.
    pub norms: Tensor<1>,
}

impl Comparison {
    pub(crate) fn new(name: String, got: Tensor<4>, want: Tensor<4>, tolerance: f64) -> Self {
        let norm = |t: Tensor<4>| t.square().sum();
        let difference = norm(got.expand(want.dims()) - want.clone());
        Self {
            name,
            tolerance,
            norms: Tensor::cat(vec![difference, norm(want)], 0),
        }
    }

    /// To be read back, then given to [`relative_error`].
    pub(crate) fn norms(&self) -> Tensor<1> {
        self.norms.clone()
    }
}

/// |got - want|/|want| from a comparison's norms.
pub(crate) fn relative_error(norms: &[f32]) -> f64 {
    f64::from(norms[0]).sqrt() / (f64::from(norms[1]).sqrt() + 1e-12)
}
