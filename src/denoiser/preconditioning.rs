//! The network corrects the Gaussian posterior (method, section 5):
//!
//! ```text
//! D = g + sqrt(q) F( w/sigma_data, g/sigma_data, log(v)/4, (mu* - g)/sqrt(p + sigma_data²) )
//! ```
//!
//! What a Gaussian prior can say is computed exactly; F, of unit scale everywhere, adds what a natural image has beyond it.

use burn::tensor::Tensor;

use super::{Denoiser, PhotoV1};
use crate::posterior::{Posterior, SIGMA_DATA};

/// photo-v1 as a denoiser.
pub struct PhotoDenoiser {
    network: PhotoV1,
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
    pub fn new(network: PhotoV1) -> Self {
        Self { network }
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
        let f = self.network.forward(
            w / SIGMA_DATA,
            g.clone() / SIGMA_DATA,
            level.maps.clone(),
            coarse,
        );
        g + f * level.deviation.clone()
    }
}
