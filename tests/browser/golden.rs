//! `tests/golden.rs`, `tests/kernels.rs` and the f32 part of `tests/contract.rs` in a browser. This
//! is a wasm library of its own, which `golden.test.mjs` drives on WebGPU and on the CPU. Fresh
//! buffers on WebGPU hold NaN, so that a value that a kernel leaves unwritten fails a comparison.

#![cfg(target_family = "wasm")]

#[path = "../common"]
mod common {
    #![allow(dead_code, reason = "the native tests use the rest")]
    pub(crate) mod cases;
    pub(crate) mod comparison;
    pub(crate) mod dense;
    pub(crate) mod digits;
    pub(crate) mod golden;
    pub(crate) mod twins;
}

use std::sync::atomic::Ordering;

use burn::tensor::{Device, Tensor};
use common::comparison::{Comparison, relative_error};
use common::golden::Golden;
use common::twins::{GPU_TOLERANCE, HALF_TOLERANCE, KINDS, NETWORK_KINDS, Twins};
use common::{cases, digits};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::formula::Formula;
use eps_restore::low_level::compute::fourier::{ComplexFormula, Fourier, Spectrum};
use eps_restore::low_level::compute::gpu::POISON;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::layers::Precision;
use eps_restore::low_level::denoiser::layers::gpu::{Family, GpuLayers};
use wasm_bindgen::prelude::*;

/// The comparisons with the golden vectors on one device.
#[wasm_bindgen]
#[derive(Debug)]
pub struct GoldenCheck {
    golden: Golden,
}

#[wasm_bindgen]
impl GoldenCheck {
    /// The comparisons on `device`, "webgpu" or "cpu", from the bytes of the files of weights and
    /// of golden vectors.
    pub async fn create(
        device: String,
        weights: Vec<u8>,
        operators: Vec<u8>,
        network: Vec<u8>,
    ) -> GoldenCheck {
        let device = device_of(&device).await;
        GoldenCheck {
            golden: Golden::new(&weights, operators, network, &device),
        }
    }

    /// What the device computes, `case.size`.
    pub fn cases(&self) -> Vec<String> {
        self.golden.cases()
    }

    /// A line `name error tolerance` for each quantity of a case. The denoised images are the last,
    /// unless their inputs would take minutes of iterations on a software adapter once more.
    pub async fn compare(&self, case: String) -> Vec<String> {
        let mut comparisons = self.golden.operators(&case);
        if !case.starts_with("hadamard") {
            comparisons.extend(self.golden.network(&case));
        }
        lines(comparisons).await
    }

    /// A line `name error tolerance` for each run of the two samplers.
    pub async fn samplers(&self) -> Vec<String> {
        lines(self.golden.samplers()).await
    }
}

/// The GPU's layers compared with plain tensor operations.
#[wasm_bindgen]
#[derive(Debug)]
pub struct KernelCheck {
    twins: Twins<GpuLayers>,
    device: ComputeDevice,
}

#[wasm_bindgen]
impl KernelCheck {
    /// The comparisons on WebGPU.
    pub async fn create() -> KernelCheck {
        let device = webgpu().await;
        KernelCheck {
            twins: Twins::new(
                GpuLayers::new(&device, Precision::F32),
                &device,
                GPU_TOLERANCE,
            ),
            device,
        }
    }

    /// The kinds of comparison. "f16" is one of them if the adapter supports it.
    pub fn kinds(&self) -> Vec<String> {
        let half = Precision::F16.is_supported(&self.device).then_some(&"f16");
        let kinds = KINDS.iter().chain(&["fourier", "filters"]).chain(half);
        kinds.map(|&kind| kind.into()).collect()
    }

    /// A line `name error tolerance` for each comparison of a kind.
    pub async fn compare(&self, kind: String) -> Vec<String> {
        lines(match kind.as_str() {
            "fourier" => transforms(&self.device),
            "filters" => filters(&self.device),
            "3×3 convolutions" => families(&self.device, Precision::F32, GPU_TOLERANCE),
            "f16" => half(&self.device),
            kind => self.twins.compare(kind),
        })
        .await
    }
}

