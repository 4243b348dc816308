//! The windows of a task: the size of its result, and which parts of it are restored.
//!
//! Inpainting works in windows around the missing pixels alone: its cost is that of the holes,
//! whatever the photo's size.

use crate::error::Error;
use crate::photo::jpeg::Jpeg;
use crate::photo::mask::{Mask, hole_width};
use crate::photo::pixels::{Photo, Window};
use crate::photo::turning::displayed_size;
use crate::request::Request;
use crate::request::canvas::{Canvas, MIN_SIDE};
use crate::request::jpeg_measurement::{coded_size, measured_size};
use crate::request::task::{Borders, GREY, Task};
use crate::restoration::{colours, hole};

/// Known pixels that inpainting looks at around the missing ones.
const CONTEXT: usize = 64;
/// Missing pixels are grouped by squares of this side.
const CELL: usize = 32;

/// A part of the result that is restored by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Where it lies in the result.
    pub window: Window,
    /// The grid that it is restored on.
    pub canvas: Canvas,
}

/// A task's result and its regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowPlan {
    /// Columns of the result, as stored.
    pub width: usize,
    /// Rows of the result, as stored.
    pub height: usize,
    /// None where nothing is missing; more than one only when holes lie far apart.
    pub regions: Vec<Region>,
}

impl WindowPlan {
    /// A request's.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of(request: &Request) -> Result<Self, Error> {
        let Request { photo, task, .. } = request;
        let keeps_known = request.noise.keeps_known(task);
        Self::new(task, photo.width(), photo.height(), keeps_known)
    }

    /// For a photo of `width` by `height`; `keeps_known`: inpainting keeps the known pixels as they
    /// are.
    ///
    /// # Errors
    /// [`Error::InvalidFactor`], [`Error::InvalidMask`], [`Error::ImageTooLarge`] where pixels
    /// can't even be counted.
    pub fn new(task: &Task, width: usize, height: usize, keeps_known: bool) -> Result<Self, Error> {
        let [width, height] = match task {
            Task::Jpeg { file, .. } => stored_size(file, [width, height])?,
            _ => [width, height],
        };
        let factor = factor(task)?;
        let [height, width] = match task {
            Task::Operator { source } => of_operator(source.image_size([height, width])?)?,
            _ => enlarged([height, width], factor)?,
        };
        let windows = match task {
            Task::Inpaint { missing } => holes(missing, width, height, keeps_known)?,
            _ => vec![Window::sized(width, height)],
        };
        let margin = match task {
            // What is narrower than the network's least image is no picture that wraps around.
            Task::Deblur { kernel, borders }
                if *borders == Borders::Unknown || width.min(height) < MIN_SIDE =>
            {
                kernel.reach()
            }
            _ => [0; 2],
        };
        let canvas = |window: Window| -> Result<Canvas, Error> {
            let size = [window.height, window.width];
            let step = step(task, factor, window, keeps_known)?;
            match task {
                Task::Jpeg { file, reduced } => {
                    let measured = measured_size(file, *reduced)?;
                    Ok(Canvas::coded(size, measured.map(|n| n * factor)))
                }
                Task::SuperResolve { reduction, .. } if reduction.margin(factor) > 0 => {
                    Ok(Canvas::fading(size, step, reduction.margin(factor)))
                }
                Task::Denoise
                | Task::Colorize { .. }
                | Task::ColorizeFrom { .. }
                | Task::SuperResolve { .. } => Ok(Canvas::mirrored(size, step)),
                _ => Ok(Canvas::new(size, margin, step)),
            }
        };
        let region = |window: Window| {
            let canvas = canvas(window)?;
            Ok(Region { window, canvas })
        };
        Ok(Self {
            width,
            height,
            regions: windows
                .into_iter()
                .map(region)
                .collect::<Result<_, Error>>()?,
        })
    }
}

