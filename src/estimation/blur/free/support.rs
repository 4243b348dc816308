//! What a kernel looks like: one connected path, without a floor of noise, about its centre.

use super::window::Square;

/// The share of the largest weight below which a weight is noise.
const FLOOR: f32 = 0.025;
/// The share of the sum from which a part counts beside the largest one.
const PART: f32 = 0.1;

/// The kernel without small weights and without small parts, its mean moved to the centre.
pub(super) fn cleaned(mut kernel: Square, side: usize) -> Square {
    let largest = kernel.values.iter().fold(0.0, |a: f32, v| a.max(*v));
    for value in &mut kernel.values {
        if *value < FLOOR * largest {
            *value = 0.0;
        }
    }
    keep_large_parts(&mut kernel.values, side);
    let mut kernel = centred(&kernel, side);
    let sum: f32 = kernel.values.iter().sum();
    kernel.values.iter_mut().for_each(|v| *v /= sum);
    kernel
}

/// The kernel without the zeros around it: its centre stays in the middle.
pub(super) fn trimmed(kernel: &Square) -> Square {
    let (side, middle) = (kernel.side, kernel.side / 2);
    let reach = |i: usize| (i / side).abs_diff(middle).max((i % side).abs_diff(middle));
    let weights = kernel.values.iter().enumerate();
    let reach = weights.filter(|(_, v)| **v > 0.0).map(|(i, _)| reach(i));
    let reach = reach.max().unwrap_or(0);
    let kept = middle - reach..=middle + reach;
    let rows = kernel.values.chunks_exact(side).enumerate();
    let rows = rows.filter(|(row, _)| kept.contains(row));
    Square {
        side: 2 * reach + 1,
        values: rows
            .flat_map(|(_, row)| &row[kept.clone()])
            .copied()
            .collect(),
    }
}

/// Drops the parts, joined by sides or corners, with less than `PART` of the sum of all.
fn keep_large_parts(values: &mut [f32], side: usize) {
    let total: f32 = values.iter().sum();
    let mut seen: Vec<bool> = values.iter().map(|v| *v == 0.0).collect();
    for first in 0..values.len() {
        if seen[first] {
            continue;
        }
        seen[first] = true;
        let mut part = vec![first];
        let mut next = 0;
        while next < part.len() {
            let (row, column) = (part[next] / side, part[next] % side);
            for r in row.saturating_sub(1)..=(row + 1).min(side - 1) {
                for c in column.saturating_sub(1)..=(column + 1).min(side - 1) {
                    if !seen[r * side + c] {
                        seen[r * side + c] = true;
                        part.push(r * side + c);
                    }
                }
            }
            next += 1;
        }
        if part.iter().map(|i| values[*i]).sum::<f32>() < PART * total {
            part.iter().for_each(|i| values[*i] = 0.0);
        }
    }
}

/// The kernel moved by whole pixels so that its mean is nearest to the centre; what leaves the
/// grid is lost.
fn centred(kernel: &Square, side: usize) -> Square {
    let (mut sum, mut rows, mut columns) = (0.0, 0.0, 0.0);
    for (i, value) in kernel.values.iter().enumerate() {
        sum += value;
        rows += value * (i / side) as f32;
        columns += value * (i % side) as f32;
    }
    let middle = (side / 2) as f32;
    let down = (middle - rows / sum).round() as i64;
    let right = (middle - columns / sum).round() as i64;
    let mut values = vec![0.0; side * side];
    for (i, value) in kernel.values.iter().enumerate() {
        let (row, column) = ((i / side) as i64 + down, (i % side) as i64 + right);
        let inside = 0..side as i64;
        if inside.contains(&row) && inside.contains(&column) {
            values[row as usize * side + column as usize] = *value;
        }
    }
    Square { side, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_around_a_kernel_go() {
        let mut values = vec![0.0; 49];
        (values[24], values[26]) = (0.5, 0.5);
        let kernel = trimmed(&Square { side: 7, values });
        assert_eq!(kernel.side, 5);
        assert_eq!((kernel.values[12], kernel.values[14]), (0.5, 0.5));
        let none = trimmed(&Square {
            side: 3,
            values: vec![0.0; 9],
        });
        assert_eq!(none.side, 1);
    }
}
