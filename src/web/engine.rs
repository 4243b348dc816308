//! A device with the network on it.

use std::rc::Rc;

use burn::tensor::Device;
use wasm_bindgen::prelude::*;
use web_time::Instant;

use super::request::EngineRequest;
use super::{Run, read};
use crate::denoiser::{PhotoDenoiser, Weights};
use crate::error::Error;
use crate::image::Photo;
use crate::place::Place;
use crate::restoration::{Restoration, Sampler};
use crate::task::{Job, Request, Task};

/// Restorations on one device.
#[wasm_bindgen]
pub struct Engine {
    denoiser: Rc<PhotoDenoiser>,
    place: Place,
    kind: &'static str,
    adapter: String,
}

#[wasm_bindgen]
impl Engine {
    /// Sets up the device, `"webgpu"` or `"cpu"`, and puts the weights on it.
    ///
    /// # Errors
    /// Codes `unsupported-device`, `invalid-weights`.
    pub async fn create(device: &str, weights: Vec<u8>) -> Result<Engine, JsValue> {
        console_error_panic_hook::set_once();
        let (kind, device, adapter) = match device {
            "webgpu" => {
                let (device, adapter) = webgpu().await?;
                ("webgpu", device, adapter)
            }
            "cpu" => ("cpu", Device::flex(), String::new()),
            other => {
                return Err(Error::UnsupportedDevice(format!(
                    "{other:?}; the devices are \"webgpu\" and \"cpu\""
                ))
                .into());
            }
        };
        let place = Place::new(device);
        let denoiser = PhotoDenoiser::new(&Weights::read(&weights)?, &place)?;
        Ok(Engine {
            denoiser: Rc::new(denoiser),
            place,
            kind,
            adapter,
        })
    }

    /// `"webgpu"` or `"cpu"`.
    #[wasm_bindgen(getter)]
    pub fn device(&self) -> String {
        self.kind.into()
    }

    /// What the browser says of the adapter; empty on the CPU.
    #[wasm_bindgen(getter)]
    pub fn adapter(&self) -> String {
        self.adapter.clone()
    }

    /// Bytes of wasm memory, which never shrinks.
    #[wasm_bindgen(getter, js_name = memoryBytes)]
    pub fn memory_bytes(&self) -> f64 {
        const PAGE: usize = 65_536;
        (core::arch::wasm32::memory_size(0) * PAGE) as f64
    }

    /// Compiles the pipelines by a first evaluation of 64×64 pixels and times a second one, in milliseconds.
    ///
    /// # Errors
    /// Code `device-lost`.
    #[wasm_bindgen(js_name = warmUp)]
    pub async fn warm_up(&self) -> Result<f64, JsValue> {
        self.evaluate_once().await?;
        let begin = Instant::now();
        self.evaluate_once().await?;
        Ok(begin.elapsed().as_secs_f64() * 1e3)
    }

    /// Begins a restoration.
    ///
    /// # Errors
    /// The code of whatever of the request can't be done; the engine stays usable.
    pub fn start(&self, request: JsValue) -> Result<Run, JsValue> {
        let request = EngineRequest::read(request)?;
        let job = Job::new(request, self.denoiser.clone(), &self.place)?;
        Ok(Run::new(job))
    }
}

impl Engine {
    async fn evaluate_once(&self) -> Result<(), Error> {
        const SIDE: usize = 64;
        let request = Request {
            photo: Photo::new(SIDE, SIDE, vec![128; 4 * SIDE * SIDE])?,
            task: Task::Denoise,
            noise: None,
            samples: 0,
            sampler: Sampler::DEFAULT,
            seed: 0,
        };
        let job = Job::new(request, self.denoiser.clone(), &self.place)?;
        let mut restoration: Restoration<_> = job.restoration.expect("denoising has work to do");
        while let Some(step) = restoration.step() {
            read(step.preview).await?;
        }
        Ok(())
    }
}

/// The browser's WebGPU device, handed to Burn, and the adapter's description.
#[cfg(feature = "webgpu")]
async fn webgpu() -> Result<(Device, String), Error> {
    use burn::tensor::wgpu::MemoryConfiguration;
    // Exclusive pages give memory back between images of different sizes; few tasks a submission keep the device busy while the next are recorded.
    let options = Device::wgpu_options()
        .memory_config(MemoryConfiguration::ExclusivePages)
        .tasks_max(32);
    let (device, setup) = options.init_with_setup_async().await.map_err(|e| {
        Error::UnsupportedDevice(format!(
            "no WebGPU device can be had here ({e}); use \"cpu\""
        ))
    })?;
    Ok((device, setup.adapter.get_info().name))
}

#[cfg(not(feature = "webgpu"))]
async fn webgpu() -> Result<(Device, String), Error> {
    Err(Error::UnsupportedDevice(
        "this build has no WebGPU; use \"cpu\"".into(),
    ))
}
