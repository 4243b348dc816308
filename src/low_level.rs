//! The parts that restorations are made of. **No promises**: these modules may change in every
//! release.
//!
//! # Examples
//!
//! A custom operator, known by A and Aᵀ alone. Here it dims the photo by half:
//!
//! ```
//! use std::rc::Rc;
//!
//! use eps_restore::burn::tensor::Tensor;
//! use eps_restore::low_level::operators::LinearMap;
//! use eps_restore::low_level::request::task::OperatorSource;
//! use eps_restore::{Denoiser, Error, Noise, Photo, Request, Task, restore};
//!
//! #[derive(Debug)]
//! struct Dimming;
//!
//! impl LinearMap for Dimming {
//!     fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
//!         image
//!     }
//!     fn apply(&self, x: Tensor<4>) -> Tensor<4> {
//!         x * 0.5
//!     }
//!     fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
//!         y * 0.5
//!     }
//! }
//!
//! impl OperatorSource for Dimming {
//!     fn image_size(&self, measured: [usize; 2]) -> Result<[usize; 2], Error> {
//!         Ok(measured)
//!     }
//!     fn map(self: Rc<Self>, _image: [usize; 2], _measured: [usize; 2]) -> Rc<dyn LinearMap> {
//!         self
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # std::env::set_current_dir(env!("CARGO_MANIFEST_DIR"))?;
//! let denoiser = Denoiser::on_cpu(&std::fs::read("models/photo-v2.safetensors")?)?;
//! let source = Rc::new(Dimming);
//! let request = Request::new(Photo::new(16, 16, vec![140; 1024])?, Task::Operator { source })
//!     .with_noise(Noise::Level(2.0))
//!     .with_samples(0);
//! // 140 is 12.5 above the middle, 127.5; undimmed that is 25, so 152.5.
//! let mean = restore(request, &denoiser)?.mean;
//! assert!((150..=155).contains(&mean.rgba()[0]));
//! # Ok(())
//! # }
//! ```
//!
//! Sampling from a posterior with an analytic denoiser, that of the prior N(0, v I) under the
//! operator I:
//!
//! ```
//! use std::rc::Rc;
//!
//! use eps_restore::burn::tensor::Tensor;
//! use eps_restore::low_level::compute::device::ComputeDevice;
//! use eps_restore::low_level::compute::fourier::Fourier;
//! use eps_restore::low_level::denoiser::Denoiser;
//! use eps_restore::low_level::operators::Identity;
//! use eps_restore::low_level::posterior::{Posterior, measurement::Measurement};
//! use eps_restore::low_level::prior::model::PriorModel;
//! use eps_restore::low_level::prior::{GaussianPrior, axes};
//! use eps_restore::low_level::restoration::Run;
//! use eps_restore::Sampler;
//!
//! struct White {
//!     variance: f64,
//! }
//!
//! impl Denoiser for White {
//!     /// tau.
//!     type Level = f64;
//!     type Evaluation = Tensor<4>;
//!
//!     fn level(&self, _: &Posterior, tau: f64) -> f64 {
//!         tau
//!     }
//!     fn parts(&self, _: &Posterior) -> usize {
//!         1
//!     }
//!     /// E[x | z, y]: a mean of 0, z and y, weighted by their precisions.
//!     fn begin(&self, posterior: &Posterior, z: Tensor<4>, tau: &f64) -> Tensor<4> {
//!         let Measurement { y, s2, .. } = posterior.measurement();
//!         let (t2, s2) = (tau * tau, s2.clone().into_scalar::<f64>());
//!         (z / t2 + y.clone() / s2) / (1.0 / self.variance + 1.0 / t2 + 1.0 / s2)
//!     }
//!     fn advance(&self, d: &mut Tensor<4>) -> Option<Tensor<4>> {
//!         Some(d.clone())
//!     }
//! }
//!
//! # fn main() -> Result<(), eps_restore::Error> {
//! let device = ComputeDevice::cpu();
//! let measurement = Measurement {
//!     operator: Rc::new(Identity),
//!     y: axes::from_rgb(device.full([1, 3, 16, 16], 0.5)),
//!     s2: device.scalar(0.04),
//! };
//! let prior = GaussianPrior::new(PriorModel::PHOTO_V2, Fourier::new(16, 16, &device));
//! let posterior = Posterior::new(measurement, prior);
//! let denoiser = Rc::new(White { variance: 0.25 });
//! let mut run = Run::new(denoiser, posterior, Sampler::DEFAULT, 1, 7)?;
//! let sample = run.next_sample().expect("one sample");
//! // The posterior's deviation is sqrt(0.25 · 0.04/0.29) = 0.19 around 0.5 · 0.25/0.29 = 0.43.
//! let mean = sample.mean().into_scalar::<f64>();
//! assert!((mean - 0.43).abs() < 0.05);
//! # Ok(())
//! # }
//! ```

/// Devices, noise, formulas, transforms and solvers on image planes.
pub mod compute {
    pub use crate::compute::*;
}
/// The contract of denoisers, the network, its weights and its layers.
pub mod denoiser {
    pub use crate::denoiser::*;
}
/// Noise estimated from a photo.
pub mod estimation {
    pub use crate::estimation::*;
}

/// Holes filled with the photo's own texture.
pub mod exemplar {
    pub use crate::exemplar::*;
}
/// Linear operators.
pub mod operators {
    pub use crate::operators::*;
}
/// Photos, masks and blur kernels.
pub mod photo {
    pub use crate::photo::*;
}
/// Measurements, the pivot and the Gaussian posterior.
pub mod posterior {
    pub use crate::posterior::*;
}
/// The Gaussian prior, and the bands that describe a noise covariance to the network.
pub mod prior {
    pub use crate::prior::*;
}
/// Requests: tasks, noise, windows, plans and jobs.
pub mod request {
    pub use crate::request::*;
}
/// Runs: one window of a photo, step by step.
pub mod restoration {
    pub use crate::restoration::*;
}
/// Samplers and their grids.
pub mod sampler {
    pub use crate::sampler::*;
}
/// What finds scratches and dust.
pub mod scratches {
    pub use crate::scratches::*;
}
