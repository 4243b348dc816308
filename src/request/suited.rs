//! A request as the weights answer it best: which kind of measurement they were trained on.

use crate::prior::model::PriorModel;
use crate::request::Request;
use crate::request::noise::{Noise, before_compression, white_level};
use crate::request::task::Task;
use crate::request::windows::WindowPlan;

impl Request {
    /// The request as weights of this prior answer it best. Where they were trained on the noise of
    /// JPEG files, a photo that shows a JPEG and has little grain is denoised by the file's
    /// coefficients, under the grain that it had before compression ([`Task::Jpeg`]). Where they
    /// were not, the pixels of a JPEG are restored ([`Task::suited_to`]), and white noise of the
    /// level that compression left stands for what it did.
    #[must_use]
    pub fn suited_to(self, prior: &PriorModel) -> Self {
        if prior.knows_jpeg() {
            self.by_coefficients()
        } else {
            self.by_pixels(prior)
        }
    }

    fn by_coefficients(self) -> Self {
        let (Task::Denoise, Noise::TaskDefault | Noise::Auto) = (&self.task, self.noise) else {
            return self;
        };
        let Some(file) = self.file.clone() else {
            return self;
        };
        let task = Task::Jpeg {
            file: file.clone(),
            reduced: None,
        };
        let [width, height] = [self.photo.width(), self.photo.height()];
        if WindowPlan::new(&task, width, height, false).is_err() {
            return self;
        }
        match before_compression(&self.photo, &file) {
            Some(noise) => Self {
                task,
                noise,
                ..self
            },
            None => self,
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
