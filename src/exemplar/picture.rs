//! An image that this crate owns, and its reduction.

/// Colours in levels, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) colours: Vec<[f32; 3]>,
}

impl Picture {
    /// The means of blocks of 2×2 pixels, over those that are known.
    pub(crate) fn halved(&self, missing: &[bool]) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut colours = Vec::with_capacity(width * height);
        for i in 0..width * height {
            let mut sum = [0.0; 3];
            let mut count = 0.0f32;
            for at in block(i, self.width, self.height) {
                if !missing[at] {
                    count += 1.0;
                    for (sum, value) in sum.iter_mut().zip(self.colours[at]) {
                        *sum += value;
                    }
                }
            }
            colours.push(sum.map(|sum| sum / count.max(1.0)));
        }
        Self {
            width,
            height,
            colours,
        }
    }
}

/// The indices of the pixels in block `i` of 2×2, in an image of `width` by `height`.
pub(crate) fn block(i: usize, width: usize, height: usize) -> impl Iterator<Item = usize> {
    let across = width.div_ceil(2);
    let (row, column) = (i / across * 2, i % across * 2);
    let rows = row..(row + 2).min(height);
    rows.flat_map(move |r| (column..(column + 2).min(width)).map(move |c| r * width + c))
}
