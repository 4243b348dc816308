//! Which holes of a mask are filled by the network, and which from the photo.

use crate::error::Error;
use crate::exemplar::groups::connected;
use crate::photo::mask::{Mask, depths};
use crate::photo::pixels::Window;

/// The widest hole, in pixels, that the network fills: the diameter of the largest square in it, as
/// [`hole_width`](crate::photo::mask::hole_width) measures it.
pub const WIDEST_NARROW: usize = 16;
/// Missing pixels belong to one hole where this many known ones or fewer lie between them.
const BETWEEN: usize = 4;

/// The holes of a mask by what fills them.
#[derive(Debug, Clone)]
pub struct Split {
    /// The missing pixels of narrow holes, which the network fills.
    pub narrow: Mask,
    /// How many holes these are.
    pub narrow_holes: usize,
    /// The missing pixels of wide holes, which are filled from the photo.
    pub wide: Mask,
    /// How many holes these are.
    pub wide_holes: usize,
}

impl Split {
    /// Holes are narrow up to [`WIDEST_NARROW`]. All count as narrow where fewer pixels are left to
    /// copy from than the wide ones miss.
    ///
    /// `avoid`: what is not copied from.
    ///
    /// # Errors
    /// [`Error::InvalidMask`] where the masks differ in size.
    pub fn of(missing: &Mask, avoid: Option<&Mask>) -> Result<Self, Error> {
        let (width, height) = (missing.width(), missing.height());
        if let Some(avoid) = avoid {
            avoid.check_size(width, height)?;
        }
        let mut wide = vec![false; width * height];
        let mut holes = Holes::default();
        if let Some(window) = bounds(missing) {
            let window = window.grown(1, width, height);
            holes = Holes::of(&missing.within(window), window);
            for (i, at) in window.offsets(width) {
                wide[at] = missing.pixels()[at] && holes.is_wide(i);
            }
        }
        let lost = wide.iter().filter(|&&wide| wide).count();
        let is_source =
            |at: &usize| !missing.pixels()[*at] && !avoid.is_some_and(|avoid| avoid.pixels()[*at]);
        if (0..width * height).filter(is_source).nth(lost).is_none() {
            wide.fill(false);
            holes.widths.iter_mut().for_each(|width| *width = 0);
        }
        let narrow = missing.pixels().iter().zip(&wide);
        let narrow = narrow.map(|(&missing, &wide)| missing && !wide).collect();
        let wide_holes = holes.widths.iter().filter(|&&w| w > WIDEST_NARROW).count();
        Ok(Self {
            narrow: Mask::new(width, height, narrow)?,
            narrow_holes: holes.widths.len() - wide_holes,
            wide: Mask::new(width, height, wide)?,
            wide_holes,
        })
    }
}

/// The holes of a window.
#[derive(Default)]
struct Holes {
    /// The hole of each pixel, from 1; some of the known pixels beside one count too.
    numbers: Vec<u32>,
    /// The width of each hole.
    widths: Vec<usize>,
}

impl Holes {
    fn of(lost: &[bool], window: Window) -> Self {
        let numbers = connected(&grown(lost, window.width), window.width);
        let count = numbers.iter().max().map_or(0, |&most| most as usize);
        let mut widths = vec![0; count];
        let depths = depths(lost, [window.height, window.width]);
        for (number, depth) in numbers.iter().zip(depths) {
            if let Some(hole) = number.checked_sub(1) {
                let width = &mut widths[hole as usize];
                *width = (*width).max(2 * depth);
            }
        }
        Self { numbers, widths }
    }

    fn is_wide(&self, pixel: usize) -> bool {
        let hole = self.numbers[pixel].checked_sub(1);
        hole.is_some_and(|hole| self.widths[hole as usize] > WIDEST_NARROW)
    }
}

/// The smallest window around all missing pixels; `None` where there are none.
fn bounds(missing: &Mask) -> Option<Window> {
    let width = missing.width();
    let mut ends: Option<[usize; 4]> = None;
    for (at, _) in missing.pixels().iter().enumerate().filter(|(_, m)| **m) {
        let (row, column) = (at / width, at % width);
        let [left, top, right, _] = ends.unwrap_or([column, row, column, row]);
        ends = Some([left.min(column), top, right.max(column), row]);
    }
    let [left, top, right, bottom] = ends?;
    Some(Window {
        left,
        top,
        width: right + 1 - left,
        height: bottom + 1 - top,
    })
}

