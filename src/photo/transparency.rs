//! Colours where a photo is transparent, and its alpha at another size.

use super::pixels::Photo;

impl Photo {
    /// The photo with the colours of its surroundings where it is transparent. Files have anything
    /// there, mostly black, and what mixes neighbouring pixels would draw a rim of it.
    pub fn with_colours_spread(self) -> Self {
        if self.rgba().chunks_exact(4).all(|p| p[3] > 0) {
            return self;
        }
        let levels = Level::all(&self);
        let (width, height) = (self.width(), self.height());
        let mut rgba = self.into_rgba();
        for (i, pixel) in rgba.chunks_exact_mut(4).enumerate() {
            if pixel[3] > 0 {
                continue;
            }
            let at = [i % width, i / width];
            if let Some(colour) = levels.iter().find_map(|level| level.colour(at)) {
                pixel[..3].copy_from_slice(&colour);
            }
        }
        Self::new(width, height, rgba).expect("as many pixels as before")
    }

    /// The same at another size: alpha between the pixels in proportion, and placeholders of the
    /// colours.
    pub fn stretched(&self, width: usize, height: usize) -> Self {
        if [width, height] == [self.width(), self.height()] {
            return self.clone();
        }
        let [columns, rows] = [between(self.width(), width), between(self.height(), height)];
        let mut rgba = Vec::with_capacity(4 * width * height);
        for row in &rows {
            for column in &columns {
                let pixel = |x: usize, y: usize| &self.rgba()[4 * (y * self.width() + x)..][..4];
                let line = |y: usize| {
                    let [left, right] = [column.first, column.last].map(|x| pixel(x, y)[3]);
                    f64::from(left) + column.share * (f64::from(right) - f64::from(left))
                };
                let [top, bottom] = [line(row.first), line(row.last)];
                let alpha = top + row.share * (bottom - top);
                rgba.extend_from_slice(&pixel(column.first, row.first)[..3]);
                rgba.push(alpha.round() as u8);
            }
        }
        Self::new(width, height, rgba).expect("four bytes a pixel")
    }
}

/// Two neighbouring pixels, and how near a point is to the second.
struct Between {
    first: usize,
    last: usize,
    share: f64,
}

/// Where the centres of `to` pixels lie between those of `from`.
fn between(from: usize, to: usize) -> Vec<Between> {
    let at = |i: usize| {
        let centre = (i as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        let centre = centre.clamp(0.0, (from - 1) as f64);
        let first = centre.floor() as usize;
        Between {
            first,
            last: (first + 1).min(from - 1),
            share: centre - first as f64,
        }
    };
    (0..to).map(at).collect()
}

/// A photo at a fraction of its size: colours times alpha, and alpha.
struct Level {
    /// Pixels of the photo in a side of a cell.
    cell: usize,
    width: usize,
    sums: Vec<[u64; 4]>,
}

impl Level {
    /// From cells of 2×2 pixels to one cell of all.
    fn all(photo: &Photo) -> Vec<Self> {
        let pixels = photo.rgba().chunks_exact(4).map(|p| {
            let [r, g, b, alpha] = [p[0], p[1], p[2], p[3]].map(u64::from);
            [r * alpha, g * alpha, b * alpha, alpha]
        });
        let mut levels = vec![Self::of_cells(pixels, [photo.width(), photo.height()], 2)];
        while let Some(level) = levels.last().filter(|level| level.sums.len() > 1) {
            let size = [level.width, level.sums.len() / level.width];
            let next = Self::of_cells(level.sums.iter().copied(), size, 2 * level.cell);
            levels.push(next);
        }
        levels
    }

    /// The sums of cells of 2×2.
    fn of_cells(
        sums: impl Iterator<Item = [u64; 4]>,
        [width, height]: [usize; 2],
        cell: usize,
    ) -> Self {
        let across = width.div_ceil(2);
        let mut cells = vec![[0; 4]; across * height.div_ceil(2)];
        for (i, of) in sums.enumerate() {
            let into = &mut cells[i / width / 2 * across + i % width / 2];
            into.iter_mut().zip(of).for_each(|(sum, v)| *sum += v);
        }
        Self {
            cell,
            width: across,
            sums: cells,
        }
    }

    /// The mean colour of the cell of a pixel; none where all of it is transparent.
    fn colour(&self, [x, y]: [usize; 2]) -> Option<[u8; 3]> {
        let [r, g, b, alpha] = self.sums[y / self.cell * self.width + x / self.cell];
        (alpha > 0).then(|| [r, g, b].map(|sum| ((sum + alpha / 2) / alpha) as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::Photo;

    /// Red on the left, and nothing, drawn as black, on the right.
    fn half() -> Photo {
        let pixel = |i: usize| {
            if i % 8 < 4 {
                [200, 40, 30, 255]
            } else {
                [0; 4]
            }
        };
        Photo::new(8, 8, (0..64).flat_map(pixel).collect()).expect("64 pixels")
    }

    #[test]
    fn transparent_pixels_have_their_neighbours_colour() {
        let spread = half().with_colours_spread();
        for (before, after) in half()
            .rgba()
            .chunks_exact(4)
            .zip(spread.rgba().chunks_exact(4))
        {
            assert_eq!(after[..3], [200, 40, 30]);
            assert_eq!(after[3], before[3]);
        }
        let nothing = Photo::new(2, 1, vec![0; 8]).expect("two pixels");
        assert_eq!(nothing.clone().with_colours_spread(), nothing);
    }

    #[test]
    fn alpha_is_stretched_without_blocks() {
        let large = half().stretched(32, 32);
        let row: Vec<u8> = large.rgba()[..4 * 32]
            .chunks_exact(4)
            .map(|p| p[3])
            .collect();
        assert_eq!((row[0], row[31]), (255, 0));
        assert!(row.windows(2).all(|two| two[0] >= two[1]));
        let steps = row.windows(2).filter(|two| two[0] > two[1]).count();
        assert!(steps >= 4, "{row:?}");
    }
}
