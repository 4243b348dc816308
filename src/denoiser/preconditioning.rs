//! The network corrects the Gaussian posterior (method, section 5):
//!
//! ```text
//! D = g + sqrt(q) F( w/sigma_data, g/sigma_data, log(v)/4, (mu* - g)/sqrt(p + sigma_data²) )
//! ```
//!
//! What a Gaussian prior can say is computed exactly; F, of unit scale everywhere, adds what a natural image has beyond it.

use burn::tensor::Tensor;

use super::{Denoiser, PhotoV1, Weights};
use crate::error::Error;
use crate::kernels::TensorLayers;
use crate::kernels::cpu::CpuLayers;
use crate::place::Place;
use crate::posterior::{Posterior, SIGMA_DATA};

/// photo-v1 as a denoiser.
pub struct PhotoDenoiser {
    network: Network,
}

/// photo-v1 on the layers that suit the device.
enum Network {
    Cpu(Box<PhotoV1<CpuLayers>>),
    Tensor(Box<PhotoV1<TensorLayers>>),
}

/// What photo-v1 needs of the operator at one tau.
pub struct Level {
    t2: Tensor<4>,
    /// sqrt(q).
    deviation: Tensor<4>,
    /// log(v)/4, `[B or 1, 8, H, W]`.
    maps: Tensor<4>,
    /// 1/sqrt(p + sigma_data²).
    coarse_scale: Tensor<4>,
}

impl PhotoDenoiser {
    /// On the fastest layers that `place` has.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] where a tensor of the file is missing or unfit.
    pub fn new(weights: &Weights, place: &Place) -> Result<Self, Error> {
        if !place.is_cpu() {
            return Self::on_tensors(weights, place);
        }
        let network = PhotoV1::new(weights, CpuLayers)?;
        Ok(Self {
            network: Network::Cpu(Box::new(network)),
        })
    }

    /// On plain tensor operations: slower, and the measure of the other layers.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn on_tensors(weights: &Weights, place: &Place) -> Result<Self, Error> {
        let network = PhotoV1::new(weights, TensorLayers::new(place))?;
        Ok(Self {
            network: Network::Tensor(Box::new(network)),
        })
    }

    /// The level for a batch of noise variances t2, `[B or 1, 1, 1, 1]`.
    pub fn level_at(&self, posterior: &Posterior, t2: Tensor<4>) -> Level {
        let [height, width] = posterior.prior().fourier().size();
        let v = posterior.band_variances(t2.clone());
        let batch = v.dims()[0];
        let p = posterior.pixel_variance(t2.clone());
        Level {
            deviation: posterior.gaussian_variance(t2.clone()).sqrt(),
            maps: (v.log() / 4.0).expand([batch, 8, height, width]),
            coarse_scale: (p + SIGMA_DATA * SIGMA_DATA).sqrt().recip(),
            t2,
        }
    }
}

impl Denoiser for PhotoDenoiser {
    type Level = Level;

    fn level(&self, posterior: &Posterior, tau: f64) -> Level {
        let t2 = posterior.prior().place().scalar(tau * tau);
        self.level_at(posterior, t2)
    }

    fn denoise(&self, posterior: &Posterior, z: Tensor<4>, level: &Level) -> Tensor<4> {
        let t2 = || level.t2.clone();
        let g = posterior.gaussian_mean(z.clone(), t2());
        let w = posterior.shrunk_pivot(z.clone(), t2(), g.clone());
        let coarse = (posterior.pivot(z, t2()) - g.clone()) * level.coarse_scale.clone();
        let (w, scaled) = (w / SIGMA_DATA, g.clone() / SIGMA_DATA);
        let maps = level.maps.clone();
        let f = match &self.network {
            Network::Cpu(network) => network.forward(w, scaled, maps, coarse),
            Network::Tensor(network) => network.forward(w, scaled, maps, coarse),
        };
        g + f * level.deviation.clone()
    }
}
