//! A device with the network on it.

use std::cell::OnceCell;
use std::rc::Rc;

use burn::tensor::Device;
use js_sys::Object;
use wasm_bindgen::prelude::*;
use web_time::Instant;

use super::request::{EngineQuestion, EngineRequest, MeasurementRequest};
use super::{Run, read, set};
use crate::compute::device::ComputeDevice;
use crate::denoiser::layers::Precision;
use crate::denoiser::{PhotoDenoiser, Weights};
use crate::error::Error;
use crate::photo::pixels::Photo;
use crate::request::cost::{Cost, Question, Target};
use crate::request::job::Job;
use crate::request::noise_level;
use crate::request::task::{Request, Task};
use crate::sampler::Sampler;

/// Restorations on one device.
#[wasm_bindgen]
pub struct Engine {
    main: Side,
    target: Target,
    /// Where the main one is a GPU: what operators that iterate run on, made at the first of them
    /// from these weights.
    cpu: OnceCell<Side>,
    weights: Vec<u8>,
    adapter: String,
}

/// A device, and the network on it.
#[derive(Clone)]
struct Side {
    denoiser: Rc<PhotoDenoiser>,
    device: ComputeDevice,
    kind: &'static str,
    precision: Precision,
}

impl Side {
    fn new(
        device: Device,
        kind: &'static str,
        weights: &[u8],
        precision: Precision,
    ) -> Result<Self, Error> {
        let device = ComputeDevice::new(device);
        let weights = Weights::read(weights)?;
        let denoiser = PhotoDenoiser::in_precision(&weights, &device, precision)?;
        Ok(Self {
            denoiser: Rc::new(denoiser),
            device,
            kind,
            precision,
        })
    }
}

#[wasm_bindgen]
impl Engine {
    /// Sets up the device, `"webgpu"` or `"cpu"`, and puts the weights on it in the `precision`
    /// `"f32"` or, on a GPU that has it, `"f16"`.
    ///
    /// # Errors
    /// Codes `unsupported-device`, `invalid-weights`, `invalid-option`.
    pub async fn create(
        device: &str,
        weights: Vec<u8>,
        precision: &str,
    ) -> Result<Engine, JsValue> {
        console_error_panic_hook::set_once();
        let precision = match precision {
            "f32" => Precision::F32,
            "f16" => Precision::F16,
            other => {
                let why = format!("precision is {other:?}; it can be \"f32\" or \"f16\"");
                return Err(Error::InvalidOption(why).into());
            }
        };
        let (kind, device, adapter, target) = match device {
            "webgpu" => {
                let Gpu {
                    device,
                    adapter,
                    buffer,
                } = webgpu().await?;
                ("webgpu", device, adapter, Target::Gpu { buffer })
            }
            "cpu" => ("cpu", Device::flex(), String::new(), Target::Cpu),
            other => {
                return Err(Error::UnsupportedDevice(format!(
                    "{other:?}; the devices are \"webgpu\" and \"cpu\""
                ))
                .into());
            }
        };
        Ok(Engine {
            main: Side::new(device, kind, &weights, precision)?,
            target,
            cpu: OnceCell::new(),
            weights: if kind == "cpu" { Vec::new() } else { weights },
            adapter,
        })
    }

    /// `"webgpu"` or `"cpu"`.
    #[wasm_bindgen(getter)]
    pub fn device(&self) -> String {
        self.main.kind.into()
    }

