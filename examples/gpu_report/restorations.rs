//! Whole restorations: the five tasks beside the CPU's, and how long they take.

use std::rc::Rc;
use std::time::Instant;

use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::restoration::Stage;
use eps_restore::{Borders, Error, GREY, Kernel, Mask, Photo, Reduction, Request, Task};
use serde::Serialize;

use crate::Failure;
use crate::timing::block_on;

/// In dB, of the mean against the CPU's.
const LEAST_PSNR: f64 = 60.0;

/// The side up to which a restoration is repeated on the CPU.
const COMPARED: usize = 64;

#[derive(Serialize)]
pub(crate) struct Timed {
    pub(crate) task: &'static str,
    width: usize,
    height: usize,
    /// The mean's: of all tiles.
    evaluation_milliseconds: f64,
    evaluations: usize,
    seconds: f64,
    /// Of the mean, peak 2, against the CPU's.
    psnr_to_cpu: Option<f64>,
}

impl Timed {
    /// Whether it was compared, and is another picture than the CPU's, or none.
    pub(crate) fn is_wrong(&self) -> bool {
        self.psnr_to_cpu
            .is_some_and(|psnr| psnr.is_nan() || psnr < LEAST_PSNR)
    }
}

pub(crate) fn timed(
    device: &ComputeDevice,
    weights: &[u8],
    quick: bool,
) -> Result<Vec<Timed>, Failure> {
    let weights = Weights::read(weights)?;
    let cpu = ComputeDevice::cpu();
    let on_gpu = Rc::new(PhotoDenoiser::new(&weights, device)?);
    let on_cpu = Rc::new(PhotoDenoiser::new(&weights, &cpu)?);
    let sizes: &[([usize; 2], usize)] = if quick {
        &[([64, 64], 1)]
    } else {
        &[
            ([64, 64], 1),
            ([256, 256], 1),
            ([1024, 1024], 1),
            ([4000, 3000], 0),
        ]
    };
    let mut all = Vec::new();
    for &([width, height], samples) in sizes {
        for (name, task) in tasks([width, height])? {
            let request = || -> Result<Request, Error> {
                let photo = picture(photo_size(&task, [width, height]))?;
                Ok(Request::new(photo, task.clone()).with_samples(samples))
            };
            // The first run compiles pipelines and says which sizes of maps are to be measured.
            run(request()?, on_gpu.clone(), device)?;
            block_on(on_gpu.measure());
            let ours = run(request()?, on_gpu.clone(), device)?;
            let psnr_to_cpu = if width <= COMPARED {
                let theirs = run(request()?, on_cpu.clone(), &cpu)?;
                Some(psnr(&ours.mean, &theirs.mean))
            } else {
                None
            };
            all.push(Timed {
                task: name,
                width,
                height,
                evaluation_milliseconds: ours.mean_milliseconds,
                evaluations: ours.evaluations,
                seconds: ours.seconds,
                psnr_to_cpu,
            });
        }
    }
    Ok(all)
}

/// The five tasks for a result of this size.
fn tasks([width, height]: [usize; 2]) -> Result<[(&'static str, Task); 5], Error> {
    let pixels = 0..width * height;
    let lost = pixels.map(|i| i % 7 == 0 || (i % width).abs_diff(width / 2) < 6);
    let missing = Mask::new(width, height, lost.collect())?;
    Ok([
        ("denoise", Task::Denoise),
        ("inpaint", Task::Inpaint { missing }),
        (
            "superResolve",
            Task::SuperResolve {
                factor: 2,
                reduction: Reduction::BlockMean,
            },
        ),
        (
            "deblur",
            Task::Deblur {
                kernel: Kernel::new(5, 5, vec![1.0 / 25.0; 25])?,
                borders: Borders::Circular,
            },
        ),
        (
            "colorize",
            Task::Colorize {
                weights: GREY,
                hints: None,
            },
        ),
    ])
}

fn photo_size(task: &Task, [width, height]: [usize; 2]) -> [usize; 2] {
    match task {
        Task::SuperResolve { factor, .. } => [width / factor, height / factor],
        _ => [width, height],
    }
}

/// Soft waves with an edge.
fn picture([width, height]: [usize; 2]) -> Result<Photo, Error> {
    let mut rgba = Vec::with_capacity(4 * width * height);
    for i in 0..width * height {
        let (x, y) = ((i % width) as f64, (i / width) as f64);
        let edge = if x > 0.6 * width as f64 { 40.0 } else { 0.0 };
        let wave = |c: f64| 110.0 + edge + 50.0 * ((x * c + 2.0 * y) / 11.0).sin();
        rgba.extend([wave(1.0), wave(2.0), wave(3.0), 255.0].map(|v| v as u8));
    }
    Photo::new(width, height, rgba)
}

struct Done {
    mean: Vec<f32>,
    mean_milliseconds: f64,
    evaluations: usize,
    seconds: f64,
}

fn run(
    request: Request,
    network: Rc<PhotoDenoiser>,
    device: &ComputeDevice,
) -> Result<Done, Failure> {
    let begin = Instant::now();
    let mut job = Job::new(request, network, device)?;
    let (mut mean, mut mean_milliseconds) = (Vec::new(), 0.0);
    let mut step_begin = Instant::now();
    while let Some(step) = job.step() {
        let mut values = Vec::new();
        for preview in step.previews {
            // Reading waits for the device.
            values.extend(preview.try_into_vec_as::<f32>()?);
        }
        if step.stage == Stage::Mean {
            mean_milliseconds = step_begin.elapsed().as_secs_f64() * 1e3;
            mean = values;
        }
        step_begin = Instant::now();
    }
    Ok(Done {
        mean,
        mean_milliseconds,
        evaluations: job.total_evaluations(),
        seconds: begin.elapsed().as_secs_f64(),
    })
}

/// In dB, of a peak of 2.
fn psnr(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2));
    10.0 * (4.0 * a.len() as f64 / squares.sum::<f64>()).log10()
}
