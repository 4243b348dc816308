//! Blurs of a synthetic photo, found again.

use eps_restore::low_level::estimation::blur::{
    Blur, BlurSearch, Luma, Options, estimate_blur, free_kernel, noise_under,
};
use eps_restore::{Error, Kernel};

/// A deterministic stream of numbers from 0 to 1 (Knuth's MMIX generator).
struct Stream(u64);

impl Stream {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1 << 24)
    }

    /// Nearly Gaussian, of deviation 1.
    fn gaussian(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Overlapping rectangles of all sizes and brightnesses, whose spectrum falls as a photo's does.
fn rectangles(side: usize, count: usize, least: f64) -> Vec<f64> {
    let mut stream = Stream(5);
    let mut values = vec![128.0; side * side];
    for _ in 0..count {
        // Radii of density r^-3, to a quarter of the side.
        let most = side as f64 / 4.0;
        let u = stream.uniform();
        let radius = (least.powi(-2) * (1.0 - u) + most.powi(-2) * u).powf(-0.5);
        let (x, y) = (
            stream.uniform() * side as f64,
            stream.uniform() * side as f64,
        );
        let (turn, level) = (stream.uniform() * 3.2, 30.0 + 195.0 * stream.uniform());
        let (sin, cos) = turn.sin_cos();
        for row in 0..side {
            for column in 0..side {
                let (dx, dy) = (column as f64 - x, row as f64 - y);
                let (a, b) = (cos * dx + sin * dy, cos * dy - sin * dx);
                if a.abs() < radius && b.abs() < 0.6 * radius {
                    values[row * side + column] = level;
                }
            }
        }
    }
    values
}

/// The photo where the kernel does not reach over its border, with noise of two levels, rounded.
fn blurred(sharp: &[f64], side: usize, kernel: &Kernel) -> Luma {
    worn(sharp, side, kernel, 2.0)
}

/// The same with noise of another deviation.
fn worn(sharp: &[f64], side: usize, kernel: &Kernel, noise: f64) -> Luma {
    let (w, h) = (kernel.width(), kernel.height());
    let (width, height) = (side + 1 - w, side + 1 - h);
    let mut stream = Stream(9);
    let mut values = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let mut sum = noise * stream.gaussian();
            for (i, weight) in kernel.weights().iter().enumerate() {
                let (y, x) = (row + h - 1 - i / w, column + w - 1 - i % w);
                sum += weight * sharp[y * side + x];
            }
            values.push(sum.round().clamp(0.0, 255.0) as f32);
        }
    }
    Luma::new(width, height, values).expect("a photo")
}

#[test]
fn closed_forms_are_found() {
    let side = 288;
    let sharp = rectangles(side, 2000, 2.0);
    let found = |kernel: Kernel| {
        let photo = blurred(&sharp, side, &kernel);
        let all = estimate_blur(&photo, Options::default()).expect("valid");
        let sum: f64 = all.iter().map(|c| c.confidence).sum();
        assert!((sum - 1.0).abs() < 1e-9);
        all[0].blur
    };
    assert_eq!(
        found(Kernel::new(1, 1, vec![1.0]).expect("one pixel")),
        Blur::Sharp
    );
    // The bounds that hold for nine photos in ten.
    let Blur::Gaussian { sigma } = found(Kernel::gaussian(2.0).expect("a size in range")) else {
        panic!("a Gaussian was taken for another blur");
    };
    assert!((sigma / 2.0 - 1.0).abs() < 0.15, "{sigma}");
    let Blur::Disc { radius } = found(Kernel::disk(4.0).expect("a size in range")) else {
        panic!("a disc was taken for another blur");
    };
    assert!((radius / 4.0 - 1.0).abs() < 0.15, "{radius}");
    let Blur::Line { length, angle } = found(Kernel::motion(13.0, 30.0).expect("a size in range"))
    else {
        panic!("a line was taken for another blur");
    };
    assert!((length / 13.0 - 1.0).abs() < 0.1, "{length}");
    assert!((angle - 30.0).abs() < 5.0, "{angle}");
}

/// Pictures that a program blurred have no noise, and the frequencies that a motion along an axis
/// takes away form whole rows or columns of the spectrum.
#[test]
fn motions_along_axes_are_found_without_noise() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/www/samples/spaniels.jpg");
    let picture = image::open(path).expect("a picture").into_luma8();
    let side = 336;
    let cut = image::imageops::crop_imm(&picture, 300, 200, side, side).to_image();
    let sharp: Vec<f64> = cut.as_raw().iter().map(|v| f64::from(*v)).collect();
    for direction in [0.0, 90.0] {
        for wanted in [9.0, 15.0, 21.0] {
            let kernel = Kernel::motion(wanted, direction).expect("a size in range");
            let photo = worn(&sharp, side as usize, &kernel, 0.0);
            let all = estimate_blur(&photo, Options::default()).expect("valid");
            let first = &all[0];
            let Blur::Line { length, angle } = first.blur else {
                panic!("{wanted} pixels at {direction} degrees: {:?}", first.blur);
            };
            let turned = (angle - direction + 90.0).rem_euclid(180.0) - 90.0;
            assert!((length / wanted - 1.0).abs() < 0.1, "{length}");
            // Its ends are within a pixel: all such lines have nearly the same kernel.
            assert!((turned.to_radians().sin() * wanted).abs() < 2.0, "{angle}");
            assert!(first.confidence > 0.8, "{}", first.confidence);
        }
    }
}

