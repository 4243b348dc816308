//! Where a pixel is copied from.

/// The place that a pixel of the hole is copied from, relative to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label {
    /// Columns to the right; of a mirrored label, the sum of the two columns.
    pub dx: i32,
    /// Rows down.
    pub dy: i32,
    /// Whether the copy is mirrored left to right.
    pub mirrored: bool,
}

impl Label {
    /// The column and row that the pixel at (x, y) is copied from.
    pub fn source(self, x: i32, y: i32) -> (i32, i32) {
        let column = if self.mirrored {
            self.dx - x
        } else {
            self.dx + x
        };
        (column, self.dy + y)
    }

    /// The label that takes blocks of `factor` by `factor` pixels to where this one takes pixels.
    pub(crate) fn enlarged(self, factor: i32) -> Self {
        let last = if self.mirrored { factor - 1 } else { 0 };
        Self {
            dx: self.dx * factor + last,
            dy: self.dy * factor,
            ..self
        }
    }

    /// The label `(dx, dy)` farther.
    pub(crate) fn moved(self, dx: i32, dy: i32) -> Self {
        Self {
            dx: self.dx + dx,
            dy: self.dy + dy,
            ..self
        }
    }

    /// The same label in an image of which this one's image is the part that starts at `left`.
    pub(crate) fn outside(self, left: i32) -> Self {
        let shift = if self.mirrored { 2 * left } else { 0 };
        self.moved(shift, 0)
    }
}
