//! The estimate of the noise against noise that is known, on the demo's sample photos, and where
//! there is little to go by.

#[path = "common/jpeg.rs"]
mod jpeg;

use std::path::PathBuf;

use eps_restore::low_level::estimation::Planes;
use eps_restore::low_level::estimation::former_jpeg::former_jpeg;
use eps_restore::low_level::estimation::noise::estimate;
use eps_restore::low_level::operators::Bayer;
use eps_restore::low_level::photo::jpeg::Jpeg;
use eps_restore::low_level::request::noise::estimated;
use eps_restore::low_level::request::task::{Borders, GREY, LEAST_NOISE, Reduction, Task};
use eps_restore::{Kernel, Mask, Photo};
use image::ExtendedColorType;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

const SAMPLES: [&str; 6] = [
    "spaniels", "portrait", "aircraft", "station", "peppers", "hills",
];

fn sample(name: &str) -> Photo {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("www/samples/{name}.jpg"));
    let image = image::open(path).expect("a committed sample").into_rgba8();
    let (width, height) = image.dimensions();
    Photo::new(width as usize, height as usize, image.into_raw()).expect("whole pixels")
}

/// What Denoise and the like assume, in 8-bit levels.
fn level(photo: &Photo, task: &Task) -> f64 {
    let noise = estimated(photo, None, task);
    noise.expect("enough pixels").level
}

fn changed(photo: &Photo, change: impl FnMut((usize, &[u8])) -> [u8; 4]) -> Photo {
    let rgba = photo.rgba().chunks_exact(4).enumerate().flat_map(change);
    Photo::new(photo.width(), photo.height(), rgba.collect()).expect("whole pixels")
}

/// With noise, clipped and rounded as photos are; its own draw in each channel, or one for all.
fn noisy(photo: &Photo, sigma: f64, seed: u64, grey: bool) -> Photo {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    changed(photo, |(_, p)| {
        let mut n: [f64; 3] = [(); 3].map(|()| StandardNormal.sample(&mut rng));
        if grey {
            n = [n[0]; 3];
        }
        let [r, g, b] = [0, 1, 2].map(|c| (f64::from(p[c]) + sigma * n[c]).round() as u8);
        [r, g, b, p[3]]
    })
}

fn grey(photo: &Photo) -> Photo {
    changed(photo, |(_, p)| {
        let mean = ((u16::from(p[0]) + u16::from(p[1]) + u16::from(p[2])) / 3) as u8;
        [mean, mean, mean, p[3]]
    })
}

fn ratio(photo: &Photo, sigma: f64) -> f64 {
    estimate(&Planes::of_photo(photo)).expect("enough pixels") / sigma
}

/// The file of a photo, without its alpha.
fn compressed(photo: &Photo, quality: u8) -> Vec<u8> {
    let pixels = photo.rgba().chunks_exact(4);
    let rgb: Vec<u8> = pixels.flat_map(|p| p[..3].to_vec()).collect();
    let size = [photo.width(), photo.height()];
    jpeg::compressed(&rgb, size, ExtendedColorType::Rgb8, quality)
}

fn flat(level: u8, side: usize) -> Photo {
    Photo::new(side, side, [level, level, level, 255].repeat(side * side)).expect("whole pixels")
}

#[test]
fn known_noise_is_found_within_ten_per_cent() {
    for name in SAMPLES {
        for sigma in [5.0, 15.0, 30.0, 50.0] {
            let photo = noisy(&sample(name), sigma, 1, false);
            let assumed = level(&photo, &Task::Denoise) / sigma;
            for ratio in [ratio(&photo, sigma), assumed] {
                assert!(
                    (ratio - 1.0).abs() < 0.1,
                    "{name}, {sigma}: {ratio:.3} times"
                );
            }
        }
    }
}

#[test]
fn a_grey_photo_s_noise_is_found_within_fifteen_per_cent() {
    for name in ["portrait", "aircraft", "hills"] {
        for sigma in [10.0, 30.0] {
            let ratio = ratio(&noisy(&grey(&sample(name)), sigma, 2, true), sigma);
            assert!(
                (ratio - 1.0).abs() < 0.15,
                "{name}, {sigma}: {ratio:.3} times"
            );
        }
    }
}

