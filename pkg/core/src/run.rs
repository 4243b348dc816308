//! One restoration for JavaScript: stop calling `advance()` and it is cancelled.

use std::rc::Rc;

use eps_restore::burn::tensor::Tensor;
use eps_restore::low_level::denoiser::PhotoDenoiser;
use eps_restore::low_level::request::job::{Job, JobProgress, JobStep};
use eps_restore::low_level::restoration::{Query, SampleSubset, Stage, converged};
use eps_restore::{Error, Photo};
use js_sys::{Array, Float32Array};
use wasm_bindgen::prelude::*;

use crate::answers::{GrainAnswer, QueryAnswer, ResultAnswer, StepAnswer, bytes, object};
use crate::failure::Failure;
use crate::loans::Loans;
use crate::read;
use crate::side::Side;
use crate::user_operator::UserOperator;

/// A restoration under way.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Run {
    pub(crate) job: Job<PhotoDenoiser>,
    /// Tiles that other workers evaluate.
    pub(crate) loans: Loans,
    side: Side,
    /// The page's own operator, where the task is one.
    user: Option<Rc<UserOperator>>,
    /// Whether steps carry what the network was asked about.
    inspect: bool,
    steps: usize,
    pixels: u64,
}

impl Run {
    /// `pixels`: those of the network in one evaluation, from the job's plan.
    pub(crate) fn new(
        job: Job<PhotoDenoiser>,
        side: Side,
        user: Option<Rc<UserOperator>>,
        inspect: bool,
        pixels: u64,
    ) -> Self {
        Self {
            job,
            loans: Loans::default(),
            side,
            user,
            inspect,
            steps: 0,
            pixels,
        }
    }
}

#[wasm_bindgen]
impl Run {
    /// Pixels of the output.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> usize {
        self.job.composite().size()[0]
    }

    /// Pixels of the output.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> usize {
        self.job.composite().size()[1]
    }

    /// Pixels of the network in one evaluation: overlaps count in each tile.
    #[wasm_bindgen(getter)]
    pub fn pixels(&self) -> f64 {
        self.pixels as f64
    }

    /// Where it runs: the engine's device, or the CPU for operators that iterate.
    #[wasm_bindgen(getter, unchecked_return_type = "DeviceKind")]
    pub fn device(&self) -> String {
        self.side.kind.into()
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

    /// Those of them that the mean takes.
    #[wasm_bindgen(getter, js_name = meanEvaluations)]
    pub fn mean_evaluations(&self) -> usize {
        self.job.mean_evaluations()
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

    /// One tile: `null` within a step, the step at its end, `undefined` once finished.
    ///
    /// # Errors
    /// Codes `device-lost`; `not-converged` where the operator's iterations do not converge;
    /// `invalid-operator` where the page's own operator fails.
    #[wasm_bindgen(unchecked_return_type = "Step | null | undefined")]
    pub async fn advance(&mut self) -> Result<JsValue, Failure> {
        let progress = self.job.advance();
        self.check_operator()?;
        match progress {
            None => Ok(JsValue::UNDEFINED),
            Some(JobProgress::Part) => {
                self.synchronise().await?;
                Ok(JsValue::NULL)
            }
            Some(JobProgress::Step(step)) => self.step(step).await,
        }
    }

    /// Draws the samples first, first + every, … alone; other runs draw the rest, and `adopt` takes
    /// them all.
    ///
    /// # Errors
    /// Code `invalid-option` where `every` is 0.
    #[wasm_bindgen(js_name = drawOnly)]
    pub fn draw_only(&mut self, first: usize, every: usize) -> Result<(), Failure> {
        self.job.draw_only(SampleSubset::new(first, every)?);
        Ok(())
    }

    /// Goes on from the mean of the same run elsewhere: its `meanValues()`.
    ///
    /// # Errors
    /// Code `invalid-option` where they are another run's.
    pub fn resume(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "WindowValues")] mean: Vec<Float32Array>,
    ) -> Result<(), Failure> {
        Ok(self.job.resume(floats(&mean))?)
    }

    /// The next sample of a shared run, in order: its `sampleValues()`.
    ///
    /// # Errors
    /// Code `invalid-option` where they are another run's.
    pub fn adopt(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "WindowValues")] sample: Vec<Float32Array>,
    ) -> Result<(), Failure> {
        Ok(self.job.adopt(floats(&sample))?)
    }

    /// The mean's values in each window, once computed and refined; `undefined` before.
    ///
    /// # Errors
    /// Code `device-lost`.
    #[wasm_bindgen(
        js_name = meanValues,
        unchecked_return_type = "WindowValues | undefined"
    )]
    pub async fn mean_values(&self) -> Result<JsValue, Failure> {
        values(self.job.mean()).await
    }

    /// The values of the last finished sample of a shared run in each window; `undefined` before.
    ///
    /// # Errors
    /// Code `device-lost`.
    #[wasm_bindgen(
        js_name = sampleValues,
        unchecked_return_type = "WindowValues | undefined"
    )]
    pub async fn sample_values(&self) -> Result<JsValue, Failure> {
        values(self.job.last_sample()).await
    }

    /// The images that no step delivers (estimate, mean, deviation) and the assumed noise.
    ///
    /// # Errors
    /// Codes `device-lost`; `invalid-option` before the last step.
    #[wasm_bindgen(unchecked_return_type = "RestoredImages")]
    pub async fn result(&self) -> Result<JsValue, Failure> {
        let mean = self.job.mean().filter(|_| self.job.is_finished());
        let mean = mean.ok_or(Error::InvalidOption(
            "the restoration is not finished; call advance() until it answers undefined".into(),
        ))?;
        let estimate = self.restored(self.job.estimate()).await?;
        let mean = self.restored(mean).await?;
        let chi_square = match self.job.chi_square() {
            Some(value) => Some(read(value).await?[0]),
            None => None,
        };
        let deviation = match self.job.deviation() {
            Some(deviation) => {
                let deviation = read_all(deviation).await?;
                Some(bytes(self.job.composite().deviation(&deviation)))
            }
            None => None,
        };
        object(&ResultAnswer {
            width: self.width(),
            height: self.height(),
            evaluations: self.total_evaluations(),
            noise: self.job.noise().level,
            grain: self.job.noise().grain.map(GrainAnswer::from),
            consistency: self.job.consistency(&mean),
            chi_square,
            estimate: bytes(estimate),
            mean: bytes(mean),
            deviation,
        })
    }
}

