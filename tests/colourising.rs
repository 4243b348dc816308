//! Colourising: what hints of colour measure before the network does anything, which are refused,
//! and photos whose colours are decided at a smaller size.

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::prior::axes;
use eps_restore::low_level::prior::model::PriorModel;
use eps_restore::low_level::request::problem::{Problem, WindowProblem};
use eps_restore::low_level::request::windows::WindowPlan;
use eps_restore::low_level::restoration::coarsened::Coarsened;
use eps_restore::low_level::restoration::colours::{GreyPhoto, reductions};
use eps_restore::low_level::restoration::hints::Hints;
use eps_restore::{BT601, ColourHints, Error, GREY, Photo, Request, Task};

/// Rows and columns: the rows are fewer than the network's least image has.
const SIZE: [usize; 2] = [12, 40];
const LEVEL: u8 = 120;
/// Orange, of another brightness than the photo.
const HINT: [u8; 3] = [220, 120, 40];

fn photo(pixel: impl Fn(usize, usize) -> [u8; 4]) -> Photo {
    let [height, width] = SIZE;
    let pixels = (0..height * width).flat_map(|i| pixel(i / width, i % width));
    Photo::new(width, height, pixels.collect()).expect("four bytes a pixel")
}

/// Painted in the columns 4 to 9.
fn painted(column: usize) -> bool {
    (4..10).contains(&column)
}

fn hints(noise: f64) -> ColourHints {
    let [r, g, b] = HINT;
    let colours = photo(|_, column| [r, g, b, if painted(column) { 255 } else { 127 }]);
    ColourHints { colours, noise }
}

fn problem(task: Task) -> Result<WindowProblem, Error> {
    let request = Request::new(photo(|_, _| [LEVEL, LEVEL, LEVEL, 255]), task);
    let region = WindowPlan::of(&request)?.regions[0];
    let noise = request.check()?;
    let device = ComputeDevice::cpu();
    WindowProblem::new(&request, region, noise, PriorModel::PHOTO_V2, &device)
}

fn colorize(weights: [f64; 3], hints: ColourHints) -> Task {
    let hints = Some(hints);
    Task::Colorize { weights, hints }
}

/// The painted hue at the photo's brightness; beside the hint the prior lets it fade.
#[test]
fn the_linear_estimate_has_the_hint_and_the_brightness() {
    let built = problem(colorize(GREY, hints(ColourHints::NOISE))).expect("hints of its size");
    let Problem::Whole(posterior) = built.problem else {
        panic!("colourising measures the whole photo");
    };
    let rgb = axes::to_rgb(posterior.linear_estimate());
    let [_, _, height, width] = rgb.dims();
    let values = rgb.try_into_vec_as::<f32>().expect("on the CPU");
    let [top, left] = built.patch.at;
    let pixel = |column: usize| {
        let at = (top + SIZE[0] / 2) * width + left + column;
        [0, 1, 2].map(|c| 127.5 * (f64::from(values[c * height * width + at]) + 1.0))
    };
    let mean = |x: [f64; 3]| x.iter().sum::<f64>() / 3.0;
    let own = mean(HINT.map(f64::from));
    for column in [5, 8, 30] {
        let brightness = mean(pixel(column));
        // The grey has noise of 2 levels, and the prior pulls towards 127.5.
        assert!(
            (brightness - f64::from(LEVEL)).abs() < 1.0,
            "{brightness} at {column}"
        );
    }
    let tint = |column: usize, c: usize| pixel(column)[c] - mean(pixel(column));
    for (c, level) in HINT.into_iter().enumerate() {
        let wanted = f64::from(level) - own;
        let (got, far) = (tint(7, c), tint(30, c));
        // Six columns under noise of 8 levels know their mean to less than 3.
        assert!((got - wanted).abs() < 8.0, "{got} for {wanted}");
        assert!(far.abs() < 0.8 * got.abs() + 1.0, "{far} far from {got}");
    }
}

#[test]
fn hints_that_do_not_fit_are_refused() {
    let small = ColourHints {
        colours: Photo::new(1, 1, vec![255; 4]).expect("a pixel"),
        noise: 8.0,
    };
    let composed = Task::Compose {
        first: Box::new(colorize(GREY, hints(8.0))),
        second: Box::new(Task::Denoise),
    };
    for (task, code) in [
        (colorize(GREY, small), "invalid-image"),
        (colorize(GREY, hints(0.0)), "invalid-noise"),
        (colorize(GREY, hints(f64::NAN)), "invalid-noise"),
        (colorize(BT601, hints(8.0)), "invalid-option"),
        (composed, "invalid-option"),
    ] {
        let error = problem(task).err();
        assert_eq!(error.map(|e| e.code()), Some(code));
    }
}

/// The photo's own brightness under the colours of the small image, whatever the network answers.
#[test]
fn answers_take_their_colours_from_the_small_image() {
    let device = ComputeDevice::cpu_f64();
    let image = |seed, [height, width]: [usize; 2]| {
        WhiteNoise::new(seed, 0, &device).draw([1, 3, height, width]) * 0.3
    };
    let (factor, answer, coarse) = (4, image(1, [32, 48]), image(2, [8, 12]));
    let grey = answer.clone().mean_dim(1);
    let s2 = device.scalar(1e-4);
    let photo = GreyPhoto::new(grey, s2, PriorModel::PHOTO_V2, vec![factor]);
    let got = photo.posterior_given(axes::to_rgb(coarse.clone()), factor);
    let got = got.constrained(answer.clone());
    let means = avg_pool2d(got.clone(), AvgPoolOptions::new([factor; 2]));
    let largest = |x: Tensor<4>| x.abs().max().into_scalar::<f64>();
    let chroma = |x: Tensor<4>| x.narrow(1, 1, 2);
    assert!(largest(chroma(means) - chroma(coarse)) < 1e-9);
    let luma = |x: Tensor<4>| x.narrow(1, 0, 1);
    assert!(largest(luma(got) - luma(answer)) < 1e-12);
}

