//! A part of a picture, without loss: whole MCUs of it.

use std::ops::Range;

use super::layout::{Component, Layout, mcu};
use super::{Jpeg, WriteError};
use crate::photo::turning::{displayed_area, displayed_size, stored_area};

/// Columns and rows of pixels.
pub type Area = [Range<usize>; 2];

impl Jpeg {
    /// The part of the picture that covers an area, and the area that it shows: what was asked for,
    /// and as far beyond as its MCUs reach. Both are those of the picture as it is displayed. The
    /// part has the file's coefficients, tables, orientation and profile.
    ///
    /// # Errors
    /// [`WriteError::InvalidLayout`] for an area without a pixel, or beyond the picture;
    /// [`WriteError::OutOfMemory`].
    pub fn part(&self, area: Area) -> Result<(Self, Area), WriteError> {
        let size = [self.width, self.height];
        let displayed = displayed_size(self.orientation, size);
        if (0..2).any(|axis| area[axis].is_empty() || area[axis].end > displayed[axis]) {
            return Err(WriteError::InvalidLayout(format!(
                "{area:?} is no part of {displayed:?} pixels"
            )));
        }
        let asked = stored_area(self.orientation, size, &area);
        let layouts: Vec<Layout> = self.components.iter().map(Component::layout).collect();
        let mcu = mcu(&layouts);
        let first = [0, 1].map(|axis| asked[axis].start / mcu[axis]);
        let end = |axis: usize| {
            let end = asked[axis].end.next_multiple_of(mcu[axis]);
            end.min(size[axis])
        };
        let stored = [0, 1].map(|axis| first[axis] * mcu[axis]..end(axis));
        let mut part = Self::zeroed(stored[0].len(), stored[1].len(), &layouts)?;
        for (from, to) in self.components.iter().zip(&mut part.components) {
            from.copy_part(first, to);
        }
        part.orientation = self.orientation;
        part.icc.clone_from(&self.icc);
        Ok((part, displayed_area(self.orientation, size, &stored)))
    }
}
