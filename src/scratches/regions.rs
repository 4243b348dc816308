//! From probabilities to a mask: what is certain somewhere, as far as it is likely, on a photo
//! that is damaged at all.
//!
//! Most photos have no scratch, but all have twigs and highlights that look like one. Whether a
//! photo is damaged is decided first, by its clearest regions; only then do faint ones count.

/// A region reaches as far as F is above this: p = 0.5. F is 0 where nothing is searched yet.
const LIKELY: f32 = 0.0;
/// A region counts on a damaged photo where F reaches this: p = 0.95.
const CERTAIN: f32 = 3.0;
/// And where its bounding box has at least this diagonal, in pixels.
const SMALLEST: f32 = 6.0;
/// A photo is damaged where the F of a region of at least [`LONG`] reaches this: p = 0.9997.
const PROOF: f32 = 8.0;
/// In pixels, of a bounding box's diagonal.
const LONG: f32 = 90.0;

/// The pixels of scratches and dust, row by row of `width` pixels, by the network's F. Each region
/// is widened by one pixel, so that it covers the soft rim of a scratch.
pub(super) fn certain_regions(logits: &[f32], width: usize) -> Vec<bool> {
    let size = [logits.len() / width, width];
    let mut found = vec![false; logits.len()];
    let regions = regions(logits, size);
    let is_damaged = regions
        .iter()
        .any(|r| r.peak >= PROOF && r.diagonal >= LONG);
    for region in regions.iter().filter(|_| is_damaged) {
        for &pixel in &region.pixels {
            neighbours(pixel, size).for_each(|i| found[i] = true);
        }
    }
    found
}

/// Likely pixels that are connected over edges and corners.
struct Region {
    pixels: Vec<usize>,
    /// The largest F.
    peak: f32,
    /// Of the bounding box, in pixels.
    diagonal: f32,
}

/// The regions that count on a damaged photo.
fn regions(logits: &[f32], size: [usize; 2]) -> Vec<Region> {
    let mut visited = vec![false; logits.len()];
    let mut regions = Vec::new();
    for seed in 0..logits.len() {
        if logits[seed] >= CERTAIN && !visited[seed] {
            let region = region_of(seed, logits, size, &mut visited);
            regions.extend(Some(region).filter(|region| region.diagonal >= SMALLEST));
        }
    }
    regions
}

/// The region of a pixel.
fn region_of(seed: usize, logits: &[f32], size: [usize; 2], visited: &mut [bool]) -> Region {
    let mut pixels = vec![seed];
    visited[seed] = true;
    let mut next = 0;
    while let Some(&pixel) = pixels.get(next) {
        next += 1;
        for i in neighbours(pixel, size) {
            if logits[i] > LIKELY && !visited[i] {
                visited[i] = true;
                pixels.push(i);
            }
        }
    }
    Region {
        peak: pixels.iter().fold(LIKELY, |peak, &i| peak.max(logits[i])),
        diagonal: diagonal(&pixels, size[1]),
        pixels,
    }
}

/// The diagonal of the bounding box of some pixels, at least one.
fn diagonal(pixels: &[usize], width: usize) -> f32 {
    let side = |coordinate: fn(usize, usize) -> usize| {
        let values = pixels.iter().map(|&i| coordinate(i, width));
        let (low, high) = values.fold((usize::MAX, 0), |(low, high), v| (low.min(v), high.max(v)));
        (high - low + 1) as f32
    };
    side(|i, width| i / width).hypot(side(|i, width| i % width))
}

/// A pixel and those around it, within the photo.
fn neighbours(pixel: usize, [height, width]: [usize; 2]) -> impl Iterator<Item = usize> {
    let (row, column) = (pixel / width, pixel % width);
    let rows = row.saturating_sub(1)..(row + 2).min(height);
    rows.flat_map(move |row| {
        let columns = column.saturating_sub(1)..(column + 2).min(width);
        columns.map(move |column| row * width + column)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of a picture a line: `#` proof, `+` certain, `-` likely, `.` none of them.
    fn found(rows: &[String]) -> Vec<String> {
        let logit = |c| match c {
            '#' => 2.0 * PROOF,
            '+' => CERTAIN,
            '-' => LIKELY + 0.1,
            _ => -5.0,
        };
        let logits: Vec<f32> = rows.iter().flat_map(|row| row.chars().map(logit)).collect();
        let width = rows[0].len();
        let mask = certain_regions(&logits, width);
        let row = |row: &[bool]| row.iter().map(|&m| if m { '#' } else { '.' }).collect();
        mask.chunks(width).map(row).collect()
    }

    /// The rows, below one long row of `kind` and an empty one.
    fn below(kind: &str, rows: &[&str]) -> Vec<String> {
        let long = LONG as usize + 4;
        let padded = |row: &str| format!("{row:.<long$}");
        let mut all = vec![kind.repeat(long), ".".repeat(long), ".".repeat(long)];
        all.extend(rows.iter().map(|row| padded(row)));
        all
    }

    #[test]
    fn on_a_damaged_photo_a_certain_pixel_takes_its_likely_neighbours_along() {
        let rows = ["..........", "..+---....", "......--..", ".........."];
        let wide: Vec<String> = found(&below("#", &rows))[3..]
            .iter()
            .map(|row| row[..10].into())
            .collect();
        let expected = [".######...", ".########.", ".########.", ".....####."];
        assert_eq!(wide, expected);
    }

    #[test]
    fn what_is_only_likely_or_small_is_left_out() {
        let rows = ["........", ".------.", ".------.", "........", ".++-...."];
        let found = found(&below("#", &rows));
        assert!(found[3..].concat().find('#').is_none());
    }

    #[test]
    fn nothing_counts_on_a_photo_without_proof() {
        let rows = below("+", &["........", "..####..", "..####..", "........"]);
        assert!(found(&rows).concat().find('#').is_none());
    }
}
