//! The browser's WebGPU device: its adapter, its limits, and its loss.

use burn_wgpu::WgpuSetup;
use eps_restore::Error;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::webgpu::webgpu_device;
use js_sys::Function;
use wasm_bindgen::JsValue;

/// A WebGPU device.
pub(crate) struct Gpu {
    pub device: ComputeDevice,
    /// The adapter's description.
    pub adapter: String,
    /// The largest buffer that a kernel can use, in bytes.
    pub buffer: u64,
}

impl Gpu {
    /// Opens the device. `on_lost` is called with the reason and a message when it is lost: reset
    /// by its driver, by sleep, or by too much work at once.
    ///
    /// # Errors
    /// [`Error::NoDevice`] where the browser has none.
    pub(crate) async fn open(on_lost: Option<Function>) -> Result<Self, Error> {
        let (device, setup) = webgpu_device().await?;
        if let Some(on_lost) = on_lost {
            watch(&setup, on_lost);
        }
        let limits = setup.device.limits();
        Ok(Self {
            device,
            adapter: setup.adapter.get_info().name,
            buffer: limits
                .max_buffer_size
                .min(limits.max_storage_buffer_binding_size),
        })
    }
}

/// A wasm module has one thread; wgpu's callback is `Send` for native platforms.
struct OneThread(Function);

// SAFETY: this module runs in one worker, without threads: nothing is ever sent.
unsafe impl Send for OneThread {}

impl OneThread {
    fn call(&self, reason: &str, message: &str) {
        // An exception of the listener's own concerns nobody here.
        let _ = self
            .0
            .call2(&JsValue::UNDEFINED, &reason.into(), &message.into());
    }
}

fn watch(setup: &WgpuSetup, on_lost: Function) {
    let listener = OneThread(on_lost);
    setup
        .device
        .set_device_lost_callback(move |reason: wgpu::DeviceLostReason, message| {
            let reason = match reason {
                wgpu::DeviceLostReason::Destroyed => "destroyed",
                wgpu::DeviceLostReason::Unknown => "unknown",
            };
            listener.call(reason, &message);
        });
}
