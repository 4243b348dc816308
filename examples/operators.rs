//! How well and at what cost each operator restores: `cargo run --release --example operators -- --data DIR` prints docs/operators.md's table.
//!
//! Centre crops of the first images of DIR, 64×64 restored, sigma_y = 0.02: PSNR (peak 2) of the linear estimate and of one evaluation at tau = 80, and
//! the time of what is done once (w0, draws) and at every evaluation, with the network and without.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use burn::tensor::Tensor;
use clap::Parser;
use eps_restore::denoiser::{Denoiser, PhotoDenoiser, Weights};
use eps_restore::fourier::Fourier;
use eps_restore::kernel::Kernel;
use eps_restore::measurement::Measurement;
use eps_restore::noise::Noise;
use eps_restore::operators::{
    Bayer, BlockMean, ChannelMix, CircularConvolution, Decimation, Hadamard, LinearOperator, Mask,
    MaskedBlockMean, compose, cropped_convolution,
};
use eps_restore::place::Place;
use eps_restore::posterior::Posterior;
use eps_restore::prior::GaussianPrior;
use eps_restore::restoration::{Restoration, Sampler};

#[path = "../tests/common/crops.rs"]
mod crops;

#[derive(Parser)]
struct Options {
    /// A folder of images.
    #[arg(long)]
    data: PathBuf,
    #[arg(long, default_value_t = 16)]
    crops: usize,
    /// Samples of each, of which the first one's PSNR and their mean's are told; 0: none are drawn.
    #[arg(long, default_value_t = 0)]
    samples: usize,
    /// Only the operators whose names hold this.
    #[arg(long, default_value = "")]
    only: String,
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v1.safetensors"))]
    weights: PathBuf,
}

type Failure = Box<dyn std::error::Error>;

const SIDE: usize = 64;
const SIGMA_Y: f64 = 0.02;
const TAU: f64 = 80.0;
/// Of a Gaussian blur of 1.5 pixels, and of the frame around the photo it blurs.
const REACH: usize = 6;

/// What is measured of a scene of SIDE + 2 REACH pixels, and how it is restored.
struct Case {
    name: &'static str,
    operator: Rc<dyn LinearOperator>,
    /// Pixels of the scene around the restored image.
    frame: usize,
    /// Measured by another operator on the whole scene, the restored image's part of it given.
    scene: Option<Rc<dyn LinearOperator>>,
}

fn plan(side: usize, place: &Place) -> Fourier {
    Fourier::new(side, side, place)
}

fn blur(kernel: &Kernel, side: usize, place: &Place) -> CircularConvolution {
    let kernel = kernel.circular(side, side).expect("it fits");
    CircularConvolution::new(kernel, plan(side, place))
}

fn cases(place: &Place) -> Vec<Case> {
    let case = |name, operator: Rc<dyn LinearOperator>| Case {
        name,
        operator,
        frame: REACH,
        scene: None,
    };
    let fourier = || plan(SIDE, place);
    let gaussian = Kernel::gaussian(1.5).expect("valid");
    let motion = Kernel::motion(9.0, 30.0).expect("valid");
    let scratches = Noise::new(3, 0, place).draw([1, 1, SIDE / 2, SIDE / 2]);
    let scratches = Mask::new(scratches.greater_elem(-0.52).float());
    let whole = SIDE + 2 * REACH;
    let sharp = || Rc::new(blur(&gaussian, whole, place));
    let crop = Mask::crop([[REACH; 2]; 2], [whole; 2], place);
    let drawn = compose(sharp(), Rc::new(crop), plan(whole, place));
    let cropped = cropped_convolution(
        blur(&gaussian, whole, place),
        [[REACH; 2]; 2],
        plan(whole, place),
    );
    vec![
        case(
            "block mean 4",
            Rc::new(BlockMean::new(4, SIDE, SIDE, place)),
        ),
        case("bicubic 2", Rc::new(Decimation::bicubic(2, fourier()))),
        case("bicubic 4", Rc::new(Decimation::bicubic(4, fourier()))),
        case("bicubic 8", Rc::new(Decimation::bicubic(8, fourier()))),
        case(
            "Gaussian 1.6, every 4th",
            Rc::new(Decimation::gaussian(4, 1.6, fourier())),
        ),
        case("RGGB", Rc::new(Mask::bayer(Bayer::Rggb, SIDE, SIDE, place))),
        case("BT.601", Rc::new(ChannelMix::bt601())),
        case(
            "Hadamard 0.25",
            Rc::new(Hadamard::new(0.25, 1, fourier()).expect("powers of two")),
        ),
        case(
            "mask after block mean 2",
            Rc::new(MaskedBlockMean::new(2, scratches, fourier())),
        ),
        case(
            "grey after motion",
            Rc::new(compose(
                Rc::new(blur(&motion, SIDE, place)),
                Rc::new(ChannelMix::grey()),
                fourier(),
            )),
        ),
        case(
            "Gaussian blur, circular scene",
            Rc::new(blur(&gaussian, SIDE, place)),
        ),
        Case {
            scene: Some(sharp()),
            ..case(
                "Gaussian blur of a photo, as if circular",
                Rc::new(blur(&gaussian, SIDE, place)),
            )
        },
        Case {
            frame: 0,
            ..case(
                "Gaussian blur of a photo, unknown borders",
                Rc::new(cropped),
            )
        },
        Case {
            frame: 0,
            ..case("the same, maps and q by draws", Rc::new(drawn))
        },
    ]
}

