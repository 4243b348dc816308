//! The effect of fewer bits on the results, on the CPU. With all maps and weights rounded to f16
//! the network stays within 1 % of f32, and the paper's tasks within 0.05 dB; with weights of eight
//! bits the tasks do so too. `tests/gpu.rs` compares the kernels in f16, on adapters that support
//! it.

mod common;

use std::rc::Rc;

use common::comparison::relative_error;
use common::figures::{Figures, METHODS, TASKS, measure};
use common::golden::Golden;
use common::rounded::Rounded;
use common::{committed_crops, model};
use eps_restore::Error;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::layers::Precision;
use eps_restore::low_level::denoiser::layers::cpu::CpuLayers;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};

/// Relative L2 tolerance of the network's correction of the Gaussian posterior's mean.
const NETWORK: f64 = 0.01;
/// Tolerance of the mean PSNR of a task, in dB.
const TASK: f64 = 0.05;

/// The network with maps and weights rounded to f16.
fn half() -> PhotoDenoiser {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the released weights");
    PhotoDenoiser::on(Rounded(CpuLayers), &weights).expect("complete weights")
}

#[test]
fn the_network_stays_within_one_per_cent() {
    let golden = Golden::new(
        &model("photo-v2.safetensors"),
        model("golden-operators-v2.safetensors"),
        model("golden-network-v2.safetensors"),
        &ComputeDevice::cpu(),
    )
    .with_denoiser(half());
    let mut largest: f64 = 0.0;
    for comparison in golden
        .cases()
        .iter()
        .flat_map(|case| golden.correction(case, NETWORK))
    {
        let norms = comparison.norms().try_into_vec_as::<f32>();
        let error = relative_error(&norms.expect("the CPU reads back"));
        let case = &comparison.name;
        println!("{case:32} {error:.1e}");
        assert!(error < NETWORK, "{case}: {error:.1e}");
        largest = largest.max(error);
    }
    assert!(largest > 1e-4, "{largest:.1e}: nothing was rounded");
}

/// The network with the weights of a file, in f32.
fn single(file: &str) -> PhotoDenoiser {
    let bytes = model(file);
    let weights = Weights::read(&bytes).expect("released weights");
    PhotoDenoiser::new(&weights, &ComputeDevice::cpu()).expect("complete weights")
}

/// The paper's tasks have the same PSNR by `other` as by the released weights in f32.
fn assert_tasks_keep_their_psnr(other: PhotoDenoiser, bits: &str) {
    let [single, other] = [single("photo-v2.safetensors"), other].map(Rc::new);
    let truth = committed_crops(&ComputeDevice::cpu());
    for task in TASKS {
        let psnr = |denoiser| {
            let mut figures = Figures::default();
            measure(task, &truth, denoiser, 0, &mut figures);
            figures.mean_psnr()
        };
        let (want, got) = (psnr(&single), psnr(&other));
        for (method, (want, got)) in METHODS.iter().zip(want.into_iter().zip(got)) {
            let change = got - want;
            println!("{task:14} {method:14} {want:.3} dB, in {bits} {change:+.3}");
            assert!(
                change.abs() < TASK,
                "{task}, {method}: {got:.3} dB for {want:.3}"
            );
        }
    }
}

#[test]
fn the_papers_tasks_keep_their_psnr_in_f16() {
    assert_tasks_keep_their_psnr(half(), "f16");
}

#[test]
fn the_papers_tasks_keep_their_psnr_by_weights_of_eight_bits() {
    assert_tasks_keep_their_psnr(single("photo-v2-8bit.safetensors"), "eight bits");
}

#[test]
fn the_cpu_refuses_f16() {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the released weights");
    let refused = PhotoDenoiser::in_precision(&weights, &ComputeDevice::cpu(), Precision::F16);
    assert!(matches!(refused, Err(Error::UnsupportedDevice(why)) if why.contains("f32")));
}
