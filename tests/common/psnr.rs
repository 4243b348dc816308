//! The distance of two photos.

use eps_restore::Photo;

/// PSNR of R, G and B, in dB.
pub(crate) fn psnr(a: &Photo, b: &Photo) -> f64 {
    let colours = |photo: &Photo| -> Vec<u8> {
        let pixels = photo.rgba().chunks_exact(4);
        pixels.flat_map(|p| [p[0], p[1], p[2]]).collect()
    };
    let (a, b) = (colours(a), colours(b));
    let squares = a
        .iter()
        .zip(&b)
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
    -10.0 * (squares.sum::<f64>() / a.len() as f64 / 255.0f64.powi(2)).log10()
}
