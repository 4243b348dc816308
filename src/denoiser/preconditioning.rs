//! The network corrects the Gaussian posterior (method, section 5):
//!
//! ```text
//! D = g + sqrt(q) F( w/sigma_data, g/sigma_data, log(v)/4, (mu* - g)/sqrt(p + sigma_data²) )
//! ```
//!
//! What a Gaussian prior can say is computed exactly; F, of unit scale everywhere, adds what a
//! natural image has beyond it. F alone is computed in tiles.

use std::pin::Pin;

use burn::tensor::Tensor;

use super::{Denoiser, PhotoV1, TAU_TOP, Weights};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, spread, tensors};
use crate::denoiser::layers::cpu::CpuLayers;
#[cfg(feature = "webgpu")]
use crate::denoiser::layers::gpu::GpuLayers;
use crate::denoiser::layers::{Layers, Precision, TensorLayers};
use crate::denoiser::tiling::{Tile, TileSize, Tiling};
use crate::error::Error;
use crate::operators::MapFidelity;
use crate::posterior::{Posterior, SIGMA_DATA};

/// photo-v1 as a denoiser.
pub struct PhotoDenoiser {
    /// On layers chosen at run time: those that a program never asks for are not in it.
    network: Box<dyn Network>,
    tiles: TileSize,
}

/// F(w, g, m, coarse) on some layers.
trait Network {
    fn forward(&self, w: Tensor<4>, g: Tensor<4>, m: Tensor<4>, coarse: Tensor<4>) -> Tensor<4>;
    fn measure(&self) -> Pin<Box<dyn Future<Output = ()> + '_>>;
}

impl<L: Layers> Network for PhotoV1<L> {
    fn forward(&self, w: Tensor<4>, g: Tensor<4>, m: Tensor<4>, coarse: Tensor<4>) -> Tensor<4> {
        self.forward(w, g, m, coarse)
    }

    fn measure(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(self.measure())
    }
}

/// What photo-v1 needs of the operator at one tau.
#[derive(Clone)]
pub struct Level {
    t2: Tensor<4>,
    /// sqrt(q).
    deviation: Formula,
    /// log(v)/4; broadcasts to `[B, 8, H, W]`.
    maps: Tensor<4>,
    /// 1/sqrt(p + sigma_data²).
    coarse_scale: Formula,
}

fn unsupported(why: &str) -> Error {
    Error::UnsupportedDevice(format!("precision f16 is not to be had: {why}; use f32"))
}

impl PhotoDenoiser {
    /// On the fastest layers that `device` has, in f32.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] where a tensor of the file is missing or unfit.
    pub fn new(weights: &Weights, device: &ComputeDevice) -> Result<Self, Error> {
        Self::in_precision(weights, device, Precision::F32)
    }

    /// The same with maps and weights stored otherwise.
    ///
    /// # Errors
    /// [`Error::UnsupportedDevice`] where `device` does not have that precision; as [`Self::new`].
    pub fn in_precision(
        weights: &Weights,
        device: &ComputeDevice,
        precision: Precision,
    ) -> Result<Self, Error> {
        if device.is_cpu() {
            return match precision {
                Precision::F32 => Self::on(CpuLayers, weights),
                Precision::F16 => Err(unsupported("it is for GPUs, and this is the CPU")),
            };
        }
        // Plain tensor operations would bring Burn's matrix products and convolutions for GPUs into
        // the download, half a megabyte of it.
        #[cfg(feature = "webgpu")]
        return match precision.is_supported(device) {
            true => Self::on(GpuLayers::new(device, precision), weights),
            false => Err(unsupported("this GPU lacks the feature shader-f16")),
        };
        #[cfg(not(feature = "webgpu"))]
        Self::on_tensors(weights, device)
    }

    /// On plain tensor operations: slower, and the measure of the other layers.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn on_tensors(weights: &Weights, device: &ComputeDevice) -> Result<Self, Error> {
        Self::on(TensorLayers::new(device), weights)
    }

    /// On layers of one's own.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn on<L: Layers + 'static>(layers: L, weights: &Weights) -> Result<Self, Error> {
        let network = PhotoV1::new(weights, layers)?;
        Ok(Self {
            network: Box::new(network),
            tiles: TileSize::default(),
        })
    }

    /// Finds out which kernels are the fastest here for the sizes evaluated so far; those evaluated
    /// later take the nearest size's.
    pub async fn measure(&self) {
        self.network.measure().await;
    }

    /// The same with other tiles.
    pub fn in_tiles(self, tiles: TileSize) -> Self {
        Self { tiles, ..self }
    }

    /// How it cuts images.
    pub fn tiles(&self) -> TileSize {
        self.tiles
    }

    /// The level for a batch of noise variances t2, `[B or 1, 1, 1, 1]`.
    pub fn level_at(&self, posterior: &Posterior, t2: Tensor<4>) -> Level {
        let v = posterior.band_variances(t2.clone());
        let p = posterior.pixel_variance(t2.clone());
        let q = posterior.gaussian_variance(t2.clone());
        let device = posterior.prior().device();
        Level {
            deviation: Formula::from(q).sqrt(),
            maps: device.bring((v.ln() / 4.0).tensor()),
            coarse_scale: (p + SIGMA_DATA * SIGMA_DATA).sqrt().recip().at(device),
            t2,
        }
    }

    /// The tiles that a restoration under this posterior is made of.
    fn tiling(&self, posterior: &Posterior) -> Tiling {
        let tiling = Tiling::new(posterior.prior().fourier().size(), self.tiles);
        match posterior.wanted() {
            Some(wanted) => tiling.covering(wanted),
            None => tiling,
        }
    }

    /// F(w/sigma_data, g/sigma_data, m, coarse), the network alone: w, g, coarse and the result
    /// `[B, 3, H, W]`, m `[B, 8, H, W]`.
    pub fn correction(
        &self,
        w: Tensor<4>,
        g: Tensor<4>,
        m: Tensor<4>,
        coarse: Tensor<4>,
    ) -> Tensor<4> {
        let [w, g] = tensors([w, g].map(|x| Formula::from(x) / SIGMA_DATA));
        self.network.forward(w, g, m, coarse)
    }

    /// F on one tile.
    fn tile_correction(&self, inputs: &Inputs, tile: &Tile) -> Tensor<4> {
        let of = |x: &Tensor<4>| cut(x, tile);
        let (w, g) = (of(&inputs.w), of(&inputs.g));
        let [images, _, height, width] = w.dims();
        // Each image's embedding is added to its own features, at every pixel.
        let maps = spread(of(&inputs.maps), [images, 8, height, width]);
        self.network.forward(w, g, maps, of(&inputs.coarse))
    }
}

