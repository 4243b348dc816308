//! Where a task's work lies: the size of its result, the windows of it that are restored, and the
//! grid of pixels that each one's tensors have.
//!
//! Sides of any length are possible. Below [`MIN_SIDE`] pixels they are padded on both sides, and
//! the padding is part of the image that nothing was measured of. Inpainting works in windows
//! around the missing pixels alone: it costs what the holes cost, whatever the photo's size.

use crate::error::Error;
use crate::photo::pixels::Window;
use crate::request::task::{Borders, MissingPixels, Request, Task};
use crate::restoration::hole;

/// The shortest side of an image: the noise-geometry maps reach 15 pixels far, the network works on
/// multiples of 8.
pub const MIN_SIDE: usize = 16;
/// With these prime factors alone a side's transform is fast, on a GPU and on a CPU; with a greater
/// one it takes several transforms, longer than itself.
const FACTORS: [usize; 11] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31];
/// The smallest of them, for sides that may as well be somewhat longer.
const SMALL: [usize; 4] = [2, 3, 5, 7];
/// Known pixels that inpainting looks at around the missing ones.
const CONTEXT: usize = 64;
/// Missing pixels are grouped by squares of this side.
const CELL: usize = 32;

/// What a canvas holds beside its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Margin {
    /// Pixels that nothing was measured of.
    Unmeasured,
    /// The window's own, mirrored at its last row and column: as good as measured, since they are
    /// few.
    Mirrored,
}

/// The grid that a window is restored on: as large as the window, or larger by what was not
/// measured, or by a few mirrored pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canvas {
    /// Rows and columns.
    pub size: [usize; 2],
    /// The window's first row and column, and its size.
    pub at: [usize; 2],
    pub inner: [usize; 2],
    beside: Margin,
}

impl Canvas {
    /// For a window of `size`, with so many rows and columns more on each side at least, and sides
    /// of at least [`MIN_SIDE`], of fast transforms where there is a margin anyway; everything
    /// a multiple of `step`.
    fn new(size: [usize; 2], margin: [usize; 2], step: usize) -> Self {
        let least = MIN_SIDE.next_multiple_of(step);
        let around = |i: usize| {
            let missing = least.saturating_sub(size[i] + 2 * margin[i]);
            let before = (margin[i] + missing / 2).next_multiple_of(step);
            let after = (margin[i] + missing - missing / 2).next_multiple_of(step);
            let whole = before + size[i] + after;
            // What is not measured may as well be as wide as transforms are fast.
            let fast = if margin[i] > 0 {
                fast_length(whole, step, &SMALL)
            } else {
                whole
            };
            (before, fast)
        };
        let (rows, columns) = (around(0), around(1));
        Self {
            size: [rows.1, columns.1],
            at: [rows.0, columns.0],
            inner: size,
            beside: Margin::Unmeasured,
        }
    }

    /// For a window whose pixels are measured all alike, of sides that are multiples of `step`: of
    /// fast transforms, by mirrored pixels where it is not. Many photos have a side of a large
    /// prime factor: 683 and 853 pixels beside 1024 and 1280.
    fn mirrored(size: [usize; 2], step: usize) -> Self {
        let least = MIN_SIDE.next_multiple_of(step);
        if size.iter().any(|&n| n < least) {
            return Self::new(size, [0; 2], step);
        }
        Self {
            size: size.map(|n| fast_length(n, step, &FACTORS)),
            at: [0; 2],
            inner: size,
            beside: Margin::Mirrored,
        }
    }

    /// Pixels before and after the window, of rows and of columns.
    pub fn frame(&self) -> [[usize; 2]; 2] {
        [0, 1].map(|i| [self.at[i], self.size[i] - self.inner[i] - self.at[i]])
    }

    /// The same grid with a window as large as itself.
    pub fn without_frame(&self) -> Self {
        Self {
            at: [0; 2],
            inner: self.size,
            ..*self
        }
    }

    /// Whether there is anything beside the window that was not measured.
    pub fn is_padded(&self) -> bool {
        self.size != self.inner && self.beside == Margin::Unmeasured
    }

    /// Whether mirrored pixels lie beside it.
    pub fn is_mirrored(&self) -> bool {
        self.size != self.inner && self.beside == Margin::Mirrored
    }

    /// The same in blocks of `factor` by `factor`, of which everything here is a multiple.
    pub fn coarse(&self, factor: usize) -> Self {
        let blocks = |n: [usize; 2]| n.map(|n| n / factor);
        Self {
            size: blocks(self.size),
            at: blocks(self.at),
            inner: blocks(self.inner),
            beside: self.beside,
        }
    }

    pub fn pixels(&self) -> usize {
        self.size[0] * self.size[1]
    }
}

/// A part of the result that is restored by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    pub window: Window,
    pub canvas: Canvas,
}

