//! One restoration for JavaScript: stop calling `step()` and it is cancelled.

use burn::tensor::Tensor;
use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{read, set};
use crate::denoiser::PhotoDenoiser;
use crate::error::Error;
use crate::image::{Frame, Photo};
use crate::restoration::{Stage, Step, converged};
use crate::task::Job;

/// A restoration under way.
#[wasm_bindgen]
pub struct Run {
    job: Job<PhotoDenoiser>,
    steps: usize,
}

impl Run {
    pub fn new(job: Job<PhotoDenoiser>) -> Self {
        Self { job, steps: 0 }
    }
}

#[wasm_bindgen]
impl Run {
    /// Pixels of the output.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> usize {
        self.job.frame.photo().width()
    }

    /// Pixels of the output.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> usize {
        self.job.frame.photo().height()
    }

    /// Calls of `step()` that do something: the linear estimate and one for each evaluation.
    #[wasm_bindgen(getter, js_name = totalSteps)]
    pub fn total_steps(&self) -> usize {
        let steps = self.job.restoration.as_ref();
        steps.map_or(0, |r| r.total_evaluations() + 1)
    }

    /// Evaluations of the network from beginning to end.
    #[wasm_bindgen(getter, js_name = totalEvaluations)]
    pub fn total_evaluations(&self) -> usize {
        let restoration = self.job.restoration.as_ref();
        restoration.map_or(0, |r| r.total_evaluations())
    }

    /// One step and its preview; `undefined` once finished.
    ///
    /// # Errors
    /// Codes `device-lost`; `not-converged` where the operator's iterations did not.
    pub async fn step(&mut self) -> Result<JsValue, JsValue> {
        let Some(step) = self.job.restoration.as_mut().and_then(|r| r.step()) else {
            return Ok(JsValue::UNDEFINED);
        };
        self.steps += 1;
        let Step {
            stage,
            evaluations,
            tau,
            preview,
        } = step;
        let preview = restored(&self.job.frame, preview).await?;
        let restoration = self.job.restoration.as_ref();
        if let Some(residual) = restoration.and_then(|r| r.residual()) {
            converged(read(residual).await?[0])?;
        }
        let (name, sample) = match stage {
            Stage::Estimate => ("estimate", -1.0),
            Stage::Mean => ("mean", -1.0),
            Stage::Sample { index } => ("sample", index as f64),
        };
        let news = Object::new();
        set(&news, "stage", name);
        set(&news, "sample", sample);
        set(&news, "step", self.steps as f64);
        set(&news, "evaluations", evaluations as f64);
        set(&news, "tau", tau);
        set(&news, "preview", bytes(preview));
        Ok(news.into())
    }

    /// Everything computed, after the last step.
    ///
    /// # Errors
    /// Codes `device-lost`; `invalid-option` where steps are still to be done.
    pub async fn result(&self) -> Result<JsValue, JsValue> {
        let news = Object::new();
        set(&news, "width", self.width() as f64);
        set(&news, "height", self.height() as f64);
        set(&news, "evaluations", self.total_evaluations() as f64);
        let frame = &self.job.frame;
        let samples = Array::new();
        match &self.job.restoration {
            None => {
                let photo = || bytes(frame.photo().clone());
                set(&news, "estimate", photo());
                set(&news, "mean", photo());
            }
            Some(restoration) => {
                let mean = restoration.mean().filter(|_| restoration.is_finished());
                let mean = mean.ok_or(Error::InvalidOption(
                    "the restoration is not finished; call step() until it answers undefined"
                        .into(),
                ))?;
                set(
                    &news,
                    "estimate",
                    bytes(restored(frame, restoration.estimate()).await?),
                );
                set(&news, "mean", bytes(restored(frame, mean).await?));
                for sample in restoration.samples() {
                    samples.push(&bytes(restored(frame, sample.clone()).await?));
                }
                if let Some(deviation) = restoration.deviation() {
                    let picture = frame.deviation(&read(deviation).await?);
                    set(&news, "deviation", bytes(picture));
                }
            }
        }
        set(&news, "samples", samples);
        Ok(news.into())
    }
}

async fn restored(frame: &Frame, tensor: Tensor<4>) -> Result<Photo, Error> {
    Ok(frame.restored(&read(tensor).await?))
}

fn bytes(photo: Photo) -> JsValue {
    Uint8Array::from(photo.rgba()).into()
}
