//! A device with the network on it.

use std::cell::OnceCell;
use std::rc::Rc;

use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::Denoiser;
use eps_restore::low_level::denoiser::layers::Precision;
use eps_restore::low_level::request::cost::Target;
use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::request::noise::{Noise, compression_noise, estimated};
use eps_restore::low_level::request::plan::Plan;
use eps_restore::low_level::request::task::Task;
use eps_restore::{Error, Request};
use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::WorkerGlobalScope;

use crate::answers::{CostAnswer, object};
use crate::failure::Failure;
use crate::gpu::Gpu;
use crate::rehearsal;
use crate::request::{EngineMeasurement, EngineOutline, EngineRequest, EngineRun};
use crate::run::Run;
use crate::side::Side;
use crate::trial;
use crate::user_operator::UserOperator;

/// Restorations on one device.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Engine {
    main: Side,
    target: Target,
    /// On a GPU: the CPU's copy of the network, for operators that iterate. Made for the first of
    /// them.
    cpu: OnceCell<Side>,
    /// The file that the copy is made from; empty on the CPU.
    weights: Vec<u8>,
    adapter: String,
}

#[wasm_bindgen]
impl Engine {
    /// Sets up the device and puts the weights on it. `onLost` is called when a GPU is lost.
    ///
    /// # Errors
    /// Codes `unsupported-device`, `invalid-weights`, `invalid-option`.
    pub async fn create(
        #[wasm_bindgen(unchecked_param_type = "DeviceKind")] device: &str,
        weights: Vec<u8>,
        #[wasm_bindgen(unchecked_param_type = "Precision")] precision: &str,
        #[wasm_bindgen(
            js_name = onLost,
            unchecked_param_type = "((reason: string, message: string) => void) | undefined"
        )]
        on_lost: Option<Function>,
    ) -> Result<Engine, Failure> {
        let precision = precision_named(precision)?;
        let (kind, device, adapter, target) = match device {
            "webgpu" => {
                let gpu = Gpu::open(on_lost).await?;
                let target = Target::Gpu { buffer: gpu.buffer };
                ("webgpu", gpu.device, gpu.adapter, target)
            }
            "cpu" => ("cpu", ComputeDevice::cpu(), String::new(), Target::Cpu),
            other => {
                let why = format!("{other:?}; the devices are \"webgpu\" and \"cpu\"");
                return Err(Error::UnsupportedDevice(why).into());
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

    /// Where restorations run.
    #[wasm_bindgen(getter, unchecked_return_type = "DeviceKind")]
    pub fn device(&self) -> String {
        self.main.kind.into()
    }

    /// How the network's maps and weights are stored.
    #[wasm_bindgen(getter, unchecked_return_type = "Precision")]
    pub fn precision(&self) -> String {
        match self.main.precision {
            Precision::F32 => "f32".into(),
            Precision::F16 => "f16".into(),
        }
    }

    /// The browser's description of the adapter; empty on the CPU.
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
    /// times another one, in milliseconds. A GPU's picture is compared with the CPU's.
    ///
    /// # Errors
    /// Codes `device-lost`; `device-failed` where a GPU computes something else than the CPU.
    #[wasm_bindgen(js_name = warmUp)]
    pub async fn warm_up(&self) -> Result<f64, Failure> {
        let mut pictures = vec![trial::evaluate(&self.main).await?];
        self.main.denoiser.measure().await;
        pictures.push(trial::evaluate(&self.main).await?);
        if self.target != Target::Cpu {
            let expected = trial::evaluate(&self.new_cpu_side()?).await?;
            for found in &pictures {
                trial::compare(found, &expected)?;
            }
        }
        let begin = now();
        trial::evaluate(&self.main).await?;
        Ok(now() - begin)
    }

    /// The time and memory that a restoration takes.
    ///
    /// # Errors
    /// The code of the first invalid field of the outline.
    #[wasm_bindgen(unchecked_return_type = "Cost")]
    pub fn cost(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CostRequest")] outline: JsValue,
    ) -> Result<JsValue, Failure> {
        let outline = EngineOutline::read(outline)?;
        let target = self.target(&outline.task);
        let tiles = self.main.denoiser.tiles();
        let plan = Plan::outline(&outline.borrowed(), tiles, target)?;
        object(&CostAnswer::new(plan.cost, target))
    }

    /// The standard deviation of a measurement's noise in 8-bit levels, estimated from the photo as
    /// the task measures it.
    ///
    /// # Errors
    /// Code `invalid-noise` where there are too few known pixels, and the codes of invalid input.
    #[wasm_bindgen(js_name = estimateNoise)]
    pub fn estimate_noise(
        &self,
        #[wasm_bindgen(unchecked_param_type = "NoiseRequest")] measurement: JsValue,
    ) -> Result<f64, Failure> {
        let (photo, file, task) = EngineMeasurement::read(measurement)?;
        Ok(estimated(&photo, file.as_deref(), &task)?.level)
    }

    /// The noise before compression, in 8-bit levels, where a task is best done by the coefficients
    /// of the photo's JPEG file (0: the coefficients are exact); `undefined` where its pixels tell
    /// more.
    ///
    /// # Errors
    /// The codes of invalid input.
    #[wasm_bindgen(js_name = suitedNoise)]
    pub fn suited_noise(
        &self,
        #[wasm_bindgen(unchecked_param_type = "NoiseRequest")] measurement: JsValue,
    ) -> Result<Option<f64>, Failure> {
        let (photo, file, task) = EngineMeasurement::read(measurement)?;
        let suited = Request::new(photo, task).with_file(file).suited();
        Ok(match (suited.task, suited.noise) {
            (Task::Jpeg { .. }, Noise::Level(level)) => Some(level),
            (Task::Jpeg { .. }, _) => Some(0.0),
            _ => None,
        })
    }

    /// The standard deviation of the white noise that stands for what compression did to the photo,
    /// in 8-bit levels; 0 where it was never a JPEG. The task does not matter.
    ///
    /// # Errors
    /// The codes of invalid input.
    #[wasm_bindgen(js_name = estimateCompression)]
    pub fn estimate_compression(
        &self,
        #[wasm_bindgen(unchecked_param_type = "NoiseRequest")] measurement: JsValue,
    ) -> Result<f64, Failure> {
        let (photo, file, _) = EngineMeasurement::read(measurement)?;
        Ok(compression_noise(&photo, file.as_deref()))
    }

    /// Begins a restoration.
    ///
    /// # Errors
    /// The code of the first invalid field of the request; the engine stays usable.
    pub fn start(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RestoreRequest")] request: JsValue,
    ) -> Result<Run, Failure> {
        let EngineRun {
            request,
            user,
            inspect,
        } = EngineRequest::read(request)?;
        self.run(request.suited(), user, inspect)
    }

    /// A restoration that compiles a task's pipelines on a GPU, so that later runs of the task do
    /// not wait for them; its result means nothing. Tasks are numbered from 0, the most probable
    /// first. `undefined` after the last, and on the CPU, where nothing is compiled.
    ///
    /// # Errors
    /// Those of [`Self::start`].
    pub fn rehearse(&self, number: usize) -> Result<Option<Run>, Failure> {
        if self.target == Target::Cpu {
            return Ok(None);
        }
        let request = rehearsal::request(number)?;
        request
            .map(|request| self.run(request, None, false))
            .transpose()
    }
}

impl Engine {
    fn run(
        &self,
        request: Request,
        user: Option<Rc<UserOperator>>,
        inspect: bool,
    ) -> Result<Run, Failure> {
        let side = self.side(&request.task)?;
        let target = self.target(&request.task);
        let plan = Plan::new(&request, side.denoiser.tiles(), target)?;
        target.hold(&plan.cost)?;
        let job = Job::of_plan(request, &plan, side.denoiser.clone(), &side.device);
        if let Some(user) = &user {
            user.check()?;
        }
        Ok(Run::new(job?, side, user, inspect, plan.cost.pixels))
    }

    /// Where a task runs: on the CPU if its operator iterates until a residual is small, which
    /// cannot be read back from a GPU within a step.
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
        self.cpu()
    }

    /// The CPU, and the network on it.
    pub(crate) fn cpu(&self) -> Result<Side, Error> {
        if self.target == Target::Cpu {
            return Ok(self.main.clone());
        }
        if let Some(side) = self.cpu.get() {
            return Ok(side.clone());
        }
        let side = self.new_cpu_side()?;
        Ok(self.cpu.get_or_init(|| side).clone())
    }

    /// The network on the CPU, from the file that a GPU's engine keeps.
    fn new_cpu_side(&self) -> Result<Side, Error> {
        Side::new(ComputeDevice::cpu(), "cpu", &self.weights, Precision::F32)
    }
}

fn precision_named(name: &str) -> Result<Precision, Error> {
    match name {
        "f32" => Ok(Precision::F32),
        "f16" => Ok(Precision::F16),
        other => Err(Error::InvalidOption(format!(
            "precision is {other:?}; it must be \"f32\" or \"f16\""
        ))),
    }
}

/// The worker's clock in milliseconds; 0 outside a worker.
fn now() -> f64 {
    let scope = js_sys::global().dyn_into::<WorkerGlobalScope>().ok();
    let clock = scope.and_then(|scope| scope.performance());
    clock.map_or(0.0, |clock| clock.now())
}
