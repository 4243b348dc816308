//! JPEG operators against dense matrices in f64, and files of `tests/data/jpeg` restored from their
//! coefficients.

mod common;

use std::path::PathBuf;
use std::rc::Rc;

use burn::tensor::Tensor;
use common::dense::{Dense, Size, columns, draw, inverse, relative_error};
use common::model;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::operators::LinearOperator;
use eps_restore::low_level::operators::jpeg::{FullJpeg, GreyJpeg, SubsampledJpeg, Tables};
use eps_restore::low_level::photo::jpeg::{Jpeg, Layout, Orientation, Sampling};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::GaussianPrior;
use eps_restore::low_level::prior::model::PriorModel;
use eps_restore::low_level::request::task::Reduction;
use eps_restore::{Denoiser, Error, Noise, Photo, Request, Task, restore};
use nalgebra::{DMatrix, DVector};

const SIZE: Size = [16, 16];
/// 8-bit levels in a unit.
const LEVEL: f64 = 127.5;

/// Steps that grow with the frequency, about those of quality 60.
fn tables() -> Tables {
    let table = |first: f64| std::array::from_fn(|k| first + (k / 8 + k % 8) as f64 * first / 3.0);
    Tables {
        luma: table(12.0),
        chroma: table(18.0),
    }
}

/// Every operator, and how near its update comes to the exact one.
fn operators() -> Vec<(&'static str, Rc<dyn LinearOperator>, f64)> {
    let device = ComputeDevice::cpu_f64();
    let tables = tables();
    let halved = |cell| SubsampledJpeg::new(&tables, cell, SIZE, &device);
    let grey = GreyJpeg::new(&tables, SIZE, &device).expect("whole blocks");
    let full = FullJpeg::new(&tables, SIZE, &device).expect("whole blocks");
    // Eight iterations at a condition number of at most 3: 2 ((√3 - 1)/(√3 + 1))^8 = 5e-5.
    vec![
        ("grey", Rc::new(grey), 1e-9),
        ("4:4:4", Rc::new(full), 1e-9),
        ("4:2:2", Rc::new(halved([1, 2]).expect("whole MCUs")), 1e-4),
        ("4:4:0", Rc::new(halved([2, 1]).expect("whole MCUs")), 1e-4),
        ("4:2:0", Rc::new(halved([2, 2]).expect("whole MCUs")), 1e-4),
    ]
}

/// The diagonal of R, entry by entry of the measurement.
fn rounding(operator: &dyn LinearOperator) -> DVector<f64> {
    let device = ComputeDevice::cpu_f64();
    let shape = operator.measurement_shape([1, 3, SIZE[0], SIZE[1]]);
    // Noise is drawn as a root of R times white noise; R is diagonal without grain.
    let ones = device.full(shape, 1.0);
    let noise = operator.noise(ones, &device.scalar(0.0)).tensor();
    let rows = shape.iter().product();
    columns(noise.square(), rows).column(0).into()
}

#[test]
fn adjoints_and_pivots_are_exact() {
    let device = ComputeDevice::cpu_f64();
    for (name, operator, within) in operators() {
        let shape = [1, 3, SIZE[0], SIZE[1]];
        let measured = operator.measurement_shape(shape);
        let (x, y) = (draw(shape, 1, &device), draw(measured, 2, &device) * 0.3);
        let product =
            |a: &Tensor<4>, b: &Tensor<4>| (a.clone() * b.clone()).sum().into_scalar::<f64>();
        let across = product(&operator.apply(x.clone()), &y);
        let back = product(&x, &operator.adjoint(y.clone()));
        assert!((across - back).abs() < 1e-10, "{name}: {across} and {back}");

        let dense = Dense::of(operator.as_ref(), 3, SIZE);
        let precision = rounding(operator.as_ref()).map(f64::recip);
        let weighted = dense.a.transpose() * DMatrix::from_diagonal(&precision);
        for t2 in [0.01, 1.0, 6400.0] {
            let n = dense.a.ncols();
            let of = |x: &Tensor<4>, rows| columns(x.clone(), rows);
            let covariance = inverse(DMatrix::identity(n, n) / t2 + &weighted * &dense.a);
            let right = of(&x, n) / t2 + &weighted * of(&y, dense.a.nrows());
            let (v, s2) = (device.scalar(t2), device.scalar(0.0));
            let mu = operator.update((&x).into(), v, (&y).into(), s2).tensor();
            let error = relative_error(&of(&mu, n), &(covariance * right));
            println!("{name:6} tau² = {t2}: {error:.1e}");
            assert!(error < within, "{name} at {t2}: {error:.1e}");
        }
    }
}

