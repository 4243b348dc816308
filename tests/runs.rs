//! Runs of a whole request: what seeds, and workers that share the samples, do not change, and what
//! a step tells of its evaluation.

mod common;

use std::rc::Rc;

use burn::tensor::Tensor;
use common::model;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::request::task::Task;
use eps_restore::low_level::restoration::{SampleSubset, Stage};
use eps_restore::{Error, GREY, Mask, Noise, Photo, Request, Sampler};

const SIDE: usize = 24;
const SAMPLES: usize = 5;

fn denoiser(device: &ComputeDevice) -> Rc<PhotoDenoiser> {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the committed weights");
    Rc::new(PhotoDenoiser::new(&weights, device).expect("the committed weights"))
}

fn photo() -> Photo {
    let pixels = (0..4 * SIDE * SIDE).map(|i| (i * 7919 % 251) as u8);
    Photo::new(SIDE, SIDE, pixels.collect()).expect("a photo")
}

/// The photo with two columns missing.
fn job(
    denoiser: &Rc<PhotoDenoiser>,
    sampler: Sampler,
    device: &ComputeDevice,
) -> Job<PhotoDenoiser> {
    let missing = (0..SIDE * SIDE).map(|i| i % SIDE % 11 == 4);
    let request = Request::new(
        photo(),
        Task::Inpaint {
            missing: Mask::new(SIDE, SIDE, missing.collect()).expect("a mask"),
        },
    )
    .with_samples(SAMPLES)
    .with_sampler(sampler)
    .with_seed(7);
    Job::new(request, denoiser.clone(), device).expect("a valid request")
}

/// The values of each window.
type Values = Vec<Vec<f32>>;

fn values(tensors: Vec<Tensor<4>>) -> Values {
    let of = |t: Tensor<4>| t.into_data().try_into_vec().expect("f32");
    tensors.into_iter().map(of).collect()
}

/// The finished samples of a job, by number; and how many steps it took.
fn run(job: &mut Job<PhotoDenoiser>) -> (Vec<(usize, Values)>, usize) {
    let (mut samples, mut steps) = (Vec::new(), 0);
    while let Some(step) = job.step() {
        steps += 1;
        if let (Stage::Sample { index }, true) = (step.stage, step.finished) {
            samples.push((index, values(step.previews)));
        }
    }
    (samples, steps)
}

#[test]
fn shares_of_a_restoration_are_the_restoration() {
    let device = ComputeDevice::cpu();
    let denoiser = denoiser(&device);
    for refine in [false, true] {
        shares_make_the_whole(&denoiser, Sampler::DRAFT.refining(refine), &device);
    }
}

/// No noise enters a mean by one evaluation, whose colours a draw would tint.
#[test]
fn the_mean_is_the_same_for_every_seed() {
    let device = ComputeDevice::cpu();
    let denoiser = denoiser(&device);
    let colorize = || Task::Colorize {
        weights: GREY,
        hints: None,
    };
    let mean = |seed| {
        let request = Request::new(photo(), colorize())
            .with_samples(0)
            .with_seed(seed);
        let mut job = Job::new(request, denoiser.clone(), &device).expect("a valid request");
        while job.step().is_some() {}
        values(job.mean().expect("computed"))
    };
    assert!(mean(1) == mean(2));
}

/// A photo that is coloured in two requests, small and then at its own size, is the photo that one
/// request colours: up to the small one's eight bits.
#[test]
fn colours_of_a_small_picture_are_those_that_it_would_have_had() {
    let device = ComputeDevice::cpu();
    let denoiser = denoiser(&device);
    let flat = |side: usize, block: usize| {
        let level = |i: usize| (60 + 5 * (i % side / block + i / side / block) % 120) as u8;
        let pixels = (0..side * side).flat_map(|i| [level(i), level(i), level(i), 255]);
        Photo::new(side, side, pixels.collect()).expect("four bytes a pixel")
    };
    let colorize = || Task::Colorize {
        weights: GREY,
        hints: None,
    };
    let mean = |photo: Photo, task| {
        let request = Request::new(photo, task).with_samples(0);
        let mut job = Job::new(request, denoiser.clone(), &device).expect("a valid request");
        let tiles = job.total_tiles();
        while job.step().is_some() {}
        assert_eq!(job.tiles(), tiles);
        let mean = values(job.mean().expect("computed"));
        job.composite().restored(&mean)
    };
    let small = mean(flat(72, 4), colorize());
    let whole = mean(flat(144, 8), colorize());
    let parted = mean(flat(144, 8), Task::ColorizeFrom { small: vec![small] });
    let pairs = || whole.rgba().iter().zip(parted.rgba());
    let colours = whole.rgba().chunks_exact(4).map(|p| p[0].abs_diff(p[2]));
    assert!(colours.max() > Some(8), "a grey photo shows nothing");
    assert!(pairs().all(|(a, b)| a.abs_diff(*b) <= 2));
}

