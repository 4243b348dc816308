//! Pixels of the coefficients against those of another decoder.

use crate::common::{MAX_PIXELS, file, layouts};
use eps_restore::low_level::photo::jpeg::{Jpeg, Sampling};

/// The inverse DCT by its definition (T.81 A.3.3), in the units of the coefficients.
fn inverse_dct(block: &[f32; 64]) -> [f32; 64] {
    let basis = |x: usize, u: usize| {
        let scale = if u == 0 { 0.125_f32.sqrt() } else { 0.5 };
        scale * ((2 * x + 1) as f32 * u as f32 * std::f32::consts::PI / 16.0).cos()
    };
    std::array::from_fn(|i| {
        let terms = (0..64).map(|k| block[k] * basis(i / 8, k / 8) * basis(i % 8, k % 8));
        terms.sum()
    })
}

/// The samples of a component, row by row, on the scale of [-1, 1].
fn plane(jpeg: &Jpeg, component: usize) -> Vec<f32> {
    let blocks: Vec<[f32; 64]> = jpeg
        .dequantised(component)
        .iter()
        .map(inverse_dct)
        .collect();
    let wide = jpeg.components()[component].blocks_wide();
    let sample = |x: usize, y: usize| blocks[y / 8 * wide + x / 8][8 * (y % 8) + x % 8];
    let rows = 0..jpeg.height();
    rows.flat_map(|y| {
        (0..jpeg.width())
            .map(move |x| sample(x, y))
            .collect::<Vec<_>>()
    })
    .collect()
}

fn level(value: f32) -> f32 {
    ((value + 1.0) * 127.5).clamp(0.0, 255.0)
}

/// The greatest difference from the other decoder, in levels.
fn difference(name: &str, ours: impl Fn(&Jpeg) -> Vec<f32>) -> f32 {
    let bytes = file(name);
    let ours = ours(&Jpeg::read(&bytes, MAX_PIXELS).unwrap());
    let theirs = image::load_from_memory(&bytes).unwrap().into_bytes();
    assert_eq!(ours.len(), theirs.len(), "{name}");
    let differences = ours
        .iter()
        .zip(&theirs)
        .map(|(a, b)| (a - f32::from(*b)).abs());
    differences.fold(0.0, f32::max)
}

#[test]
fn zeros_are_the_level_128() {
    let jpeg = Jpeg::zeroed(8, 8, &layouts(&[(1, 1); 3], 1)).unwrap();
    let levels = plane(&jpeg, 0).into_iter().map(level);
    assert!(levels.into_iter().all(|level| (level - 128.0).abs() < 1e-4));
    assert_eq!(
        (plane(&jpeg, 1), plane(&jpeg, 2)),
        (vec![0.0; 64], vec![0.0; 64])
    );
}

#[test]
fn grey_pixels_are_within_a_level() {
    for name in ["grey.jpg", "grey-progressive.jpg", "grey-2x2.jpg"] {
        let grey = |jpeg: &Jpeg| plane(jpeg, 0).into_iter().map(level).collect();
        let most = difference(name, grey);
        assert!(most <= 1.0, "{name}: {most}");
    }
}

/// Their rounding of Y, Cb and Cr to levels adds up to 2 in blue.
#[test]
fn colours_that_are_not_subsampled_are_within_two_levels() {
    for name in ["baseline-444.jpg", "progressive-444.jpg"] {
        let rgb = |jpeg: &Jpeg| {
            assert!(
                jpeg.components()
                    .iter()
                    .all(|c| c.sampling() == Sampling::ONE)
            );
            let [y, cb, cr] = [0, 1, 2].map(|component| plane(jpeg, component));
            let pixel = |i: usize| {
                let y = level(y[i]).round();
                let [cb, cr] = [cb[i], cr[i]].map(|v| (127.5 * v).round().clamp(-128.0, 127.0));
                let rgb = [1.402 * cr, -0.344_136 * cb - 0.714_136 * cr, 1.772 * cb];
                rgb.map(|v| (y + v).clamp(0.0, 255.0))
            };
            (0..y.len()).flat_map(pixel).collect()
        };
        let most = difference(name, rgb);
        assert!(most <= 2.5, "{name}: {most}");
    }
}