/// The quantities of the operators' contract on WebGPU compared with f64 on the CPU, for operators
/// with closed forms. Operators that iterate to a tolerance run on the CPU only.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ContractCheck {
    device: ComputeDevice,
}

#[wasm_bindgen]
impl ContractCheck {
    /// The comparisons on WebGPU.
    pub async fn create() -> ContractCheck {
        ContractCheck {
            device: webgpu().await,
        }
    }

    /// The names of the operators.
    pub fn operators() -> Vec<String> {
        let closed = cases::operators().into_iter().filter(digits::is_closed);
        closed.map(|case| case.name.into()).collect()
    }

    /// A line `name error tolerance` for each quantity of an operator, at each pair of tau and
    /// sigma_y.
    pub async fn compare(&self, operator: String) -> Vec<String> {
        let case = cases::operators()
            .into_iter()
            .find(|case| case.name == operator);
        let case = case.expect("a name from `operators`");
        let comparisons = digits::of_contract(&case, case.sizes[0], &self.device);
        lines(comparisons).await
    }
}

/// The 3×3 convolutions of each family of kernels.
fn families(device: &ComputeDevice, precision: Precision, tolerance: f64) -> Vec<Comparison> {
    let compare = |family: Family| {
        let layers = GpuLayers::new(device, precision).with_family(family);
        let comparisons = Twins::new(layers, device, tolerance).compare("3×3 convolutions");
        comparisons.into_iter().map(move |comparison| Comparison {
            name: format!("{family:?}_{}", comparison.name),
            ..comparison
        })
    };
    Family::ALL.into_iter().flat_map(compare).collect()
}

/// The layers of the network with maps and weights in f16.
fn half(device: &ComputeDevice) -> Vec<Comparison> {
    let twins = Twins::new(
        GpuLayers::new(device, Precision::F16),
        device,
        HALF_TOLERANCE,
    );
    let other = NETWORK_KINDS[1..]
        .iter()
        .flat_map(|kind| twins.compare(kind));
    let convolutions = families(device, Precision::F16, HALF_TOLERANCE);
    convolutions.into_iter().chain(other).collect()
}

/// The Fourier transform and its inverse compared with those of the CPU. Sides are products of 2,
/// 3, 5 and 7, primes, lengths of three passes, and 1.
fn transforms(device: &ComputeDevice) -> Vec<Comparison> {
    let sizes = [
        (64, 48),
        (45, 35),
        (37, 22),
        (16, 2048),
        (1, 30),
        (683, 6),
        (4, 1366),
    ];
    let compare = |(height, width)| {
        let drawn = WhiteNoise::new(11, 20, &ComputeDevice::cpu()).draw([2, 3, height, width]);
        let plain = Fourier::new(height, width, &ComputeDevice::cpu());
        let ours = Fourier::new(height, width, device);
        let upload = |x: &Tensor<4>| {
            let values = x.clone().try_into_vec_as().expect("the CPU reads back");
            device.tensor_f32(values, x.dims())
        };
        let (got, want) = (ours.forward(upload(&drawn)), plain.forward(drawn.clone()));
        // Not the spectrum of a real image: the real part of the inverse must still be correct.
        let spectrum = Spectrum {
            re: want.re.clone(),
            im: drawn * ((height * width) as f64).sqrt(),
        };
        let back = ours.inverse(Spectrum {
            re: upload(&spectrum.re),
            im: upload(&spectrum.im),
        });
        let comparison = |part: &str, got, want: &Tensor<4>| {
            let name = format!("{part}_{height}×{width}");
            Comparison::new(name, got, upload(want), GPU_TOLERANCE)
        };
        [
            comparison("re", got.re, &want.re),
            comparison("im", got.im, &want.im),
            comparison("inverse", back, &plain.inverse(spectrum)),
        ]
    };
    sizes.into_iter().flat_map(compare).collect()
}

