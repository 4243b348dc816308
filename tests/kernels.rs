//! The layers in plain Rust against their plain-tensor twins; `tests/browser/golden.test.mjs` does
//! the same with the GPU's.
//!
//! Tolerance, relative L2: 2e-6, some tens of f32's unit roundoff; the transforms of F(4×4, 3×3)
//! amplify rounding about ten times.

#[path = "common/comparison.rs"]
mod comparison;
#[path = "common/twins.rs"]
mod twins;

use comparison::relative_error;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::layers::cpu::CpuLayers;
use twins::{KINDS, Twins};

const TOLERANCE: f64 = 2e-6;

#[test]
fn layers_match_their_twins() {
    let twins = Twins::new(CpuLayers, &ComputeDevice::cpu(), TOLERANCE);
    for comparison in KINDS.iter().flat_map(|kind| twins.compare(kind)) {
        let norms = comparison.norms().try_into_vec_as::<f32>();
        let error = relative_error(&norms.expect("the CPU reads back"));
        assert!(
            error < comparison.tolerance,
            "{}: relative error {error:.1e}",
            comparison.name
        );
    }
}
