//! Whether asking with the uncertainty of a found kernel pays: R(w) = s2 + |dk(w)|² S_x(w).
//!
//! Kernels are found in whole photos with borders that are not known. What is restored is a square
//! from the middle of the sharp photo, blurred around on itself by the true kernel, so that the
//! operator is diagonal in the DFT and nothing but the kernel is wrong.

use std::path::PathBuf;
use std::rc::Rc;

use burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::{Denoiser, PhotoDenoiser};
use eps_restore::low_level::estimation::blur::{Blur, ErrorSpectrum};
use eps_restore::low_level::operators::{CircularConvolution, LinearOperator};
use eps_restore::low_level::photo::pixels::Window;
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::{GaussianPrior, axes};
use eps_restore::low_level::restoration::{Run, Stage};
use eps_restore::{Kernel, Sampler};
use image::RgbImage;
use image::imageops::crop_imm;
use serde_json::json;

use crate::blurs::{Kind, candidates, is_same_kind, kernel};
use crate::damage::{Stream, Wear, taken};
use crate::images;
use crate::photos::{self, Failure};
use crate::statistics::{median, rounded};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// A folder of photos.
    #[arg(long)]
    data: PathBuf,
    /// Takes every n-th photo.
    #[arg(long, default_value_t = 4)]
    every: usize,
    /// Samples, from which intervals are made; at least 9.
    #[arg(long, default_value_t = 9)]
    samples: usize,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

/// The side of the square that is restored.
const SIDE: u32 = 128;
/// sigma_y of its noise, on [-1, 1], and in levels.
const LEVEL: f64 = 2.5;
const SIGMA: f64 = LEVEL / 127.5;

/// How well it is restored in one of three ways.
#[derive(Default)]
struct Way {
    psnr: Vec<f64>,
    coverage: Vec<f64>,
}

pub(crate) fn table(options: &Options) -> Result<(), Failure> {
    let denoiser = photos::denoiser(&options.weights, &ComputeDevice::cpu())?;
    let files = images::images(&options.data, usize::MAX)?;
    let mut rows = Vec::new();
    for kind in [Kind::Gaussian, Kind::Disc, Kind::Line] {
        let mut ways: [Way; 3] = Default::default();
        for (index, file) in files.iter().enumerate().step_by(options.every) {
            let photo = image::open(file)?.into_rgb8();
            let truth = kind.blurs(index)[index / options.every % 5];
            let Some(found) = found(&photo, truth, index as u64)? else {
                continue;
            };
            let case = Case::new(&photo, &kernel(truth)?, &denoiser)?;
            let known = case.measured_with(&kernel(truth)?, None)?;
            let plain = case.measured_with(&found.0, None)?;
            let aware = case.measured_with(&found.0, Some(&found.1))?;
            for (way, measurement) in ways.iter_mut().zip([known, plain, aware]) {
                let (psnr, coverage) = case.restored(measurement, options.samples)?;
                way.psnr.push(psnr);
                way.coverage.push(coverage);
            }
        }
        let names = ["true_kernel", "found_kernel", "with_uncertainty"];
        let mut row = json!({ "kind": kind.name(), "cases": ways[0].psnr.len() });
        for (name, way) in names.into_iter().zip(&ways) {
            let mean = way.psnr.iter().sum::<f64>() / way.psnr.len() as f64;
            row[name] = json!({
                "psnr_mean": rounded(mean, 2),
                "coverage_median": rounded(median(&way.coverage), 3),
                "coverage_least": rounded(way.coverage.iter().copied().fold(1.0, f64::min), 3),
            });
        }
        eprintln!("{row}");
        rows.push(row);
    }
    println!("{}", serde_json::to_string_pretty(&rows)?);
    Ok(())
}

/// The kernel of the true kind that is found in a photo, and how far it may be off.
fn found(
    photo: &RgbImage,
    truth: Blur,
    seed: u64,
) -> Result<Option<(Kernel, ErrorSpectrum)>, Failure> {
    let mut stream = Stream::new(seed);
    let wear = Wear {
        noise: LEVEL,
        quality: None,
    };
    let taken = taken(photo, &kernel(truth)?, wear, &mut stream)?;
    let own = candidates(&taken.luma()?, None)?
        .into_iter()
        .find(|c| is_same_kind(c.blur, truth));
    Ok(own.map(|own| (own.kernel, own.error)))
}