/// Where pixels are missing the pivot is the state; elsewhere it is the photo, as the state is far
/// noisier.
#[test]
fn a_step_tells_what_it_asked() {
    let device = ComputeDevice::cpu();
    let missing = |i: usize| i % SIDE % 11 == 4;
    let mask = Mask::new(SIDE, SIDE, (0..SIDE * SIDE).map(missing).collect());
    let task = Task::Inpaint {
        missing: mask.expect("a mask"),
    };
    let request = Request::new(photo(), task)
        .with_noise(Noise::Level(1.0))
        .with_sampler(Sampler::DRAFT);
    let mut job = Job::new(request, denoiser(&device), &device).expect("a valid request");
    assert!(job.step().expect("the estimate").queries.is_empty());
    assert_eq!(job.step().expect("the mean").queries.len(), 1);
    let step = job.step().expect("the sample's first evaluation");
    let query = &step.queries[0];
    assert_eq!(query.tau(), step.tau);
    assert!((step.tau - 5.0).abs() < 1e-9);
    let [state, pivot] = [query.state(), query.pivot()].map(|x| values(vec![x]).remove(0));
    let measured = photo();
    for (i, (state, pivot)) in state.iter().zip(pivot).enumerate() {
        let (channel, pixel) = (i / (SIDE * SIDE), i % (SIDE * SIDE));
        let expected = match missing(pixel) {
            true => f64::from(*state) * 10.0_f64.hypot(1.0),
            false => f64::from(measured.rgba()[4 * pixel + channel]) / 127.5 - 1.0,
        };
        assert!(
            (f64::from(pivot) - expected).abs() < 1e-4,
            "{i}: {pivot}, {expected}"
        );
    }
}

fn shares_make_the_whole(denoiser: &Rc<PhotoDenoiser>, sampler: Sampler, device: &ComputeDevice) {
    let job = || job(denoiser, sampler, device);
    let mut whole = job();
    let (expected, _) = run(&mut whole);
    let deviation = values(whole.deviation().expect("five samples"));
    let mean = || values(whole.mean().expect("computed"));

    for every in [2, 3, 8] {
        let mut lead = job();
        let mut samples = Vec::new();
        for first in 0..every {
            let mut helper = job();
            let one = if first == 0 { &mut lead } else { &mut helper };
            one.draw_only(SampleSubset::new(first, every).expect("valid"));
            if first > 0 {
                one.resume(mean()).expect("the same windows");
            }
            let (drawn, steps) = run(one);
            assert!(one.is_finished());
            let lead_only = usize::from(first == 0);
            assert_eq!(steps, one.total_evaluations() + lead_only);
            if let Some((_, last)) = drawn.last() {
                assert_eq!(&values(one.last_sample().expect("drawn")), last);
            }
            samples.extend(drawn);
        }
        samples.sort_by_key(|(index, _)| *index);
        assert!(samples == expected, "other samples in {every} shares");
        for (_, sample) in samples {
            lead.adopt(sample).expect("the same windows");
        }
        assert!(values(lead.deviation().expect("adopted")) == deviation);
    }

    let mut other = job();
    let too_short = other.resume(vec![vec![0.0; 3]]);
    assert!(matches!(too_short, Err(Error::InvalidOption(_))));
    let too_many = other.adopt([mean(), mean()].concat());
    assert!(matches!(too_many, Err(Error::InvalidOption(_))));
}
