//! Preconditioning: the network F corrects the Gaussian posterior (`docs/method.md`, section 5.10),
//!
//! ```text
//! D = g + sqrt(q) F( w/sigma_data, g/sigma_data, log(v)/4, (mu* - g)/sqrt(p + sigma_data²) )
//! ```
//!
//! The Gaussian posterior, of mean g and variance q, is exact for a Gaussian prior. F adds the
//! structure of natural images beyond that prior; its values are of unit scale everywhere. Only F
//! is computed in tiles.

use std::fmt::{self, Debug};
use std::pin::Pin;

use burn::tensor::Tensor;

use super::divisible::{Divisible, Loan};
use super::evaluation::{Evaluation, Inputs};
use super::network_inputs::NetworkInputs;
use super::unet::PHOTO_WIDTHS;
use super::{Denoiser, UNet, Weights};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, expand, tensors};
use crate::denoiser::layers::cpu::CpuLayers;
use crate::denoiser::layers::{Layers, Precision, TensorLayers};
use crate::denoiser::tiling::{TileSize, Tiling};
use crate::error::Error;
use crate::posterior::{Posterior, SIGMA_DATA};
use crate::prior::model::PriorModel;

/// A network photo-v2 as a denoiser.
pub struct PhotoDenoiser {
    /// A trait object, so that a program contains only those layers that it constructs.
    network: Box<dyn Network>,
    prior: PriorModel,
    tiles: TileSize,
}

impl Debug for PhotoDenoiser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhotoDenoiser")
            .field("tiles", &self.tiles)
            .finish_non_exhaustive()
    }
}

/// The network F(w, g, m, coarse), on any layers.
trait Network {
    /// See [`UNet::forward`].
    fn forward(&self, w: Tensor<4>, g: Tensor<4>, m: Tensor<4>, coarse: Tensor<4>) -> Tensor<4>;
    /// See [`UNet::measure`].
    fn measure(&self) -> Pin<Box<dyn Future<Output = ()> + '_>>;
}

impl<L: Layers> Network for UNet<L> {
    fn forward(&self, w: Tensor<4>, g: Tensor<4>, m: Tensor<4>, coarse: Tensor<4>) -> Tensor<4> {
        self.forward(w, g, m, coarse)
    }

    fn measure(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(self.measure())
    }
}

/// The quantities of the network that depend only on the operator and on tau.
#[derive(Debug, Clone)]
pub struct Level {
    /// tau², `[B or 1, 1, 1, 1]`.
    t2: Tensor<4>,
    /// sqrt(q), which broadcasts to `[B, 3, H, W]`.
    deviation: Formula,
    /// log(v)/4, which broadcasts to `[B, 8, H, W]`.
    maps: Tensor<4>,
    /// 1/sqrt(p + sigma_data²), which broadcasts to `[B, 3, H, W]`.
    coarse_scale: Formula,
}

fn unsupported(why: &str) -> Error {
    Error::UnsupportedDevice(format!("precision f16 is not available: {why}; use f32"))
}

impl PhotoDenoiser {
    /// The denoiser on the fastest layers for `device`, in f32.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] if a tensor of the file is missing, or has the wrong shape, type
    /// or values.
    pub fn new(weights: &Weights, device: &ComputeDevice) -> Result<Self, Error> {
        Self::in_precision(weights, device, Precision::F32)
    }

    /// [`Self::new`] with feature maps and weights stored in `precision`.
    ///
    /// # Errors
    /// [`Error::UnsupportedDevice`] if `device` lacks that precision; otherwise as [`Self::new`].
    pub fn in_precision(
        weights: &Weights,
        device: &ComputeDevice,
        precision: Precision,
    ) -> Result<Self, Error> {
        if device.is_cpu() {
            return match precision {
                Precision::F32 => Self::on(CpuLayers, weights),
                Precision::F16 => Err(unsupported("the CPU computes in f32 only")),
            };
        }
        Self::on_gpu(weights, device, precision)
    }

    /// The denoiser on the kernels for `device`, a GPU. It never uses plain tensor operations: they
    /// would link Burn's GPU matrix products and convolutions, half a megabyte of the download.
    #[cfg(feature = "webgpu")]
    fn on_gpu(
        weights: &Weights,
        device: &ComputeDevice,
        precision: Precision,
    ) -> Result<Self, Error> {
        use crate::denoiser::layers::gpu::GpuLayers;
        match precision.is_supported(device) {
            true => Self::on(GpuLayers::new(device, precision), weights),
            false => Err(unsupported("this GPU lacks the feature shader-f16")),
        }
    }

