//! Square planes at other sizes.

/// The even number without prime factors above 5 that is nearest to `size`; at least 16.
pub(super) fn smooth_even(size: f64) -> usize {
    let near = (16..2048).step_by(2).filter(|n| is_smooth(*n));
    let apart = |n: &usize| (*n as f64 - size).abs();
    near.min_by(|a, b| apart(a).total_cmp(&apart(b)))
        .unwrap_or(16)
}

/// The largest such number up to `size`, or `size` itself rounded down to even.
pub(super) fn smooth_even_below(size: usize) -> usize {
    let below = (2..=size).rev().filter(|n| n.is_multiple_of(2));
    below.into_iter().find(|n| is_smooth(*n)).unwrap_or(0)
}

fn is_smooth(mut n: usize) -> bool {
    for prime in [2, 3, 5] {
        while n.is_multiple_of(prime) {
            n /= prime;
        }
    }
    n == 1
}

/// A smaller picture: each pixel is the mean over its area.
pub(super) fn by_area(values: &[f32], from: usize, to: usize) -> Vec<f32> {
    if from == to {
        return values.to_vec();
    }
    let ratio = from as f64 / to as f64;
    let covers: Vec<Vec<(usize, f32)>> = (0..to)
        .map(|i| {
            let (low, high) = (i as f64 * ratio, (i + 1) as f64 * ratio);
            let pixels = low as usize..(high.ceil() as usize).min(from);
            let part = |p: usize| high.min((p + 1) as f64) - low.max(p as f64);
            pixels.map(|p| (p, (part(p) / ratio) as f32)).collect()
        })
        .collect();
    separable(values, from, &covers)
}

/// A kernel on a finer grid, linear in between.
pub(super) fn by_lines(values: &[f32], from: usize, to: usize) -> Vec<f32> {
    let ratio = from as f64 / to as f64;
    let covers: Vec<Vec<(usize, f32)>> = (0..to)
        .map(|i| {
            let at = (i as f64 + 0.5) * ratio - 0.5;
            let low = at.floor();
            let part = (at - low) as f32;
            let inside = |p: f64| p.clamp(0.0, from as f64 - 1.0) as usize;
            vec![(inside(low), 1.0 - part), (inside(low + 1.0), part)]
        })
        .collect();
    separable(values, from, &covers)
}

/// Weighted sums along rows, then along columns.
fn separable(values: &[f32], from: usize, covers: &[Vec<(usize, f32)>]) -> Vec<f32> {
    let rows = values.chunks_exact(from).flat_map(|row| {
        let sum = |cover: &Vec<(usize, f32)>| cover.iter().map(|(p, w)| w * row[*p]).sum::<f32>();
        covers.iter().map(sum)
    });
    let rows: Vec<f32> = rows.collect();
    let to = covers.len();
    let column = |cover: &Vec<(usize, f32)>, x: usize| {
        cover.iter().map(|(p, w)| w * rows[p * to + x]).sum::<f32>()
    };
    let columns = covers
        .iter()
        .flat_map(|cover| (0..to).map(move |x| column(cover, x)));
    columns.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_stays_one() {
        let ramp: Vec<f32> = (0..144).map(|i| (i % 12) as f32).collect();
        let small = by_area(&ramp, 12, 8);
        for (i, value) in small.iter().enumerate() {
            let middle = ((i % 8) as f32 + 0.5) * 1.5 - 0.5;
            // The mean of a ramp of steps over parts of pixels is off by up to a quarter.
            assert!((value - middle).abs() <= 0.25);
        }
        assert_eq!(smooth_even(509.0), 512);
        assert_eq!(smooth_even_below(321), 320);
    }
}