/// Filtered images compared with those of the CPU: one image under several filters, with formulas
/// of the image, of the spectra and of the results. Some lines fit workgroup memory, alone or
/// together with others; some do not. Among the lengths are primes and 1.
fn filters(device: &ComputeDevice) -> Vec<Comparison> {
    let sizes = [
        (64, 48),
        (45, 35),
        (62, 22),
        (3, 1024),
        (300, 7),
        (1, 30),
        (37, 20),
    ];
    let compare = |(height, width)| {
        let drawn = |shape, stream| WhiteNoise::new(12, stream, &ComputeDevice::cpu()).draw(shape);
        let upload = |x: &Tensor<4>| {
            let values = x.clone().try_into_vec_as().expect("the CPU reads back");
            device.tensor_f32(values, x.dims())
        };
        let x = drawn([1, 3, height, width], 21);
        // Filters must be real in space. These are spectra of real kernels and images, and a gain
        // that is even.
        let unit = 1.0 / (height * width) as f64;
        let spectrum = |x| Fourier::new(height, width, &ComputeDevice::cpu()).forward(x);
        let filter = spectrum(drawn([1, 1, height, width], 22) * unit.sqrt());
        let gain = spectrum(drawn([2, 1, height, width], 23) * unit.sqrt()).power();
        let addend = spectrum(drawn([2, 3, height, width], 24));
        let scale = drawn([1, 3, 1, 1], 25);
        let apply = |copy: &dyn Fn(&Tensor<4>) -> Tensor<4>, device: &ComputeDevice| {
            let [x, gain, scale] = [&x, &gain, &scale].map(copy);
            let [filter, addend] = [&filter, &addend].map(|s| Spectrum {
                re: copy(&s.re),
                im: copy(&s.im),
            });
            let respond = |x: ComplexFormula| [x.times(&filter).scale(&gain), x.plus(&addend, 0.1)];
            let combine = |[a, b]: [Formula; 2]| [&a - &b, a * &scale, b + &x];
            Fourier::new(height, width, device).through(Formula::from(&x) * 2.0, respond, combine)
        };
        let (got, want) = (
            apply(&upload, device),
            apply(&Tensor::clone, &ComputeDevice::cpu()),
        );
        let pairs = got.into_iter().zip(want).enumerate();
        let comparisons = pairs.map(|(i, (got, want))| {
            let name = format!("{i}_of_{height}×{width}");
            Comparison::new(name, got, upload(&want), GPU_TOLERANCE)
        });
        comparisons.collect::<Vec<_>>()
    };
    sizes.into_iter().flat_map(compare).collect()
}

/// "webgpu" or "cpu".
async fn device_of(name: &str) -> ComputeDevice {
    match name {
        "webgpu" => webgpu().await,
        _ => ComputeDevice::cpu(),
    }
}

/// The WebGPU device, on which fresh buffers hold NaN.
async fn webgpu() -> ComputeDevice {
    POISON.store(true, Ordering::Relaxed);
    let device = Device::wgpu_options().init_async().await;
    ComputeDevice::new(device.expect("a WebGPU device"))
}

/// A line `name error tolerance` for each comparison.
async fn lines(comparisons: Vec<Comparison>) -> Vec<String> {
    let mut lines = Vec::new();
    for comparison in comparisons {
        let norms = comparison
            .norms()
            .into_data_async()
            .await
            .expect("a result");
        let norms = norms.try_into_vec::<f32>().expect("f32");
        let error = relative_error(&norms);
        lines.push(format!(
            "{} {error:e} {:e}",
            comparison.name, comparison.tolerance
        ));
    }
    lines
}

unsafe extern "C" {
    /// Runs the constructors of statics. The linker writes it.
    fn __wasm_call_ctors();
}

/// Runs the constructors once: a module that never does runs them in every exported function.
#[wasm_bindgen(start)]
fn start() {
    // SAFETY: the linker's function, without arguments, called once before anything else.
    unsafe { __wasm_call_ctors() }
}