/// Columns and rows of a photo as its file stores it. Refuses a file of another photo, or one too
/// small for the network.
fn stored_size(file: &Jpeg, [width, height]: [usize; 2]) -> Result<[usize; 2], Error> {
    let stored = [file.width(), file.height()];
    let displayed = displayed_size(file.orientation(), stored);
    if displayed != [width, height] {
        return Err(Error::InvalidImage(format!(
            "the JPEG file is {}x{} as displayed and the photo {width}x{height}",
            displayed[0], displayed[1]
        )));
    }
    let coded = coded_size(file)?;
    if coded.iter().any(|&n| n < MIN_SIDE) {
        return Err(Error::InvalidImage(format!(
            "the JPEG file codes {}x{} pixels; sides of at least {MIN_SIDE} are possible: restore \
             its pixels instead",
            coded[1], coded[0]
        )));
    }
    Ok(stored)
}

/// Rows and columns times the factor.
fn enlarged(size: [usize; 2], factor: usize) -> Result<[usize; 2], Error> {
    let [height, width] = size.map(|n| n.checked_mul(factor));
    let too_large =
        || Error::ImageTooLarge(format!("{factor} times {}x{} pixels", size[1], size[0]));
    Ok([height.ok_or_else(too_large)?, width.ok_or_else(too_large)?])
}

/// Refuses images below the smallest size, since a user's operator can't be padded.
fn of_operator(size: [usize; 2]) -> Result<[usize; 2], Error> {
    if size.iter().all(|&n| n >= MIN_SIDE) {
        return Ok(size);
    }
    Err(Error::InvalidOperator(format!(
        "it measures an image of {}x{}, whose sides must be at least {MIN_SIDE}",
        size[1], size[0]
    )))
}

/// What the sides of a window's canvas are multiples of.
fn step(task: &Task, factor: usize, window: Window, keeps_known: bool) -> Result<usize, Error> {
    Ok(match task {
        Task::Inpaint { missing } if keeps_known => {
            let lost = missing.within(window);
            let width = hole_width(&lost, [window.height, window.width]);
            hole::reductions(width).iter().product()
        }
        Task::Colorize { .. } => task.reductions_of_colour(window).iter().product(),
        Task::ColorizeFrom { small } => reduction_of(small, [window.height, window.width])?,
        _ => factor,
    })
}

/// By how much pictures are smaller than a photo of `size`.
///
/// # Errors
/// [`Error::InvalidImage`] unless all have 1/2, 1/4 or 1/8 of its size, rounded up, and it has
/// enough pixels for the network.
pub(super) fn reduction_of(small: &[Photo], size: [usize; 2]) -> Result<usize, Error> {
    let fits = |factor: &usize| {
        let expected = size.map(|n| n.div_ceil(*factor));
        small.iter().all(|p| [p.height(), p.width()] == expected)
    };
    let factor = [2, 4, 8].into_iter().find(fits);
    factor
        .filter(|_| size.iter().all(|&n| n >= MIN_SIDE))
        .ok_or_else(|| {
            Error::InvalidImage(format!(
                "the colours of a photo of {}x{} come from pictures of 1/2, 1/4 or 1/8 of its \
                 size, rounded up, and its sides must be at least {MIN_SIDE}",
                size[1], size[0]
            ))
        })
}

impl Task {
    /// The factors by which a grey photo is reduced one after another to be coloured coarse to
    /// fine; none where it is coloured at its own size alone: a small one, and one whose grey is
    /// not luma.
    pub(super) fn reductions_of_colour(&self, window: Window) -> Vec<usize> {
        match self {
            Self::Colorize { weights, .. } if *weights == GREY => {
                colours::reductions([window.height, window.width])
            }
            _ => Vec::new(),
        }
    }
}

/// How many times the photo is enlarged.
///
/// # Errors
/// [`Error::InvalidFactor`] if photos reduced in this way are not enlarged by the factor.
pub fn factor(task: &Task) -> Result<usize, Error> {
    let (factor, reduction) = match task {
        Task::SuperResolve { factor, reduction } => (*factor, *reduction),
        Task::Jpeg {
            reduced: Some((factor, reduction)),
            ..
        } => (*factor, *reduction),
        Task::Compose { first, second } => {
            let product = factor(first)?.checked_mul(factor(second)?);
            return product.ok_or(Error::InvalidFactor(
                "the product of the composition's factors overflows".into(),
            ));
        }
        _ => return Ok(1),
    };
    let possible = reduction.factors();
    if possible.contains(&factor) {
        return Ok(factor);
    }
    Err(Error::InvalidFactor(format!(
        "{factor}; photos reduced in this way are enlarged {possible:?} times"
    )))
}

