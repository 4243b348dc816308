//! The quality and the cost of restorations by operator: `cargo run --release --example operators
//! -- --data DIR` prints the tables of docs/operators.md.
//!
//! It restores centre crops of images of DIR, with sigma_y = 0.02. The tables show the PSNR (peak
//! 2) of the linear estimate, of the mean by one evaluation and of the mean refined by two more;
//! with `--samples`, also the PSNR of samples; and the time without the network at each noise level
//! of the default sampler.

mod cases;
#[path = "../../tests/common/crops.rs"]
mod crops;

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use burn::tensor::Tensor;
use cases::{Case, REACH, cases, plan};
use clap::Parser;
use eps_restore::Sampler;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::{Denoiser, PhotoDenoiser, TAU_TOP, Weights};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::{GaussianPrior, axes};
use eps_restore::low_level::restoration::{Run, Stage};

#[derive(Parser)]
struct Options {
    /// A folder of images.
    #[arg(long)]
    data: PathBuf,
    #[arg(long, default_value_t = 16)]
    crops: usize,
    /// The side of the restored square.
    #[arg(long, default_value_t = 64)]
    side: usize,
    /// Samples of each crop; the tables show the PSNR of the first one and of their mean. 0 draws
    /// none.
    #[arg(long, default_value_t = 0)]
    samples: usize,
    /// Restores only by operators whose names contain this.
    #[arg(long, default_value = "")]
    only: String,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

type Failure = Box<dyn std::error::Error>;

const SIGMA_Y: f64 = 0.02;

fn inner(x: &Tensor<4>, margin: usize) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    x.clone()
        .narrow(2, margin, height - 2 * margin)
        .narrow(3, margin, width - 2 * margin)
}

/// The result of `work`, and the milliseconds it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begin = Instant::now();
    let result = work();
    (result, begin.elapsed().as_secs_f64() * 1e3)
}

/// The PSNR in RGB over the pixels at least REACH pixels from the scene's edge.
fn psnr(restored: &Tensor<4>, scene: &Tensor<4>) -> f64 {
    let truth = inner(scene, REACH);
    let margin = (restored.dims()[2] - truth.dims()[2]) / 2;
    let got = inner(restored, margin).clamp(-1.0, 1.0);
    let error = (got - truth).square().mean();
    10.0 * (4.0 / error.into_scalar::<f64>()).log10()
}

/// The mean by one evaluation and refined, and samples by the default sampler.
struct Restored {
    mean: Tensor<4>,
    refined: Tensor<4>,
    samples: Vec<Tensor<4>>,
}

impl Restored {
    fn new(
        denoiser: &Rc<PhotoDenoiser>,
        posterior: Posterior,
        samples: usize,
        seed: u64,
    ) -> Result<Self, Failure> {
        let sampler = Sampler::DEFAULT.refining(true);
        let mut run = Run::new(denoiser.clone(), posterior, sampler, samples, seed)?;
        let (mut mean, mut samples) = (None, Vec::new());
        while let Some(step) = run.step() {
            match step.stage {
                Stage::Mean if mean.is_none() => mean = Some(step.preview),
                Stage::Sample { .. } if step.finished => samples.push(step.preview),
                _ => {}
            }
        }
        Ok(Self {
            mean: mean.expect("the first step of a mean"),
            refined: run.mean().expect("a finished restoration"),
            samples,
        })
    }

    /// The PSNR of w0, the mean, the refined mean, a sample and the mean of samples; 0 where there
    /// are no samples.
    fn psnrs(&self, w0: &Tensor<4>, scene: &Tensor<4>) -> [f64; 5] {
        let [w0, mean, refined] = [w0, &self.mean, &self.refined].map(|x| psnr(x, scene));
        let Some(sample) = self.samples.first() else {
            return [w0, mean, refined, 0.0, 0.0];
        };
        let sum = self.samples.iter().cloned().reduce(|a, b| a + b);
        let average = sum.expect("at least one sample") / self.samples.len() as f64;
        let [sample, average] = [sample, &average].map(|x| psnr(x, scene));
        [w0, mean, refined, sample, average]
    }
}

/// The highest noise level, and those of the default sampler.
fn levels() -> Vec<f64> {
    let Sampler {
        interpolant,
        points,
        tau_max,
        tau_min,
        ..
    } = Sampler::DEFAULT;
    let grid = interpolant.grid(points, tau_max, tau_min);
    [TAU_TOP].into_iter().chain(grid).collect()
}

/// `scene` on the prior's axes, measured.
fn measurement(
    case: &Case,
    scene: &Tensor<4>,
    noise: &mut WhiteNoise,
    device: &ComputeDevice,
) -> Measurement {
    let clean = match &case.scene {
        Some(operator) => inner(&operator.apply(scene.clone()), REACH),
        None => case.operator.apply(inner(scene, case.frame)),
    };
    let s2 = device.scalar(SIGMA_Y * SIGMA_Y);
    let n = case.operator.noise(noise.draw(clean.dims()), &s2);
    Measurement {
        operator: case.operator.clone(),
        y: case.operator.observed(clean + n.tensor()),
        s2,
    }
}

/// The pivot, the Gaussian posterior and w of one evaluation.
fn beside(
    posterior: &Posterior,
    z: &Tensor<4>,
    tau: f64,
    device: &ComputeDevice,
) -> [Tensor<4>; 3] {
    let t2 = device.scalar(tau * tau);
    let g = posterior.gaussian_mean(z.clone(), t2.clone());
    let w = posterior.shrunk_pivot(z.clone(), t2.clone(), g.clone());
    [posterior.pivot(z.clone(), t2), g, w]
}

