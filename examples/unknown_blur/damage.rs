//! Photos as a camera with that blur takes them. Every damage is reproducible.

use std::rc::Rc;

use eps_restore::low_level::estimation::blur::Luma;
use eps_restore::{Jpeg, Kernel, Photo};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::crop_imm;
use image::{ImageFormat, RgbImage};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use crate::photos::{Failure, photo};

/// A stream of random numbers.
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// From 0 to 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 2f64.powi(32)
    }

    /// Of deviation 1.
    pub(crate) fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }
}

/// What comes after the blur.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wear {
    /// The deviation of the noise in levels.
    pub noise: f64,
    /// The quality of the JPEG; none: no file.
    pub quality: Option<u8>,
}

impl Wear {
    /// Noise of 1 to 5 levels, and in five cases of six a JPEG of quality 75 to 95.
    pub(crate) fn drawn(stream: &mut Stream) -> Self {
        let noise = 1.0 + 4.0 * stream.uniform();
        let quality = 75.0 + 20.0 * stream.uniform();
        let is_file = stream.uniform() < 5.0 / 6.0;
        Self {
            noise,
            quality: is_file.then_some(quality.round() as u8),
        }
    }
}

/// A photo, and the file that it was decoded from.
pub(crate) struct Taken {
    pub image: RgbImage,
    pub file: Option<Rc<Jpeg>>,
}

impl Taken {
    pub(crate) fn photo(&self) -> Result<Photo, Failure> {
        photo(&self.image)
    }

    pub(crate) fn luma(&self) -> Result<Luma, Failure> {
        Ok(Luma::of_photo(&self.photo()?, self.file.as_deref()))
    }
}

/// The photo where the kernel does not reach beyond its borders, blurred and worn.
pub(crate) fn taken(
    sharp: &RgbImage,
    kernel: &Kernel,
    wear: Wear,
    stream: &mut Stream,
) -> Result<Taken, Failure> {
    worn(&blurred(sharp, kernel), wear, stream)
}

/// The part of a sharp photo that [`taken`] shows.
pub(crate) fn seen(sharp: &RgbImage, kernel: &Kernel) -> RgbImage {
    let (width, height) = inner_size(sharp, kernel);
    let (left, top) = ((kernel.width() - 1) / 2, (kernel.height() - 1) / 2);
    crop_imm(sharp, left as u32, top as u32, width, height).to_image()
}

fn inner_size(image: &RgbImage, kernel: &Kernel) -> (u32, u32) {
    let inner = |side: u32, kernel: usize| side + 1 - kernel as u32;
    (
        inner(image.width(), kernel.width()),
        inner(image.height(), kernel.height()),
    )
}

/// Width, height, and levels row by row, three a pixel.
pub(crate) type Levels = (u32, u32, Vec<f32>);

/// The photo where the kernel does not reach beyond its borders.
pub(crate) fn blurred(sharp: &RgbImage, kernel: &Kernel) -> Levels {
    let (width, height) = inner_size(sharp, kernel);
    let line = 3 * width as usize;
    let stride = 3 * sharp.width() as usize;
    let mut sums = vec![0.0; line * height as usize];
    for (i, &weight) in kernel.weights().iter().enumerate() {
        if weight == 0.0 {
            continue;
        }
        let down = kernel.height() - 1 - i / kernel.width();
        let right = kernel.width() - 1 - i % kernel.width();
        for (row, sums) in sums.chunks_exact_mut(line).enumerate() {
            let from = (row + down) * stride + 3 * right;
            let pixels = &sharp.as_raw()[from..from + line];
            for (sum, value) in sums.iter_mut().zip(pixels) {
                *sum += weight as f32 * f32::from(*value);
            }
        }
    }
    (width, height, sums)
}

/// Levels with noise, as 8 bits, and as a JPEG.
pub(crate) fn worn(
    (width, height, levels): &Levels,
    wear: Wear,
    stream: &mut Stream,
) -> Result<Taken, Failure> {
    let noisy = levels.iter().map(|level| {
        let level = f64::from(*level) + wear.noise * stream.normal();
        level.round() as u8
    });
    let image = RgbImage::from_raw(*width, *height, noisy.collect()).expect("three bytes a pixel");
    let Some(quality) = wear.quality else {
        return Ok(Taken { image, file: None });
    };
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&image)?;
    Ok(Taken {
        image: image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg)?.into_rgb8(),
        file: Some(Rc::new(Jpeg::read(&bytes, levels.len())?)),
    })
}
