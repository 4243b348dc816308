//! Operators that people put together or bring along, from the photo to the result.

mod common;

use std::rc::Rc;

use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{Device, Tensor};
use common::crops::centre_crop;
use common::model;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use eps_restore::low_level::operators::{CircularConvolution, LinearMap, LinearOperator};
use eps_restore::low_level::photo::pixels::{Photo, Window};
use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::request::task::{Borders, GREY, OperatorSource, Reduction, Task};
use eps_restore::low_level::restoration::converged;
use eps_restore::{Error, Kernel, Mask, Request};

const SIDE: usize = 48;

fn denoiser(device: &ComputeDevice) -> Rc<PhotoDenoiser> {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the committed weights");
    Rc::new(PhotoDenoiser::new(&weights, device).expect("the committed weights"))
}

/// The middle of a committed photo.
fn scene(side: usize, device: &ComputeDevice) -> Tensor<4> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/crops/B000716.png");
    centre_crop(file.as_ref(), side, device).expect("a committed photo")
}

/// One channel gives a grey photo.
fn photo(x: Tensor<4>) -> Photo {
    let [_, channels, height, width] = x.dims();
    let values: Vec<f32> = x.try_into_vec_as().expect("on the CPU");
    let area = height * width;
    let level =
        |i: usize, c: usize| ((values[c.min(channels - 1) * area + i] + 1.0) * 127.5).round() as u8;
    let rgba = (0..area).flat_map(|i| [level(i, 0), level(i, 1), level(i, 2), 255]);
    Photo::new(width, height, rgba.collect()).expect("four bytes a pixel")
}

fn job(photo: Photo, task: Task, device: &ComputeDevice) -> Result<Job<PhotoDenoiser>, Error> {
    let request = Request::new(photo, task).with_samples(0);
    Job::new(request, denoiser(device), device)
}

/// The posterior mean.
fn mean(photo: Photo, task: Task, device: &ComputeDevice) -> Photo {
    let mut job = job(photo, task, device).expect("a valid request");
    while job.step().is_some() {}
    if let Some(residual) = job.residual() {
        converged(residual.into_scalar::<f32>()).expect("converged");
    }
    let mean = job.mean().expect("finished").into_iter();
    let values: Vec<Vec<f32>> = mean
        .map(|t| t.try_into_vec_as().expect("on the CPU"))
        .collect();
    job.composite().restored(&values)
}

fn psnr(photo: &Photo, truth: &Tensor<4>, device: &ComputeDevice) -> f64 {
    let error = (photo.tensor(Window::whole(photo), device) - truth.clone())
        .square()
        .mean();
    10.0 * (4.0 / error.into_scalar::<f64>()).log10()
}

fn then(first: Task, second: Task) -> Task {
    Task::Compose {
        first: Box::new(first),
        second: Box::new(second),
    }
}

fn enlarge(factor: usize) -> Task {
    Task::SuperResolve {
        factor,
        reduction: Reduction::BlockMean,
    }
}

/// Every fifth column of a photo, as a scan's scratches.
fn scratches(size: [usize; 2]) -> Mask {
    let [height, width] = size;
    let missing = (0..height * width).map(|i| i % width % 5 == 2);
    Mask::new(width, height, missing.collect()).expect("an entry a pixel")
}

fn block_means(x: &Tensor<4>, factor: usize) -> Tensor<4> {
    avg_pool2d(x.clone(), AvgPoolOptions::new([factor; 2]))
}

/// `x` with the missing pixels black.
fn scratched(x: Tensor<4>, missing: &Mask, device: &ComputeDevice) -> Tensor<4> {
    let known = missing.pixels().iter().map(|&m| if m { 0.0 } else { 1.0 });
    let known = device.tensor_f32(known.collect(), [1, 1, missing.height(), missing.width()]);
    x.clone() * known.clone() - (-known + 1.0)
}