/// The missing pixels and what is near them: parts of one hole touch.
fn grown(lost: &[bool], width: usize) -> Vec<bool> {
    const BY: usize = BETWEEN / 2;
    let height = lost.len() / width;
    let mut grown = vec![false; lost.len()];
    for at in (0..lost.len()).filter(|&at| lost[at]) {
        let (row, column) = (at / width, at % width);
        for row in row.saturating_sub(BY)..(row + BY + 1).min(height) {
            let columns = column.saturating_sub(BY)..(column + BY + 1).min(width);
            grown[row * width + columns.start..row * width + columns.end].fill(true);
        }
    }
    grown
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 100;

    fn mask(inside: impl Fn(usize, usize) -> bool) -> Mask {
        let missing = (0..SIDE * SIDE).map(|i| inside(i % SIDE, i / SIDE));
        Mask::new(SIDE, SIDE, missing.collect()).expect("one entry a pixel")
    }

    /// A square with its upper left corner at (10, 10).
    fn square(side: usize) -> Mask {
        mask(|x, y| (10..10 + side).contains(&x) && (10..10 + side).contains(&y))
    }

    fn holes(split: &Split) -> [usize; 2] {
        [split.narrow_holes, split.wide_holes]
    }

    #[test]
    fn squares_are_narrow_up_to_the_widest() {
        for (side, expected) in [
            (1, [1, 0]),
            (WIDEST_NARROW, [1, 0]),
            (WIDEST_NARROW + 1, [0, 1]),
            (40, [0, 1]),
        ] {
            let split = Split::of(&square(side), None).expect("no mask to avoid");
            assert_eq!(holes(&split), expected, "{side}");
            let [filled, none] = if expected[0] == 1 {
                [&split.narrow, &split.wide]
            } else {
                [&split.wide, &split.narrow]
            };
            assert_eq!(filled.pixels(), square(side).pixels());
            assert!(!none.pixels().contains(&true));
        }
    }

    #[test]
    fn a_long_scratch_is_narrow_and_a_mixed_mask_is_parted() {
        let scratch = |x: usize, y: usize| (3..97).contains(&x) && y.abs_diff(x / 2 + 45) < 3;
        let object = |x: usize, y: usize| (50..75).contains(&x) && (5..30).contains(&y);
        let missing = mask(|x, y| scratch(x, y) || object(x, y));
        let split = Split::of(&missing, None).expect("no mask to avoid");
        assert_eq!(holes(&split), [1, 1]);
        assert_eq!(split.narrow.pixels(), mask(scratch).pixels());
        assert_eq!(split.wide.pixels(), mask(object).pixels());
    }

    #[test]
    fn what_is_near_belongs_together() {
        let bars = |gap: usize| {
            let missing =
                mask(|x, y| (20..50).contains(&x) && ((20..50).contains(&y) || y == 50 + gap));
            holes(&Split::of(&missing, None).expect("no mask to avoid"))
        };
        assert_eq!(bars(BETWEEN), [0, 1]);
        assert_eq!(bars(BETWEEN + 1), [1, 1]);
    }

    #[test]
    fn at_the_border_only_known_pixels_count() {
        let missing = mask(|x, y| x < 10 && (30..60).contains(&y));
        let split = Split::of(&missing, None).expect("no mask to avoid");
        assert_eq!(holes(&split), [0, 1]);
    }

    #[test]
    fn with_too_little_to_copy_from_the_network_fills_all() {
        let most = mask(|x, _| x >= 49);
        assert_eq!(
            holes(&Split::of(&most, None).expect("no mask to avoid")),
            [1, 0]
        );
        let avoid = mask(|x, y| x >= 30 || y >= 30);
        let split = Split::of(&square(25), Some(&avoid)).expect("masks of one size");
        assert_eq!(holes(&split), [1, 0]);
        let all = Split::of(&mask(|_, _| true), None).expect("no mask to avoid");
        assert_eq!(holes(&all), [1, 0]);
        let none = Split::of(&mask(|_, _| false), None).expect("no mask to avoid");
        assert_eq!(holes(&none), [0, 0]);
    }

    #[test]
    fn masks_of_two_sizes_are_refused() {
        let small = Mask::new(4, 4, vec![false; 16]).expect("16 pixels");
        let refused = Split::of(&square(5), Some(&small));
        assert!(matches!(refused, Err(Error::InvalidMask(_))));
    }
}