#[test]
fn noise_is_found_under_a_known_kernel() {
    let side = 288;
    let sharp = rectangles(side, 2000, 2.0);
    // The noise is luma's; of independent R, G and B it is a share of each one's.
    let share = (0.299f64.powi(2) + 0.587f64.powi(2) + 0.114f64.powi(2)).sqrt();
    for kernel in [Kernel::gaussian(2.0), Kernel::motion(13.0, 30.0)] {
        let kernel = kernel.expect("a size in range");
        for noise in [1.0, 3.0, 8.0] {
            let photo = worn(&sharp, side, &kernel, noise);
            let found = noise_under(&photo, &kernel).expect("a photo with texture");
            let ratio = found * share / noise;
            assert!(
                (0.85..1.15).contains(&ratio),
                "{noise} levels: {ratio} times"
            );
        }
    }
    let flat = Luma::new(200, 200, vec![90.0; 40_000]).expect("a photo");
    let kernel = Kernel::gaussian(2.0).expect("a size in range");
    assert_eq!(noise_under(&flat, &kernel), None);
}

#[test]
fn a_path_is_found() {
    let side = 272;
    let mut path = vec![0.0; 81];
    for (row, column) in [
        (1, 2),
        (2, 2),
        (3, 2),
        (4, 2),
        (5, 3),
        (6, 4),
        (6, 5),
        (6, 6),
        (6, 7),
    ] {
        path[row * 9 + column] = 1.0;
    }
    let kernel = Kernel::new(9, 9, path).expect("a kernel");
    let photo = blurred(&rectangles(side, 300, 8.0), side, &kernel);
    let found = free_kernel(&photo, 15).expect("valid");
    let correlation = best_correlation(&kernel, &found);
    // 1 for the same kernel; the best line has 0.75.
    assert!(correlation > 0.85, "{correlation}");
}

/// The largest cosine between two kernels over whole-pixel shifts.
fn best_correlation(a: &Kernel, b: &Kernel) -> f64 {
    let norm = |k: &Kernel| k.weights().iter().map(|w| w * w).sum::<f64>().sqrt();
    let mut best = 0.0f64;
    for down in -8i64..=16 {
        for right in -8i64..=16 {
            let mut sum = 0.0;
            for (i, weight) in a.weights().iter().enumerate() {
                let row = (i / a.width()) as i64 + down;
                let column = (i % a.width()) as i64 + right;
                let (h, w) = (b.height() as i64, b.width() as i64);
                if (0..h).contains(&row) && (0..w).contains(&column) {
                    sum += weight * b.weights()[(row * w + column) as usize];
                }
            }
            best = best.max(sum);
        }
    }
    best / norm(a) / norm(b)
}

#[test]
fn what_cannot_be_is_refused() {
    let flat = Luma::new(200, 200, vec![90.0; 40_000]).expect("a photo");
    let only = estimate_blur(&flat, Options::default());
    assert_eq!(only, Ok(Vec::new()));
    assert!(matches!(
        free_kernel(&flat, 8),
        Err(Error::InvalidOption(_))
    ));
    let small = Luma::new(40, 40, vec![0.0; 1600]).expect("a photo");
    assert!(matches!(
        free_kernel(&small, 31),
        Err(Error::InvalidImage(_))
    ));
    assert!(matches!(
        Luma::new(3, 2, vec![0.0; 5]),
        Err(Error::InvalidImage(_))
    ));
    assert!(matches!(
        Kernel::new(1, 1, vec![-1.0]),
        Err(Error::InvalidKernel(_))
    ));
}

#[test]
fn errors_of_kernels_vanish_at_zero() {
    let side = 224;
    let photo = blurred(
        &rectangles(side, 2000, 2.0),
        side,
        &Kernel::motion(9.0, 0.0).expect("a size in range"),
    );
    let options = Options {
        kernel_side: Some(15),
    };
    let all = estimate_blur(&photo, options).expect("valid");
    assert_eq!(all.len(), 5);
    for candidate in all {
        assert!(candidate.error.at(0.0, 0.0) == 0.0);
        // Two kernels of sum 1 differ by at most 2 at each frequency.
        for (x, y) in [(0.5, 0.0), (-2.0, 1.0), (3.1, -3.1)] {
            assert!((0.0..=4.0).contains(&candidate.error.at(x, y)));
        }
    }
}

/// A search can be left after each of its steps, of which none takes most of it.
#[test]
fn a_search_is_done_in_steps() {
    let side = 224;
    let pixel = Kernel::new(1, 1, vec![1.0]).expect("one pixel");
    let photo = blurred(&rectangles(side, 2000, 2.0), side, &pixel);
    let options = Options {
        kernel_side: Some(15),
    };
    let mut search = BlurSearch::new(&photo, options).expect("valid");
    let mut done = search.progress();
    assert_eq!(search.candidates().len(), 4);
    while search.step() {
        let now = search.progress();
        assert!(now > done && now - done < 0.2, "{done}, then {now}");
        done = now;
    }
    assert_eq!(done, 1.0);
    assert_eq!(search.candidates().len(), 5);
}

/// Grain alone shows no blur, however strong it is.
#[test]
fn grain_on_a_flat_photo_is_no_texture() {
    let side = 320;
    for level in [3.0, 8.0, 20.0] {
        let flat = vec![128.0; side * side];
        let pixel = Kernel::new(1, 1, vec![1.0]).expect("one pixel");
        let photo = worn(&flat, side, &pixel, level);
        let found = estimate_blur(&photo, Options::default()).expect("valid");
        let first = found.first();
        let blur = first.map_or(Blur::Sharp, |candidate| candidate.blur);
        assert_eq!(blur, Blur::Sharp, "grain of {level} levels");
    }
}
