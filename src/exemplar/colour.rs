//! Differences of colours.

/// a - b.
pub(crate) fn difference(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [0, 1, 2].map(|c| a[c] - b[c])
}

/// The sum of the squares.
pub(crate) fn square(v: [f32; 3]) -> f32 {
    v[0] * v[0] + v[1] * v[1] + v[2] * v[2]
}
