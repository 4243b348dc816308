//! The five tasks of the paper on 64×64 crops at sigma_y = 0.05, and how well they are restored:
//! PSNR and SSIM of the linear estimate, the mean by one evaluation and by three, and samples by 7
//! and by 19. Shared by `tests/figures.rs` and `examples/figures.rs`.

use std::rc::Rc;

use burn::tensor::Tensor;
use eps_restore::Sampler;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::{Fourier, Spectrum};
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::{Denoiser as _, PhotoDenoiser};
use eps_restore::low_level::operators::{
    Bayer, BlockMean, ChannelMix, CircularConvolution, Hadamard, LinearOperator, Mask,
};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::GaussianPrior;
use eps_restore::low_level::prior::axes;
use eps_restore::low_level::restoration::Run;

pub(crate) const SIDE: usize = 64;
pub(crate) const SIGMA_Y: f64 = 0.05;
pub(crate) const TASKS: [&str; 5] = ["random", "box", "block_mean_4", "gaussian", "motion"];
/// What is measured of each task.
pub(crate) const METHODS: [&str; 5] = [
    "w0",
    "mean",
    "mean refined",
    "7 evaluations",
    "19 evaluations",
];

/// Sums over crops of PSNR in dB (peak 2) and SSIM, by method.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    pub psnr: [f64; METHODS.len()],
    pub ssim: [f64; METHODS.len()],
    pub crops: usize,
}

impl Figures {
    pub(crate) fn mean_psnr(&self) -> [f64; METHODS.len()] {
        self.psnr.map(|v| v / self.crops as f64)
    }

    pub(crate) fn mean_ssim(&self) -> [f64; METHODS.len()] {
        self.ssim.map(|v| v / self.crops as f64)
    }

    fn add(&mut self, method: usize, restored: &Tensor<4>, truth: &Tensor<4>) {
        let side = SIDE;
        let (a, b) = (
            values(restored.clone().clamp(-1.0, 1.0)),
            values(truth.clone()),
        );
        for (a, b) in a.chunks(3 * side * side).zip(b.chunks(3 * side * side)) {
            self.psnr[method] += psnr(a, b);
            let planes = a.chunks(side * side).zip(b.chunks(side * side));
            self.ssim[method] += planes.map(|(a, b)| ssim(a, b, side)).sum::<f64>() / 3.0;
        }
    }
}

/// Restores crops `[B, 3, 64, 64]` of one task from `seed` and adds up how well.
pub(crate) fn measure(
    task: &str,
    truth: &Tensor<4>,
    denoiser: &Rc<PhotoDenoiser>,
    seed: u64,
    figures: &mut Figures,
) {
    let device = ComputeDevice::of(truth);
    let prior = GaussianPrior::new(denoiser.prior(), Fourier::new(SIDE, SIDE, &device));
    let measurement = measurement(task, truth, seed, &device);
    let posterior = Posterior::new(measurement, prior);
    let run = |sampler, samples| {
        let restoration = Run::new(denoiser.clone(), posterior.clone(), sampler, samples, seed);
        let mut restoration = restoration.expect("a valid sampler");
        let sample = restoration.next_sample();
        (restoration, sample)
    };
    let (default, sample) = run(Sampler::DEFAULT, 1);
    let (refined, _) = run(Sampler::DEFAULT.refining(true), 0);
    let (_, paper) = run(Sampler::PAPER, 1);
    let mean = |run: Run<_>| run.mean().expect("a finished restoration");
    let one = |sample: Option<_>| sample.expect("one is asked for");
    figures.add(0, &default.estimate(), truth);
    figures.add(1, &mean(default), truth);
    figures.add(2, &mean(refined), truth);
    figures.add(3, &one(sample), truth);
    figures.add(4, &one(paper), truth);
    figures.crops += truth.dims()[0];
}

