//! What JPEG makes of planes.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageFormat, RgbImage};

/// `[channels, height, width]` of 1 or 3 channels in 8-bit levels, after JPEG of this quality (full
/// resolution of the colours) and back.
pub(crate) fn through_jpeg(values: &[f32], width: usize, height: usize, quality: u8) -> Vec<f32> {
    let area = width * height;
    let channels = values.len() / area;
    let colour = if channels == 1 {
        ExtendedColorType::L8
    } else {
        ExtendedColorType::Rgb8
    };
    let bytes: Vec<u8> = (0..values.len())
        .map(|i| values[i % channels * area + i / channels] as u8)
        .collect();
    let image = decoded(&compressed(&bytes, [width, height], colour, quality));
    let plane = |c: usize| image.pixels().map(move |p| f32::from(p[c]));
    (0..channels).flat_map(plane).collect()
}

/// The file of an image's bytes, pixel by pixel.
pub(crate) fn compressed(
    bytes: &[u8],
    [width, height]: [usize; 2],
    colour: ExtendedColorType,
    quality: u8,
) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality)
        .encode(bytes, width as u32, height as u32, colour)
        .expect("an image that can be a JPEG");
    file
}

/// The pixels of a file.
pub(crate) fn decoded(file: &[u8]) -> RgbImage {
    let image = image::load(Cursor::new(file), ImageFormat::Jpeg).expect("a JPEG just written");
    image.into_rgb8()
}