#[test]
fn grain_is_noise_before_the_measurement() {
    // R + s2 A Aᵀ, from 600 draws, at the trace: a deviation of about a hundredth.
    let device = ComputeDevice::cpu_f64();
    for (name, operator, _) in operators() {
        let measured = operator.measurement_shape([600, 3, SIZE[0], SIZE[1]]);
        let (white, s2) = (draw(measured, 5, &device), device.scalar(0.04));
        let noise = operator.noise(white.clone(), &s2).tensor();
        let whitened = operator.whitened(noise.clone(), &s2).tensor();
        let off = (whitened - white).abs().max().into_scalar::<f64>();
        assert!(off < 1e-10, "{name}: whitened noise is off by {off:.1e}");
        let got = noise.square().sum().into_scalar::<f64>() / 600.0;
        let dense = Dense::of(operator.as_ref(), 3, SIZE);
        let expected = rounding(operator.as_ref()).sum() + 0.04 * dense.a.norm_squared();
        assert!(
            (got / expected - 1.0).abs() < 0.02,
            "{name}: {got} and {expected}"
        );
    }
}

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/jpeg");
    std::fs::read(folder.join(name)).expect("a committed file")
}

/// The photo as another decoder shows it.
fn decoded(bytes: &[u8]) -> Photo {
    let image = image::load_from_memory(bytes)
        .expect("a readable file")
        .to_rgba8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    Photo::new(width, height, image.into_raw()).expect("a photo")
}

/// The root mean square difference in levels.
fn difference(a: &Photo, b: &Photo) -> f64 {
    let squares = a.rgba().iter().zip(b.rgba());
    let squares = squares.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
    (squares.sum::<f64>() / a.rgba().len() as f64).sqrt()
}

#[test]
fn files_are_restored_near_what_they_show() {
    let denoiser = Denoiser::on_cpu(&model("photo-v2.safetensors")).expect("the weights");
    for name in [
        "grey.jpg",
        "baseline-444.jpg",
        "baseline-422.jpg",
        "baseline-420.jpg",
    ] {
        let bytes = file(name);
        let (photo, jpeg) = (decoded(&bytes), Jpeg::read(&bytes, 1 << 20));
        let task = Task::Jpeg {
            file: Rc::new(jpeg.expect("a file that is read")),
            reduced: None,
        };
        let restoration = restore(Request::new(photo.clone(), task), &denoiser);
        let restoration = restoration.expect("a restoration");
        let (mean, sample) = (&restoration.mean, &restoration.samples[0]);
        let off = [mean, sample].map(|result| difference(&photo, result));
        println!("{name:32} {off:.1?} levels from the decoded photo");
        assert!(off.iter().all(|off| *off < 10.0), "{name}: {off:?}");
        assert_eq!(restoration.noise, 0.0);
    }
}

/// A bicubic reduction has circular borders.
#[test]
fn an_edge_of_an_enlarged_file_does_not_see_the_opposite_one() {
    let denoiser = Denoiser::on_cpu(&model("photo-v2.safetensors")).expect("the weights");
    let size = 32;
    let level = |i: usize| {
        let (x, y) = (i % size, i / size);
        if 2 * x < size && 2 * y < size {
            30
        } else {
            220
        }
    };
    let rgb: Vec<u8> = (0..size * size).flat_map(|i| [level(i); 3]).collect();
    let sampling = |n| Sampling {
        horizontal: n,
        vertical: n,
    };
    for luma in [1, 2] {
        let layout = |n| Layout {
            sampling: sampling(n),
            table: [2; 64],
        };
        let empty = Jpeg::zeroed(size, size, &[layout(luma), layout(1), layout(1)]);
        let rgba = rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]);
        let photo = Photo::new(size, size, rgba.collect()).expect("a photo");
        let file = empty.expect("a layout").compressed(&photo);
        let task = Task::Jpeg {
            file: Rc::new(file.expect("a photo of its size")),
            reduced: Some((4, Reduction::Bicubic)),
        };
        let restoration = restore(Request::new(photo, task).with_samples(0), &denoiser);
        let mean = restoration.expect("a restoration").mean;
        let last = 4 * size - 1;
        let at = |x: usize, y: usize| i32::from(mean.rgba()[4 * (y * 4 * size + x)]);
        for (x, y, truth) in [(0, 0, 30), (last, 0, 220), (0, last, 220)] {
            let off = (at(x, y) - truth).abs();
            println!("luma {luma}: {off} levels at {x}, {y}");
            assert!(off <= 10, "luma {luma}: {off} levels at {x}, {y}");
        }
    }
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let denoiser = Denoiser::on_cpu(&model("photo-v2.safetensors")).expect("the weights");
    let refused = |photo: Photo, name: &str, noise: Noise| {
        let jpeg = Jpeg::read(&file(name), 1 << 20).expect("a file that is read");
        let task = Task::Jpeg {
            file: Rc::new(jpeg),
            reduced: None,
        };
        let request = Request::new(photo, task).with_noise(noise);
        restore(request, &denoiser).expect_err("a refusal")
    };
    let other = Photo::new(40, 40, vec![9; 4 * 40 * 40]).expect("a photo");
    let error = refused(other, "baseline-420.jpg", Noise::TaskDefault);
    assert!(matches!(error, Error::InvalidImage(_)), "{error}");
    let photo = decoded(&file("baseline-420.jpg"));
    let error = refused(photo, "baseline-420.jpg", Noise::Auto);
    assert!(matches!(error, Error::InvalidNoise(_)), "{error}");
}

