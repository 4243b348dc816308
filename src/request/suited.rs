//! A request as the weights answer it best: which kind of measurement they were trained on.

use std::rc::Rc;

use crate::photo::jpeg::Jpeg;
use crate::request::Request;
use crate::request::noise::{Noise, before_compression};
use crate::request::task::{LEAST_NOISE, Reduction, Task};
use crate::request::windows::WindowPlan;

impl Request {
    /// The request as the weights answer it best. A photo that shows a JPEG and has little grain is
    /// denoised, or enlarged from block means or a bicubic reduction, by the file's coefficients,
    /// under the grain that it had before compression ([`Task::Jpeg`]).
    #[must_use]
    pub fn suited(self) -> Self {
        let Some(file) = self.file.clone() else {
            return self;
        };
        let is_estimated = self.noise.is_estimated(&self.task, true);
        let Some(task) = self.task.of_file(&file).filter(|_| is_estimated) else {
            return self;
        };
        let [width, height] = [self.photo.width(), self.photo.height()];
        if WindowPlan::new(&task, width, height, false).is_err() {
            return self;
        }
        let Some(level) = before_compression(&self.photo, &file) else {
            return self;
        };
        let noise = if task.file().is_some() && level < LEAST_NOISE {
            Noise::Exact
        } else {
            // Enlarging gains 0.3 dB by it at quality 96, and loses nothing at 75.
            Noise::Level(level.max(LEAST_NOISE))
        };
        Self {
            task,
            noise,
            ..self
        }
    }
}

impl Task {
    /// The task whose measurement is the file's coefficients, of tasks that have one.
    fn of_file(&self, file: &Rc<Jpeg>) -> Option<Task> {
        let reduced = match *self {
            Task::Denoise => None,
            Task::SuperResolve {
                factor,
                reduction: reduction @ (Reduction::BlockMean | Reduction::Bicubic),
            } => Some((factor, reduction)),
            _ => return None,
        };
        let file = file.clone();
        Some(Task::Jpeg { file, reduced })
    }
}
