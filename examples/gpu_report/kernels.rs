//! The network's kernels one by one, on the maps of a tile of 256².

use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::layers::gpu::{Family, GpuLayers};
use eps_restore::low_level::denoiser::layers::{ConvWeights, Epilogue, Layers, Precision};
use serde::Serialize;

use crate::Failure;
use crate::timing::milliseconds;

/// Channels of a head of attention.
const HEAD: usize = 32;

#[derive(Serialize)]
pub(crate) struct Timed {
    kernel: String,
    /// The family of a 3×3 convolution, as a plain convolution's arithmetic counts.
    family: Option<String>,
    precision: String,
    milliseconds: f64,
    tflops: f64,
    share_of_peak: f64,
}

/// A kernel on a map of `side`² pixels.
enum Kernel {
    Convolution {
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
    },
    Attention {
        channels: usize,
    },
}

impl Kernel {
    fn name(&self, side: usize) -> String {
        match self {
            Self::Convolution {
                inputs,
                outputs,
                kernel,
                ..
            } => format!("{kernel}×{kernel} convolution, {inputs} to {outputs}, {side}²"),
            Self::Attention { channels } => format!("attention, {channels} channels, {side}²"),
        }
    }

    /// Floating-point operations of the plain algorithm.
    fn flops(&self, side: usize) -> f64 {
        let pixels = (side * side) as f64;
        match *self {
            Self::Convolution {
                inputs,
                outputs,
                kernel,
                stride,
            } => {
                2.0 * pixels / (stride * stride) as f64
                    * (inputs * outputs * kernel * kernel) as f64
            }
            Self::Attention { channels } => 4.0 * pixels * pixels * channels as f64,
        }
    }
}

/// A plain convolution of stride 1.
const fn convolution(inputs: usize, outputs: usize, kernel: usize) -> Kernel {
    Kernel::Convolution {
        inputs,
        outputs,
        kernel,
        stride: 1,
    }
}

/// The kernels that take the most of an evaluation, and the sides of their maps.
const KERNELS: [(Kernel, usize); 8] = [
    (convolution(64, 64, 3), 128),
    (convolution(128, 128, 3), 64),
    (convolution(256, 256, 3), 32),
    (convolution(56, 64, 3), 128),
    (convolution(64, 12, 3), 128),
    (convolution(256, 768, 1), 32),
    (
        Kernel::Convolution {
            inputs: 64,
            outputs: 128,
            kernel: 2,
            stride: 2,
        },
        128,
    ),
    (Kernel::Attention { channels: 256 }, 32),
];

pub(crate) fn timed(
    device: &ComputeDevice,
    precisions: &[Precision],
    peak: f64,
    quick: bool,
) -> Result<Vec<Timed>, Failure> {
    let mut all = Vec::new();
    for &precision in precisions {
        for (kernel, side) in &KERNELS {
            for family in families(kernel) {
                let mut layers = GpuLayers::new(device, precision);
                if let Some(family) = family {
                    layers = layers.with_family(family);
                }
                let milliseconds = time(kernel, *side, &layers, device, quick)?;
                let tflops = kernel.flops(*side) / milliseconds / 1e9;
                all.push(Timed {
                    kernel: kernel.name(*side),
                    family: family.map(|family| format!("{family:?}")),
                    precision: format!("{precision:?}"),
                    milliseconds,
                    tflops,
                    share_of_peak: tflops / peak,
                });
            }
        }
    }
    Ok(all)
}

/// Those that a kernel has a choice of.
fn families(kernel: &Kernel) -> Vec<Option<Family>> {
    match kernel {
        Kernel::Convolution { kernel: 3, .. } => Family::ALL.map(Some).to_vec(),
        _ => vec![None],
    }
}

fn time(
    kernel: &Kernel,
    side: usize,
    layers: &GpuLayers,
    device: &ComputeDevice,
    quick: bool,
) -> Result<f64, Failure> {
    let map = |channels: usize| layers.enter(device.full([1, channels, side, side], 0.01));
    match *kernel {
        Kernel::Convolution {
            inputs,
            outputs,
            kernel,
            stride,
        } => {
            let conv = layers.conv(ConvWeights {
                weight: &vec![0.01; outputs * inputs * kernel * kernel],
                bias: &vec![0.0; outputs],
                inputs,
                kernel,
                stride,
            });
            let x = map(inputs);
            milliseconds(device, quick, || {
                drop(layers.apply(&conv, &x, Epilogue::Silu));
            })
        }
        Kernel::Attention { channels } => {
            let qkv = map(3 * channels);
            milliseconds(device, quick, || drop(layers.attend(&qkv, HEAD)))
        }
    }
}
