//! Photos of any size: every task gives exactly the size that it promises, and inpainting touches
//! nothing but the holes.

mod common;

use std::rc::Rc;

use common::{model, values};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::tiling::TileSize;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use eps_restore::low_level::operators::Bayer;
use eps_restore::low_level::request::cost::{Cost, Outline, Target};
use eps_restore::low_level::request::job::{Job, JobProgress};
use eps_restore::low_level::request::plan::Plan;
use eps_restore::low_level::request::task::{Borders, GREY, Reduction, Task};
use eps_restore::low_level::request::windows::WindowPlan;
use eps_restore::low_level::restoration::Stage;
use eps_restore::{Kernel, Mask, Noise, Photo, Request, Sampler};

const SIZES: [[usize; 2]; 4] = [[1, 1], [1, 500], [63, 65], [4096, 16]];

/// Smooth colours with edges, and an alpha that must come back.
fn photo([width, height]: [usize; 2]) -> Photo {
    let pixel = |i: usize| {
        let (x, y) = ((i % width) as f64, (i / width) as f64);
        let edge = if ((x + y) as usize / 40).is_multiple_of(2) {
            50.0
        } else {
            0.0
        };
        let wave = |a: f64, b: f64| (100.0 + edge + 50.0 * (x / a + y / b).sin()) as u8;
        [
            wave(5.0, 9.0),
            wave(11.0, 7.0),
            wave(17.0, 13.0),
            200 + (i % 50) as u8,
        ]
    };
    let rgba = (0..width * height).flat_map(pixel).collect();
    Photo::new(width, height, rgba).expect("four bytes a pixel")
}

fn denoiser(device: &ComputeDevice) -> Rc<PhotoDenoiser> {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the committed weights");
    Rc::new(PhotoDenoiser::new(&weights, device).expect("the committed weights"))
}

fn request(photo: Photo, task: Task, samples: usize) -> Request {
    // No noise can be estimated from a photo of few pixels.
    let noise = match task {
        Task::Denoise => Noise::Level(task.default_noise()),
        _ => Noise::TaskDefault,
    };
    Request::new(photo, task)
        .with_noise(noise)
        .with_samples(samples)
        // One evaluation a sample.
        .with_sampler(Sampler {
            points: 1,
            ..Sampler::DEFAULT
        })
}

/// The mean, or the last sample.
fn restored(request: Request, denoiser: &Rc<PhotoDenoiser>, device: &ComputeDevice) -> Photo {
    let mut job = Job::new(request, denoiser.clone(), device).expect("a valid request");
    let mut last = job.composite().unrestored();
    while let Some(step) = job.step() {
        let values = values(step.previews);
        assert!(values.iter().flatten().all(|v| v.is_finite()));
        last = job.composite().restored(&values);
    }
    last
}

fn rectangle([width, height]: [usize; 2], [left, top, across, down]: [usize; 4]) -> Vec<bool> {
    let inside = |i: usize| {
        (left..left + across).contains(&(i % width)) && (top..top + down).contains(&(i / width))
    };
    (0..width * height).map(inside).collect()
}

/// The photo with more columns and rows, mirrored at the last ones.
fn mirrored(photo: &Photo, [across, down]: [usize; 2]) -> Photo {
    let (width, height) = (photo.width(), photo.height());
    let from = |i: usize, n: usize| if i < n { i } else { 2 * (n - 1) - i };
    let [wide, high] = [width + across, height + down];
    let pixel = |i: usize| {
        let at = 4 * (from(i / wide, height) * width + from(i % wide, width));
        photo.rgba()[at..at + 4].to_vec()
    };
    Photo::new(wide, high, (0..wide * high).flat_map(pixel).collect()).expect("four bytes a pixel")
}

/// The transform of 37 or 41 values is a slow one, that of 38 or 42 is not.
#[test]
fn sides_of_large_primes_are_continued_to_those_of_fast_transforms() {
    let device = ComputeDevice::cpu();
    let denoiser = denoiser(&device);
    let small = photo([37, 41]);
    let large = mirrored(&small, [1, 1]);
    let enlarge = |factor, reduction| Task::SuperResolve { factor, reduction };
    for (task, factor) in [
        (Task::Denoise, 1),
        (
            Task::Colorize {
                weights: GREY,
                hints: None,
            },
            1,
        ),
        (enlarge(2, Reduction::BlockMean), 2),
    ] {
        let of = |photo: &Photo| {
            let request = request(photo.clone(), task.clone(), 1);
            restored(request, &denoiser, &device)
        };
        let (got, want) = (of(&small), of(&large));
        assert_eq!([got.width(), got.height()], [37 * factor, 41 * factor]);
        for (row, line) in got.rgba().chunks_exact(4 * got.width()).enumerate() {
            let start = 4 * want.width() * row;
            let same = &want.rgba()[start..start + line.len()];
            // Alpha lies between pixels, and those beyond the edge are others.
            let colours = |rgba: &[u8]| -> Vec<u8> {
                let pixels = rgba.chunks_exact(4);
                pixels.flat_map(|p| p[..3].to_vec()).collect()
            };
            assert!(colours(line) == colours(same), "{task:?}, row {row}");
        }
    }
}