    /// `"f32"` or `"f16"`: how the network's maps and weights are stored.
    #[wasm_bindgen(getter)]
    pub fn precision(&self) -> String {
        match self.main.precision {
            Precision::F32 => "f32".into(),
            Precision::F16 => "f16".into(),
        }
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

    /// Compiles the pipelines by a first evaluation of 64×64 pixels, chooses among kernels, and
    /// times a second one, in milliseconds.
    ///
    /// # Errors
    /// Code `device-lost`.
    #[wasm_bindgen(js_name = warmUp)]
    pub async fn warm_up(&self) -> Result<f64, JsValue> {
        self.evaluate_once().await?;
        self.main.denoiser.measure().await;
        self.evaluate_once().await?;
        let begin = Instant::now();
        self.evaluate_once().await?;
        Ok(begin.elapsed().as_secs_f64() * 1e3)
    }

    /// What a restoration will take.
    ///
    /// # Errors
    /// The code of whatever of it can't be done.
    pub fn cost(&self, question: JsValue) -> Result<JsValue, JsValue> {
        let question = EngineQuestion::read(question)?;
        let target = self.target(&question.task);
        let cost = Cost::of(&question, self.main.denoiser.tiles(), target)?;
        let answer = Object::new();
        for (name, value) in [
            ("width", cost.width as f64),
            ("height", cost.height as f64),
            ("evaluations", cost.evaluations as f64),
            ("tiles", cost.tiles as f64),
            ("pixels", cost.pixels as f64),
            ("bytes", cost.bytes as f64),
            ("gpuBytes", cost.gpu_bytes as f64),
        ] {
            set(&answer, name, value);
        }
        Ok(answer.into())
    }

    /// The standard deviation of a measurement's noise in 8-bit levels, estimated from the photo as
    /// the task sees it.
    ///
    /// # Errors
    /// Code `invalid-noise` where there are too few known pixels, and the codes of bad input.
    #[wasm_bindgen(js_name = estimateNoise)]
    pub fn estimate_noise(&self, measurement: JsValue) -> Result<f64, JsValue> {
        let (photo, task) = MeasurementRequest::read(measurement)?;
        Ok(noise_level::estimated(&photo, &task)?)
    }

    /// Begins a restoration.
    ///
    /// # Errors
    /// The code of whatever of the request can't be done; the engine stays usable.
    pub fn start(&self, request: JsValue) -> Result<Run, JsValue> {
        let (request, user) = EngineRequest::read(request)?;
        let noise = request.check()?;
        let Side {
            denoiser,
            device,
            kind,
            ..
        } = self.side(&request.task)?;
        let target = self.target(&request.task);
        target.hold(&Cost::of(
            &Question::of(&request),
            denoiser.tiles(),
            target,
        )?)?;
        let job = Job::new(request, denoiser, &device);
        if let Some(user) = &user {
            user.check()?;
        }
        Ok(Run::new(job?, noise, device, kind, user))
    }
}

impl Engine {
    /// Where a task runs: on the CPU if its operator iterates until a residual is small, which a
    /// GPU can't be asked for within a step.
    fn target(&self, task: &Task) -> Target {
        if task.iterates() {
            return Target::Cpu;
        }
        self.target
    }

    /// The device of [`Self::target`], and the network on it.
    fn side(&self, task: &Task) -> Result<Side, Error> {
        if self.target(task) == self.target {
            return Ok(self.main.clone());
        }
        if let Some(side) = self.cpu.get() {
            return Ok(side.clone());
        }
        let side = Side::new(Device::flex(), "cpu", &self.weights, Precision::F32)?;
        Ok(self.cpu.get_or_init(|| side).clone())
    }

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
        let mut job = Job::new(request, self.main.denoiser.clone(), &self.main.device)?;
        while let Some(step) = job.step() {
            for preview in step.previews {
                read(preview).await?;
            }
        }
        Ok(())
    }
}

/// A WebGPU device, handed to Burn.
pub struct Gpu {
    pub device: Device,
    /// The adapter's description.
    pub adapter: String,
    /// Bytes of the largest buffer that a kernel may be given.
    pub buffer: u64,
}

/// The browser's WebGPU device.
///
/// # Errors
/// [`Error::UnsupportedDevice`] where the browser has none.
#[cfg(feature = "webgpu")]
pub async fn webgpu() -> Result<Gpu, Error> {
    use burn::tensor::wgpu::MemoryConfiguration;
    // Exclusive pages give memory back between images of different sizes; few tasks a submission
    // keep the device busy while the next are recorded.
    let options = Device::wgpu_options()
        .memory_config(MemoryConfiguration::ExclusivePages)
        .tasks_max(32);
    let (device, setup) = options.init_with_setup_async().await.map_err(|e| {
        Error::UnsupportedDevice(format!(
            "no WebGPU device can be had here ({e}); use \"cpu\""
        ))
    })?;
    let limits = setup.device.limits();
    Ok(Gpu {
        device,
        adapter: setup.adapter.get_info().name,
        buffer: limits
            .max_buffer_size
            .min(limits.max_storage_buffer_binding_size),
    })
}

#[cfg(not(feature = "webgpu"))]
async fn webgpu() -> Result<Gpu, Error> {
    Err(Error::UnsupportedDevice(
        "this build has no WebGPU; use \"cpu\"".into(),
    ))
}
