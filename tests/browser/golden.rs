//! `tests/golden.rs`, `tests/kernels.rs` and what `tests/contract.rs` asks of f32, in a browser:
//! built as a wasm library of its own, driven by `golden.test.mjs` on WebGPU and on the CPU.

#![cfg(target_family = "wasm")]

#[path = "../common"]
mod common {
    #![allow(dead_code, reason = "the native tests use the rest")]
    pub mod cases;
    pub mod comparison;
    pub mod dense;
    pub mod digits;
    pub mod golden;
    pub mod twins;
}

use burn::tensor::{Device, Tensor};
use common::comparison::{Comparison, relative_error};
use common::golden::Check;
use common::twins::{GPU_TOLERANCE, HALF_TOLERANCE, KINDS, NETWORK_KINDS, Twins};
use common::{cases, digits};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::formula::Formula;
use eps_restore::low_level::compute::fourier::{ComplexFormula, Fourier, Spectrum};
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::layers::Precision;
use eps_restore::low_level::denoiser::layers::gpu::{Family, GpuLayers};
use wasm_bindgen::prelude::*;

/// The comparisons on one device.
#[wasm_bindgen]
pub struct GoldenCheck {
    check: Check,
}

#[wasm_bindgen]
impl GoldenCheck {
    /// `device`: "webgpu" or "cpu".
    pub async fn create(
        device: String,
        weights: Vec<u8>,
        operators: Vec<u8>,
        network: Vec<u8>,
    ) -> GoldenCheck {
        let device = match device.as_str() {
            "webgpu" => webgpu().await,
            _ => ComputeDevice::cpu(),
        };
        GoldenCheck {
            check: Check::new(&weights, operators, network, &device),
        }
    }

    /// `case.size` for every case and size.
    pub fn cases() -> Vec<String> {
        Check::cases().collect()
    }

    /// A line `name error tolerance` for each quantity of a case, the denoised image last.
    pub async fn compare(&self, case: String) -> Vec<String> {
        let mut comparisons = self.check.operators(&case);
        comparisons.push(self.check.network(&case));
        lines(comparisons).await
    }

    /// The same for the runs of both samplers.
    pub async fn samplers(&self) -> Vec<String> {
        lines(self.check.samplers()).await
    }
}

/// The GPU's layers against their plain-tensor twins.
#[wasm_bindgen]
pub struct KernelCheck {
    twins: Twins<GpuLayers>,
    device: ComputeDevice,
}

#[wasm_bindgen]
impl KernelCheck {
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

    /// The network's layers in f16 among them, where the adapter has it.
    pub fn kinds(&self) -> Vec<String> {
        let half = Precision::F16.is_supported(&self.device).then_some(&"f16");
        let kinds = KINDS.iter().chain(&["fourier", "filters"]).chain(half);
        kinds.map(|&kind| kind.into()).collect()
    }

    /// A line `name error tolerance` for each layer of a kind.
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

/// The contract's quantities on WebGPU against f64 on the CPU, for operators with closed forms:
/// those that iterate to a tolerance run on the CPU.
#[wasm_bindgen]
pub struct ContractCheck {
    device: ComputeDevice,
}

#[wasm_bindgen]
impl ContractCheck {
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

    /// A line `name error tolerance` for each quantity of an operator at each pair of a tau and a
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

/// The 3×3 convolutions of every family.
fn families(device: &ComputeDevice, precision: Precision, tolerance: f64) -> Vec<Comparison> {
    let of = |family: Family| {
        let layers = GpuLayers::new(device, precision).with_family(family);
        let comparisons = Twins::new(layers, device, tolerance).compare("3×3 convolutions");
        comparisons.into_iter().map(move |comparison| Comparison {
            name: format!("{family:?}_{}", comparison.name),
            ..comparison
        })
    };
    Family::ALL.into_iter().flat_map(of).collect()
}

/// The network's layers with maps and weights in f16.
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

/// The transform and its inverse against rustfft's: products of 2, 3, 5 and 7, primes, three
/// passes, a single line.
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
        let there = |x: &Tensor<4>| {
            let values = x.clone().try_into_vec_as().expect("the CPU reads back");
            device.tensor_f32(values, x.dims())
        };
        let (got, want) = (ours.forward(there(&drawn)), plain.forward(drawn.clone()));
        // No image's spectrum: the inverse's real part is asked for all the same.
        let spectrum = Spectrum {
            re: want.re.clone(),
            im: drawn * ((height * width) as f64).sqrt(),
        };
        let back = ours.inverse(Spectrum {
            re: there(&spectrum.re),
            im: there(&spectrum.im),
        });
        let held = |part: &str, got, want: &Tensor<4>| {
            let name = format!("{part}_{height}×{width}");
            Comparison::new(name, got, there(want), GPU_TOLERANCE)
        };
        [
            held("re", got.re, &want.re),
            held("im", got.im, &want.im),
            held("inverse", back, &plain.inverse(spectrum)),
        ]
    };
    sizes.into_iter().flat_map(compare).collect()
}

/// Images through filters against the same on the CPU: lines that fit workgroup memory, alone or
/// several to a workgroup, of primes, of one pixel, and lines that don't; one image for several
/// spectra; formulas before, between and after.
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
        let there = |x: &Tensor<4>| {
            let values = x.clone().try_into_vec_as().expect("the CPU reads back");
            device.tensor_f32(values, x.dims())
        };
        let x = drawn([1, 3, height, width], 21);
        // Filters are real in space: spectra of real kernels and images, and a gain that is even.
        let unit = 1.0 / (height * width) as f64;
        let spectrum = |x| Fourier::new(height, width, &ComputeDevice::cpu()).forward(x);
        let filter = spectrum(drawn([1, 1, height, width], 22) * unit.sqrt());
        let gain = spectrum(drawn([2, 1, height, width], 23) * unit.sqrt()).power();
        let seen = spectrum(drawn([2, 3, height, width], 24));
        let scale = drawn([1, 3, 1, 1], 25);
        let apply = |of: &dyn Fn(&Tensor<4>) -> Tensor<4>, device: &ComputeDevice| {
            let [x, gain, scale] = [&x, &gain, &scale].map(of);
            let [filter, seen] = [&filter, &seen].map(|s| Spectrum {
                re: of(&s.re),
                im: of(&s.im),
            });
            let respond = |x: ComplexFormula| [x.times(&filter).scale(&gain), x.plus(&seen, 0.1)];
            let then = |[a, b]: [Formula; 2]| [&a - &b, a * &scale, b + &x];
            Fourier::new(height, width, device).through(Formula::from(&x) * 2.0, respond, then)
        };
        let (got, want) = (
            apply(&there, device),
            apply(&Tensor::clone, &ComputeDevice::cpu()),
        );
        let both = got.into_iter().zip(want).enumerate();
        let held = both.map(|(i, (got, want))| {
            let name = format!("{i}_of_{height}×{width}");
            Comparison::new(name, got, there(&want), GPU_TOLERANCE)
        });
        held.collect::<Vec<_>>()
    };
    sizes.into_iter().flat_map(compare).collect()
}

async fn webgpu() -> ComputeDevice {
    let device = Device::wgpu_options().init_async().await;
    ComputeDevice::new(device.expect("a WebGPU device"))
}

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
