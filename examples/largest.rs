//! The largest photo that each class of device can restore: the largest 4:3 result whose cost fits
//! into its memory and its buffers.
//!
//!     cargo run --release --example largest

use eps_restore::low_level::denoiser::tiling::TileSize;
use eps_restore::low_level::request::cost::{Outline, Target};
use eps_restore::low_level::request::plan::Plan;
use eps_restore::low_level::request::task::{Borders, Reduction, Task};
use eps_restore::{Kernel, Mask, Sampler};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// A class of devices: bytes of the page's memory, and of a GPU's memory and its largest buffer.
struct Class {
    name: &'static str,
    page: u64,
    gpu: Option<[u64; 2]>,
}

const CLASSES: [Class; 7] = [
    Class::cpu("CPU, 1 GiB for the page (a phone)", GIB),
    Class::cpu("CPU, 2 GiB", 2 * GIB),
    Class::cpu("CPU, all that WebAssembly has", 4 * GIB),
    Class::gpu(
        "GPU, 1 GiB, buffers of 128 MiB (WebGPU's least)",
        GIB,
        128 * MIB,
    ),
    Class::gpu("GPU, 2 GiB, buffers of 256 MiB", 2 * GIB, 256 * MIB),
    Class::gpu("GPU, 4 GiB, buffers of 1 GiB", 4 * GIB, GIB),
    Class::gpu("GPU, 8 GiB and more, buffers of 2 GiB", 8 * GIB, 2 * GIB),
];

impl Class {
    const fn cpu(name: &'static str, page: u64) -> Self {
        Self {
            name,
            page,
            gpu: None,
        }
    }

    const fn gpu(name: &'static str, memory: u64, buffer: u64) -> Self {
        Self {
            name,
            page: 4 * GIB,
            gpu: Some([memory, buffer]),
        }
    }

    fn holds(&self, task: &Task, [width, height]: [usize; 2]) -> bool {
        let (memory, target) = match self.gpu {
            Some([memory, buffer]) if !task.iterates() => (memory, Target::Gpu { buffer }),
            _ => (0, Target::Cpu),
        };
        let outline = Outline {
            width,
            height,
            task,
            keeps_known: true,
            may_follow_brightness: matches!(task, Task::Denoise),
            samples: 1,
            sampler: Sampler::DEFAULT,
        };
        let plan = Plan::outline(&outline, TileSize::default(), target).expect("a possible task");
        let cost = plan.cost;
        target.hold(&cost).is_ok() && cost.bytes <= self.page && cost.gpu_bytes <= memory
    }
}

/// Makes the task for a 4:3 photo of 12 k² pixels from `k`.
type Make = fn(usize) -> Task;

const TASKS: [(&str, Make); 5] = [
    ("denoise, colorize", |_| Task::Denoise),
    ("enlarge 2 times (pixels of the result)", |_| {
        Task::SuperResolve {
            factor: 2,
            reduction: Reduction::BlockMean,
        }
    }),
    ("deblur, circular scene", |_| blur(Borders::Circular)),
    ("deblur", |_| blur(Borders::Unknown)),
    ("scratches all over", scratched),
];

fn blur(borders: Borders) -> Task {
    let kernel = Kernel::gaussian(2.0).expect("a valid sigma");
    Task::Deblur { kernel, borders }
}

/// A scratch in every hundredth column.
fn scratched(k: usize) -> Task {
    let [width, height] = size(k);
    let missing = (0..width * height).map(|i| i % width % 100 == 50);
    let missing = Mask::new(width, height, missing.collect()).expect("an entry a pixel");
    Task::Inpaint { missing }
}

fn size(k: usize) -> [usize; 2] {
    [4 * k, 3 * k]
}

/// Megapixels of the largest result.
fn largest(class: &Class, make: Make) -> f64 {
    let factor = match make(8) {
        Task::SuperResolve { factor, .. } => factor,
        _ => 1,
    };
    let (mut fits, mut fails) = (8, 4096);
    while fails - fits > 1 {
        let k = usize::midpoint(fits, fails);
        if class.holds(&make(k), size(k)) {
            fits = k;
        } else {
            fails = k;
        }
    }
    let [width, height] = size(fits);
    (width * height * factor * factor) as f64 / 1e6
}

fn main() {
    let names = TASKS.map(|(name, _)| name).join(" | ");
    println!(
        "| device | {names} |\n|{}",
        " --- |".repeat(TASKS.len() + 1)
    );
    for class in CLASSES {
        let cells = TASKS.map(|(_, make)| format!("{:.1}", largest(&class, make)));
        println!("| {} | {} |", class.name, cells.join(" | "));
    }
}