#[test]
fn a_scratched_small_photo_is_enlarged_as_if_it_were_whole() {
    let device = ComputeDevice::cpu();
    let truth = scene(SIDE, &device);
    let small = block_means(&truth, 2);
    let missing = scratches([SIDE / 2, SIDE / 2]);
    let given = photo(scratched(small.clone(), &missing, &device));
    let task = then(enlarge(2), Task::Inpaint { missing });
    let whole = psnr(&mean(photo(small), enlarge(2), &device), &truth, &device);
    let both = psnr(&mean(given.clone(), task, &device), &truth, &device);
    let ignored = psnr(&mean(given, enlarge(2), &device), &truth, &device);
    println!(
        "whole {whole:.2} dB, scratched {both:.2} dB, scratches taken for the scene {ignored:.2} dB"
    );
    assert!(both > whole - 3.0 && both > ignored + 6.0);
}

#[test]
fn a_blur_before_a_reduction_is_undone_with_it() {
    let device = ComputeDevice::cpu();
    let truth = scene(SIDE, &device);
    let kernel = Kernel::gaussian(1.5).expect("valid");
    let taps = kernel.circular(SIDE, SIDE).expect("it fits");
    let blur = CircularConvolution::new(taps, Fourier::new(SIDE, SIDE, &device));
    let blur = blur.expect("a kernel of the image's size");
    let given = photo(block_means(&blur.apply(truth.clone()), 2));
    let blur = Task::Deblur {
        kernel,
        borders: Borders::Circular,
    };
    let both = mean(given.clone(), then(blur, enlarge(2)), &device);
    let alone = mean(given, enlarge(2), &device);
    let [both, alone] = [both, alone].map(|photo| psnr(&photo, &truth, &device));
    println!("both {both:.2} dB, the reduction alone {alone:.2} dB");
    assert!(both > alone + 2.0);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let device = ComputeDevice::cpu();
    let given = || photo(scene(SIDE, &device));
    let grey = || Task::Colorize {
        weights: GREY,
        hints: None,
    };
    let twice = job(given(), then(grey(), grey()), &device);
    assert!(matches!(twice.err(), Some(Error::InvalidOption(_))));
    let missing = scratches([SIDE / 2, SIDE]);
    let other = job(
        given(),
        then(enlarge(2), Task::Inpaint { missing }),
        &device,
    );
    assert!(matches!(other.err(), Some(Error::InvalidMask(_))));
}

/// Every pixel dimmed by its place, as a lens does it: a source that the crate knows nothing of.
#[derive(Debug)]
struct Vignette {
    /// What adjoint multiplies by beside apply's own gain: 1 for an adjoint.
    wrong: f64,
}

struct Dimmed {
    gain: Tensor<4>,
    wrong: f64,
}

impl OperatorSource for Vignette {
    fn image_size(&self, measured: [usize; 2]) -> Result<[usize; 2], Error> {
        Ok(measured)
    }

    fn map(self: Rc<Self>, [height, width]: [usize; 2], _: [usize; 2]) -> Rc<dyn LinearMap> {
        let off = |at: usize, n: usize| 2.0 * at as f64 / (n - 1) as f64 - 1.0;
        let gain = (0..height * width)
            .map(|i| 1.0 - 0.3 * (off(i / width, height).powi(2) + off(i % width, width).powi(2)));
        let device = ComputeDevice::new(Device::flex());
        Rc::new(Dimmed {
            gain: device.tensor(gain.collect(), [1, 1, height, width]),
            wrong: self.wrong,
        })
    }
}

impl LinearMap for Dimmed {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        x * self.gain.clone()
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        y * self.gain.clone() * self.wrong
    }
}

#[test]
fn an_operator_from_elsewhere_is_undone_and_its_adjoint_is_checked() {
    let device = ComputeDevice::cpu();
    let truth = scene(SIDE, &device);
    let source = |wrong| Rc::new(Vignette { wrong });
    let map = source(1.0).map([SIDE; 2], [SIDE; 2]);
    let given = photo(map.apply(truth.clone()));
    let task = |wrong| Task::Operator {
        source: source(wrong),
    };
    let restored = mean(given.clone(), task(1.0), &device);
    let (before, after) = (
        psnr(&given, &truth, &device),
        psnr(&restored, &truth, &device),
    );
    println!("{before:.2} dB, {after:.2} dB");
    assert!(after > before + 6.0);
    let wrong = job(given, task(1.1), &device);
    assert!(matches!(wrong.err(), Some(Error::InvalidOperator(_))));
}
