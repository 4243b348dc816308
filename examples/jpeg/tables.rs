//! The rows of the tables, each the mean over photos.

use std::rc::Rc;

use eps_restore::low_level::request::task::Reduction;
use eps_restore::{Denoiser, Jpeg, Noise, Photo, Request, Sampler, Task, restore};
use image::imageops::{FilterType, resize};

use crate::files::{Chroma, Compressed, compressed};
use crate::photos::{self, Failure};
use crate::psnr::psnr;

/// The named figures of a row, in the order of the table's columns.
pub(crate) type Row = Vec<(&'static str, f64)>;

/// What is asked of a compressed photo.
type Asked<'a> = dyn Fn(&Compressed) -> Result<Request, Failure> + 'a;

/// White levels that an oracle chooses from, in 8-bit levels.
const LEVELS: [f64; 8] = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0];

/// The exact pivot by one and three evaluations, and white noise of the level that is best on
/// average, by as many.
pub(crate) fn traces(
    photos: &[Photo],
    qualities: &[u16],
    chroma: Chroma,
    denoiser: &Denoiser,
) -> Result<Vec<Row>, Failure> {
    let row = |&quality: &u16| -> Result<Row, Failure> {
        let files = all(photos, quality, chroma)?;
        let decoded: Vec<&Photo> = files.iter().map(|of| &of.decoded).collect();
        let asked =
            |request: &Asked<'_>, refine: bool| measured(photos, &files, denoiser, request, refine);
        let mut best = (f64::MIN, 0.0);
        for level in LEVELS {
            let [white, _] = asked(&|of| Ok(denoising(of, level)), false)?;
            best = if white > best.0 { (white, level) } else { best };
        }
        let [refined, _] = asked(&|of| Ok(denoising(of, best.1)), true)?;
        let [exact, _] = asked(&|of| Ok(file(of, None)), false)?;
        let [exact_refined, consistency] = asked(&|of| Ok(file(of, None)), true)?;
        Ok(vec![
            ("quality", quality.into()),
            ("decoded", each(photos, &decoded, psnr)),
            ("best level", best.1),
            ("white", best.0),
            ("white, refined", refined),
            ("exact", exact),
            ("exact, refined", exact_refined),
            ("gain", exact_refined - refined),
            ("consistency", consistency),
        ])
    };
    qualities.iter().map(row).collect()
}

/// Photos reduced 2 and 4 times by a bicubic filter, compressed, and enlarged again: by bicubic
/// interpolation, under white noise as `noise: 'auto'` finds it, and by the exact pivot.
pub(crate) fn thumbnails(
    photos: &[Photo],
    qualities: &[u16],
    chroma: Chroma,
    denoiser: &Denoiser,
) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for factor in [2, 4] {
        let small: Vec<Photo> = photos
            .iter()
            .map(|photo| scaled(photo, photo.width() / factor, photo.height() / factor))
            .collect::<Result<_, _>>()?;
        for &quality in qualities {
            let files = all(&small, quality, chroma)?;
            let interpolated = photos.iter().zip(&files).map(|(photo, of)| {
                let large = scaled(&of.decoded, photo.width(), photo.height())?;
                Ok(psnr(&large, photo))
            });
            let bicubic = average(interpolated.collect::<Result<Vec<f64>, Failure>>()?);
            let white = |of: &Compressed| enlarging(of, factor);
            let [white, _] = measured(photos, &files, denoiser, &white, true)?;
            let exact = |of: &Compressed| Ok(file(of, Some((factor, Reduction::Bicubic))));
            let [exact, _] = measured(photos, &files, denoiser, &exact, true)?;
            rows.push(vec![
                ("factor", factor as f64),
                ("quality", quality.into()),
                ("bicubic", bicubic),
                ("white", white),
                ("exact", exact),
                ("gain over bicubic", exact - bicubic),
            ]);
        }
    }
    Ok(rows)
}

