//! A request under way: one run for each window, stepped together, and the photo that they go into.
//!
//! Each step is an evaluation of every window.

use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::denoiser::{Denoiser, Divisible, Loan, NetworkInputs};
use crate::error::Error;
use crate::photo::composite::Composite;
use crate::photo::jpeg::Jpeg;
use crate::photo::pixels::Photo;
use crate::request::Request;
use crate::request::noise::AssumedNoise;
use crate::request::plan::Plan;
use crate::request::problem::{Problem, WindowProblem};
use crate::request::task::Task;
use crate::request::windows::WindowPlan;
use crate::restoration::{Progress, Query, Run, SampleSubset, Sampling, Stage, Step};

/// A restoration of a whole photo under way.
#[derive(Debug)]
pub struct Job<D: Denoiser> {
    composite: Composite,
    noise: AssumedNoise,
    /// The file of a JPEG that is restored at its own size.
    file: Option<Rc<Jpeg>>,
    /// One for each window; none where nothing is missing: the photo is the answer.
    runs: Vec<Run<D>>,
    /// Whether only holes are restored.
    keeps_known: bool,
    /// The current step of each window; none where it is not finished.
    steps: Vec<Option<Step>>,
}

/// The outcome of one step in all windows.
#[derive(Debug)]
pub struct JobStep {
    /// What was computed, in every window alike.
    pub stage: Stage,
    /// Evaluations of the network so far; one is that of every window.
    pub evaluations: usize,
    /// The noise level of this step's evaluation; 0 for the linear estimate.
    pub tau: f64,
    /// What each window's evaluation was asked about; none for the linear estimate.
    pub queries: Vec<Query>,
    /// Whether the previews are a finished sample.
    pub finished: bool,
    /// The current best guess at each window, for [`Composite::restored`].
    pub previews: Vec<Tensor<4>>,
}

/// What `advance()` has done.
#[derive(Debug)]
pub enum JobProgress {
    /// A part of a step that is not complete.
    Part,
    /// A step's last part.
    Step(JobStep),
}

impl<D: Denoiser> Job<D> {
    /// Checks the request and sets up its measurements.
    ///
    /// # Errors
    /// A typed [`Error`] for the first invalid part of the request.
    pub fn new(request: Request, denoiser: Rc<D>, device: &ComputeDevice) -> Result<Self, Error> {
        let noise = request.check()?;
        let windows = WindowPlan::of(&request)?;
        Self::of_windows(request, &windows, noise, denoiser, device)
    }

