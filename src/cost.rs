//! What a restoration will take, before it is begun.

use crate::error::Error;
use crate::layout::{Layout, on_canvas};
use crate::restoration::Sampler;
use crate::task::{Request, Task};
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
            if let (Task::Inpaint { missing }, false) = (task, noisy) {
                let lost = missing.within(region.window);
                tiling = tiling.covering(&on_canvas(&lost, region.canvas));
            }
            let areas = tiling
                .tiles()
                .iter()
                .map(|t| t.rows.len() * t.columns.len());
            cost.tiles += tiling.tiles().len();
            cost.pixels += areas.sum::<usize>();
            cost.bytes += PLANES * 4 * area(region.canvas.size);
        }
        if !layout.regions.is_empty() {
            cost.evaluations = 1 + question.samples * question.sampler.evaluations();
            cost.bytes += area([tiles.side; 2]) * TILE;
        }
        Ok(cost)
    }
}

/// Pixels, of which there may be more than a 32-bit machine counts.
fn area([height, width]: [usize; 2]) -> u64 {
    height as u64 * width as u64
}

/// Bytes that each pixel of the photo takes as such: request, frame, preview, each RGBA.
const PHOTOS: u64 = 16;
/// Planes of floats that are held at once for each pixel that is restored.
const PLANES: u64 = 60;
/// Bytes that the network takes for each pixel of a tile.
const TILE: u64 = 2500;
