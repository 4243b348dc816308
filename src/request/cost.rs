//! The time and memory that a restoration takes, before it begins.

use crate::denoiser::tiling::{TileSize, Tiling};
use crate::error::Error;
use crate::photo::mask::hole_width;
use crate::photo::turning::displayed_size;
use crate::request::Request;
use crate::request::canvas::on_canvas;
use crate::request::task::{Borders, Task};
use crate::request::windows::WindowPlan;
use crate::restoration::{coarse_sampler, hole};
use crate::sampler::Sampler;

/// A request without its pixels: what its cost depends on.
#[derive(Debug, Clone, Copy)]
pub struct Outline<'a> {
    /// Columns of the photo.
    pub width: usize,
    /// Rows of the photo.
    pub height: usize,
    /// What is done with the photo.
    pub task: &'a Task,
    /// Whether inpainting keeps the known pixels as they are.
    pub keeps_known: bool,
    /// Whether the noise may follow brightness.
    pub may_follow_brightness: bool,
    /// Posterior samples after the mean, 0 to [`MAX_SAMPLES`](crate::request::MAX_SAMPLES).
    pub samples: usize,
    /// The solver of the samples, and the number of its evaluations.
    pub sampler: Sampler,
}

impl<'a> Outline<'a> {
    /// Of a whole request.
    pub fn of(request: &'a Request) -> Self {
        Self {
            width: request.photo.width(),
            height: request.photo.height(),
            task: &request.task,
            keeps_known: request.noise.keeps_known(&request.task),
            may_follow_brightness: request.noise.may_follow_brightness(&request.task),
            samples: request.samples,
            sampler: request.sampler,
        }
    }

    /// Evaluations of the network by a sampler: those of the mean and of the samples.
    fn evaluations(&self, sampler: Sampler) -> usize {
        sampler.mean_evaluations() + self.samples * sampler.evaluations()
    }
}

/// Time and memory that a restoration takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Columns of the result.
    pub width: usize,
    /// Rows of the result.
    pub height: usize,
    /// Evaluations of the network.
    pub evaluations: usize,
    /// Those of them that the mean takes.
    pub mean_evaluations: usize,
    /// Tiles of one evaluation.
    pub tiles: u64,
    /// Pixels of the network in one evaluation: overlaps count in each tile, and the smaller sizes
    /// of a wide hole, or of a grey photo, in proportion to their evaluations.
    pub pixels: u64,
    /// Memory of the page, or of the process, that the restoration takes at most, beside weights
    /// and code.
    pub bytes: u64,
    /// The same of a GPU; 0 on the CPU.
    pub gpu_bytes: u64,
    /// The GPU's largest buffer; 0 on the CPU.
    pub buffer_bytes: u64,
}

/// The device that a restoration runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The processor, in the memory of the page or of the process.
    Cpu,
    /// A GPU, in memory of its own.
    Gpu {
        /// The size of the largest possible buffer, in bytes.
        buffer: u64,
    },
}

impl Target {
    /// The share of what the device holds, of memory or of a GPU's largest buffer: [`Self::hold`]
    /// refuses what is above 1.
    pub fn load(self, cost: &Cost) -> f64 {
        let share = |bytes: u64, most: u64| bytes as f64 / most as f64;
        let page = share(cost.bytes, PAGE);
        match self {
            Self::Cpu => page,
            Self::Gpu { buffer } => page
                .max(share(cost.gpu_bytes, MOST_GPU))
                .max(share(cost.buffer_bytes, buffer)),
        }
    }

    /// Refuses a restoration that does not fit. A page cannot know the memory of a GPU: it knows
    /// the largest buffer, and the memory that hardly any GPU has.
    ///
    /// # Errors
    /// [`Error::ImageTooLarge`].
    pub fn hold(self, cost: &Cost) -> Result<(), Error> {
        const CPU: &str = ", or use the device \"cpu\"";
        let too_large = |takes: String, instead: &str| {
            let Cost { width, height, .. } = cost;
            Err(Error::ImageTooLarge(format!(
                "a result of {width}x{height} takes {takes}; reduce the photo, restore it in parts\
                 {instead}"
            )))
        };
        if cost.bytes > PAGE {
            let [needed, limit] = [cost.bytes, PAGE].map(gibibytes);
            let takes = format!("about {needed:.1} GiB of memory, and a page has {limit:.1}");
            return too_large(takes, "");
        }
        match self {
            Self::Gpu { .. } if cost.gpu_bytes > MOST_GPU => {
                let [needed, limit] = [cost.gpu_bytes, MOST_GPU].map(gibibytes);
                let takes = format!(
                    "about {needed:.1} GiB of a GPU's memory, and most have {limit:.1} or less"
                );
                too_large(takes, CPU)
            }
            Self::Gpu { buffer } if cost.buffer_bytes > buffer => {
                let [needed, limit] = [cost.buffer_bytes, buffer].map(gibibytes);
                let takes = format!("buffers of {needed:.2} GiB, and this GPU's hold {limit:.2}");
                too_large(takes, CPU)
            }
            _ => Ok(()),
        }
    }
}

/// What WebAssembly's memory can hold, in bytes.
pub const PAGE: u64 = 3_900 << 20;

/// What most GPUs have at most.
const MOST_GPU: u64 = 8 << 30;

fn gibibytes(bytes: u64) -> f64 {
    bytes as f64 / (1u64 << 30) as f64
}