/// Denoising a photo that shows a JPEG of little grain is restoring the file.
#[test]
fn a_photo_is_denoised_by_the_coefficients_of_its_file() {
    let denoiser = Denoiser::on_cpu(&model("photo-v2.safetensors")).expect("the weights");
    for name in ["grey.jpg", "baseline-420.jpg", "orientation-6.jpg"] {
        let bytes = file(name);
        let jpeg = Rc::new(Jpeg::read(&bytes, 1 << 20).expect("a file that is read"));
        let photo = decoded(&bytes).upright(jpeg.orientation());
        assert!(jpeg.shows(&photo), "{name}");
        let request = |photo: &Photo| {
            let request = Request::new(photo.clone(), Task::Denoise).with_samples(0);
            request.with_file(jpeg.clone())
        };
        let suited = request(&photo).suited();
        assert!(matches!(suited.task, Task::Jpeg { .. }), "{name}");
        let restored = restore(request(&photo), &denoiser).expect("a restoration");
        assert!(restored.consistency.expect("of a file") > 0.8, "{name}");

        // A level that is stated is the noise of the pixels.
        let stated = request(&photo).with_noise(Noise::Level(5.0));
        let stated = stated.suited();
        assert!(matches!(stated.task, Task::Denoise), "{name}");
        // Another photo than the file's, as a colour profile makes one.
        let brighter = photo.rgba().chunks_exact(4).flat_map(|p| {
            let [r, g, b] = [p[0], p[1], p[2]].map(|v| (u16::from(v) * 9 / 10 + 20) as u8);
            [r, g, b, 255]
        });
        let other = Photo::new(photo.width(), photo.height(), brighter.collect());
        let other = other.expect("a photo");
        assert!(!jpeg.shows(&other), "{name}");
        let pixels = request(&other).suited();
        assert!(matches!(pixels.task, Task::Denoise), "{name}");
    }
}

/// Enlarging a photo under its estimated noise is enlarging the file, whose coefficients say more
/// than pixels under white noise.
#[test]
fn a_photo_is_enlarged_by_the_coefficients_of_its_file() {
    let bytes = file("baseline-420.jpg");
    let jpeg = Rc::new(Jpeg::read(&bytes, 1 << 20).expect("a file that is read"));
    let suited = |reduction: Reduction, noise: Noise| {
        let factor = 2;
        let request = Request::new(decoded(&bytes), Task::SuperResolve { factor, reduction });
        let request = request.with_noise(noise).with_file(jpeg.clone());
        request.suited().task
    };
    for reduction in [Reduction::BlockMean, Reduction::Bicubic] {
        for noise in [Noise::Auto, Noise::TaskDefault] {
            let task = suited(reduction, noise);
            let Task::Jpeg { reduced, .. } = task else {
                panic!("{reduction:?}, {noise:?}: {task:?}");
            };
            assert_eq!(reduced, Some((2, reduction)));
        }
        let task = suited(reduction, Noise::Level(2.0));
        assert!(matches!(task, Task::SuperResolve { .. }), "{task:?}");
    }
    let task = suited(Reduction::Gaussian { sigma: 1.0 }, Noise::Auto);
    assert!(matches!(task, Task::SuperResolve { .. }), "{task:?}");
}

