//! A request as the weights answer it best: which kind of measurement they were trained on.

use std::rc::Rc;

use crate::photo::jpeg::Jpeg;
use crate::prior::model::PriorModel;
use crate::request::Request;
use crate::request::noise::{Noise, before_compression, white_level};
use crate::request::task::{LEAST_NOISE, Reduction, Task};
use crate::request::windows::WindowPlan;

impl Request {
    /// The request as weights of this prior answer it best. Where they were trained on the noise of
    /// JPEG files, a photo that shows a JPEG and has little grain is denoised, or enlarged from
    /// block means or a bicubic reduction, by the file's coefficients, under the grain that it had
    /// before compression ([`Task::Jpeg`]). Where they were not, the pixels of a JPEG are restored
    /// ([`Task::suited_to`]), and white noise of the level that compression left stands for what it
    /// did.
    #[must_use]
    pub fn suited_to(self, prior: &PriorModel) -> Self {
        if prior.knows_jpeg() {
            self.by_coefficients()
        } else {
            self.by_pixels(prior)
        }
    }

    fn by_coefficients(self) -> Self {
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

    fn by_pixels(self, prior: &PriorModel) -> Self {
        let Task::Jpeg { file, .. } = &self.task else {
            return self;
        };
        let stated = match self.noise {
            Noise::Level(level) => level,
            Noise::TaskDefault | Noise::Exact => 0.0,
            // Refused for JPEG files, whatever the weights.
            Noise::Auto => return self,
        };
        let file = file.clone();
        let task = self.task.suited_to(prior);
        let noise = Noise::Level(white_level(&file, stated, &task));
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
