//! Holes: missing pixels that are near each other, and the window that each is filled from.

use crate::photo::pixels::Window;

/// Missing pixels of one cell, or of touching cells, are one hole.
const CELL: usize = 16;
/// The margin of a search window: this many times the extent of the hole, within bounds.
const MARGIN: usize = 2;
const LEAST_MARGIN: usize = 120;
const MOST_MARGIN: usize = 800;
/// A window is enlarged until it has this many pixels to copy for each of the hole.
const ENOUGH: usize = 4;

/// The holes of a mask.
#[derive(Debug)]
pub(crate) struct Groups {
    /// Columns of cells.
    across: usize,
    /// The hole of each cell plus one; 0 for none.
    cells: Vec<u32>,
    /// The smallest rectangle around each hole.
    pub(crate) bounds: Vec<Window>,
}

impl Groups {
    pub(crate) fn of(missing: &[bool], width: usize, height: usize) -> Self {
        let (across, down) = (width.div_ceil(CELL), height.div_ceil(CELL));
        let mut touched = vec![false; across * down];
        for (i, _) in missing.iter().enumerate().filter(|(_, m)| **m) {
            touched[i / width / CELL * across + i % width / CELL] = true;
        }
        let cells = connected(&touched, across);
        let mut groups = Self {
            across,
            bounds: Vec::new(),
            cells,
        };
        groups.find_bounds(missing, width);
        groups
    }

    /// The hole of a missing pixel.
    pub(crate) fn hole(&self, at: usize, width: usize) -> usize {
        let cell = at / width / CELL * self.across + at % width / CELL;
        (self.cells[cell] as usize).wrapping_sub(1)
    }

    fn find_bounds(&mut self, missing: &[bool], width: usize) {
        let count = self.cells.iter().max().map_or(0, |&most| most as usize);
        let mut ends = vec![[usize::MAX, usize::MAX, 0, 0]; count];
        for (i, _) in missing.iter().enumerate().filter(|(_, m)| **m) {
            let (row, column) = (i / width, i % width);
            let [left, top, right, bottom] = &mut ends[self.hole(i, width)];
            *left = (*left).min(column);
            *top = (*top).min(row);
            *right = (*right).max(column);
            *bottom = (*bottom).max(row);
        }
        let windows = ends.into_iter().map(|[left, top, right, bottom]| Window {
            left,
            top,
            width: right + 1 - left,
            height: bottom + 1 - top,
        });
        self.bounds = windows.collect();
    }
}

/// Cells numbered from 1 by the part, connected through sides and corners, that they belong to.
pub(super) fn connected(touched: &[bool], across: usize) -> Vec<u32> {
    let down = touched.len() / across;
    let mut numbers = vec![0; touched.len()];
    let (mut count, mut open) = (0, Vec::new());
    for start in 0..touched.len() {
        if !touched[start] || numbers[start] != 0 {
            continue;
        }
        count += 1;
        numbers[start] = count;
        open.push(start);
        while let Some(cell) = open.pop() {
            let (row, column) = (cell / across, cell % across);
            for r in row.saturating_sub(1)..(row + 2).min(down) {
                for c in column.saturating_sub(1)..(column + 2).min(across) {
                    let next = r * across + c;
                    if touched[next] && numbers[next] == 0 {
                        numbers[next] = count;
                        open.push(next);
                    }
                }
            }
        }
    }
    numbers
}

/// The window that a hole is filled from: larger where little of it may be copied.
pub(crate) fn search_window(
    bounds: Window,
    [width, height]: [usize; 2],
    copyable: impl Fn(usize) -> bool,
) -> Window {
    let long = bounds.width.max(bounds.height);
    let extent = long.min(4 * bounds.width.min(bounds.height));
    let mut margin = (MARGIN * extent).clamp(LEAST_MARGIN, MOST_MARGIN);
    loop {
        let window = bounds.grown(margin, width, height);
        let whole = window.width == width && window.height == height;
        let enough = ENOUGH * bounds.width * bounds.height;
        let mut found = window
            .offsets(width)
            .map(|(_, at)| at)
            .filter(|&at| copyable(at));
        if whole || found.nth(enough - 1).is_some() {
            return window;
        }
        margin *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_pixels_are_one_hole_and_far_ones_two() {
        let (width, height) = (200, 100);
        let mut missing = vec![false; width * height];
        for at in [5 * width + 5, 5 * width + 20, 90 * width + 150] {
            missing[at] = true;
        }
        let groups = Groups::of(&missing, width, height);
        assert_eq!(groups.bounds.len(), 2);
        let first = Window {
            left: 5,
            top: 5,
            width: 16,
            height: 1,
        };
        assert_eq!(groups.bounds[groups.hole(5 * width + 20, width)], first);
    }

    #[test]
    fn a_window_without_enough_to_copy_grows_to_the_photo() {
        let hole = Window {
            left: 900,
            top: 900,
            width: 10,
            height: 10,
        };
        let size = [2000, 2000];
        let near = search_window(hole, size, |_| true);
        assert_eq!((near.width, near.left), (10 + 2 * LEAST_MARGIN, 780));
        let far = search_window(hole, size, |_| false);
        assert_eq!((far.width, far.height), (2000, 2000));
    }
}