#[test]
fn a_flat_photo_has_the_noise_that_was_added_and_no_other() {
    assert_eq!(estimate(&Planes::of_photo(&flat(128, 64))), Ok(0.0));
    for level in [0, 40, 128, 255] {
        // At the ends half the noise is clipped away.
        let ratio = ratio(&noisy(&flat(level, 96), 20.0, 3, false), 20.0);
        assert!((ratio - 1.0).abs() < 0.1, "level {level}: {ratio:.3} times");
    }
}

#[test]
fn small_photos_are_estimated_and_too_small_ones_refused() {
    let ratio = ratio(&noisy(&flat(120, 16), 15.0, 4, false), 15.0);
    assert!((ratio - 1.0).abs() < 0.25, "16×16: {ratio:.3} times");
    let row = Photo::new(500, 1, flat(120, 23).rgba()[..2000].to_vec()).expect("whole pixels");
    assert!(self::ratio(&noisy(&row, 15.0, 5, false), 15.0) > 0.75);
    for side in [1, 3] {
        let error = estimate(&Planes::of_photo(&flat(9, side))).expect_err("too few pixels");
        assert_eq!(error.code(), "invalid-noise");
        let pattern = Bayer::Rggb;
        let mosaic = estimated(&flat(9, side), None, &Task::Demosaic { pattern });
        assert_eq!(mosaic.expect_err("too few pixels").code(), "invalid-noise");
    }
}

#[test]
fn unknown_and_transparent_pixels_and_drawn_areas_do_not_count() {
    let clean = sample("portrait");
    let photo = noisy(&clean, 10.0, 6, false);
    let painted = |i: usize| i % photo.width() < 100;
    // Louder noise where nothing is known.
    let loud = noisy(&photo, 60.0, 7, false);
    let mixed = changed(&photo, |(i, p)| {
        let q = &loud.rgba()[4 * i..4 * i + 4];
        if painted(i) {
            [q[0], q[1], q[2], 255]
        } else {
            [p[0], p[1], p[2], 255]
        }
    });
    let area = mixed.width() * mixed.height();
    let missing = Mask::new(
        mixed.width(),
        mixed.height(),
        (0..area).map(painted).collect(),
    );
    let task = Task::Inpaint {
        missing: missing.expect("one entry a pixel"),
    };
    let transparent = changed(&mixed, |(i, p)| {
        [p[0], p[1], p[2], if painted(i) { 0 } else { 255 }]
    });
    let drawn = changed(&photo, |(i, p)| {
        if painted(i) {
            [90, 140, 200, 255]
        } else {
            [p[0], p[1], p[2], 255]
        }
    });
    let found = [
        estimated(&mixed, None, &task).map(|noise| noise.level),
        estimate(&Planes::of_photo(&transparent)),
        estimate(&Planes::of_photo(&drawn)),
    ];
    for found in found {
        let ratio = found.expect("enough pixels") / 10.0;
        assert!((ratio - 1.0).abs() < 0.1, "{ratio:.3} times");
    }
}

#[test]
fn noise_that_jpeg_left_in_coarse_detail_is_seen() {
    for name in ["portrait", "peppers"] {
        let photo = noisy(&sample(name), 15.0, 8, false);
        let planes =
            (0..3).flat_map(|c| photo.rgba().chunks_exact(4).map(move |p| f32::from(p[c])));
        let (width, height) = (photo.width(), photo.height());
        let values = jpeg::through_jpeg(&planes.collect::<Vec<_>>(), width, height, 75);
        let planes = Planes::new(width, height, values, vec![true; width * height]);
        // Of 15 levels in each channel, JPEG leaves about 8.
        let sigma = estimate(&planes.expect("three channels")).expect("enough pixels");
        assert!((6.0..18.0).contains(&sigma), "{name}: {sigma:.1} levels");
    }
}

#[test]
fn each_task_is_estimated_on_its_own_measurement() {
    let photo = noisy(&sample("portrait"), 18.0, 9, false);
    let close = |task: Task, sigma: f64| {
        let ratio = level(&photo, &task) / sigma;
        assert!((ratio - 1.0).abs() < 0.15, "{task:?}: {ratio:.3} times");
    };
    close(Task::Denoise, 18.0);
    // The mean of three independent channels.
    close(
        Task::Colorize {
            weights: GREY,
            hints: None,
        },
        18.0 / 3f64.sqrt(),
    );
    let pattern = Bayer::Rggb;
    close(Task::Demosaic { pattern }, 18.0);
    let clean = flat(128, 32);
    assert_eq!(level(&clean, &Task::Denoise), LEAST_NOISE);
    let colorize = Task::Colorize {
        weights: GREY,
        hints: None,
    };
    assert_eq!(level(&clean, &colorize), colorize.default_noise());
}

