//! The error of a picture at the shift that makes it least: a kernel and its photo are known up to
//! a shift.

use image::RgbImage;

/// Pixels at the borders that are not compared: what is restored there depends on what no photo
/// shows, and shifts reach over it.
const BORDER: usize = 24;
/// Steps of the search for the shift, in pixels.
const STEPS: [f64; 4] = [4.0, 1.0, 0.5, 0.25];

/// The mean of the squares of the differences, in levels².
pub(crate) fn squared_error(picture: &RgbImage, truth: &RgbImage) -> f64 {
    let mut best = ((0.0, 0.0), shifted_error(picture, truth, (0.0, 0.0)));
    for step in STEPS {
        loop {
            let (down, right) = best.0;
            let around = [(-step, 0.0), (step, 0.0), (0.0, -step), (0.0, step)];
            let tried = around.map(|(y, x)| {
                let shift = (down + y, right + x);
                (shift, shifted_error(picture, truth, shift))
            });
            let next = tried.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
            match next {
                Some(next) if next.1 < best.1 => best = next,
                _ => break,
            }
        }
    }
    best.1
}

/// At one shift, at most [`BORDER`] - 2 pixels; infinite beyond.
fn shifted_error(picture: &RgbImage, truth: &RgbImage, (down, right): (f64, f64)) -> f64 {
    if down.abs().max(right.abs()) > BORDER as f64 - 2.0 {
        return f64::INFINITY;
    }
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (rows, columns) = (Taps::of(down), Taps::of(right));
    let line = 3 * width;
    let mut sum = 0.0;
    let mut blended = vec![0.0f32; line];
    for row in BORDER..height - BORDER {
        blended.fill(0.0);
        for (offset, weight) in rows.0 {
            let from = (row as i64 + offset) as usize * line;
            let pixels = &picture.as_raw()[from..from + line];
            for (blended, value) in blended.iter_mut().zip(pixels) {
                *blended += weight * f32::from(*value);
            }
        }
        let expected = &truth.as_raw()[row * line..][..line];
        for i in 3 * BORDER..line - 3 * BORDER {
            let taps = columns.0.iter();
            let value: f32 = taps
                .map(|(offset, weight)| weight * blended[(i as i64 + 3 * offset) as usize])
                .sum();
            sum += f64::from(value - f32::from(expected[i])).powi(2);
        }
    }
    sum / (3 * (width - 2 * BORDER) * (height - 2 * BORDER)) as f64
}

/// Offsets in pixels and weights of Catmull and Rom's cubic.
struct Taps([(i64, f32); 4]);

impl Taps {
    fn of(shift: f64) -> Self {
        let whole = shift.floor();
        let t = (shift - whole) as f32;
        let weights = [
            ((2.0 - t) * t - 1.0) * t / 2.0,
            (t * t * (3.0 * t - 5.0) + 2.0) / 2.0,
            ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0,
            (t - 1.0) * t * t / 2.0,
        ];
        Self(std::array::from_fn(|i| {
            (whole as i64 + i as i64 - 1, weights[i])
        }))
    }
}