/// A tile of an image, or of a tensor that broadcasts to one.
fn cut(x: &Tensor<4>, tile: &Tile) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let rows = if height == 1 { 0..1 } else { tile.rows.clone() };
    let columns = if width == 1 {
        0..1
    } else {
        tile.columns.clone()
    };
    let whole = [0..batch, 0..channels, 0..height, 0..width];
    let part = [0..batch, 0..channels, rows, columns];
    if part == whole {
        return x.clone();
    }
    x.clone().slice(part)
}

/// What the network sees, of the whole image.
struct Inputs {
    /// w and g over sigma_data.
    w: Tensor<4>,
    g: Tensor<4>,
    maps: Tensor<4>,
    coarse: Tensor<4>,
}

/// D under way: the tiles to come, and F as far as it has come.
pub struct Evaluation {
    inputs: Inputs,
    deviation: Formula,
    tiling: Tiling,
    next: usize,
    /// None before the first tile.
    f: Option<Tensor<4>>,
}

impl Evaluation {
    /// Adds a tile's F.
    fn add(&mut self, f: Tensor<4>, tile: &Tile) {
        let [batch, ..] = f.dims();
        let Some(weights) = self.tiling.weights(tile, &ComputeDevice::of(&f)) else {
            self.f = Some(f);
            return;
        };
        let sum = self.f.take();
        let sum = sum.unwrap_or_else(|| self.inputs.g.zeros_like());
        let there = [0..batch, 0..3, tile.rows.clone(), tile.columns.clone()];
        let added = Formula::from(sum.clone().slice(there.clone())) + Formula::from(f) * weights;
        let added = added.tensor();
        self.f = Some(sum.slice_assign(there, added));
    }
}

impl Denoiser for PhotoDenoiser {
    type Level = Level;
    type Evaluation = Evaluation;

    /// Where the maps do not hold, photo-v1 has not been either, and errs more than the linear
    /// estimate does: 25.6 dB against 31.7 for RGGB, 25.5 against 27.3 for 11 pixels of
    /// motion beyond unknown borders. A little below it knows what to do: 32.2 and 31.1 dB.
    fn tau_of_mean(&self, posterior: &Posterior) -> f64 {
        match posterior.measurement().operator.map_fidelity() {
            MapFidelity::Complete => TAU_TOP,
            MapFidelity::MixedDirections => 1.0,
            MapFidelity::WithoutFrame => 5.0,
        }
    }

    fn level(&self, posterior: &Posterior, tau: f64) -> Level {
        let t2 = posterior.prior().device().scalar(tau * tau);
        self.level_at(posterior, t2)
    }

    fn parts(&self, posterior: &Posterior) -> usize {
        self.tiling(posterior).tiles().len().max(1)
    }

    fn begin(&self, posterior: &Posterior, z: Tensor<4>, level: &Level) -> Evaluation {
        let scaled = |[g, w, pivot]: [Formula; 3]| {
            let coarse = (pivot - &g) * &level.coarse_scale;
            [g / SIGMA_DATA, w / SIGMA_DATA, coarse]
        };
        let [g, w, coarse] = posterior.inputs(z, level.t2.clone(), scaled);
        Evaluation {
            inputs: Inputs {
                w,
                g,
                maps: level.maps.clone(),
                coarse,
            },
            deviation: level.deviation.clone(),
            tiling: self.tiling(posterior),
            next: 0,
            f: None,
        }
    }

    fn advance(&self, evaluation: &mut Evaluation) -> Option<Tensor<4>> {
        if let Some(tile) = evaluation.tiling.tiles().get(evaluation.next).cloned() {
            let f = self.tile_correction(&evaluation.inputs, &tile);
            evaluation.add(f, &tile);
            evaluation.next += 1;
        }
        if evaluation.next < evaluation.tiling.tiles().len() {
            return None;
        }
        let g = Formula::from(&evaluation.inputs.g) * SIGMA_DATA;
        let d = match evaluation.f.take() {
            Some(f) => g + Formula::from(f) * &evaluation.deviation,
            None => g,
        };
        Some(d.tensor())
    }
}
