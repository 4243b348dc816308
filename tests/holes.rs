//! Holes of any width: the linear estimate has converged in them, and they are filled with what
//! their surroundings are made of.

mod common;
#[path = "../examples/holes/figures.rs"]
mod figures;

use std::path::PathBuf;
use std::rc::Rc;

use burn::tensor::Tensor;
use common::{model, values};
use eps_restore::low_level::compute::conjugate_gradients::{Stop, conjugate_gradients};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use eps_restore::low_level::prior::axes;
use eps_restore::low_level::prior::in_space::PrecisionInSpace;
use eps_restore::low_level::prior::model::PriorModel;
use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::request::task::Task;
use eps_restore::low_level::restoration::SampleSubset;
use eps_restore::low_level::restoration::coarsened::Coarsened;
use eps_restore::low_level::restoration::hole::Hole;
use eps_restore::{Mask, Photo, Request, Sampler};
use figures::{Figures, NO_SEAM, Square};

/// |w0 - its limit| over |its limit|, in a square hole of `width` pixels; smooth surroundings.
fn distance_from_the_limit(side: usize, width: usize) -> f64 {
    let device = ComputeDevice::cpu_f64();
    let start = (side - width) / 2;
    let inside = |at: usize| (start..start + width).contains(&at);
    let lost: Vec<bool> = (0..side * side)
        .map(|i| inside(i / side) && inside(i % side))
        .collect();
    let wave = |i: usize| 0.4 + 0.4 * ((i / side) as f64 / 50.0 + (i % side) as f64 / 70.0).sin();
    let plane = (0..3 * side * side).map(|i| wave(i % (side * side)));
    let y = device.tensor(plane.collect(), [1, 3, side, side]);
    let s2 = device.scalar(1e-4);
    let prior = PriorModel::PHOTO_V2;
    let posterior = Hole::new(lost.clone(), y, s2.clone(), prior).posterior();

    let known = lost.iter().map(|&l| if l { 0.0 } else { 1.0 });
    let known = device.tensor(known.collect(), [1, 1, side, side]);
    let data = known.clone() / s2.clone();
    let q = PrecisionInSpace::new(&prior, 1.0, &device);
    let diagonal = (q.diagonal() + data.clone()).tensor();
    let limit = conjugate_gradients(
        |x| q.times(x.clone()) + x * data.clone(),
        |r| r / diagonal.clone(),
        posterior.measurement().y.clone() / s2,
        Some(posterior.linear_estimate()),
        &Stop::After(600),
    );
    let in_hole = |x: Tensor<4>| {
        let x = x * (known.clone() * -1.0 + 1.0);
        x.square().sum().sqrt().into_scalar::<f64>()
    };
    in_hole(posterior.linear_estimate() - limit.clone()) / in_hole(limit)
}

#[test]
fn the_linear_estimate_converges_in_a_wide_hole_as_in_a_narrow_one() {
    let narrow = distance_from_the_limit(64, 32);
    let wide = distance_from_the_limit(728, 600);
    println!("distance from the limit: {narrow:.4} in 32 px, {wide:.4} in 600 px");
    assert!(wide <= narrow, "{wide:.4} against {narrow:.4}");
}

#[test]
fn a_wide_hole_is_filled_with_what_is_around_it() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("www/samples/spaniels.jpg");
    let photo = image::open(path).expect("a sample photo").into_rgba8();
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let photo = Photo::new(width, height, photo.into_raw()).expect("four bytes a pixel");
    let hole = Square {
        left: 80,
        top: 40,
        side: 300,
    };
    let device = ComputeDevice::cpu();
    let inside = |i: usize| hole.contains(i % width, i / width);
    let missing = (0..width * height).map(inside).collect();
    let missing = Mask::new(width, height, missing).expect("an entry a pixel");
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the committed weights");
    let denoiser = PhotoDenoiser::new(&weights, &device).expect("the committed weights");
    let request =
        Request::new(photo.clone(), Task::Inpaint { missing }).with_sampler(Sampler::DRAFT);
    let mut job = Job::new(request, Rc::new(denoiser), &device).expect("valid");
    let total = job.total_tiles();
    let (mut steps, mut sample) = (0, None);
    while let Some(step) = job.step() {
        steps += 1;
        sample = Some(job.composite().restored(&values(step.previews)));
    }
    assert_eq!((steps, job.tiles()), (6, total));
    let sample = sample.expect("steps");
    let same = |i: usize| sample.rgba()[4 * i..4 * i + 4] == photo.rgba()[4 * i..4 * i + 4];
    assert!((0..width * height).all(|i| inside(i) || same(i)));

    let rgb = |photo: &Photo| -> Vec<u8> {
        let pixels = photo.rgba().chunks_exact(4);
        pixels.flat_map(|p| p[..3].to_vec()).collect()
    };
    let found = Figures::of(&rgb(&sample), width, hole);
    println!("fill {:.0?}, ring {:.0?}", found.fill, found.ring);
    println!(
        "energy {:.2?} of the ring's, seam {:.2}",
        found.energy, found.seam
    );
    assert!(found.shift() < 1.0);
    assert!(found.energy.iter().all(|e| (0.5..2.0).contains(e)));

    // A step of 16 levels at the border of the photo itself would be found. The fill's border is
    // below it, and not yet below `NO_SEAM` (docs/holes.md).
    let stepped = rgb(&photo).into_iter().enumerate();
    let stepped = stepped.map(|(i, v)| v.saturating_add(if inside(i / 3) { 16 } else { 0 }));
    let planted = Figures::of(&stepped.collect::<Vec<u8>>(), width, hole).seam;
    let real = Figures::of(&rgb(&photo), width, hole).seam;
    println!("in the photo itself {real:.2}, with a step of 16 levels {planted:.2}");
    assert!(real < NO_SEAM && NO_SEAM < planted);
    assert!(found.seam < planted);
}

