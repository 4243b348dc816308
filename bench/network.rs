//! photo-v1 alone, for `npm run bench`: the network F on given inputs, without what a restoration
//! does around it.

#![cfg(target_family = "wasm")]

use burn::tensor::{Device, Tensor};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::webgpu::webgpu_device;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use wasm_bindgen::prelude::*;

/// The network on one device, and the inputs that lie there.
#[wasm_bindgen]
pub struct Network {
    denoiser: PhotoDenoiser,
    device: ComputeDevice,
    /// w, g, m, coarse.
    inputs: Option<[Tensor<4>; 4]>,
}

#[wasm_bindgen]
impl Network {
    /// `layers`: "kernels", those that the package runs on the device, or "tensors", Burn's own
    /// operations. `device`: "webgpu" or "cpu".
    pub async fn create(layers: String, device: String, weights: Vec<u8>) -> Network {
        let device = match (device.as_str(), layers.as_str()) {
            ("cpu", _) => Device::flex(),
            (_, "kernels") => {
                let webgpu = webgpu_device().await.expect("a WebGPU device");
                webgpu.0.handle().clone()
            }
            // As Burn sets it up by itself.
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

    /// Puts the inputs on the device: `[batch, 3 or 8, side, side]` each.
    pub fn device(
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

    /// F of the inputs, read back.
    pub async fn evaluate(&self) -> Vec<f32> {
        let [w, g, m, coarse] = self.inputs.clone().expect("inputs have been placed");
        let f = self.denoiser.correction(w, g, m, coarse);
        let data = f.into_data_async().await.expect("a result");
        data.try_into_vec().expect("f32")
    }

    /// Chooses the kernels for the size of the inputs, as the package does at its warm-up.
    pub async fn settle(&self) {
        self.evaluate().await;
        self.denoiser.measure().await;
    }

    /// Bytes of wasm memory, which never shrinks.
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