/// Decoded and restored, in colour and on luma.
pub(crate) fn literature(
    photos: &[Photo],
    qualities: &[u16],
    chroma: Chroma,
    denoiser: &Denoiser,
) -> Result<Vec<Row>, Failure> {
    let row = |&quality: &u16| -> Result<Row, Failure> {
        let files = all(photos, quality, chroma)?;
        let restored = files.iter().map(|of| {
            let request = file(of, None).with_samples(0).with_sampler(refining(true));
            Ok(restore(request, denoiser)?.mean)
        });
        let restored: Vec<Photo> = restored.collect::<Result<_, Failure>>()?;
        let decoded: Vec<&Photo> = files.iter().map(|of| &of.decoded).collect();
        let restored: Vec<&Photo> = restored.iter().collect();
        Ok(vec![
            ("quality", quality.into()),
            ("decoded", each(photos, &decoded, psnr)),
            ("restored", each(photos, &restored, psnr)),
            ("decoded, luma", each(photos, &decoded, luma_psnr)),
            ("restored, luma", each(photos, &restored, luma_psnr)),
        ])
    };
    qualities.iter().map(row).collect()
}

fn all(photos: &[Photo], quality: u16, chroma: Chroma) -> Result<Vec<Compressed>, Failure> {
    let each = photos
        .iter()
        .map(|photo| compressed(photo, quality, chroma));
    each.collect()
}

/// The photo from the coefficients of its file.
fn file(of: &Compressed, reduced: Option<(usize, Reduction)>) -> Request {
    let file: Rc<Jpeg> = of.file.clone();
    Request::new(of.decoded.clone(), Task::Jpeg { file, reduced })
}

/// The photo from its pixels, under white noise.
fn denoising(of: &Compressed, level: f64) -> Request {
    Request::new(of.decoded.clone(), Task::Denoise).with_noise(Noise::Level(level))
}

/// The large photo from the pixels of the small one, under white noise as it is estimated.
fn enlarging(of: &Compressed, factor: usize) -> Result<Request, Failure> {
    let reduction = Reduction::Bicubic;
    let task = Task::SuperResolve { factor, reduction };
    let request = Request::new(of.decoded.clone(), task).with_file(of.file.clone());
    // The level is stated: under `Noise::Auto` the coefficients would stand for the pixels.
    let noise = request.clone().with_noise(Noise::Auto).check()?;
    Ok(request.with_noise(Noise::Level(noise.level)))
}

/// PSNR of the mean and consistency, averaged over photos.
fn measured(
    photos: &[Photo],
    files: &[Compressed],
    denoiser: &Denoiser,
    request: &Asked<'_>,
    refine: bool,
) -> Result<[f64; 2], Failure> {
    let (mut quality, mut consistency) = (Vec::new(), Vec::new());
    for (photo, of) in photos.iter().zip(files) {
        let request = request(of)?.with_samples(0).with_sampler(refining(refine));
        let restoration = restore(request, denoiser)?;
        quality.push(psnr(&restoration.mean, photo));
        consistency.push(restoration.consistency.unwrap_or(0.0));
    }
    Ok([quality, consistency].map(average))
}

/// A distance of two lists of photos, averaged.
fn each(photos: &[Photo], others: &[&Photo], distance: fn(&Photo, &Photo) -> f64) -> f64 {
    let pairs = photos.iter().zip(others);
    average(pairs.map(|(photo, other)| distance(other, photo)).collect())
}

fn refining(refine: bool) -> Sampler {
    Sampler::DEFAULT.refining(refine)
}

fn average(values: Vec<f64>) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn scaled(photo: &Photo, width: usize, height: usize) -> Result<Photo, Failure> {
    let image = photos::image(photo);
    photos::photo(&resize(
        &image,
        width as u32,
        height as u32,
        FilterType::CatmullRom,
    ))
}

/// PSNR of BT.601's luma, in dB.
fn luma_psnr(a: &Photo, b: &Photo) -> f64 {
    let luma = |photo: &Photo| -> Vec<f64> {
        let pixels = photo.rgba().chunks_exact(4);
        pixels
            .map(|p| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]))
            .collect()
    };
    let errors = luma(a)
        .into_iter()
        .zip(luma(b))
        .map(|(a, b)| (a - b).powi(2));
    10.0 * (255.0f64.powi(2) / average(errors.collect())).log10()
}