fn inner(x: &Tensor<4>, margin: usize) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    x.clone()
        .narrow(2, margin, height - 2 * margin)
        .narrow(3, margin, width - 2 * margin)
}

fn milliseconds(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1e3
}

/// Of the SIDE×SIDE pixels in the middle of the scene.
fn psnr(restored: &Tensor<4>, scene: &Tensor<4>) -> f64 {
    let margin = (restored.dims()[2] - SIDE) / 2;
    let got = inner(restored, margin).clamp(-1.0, 1.0);
    let error = (got - inner(scene, REACH)).square().mean();
    10.0 * (4.0 / error.into_scalar::<f64>()).log10()
}

/// By the default sampler.
fn samples(
    denoiser: &Rc<PhotoDenoiser>,
    posterior: Posterior,
    count: usize,
    seed: u64,
) -> Result<Vec<Tensor<4>>, Failure> {
    let mut run = Restoration::new(denoiser.clone(), posterior, Sampler::DEFAULT, count, seed)?;
    Ok(std::iter::from_fn(|| run.next_sample()).collect())
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let place = Place::cpu();
    let bytes = std::fs::read(&options.weights)?;
    let denoiser = Rc::new(PhotoDenoiser::new(&Weights::read(&bytes)?, &place)?);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&options.data)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let step = (files.len() / options.crops).max(1);
    let scenes = files.iter().step_by(step).take(options.crops);
    let scenes = scenes.map(|file| crops::centre_crop(file, SIDE + 2 * REACH, &place));
    let scenes = scenes.collect::<Result<Vec<_>, _>>()?;

    println!(
        "| operator | w0, dB | mean, dB | a sample, dB | mean of samples, dB | once, ms | level, ms | each, ms | with network, ms | residual/tolerance |"
    );
    println!("|{}", " --- |".repeat(10));
    let wanted = |case: &Case| case.name.contains(&options.only);
    for case in cases(&place).into_iter().filter(wanted) {
        let (mut psnrs, mut times, mut worst) = ([0.0; 4], [0.0; 4], 0.0_f64);
        for (i, scene) in scenes.iter().enumerate() {
            let mut noise = Noise::new(i as u64, 0, &place);
            let truth = inner(scene, case.frame);
            let s2 = place.scalar(SIGMA_Y * SIGMA_Y);
            let clean = match &case.scene {
                Some(operator) => inner(&operator.apply(scene.clone()), REACH),
                None => case.operator.apply(truth.clone()),
            };
            let n = noise.draw(clean.dims()) * SIGMA_Y;
            let measurement = Measurement {
                operator: case.operator.clone(),
                y: case.operator.observed(clean + n),
                s2,
            };
            let side = truth.dims()[2];
            let begin = Instant::now();
            let posterior = Posterior::new(measurement, GaussianPrior::new(plan(side, &place)));
            let first = denoiser.level(&posterior, TAU);
            times[0] += milliseconds(begin);
            let begin = Instant::now();
            let level = denoiser.level(&posterior, 1.0);
            times[1] += milliseconds(begin);
            drop(level);
            let (z, t2) = (noise.draw(truth.dims()) * TAU, place.scalar(TAU * TAU));
            let begin = Instant::now();
            let g = posterior.gaussian_mean(z.clone(), t2.clone());
            let w = posterior.shrunk_pivot(z.clone(), t2.clone(), g);
            let mu = posterior.pivot(z.clone(), t2);
            times[2] += milliseconds(begin);
            drop((w, mu));
            let begin = Instant::now();
            let mean = denoiser.denoise(&posterior, z, &first);
            times[3] += milliseconds(begin);
            psnrs[0] += psnr(&posterior.linear_estimate(), scene);
            psnrs[1] += psnr(&mean, scene);
            if options.samples > 0 {
                let samples = samples(&denoiser, posterior.clone(), options.samples, i as u64)?;
                psnrs[2] += psnr(&samples[0], scene);
                let sum = samples.into_iter().reduce(|a, b| a + b);
                let mean = sum.expect("a sample at least") / options.samples as f64;
                psnrs[3] += psnr(&mean, scene);
            }
            if let Some(residual) = posterior.residual() {
                worst = worst.max(residual.into_scalar::<f64>());
            }
        }
        let n = scenes.len() as f64;
        let psnrs = psnrs.map(|v| {
            if v == 0.0 {
                "".into()
            } else {
                format!("{:.2}", v / n)
            }
        });
        let times = times.map(|v| format!("{:.1}", v / n));
        println!(
            "| {} | {} | {} | {worst:.2} |",
            case.name,
            psnrs.join(" | "),
            times.join(" | ")
        );
    }
    Ok(())
}
