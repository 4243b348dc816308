//! Tiles that others compute: results are the same to the last bit, whoever computed what, in
//! whatever order it came back, and whatever was lost on the way.

mod common;

use std::rc::Rc;

use common::{model, values};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::tiling::TileSize;
use eps_restore::low_level::denoiser::{Divisible, Loan, NetworkInputs, PhotoDenoiser, Weights};
use eps_restore::low_level::operators::Bayer;
use eps_restore::low_level::request::job::{Job, JobProgress};
use eps_restore::low_level::request::task::{Borders, GREY, Reduction, Task};
use eps_restore::{Error, Kernel, Mask, Noise, Photo, Request, Sampler};

fn denoiser(device: &ComputeDevice) -> Rc<PhotoDenoiser> {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the committed weights");
    let denoiser = PhotoDenoiser::new(&weights, device).expect("the committed weights");
    Rc::new(denoiser.in_tiles(TileSize::new(48, 16).expect("a valid size")))
}

fn photo(width: usize, height: usize) -> Photo {
    let rgba = (0..4 * width * height).map(|i| (i * 7919 % 251) as u8);
    Photo::new(width, height, rgba.collect()).expect("four bytes a pixel")
}

fn mask(width: usize, height: usize, missing: impl Fn(usize, usize) -> bool) -> Task {
    let missing = (0..width * height).map(|i| missing(i % width, i / width));
    let missing = Mask::new(width, height, missing.collect()).expect("an entry a pixel");
    Task::Inpaint { missing }
}

/// Every kind of task, on 90×70 pixels: six tiles.
fn requests() -> Vec<(&'static str, Request)> {
    let (width, height) = (90, 70);
    let deblur = |borders| Task::Deblur {
        kernel: Kernel::gaussian(1.2).expect("a valid deviation"),
        borders,
    };
    let whole = |task| (photo(width, height), task);
    let scratch = |x, y| (x + y) % 31 < 2;
    // Windows far apart, and a hole that is filled coarse to fine.
    let holes = |x: usize, y: usize| {
        let inside =
            |left, top, side| (left..left + side).contains(&x) && (top..top + side).contains(&y);
        inside(10, 10, 6) || inside(300, 20, 9) || inside(150, 100, 70)
    };
    let tasks = [
        ("denoise", whole(Task::Denoise)),
        (
            "enlarge",
            (
                photo(45, 35),
                Task::SuperResolve {
                    factor: 2,
                    reduction: Reduction::BlockMean,
                },
            ),
        ),
        ("unblur", whole(deblur(Borders::Circular))),
        ("unblur, unknown borders", whole(deblur(Borders::Unknown))),
        (
            "colourise",
            whole(Task::Colorize {
                weights: GREY,
                hints: None,
            }),
        ),
        (
            "demosaic",
            whole(Task::Demosaic {
                pattern: Bayer::Rggb,
            }),
        ),
        ("fill a scratch", whole(mask(width, height, scratch))),
        ("fill holes", (photo(340, 190), mask(340, 190, holes))),
    ];
    let request = |(name, (photo, task)): (&'static str, (Photo, Task))| {
        let noise = match task {
            Task::Denoise => Noise::Level(12.0),
            _ => Noise::TaskDefault,
        };
        let sampler = Sampler {
            points: 2,
            ..Sampler::DEFAULT
        };
        let request = Request::new(photo, task).with_noise(noise);
        (name, request.with_samples(1).with_sampler(sampler))
    };
    tasks.into_iter().map(request).collect()
}

/// The previews of all steps.
type Steps = Vec<Vec<Vec<f32>>>;

fn alone(mut job: Job<PhotoDenoiser>) -> Steps {
    let mut steps = Vec::new();
    while let Some(step) = job.step() {
        steps.push(values(step.previews));
    }
    steps
}

/// Others compute most tiles. Each time, of three that are lent the first one is lost, and the
/// others come back last first, one of them twice.
fn divided(mut job: Job<PhotoDenoiser>, helper: &PhotoDenoiser) -> Steps {
    let mut steps = Vec::new();
    loop {
        let open = job.open_tiles();
        let lent: Vec<(Loan, NetworkInputs)> = (0..3).map_while(|_| job.lend()).collect();
        assert!(job.open_tiles() <= open && lent.len() <= open);
        let before = job.tiles();
        let mut returned = 0;
        for (i, (loan, inputs)) in lent.into_iter().enumerate().rev() {
            if i == 0 {
                job.reopen(&loan);
                continue;
            }
            let output = helper.evaluate_part(inputs).expect("valid inputs");
            assert!(job.give_back(&loan, &output).expect("as many values"));
            assert!(!job.give_back(&loan, &output).expect("as many values"));
            job.reopen(&loan);
            returned += 1;
        }
        assert_eq!(job.tiles(), before + returned);
        match job.advance() {
            Some(JobProgress::Step(step)) => steps.push(values(step.previews)),
            Some(JobProgress::Part) => {}
            None => break,
        }
    }
    assert_eq!(job.tiles(), job.total_tiles());
    steps
}

#[test]
fn results_are_the_same_to_the_last_bit_whoever_computes_the_tiles() {
    let device = ComputeDevice::cpu();
    let (denoiser, helper) = (denoiser(&device), denoiser(&device));
    for (name, request) in requests() {
        let job = || Job::new(request.clone(), denoiser.clone(), &device).expect("valid");
        assert!(
            job().total_tiles() > 3 * job().total_evaluations(),
            "{name}"
        );
        let (alone, divided) = (alone(job()), divided(job(), &helper));
        assert_eq!(alone.len(), 4, "{name}");
        assert!(alone == divided, "{name}");
    }
}

/// Nothing is lost where a caller lends everything and hears no more of it.
#[test]
fn tiles_that_never_come_back_are_computed_here() {
    let device = ComputeDevice::cpu();
    let denoiser = denoiser(&device);
    let request = Request::new(photo(90, 70), Task::Denoise)
        .with_noise(Noise::Level(12.0))
        .with_samples(0);
    let job = || Job::new(request.clone(), denoiser.clone(), &device).expect("valid");
    let mut lonely = job();
    let mut steps = Vec::new();
    let mut loans = Vec::new();
    loop {
        loans.extend(std::iter::from_fn(|| lonely.lend()));
        assert_eq!(lonely.open_tiles(), 0);
        match lonely.advance() {
            Some(JobProgress::Step(step)) => steps.push(values(step.previews)),
            Some(JobProgress::Part) => {}
            None => break,
        }
    }
    assert_eq!(loans.len(), 6);
    assert!(steps == alone(job()));
    // What comes after the end belongs to nobody.
    for (loan, inputs) in loans {
        let output = denoiser.evaluate_part(inputs).expect("valid inputs");
        assert!(!lonely.give_back(&loan, &output).expect("not awaited"));
    }
}

#[test]
fn outputs_of_another_size_are_refused() {
    let device = ComputeDevice::cpu();
    let request = Request::new(photo(90, 70), Task::Denoise)
        .with_noise(Noise::Level(12.0))
        .with_samples(0);
    let mut job = Job::new(request, denoiser(&device), &device).expect("valid");
    assert!(job.lend().is_none(), "the linear estimate has no tiles");
    job.advance();
    let (loan, _) = job.lend().expect("an open tile");
    let refused = job.give_back(&loan, &[0.0; 7]);
    assert!(
        matches!(refused, Err(Error::InvalidOption(_))),
        "{refused:?}"
    );
}
