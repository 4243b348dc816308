//! The network F alone, on given inputs, for `npm run bench`.

#![cfg(target_family = "wasm")]

use burn::tensor::{Device, Tensor};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::webgpu::webgpu_device;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use wasm_bindgen::prelude::*;

/// The network on one device, and its inputs there.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Network {
    denoiser: PhotoDenoiser,
    device: ComputeDevice,
    /// w, g, m, coarse.
    inputs: Option<[Tensor<4>; 4]>,
}

#[wasm_bindgen]
impl Network {
    /// The network on `device`, "webgpu" or "cpu". `layers` is "kernels" for the layers that the
    /// package uses on the device, or "tensors" for Burn's tensor operations.
    pub async fn create(layers: String, device: String, weights: Vec<u8>) -> Network {
        let device = match (device.as_str(), layers.as_str()) {
            ("cpu", _) => Device::flex(),
            (_, "kernels") => {
                let webgpu = webgpu_device().await.expect("a WebGPU device");
                webgpu.0.handle().clone()
            }
            // Burn's default configuration.
            _ => Device::wgpu_options()
                .init_async()
                .await
                .expect("a WebGPU device"),
        };
        let device = ComputeDevice::new(device);
        let weights = Weights::read(&weights).expect("the released weights");
        let denoiser = match layers.as_str() {
            "kernels" => PhotoDenoiser::new(&weights, &device),
            _ => PhotoDenoiser::on_tensors(&weights, &device),
        };
        Network {
            denoiser: denoiser.expect("complete weights"),
            device,
            inputs: None,
        }
    }

    /// Uploads the inputs, each `[batch, 3 or 8, side, side]`.
    pub fn place(
        &mut self,
        batch: usize,
        side: usize,
        w: Vec<f32>,
        g: Vec<f32>,
        m: Vec<f32>,
        coarse: Vec<f32>,
    ) {
        let inputs = [(w, 3), (g, 3), (m, 8), (coarse, 3)];
        self.inputs = Some(inputs.map(|(values, channels)| {
            self.device
                .tensor_f32(values, [batch, channels, side, side])
        }));
    }

    /// F of the inputs, `[batch, 3, side, side]`.
    pub async fn evaluate(&self) -> Vec<f32> {
        let [w, g, m, coarse] = self.inputs.clone().expect("inputs have been placed");
        let f = self.denoiser.correction(w, g, m, coarse);
        let data = f.into_data_async().await.expect("a result");
        data.try_into_vec().expect("f32")
    }

    /// Measures the fastest kernels for the size of the inputs, as the package does when it warms
    /// up.
    pub async fn settle(&self) {
        self.evaluate().await;
        self.denoiser.measure().await;
    }

    /// Bytes of wasm memory. They never shrink.
    #[wasm_bindgen(js_name = memoryBytes)]
    pub fn memory_bytes(&self) -> f64 {
        const PAGE: usize = 65_536;
        (core::arch::wasm32::memory_size(0) * PAGE) as f64
    }
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