/// Filters have circular borders: without a margin, the outermost pixels are a mixture with the
/// opposite edge.
#[test]
fn an_edge_of_an_enlarged_photo_does_not_see_the_opposite_one() {
    let device = ComputeDevice::cpu();
    let denoiser = denoiser(&device);
    let size = [24, 20];
    let level = |i: usize| {
        let (x, y) = (i % size[0], i / size[0]);
        if 2 * x < size[0] && 2 * y < size[1] {
            30
        } else {
            220
        }
    };
    let rgba = (0..size[0] * size[1]).flat_map(|i| [level(i), level(i), level(i), 255]);
    let photo = Photo::new(size[0], size[1], rgba.collect()).expect("four bytes a pixel");
    for (factor, reduction) in [
        (2, Reduction::Bicubic),
        (4, Reduction::Bicubic),
        (8, Reduction::Bicubic),
        (4, Reduction::Gaussian { sigma: 2.0 }),
    ] {
        let task = Task::SuperResolve { factor, reduction };
        let mut job = Job::new(request(photo.clone(), task, 0), denoiser.clone(), &device)
            .expect("a valid request");
        while let Some(step) = job.step() {
            let result = job.composite().restored(&values(step.previews));
            let at = |x: usize, y: usize| i32::from(result.rgba()[4 * (y * result.width() + x)]);
            let (right, bottom) = (result.width() - 1, result.height() - 1);
            // Without it, a corner is off by 46 levels and more.
            for (x, y, truth) in [(0, 0, 30), (right, 0, 220), (0, bottom, 220)] {
                let off = (at(x, y) - truth).abs();
                let case = format!("{factor}, {reduction:?}, {:?}", step.stage);
                assert!(off <= 10, "{case}: {off} levels at {x}, {y}");
            }
        }
    }
}

#[test]
fn every_task_takes_every_size() {
    let device = ComputeDevice::cpu();
    let denoiser = denoiser(&device);
    for size in SIZES {
        let [width, height] = size;
        let hole = rectangle(
            size,
            [width / 3, height / 3, width.div_ceil(9), height.div_ceil(4)],
        );
        let missing = Mask::new(width, height, hole).expect("an entry a pixel");
        let enlarge = |factor, reduction| Task::SuperResolve { factor, reduction };
        let blur = Kernel::gaussian(1.2).expect("valid");
        let deblur = |borders| Task::Deblur {
            kernel: blur.clone(),
            borders,
        };
        let tasks = [
            (Task::Inpaint { missing }, 1),
            (enlarge(2, Reduction::BlockMean), 2),
            (enlarge(3, Reduction::Bicubic), 3),
            (deblur(Borders::Circular), 1),
            (deblur(Borders::Unknown), 1),
            (Task::Denoise, 1),
            (
                Task::Colorize {
                    weights: GREY,
                    hints: None,
                },
                1,
            ),
            (
                Task::Demosaic {
                    pattern: Bayer::Rggb,
                },
                1,
            ),
        ];
        for (task, factor) in tasks {
            let begin = std::time::Instant::now();
            let name = format!("{task:?}").chars().take(40).collect::<String>();
            let result = restored(request(photo(size), task, 0), &denoiser, &device);
            println!("{size:?} {name}: {:.1} s", begin.elapsed().as_secs_f64());
            let expected = [factor * width, factor * height];
            assert_eq!([result.width(), result.height()], expected, "{name}");
            let alpha = |p: &Photo| {
                p.rgba()
                    .iter()
                    .skip(3)
                    .step_by(4)
                    .copied()
                    .collect::<Vec<_>>()
            };
            let given = photo(size).stretched(factor * width, factor * height);
            assert_eq!(alpha(&result), alpha(&given), "{name}: alpha");
            // A single pixel may be its own best estimate.
            assert!(
                size == [1, 1] || result != given,
                "{size:?}, {name}: nothing was done"
            );
        }
    }
}

