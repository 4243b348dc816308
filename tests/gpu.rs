//! The GPU kernels natively, in f32 and, if the adapter supports it, in f16. In a browser
//! `tests/browser/golden.test.mjs` makes the same comparisons. Fresh buffers hold NaN.
//!
//! These tests need a GPU, or Mesa's software adapter llvmpipe, which supports f16. They are not
//! part of `npm test`. Run them with `cargo test --release --features webgpu --test gpu`.

mod common;
#[path = "common/twins.rs"]
mod twins;

use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use burn::tensor::Device;
use common::comparison::{self, Comparison, relative_error};
use common::golden::Golden;
use common::model;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::gpu::{POISON, empty, from_tensor, to_tensor};
use eps_restore::low_level::denoiser::layers::Precision;
use eps_restore::low_level::denoiser::layers::gpu::{Family, GpuLayers};
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use twins::{GPU_TOLERANCE, HALF_TOLERANCE, KINDS, NETWORK_KINDS, Twins};

/// Relative L2 tolerance of the network's correction of the Gaussian posterior's mean.
const NETWORK: f64 = 0.01;

/// The default adapter, which can be initialised only once in a process. Fresh buffers on it hold
/// NaN, so that a value that a kernel leaves unwritten fails a comparison.
fn gpu() -> ComputeDevice {
    static GPU: OnceLock<Device> = OnceLock::new();
    POISON.store(true, Ordering::Relaxed);
    let device = GPU.get_or_init(|| Device::wgpu_options().init().expect("an adapter"));
    ComputeDevice::new(device.clone())
}

fn error(comparison: &Comparison) -> f64 {
    let norms = comparison.norms().try_into_vec_as::<f32>();
    relative_error(&norms.expect("the GPU reads back"))
}

fn assert_close(comparisons: &[Comparison]) {
    for comparison in comparisons {
        let (error, name) = (error(comparison), &comparison.name);
        println!("{name:60} {error:.1e}");
        assert!(
            error < comparison.tolerance,
            "{name}: relative error {error:.1e}"
        );
    }
}

/// The precisions that the adapter supports, and their tolerances.
fn precisions(device: &ComputeDevice) -> Vec<(Precision, f64)> {
    let mut precisions = vec![(Precision::F32, GPU_TOLERANCE)];
    if Precision::F16.is_supported(device) {
        precisions.push((Precision::F16, HALF_TOLERANCE));
    } else {
        println!("this adapter lacks f16: only f32 is tested");
    }
    precisions
}

#[test]
fn fresh_buffers_hold_nan() {
    let like = from_tensor(gpu().zeros([1]));
    let fresh = to_tensor::<1>(empty(&like, [3])).try_into_vec_as::<f32>();
    assert!(
        fresh
            .expect("the GPU reads back")
            .iter()
            .all(|v| v.is_nan())
    );
}

#[test]
fn kernels_match_their_twins() {
    let device = gpu();
    let twins = Twins::new(
        GpuLayers::new(&device, Precision::F32),
        &device,
        GPU_TOLERANCE,
    );
    KINDS
        .iter()
        .for_each(|kind| assert_close(&twins.compare(kind)));
    for (precision, tolerance) in precisions(&device) {
        for family in Family::ALL {
            let layers = GpuLayers::new(&device, precision).with_family(family);
            let twins = Twins::new(layers, &device, tolerance);
            println!("{precision:?}, {family:?}");
            let kinds = if family == Family::ALL[0] {
                &NETWORK_KINDS[..]
            } else {
                &NETWORK_KINDS[..1]
            };
            kinds
                .iter()
                .for_each(|kind| assert_close(&twins.compare(kind)));
        }
    }
}

#[test]
fn golden_vectors() {
    let device = gpu();
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the released weights");
    for (precision, _) in precisions(&device) {
        let denoiser = PhotoDenoiser::in_precision(&weights, &device, precision);
        let golden = Golden::new(
            &bytes,
            model("golden-operators-v2.safetensors"),
            model("golden-network-v2.safetensors"),
            &device,
        )
        .with_denoiser(denoiser.expect("complete weights"));
        for case in golden.cases() {
            if precision == Precision::F32 {
                assert_close(&golden.operators(&case));
                assert_close(&golden.network(&case));
            }
            assert_close(&golden.correction(&case, NETWORK));
        }
    }
}
