//! A request made ready: a restoration that can be stepped, and the frame that its tensors go into.
//!
//! Inpainting far apart holes is several restorations, one a window, that are stepped together:
//! each step is an evaluation of every window.

use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::denoiser::Denoiser;
use crate::error::Error;
use crate::photo::pixels::Composite;
use crate::request::problem::{Problem, WindowProblem};
use crate::request::task::Request;
use crate::request::windows::WindowPlan;
use crate::restoration::pyramid::{Region, Sampling};
use crate::restoration::{Progress, SampleSubset, Stage, Step};

/// A restoration of a whole photo under way.
pub struct Job<D: Denoiser> {
    composite: Composite,
    /// One for each window; none where nothing is missing: the photo is the answer.
    regions: Vec<Region<D>>,
    /// What the regions before the present one have made of the step under way.
    previews: Vec<Tensor<4>>,
}

/// One step's news of all windows.
pub struct JobStep {
    pub stage: Stage,
    /// Evaluations of the network so far; one is that of every window.
    pub evaluations: usize,
    /// The noise level of this step's evaluation; 0 for the linear estimate.
    pub tau: f64,
    /// Whether the previews are a finished sample.
    pub finished: bool,
    /// The present best guess at each window, for [`Composite::restored`].
    pub previews: Vec<Tensor<4>>,
}

/// What `advance()` has done.
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
    /// A typed [`Error`] for whatever of the request can't be done.
    pub fn new(request: Request, denoiser: Rc<D>, device: &ComputeDevice) -> Result<Self, Error> {
        let noise = request.check()?;
        let layout = WindowPlan::of(&request)?;
        let how = Sampling {
            sampler: request.sampler,
            samples: request.samples,
            seed: request.seed,
        };
        let mut regions = Vec::with_capacity(layout.regions.len());
        let mut patches = Vec::with_capacity(layout.regions.len());
        for (index, &region) in layout.regions.iter().enumerate() {
            let WindowProblem { problem, patch } =
                WindowProblem::new(&request, region, noise, device)?;
            let denoiser = denoiser.clone();
            regions.push(match problem {
                Problem::Whole(posterior) => Region::plain(denoiser, posterior, how, index)?,
                Problem::Hole(hole) => Region::of_hole(denoiser, &hole, how, index)?,
            });
            patches.push(patch);
        }
        Ok(Self {
            composite: Composite::new(
                request.photo.stretched(layout.width, layout.height),
                patches,
            ),
            regions,
            previews: Vec::new(),
        })
    }

    /// The output's pixels, and where the restored ones go.
    pub fn composite(&self) -> &Composite {
        &self.composite
    }

    /// Whether there is nothing to restore.
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    /// Draws only these of the samples: others do the rest, and [`Self::adopt`] takes them all, in
    /// order.
    pub fn share(&mut self, share: SampleSubset) {
        self.regions.iter_mut().for_each(|r| r.share(share));
    }

    /// Goes on from the mean of the same job elsewhere: the values of each window.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where they are not those of these windows.
    pub fn resume(&mut self, mean: Vec<Vec<f32>>) -> Result<(), Error> {
        let images = self.images(mean)?;
        for (region, image) in self.regions.iter_mut().zip(images) {
            region.resume(image);
        }
        Ok(())
    }

    /// The next sample of a shared job, wherever it was drawn: the values of each window.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where they are not those of these windows.
    pub fn adopt(&mut self, sample: Vec<Vec<f32>>) -> Result<(), Error> {
        let images = self.images(sample)?;
        for (region, image) in self.regions.iter_mut().zip(images) {
            region.adopt(image);
        }
        Ok(())
    }

    /// The last finished sample of a shared job, in each window.
    pub fn last_sample(&self) -> Option<Vec<Tensor<4>>> {
        self.regions.iter().map(Region::last_sample).collect()
    }

    fn images(&self, values: Vec<Vec<f32>>) -> Result<Vec<Tensor<4>>, Error> {
        if values.len() != self.regions.len() {
            return Err(Error::InvalidOption(format!(
                "{} images; this restoration has {} windows",
                values.len(),
                self.regions.len()
            )));
        }
        let of_region = |(region, values): (&Region<D>, _)| region.image(values);
        self.regions.iter().zip(values).map(of_region).collect()
    }

    /// Evaluations from beginning to end.
    pub fn total_evaluations(&self) -> usize {
        self.regions.first().map_or(0, |r| r.total_evaluations())
    }

    /// Calls of `step()` that do something: the linear estimate and one for each evaluation.
    pub fn total_steps(&self) -> usize {
        self.regions
            .first()
            .map_or(0, |r| r.total_evaluations() + 1)
    }

    /// Tiles of the network from beginning to end, in all windows.
    pub fn total_tiles(&self) -> usize {
        self.regions.iter().map(Region::total_tiles).sum()
    }

    /// Those of them that are done.
    pub fn tiles(&self) -> usize {
        self.regions.iter().map(Region::tiles).sum()
    }

    /// One part of a step: a tile of a window. None once all is done.
    pub fn advance(&mut self) -> Option<JobProgress> {
        let region = self.regions.get_mut(self.previews.len())?;
        let Progress::Step(step) = region.advance()? else {
            return Some(JobProgress::Part);
        };
        self.previews.push(step.preview.clone());
        if self.previews.len() < self.regions.len() {
            return Some(JobProgress::Part);
        }
        let Step {
            stage,
            evaluations,
            tau,
            finished,
            ..
        } = step;
        Some(JobProgress::Step(JobStep {
            stage,
            evaluations,
            tau,
            finished,
            previews: std::mem::take(&mut self.previews),
        }))
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
        self.regions.iter().all(Region::is_finished)
    }

    /// The worst residual over its tolerance of the operators' iterations so far, to be read back
    /// and given to [`crate::restoration::converged`]; none where nothing iterates to a
    /// tolerance.
    pub fn residual(&self) -> Option<Tensor<4>> {
        let residuals = self.regions.iter().filter_map(Region::residual);
        residuals.reduce(|a, b| a.max_pair(b))
    }

    /// w0 of each window.
    pub fn estimate(&self) -> Vec<Tensor<4>> {
        self.regions.iter().map(Region::estimate).collect()
    }

    /// E[x | y] of each window, once computed.
    pub fn mean(&self) -> Option<Vec<Tensor<4>>> {
        self.regions.iter().map(Region::mean).collect()
    }

    /// The standard deviation between the finished samples in each window; none for fewer than two.
    pub fn deviation(&self) -> Option<Vec<Tensor<4>>> {
        if self.is_empty() {
            return None;
        }
        self.regions.iter().map(Region::deviation).collect()
    }
}
