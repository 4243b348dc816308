//! Compares samplers by the quality of their samples: `cargo run --release --example samplers --
//! --data DIR` prints the second table of docs/calibration.md.
//!
//! It restores 64×64 centre crops of the first images of DIR, for the paper's five tasks and
//! colourising, with sigma_y = 0.05. The table shows the CRPS of two samples, on levels of 0-255,
//! and their spread: the deviation between samples over the root mean square error of the
//! one-evaluation mean, which is 1 for a perfect network.

use std::path::PathBuf;
use std::rc::Rc;

use burn::tensor::Tensor;
use clap::Parser;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::{Denoiser, PhotoDenoiser, Weights};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::prior::{GaussianPrior, axes};
use eps_restore::low_level::sampler::interpolant::Interpolant;
use eps_restore::low_level::sampler::{DpmSolver2M, Heun, Solver};
use indicatif::ProgressBar;

#[path = "../tests/common/crops.rs"]
mod crops;
#[allow(dead_code, reason = "another example uses the rest of it")]
#[path = "../tests/common/figures.rs"]
mod figures;
#[path = "../tests/common/images.rs"]
mod images;

use figures::SIDE;

#[derive(Parser)]
struct Options {
    /// A folder of images.
    #[arg(long)]
    data: PathBuf,
    /// The number of images.
    #[arg(long, default_value_t = 32)]
    crops: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

type Failure = Box<dyn std::error::Error>;

const TASKS: [&str; 6] = [
    "random",
    "box",
    "block_mean_4",
    "gaussian",
    "motion",
    "grey",
];
const TAU_OF_MEAN: f64 = 80.0;

/// A solver and its grid, which is even in tau^(1/rho), or in log tau where rho is 0.
struct Trial {
    name: &'static str,
    points: usize,
    range: [f64; 2],
    rho: f64,
    heun: bool,
    from_mean: bool,
}

const fn dpm(name: &'static str, points: usize, range: [f64; 2], rho: f64) -> Trial {
    Trial {
        name,
        points,
        range,
        rho,
        heun: false,
        from_mean: true,
    }
}

const TRIALS: [Trial; 9] = [
    dpm("draft", 4, [5.0, 0.03], 7.0),
    dpm("default", 6, [5.0, 0.01], 7.0),
    dpm("accurate", 10, [5.0, 0.01], 7.0),
    Trial {
        name: "Heun 10 from 80 (the paper's)",
        points: 10,
        range: [80.0, 0.002],
        rho: 7.0,
        heun: true,
        from_mean: false,
    },
    dpm("6 points, even in tau^(1/20)", 6, [5.0, 0.01], 20.0),
    dpm("6 points, even in log tau", 6, [5.0, 0.01], 0.0),
    dpm("6 points from 3", 6, [3.0, 0.01], 7.0),
    dpm("6 points from 2", 6, [2.0, 0.01], 7.0),
    dpm("6 points to 0.02", 6, [5.0, 0.02], 7.0),
];

impl Trial {
    fn grid(&self) -> Vec<f64> {
        let [top, bottom] = self.range;
        if self.rho == 7.0 {
            return Interpolant::Edm.grid(self.points, top, bottom);
        }
        let at = |i: usize| i as f64 / (self.points - 1) as f64;
        let value = |i: usize| match self.rho {
            0.0 => top * (bottom / top).powf(at(i)),
            rho => {
                let (top, bottom) = (top.powf(rho.recip()), bottom.powf(rho.recip()));
                (top + at(i) * (bottom - top)).powf(rho)
            }
        };
        (0..self.points).map(value).collect()
    }

