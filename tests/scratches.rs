//! The finder of scratches and dust: what it finds of scratches that follow other rules than those
//! of its training, and what it takes for scratches on clean photos.

use std::path::Path;
use std::rc::Rc;

use eps_restore::low_level::scratches::ScratchFinder;
use eps_restore::{Error, Photo};
use image::{Rgb, RgbImage, imageops};

#[path = "common/images.rs"]
mod images;
#[path = "common/scratch_damage.rs"]
mod scratch_damage;

use scratch_damage::{Score, Uniform, scratched};

fn finder() -> Rc<ScratchFinder> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/scratches-v1.safetensors");
    let weights = std::fs::read(path).expect("the released weights");
    Rc::new(ScratchFinder::new(&weights).expect("the finder's weights"))
}

fn found(photo: &RgbImage, finder: &Rc<ScratchFinder>) -> Vec<bool> {
    let rgba = photo.pixels().flat_map(|p| [p[0], p[1], p[2], 255]);
    let (width, height) = photo.dimensions();
    let photo = Photo::new(width as usize, height as usize, rgba.collect()).expect("a photo");
    finder.find(photo).pixels().to_vec()
}

/// The photos of the demo.
fn samples() -> Vec<RgbImage> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/samples");
    let paths = images::images(&folder, usize::MAX).expect("the demo's photos");
    let open = |path| image::open(path).expect("a photo").into_rgb8();
    paths.iter().map(open).collect()
}

fn share(found: &[bool]) -> f64 {
    found.iter().filter(|&&found| found).count() as f64 / found.len() as f64
}

#[test]
fn most_of_the_scratches_are_found_and_little_else() {
    let (finder, mut random, mut score) = (finder(), Uniform(3), Score::default());
    for photo in samples() {
        let damaged = scratched(&photo, &mut random);
        score.add(&damaged, &found(&damaged.photo, &finder), |_| true);
    }
    let (recall, precision) = (score.recall(), score.precision());
    assert!(
        recall >= 0.75 && precision >= 0.9,
        "recall {recall}, precision {precision}"
    );
}

#[test]
fn clean_photos_stay_clean() {
    let finder = finder();
    let shares: Vec<f64> = samples()
        .iter()
        .map(|photo| share(&found(photo, &finder)))
        .collect();
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    assert!(mean <= 0.0005, "{shares:?}");
    // From there on Improve proposes to mend a photo.
    assert!(shares.iter().all(|&share| share < 0.001), "{shares:?}");
}

/// A sky that darkens upwards.
fn sky(side: u32) -> RgbImage {
    RgbImage::from_fn(side, side, |_, y| {
        let light = (140 + 80 * y / side) as u8;
        Rgb([light - 40, light - 20, light])
    })
}

/// Draws where `distance`, in pixels, is below half the width, with soft edges.
fn drawn(photo: &mut RgbImage, width: f64, colour: [f64; 3], distance: impl Fn(f64, f64) -> f64) {
    for (x, y, pixel) in photo.enumerate_pixels_mut() {
        let share =
            (0.5 * width + 0.5 - distance(f64::from(x), f64::from(y)).abs()).clamp(0.0, 1.0);
        pixel.0 = std::array::from_fn(|c| {
            (f64::from(pixel[c]) * (1.0 - share) + colour[c] * share).round() as u8
        });
    }
}

#[test]
fn wires_stripes_and_hair_are_no_scratches() {
    let side = 256;
    let mut wires = sky(side);
    for k in 0..3 {
        let sag = |x: f64| 60.0 + 40.0 * f64::from(k) + 20.0 * ((x - 128.0) / 128.0).powi(2);
        drawn(&mut wires, 2.0, [40.0, 42.0, 45.0], |x, y| y - sag(x));
    }
    let mut stripes = sky(side);
    drawn(&mut stripes, 4.0, [235.0; 3], |x, y| {
        (x + 0.3 * y).rem_euclid(17.0) - 8.0
    });
    let mut hair = sky(side);
    for k in 0..40 {
        let strand =
            |y: f64| 80.0 + 2.4 * f64::from(k) + 6.0 * (y / 40.0 + 0.1 * f64::from(k)).sin();
        let shade = f64::from(30 + k * 37 % 60);
        drawn(
            &mut hair,
            1.5,
            [shade + 20.0, shade, shade - 15.0],
            |x, y| x - strand(y),
        );
    }
    let finder = finder();
    for (name, photo) in [("wires", wires), ("stripes", stripes), ("hair", hair)] {
        let share = share(&found(&photo, &finder));
        assert!(share <= 0.0005, "{name}: {share}");
    }
}

#[test]
fn a_photo_of_any_size_has_a_mask_of_its_size() {
    let finder = finder();
    for (width, height) in [(1, 1), (7, 300), (8, 8), (301, 41)] {
        let photo = imageops::resize(&sky(64), width, height, imageops::FilterType::Triangle);
        assert_eq!(found(&photo, &finder).len(), (width * height) as usize);
    }
}

#[test]
fn other_weights_are_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/photo-v2.safetensors");
    let refused = ScratchFinder::new(&std::fs::read(path).expect("the released weights"));
    let Err(Error::InvalidWeights(message)) = refused else {
        panic!("{refused:?}");
    };
    assert!(message.contains("scratches-v1"), "{message}");
    let unreadable = ScratchFinder::new(&[1, 2, 3]);
    assert!(
        matches!(unreadable, Err(Error::UnreadableWeights { .. })),
        "{unreadable:?}"
    );
}