/// A crop's figures, or their sums over crops.
#[derive(Default)]
struct Row {
    /// The PSNR of w0, the mean, the refined mean, a sample and the mean of samples.
    psnrs: [f64; 5],
    /// The milliseconds of w0, of the maps and q of all levels, of everything else at tau = 80, and
    /// of the same at a level on average.
    times: [f64; 4],
    /// The greatest residual over its tolerance.
    residual: f64,
}

impl Row {
    /// Restores a scene, and measures everything but the network.
    fn of(
        case: &Case,
        scene: &Tensor<4>,
        seed: u64,
        samples: usize,
        denoiser: &Rc<PhotoDenoiser>,
        device: &ComputeDevice,
    ) -> Result<Self, Failure> {
        let mut noise = WhiteNoise::new(seed, 0, device);
        let planes = axes::from_rgb(scene.clone());
        let measurement = measurement(case, &planes, &mut noise, device);
        let whole = inner(scene, case.frame).dims();
        let prior = GaussianPrior::new(denoiser.prior(), plan(whole[2], device));
        let (posterior, once) = timed(|| Posterior::new(measurement, prior));
        let taus = levels();
        let (_, maps) = timed(|| {
            let level = |&tau: &f64| denoiser.level(&posterior, tau);
            taus.iter().map(level).collect::<Vec<_>>()
        });
        let z = noise.draw(whole);
        let each = taus.iter().map(|&tau| {
            let noisy = posterior.linear_estimate() + z.clone() * tau;
            timed(|| beside(&posterior, &noisy, tau, device)).1
        });
        let each: Vec<f64> = each.collect();
        let restored = Restored::new(denoiser, posterior.clone(), samples, seed)?;
        let residual = posterior.residual().map(|r| r.into_scalar::<f64>());
        let average = each.iter().sum::<f64>() / each.len() as f64;
        Ok(Self {
            psnrs: restored.psnrs(&axes::to_rgb(posterior.linear_estimate()), scene),
            times: [once, maps, each[0], average],
            residual: residual.unwrap_or(0.0),
        })
    }

    fn add(&mut self, crop: &Self) {
        for (sum, value) in self.psnrs.iter_mut().zip(crop.psnrs) {
            *sum += value;
        }
        for (sum, value) in self.times.iter_mut().zip(crop.times) {
            *sum += value;
        }
        self.residual = self.residual.max(crop.residual);
    }

    /// `network`: the milliseconds of an evaluation by the package's network and by Burn's own
    /// operations.
    fn print(&self, name: &str, crops: f64, network: [f64; 2]) {
        let shown = |v: f64| (v != 0.0).then(|| format!("{:.2}", v / crops));
        let psnrs = self.psnrs.map(|v| shown(v).unwrap_or_default());
        let times = self.times.map(|v| v / crops);
        let share = |of: f64| format!("{:.1} %", 100.0 * times[3] / of);
        println!(
            "| {name} | {} | {} | {} | {} | {:.2} |",
            psnrs.join(" | "),
            times.map(|v| format!("{v:.1}")).join(" | "),
            share(network[0]),
            share(network[1]),
            self.residual
        );
    }
}

/// The milliseconds of the network alone: the median of five evaluations.
fn evaluation(denoiser: &PhotoDenoiser, side: usize, device: &ComputeDevice) -> f64 {
    let mut noise = WhiteNoise::new(9, 0, device);
    let [w, g, coarse] = [(); 3].map(|()| noise.draw([1, 3, side, side]));
    let m = noise.draw([1, 8, side, side]);
    let run = || {
        let inputs = [&w, &g, &m, &coarse].map(Clone::clone);
        let [w, g, m, coarse] = inputs;
        timed(|| denoiser.correction(w, g, m, coarse).into_data()).1
    };
    let mut times: [f64; 5] = std::array::from_fn(|_| run());
    times.sort_by(f64::total_cmp);
    times[2]
}

fn scenes(options: &Options, device: &ComputeDevice) -> Result<Vec<Tensor<4>>, Failure> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(&options.data)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let crop = |file: &PathBuf| crops::centre_crop(file, options.side + 2 * REACH, device).ok();
    let large: Vec<Tensor<4>> = files.iter().filter_map(crop).collect();
    if large.len() < options.crops {
        return Err(format!("{} images are large enough", large.len()).into());
    }
    let step = large.len() / options.crops;
    Ok(large
        .into_iter()
        .step_by(step)
        .take(options.crops)
        .collect())
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let device = ComputeDevice::cpu();
    let bytes = std::fs::read(&options.weights)?;
    let weights = Weights::read(&bytes)?;
    let denoiser = Rc::new(PhotoDenoiser::new(&weights, &device)?);
    let scenes = scenes(&options, &device)?;
    let burn = PhotoDenoiser::on_tensors(&weights, &device)?;
    let network = [&*denoiser, &burn].map(|network| evaluation(network, options.side, &device));
    println!(
        "an evaluation of the network: {:.1} ms, by Burn's own operations {:.1} ms\n",
        network[0], network[1]
    );
    println!(
        "| operator | w0, dB | mean, dB | refined, dB | a sample, dB | mean of samples, dB \
         | w0, ms | maps and q, ms | each at 80, ms | each, ms | of an evaluation | of Burn's \
         | residual/tolerance |"
    );
    println!("|{}", " --- |".repeat(13));
    let wanted = |case: &Case| case.name.contains(&options.only);
    for case in cases(options.side, &device).into_iter().filter(wanted) {
        let mut row = Row::default();
        for (i, scene) in scenes.iter().enumerate() {
            let seed = i as u64;
            let crop = Row::of(&case, scene, seed, options.samples, &denoiser, &device)?;
            row.add(&crop);
        }
        row.print(case.name, scenes.len() as f64, network);
    }
    Ok(())
}
