//! The nearest point with v >= 0 and sum v = 1 (Duchi, Shalev-Shwartz, Singer and Chandra 2008).

/// Projects in place.
pub(super) fn project(values: &mut [f32]) {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut sum, mut shift) = (0.0, 0.0);
    for (i, value) in sorted.iter().enumerate() {
        sum += f64::from(*value);
        let candidate = (sum - 1.0) / (i + 1) as f64;
        if f64::from(*value) <= candidate {
            break;
        }
        shift = candidate;
    }
    for value in values {
        *value = (*value - shift as f32).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_the_nearest_point() {
        let mut values = [0.9, 0.5, -0.3];
        super::project(&mut values);
        // By hand: the last is 0, the others are lowered by (0.9 + 0.5 - 1) / 2.
        for (value, expected) in values.iter().zip([0.7, 0.3, 0.0]) {
            assert!((value - expected).abs() < 1e-6);
        }
    }
}
