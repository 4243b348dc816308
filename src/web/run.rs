//! One restoration for JavaScript: stop calling `advance()` and it is cancelled.

use std::rc::Rc;

use burn::tensor::Tensor;
use js_sys::{Array, Float32Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;

use super::user_operator::UserOperator;
use super::{read, set};
use crate::compute::device::ComputeDevice;
use crate::denoiser::PhotoDenoiser;
use crate::error::Error;
use crate::photo::pixels::Photo;
use crate::request::job::{Job, JobProgress, JobStep};
use crate::restoration::{SampleSubset, Stage, converged};

/// A restoration under way.
#[wasm_bindgen]
pub struct Run {
    job: Job<PhotoDenoiser>,
    noise: f64,
    device: ComputeDevice,
    kind: &'static str,
    user: Option<Rc<UserOperator>>,
    steps: usize,
}

impl Run {
    /// `noise`: the standard deviation of the measurement's, in 8-bit levels; `kind`: the device;
    /// `user`: the page's own operator, if that is what it measures.
    pub fn new(
        job: Job<PhotoDenoiser>,
        noise: f64,
        device: ComputeDevice,
        kind: &'static str,
        user: Option<Rc<UserOperator>>,
    ) -> Self {
        Self {
            job,
            noise,
            device,
            kind,
            user,
            steps: 0,
        }
    }
}

#[wasm_bindgen]
impl Run {
    /// Pixels of the output.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> usize {
        self.job.composite().photo().width()
    }

    /// Pixels of the output.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> usize {
        self.job.composite().photo().height()
    }

    /// `"webgpu"` or `"cpu"`: where it runs.
    #[wasm_bindgen(getter)]
    pub fn device(&self) -> String {
        self.kind.into()
    }

    /// Steps from beginning to end: the linear estimate and one for each evaluation.
    #[wasm_bindgen(getter, js_name = totalSteps)]
    pub fn total_steps(&self) -> usize {
        self.job.total_steps()
    }

    /// Evaluations of the network from beginning to end.
    #[wasm_bindgen(getter, js_name = totalEvaluations)]
    pub fn total_evaluations(&self) -> usize {
        self.job.total_evaluations()
    }

    /// Tiles of the network from beginning to end.
    #[wasm_bindgen(getter, js_name = totalTiles)]
    pub fn total_tiles(&self) -> usize {
        self.job.total_tiles()
    }

    /// Those of them that are done.
    #[wasm_bindgen(getter)]
    pub fn tiles(&self) -> usize {
        self.job.tiles()
    }

    /// One tile: `null` in the midst of a step, its news at its end; `undefined` once finished.
    ///
    /// # Errors
    /// Codes `device-lost`; `not-converged` where the operator's iterations did not;
    /// `invalid-operator` where the page's own failed.
    pub async fn advance(&mut self) -> Result<JsValue, JsValue> {
        let progress = self.job.advance();
        if let Some(user) = &self.user {
            user.check()?;
        }
        match progress {
            None => Ok(JsValue::UNDEFINED),
            Some(JobProgress::Part) => {
                self.settle().await?;
                Ok(JsValue::NULL)
            }
            Some(JobProgress::Step(step)) => self.news(step).await,
        }
    }

    /// Draws the samples first, first + every, … alone; others do the rest, and `adopt` takes them
    /// all.
    pub fn share(&mut self, first: usize, every: usize) {
        let every = every.max(1);
        self.job.share(SampleSubset { first, every });
    }

    /// Goes on from the mean of the same run elsewhere: its `meanValues()`.
    ///
    /// # Errors
    /// Code `invalid-option` where they are another run's.
    pub fn resume(&mut self, mean: Vec<Float32Array>) -> Result<(), JsValue> {
        Ok(self.job.resume(floats(&mean))?)
    }

    /// The next sample of a shared run, in order: its `sampleValues()`.
    ///
    /// # Errors
    /// Code `invalid-option` where they are another run's.
    pub fn adopt(&mut self, sample: Vec<Float32Array>) -> Result<(), JsValue> {
        Ok(self.job.adopt(floats(&sample))?)
    }

    /// The mean's values in each window, once computed and refined; `undefined` before.
    ///
    /// # Errors
    /// Code `device-lost`.
    #[wasm_bindgen(js_name = meanValues)]
    pub async fn mean_values(&self) -> Result<JsValue, JsValue> {
        values(self.job.mean()).await
    }

    /// The values of the last finished sample of a shared run in each window; `undefined` before.
    ///
    /// # Errors
    /// Code `device-lost`.
    #[wasm_bindgen(js_name = sampleValues)]
    pub async fn sample_values(&self) -> Result<JsValue, JsValue> {
        values(self.job.last_sample()).await
    }

    /// What the steps have not told, after the last one: estimate, mean, deviation, and the noise
    /// that was assumed.
    ///
    /// # Errors
    /// Codes `device-lost`; `invalid-option` where steps are still to be done.
    pub async fn result(&self) -> Result<JsValue, JsValue> {
        let mean = self.job.mean().filter(|_| self.job.is_finished());
        let mean = mean.ok_or(Error::InvalidOption(
            "the restoration is not finished; call advance() until it answers undefined".into(),
        ))?;
        let news = Object::new();
        set(&news, "width", self.width() as f64);
        set(&news, "height", self.height() as f64);
        set(&news, "evaluations", self.total_evaluations() as f64);
        set(&news, "noise", self.noise);
        let estimate = self.restored(self.job.estimate()).await?;
        set(&news, "estimate", bytes(&estimate));
        set(&news, "mean", bytes(&self.restored(mean).await?));
        if let Some(deviation) = self.job.deviation() {
            let deviation = read_all(deviation).await?;
            set(
                &news,
                "deviation",
                bytes(&self.job.composite().deviation(&deviation)),
            );
        }
        Ok(news.into())
    }
}