#[test]
fn inpainting_evaluates_the_tiles_near_the_holes_and_touches_nothing_else() {
    let device = ComputeDevice::cpu();
    let size = [2000, 1500];
    let mut missing = rectangle(size, [300, 200, 60, 8]);
    for other in [[1700, 1300, 10, 90], [1720, 1280, 4, 4]] {
        let more = rectangle(size, other);
        missing
            .iter_mut()
            .zip(more)
            .for_each(|(m, more)| *m |= more);
    }
    let mask = Mask::new(size[0], size[1], missing.clone()).expect("an entry a pixel");
    let given = photo(size);
    let request = request(given.clone(), Task::Inpaint { missing: mask }, 1);

    let layout = WindowPlan::of(&request).expect("valid");
    let windows: Vec<_> = layout.regions.iter().map(|r| r.window).collect();
    assert_eq!(windows.len(), 2, "{windows:?}");
    assert!(
        windows.iter().all(|w| w.width * w.height < 60_000),
        "{windows:?}"
    );

    let mut job = Job::new(request, denoiser(&device), &device).expect("valid");
    assert_eq!(job.total_evaluations(), 2);
    // Two windows of one tile.
    assert_eq!(job.total_tiles(), 4);
    let (mut parts, mut stages, mut last) = (0, Vec::new(), Vec::new());
    while let Some(progress) = job.advance() {
        parts += 1;
        if let JobProgress::Step(step) = progress {
            stages.push((step.stage, step.finished));
            last = values(step.previews);
        }
    }
    assert_eq!(
        (parts, job.tiles()),
        (6, 4),
        "the estimates too are a part each"
    );
    let sample = Stage::Sample { index: 0 };
    let expected = [
        (Stage::Estimate, false),
        (Stage::Mean, false),
        (sample, true),
    ];
    assert_eq!(stages, expected);

    let result = job.composite().restored(&last);
    let mut filled = 0;
    for (i, lost) in missing.into_iter().enumerate() {
        let [a, b] = [&result, &given].map(|p| &p.rgba()[4 * i..4 * i + 4]);
        assert!(lost || a == b, "pixel {i} was known");
        filled += usize::from(lost && a != b);
    }
    assert!(
        filled > 1200,
        "{filled} of 1396 missing pixels differ from what was painted over"
    );
}

#[test]
fn stated_noise_restores_the_known_pixels_everywhere() {
    let size = [600, 400];
    let mask = Mask::new(size[0], size[1], rectangle(size, [20, 20, 9, 9]));
    let missing = mask.expect("an entry a pixel");
    let noisy = request(photo(size), Task::Inpaint { missing }, 0).with_noise(Noise::Level(10.0));
    let layout = WindowPlan::of(&noisy).expect("valid");
    assert_eq!(layout.regions.len(), 1);
    let window = layout.regions[0].window;
    assert_eq!([window.width, window.height], size);
}

#[test]
fn windows_never_overlap() {
    let size = [900, 700];
    // Specks along a lattice, and an L around some of them.
    let mut missing = vec![false; size[0] * size[1]];
    for hole in [
        [10, 10, 3, 3],
        [400, 30, 5, 400],
        [400, 30, 300, 5],
        [560, 300, 3, 3],
        [850, 650, 20, 20],
    ] {
        let more = rectangle(size, hole);
        missing
            .iter_mut()
            .zip(more)
            .for_each(|(m, more)| *m |= more);
    }
    let mask = Mask::new(size[0], size[1], missing.clone()).expect("an entry a pixel");
    let task = Task::Inpaint { missing: mask };
    let layout = WindowPlan::new(&task, size[0], size[1], true).expect("valid");
    let mut covered = vec![0; size[0] * size[1]];
    for region in &layout.regions {
        for (_, i) in region.window.offsets(size[0]) {
            covered[i] += 1;
        }
    }
    assert!(covered.iter().all(|&n| n <= 1), "{layout:?}");
    assert!(missing.iter().zip(covered).all(|(m, n)| !m || n == 1));
    assert_eq!(layout.regions.len(), 3);
}

/// Of `side`² pixels, whose noise may follow brightness.
fn cost_of_denoising(side: usize, may_follow_brightness: bool, target: Target) -> Cost {
    let outline = Outline {
        width: side,
        height: side,
        task: &Task::Denoise,
        keeps_known: false,
        may_follow_brightness,
        samples: 1,
        sampler: Sampler::DEFAULT,
    };
    let plan = Plan::outline(&outline, TileSize::default(), target);
    plan.expect("a cost").cost
}

/// An outline is no photo: a page may ask for the cost of sizes that no machine can hold.
#[test]
fn ten_million_pixels_a_side_have_a_cost() {
    let side = 10_000_000;
    let cost = cost_of_denoising(side, false, Target::Cpu);
    assert!(cost.pixels >= (side * side) as u64);
    assert_eq!(
        Target::Cpu.hold(&cost).expect_err("too large").code(),
        "image-too-large"
    );
}

/// What a device refuses is what loads it by more than it holds.
#[test]
fn a_device_holds_a_load_of_one() {
    let gpu = |buffer| Target::Gpu { buffer };
    for (target, fits, refused) in [
        (Target::Cpu, 3900, 4100),
        // Eight planes of floats.
        (gpu(1 << 27), 2048, 2049),
        (gpu(u64::MAX), 3000, 3200),
    ] {
        for (side, held) in [(fits, true), (refused, false)] {
            let cost = cost_of_denoising(side, true, target);
            let load = target.load(&cost);
            assert_eq!(load <= 1.0, held, "{target:?}, {side}: {load}");
            assert_eq!(target.hold(&cost).is_ok(), held, "{target:?}, {side}");
        }
    }
}
