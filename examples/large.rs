//! The cost of an evaluation of a large photo beside the network: `cargo run --release --example
//! large -- --side 1024`.
//!
//! It compares, at three noise levels, the time of pivot, Gaussian posterior and w of the whole
//! photo with the network's time for all tiles, estimated from two of them.

use std::rc::Rc;
use std::time::Instant;

use clap::Parser;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::{Denoiser, PhotoDenoiser, Weights};
use eps_restore::low_level::request::problem::{Problem, WindowProblem};
use eps_restore::low_level::request::task::{Borders, GREY, Task};
use eps_restore::low_level::request::windows::WindowPlan;
use eps_restore::{Error, Kernel, Photo, Request};

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 1024)]
    side: usize,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: std::path::PathBuf,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let device = ComputeDevice::cpu();
    let bytes = std::fs::read(&options.weights)?;
    let denoiser = Rc::new(PhotoDenoiser::new(&Weights::read(&bytes)?, &device)?);
    println!("| task | tau | beside the network, s | tiles | network, s | share |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let blur = |borders| {
        let kernel = Kernel::gaussian(2.0)?;
        Ok::<_, Error>(Task::Deblur { kernel, borders })
    };
    for (name, task) in [
        ("denoise", Task::Denoise),
        (
            "colourise",
            Task::Colorize {
                weights: GREY,
                hints: None,
            },
        ),
        ("deblur, circular", blur(Borders::Circular)?),
        ("deblur, unknown borders", blur(Borders::Unknown)?),
    ] {
        measure(name, task, options.side, &denoiser, &device)?;
    }
    Ok(())
}

fn measure(
    name: &str,
    task: Task,
    side: usize,
    denoiser: &PhotoDenoiser,
    device: &ComputeDevice,
) -> Result<(), Error> {
    let rgba = (0..4 * side * side).map(|i| ((i as f64 / 900.0).sin() * 60.0 + 120.0) as u8);
    let request = Request::new(Photo::new(side, side, rgba.collect())?, task).with_samples(0);
    let region = WindowPlan::of(&request)?.regions[0];
    let noise = request.check()?;
    let [height, width] = region.canvas.size;
    let problem = WindowProblem::new(&request, region, noise, denoiser.prior(), device)?.problem;
    let posterior = match problem {
        Problem::Whole(posterior) => posterior,
        // At the photo's own size, whose colours were decided before.
        Problem::Coarsened(measured) | Problem::FromCoarse { measured, .. } => {
            let factor = measured.reduction().unwrap_or(1);
            let coarse = device.zeros([1, 3, height / factor, width / factor]);
            measured.posterior_given(coarse, factor)
        }
    };
    let tiles = denoiser.parts(&posterior);
    for tau in [80.0, 1.0, 0.05] {
        let z = WhiteNoise::new(1, 1, device).draw([1, 3, height, width]) * tau;
        let level = denoiser.level(&posterior, tau);
        let begin = Instant::now();
        let mut evaluation = denoiser.begin(&posterior, z, &level);
        let beside = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let timed = tiles.min(2);
        for _ in 0..timed {
            denoiser.advance(&mut evaluation);
        }
        let network = begin.elapsed().as_secs_f64() * tiles as f64 / timed as f64;
        let share = 100.0 * beside / network;
        println!("| {name} | {tau} | {beside:.2} | {tiles} | {network:.2} | {share:.0} % |");
    }
    Ok(())
}