    /// Without kernels, plain tensor operations run on any device.
    #[cfg(not(feature = "webgpu"))]
    fn on_gpu(weights: &Weights, device: &ComputeDevice, _: Precision) -> Result<Self, Error> {
        Self::on_tensors(weights, device)
    }

    /// The denoiser on plain tensor operations. They are slower, and the reference for the other
    /// layers.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn on_tensors(weights: &Weights, device: &ComputeDevice) -> Result<Self, Error> {
        Self::on(TensorLayers::new(device), weights)
    }

    /// The denoiser on the given layers.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn on<L: Layers + 'static>(layers: L, weights: &Weights) -> Result<Self, Error> {
        let network = UNet::new(weights.tensors(), PHOTO_WIDTHS, layers)?;
        Ok(Self {
            network: Box::new(network),
            prior: weights.prior(),
            tiles: TileSize::default(),
        })
    }

    /// Measures which kernels are the fastest on this device for the sizes evaluated so far. Sizes
    /// that are evaluated later use the kernels of the nearest measured size.
    pub async fn measure(&self) {
        self.network.measure().await;
    }

    /// This denoiser with tiles of another size.
    pub fn in_tiles(self, tiles: TileSize) -> Self {
        Self { tiles, ..self }
    }

    /// The size of the tiles.
    pub fn tiles(&self) -> TileSize {
        self.tiles
    }

    /// The level for noise variances t2 = tau², `[B or 1, 1, 1, 1]`.
    pub fn level_at(&self, posterior: &Posterior, t2: Tensor<4>) -> Level {
        let v = posterior.band_variances(t2.clone());
        let p = posterior.pixel_variance(t2.clone());
        let q = posterior.gaussian_variance(t2.clone());
        let device = posterior.prior().device();
        Level {
            deviation: Formula::from(q).sqrt(),
            maps: device.bring((v.ln() / 4.0).tensor()),
            coarse_scale: (p + SIGMA_DATA * SIGMA_DATA)
                .sqrt()
                .recip()
                .to_device(device),
            t2,
        }
    }

    /// The tiles of an evaluation under `posterior`.
    fn tiling(&self, posterior: &Posterior) -> Tiling {
        let tiling = Tiling::new(posterior.prior().fourier().size(), self.tiles);
        match posterior.wanted() {
            Some(wanted) => tiling.covering(wanted),
            None => tiling,
        }
    }

    /// The network alone, untiled: F(w/sigma_data, g/sigma_data, m, coarse). w, g, coarse and F are
    /// `[B, 3, H, W]`; m is `[B, 8, H, W]`.
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
    fn tile_correction(&self, inputs: Inputs) -> Tensor<4> {
        let Inputs { w, g, maps, coarse } = inputs;
        let [images, _, height, width] = w.dims();
        // The network takes maps for every image and pixel.
        let maps = expand(maps, [images, 8, height, width]);
        self.network.forward(w, g, maps, coarse)
    }
}

impl Denoiser for PhotoDenoiser {
    type Level = Level;
    type Evaluation = Evaluation;

    fn prior(&self) -> PriorModel {
        self.prior
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
        let inputs = Inputs {
            w,
            g,
            maps: level.maps.clone(),
            coarse,
        };
        Evaluation::new(inputs, level.deviation.clone(), self.tiling(posterior))
    }

    fn is_lent_out(&self, evaluation: &Evaluation) -> bool {
        evaluation.is_lent_out()
    }

    fn advance(&self, evaluation: &mut Evaluation) -> Option<Tensor<4>> {
        if let Some(part) = evaluation.next() {
            let f = self.tile_correction(evaluation.inputs_of(part));
            evaluation.enter(part, f);
        }
        evaluation.finish()
    }
}

impl Divisible for PhotoDenoiser {
    fn open_parts(&self, evaluation: &Evaluation) -> usize {
        evaluation.open()
    }

    fn lend(&self, evaluation: &mut Evaluation) -> Option<(Loan, NetworkInputs)> {
        evaluation.lend()
    }

    fn give_back(
        &self,
        evaluation: &mut Evaluation,
        loan: &Loan,
        output: &[f32],
    ) -> Result<bool, Error> {
        evaluation.give_back(loan, output)
    }

    fn reopen(&self, evaluation: &mut Evaluation, loan: &Loan) {
        evaluation.reopen(loan);
    }

    fn evaluate_part(&self, inputs: NetworkInputs) -> Result<Vec<f32>, Error> {
        let [w, g, maps, coarse] = inputs.tensors(&ComputeDevice::cpu())?;
        let f = self.tile_correction(Inputs { w, g, maps, coarse });
        f.try_into_vec_as().map_err(Error::unread)
    }
}
