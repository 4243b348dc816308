//! Photos as files store them, and as they are displayed: EXIF's orientations.

use std::ops::Range;

use super::jpeg::Orientation;
use super::pixels::Photo;

impl Photo {
    /// A stored photo as it is displayed.
    pub fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::default() {
            return self;
        }
        let stored = [self.width(), self.height()];
        let [width, height] = displayed_size(orientation, stored);
        let mut rgba = vec![0; self.rgba().len()];
        for (to, pixel) in rgba.chunks_exact_mut(4).enumerate() {
            let from = stored_index(orientation, stored, [to % width, to / width]);
            pixel.copy_from_slice(&self.rgba()[4 * from..4 * from + 4]);
        }
        Self::new(width, height, rgba).expect("as many pixels as before")
    }

    /// A photo as it is displayed, as its file stores it: the inverse of [`Self::upright`].
    pub fn as_stored(self, orientation: Orientation) -> Self {
        if orientation == Orientation::default() {
            return self;
        }
        let stored = displayed_size(orientation, [self.width(), self.height()]);
        let mut rgba = vec![0; self.rgba().len()];
        for (from, pixel) in self.rgba().chunks_exact(4).enumerate() {
            let displayed = [from % self.width(), from / self.width()];
            let to = stored_index(orientation, stored, displayed);
            rgba[4 * to..4 * to + 4].copy_from_slice(pixel);
        }
        Self::new(stored[0], stored[1], rgba).expect("as many pixels as before")
    }
}

/// Columns and rows of the displayed photo from those of the stored one, and the other way round.
pub(crate) fn displayed_size(orientation: Orientation, [width, height]: [usize; 2]) -> [usize; 2] {
    if orientation.swaps_sides() {
        [height, width]
    } else {
        [width, height]
    }
}

/// The stored area, columns and rows, of an area of the displayed photo; `stored`: columns and rows
/// of the file.
pub(crate) fn stored_area(
    orientation: Orientation,
    stored: [usize; 2],
    displayed: &[Range<usize>; 2],
) -> [Range<usize>; 2] {
    let first = stored_position(orientation, stored, [0, 1].map(|i| displayed[i].start));
    let last = stored_position(orientation, stored, [0, 1].map(|i| displayed[i].end - 1));
    [0, 1].map(|axis| first[axis].min(last[axis])..first[axis].max(last[axis]) + 1)
}

/// The inverse of [`stored_area`].
pub(crate) fn displayed_area(
    orientation: Orientation,
    stored: [usize; 2],
    area: &[Range<usize>; 2],
) -> [Range<usize>; 2] {
    stored_area(
        orientation.inverse(),
        displayed_size(orientation, stored),
        area,
    )
}

/// Where a file of `width` by `height` pixels stores the displayed pixel (x, y).
fn stored_index(orientation: Orientation, stored: [usize; 2], displayed: [usize; 2]) -> usize {
    let [column, row] = stored_position(orientation, stored, displayed);
    row * stored[0] + column
}

/// Column and row of that pixel.
fn stored_position(
    orientation: Orientation,
    [width, height]: [usize; 2],
    [x, y]: [usize; 2],
) -> [usize; 2] {
    match orientation.value() {
        2 => [width - 1 - x, y],
        3 => [width - 1 - x, height - 1 - y],
        4 => [x, height - 1 - y],
        5 => [y, x],
        6 => [y, height - 1 - x],
        7 => [width - 1 - y, height - 1 - x],
        8 => [width - 1 - y, x],
        _ => [x, y],
    }
}