/// A square of a photo, blurred around on itself.
struct Case {
    /// R, G and B.
    truth: Tensor<4>,
    /// On the prior's axes.
    y: Tensor<4>,
    fourier: Fourier,
    prior: GaussianPrior,
    denoiser: Rc<PhotoDenoiser>,
}

impl Case {
    fn new(
        photo: &RgbImage,
        kernel: &Kernel,
        denoiser: &Rc<PhotoDenoiser>,
    ) -> Result<Self, Failure> {
        let device = ComputeDevice::cpu();
        let side = SIDE as usize;
        let (left, top) = ((photo.width() - SIDE) / 2, (photo.height() - SIDE) / 2);
        let square = photos::photo(&crop_imm(photo, left, top, SIDE, SIDE).to_image())?;
        let fourier = Fourier::new(side, side, &device);
        let model = denoiser.prior();
        let truth = square.tensor(Window::whole(&square), &device);
        let operator = convolution(kernel, &fourier)?;
        let noise = WhiteNoise::new(7, 0, &device).draw(truth.dims()) * SIGMA;
        Ok(Self {
            y: operator.apply(axes::from_rgb(truth.clone())) + noise,
            truth,
            prior: GaussianPrior::new(model, fourier.clone()),
            fourier,
            denoiser: denoiser.clone(),
        })
    }

    fn measured_with(
        &self,
        kernel: &Kernel,
        error: Option<&ErrorSpectrum>,
    ) -> Result<Measurement, Failure> {
        let device = self.fourier.device();
        let white = device.scalar(SIGMA * SIGMA);
        let s2 = match error {
            None => white,
            Some(error) => self.spectrum_of(error) * self.prior.spectrum() + SIGMA * SIGMA,
        };
        Ok(Measurement {
            operator: Rc::new(convolution(kernel, &self.fourier)?),
            y: self.y.clone(),
            s2,
        })
    }

    /// |dk|² on the grid of the DFT.
    fn spectrum_of(&self, error: &ErrorSpectrum) -> Tensor<4> {
        let side = SIDE as usize;
        let frequency = |i: usize| {
            let i = if i > side / 2 {
                i as f64 - f64::from(SIDE)
            } else {
                i as f64
            };
            i * std::f64::consts::TAU / f64::from(SIDE)
        };
        let power = (0..side * side).map(|i| error.at(frequency(i % side), frequency(i / side)));
        self.fourier
            .device()
            .tensor(power.collect(), [1, 1, side, side])
    }

    /// The PSNR of the mean by one evaluation, and the share of pixels inside the samples'
    /// intervals.
    fn restored(&self, measurement: Measurement, samples: usize) -> Result<(f64, f64), Failure> {
        let posterior = Posterior::new(measurement, self.prior.clone());
        let sampler = Sampler::DEFAULT;
        let mut run = Run::new(self.denoiser.clone(), posterior, sampler, samples, 1)?;
        let (mut mean, mut drawn) = (None, Vec::new());
        while let Some(step) = run.step() {
            match step.stage {
                Stage::Mean => mean = Some(step.preview),
                Stage::Sample { .. } if step.finished => drawn.push(values(step.preview)?),
                _ => {}
            }
        }
        let truth = values(self.truth.clone())?;
        let mean = values(mean.expect("a finished restoration has a mean"))?;
        let squares = mean
            .iter()
            .zip(&truth)
            .map(|(a, b)| f64::from(a - b).powi(2));
        let error = squares.sum::<f64>() / truth.len() as f64;
        Ok((10.0 * (4.0 / error).log10(), coverage(&drawn, &truth)))
    }
}

fn values(x: Tensor<4>) -> Result<Vec<f32>, Failure> {
    Ok(x.try_into_vec_as()?)
}

fn convolution(kernel: &Kernel, fourier: &Fourier) -> Result<CircularConvolution, Failure> {
    let [height, width] = fourier.size();
    Ok(CircularConvolution::new(
        kernel.circular(height, width)?,
        fourier.clone(),
    )?)
}

/// The share of pixels between the least and the greatest of the samples; their number is such
/// that 80 % is expected: of S exchangeable samples and the truth, (S - 1)/(S + 1).
fn coverage(samples: &[Vec<f32>], truth: &[f32]) -> f64 {
    let inside = |i: &usize| {
        let at = samples.iter().map(|sample| sample[*i]);
        let least = at.clone().fold(f32::INFINITY, f32::min);
        (least..=at.fold(f32::NEG_INFINITY, f32::max)).contains(&truth[*i])
    };
    (0..truth.len()).filter(inside).count() as f64 / truth.len() as f64
}
