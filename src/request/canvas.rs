//! The grid of pixels that a window's tensors have.
//!
//! Sides of any length are possible. Below [`MIN_SIDE`] pixels they are padded on both sides, and
//! the padding is a part of the image that was not measured.

/// The shortest side of an image: the noise-geometry maps reach 15 pixels far, the network works on
/// multiples of 8.
pub const MIN_SIDE: usize = 16;
/// With these prime factors alone a side's transform is fast, on a GPU and on a CPU; with a greater
/// one it takes several transforms, longer than itself.
const FACTORS: [usize; 11] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31];
/// The smallest of them, for sides that may as well be somewhat longer.
const SMALL: [usize; 4] = [2, 3, 5, 7];
/// The pixels of a canvas around its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarginKind {
    /// Pixels that nothing was measured of.
    Unmeasured,
    /// The window's own, mirrored at its last row and column: as good as measured, since they are
    /// few.
    Mirrored,
    /// The window's last rows and columns, fading into its first ones: an operator with circular
    /// borders meets no edge where the window ends. As good as measured.
    Fading,
    /// What a JPEG file codes beyond the photo, to the end of its last blocks, and blocks that are
    /// made up to follow them.
    Coded,
}

/// The grid that a window is restored on: as large as the window, or larger by what was not
/// measured, or by a few of its own pixels again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canvas {
    /// Rows and columns.
    pub size: [usize; 2],
    /// The window's first row and column on the grid.
    pub at: [usize; 2],
    /// The window's rows and columns.
    pub inner: [usize; 2],
    margin_kind: MarginKind,
}

impl Canvas {
    /// For a window of `size`, with at least `margin` rows and columns more on each side, and sides
    /// of at least [`MIN_SIDE`], of fast transforms where there is a margin anyway; everything
    /// a multiple of `step`.
    pub(super) fn new(size: [usize; 2], margin: [usize; 2], step: usize) -> Self {
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
            margin_kind: MarginKind::Unmeasured,
        }
    }

    /// For a window whose pixels are measured all alike, of sides that are multiples of `step`: of
    /// fast transforms, by mirrored pixels where it is not. Many photos have a side of a large
    /// prime factor: 683 and 853 pixels beside 1024 and 1280.
    pub(super) fn mirrored(size: [usize; 2], step: usize) -> Self {
        let least = MIN_SIDE.next_multiple_of(step);
        if size.iter().any(|&n| n < least) {
            return Self::new(size, [0; 2], step);
        }
        Self {
            size: size.map(|n| fast_length(n, step, &FACTORS)),
            at: [0; 2],
            inner: size,
            margin_kind: MarginKind::Mirrored,
        }
    }

    /// For a window that a filter has reduced to blocks of `step` by `step`: with at least `margin`
    /// more blocks along each side, and of fast transforms.
    pub(super) fn fading(size: [usize; 2], step: usize, margin: usize) -> Self {
        let least = MIN_SIDE.next_multiple_of(step);
        Self {
            size: size.map(|n| fast_length(least.max(n + margin * step), step, &FACTORS)),
            at: [0; 2],
            inner: size,
            margin_kind: MarginKind::Fading,
        }
    }

    /// For a window of which a file measures `size`.
    pub(super) fn coded(inner: [usize; 2], size: [usize; 2]) -> Self {
        Self {
            size,
            at: [0; 2],
            inner,
            margin_kind: MarginKind::Coded,
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
        self.margin_kind() == Some(MarginKind::Unmeasured)
    }

    /// What lies beside the window; None where nothing does.
    pub(super) fn margin_kind(&self) -> Option<MarginKind> {
        (self.size != self.inner).then_some(self.margin_kind)
    }

    /// The same in blocks of `factor` by `factor`, of which the grid has whole ones. The window's
    /// last block may reach beyond the window.
    pub fn coarse(&self, factor: usize) -> Self {
        let blocks = |n: [usize; 2]| n.map(|n| n.div_ceil(factor));
        Self {
            size: blocks(self.size),
            at: blocks(self.at),
            inner: blocks(self.inner),
            margin_kind: self.margin_kind,
        }
    }

    /// The number of pixels of the grid, margins included.
    pub fn pixels(&self) -> usize {
        self.size[0] * self.size[1]
    }
}

/// The smallest multiple of `step`, at least n, whose quotient by `step` has these prime factors
/// alone.
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
                assert!(added < blocks, "{added} around {blocks} blocks of {step}");
                assert!(canvas.at == [0; 2] && !canvas.is_padded());
            }
        }
    }
}
