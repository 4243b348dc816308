//! The CPU's layers, formulas and solvers compared with plain tensor operations. `tests/gpu.rs` and
//! `tests/browser/golden.test.mjs` make the same comparisons on GPUs.

#[path = "common/comparison.rs"]
mod comparison;
#[path = "common/twins.rs"]
mod twins;

use comparison::relative_error;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::layers::cpu::CpuLayers;
use twins::{KINDS, Twins};

/// Relative L2 error: some tens of units of f32 roundoff, because the transforms of F(4×4, 3×3)
/// amplify rounding errors about tenfold.
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
