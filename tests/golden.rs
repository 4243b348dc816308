//! Every quantity of the method against the PyTorch reference's golden vectors, on the CPU in f32.
//! `tests/browser/golden.rs` does the same in a browser.

mod common;

use common::comparison::{Comparison, relative_error};
use common::golden::Golden;
use common::model;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};

fn tensors() -> PhotoDenoiser {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the released weights are readable");
    PhotoDenoiser::on_tensors(&weights, &ComputeDevice::cpu())
        .expect("the released weights are complete")
}

fn golden() -> Golden {
    Golden::new(
        &model("photo-v2.safetensors"),
        model("golden-operators-v2.safetensors"),
        model("golden-network-v2.safetensors"),
        &ComputeDevice::cpu(),
    )
}

fn assert_equal(comparison: &Comparison) {
    let norms = comparison.norms().try_into_vec_as::<f32>();
    let error = relative_error(&norms.expect("the CPU reads back"));
    println!("{:32} {error:.1e}", comparison.name);
    assert!(
        error < comparison.tolerance,
        "{}: relative error {error:.2e}, tolerance {:.0e}",
        comparison.name,
        comparison.tolerance
    );
}

#[test]
fn operators_match_the_reference() {
    let golden = golden();
    for case in golden.cases() {
        golden.operators(&case).iter().for_each(assert_equal);
    }
}

#[test]
fn the_network_matches_the_reference() {
    let kernels = golden();
    let tensors = golden().with_denoiser(tensors());
    for case in kernels.cases() {
        kernels.network(&case).iter().for_each(assert_equal);
        tensors.network(&case).iter().for_each(assert_equal);
    }
}

#[test]
fn samplers_match_the_reference() {
    golden().samplers().iter().for_each(assert_equal);
}