/// The windows to inpaint in: around the holes where known pixels are kept, else the whole photo.
fn holes(
    missing: &Mask,
    width: usize,
    height: usize,
    keeps_known: bool,
) -> Result<Vec<Window>, Error> {
    missing.check_size(width, height)?;
    let bounds = clusters(missing);
    if !keeps_known && !bounds.is_empty() {
        return Ok(vec![Window::sized(width, height)]);
    }
    let around = |b: Bounds| {
        let low = [0, 1].map(|i| b.low[i].saturating_sub(CONTEXT));
        let high = [
            (b.high[0] + CONTEXT).min(height),
            (b.high[1] + CONTEXT).min(width),
        ];
        Bounds { low, high }
    };
    let windows = disjoint(bounds.into_iter().map(around).collect());
    Ok(windows.into_iter().map(Bounds::window).collect())
}

/// Rows and columns from `low` to before `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    low: [usize; 2],
    high: [usize; 2],
}

impl Bounds {
    fn with(self, other: Self) -> Self {
        Self {
            low: [0, 1].map(|i| self.low[i].min(other.low[i])),
            high: [0, 1].map(|i| self.high[i].max(other.high[i])),
        }
    }

    fn meets(&self, other: &Self) -> bool {
        (0..2).all(|i| self.low[i] < other.high[i] && other.low[i] < self.high[i])
    }

    fn window(self) -> Window {
        Window {
            top: self.low[0],
            left: self.low[1],
            height: self.high[0] - self.low[0],
            width: self.high[1] - self.low[1],
        }
    }
}

/// The bounds of each group of missing pixels, groups being so far apart that their surroundings do
/// not touch.
fn clusters(missing: &Mask) -> Vec<Bounds> {
    const NEAR: usize = 2 * CONTEXT / CELL;
    let near = |at: usize, n: usize| at.saturating_sub(NEAR)..n.min(at + NEAR + 1);
    let mut cells = cells(missing);
    let (down, across) = (cells.len(), cells.first().map_or(0, Vec::len));
    let mut groups = Vec::new();
    for start in 0..down * across {
        let (row, column) = (start / across, start % across);
        let Some(mut bounds) = cells[row][column].take() else {
            continue;
        };
        let mut open = vec![(row, column)];
        while let Some((row, column)) = open.pop() {
            for r in near(row, down) {
                let columns = near(column, across);
                for (cell, c) in cells[r][columns.clone()].iter_mut().zip(columns) {
                    if let Some(more) = cell.take() {
                        bounds = bounds.with(more);
                        open.push((r, c));
                    }
                }
            }
        }
        groups.push(bounds);
    }
    groups
}

/// The bounds of the missing pixels of each cell.
fn cells(missing: &Mask) -> Vec<Vec<Option<Bounds>>> {
    let (width, height) = (missing.width(), missing.height());
    let mut cells = vec![vec![None; width.div_ceil(CELL)]; height.div_ceil(CELL)];
    for (i, _) in missing.pixels().iter().enumerate().filter(|(_, m)| **m) {
        let (row, column) = (i / width, i % width);
        let pixel = Bounds {
            low: [row, column],
            high: [row + 1, column + 1],
        };
        let cell: &mut Option<Bounds> = &mut cells[row / CELL][column / CELL];
        *cell = Some(cell.map_or(pixel, |cell| cell.with(pixel)));
    }
    cells
}

/// The same, those that meet made one.
fn disjoint(mut all: Vec<Bounds>) -> Vec<Bounds> {
    let mut apart: Vec<Bounds> = Vec::new();
    while let Some(mut next) = all.pop() {
        while let Some(i) = apart.iter().position(|other| other.meets(&next)) {
            next = next.with(apart.swap_remove(i));
        }
        apart.push(next);
    }
    apart.sort_by_key(|b| b.low);
    apart
}
