//! Where a photo shows its blur: windows of much fine texture, without clipped pixels.

use crate::estimation::blur::plane::Luma;

/// The side of a cell, of which a window has 2×2.
pub(in crate::estimation::blur) const CELL: usize = 64;
/// The side of a window.
pub(in crate::estimation::blur) const SIDE: usize = 2 * CELL;
/// Levels up to which, and from which on, a pixel counts as clipped.
const DARKEST: f32 = 2.0;
const BRIGHTEST: f32 = 253.0;
/// The share of clipped pixels that a window may have.
const CLIPPED: f64 = 0.03;
/// The most windows.
const MOST: usize = 28;
/// The least number of windows, in a photo that has as many.
const FEWEST: usize = 4;
/// The texture that a window must have, as a share of the strongest.
const ENOUGH: f64 = 0.35;

/// The top left corner of a window: (row, column).
pub(in crate::estimation::blur) type Corner = (usize, usize);

/// The windows with the strongest texture, strongest first; none for photos of less than a window.
///
/// The texture of a cell is the deviation of the difference between pixels two apart; a window's
/// is the sum over its cells, which favours texture everywhere over one strong edge.
pub(in crate::estimation::blur) fn textured(luma: &Luma) -> Vec<Corner> {
    let corners = |size: usize| {
        let count = (size.saturating_sub(SIDE)).div_ceil(CELL) + 1;
        let last = size.saturating_sub(SIDE);
        (0..count).map(move |i| (i * CELL).min(last))
    };
    if luma.width() < SIDE || luma.height() < SIDE {
        return Vec::new();
    }
    let mut windows: Vec<(f64, Corner)> = Vec::new();
    for top in corners(luma.height()) {
        for left in corners(luma.width()) {
            if let Some(texture) = texture(luma, (top, left)) {
                windows.push((texture, (top, left)));
            }
        }
    }
    windows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let least = windows.first().map_or(0.0, |w| ENOUGH * w.0);
    let enough = windows.partition_point(|w| w.0 > 0.0 && w.0 >= least);
    let textured = windows.partition_point(|w| w.0 > 0.0);
    windows.truncate(enough.clamp(FEWEST.min(textured), MOST));
    windows.into_iter().map(|(_, corner)| corner).collect()
}

/// The texture of a window; `None` where too much is clipped. Every second row is looked at.
fn texture(luma: &Luma, (top, left): Corner) -> Option<f64> {
    let (mut clipped, mut sum) = (0, 0.0);
    for cell in 0..4 {
        let (top, left) = (top + cell / 2 * CELL, left + cell % 2 * CELL);
        let mut energy = 0.0;
        for row in (top..top + CELL - 2).step_by(2) {
            let at = row * luma.width() + left;
            let line = &luma.values()[at..at + CELL];
            let below = &luma.values()[at + 2 * luma.width()..][..CELL];
            for ((here, right), under) in line.iter().zip(&line[2..]).zip(below) {
                let (x, y) = (right - here, under - here);
                energy += f64::from(x * x + y * y);
                clipped += usize::from(*here <= DARKEST || *here >= BRIGHTEST);
            }
        }
        sum += energy.sqrt();
    }
    let looked_at = 4 * (CELL / 2 - 1) * (CELL - 2);
    (clipped as f64 <= CLIPPED * looked_at as f64).then_some(sum)
}