#[test]
fn photos_are_reduced_until_the_network_knows_what_they_show() {
    for (size, factors) in [
        ([128, 96], &[][..]),
        ([129, 40], &[2]),
        ([129, 31], &[]),
        ([1000, 40], &[2]),
        ([300, 200], &[4]),
        ([768, 1024], &[4, 2]),
        ([3024, 4032], &[4, 4, 2]),
    ] {
        assert_eq!(reductions(size), factors, "{size:?}");
    }
}

/// A grey that is no luma is solved at the photo's own size.
#[test]
fn large_photos_are_coloured_coarse_to_fine() {
    let grey = |weights, hints: bool| {
        let photo = Photo::new(300, 200, vec![99; 4 * 300 * 200]).expect("four bytes a pixel");
        let hints = hints.then(|| ColourHints {
            colours: photo.clone(),
            noise: 8.0,
        });
        let request = Request::new(photo, Task::Colorize { weights, hints });
        let region = WindowPlan::of(&request).expect("any size").regions[0];
        let noise = request.check().expect("a photo and its hints");
        let device = ComputeDevice::cpu();
        let built = WindowProblem::new(&request, region, noise, PriorModel::PHOTO_V2, &device);
        built.expect("a measurement").problem
    };
    let Problem::Coarsened(measured) = grey(GREY, false) else {
        panic!("its colours are decided at a smaller size");
    };
    assert_eq!(measured.reduction(), Some(4));
    assert_eq!(measured.reduced(4).reduction(), None);
    assert!(matches!(grey(BT601, false), Problem::Whole(_)));
    let Problem::Coarsened(hinted) = grey(GREY, true) else {
        panic!("so are they where there are hints");
    };
    assert_eq!(hinted.reduction(), Some(4));
}

/// A photo with an odd number of columns follows pictures of a quarter of its size, rounded up.
fn follows(small: &[[usize; 2]], samples: usize) -> Result<Problem, Error> {
    let plain =
        |[width, height]: [usize; 2]| Photo::new(width, height, vec![99; 4 * width * height]);
    let small = small
        .iter()
        .map(|&size| plain(size))
        .collect::<Result<_, Error>>()?;
    let photo = plain([301, 200])?;
    let request = Request::new(photo, Task::ColorizeFrom { small }).with_samples(samples);
    let region = WindowPlan::of(&request)?.regions[0];
    let (noise, device) = (request.check()?, ComputeDevice::cpu());
    let built = WindowProblem::new(&request, region, noise, PriorModel::PHOTO_V2, &device)?;
    Ok(built.problem)
}

#[test]
fn small_pictures_give_their_colours() {
    let Ok(Problem::FromCoarse { measured, coarse }) = follows(&[[76, 50]; 2], 1) else {
        panic!("the mean's, and a sample's");
    };
    assert_eq!(measured.reduction(), Some(4));
    assert_eq!(coarse.len(), 2);
    for image in coarse {
        measured.posterior_given(image, 4);
    }
}

#[test]
fn small_pictures_of_another_size_or_number_are_refused() {
    let message =
        |small: &[[usize; 2]], samples| follows(small, samples).expect_err("no").to_string();
    assert!(message(&[[75, 50]], 0).contains("of 301x200"));
    assert!(message(&[[76, 50], [151, 100]], 1).contains("rounded up"));
    assert!(message(&[[76, 50]], 1).contains("1 small pictures"));
    assert!(message(&[], 0).contains("0 small pictures"));
}

/// A line of 1 pixel is a hint of the small image too; its colour is the mean of what is painted.
#[test]
fn hints_are_reduced_with_the_photo() {
    let device = ComputeDevice::cpu_f64();
    let [height, width] = [16, 24];
    let painted: Vec<bool> = (0..height * width).map(|i| i % width == 9).collect();
    let chroma = device.tensor(
        (0..2 * height * width)
            .map(|i| 0.1 * (i / width % 4) as f64)
            .collect(),
        [1, 2, height, width],
    );
    let s2 = device.tensor(vec![3e-4, 4e-3, 4e-3], [1, 3, 1, 1]);
    let grey = device.tensor(vec![0.2; height * width], [1, 1, height, width]);
    let photo = GreyPhoto::new(grey, device.scalar(1e-4), PriorModel::PHOTO_V2, vec![4])
        .with_hints(Hints::new(chroma, painted, s2));
    let posterior = photo.reduced(4).posterior();
    let y = posterior.measurement().y.clone();
    let values: Vec<f64> = y.try_into_vec_as().expect("on the CPU");
    for (i, value) in values.into_iter().enumerate() {
        let (axis, column) = (i / 24, i % 6);
        let expected = match (axis, column) {
            (0, _) => 0.2 * 3.0_f64.sqrt(),
            (_, 2) => 0.15, // of 0, 0.1, 0.2 and 0.3
            _ => 0.0,
        };
        assert!((value - expected).abs() < 1e-12, "{value} at {i}");
    }
}