impl Run {
    /// # Errors
    /// What went wrong in the page's own operator.
    pub(crate) fn check_operator(&self) -> Result<(), Error> {
        match &self.user {
            Some(user) => user.check(),
            None => Ok(()),
        }
    }

    /// Waits until the device has done its work so far, so that a run that is cancelled between two
    /// tiles leaves no queue behind. A device works in order: a value that is read now comes after
    /// everything before.
    async fn synchronise(&self) -> Result<(), Error> {
        let device = &self.side.device;
        if !device.is_cpu() {
            read(device.tensor(vec![0.0], [1; 4])).await?;
        }
        Ok(())
    }

    async fn step(&mut self, step: JobStep) -> Result<JsValue, Failure> {
        self.steps += 1;
        let preview = bytes(self.restored(step.previews).await?);
        let query = match self.inspect {
            true => self.query(&step.queries).await?,
            false => None,
        };
        if let Some(residual) = self.job.residual() {
            converged(read(residual).await?[0])?;
        }
        let (stage, sample) = match step.stage {
            Stage::Estimate => ("estimate", -1),
            Stage::Mean => ("mean", -1),
            Stage::Sample { index } => ("sample", index as i32),
        };
        object(&StepAnswer {
            stage,
            sample,
            step: self.steps,
            evaluations: step.evaluations,
            tau: step.tau,
            finished: step.finished,
            preview,
            query,
        })
    }

    /// What the windows' evaluations were asked about. None for the linear estimate.
    async fn query(&self, queries: &[Query]) -> Result<Option<QueryAnswer>, Error> {
        if queries.is_empty() {
            return Ok(None);
        }
        let states = queries.iter().map(Query::state).collect();
        let pivots = queries.iter().map(Query::pivot).collect();
        Ok(Some(QueryAnswer {
            state: bytes(self.asked(states).await?),
            pivot: bytes(self.asked(pivots).await?),
        }))
    }

    async fn asked(&self, tensors: Vec<Tensor<4>>) -> Result<Photo, Error> {
        Ok(self.job.composite().asked(&read_all(tensors).await?))
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

async fn values(tensors: Option<Vec<Tensor<4>>>) -> Result<JsValue, Failure> {
    let Some(tensors) = tensors else {
        return Ok(JsValue::UNDEFINED);
    };
    let images = read_all(tensors).await?;
    let images = images
        .iter()
        .map(|values| Float32Array::from(values.as_slice()));
    Ok(images.collect::<Array>().into())
}