/// One of the five tasks, "grey", "mosaic" or "Hadamard", of photos in RGB; measured on the axes.
pub(crate) fn measurement(
    task: &str,
    truth: &Tensor<4>,
    seed: u64,
    device: &ComputeDevice,
) -> Measurement {
    // A stream beyond those that a restoration draws from.
    let mut noise = WhiteNoise::new(seed, 1 << 32, device);
    let batch = truth.dims()[0];
    let fourier = Fourier::new(SIDE, SIDE, device);
    let operator: Rc<dyn LinearOperator> = match task {
        "random" => {
            // P(n > 0.5244) = 30 %: what stays known.
            let n = noise.draw([batch, 1, SIDE, SIDE]);
            Rc::new(Mask::new(n.greater_elem(0.524_400_5).float()))
        }
        "box" => Rc::new(Mask::new(plane(device, |i, j| {
            let inside = |k: usize| (16..48).contains(&k);
            if inside(i) && inside(j) { 0.0 } else { 1.0 }
        }))),
        "block_mean_4" => Rc::new(BlockMean::new(4, SIDE, SIDE, device).expect("4 divides")),
        "gaussian" => {
            let host = ComputeDevice::cpu_f64();
            let response = |i, j| gaussian_response(i, 1.5) * gaussian_response(j, 1.5);
            let re = plane(&host, response);
            let im = re.zeros_like();
            let kernel = Fourier::new(SIDE, SIDE, &host).inverse(Spectrum { re, im });
            Rc::new(CircularConvolution::new(kernel, fourier).expect("it fits"))
        }
        "motion" => {
            let line = |i: usize, j: usize| i == 0 && (j <= 4 || j >= SIDE - 4);
            let kernel = plane(&ComputeDevice::cpu_f64(), |i, j| {
                if line(i, j) { 1.0 / 9.0 } else { 0.0 }
            });
            Rc::new(CircularConvolution::new(kernel, fourier).expect("it fits"))
        }
        "grey" => Rc::new(ChannelMix::grey()),
        "mosaic" => Rc::new(Mask::bayer(Bayer::Rggb, SIDE, SIDE, device)),
        "Hadamard" => {
            let rows = Hadamard::new(0.25, 1, fourier).expect("powers of two");
            Rc::new(rows)
        }
        other => panic!("no task {other}"),
    };
    let shape = operator.measurement_shape(truth.dims());
    let mut measurement = Measurement {
        y: device.zeros(shape),
        operator,
        s2: device.scalar(SIGMA_Y * SIGMA_Y),
    };
    measurement.y = measurement.simulate(axes::from_rgb(truth.clone()), noise.draw(shape));
    measurement
}

/// exp(-2 pi² sigma² f²) at the k-th frequency.
fn gaussian_response(k: usize, sigma: f64) -> f64 {
    let f = k.min(SIDE - k) as f64 / SIDE as f64;
    (-2.0 * (std::f64::consts::PI * sigma * f).powi(2)).exp()
}

fn plane(device: &ComputeDevice, value: impl Fn(usize, usize) -> f64) -> Tensor<4> {
    let values = (0..SIDE * SIDE).map(|i| value(i / SIDE, i % SIDE));
    device.tensor(values.collect(), [1, 1, SIDE, SIDE])
}

fn values(tensor: Tensor<4>) -> Vec<f64> {
    tensor.try_into_vec_as::<f64>().expect("a finished tensor")
}

fn psnr(a: &[f64], b: &[f64]) -> f64 {
    let square: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    10.0 * (4.0 / (square / a.len() as f64)).log10()
}

/// SSIM of one plane in [-1, 1], seen in [0, 1]: an 11×11 Gaussian window of sigma 1.5, within the
/// borders.
fn ssim(a: &[f64], b: &[f64], side: usize) -> f64 {
    let unit = |v: &[f64]| v.iter().map(|v| (v + 1.0) / 2.0).collect::<Vec<_>>();
    let (a, b) = (unit(a), unit(b));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).collect::<Vec<_>>();
    let (ma, mb) = (window_mean(&a, side), window_mean(&b, side));
    let aa = window_mean(&product(&a, &a), side);
    let bb = window_mean(&product(&b, &b), side);
    let ab = window_mean(&product(&a, &b), side);
    let at = |i: usize| {
        let (va, vb, cov) = (
            aa[i] - ma[i] * ma[i],
            bb[i] - mb[i] * mb[i],
            ab[i] - ma[i] * mb[i],
        );
        let light = (2.0 * ma[i] * mb[i] + 1e-4) / (ma[i] * ma[i] + mb[i] * mb[i] + 1e-4);
        light * (2.0 * cov + 9e-4) / (va + vb + 9e-4)
    };
    (0..ma.len()).map(at).sum::<f64>() / ma.len() as f64
}

/// The Gaussian-weighted mean over each 11×11 window that fits.
fn window_mean(plane: &[f64], side: usize) -> Vec<f64> {
    const TAPS: usize = 11;
    let weight = |i: usize| (-(i as f64 - 5.0).powi(2) / (2.0 * 1.5 * 1.5)).exp();
    let sum: f64 = (0..TAPS).map(weight).sum();
    let weights: Vec<f64> = (0..TAPS).map(|i| weight(i) / sum).collect();
    let inner = side - TAPS + 1;
    let row = |r: usize, c: usize| {
        (0..TAPS)
            .map(|t| weights[t] * plane[r * side + c + t])
            .sum()
    };
    let rows: Vec<f64> = (0..side * inner)
        .map(|i| row(i / inner, i % inner))
        .collect();
    let column = |r: usize, c: usize| {
        (0..TAPS)
            .map(|t| weights[t] * rows[(r + t) * inner + c])
            .sum()
    };
    (0..inner * inner)
        .map(|i| column(i / inner, i % inner))
        .collect()
}
