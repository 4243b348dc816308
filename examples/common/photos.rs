//! Reads photos from a folder, converts them for the crate and back, and saves them.

use std::path::Path;
use std::rc::Rc;

use burn::tensor::Tensor;
use eps_restore::Photo;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, crop_imm, resize};
use image::{DynamicImage, RgbImage, RgbaImage};

pub(crate) type Failure = Box<dyn std::error::Error>;

/// The size of the reduced photos.
pub(crate) const SIZE: (u32, u32) = (1024, 768);
const QUALITY: u8 = 82;

/// The network with the weights of a file.
pub(crate) fn denoiser(
    weights: &Path,
    device: &ComputeDevice,
) -> Result<Rc<PhotoDenoiser>, Failure> {
    let bytes = std::fs::read(weights)?;
    Ok(Rc::new(PhotoDenoiser::new(
        &Weights::read(&bytes)?,
        device,
    )?))
}

/// The middle of a photo, cropped and reduced to [`SIZE`].
pub(crate) fn reduced(path: &Path) -> Result<RgbImage, Failure> {
    let image = image::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let image = image.into_rgb8();
    let (width, height) = image.dimensions();
    let (w, h) = if width * SIZE.1 > height * SIZE.0 {
        (height * SIZE.0 / SIZE.1, height)
    } else {
        (width, width * SIZE.1 / SIZE.0)
    };
    let middle = crop_imm(&image, (width - w) / 2, (height - h) / 2, w, h).to_image();
    Ok(resize(&middle, SIZE.0, SIZE.1, FilterType::Lanczos3))
}

/// A photo with sides of at most `most` pixels.
pub(crate) fn at_most(image: RgbImage, most: u32) -> RgbImage {
    let (width, height) = image.dimensions();
    let scale = f64::from(most) / f64::from(width.max(height));
    if scale >= 1.0 {
        return image;
    }
    let small = |side: u32| (f64::from(side) * scale).round() as u32;
    resize(&image, small(width), small(height), FilterType::Lanczos3)
}

/// An image as the crate's photo.
pub(crate) fn photo(image: &RgbImage) -> Result<Photo, Failure> {
    let (width, height) = image.dimensions();
    let rgba = DynamicImage::from(image.clone()).into_rgba8();
    Ok(Photo::new(
        width as usize,
        height as usize,
        rgba.into_raw(),
    )?)
}

/// The crate's photo as an image.
pub(crate) fn image(photo: &Photo) -> RgbImage {
    let (width, height) = (photo.width() as u32, photo.height() as u32);
    let image = RgbaImage::from_raw(width, height, photo.rgba().to_vec());
    DynamicImage::from(image.expect("four bytes a pixel")).into_rgb8()
}

/// The values of each window's image.
pub(crate) fn values(windows: Vec<Tensor<4>>) -> Result<Vec<Vec<f32>>, Failure> {
    let values = windows.into_iter().map(|t| Ok(t.try_into_vec_as()?));
    values.collect()
}

pub(crate) fn save(image: &RgbImage, path: &Path) -> Result<(), Failure> {
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    JpegEncoder::new_with_quality(file, QUALITY).encode_image(image)?;
    Ok(())
}

/// PSNR of R, G and B, in dB.
pub(crate) fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    let squares = a
        .as_raw()
        .iter()
        .zip(b.as_raw())
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
    10.0 * (255f64.powi(2) * b.as_raw().len() as f64 / squares.sum::<f64>()).log10()
}
