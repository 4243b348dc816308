//! Every quantity of the method against the PyTorch reference's golden vectors, on the CPU in f32.
//! `tests/browser/golden.rs` does the same in a browser.

mod common;

use common::comparison::{Comparison, relative_error};
use common::golden::Check;
use common::golden_v2::{self, GoldenV2};
use common::model;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};

fn tensors() -> PhotoDenoiser {
    let bytes = model("photo-v1.safetensors");
    let weights = Weights::read(&bytes).expect("the released weights are readable");
    PhotoDenoiser::on_tensors(&weights, &ComputeDevice::cpu())
        .expect("the released weights are complete")
}

fn check() -> Check {
    Check::new(
        &model("photo-v1.safetensors"),
        model("golden-operators.safetensors"),
        model("golden-network.safetensors"),
        &ComputeDevice::cpu(),
    )
}

fn assert_equal(comparison: &Comparison) {
    let norms = comparison.norms().try_into_vec_as::<f32>();
    let error = relative_error(&norms.expect("the CPU reads back"));
    println!("{:24} {error:.1e}", comparison.name);
    assert!(
        error < comparison.tolerance,
        "{}: relative error {error:.2e}, tolerance {:.0e}",
        comparison.name,
        comparison.tolerance
    );
}

#[test]
fn operators_match_the_reference() {
    let check = check();
    for case in Check::cases() {
        check.operators(&case).iter().for_each(assert_equal);
    }
}

#[test]
fn the_second_edition_matches_the_reference() {
    let bytes = model("golden-operators-v2.safetensors");
    let golden = GoldenV2::new(bytes, &ComputeDevice::cpu());
    for case in golden_v2::CASES {
        for size in golden_v2::SIZES {
            golden.compare(case, size).iter().for_each(assert_equal);
        }
    }
}

#[test]
fn the_second_network_matches_the_reference() {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the released weights are readable");
    let kernels = PhotoDenoiser::new(&weights, &ComputeDevice::cpu());
    let kernels = kernels.expect("the released weights are complete");
    let outputs = model("golden-network-v2.safetensors");
    let golden = GoldenV2::new(
        model("golden-operators-v2.safetensors"),
        &ComputeDevice::cpu(),
    );
    for case in golden_v2::CASES {
        for size in golden_v2::SIZES {
            let compared = golden.network(case, size, &kernels, &outputs);
            compared.iter().for_each(assert_equal);
        }
    }
}

#[test]
fn network_matches_the_reference() {
    let kernels = check();
    let tensors = check().with_denoiser(tensors());
    for case in Check::cases() {
        assert_equal(&kernels.network(&case));
        assert_equal(&tensors.network(&case));
    }
}

#[test]
fn samplers_match_the_reference() {
    check().samplers().iter().for_each(assert_equal);
}