    fn sample(&self, setting: &Setting, noise: &mut WhiteNoise) -> Tensor<4> {
        let Setting {
            posterior,
            denoiser,
            mean,
        } = setting;
        let shape = mean.dims();
        let mut start = noise.draw(shape) * self.range[0];
        if self.from_mean {
            let measured = posterior.measurement().operator.measurement_shape(shape);
            let (white, measured) = (noise.draw(shape), noise.draw(measured));
            start = start + mean.clone() + posterior.deviation(white, measured);
        }
        let mut solver: Box<dyn Solver> = match self.heun {
            true => Box::new(Heun::new(self.grid(), start)),
            false => Box::new(DpmSolver2M::new(self.grid(), start)),
        };
        while let Some((z, tau)) = solver.query() {
            let level = denoiser.level(posterior, tau);
            solver.answer(denoiser.denoise(posterior, z, &level));
        }
        solver.sample()
    }
}

struct Setting {
    posterior: Posterior,
    denoiser: Rc<PhotoDenoiser>,
    mean: Tensor<4>,
}

impl Setting {
    fn new(task: &str, truth: &Tensor<4>, seed: u64, denoiser: &Rc<PhotoDenoiser>) -> Self {
        let device = ComputeDevice::of(truth);
        let prior = GaussianPrior::new(denoiser.prior(), Fourier::new(SIDE, SIDE, &device));
        let measurement = figures::measurement(task, truth, seed, &device);
        let posterior = Posterior::new(measurement, prior);
        let z = WhiteNoise::new(seed, 0, &device).draw(truth.dims()) * TAU_OF_MEAN;
        let level = denoiser.level(&posterior, TAU_OF_MEAN);
        let mean = denoiser.denoise(&posterior, z, &level);
        Self {
            posterior,
            denoiser: denoiser.clone(),
            mean,
        }
    }
}

/// Sums over crops.
#[derive(Clone, Copy, Default)]
struct Score {
    crps: f64,
    between: f64,
    error: f64,
}

impl Score {
    /// Adds the CRPS of two samples, E|X - x| - E|X - X'|/2, and the terms of their spread.
    fn add(&mut self, pair: [&Tensor<4>; 2], mean: &Tensor<4>, truth: &Tensor<4>) {
        let value = |x: Tensor<4>| x.mean().into_scalar::<f64>();
        let off = pair.map(|x| value((x.clone() - truth.clone()).abs()));
        let apart = pair[0].clone() - pair[1].clone();
        self.crps += 127.5 * ((off[0] + off[1]) / 2.0 - value(apart.clone().abs()) / 2.0);
        self.between += value(apart.square()) / 2.0;
        self.error += value((mean.clone() - truth.clone()).square());
    }
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let device = ComputeDevice::cpu();
    let bytes = std::fs::read(&options.weights)?;
    let denoiser = Rc::new(PhotoDenoiser::new(&Weights::read(&bytes)?, &device)?);
    let files = images::images(&options.data, options.crops)?;
    let crops = files
        .iter()
        .map(|file| crops::centre_crop(file, SIDE, &device));
    let crops = crops.collect::<Result<Vec<_>, _>>()?;
    let rgb = |x: &Tensor<4>| axes::to_rgb(x.clone());
    let mut scores = [[Score::default(); TASKS.len()]; TRIALS.len()];
    let bar = ProgressBar::new((TASKS.len() * crops.len()) as u64);
    for (task, name) in TASKS.iter().enumerate() {
        for (i, truth) in crops.iter().enumerate() {
            let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(i as u64);
            let setting = Setting::new(name, truth, seed, &denoiser);
            for (trial, scores) in TRIALS.iter().zip(&mut scores) {
                // Every trial gets the same noise.
                let sample = |i| trial.sample(&setting, &mut WhiteNoise::new(seed, i, &device));
                let pair = [sample(1), sample(2)].map(|x| rgb(&x).clamp(-1.0, 1.0));
                scores[task].add([&pair[0], &pair[1]], &rgb(&setting.mean), truth);
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    println!("| sampler | {} | all |", TASKS.join(" | "));
    println!("|{}", " --- |".repeat(TASKS.len() + 2));
    for (trial, scores) in TRIALS.iter().zip(&scores) {
        let crops = crops.len() as f64;
        let cell = |crps: f64, between: f64, error: f64| {
            format!(" {:.2} / {:.2} |", crps / crops, (between / error).sqrt())
        };
        let cells = scores.iter().map(|s| cell(s.crps, s.between, s.error));
        let mean = scores.iter().map(|s| s.crps).sum::<f64>() / TASKS.len() as f64;
        let spread = scores.iter().map(|s| (s.between / s.error).sqrt());
        let spread = spread.sum::<f64>() / TASKS.len() as f64;
        let cells: String = cells.collect();
        println!(
            "| {} |{cells} {:.2} / {spread:.2} |",
            trial.name,
            mean / crops
        );
    }
    Ok(())
}
