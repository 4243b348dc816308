//! A request as the weights answer it best: which kind of measurement they were trained on.

use crate::request::Request;
use crate::request::noise::{Noise, before_compression};
use crate::request::task::Task;
use crate::request::windows::WindowPlan;

impl Request {
    /// The request as the weights answer it best. A photo that shows a JPEG and has little grain is
    /// denoised by the file's coefficients, under the grain that it had before compression
    /// ([`Task::Jpeg`]).
    #[must_use]
    pub fn suited(self) -> Self {
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
}