impl Run {
    /// Waits until the device has done what it was given: a run that is cancelled between two tiles
    /// leaves no queue behind. A device works in order, so that whatever is read now comes
    /// after all that was asked for before.
    async fn settle(&self) -> Result<(), Error> {
        if !self.device.is_cpu() {
            read(self.device.tensor(vec![0.0], [1; 4])).await?;
        }
        Ok(())
    }

    async fn news(&mut self, step: JobStep) -> Result<JsValue, JsValue> {
        self.steps += 1;
        let preview = bytes(&self.restored(step.previews).await?);
        if let Some(residual) = self.job.residual() {
            converged(read(residual).await?[0])?;
        }
        let (name, sample) = match step.stage {
            Stage::Estimate => ("estimate", -1.0),
            Stage::Mean => ("mean", -1.0),
            Stage::Sample { index } => ("sample", index as f64),
        };
        let news = Object::new();
        set(&news, "stage", name);
        set(&news, "sample", sample);
        set(&news, "step", self.steps as f64);
        set(&news, "evaluations", step.evaluations as f64);
        set(&news, "tau", step.tau);
        set(&news, "finished", step.finished);
        set(&news, "preview", preview);
        Ok(news.into())
    }

    async fn restored(&self, tensors: Vec<Tensor<4>>) -> Result<Photo, Error> {
        Ok(self.job.composite().restored(&read_all(tensors).await?))
    }
}

async fn read_all(tensors: Vec<Tensor<4>>) -> Result<Vec<Vec<f32>>, Error> {
    let mut values = Vec::with_capacity(tensors.len());
    for tensor in tensors {
        values.push(read(tensor).await?);
    }
    Ok(values)
}

fn floats(images: &[Float32Array]) -> Vec<Vec<f32>> {
    images.iter().map(Float32Array::to_vec).collect()
}

async fn values(tensors: Option<Vec<Tensor<4>>>) -> Result<JsValue, JsValue> {
    let Some(tensors) = tensors else {
        return Ok(JsValue::UNDEFINED);
    };
    let images = read_all(tensors).await?;
    let images = images
        .iter()
        .map(|values| Float32Array::from(values.as_slice()));
    Ok(images.collect::<Array>().into())
}

fn bytes(photo: &Photo) -> JsValue {
    Uint8Array::from(photo.rgba()).into()
}