/// A restored photo compresses back to the file: the coefficients of its pixels, rounded to 8 bits,
/// round to the file's.
#[test]
fn restored_photos_compress_back_to_their_files() {
    let denoiser = Denoiser::on_cpu(&model("photo-v2.safetensors")).expect("the weights");
    let bytes = file("baseline-444.jpg");
    let jpeg = Jpeg::read(&bytes, 1 << 20).expect("a file that is read");
    let task = Task::Jpeg {
        file: Rc::new(jpeg.clone()),
        reduced: None,
    };
    let restoration = restore(Request::new(decoded(&bytes), task), &denoiser);
    let restoration = restoration.expect("a restoration");
    for result in [&restoration.mean, &restoration.samples[0]] {
        let (same, all) = compressed_back(result, &jpeg);
        println!("{same} of {all} coefficients of steps of at least 4 come back");
        assert!(same as f64 >= 0.99 * all as f64, "{same} of {all}");
    }
}

/// Of the coefficients with steps of at least 4 in blocks that lie in the photo, those that it
/// compresses back to, and all of them.
fn compressed_back(photo: &Photo, file: &Jpeg) -> (usize, usize) {
    let again = file.compressed(photo).expect("a photo of the file's size");
    let (mut same, mut all) = (0, 0);
    for (ours, theirs) in file.components().iter().zip(again.components()) {
        let [wide, high] = [photo.width() / 8, photo.height() / 8];
        let inside = |i: &usize| i % ours.blocks_wide() < wide && i / ours.blocks_wide() < high;
        for i in (0..ours.blocks().len()).filter(inside) {
            for k in (0..64).filter(|&k| ours.table()[k] >= 4) {
                all += 1;
                same += usize::from(ours.blocks()[i][k] == theirs.blocks()[i][k]);
            }
        }
    }
    (same, all)
}

/// A file with an orientation is restored as it is stored, and the result turned.
#[test]
fn files_are_turned_after_they_are_restored() {
    let denoiser = Denoiser::on_cpu(&model("photo-v2.safetensors")).expect("the weights");
    let bytes = file("orientation-6.jpg");
    let turned = Jpeg::read(&bytes, 1 << 20).expect("a file that is read");
    let mut stored = turned.clone();
    stored.set_orientation(Orientation::default());
    let restored = |jpeg: &Jpeg| {
        let photo = decoded(&bytes).upright(jpeg.orientation());
        let task = Task::Jpeg {
            file: Rc::new(jpeg.clone()),
            reduced: None,
        };
        let request = Request::new(photo, task).with_samples(2);
        restore(request, &denoiser).expect("a restoration")
    };
    let (turned_first, stored) = (restored(&turned), restored(&stored));
    let upright = |photo: &Photo| photo.clone().upright(turned.orientation());
    assert_eq!(turned_first.mean, upright(&stored.mean));
    assert_eq!(turned_first.samples[1], upright(&stored.samples[1]));
    let deviation = stored.deviation.expect("of two samples");
    assert_eq!(turned_first.deviation, Some(upright(&deviation)));
    assert_eq!(turned_first.consistency, stored.consistency);
    assert!(stored.consistency.expect("a share") > 0.8);
}

/// The mean of the Gaussian posterior meets the file's coefficients: at little rounding, w0 is the
/// decoded photo.
#[test]
fn the_linear_estimate_meets_the_coefficients() {
    let device = ComputeDevice::cpu_f64();
    let fine = Tables {
        luma: [1.0; 64],
        chroma: [1.0; 64],
    };
    let operator = FullJpeg::new(&fine, SIZE, &device).expect("whole blocks");
    let x = draw([1, 3, SIZE[0], SIZE[1]], 3, &device) * 0.3;
    let y = operator.apply(x.clone());
    let measurement = Measurement {
        operator: Rc::new(operator),
        y,
        s2: device.scalar(0.0),
    };
    let fourier = Fourier::new(SIZE[0], SIZE[1], &device);
    let prior = GaussianPrior::new(PriorModel::PHOTO_V2, fourier);
    let w0 = Posterior::new(measurement, prior).linear_estimate();
    let off = (w0 - x).square().mean().sqrt().into_scalar::<f64>() * LEVEL;
    assert!(off < 1.0, "{off} levels");
}