/// The error of compression is estimated from the file. The pixels alone do not show it.
#[test]
fn a_jpeg_tells_what_it_lost() {
    let photo = sample("portrait");
    // At 90 the sample is what it was: it is a JPEG of that quality itself.
    for quality in [20, 50, 75] {
        let bytes = compressed(&photo, quality);
        let file = Jpeg::read(&bytes, 1 << 20).expect("a file just written");
        let theirs = jpeg::decoded(&bytes);
        let mut pixels = theirs.pixels();
        let decoded = changed(&photo, |_| {
            let [r, g, b] = pixels.next().expect("as many pixels").0;
            [r, g, b, 255]
        });
        let squares = photo.rgba().iter().zip(decoded.rgba());
        let squares = squares.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
        // Alpha is the same in both.
        let error = (squares.sum::<f64>() / (0.75 * photo.rgba().len() as f64)).sqrt();
        let told = file.equivalent_noise();
        println!("quality {quality}: {told:.2} levels told, {error:.2} off");
        assert!(
            (0.7..1.5).contains(&(told / error)),
            "{quality}: {told} and {error}"
        );
        let [without, with] = [None, Some(&file)].map(|file| {
            estimated(&decoded, file, &Task::Denoise)
                .expect("enough pixels")
                .level
        });
        assert!(
            with >= without && with >= told,
            "{quality}: {without} and {with}"
        );
    }
}

/// JPEG smooths the fine noise of a blurred photo away, but not what deblurring amplifies.
#[test]
fn noise_is_found_under_a_blur_and_a_jpeg() {
    let sigma = 2.0;
    let kernel = Kernel::gaussian(sigma).expect("a size in range");
    let task = Task::Deblur {
        kernel,
        borders: Borders::Unknown,
    };
    for name in ["spaniels", "station"] {
        let photo = sample(name);
        let (width, height) = (photo.width() as u32, photo.height() as u32);
        let image = image::RgbaImage::from_raw(width, height, photo.rgba().to_vec());
        let blurred = image::imageops::blur(&image.expect("whole pixels"), sigma as f32);
        let blurred = changed(&photo, |(i, _)| {
            let at = i as u32;
            blurred.get_pixel(at % width, at / width).0
        });
        let bytes = compressed(&noisy(&blurred, 4.0, 5, false), 85);
        let file = Jpeg::read(&bytes, 1 << 20).expect("a file just written");
        let theirs = jpeg::decoded(&bytes);
        let decoded = changed(&photo, |(i, _)| {
            let at = i as u32;
            let [r, g, b] = theirs.get_pixel(at % width, at / width).0;
            [r, g, b, 255]
        });
        let assumed = |task: &Task| {
            let noise = estimated(&decoded, Some(&file), task);
            noise.expect("enough pixels").level
        };
        // At least what there was; at most as much as pays (docs/unknown-blur.md).
        let level = assumed(&task);
        assert!((4.0..9.0).contains(&level), "{name}: {level} levels");
        assert!(
            level
                > assumed(&Task::SuperResolve {
                    factor: 2,
                    reduction: Reduction::BlockMean,
                })
        );
    }
}

/// A photo of half the size, as it never was a JPEG.
fn halved(photo: &Photo) -> Photo {
    let [width, height] = [photo.width() / 2, photo.height() / 2];
    let value = |i: usize| {
        let (pixel, channel) = (i / 4, i % 4);
        let first = 2 * (pixel / width) * photo.width() + 2 * (pixel % width);
        let block = [
            first,
            first + 1,
            first + photo.width(),
            first + photo.width() + 1,
        ];
        let sum: u32 = block
            .iter()
            .map(|p| u32::from(photo.rgba()[4 * p + channel]))
            .sum();
        (sum / 4) as u8
    };
    let rgba = (0..4 * width * height).map(value).collect();
    Photo::new(width, height, rgba).expect("four bytes a pixel")
}

/// The photo without its first rows and columns.
fn cut(image: &image::RgbImage, [top, left]: [u32; 2]) -> Photo {
    let (width, height) = (image.width() - left, image.height() - top);
    let pixel = |i: u32| {
        let [r, g, b] = image.get_pixel(left + i % width, top + i / width).0;
        [r, g, b, 255]
    };
    let rgba = (0..width * height).flat_map(pixel).collect();
    Photo::new(width as usize, height as usize, rgba).expect("four bytes a pixel")
}