/// A task's result and its regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowPlan {
    pub width: usize,
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
        Self::new(task, photo.width(), photo.height(), request.noise.is_some())
    }

    /// For a photo of `width` by `height`; `noisy`: known pixels are restored too.
    ///
    /// # Errors
    /// [`Error::InvalidFactor`], [`Error::InvalidMask`], [`Error::ImageTooLarge`] where pixels
    /// can't even be counted.
    pub fn new(task: &Task, width: usize, height: usize, noisy: bool) -> Result<Self, Error> {
        let factor = factor(task)?;
        let [height, width] = match task {
            Task::Operator { source } => of_operator(source.image_size([height, width])?)?,
            _ => enlarged([height, width], factor)?,
        };
        let windows = match task {
            Task::Inpaint { missing } => holes(missing, width, height, noisy)?,
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
        let canvas = |window: Window| {
            let size = [window.height, window.width];
            let step = step(task, factor, window, noisy);
            match task {
                Task::Denoise | Task::Colorize { .. } | Task::SuperResolve { .. } => {
                    Canvas::mirrored(size, step)
                }
                _ => Canvas::new(size, margin, step),
            }
        };
        let region = |window: Window| Region {
            window,
            canvas: canvas(window),
        };
        Ok(Self {
            width,
            height,
            regions: windows.into_iter().map(region).collect(),
        })
    }
}

/// The least multiple of `step` from n on that has no other prime factors beside those of `step`
/// than these.
fn fast_length(n: usize, step: usize, primes: &[usize]) -> usize {
    let is_fast = |n: &usize| {
        let odd = primes.iter().fold(n / step, |mut n, prime| {
            while n.is_multiple_of(*prime) {
                n /= prime;
            }
            n
        });
        odd == 1
    };
    let mut multiples = (n.div_ceil(step)..).map(|i| i * step);
    multiples.find(is_fast).expect("powers of 2 go on")
}

/// A window's entries on its canvas, false beside it.
pub fn on_canvas(values: &[bool], canvas: Canvas) -> Vec<bool> {
    let mut all = vec![false; canvas.pixels()];
    for (i, row) in values.chunks_exact(canvas.inner[1]).enumerate() {
        let start = (canvas.at[0] + i) * canvas.size[1] + canvas.at[1];
        all[start..start + row.len()].copy_from_slice(row);
    }
    all
}

/// Rows and columns, so many times as many.
fn enlarged(size: [usize; 2], factor: usize) -> Result<[usize; 2], Error> {
    let [height, width] = size.map(|n| n.checked_mul(factor));
    let too_large =
        || Error::ImageTooLarge(format!("{factor} times {}x{} pixels", size[1], size[0]));
    Ok([height.ok_or_else(too_large)?, width.ok_or_else(too_large)?])
}

/// The least image of an operator that can't be told of padding.
fn of_operator(size: [usize; 2]) -> Result<[usize; 2], Error> {
    if size.iter().all(|&n| n >= MIN_SIDE) {
        return Ok(size);
    }
    Err(Error::InvalidOperator(format!(
        "it measures an image of {}x{}; the image that it measures must have sides of at least {MIN_SIDE}",
        size[1], size[0]
    )))
}

/// What the sides of a window's canvas are multiples of.
fn step(task: &Task, factor: usize, window: Window, noisy: bool) -> usize {
    match task {
        Task::Inpaint { missing } if !noisy => {
            let lost = missing.within(window);
            hole::step(hole::width(&lost, [window.height, window.width]))
        }
        _ => factor,
    }
}

/// How many times the photo is enlarged.
pub fn factor(task: &Task) -> Result<usize, Error> {
    let (factor, reduction) = match task {
        Task::SuperResolve { factor, reduction } => (*factor, *reduction),
        Task::Compose { first, second } => {
            let product = factor(first)?.checked_mul(factor(second)?);
            return product.ok_or(Error::InvalidFactor("beyond counting".into()));
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

/// The windows to inpaint in: everything where the photo is noisy, else what surrounds the holes.
fn holes(
    missing: &MissingPixels,
    width: usize,
    height: usize,
    noisy: bool,
) -> Result<Vec<Window>, Error> {
    missing.check_size(width, height)?;
    let bounds = clusters(missing);
    if noisy && !bounds.is_empty() {
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
fn clusters(missing: &MissingPixels) -> Vec<Bounds> {
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
fn cells(missing: &MissingPixels) -> Vec<Vec<Option<Bounds>>> {
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

#[cfg(test)]
mod tests {
    use super::{Canvas, FACTORS, MIN_SIDE, SMALL, fast_length};

    #[test]
    fn lengths_of_fast_transforms_are_the_next_ones() {
        for (n, step, expected) in [(1, 1, 1), (11, 1, 12), (1036, 1, 1050), (44, 4, 48)] {
            let fast = fast_length(n, step, &SMALL);
            assert_eq!(fast, expected, "{n} in steps of {step}");
        }
        for (n, step, expected) in [(683, 1, 684), (853, 1, 855), (1023, 1, 1023), (74, 2, 76)] {
            let fast = fast_length(n, step, &FACTORS);
            assert_eq!(fast, expected, "{n} in steps of {step}");
        }
    }

    /// A mirror shows each pixel once, and not the one that it stands at.
    #[test]
    fn there_is_always_enough_to_mirror() {
        for step in [1, 2, 3, 4, 8, 16] {
            for blocks in MIN_SIDE.div_ceil(step)..3000 {
                let canvas = Canvas::mirrored([blocks * step; 2], step).coarse(step);
                let added = canvas.size[0] - canvas.inner[0];
                assert!(added < blocks, "{added} beside {blocks} blocks of {step}");
                assert!(canvas.at == [0; 2] && !canvas.is_padded());
            }
        }
    }
}
