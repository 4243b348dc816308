//! What a restoration will take, before it is begun.

use crate::error::Error;
use crate::hole;
use crate::layout::{Layout, on_canvas};
use crate::restoration::Sampler;
use crate::task::{Borders, Request, Task};
use crate::tiling::{TileSize, Tiling};

/// What is asked for, without any pixels.
#[derive(Debug, Clone)]
pub struct Question {
    pub width: usize,
    pub height: usize,
    pub task: Task,
    /// Whether inpainting was told of noise.
    pub noisy: bool,
    pub samples: usize,
    pub sampler: Sampler,
}

impl Question {
    /// A request's.
    pub fn of(request: &Request) -> Self {
        Self {
            width: request.photo.width(),
            height: request.photo.height(),
            task: request.task.clone(),
            noisy: request.noise.is_some(),
            samples: request.samples,
            sampler: request.sampler,
        }
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Pixels of the result.
    pub width: usize,
    pub height: usize,
    /// Evaluations of the network.
    pub evaluations: usize,
    /// Tiles of one evaluation, and the pixels of them all.
    pub tiles: usize,
    pub pixels: usize,
    /// Memory that the restoration takes at most, beside weights and code.
    pub bytes: u64,
}

impl Cost {
    /// # Errors
    /// Those of [`Layout::new`], and [`Error::InvalidOption`] for a sampler that can't be.
    pub fn of(question: &Question, tiles: TileSize) -> Result<Self, Error> {
        question.sampler.check()?;
        let Question {
            width,
            height,
            task,
            noisy,
            ..
        } = question;
        let layout = Layout::new(task, *width, *height, *noisy)?;
        let mut cost = Self {
            width: layout.width,
            height: layout.height,
            evaluations: 0,
            tiles: 0,
            pixels: 0,
            bytes: PHOTOS * area([layout.height, layout.width]),
        };
        for region in &layout.regions {
            let mut tiling = Tiling::new(region.canvas.size, tiles);
            let mut width = 0;
            if let (Task::Inpaint { missing }, false) = (task, noisy) {
                let lost = missing.within(region.window);
                width = hole::width(&lost, [region.window.height, region.window.width]);
                tiling = tiling.covering(&on_canvas(&lost, region.canvas));
            }
            let tiles = tiling.tiles().iter();
            let pixels = tiles.map(|t| t.rows.len() * t.columns.len()).sum();
            cost.tiles += tiling.tiles().len();
            cost.pixels += coarse_to_fine(pixels, region.canvas.pixels(), width);
            cost.bytes += planes(task) * 4 * area(region.canvas.size);
        }
        if !layout.regions.is_empty() {
            cost.evaluations = 1 + question.samples * question.sampler.evaluations();
            cost.bytes += area([tiles.side; 2]) * TILE;
        }
        Ok(cost)
    }
}

/// Pixels of the network in one evaluation, those of the smaller sizes of a wide hole included.
fn coarse_to_fine(pixels: usize, canvas: usize, width: usize) -> usize {
    hole::reduction(width).map_or(pixels, |f| {
        let smaller = canvas / (f * f);
        pixels + coarse_to_fine(smaller, smaller, width.div_ceil(f) + 1)
    })
}

/// Planes of floats that are held at once for each pixel that is restored (`tests/memory.rs` holds the figures): masks and crops have maps of their own at each
/// pixel, and iterate.
fn planes(task: &Task) -> u64 {
    match task {
        Task::Inpaint { .. } | Task::Demosaic { .. } => 60,
        Task::Deblur {
            borders: Borders::Unknown,
            ..
        } => 60,
        // Maps and q drawn at twelve levels.
        Task::Compose { .. } | Task::Operator { .. } => 240,
        _ => 40,
    }
}

/// Pixels, of which there may be more than a 32-bit machine counts.
fn area([height, width]: [usize; 2]) -> u64 {
    height as u64 * width as u64
}

/// Bytes that each pixel of the photo takes as such: request, frame, preview, each RGBA.
const PHOTOS: u64 = 16;
/// Bytes that the network takes for each pixel of a tile.
const TILE: u64 = 600;
