//! What a restoration allocates at most, against what it is promised to take before the start, and
//! whether all of it is given back.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use common::{model, values};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use eps_restore::low_level::photo::jpeg::{self, Jpeg, Sampling};
use eps_restore::low_level::request::cost::Target;
use eps_restore::low_level::request::job::Job;
use eps_restore::low_level::request::plan::Plan;
use eps_restore::low_level::request::task::{Borders, GREY, Reduction, Task};
use eps_restore::{Kernel, Mask, Photo, Request, Sampler};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// The system's allocator, with an account of it.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(held, Relaxed);
        // SAFETY: as this function's own contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as this function's own contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Rows and columns of every result.
const SIZE: [usize; 2] = [400, 600];

#[test]
fn a_restoration_takes_no_more_than_it_says_and_gives_all_of_it_back() {
    let device = ComputeDevice::cpu();
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the committed weights");
    let denoiser = PhotoDenoiser::new(&weights, &device).expect("the committed weights");
    let denoiser = Rc::new(denoiser);
    let mut grain = request(Task::Denoise);
    grain.photo = grainy();
    let noise = grain.check().expect("valid");
    assert!(noise.grain.is_some());
    for request in tasks().map(request).into_iter().chain([grain]) {
        let name: String = format!("{:?}", request.task).chars().take(40).collect();
        let plan = Plan::new(&request, denoiser.tiles(), Target::Cpu).expect("valid");
        let promised = plan.cost;
        let before = HELD.load(Relaxed);
        MOST.store(before, Relaxed);
        let mut job = Job::new(request, denoiser.clone(), &device).expect("valid");
        while let Some(step) = job.step() {
            job.composite().restored(&values(step.previews));
        }
        drop(job);
        let most = MOST.load(Relaxed) - before;
        let kept = HELD.load(Relaxed).saturating_sub(before);
        println!(
            "{name:40} {:.0} of {:.0} MB, {:.1} kB kept",
            most as f64 / 1e6,
            promised.bytes as f64 / 1e6,
            kept as f64 / 1e3
        );
        let promised = usize::try_from(promised.bytes).expect("a small photo");
        assert!(
            most <= promised,
            "{name}: {most} bytes, {promised} promised"
        );
        assert!(
            most > promised / 4,
            "{name}: {promised} bytes promised, {most} taken"
        );
        assert!(kept < 100_000, "{name}: {kept} bytes are kept");
    }
}

fn tasks() -> [Task; 6] {
    let [height, width] = SIZE;
    let hole = |i: usize| (100..300).contains(&(i / width)) && (100..400).contains(&(i % width));
    let missing = (0..width * height).map(hole).collect();
    let missing = Mask::new(width, height, missing).expect("an entry a pixel");
    [
        Task::Denoise,
        Task::Deblur {
            kernel: Kernel::gaussian(2.0).expect("valid"),
            borders: Borders::Circular,
        },
        Task::SuperResolve {
            factor: 2,
            reduction: Reduction::BlockMean,
        },
        Task::Colorize {
            weights: GREY,
            hints: None,
        },
        Task::Inpaint { missing },
        Task::Jpeg {
            file: Rc::new(compressed()),
            reduced: None,
        },
    ]
}

/// A JPEG at 4:2:0.
fn compressed() -> Jpeg {
    let layout = |n| jpeg::Layout {
        sampling: Sampling {
            horizontal: n,
            vertical: n,
        },
        table: [16; 64],
    };
    let [height, width] = SIZE;
    let empty = Jpeg::zeroed(width, height, &[layout(2), layout(1), layout(1)]);
    let file = empty.expect("a layout").compressed(&grainy());
    file.expect("a photo of its size")
}

/// Grey with noise alone: of its own at each pixel, as far as anyone can tell.
fn grainy() -> Photo {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut value = || 120.0 + 5.0 * Distribution::<f64>::sample(&StandardNormal, &mut rng);
    let [height, width] = SIZE;
    let pixel = (0..width * height).flat_map(|_| [value(), value(), value(), 255.0]);
    let rgba = pixel.map(|value| value.round() as u8).collect();
    Photo::new(width, height, rgba).expect("four bytes a pixel")
}

fn request(task: Task) -> Request {
    let factor = match task {
        Task::SuperResolve { factor, .. } => factor,
        _ => 1,
    };
    let [height, width] = SIZE.map(|n| n / factor);
    let rgba = (0..4 * width * height).map(|i| (i * i / 7 % 251) as u8);
    Request::new(
        Photo::new(width, height, rgba.collect()).expect("four bytes a pixel"),
        task,
    )
    .with_sampler(Sampler {
        points: 2,
        ..Sampler::DEFAULT
    })
}