/// A decoded JPEG, cut and saved as something else, still tells its steps, and so its noise.
#[test]
fn a_photo_that_was_a_jpeg_is_taken_for_its_file() {
    for name in ["portrait", "spaniels"] {
        let photo = halved(&sample(name));
        assert!(
            former_jpeg(&photo, &Planes::of_photo(&photo), false).is_none(),
            "{name} was never one"
        );
        for quality in [30, 50, 75, 90] {
            let bytes = compressed(&photo, quality);
            let file = Jpeg::read(&bytes, 1 << 20).expect("a file just written");
            for corner in [[0, 0], [3, 5]] {
                let photo = cut(&jpeg::decoded(&bytes), corner);
                let former =
                    former_jpeg(&photo, &Planes::of_photo(&photo), false).expect("it was a JPEG");
                let tables = [&former, &file].map(|file| *file.components()[0].table());
                let same = (1..4).filter(|k| tables[0][*k] == tables[1][*k]);
                assert_eq!(same.count(), 3, "{name} at {quality}: {tables:?}");
                let [found, told] = [&former, &file].map(Jpeg::equivalent_noise);
                println!("{name} {quality} {corner:?}: {found:.2} found, {told:.2} told");
                assert!((0.8..1.25).contains(&(found / told)), "{found} and {told}");
                let assumed = |file| {
                    let noise = estimated(&photo, file, &Task::Denoise);
                    noise.expect("enough pixels").level
                };
                let [alone, with] = [assumed(None), assumed(Some(&file))];
                println!("{alone:.2} assumed by pixels, {with:.2} with the file");
                assert!((0.95..1.05).contains(&(alone / with)), "{alone} and {with}");
            }
        }
    }
}

/// What a hole shows says nothing: here a pattern whose coefficients are few.
#[test]
fn a_pattern_in_a_hole_is_no_former_jpeg() {
    let photo = noisy(&halved(&sample("spaniels")), 12.0, 3, false);
    let width = photo.width();
    let is_hole = |pixel: usize| pixel % width < width / 3;
    let painted = changed(&photo, |(pixel, p)| match is_hole(pixel) {
        true => [(pixel % 256) as u8; 4],
        false => [p[0], p[1], p[2], 255],
    });
    let missing = (0..width * photo.height()).map(is_hole).collect();
    let missing = Mask::new(width, photo.height(), missing).expect("an entry a pixel");
    let found = level(&painted, &Task::Inpaint { missing });
    assert!((found / 12.0 - 1.0).abs() < 0.1, "{found}");
}

/// Patterns have few coefficients too, but on many grids.
#[test]
fn drawn_patterns_are_no_former_jpegs() {
    let side = 128;
    let patterns: [fn(usize, usize) -> usize; 5] = [
        |x, y| (128 * y + x) % 256,
        |x, y| 255 * ((x + y) % 2),
        |x, y| 97 * (x % 8) * (y % 8 + 3) % 251,
        |x, y| 41 * (x % 16 + 5) * (y % 16 + 3) % 249,
        |x, _| 200 * (x / 4 % 2),
    ];
    for (i, pattern) in patterns.into_iter().enumerate() {
        let value = |at: usize| pattern(at % side, at / side) as u8;
        let rgba = (0..side * side).flat_map(|at| [value(at), value(at), value(at), 255]);
        let photo = Photo::new(side, side, rgba.collect()).expect("four bytes a pixel");
        let found = former_jpeg(&photo, &Planes::of_photo(&photo), false);
        assert!(found.is_none(), "pattern {i}");
    }
}

/// Saved again at a high quality after it was cut: the present file tells less than the former one.
#[test]
fn a_jpeg_saved_twice_tells_what_it_lost_first() {
    let photo = halved(&sample("spaniels"));
    let first = compressed(&photo, 40);
    let second = compressed(&cut(&jpeg::decoded(&first), [2, 4]), 95);
    let [lost, told] = [&first, &second].map(|bytes| Jpeg::read(bytes, 1 << 20).expect("a file"));
    let decoded = cut(&jpeg::decoded(&second), [0, 0]);
    let level = estimated(&decoded, Some(&told), &Task::Denoise).expect("enough pixels");
    let [lost, told] = [&lost, &told].map(Jpeg::equivalent_noise);
    println!("{lost:.2} lost, {told:.2} told, {:.2} assumed", level.level);
    assert!(level.level > lost && told < 0.6 * lost);
}