/// A block mean takes nothing away from what a hole's sides know, and the coarse image is kept.
#[test]
fn the_full_size_keeps_the_coarse_image() {
    let device = ComputeDevice::cpu_f64();
    let side = 64;
    let lost: Vec<bool> = (0..side * side)
        .map(|i| (17..49).contains(&(i / side)) && (18..51).contains(&(i % side)))
        .collect();
    let mut noise = WhiteNoise::new(1, 0, &device);
    let y = noise.draw([1, 3, side, side]) * 0.1 + 0.3;
    let coarse = noise.draw([1, 3, side / 4, side / 4]) * 0.1 - 0.2;
    let hole = Hole::new(lost, y, device.scalar(1e-6), PriorModel::PHOTO_V2);
    let given = hole.posterior_given(coarse.clone(), 4);
    let w0 = axes::to_rgb(given.linear_estimate());
    // The block of rows 20-23 and columns 24-27 lies well inside.
    let block = w0.slice([0..1, 0..3, 20..24, 24..28]).mean_dims(&[2, 3]);
    let wanted = coarse.slice([0..1, 0..3, 5..6, 6..7]);
    let error = (block - wanted).abs().max().into_scalar::<f64>();
    assert!(error < 5e-3, "{error:.1e}");
}

/// Samples that several workers draw of a wide hole are those that one draws.
#[test]
fn a_shared_wide_hole_gives_the_same_samples() {
    let device = ComputeDevice::cpu();
    let (width, height) = (120, 110);
    let hole = |i: usize| (20..96).contains(&(i / width)) && (22..100).contains(&(i % width));
    let missing = (0..width * height).map(hole).collect();
    let missing = Mask::new(width, height, missing).expect("an entry a pixel");
    let rgba = (0..4 * width * height).map(|i| (i / 3 % 200) as u8);
    let request = Request::new(
        Photo::new(width, height, rgba.collect()).expect("four bytes a pixel"),
        Task::Inpaint { missing },
    )
    .with_samples(2)
    .with_sampler(Sampler {
        points: 1,
        ..Sampler::DEFAULT
    });
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the committed weights");
    let denoiser = PhotoDenoiser::new(&weights, &device).expect("the committed weights");
    let denoiser = Rc::new(denoiser);
    let last = |job: &mut Job<PhotoDenoiser>| {
        let (mut steps, mut last) = (0, Vec::new());
        while let Some(step) = job.step() {
            last = step.previews;
            steps += 1;
        }
        assert_eq!(job.tiles(), job.total_tiles());
        assert!((0..=1).contains(&(steps - job.total_evaluations())));
        values(last)
    };
    for refine in [false, true] {
        let request = request
            .clone()
            .with_sampler(request.sampler.refining(refine));
        let job = || Job::new(request.clone(), denoiser.clone(), &device).expect("valid");
        let mut whole = job();
        let expected = last(&mut whole);
        assert_eq!(
            whole.total_evaluations(),
            2 + request.sampler.mean_evaluations()
        );
        let mut shared = job();
        shared.draw_only(SampleSubset::new(1, 2).expect("valid"));
        let mean = values(whole.mean().expect("finished"));
        shared.resume(mean).expect("the same windows");
        let got = last(&mut shared);
        assert_eq!(got, expected);
        assert_eq!(shared.total_evaluations(), 1);
    }
}