    /// Sets up the measurements of a request that is planned already.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_plan(
        request: Request,
        plan: &Plan,
        denoiser: Rc<D>,
        device: &ComputeDevice,
    ) -> Result<Self, Error> {
        let noise = match plan.noise {
            Some(noise) => noise,
            None => request.check()?,
        };
        Self::of_windows(request, &plan.windows, noise, denoiser, device)
    }

    fn of_windows(
        mut request: Request,
        plan: &WindowPlan,
        noise: AssumedNoise,
        denoiser: Rc<D>,
        device: &ComputeDevice,
    ) -> Result<Self, Error> {
        if let Task::SuperResolve { .. } = request.task {
            request.photo = request.photo.with_colours_spread();
        }
        let sampling = Sampling {
            sampler: request.sampler,
            samples: request.samples,
            seed: request.seed,
        };
        let mut runs = Vec::with_capacity(plan.regions.len());
        let mut patches = Vec::with_capacity(plan.regions.len());
        for (index, &region) in plan.regions.iter().enumerate() {
            let WindowProblem { problem, patch } =
                WindowProblem::new(&request, region, noise, denoiser.prior(), device)?;
            let denoiser = denoiser.clone();
            runs.push(match problem {
                Problem::Whole(posterior) => Run::of_window(denoiser, posterior, sampling, index)?,
                Problem::Coarsened(measured) => {
                    Run::of_coarsened(denoiser, measured, sampling, index)?
                }
                Problem::FromCoarse { measured, coarse } => {
                    Run::from_coarse(denoiser, measured, coarse, sampling, index)?
                }
            });
            patches.push(patch);
        }
        let orientation = request.task.orientation();
        let stored = request.photo.as_stored(orientation);
        let photo = stored.stretched(plan.width, plan.height);
        Ok(Self {
            composite: Composite::new(photo, patches, orientation),
            noise,
            file: request.task.file().cloned(),
            keeps_known: matches!(request.task, Task::Inpaint { .. }) && noise.keeps_known,
            steps: runs.iter().map(|_| None).collect(),
            runs,
        })
    }

    /// The noise that the job assumes.
    pub fn noise(&self) -> AssumedNoise {
        self.noise
    }

    /// The output's pixels, and where the restored ones go.
    pub fn composite(&self) -> &Composite {
        &self.composite
    }

    /// The share of the coefficients of a JPEG, restored at its own size, that a result compresses
    /// back to at the file's tables. None for other tasks, and where chroma has cells of no whole
    /// number of pixels.
    pub fn consistency(&self, result: &Photo) -> Option<f64> {
        let file = self.file.as_ref()?;
        Some(file.agreement(&file.compressed(result).ok()?))
    }

    /// Whether there is nothing to restore.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Draws only these of the samples: others do the rest, and [`Self::adopt`] takes them all, in
    /// order.
    pub fn draw_only(&mut self, subset: SampleSubset) {
        self.runs.iter_mut().for_each(|r| r.draw_only(subset));
    }

    /// Goes on from the mean of the same job elsewhere: the values of each window.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where they are not those of these windows.
    pub fn resume(&mut self, mean: Vec<Vec<f32>>) -> Result<(), Error> {
        let images = self.images(mean)?;
        for (run, image) in self.runs.iter_mut().zip(images) {
            run.resume(image);
        }
        Ok(())
    }

    /// The next sample of a shared job, wherever it was drawn: the values of each window.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where they are not those of these windows.
    pub fn adopt(&mut self, sample: Vec<Vec<f32>>) -> Result<(), Error> {
        let images = self.images(sample)?;
        for (run, image) in self.runs.iter_mut().zip(images) {
            run.adopt(image);
        }
        Ok(())
    }

    /// The last finished sample of a shared job, in each window.
    pub fn last_sample(&self) -> Option<Vec<Tensor<4>>> {
        self.runs.iter().map(Run::last_sample).collect()
    }

    fn images(&self, values: Vec<Vec<f32>>) -> Result<Vec<Tensor<4>>, Error> {
        if values.len() != self.runs.len() {
            return Err(Error::InvalidOption(format!(
                "{} images; this restoration has {} windows",
                values.len(),
                self.runs.len()
            )));
        }
        let of_run = |(run, values): (&Run<D>, _)| run.image(values);
        self.runs.iter().zip(values).map(of_run).collect()
    }

    /// Evaluations from beginning to end.
    pub fn total_evaluations(&self) -> usize {
        self.runs.first().map_or(0, Run::total_evaluations)
    }

    /// Those of the mean.
    pub fn mean_evaluations(&self) -> usize {
        self.runs.first().map_or(0, Run::mean_evaluations)
    }

    /// Calls of `step()` that do something: the linear estimate and one for each evaluation.
    pub fn total_steps(&self) -> usize {
        self.runs.first().map_or(0, |r| r.total_evaluations() + 1)
    }

    /// Tiles of the network from beginning to end, in all windows.
    pub fn total_tiles(&self) -> usize {
        self.runs.iter().map(Run::total_tiles).sum()
    }

    /// Those of them that are done.
    pub fn tiles(&self) -> usize {
        self.runs.iter().map(Run::tiles).sum()
    }

    /// One part of a step: a tile of a window. None once all is done.
    pub fn advance(&mut self) -> Option<JobProgress> {
        let index = self.next_window()?;
        let Progress::Step(step) = self.runs[index].advance()? else {
            return Some(JobProgress::Part);
        };
        let Step {
            stage,
            evaluations,
            finished,
            ..
        } = step;
        self.steps[index] = Some(step);
        if self.steps.iter().any(Option::is_none) {
            return Some(JobProgress::Part);
        }
        let steps = self.steps.iter_mut().filter_map(Option::take);
        let (previews, queries): (_, Vec<_>) = steps.map(|s| (s.preview, s.query)).unzip();
        let queries: Vec<Query> = queries.into_iter().flatten().collect();
        Some(JobProgress::Step(JobStep {
            stage,
            evaluations,
            tau: queries.first().map_or(0.0, Query::tau),
            queries,
            finished,
            previews,
        }))
    }

    /// The first window that has not finished the step, and does not wait for tiles that others
    /// compute; the first of all where all wait. None where there are no windows.
    fn next_window(&self) -> Option<usize> {
        let mut waiting = self.unfinished();
        let can_go_on = self.unfinished().find(|&i| !self.runs[i].is_lent_out());
        can_go_on.or_else(|| waiting.next())
    }

    /// The windows that have not finished the current step.
    fn unfinished(&self) -> impl Iterator<Item = usize> {
        let indices = self.steps.iter().enumerate();
        indices.filter_map(|(i, step)| step.is_none().then_some(i))
    }

    /// Whether [`Self::advance`] can only compute tiles that are lent.
    pub fn is_lent_out(&self) -> bool {
        self.unfinished().all(|i| self.runs[i].is_lent_out())
    }

    /// A whole step; none once all is done.
    pub fn step(&mut self) -> Option<JobStep> {
        loop {
            if let JobProgress::Step(step) = self.advance()? {
                return Some(step);
            }
        }
    }

    /// Whether `step()` has nothing more to do.
    pub fn is_finished(&self) -> bool {
        self.runs.iter().all(Run::is_finished)
    }

    /// The worst residual over its tolerance of the operators' iterations so far, to be read back
    /// and given to [`crate::restoration::converged`]; none where nothing iterates to a
    /// tolerance.
    pub fn residual(&self) -> Option<Tensor<4>> {
        let residuals = self.runs.iter().filter_map(Run::residual);
        residuals.reduce(Tensor::max_pair)
    }

    /// chi² of the mean over the number of entries measured, `[1, 1, 1, 1]`, once the mean is
    /// computed. None where known pixels are kept as they are: nothing of them is left to explain.
    pub fn chi_square(&self) -> Option<Tensor<4>> {
        match &self.runs[..] {
            [run] if !self.keeps_known => run.chi_square(),
            _ => None,
        }
    }

    /// w0 of each window.
    pub fn estimate(&self) -> Vec<Tensor<4>> {
        self.runs.iter().map(Run::estimate).collect()
    }

    /// E[x | y] of each window, once computed.
    pub fn mean(&self) -> Option<Vec<Tensor<4>>> {
        self.runs.iter().map(Run::mean).collect()
    }

    /// The standard deviation between the finished samples in each window; none for fewer than two.
    pub fn deviation(&self) -> Option<Vec<Tensor<4>>> {
        if self.is_empty() {
            return None;
        }
        self.runs.iter().map(Run::deviation).collect()
    }
}

/// Tiles that others compute, while the job goes on with the rest. Windows do not wait for one
/// another: once no tile of a window is open, those of the next one are.
impl<D: Divisible> Job<D> {
    /// Tiles of this step that nobody computes.
    pub fn open_tiles(&self) -> usize {
        let tiles = self.unfinished().map(|i| self.runs[i].open_tiles());
        tiles.sum()
    }

    /// Lends an open tile: [`Self::advance`] then computes others. None where no tile is open, or
    /// the next step evaluates nothing.
    pub fn lend(&mut self) -> Option<(Loan, NetworkInputs)> {
        let index = self.unfinished().find(|&i| self.runs[i].open_tiles() > 0)?;
        self.runs[index].lend()
    }

    /// Takes the output for a lent tile. False if it is not awaited (any more).
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for another number of values than the tile has.
    pub fn give_back(&mut self, loan: &Loan, output: &[f32]) -> Result<bool, Error> {
        for run in &mut self.runs {
            if run.give_back(loan, output)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Opens a lent tile again, which will not come back.
    pub fn reopen(&mut self, loan: &Loan) {
        self.runs.iter_mut().for_each(|run| run.reopen(loan));
    }
}