impl Cost {
    /// The cost of these windows.
    pub fn of(outline: &Outline<'_>, plan: &WindowPlan, tiles: TileSize, target: Target) -> Self {
        let Outline {
            task, keeps_known, ..
        } = *outline;
        let stored = [plan.width, plan.height];
        let [width, height] = displayed_size(task.orientation(), stored);
        let mut cost = Self {
            width,
            height,
            evaluations: 0,
            mean_evaluations: 0,
            tiles: 0,
            pixels: 0,
            bytes: PHOTOS * area([plan.height, plan.width]),
            gpu_bytes: 0,
            buffer_bytes: 0,
        };
        let (mut working, mut largest) = (0, area([tiles.side(); 2]));
        for region in &plan.regions {
            let canvas = region.canvas;
            let (count, reductions) = if let (Task::Inpaint { missing }, true) = (task, keeps_known)
            {
                let lost = missing.within(region.window);
                let width = hole_width(&lost, [region.window.height, region.window.width]);
                let tiling = Tiling::new(canvas.size, tiles).covering(&on_canvas(&lost, canvas));
                (tiling.count(), hole::reductions(width))
            } else {
                let reductions = task.reductions_of_colour(region.window);
                (tiles.count(canvas.size), reductions)
            };
            let pixels = area(canvas.size);
            cost.tiles += count.tiles;
            cost.pixels += count.pixels + smaller_sizes(pixels, &reductions, outline);
            largest = largest.max(count.largest);
            let plane = 4 * pixels;
            working += planes(outline, target) * plane;
            if target != Target::Cpu {
                cost.bytes += HOST_PLANES * plane;
                cost.buffer_bytes = cost.buffer_bytes.max(buffer_planes(outline) * plane);
            }
        }
        if !plan.regions.is_empty() {
            cost.evaluations = outline.evaluations(outline.sampler);
            cost.mean_evaluations = outline.sampler.mean_evaluations();
            working += largest * TILE;
        }
        match target {
            Target::Cpu => cost.bytes += working,
            Target::Gpu { .. } => cost.gpu_bytes = working,
        }
        cost
    }
}

/// Pixels of the network at the smaller sizes of a wide hole or a grey photo, for each evaluation
/// of the full one.
fn smaller_sizes(canvas: u64, reductions: &[usize], outline: &Outline<'_>) -> u64 {
    let evaluations = |sampler| outline.evaluations(sampler) as u64;
    let smaller = reductions.iter().scan(canvas, |pixels, &factor| {
        *pixels /= (factor * factor) as u64;
        Some(*pixels)
    });
    let pixels = smaller.sum::<u64>() * evaluations(coarse_sampler(outline.sampler));
    pixels.div_ceil(evaluations(outline.sampler))
}

/// Planes of floats that are held at once for each pixel that is restored: masks, hints of
/// colour, crops and noise that follows brightness have maps of their own at each pixel, and
/// iterate. On a GPU this is more than the tensors in use: freed buffers are kept by size, since a
/// browser releases them late.
/// (`tests/memory.rs` and `tests/browser/gpu-memory.test.mjs` hold the figures.)
fn planes(outline: &Outline<'_>, target: Target) -> u64 {
    match (outline.task, target) {
        (
            Task::Inpaint { .. } | Task::Demosaic { .. } | Task::Colorize { hints: Some(_), .. },
            Target::Gpu { .. },
        ) => 220,
        (_, Target::Gpu { .. }) if outline.may_follow_brightness => 220,
        (
            Task::Deblur { .. } | Task::Colorize { .. } | Task::ColorizeFrom { .. },
            Target::Gpu { .. },
        ) => 130,
        (_, Target::Gpu { .. }) => 100,
        (
            Task::Inpaint { .. }
            | Task::Demosaic { .. }
            | Task::Colorize { hints: Some(_), .. }
            | Task::Deblur {
                borders: Borders::Unknown,
                ..
            },
            Target::Cpu,
        ) => 60,
        (_, Target::Cpu) if outline.may_follow_brightness => 60,
        // The spectra of the blur, or of block means, and of each axis's prior.
        (Task::Deblur { .. } | Task::Colorize { .. } | Task::ColorizeFrom { .. }, Target::Cpu) => {
            46
        }
        // Maps and q drawn at twelve levels.
        (Task::Compose { .. } | Task::Operator { .. }, Target::Cpu) => 240,
        (_, Target::Cpu) => 40,
    }
}

/// Planes of the largest buffer of a GPU: eight maps, or real and imaginary parts of a few.
fn buffer_planes(outline: &Outline<'_>) -> u64 {
    match outline.task {
        _ if outline.may_follow_brightness => 8,
        Task::Inpaint { .. }
        | Task::Demosaic { .. }
        | Task::Jpeg { .. }
        | Task::Colorize { hints: Some(_), .. } => 8,
        // The coefficients of a JPEG may stand for its pixels.
        Task::SuperResolve { .. } => 8,
        _ => 4,
    }
}

/// Planes of the page's memory where the rest is on a GPU: noise on its way there, previews on
/// theirs back, kernels and spectra.
const HOST_PLANES: u64 = 28;

/// Pixels, of which there may be more than a 32-bit machine counts.
fn area([height, width]: [usize; 2]) -> u64 {
    height as u64 * width as u64
}

/// Bytes that each pixel of the photo takes as such: request, frame, preview, each RGBA.
const PHOTOS: u64 = 16;
/// Bytes that the network takes for each pixel of a tile.
const TILE: u64 = 600;
