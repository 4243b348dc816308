//! Tiles of the network: their sizes and weights, and that tiled means agree with untiled ones
//! without a visible seam.

mod common;

use std::path::PathBuf;
use std::rc::Rc;

use burn::tensor::Tensor;
use common::crops::centre_crop;
use common::dense::columns;
use common::model;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::tiling::{TileCount, TileSize, Tiling};
use eps_restore::low_level::denoiser::{Denoiser, PhotoDenoiser, Weights};
use eps_restore::low_level::operators::{BlockMean, CircularConvolution, Identity, LinearOperator};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::model::PriorModel;
use eps_restore::low_level::prior::{GaussianPrior, axes};
use eps_restore::low_level::restoration::{Progress, Run};
use eps_restore::{Error, Kernel, Sampler};

const SIDE: usize = 256;

/// Tiles of which an image of [`SIDE`] by [`SIDE`] pixels has nine.
fn small() -> TileSize {
    tile_size(128, 32)
}

fn tile_size(side: usize, overlap: usize) -> TileSize {
    TileSize::new(side, overlap).expect("a valid size")
}

#[test]
fn tile_sizes_without_a_valid_tiling_are_refused() {
    let sizes = [
        (0, 0),
        (4, 0),
        (100, 8),
        (32, 9),
        (32, 32),
        (64, 32),
        (256, 256),
    ];
    for (side, overlap) in sizes {
        let refused = TileSize::new(side, overlap);
        assert!(
            matches!(refused, Err(Error::InvalidOption(_))),
            "{refused:?}"
        );
    }
    assert_eq!(tile_size(256, 32), TileSize::default());
}

/// For all valid sizes up to 128 and all lengths up to 600: tiles are aligned, are not too long,
/// share at least the overlap, and no pixel is in more than two of them.
#[test]
fn every_valid_size_tiles_every_length() {
    for side in (8..=128).step_by(8) {
        for overlap in (0..=side / 3).step_by(8) {
            for length in 1..=600 {
                let tiling = Tiling::new([length, 1], tile_size(side, overlap));
                let spans: Vec<_> = tiling.tiles().iter().map(|t| t.rows.clone()).collect();
                let context = || format!("{side}, {overlap}, {length}: {spans:?}");
                assert_eq!(spans[0].start, 0, "{}", context());
                assert_eq!(spans[spans.len() - 1].end, length, "{}", context());
                let longest = if spans.len() == 1 {
                    side + overlap
                } else {
                    side
                };
                for span in &spans {
                    assert!(
                        span.start % 8 == 0 && span.len() <= longest,
                        "{}",
                        context()
                    );
                }
                for pair in spans.windows(2) {
                    assert!(pair[1].start + overlap <= pair[0].end, "{}", context());
                }
                for three in spans.windows(3) {
                    assert!(three[0].end <= three[2].start, "{}", context());
                }
            }
        }
    }
}

#[test]
fn tiles_are_counted_as_they_are_listed() {
    let lengths = [1, 7, 8, 100, 256, 257, 288, 289, 480, 481, 1000, 4095];
    for tiles in [
        TileSize::default(),
        small(),
        tile_size(96, 32),
        tile_size(8, 0),
        tile_size(40, 8),
    ] {
        for height in lengths {
            for width in lengths {
                let size = [height, width];
                assert_eq!(
                    tiles.count(size),
                    Tiling::new(size, tiles).count(),
                    "{size:?}"
                );
            }
        }
    }
}

/// 10^14 pixels, whose tiles no memory would hold.
#[test]
fn tiles_of_the_largest_images_are_counted() {
    let side = 10_000_000;
    let TileCount { tiles, pixels, .. } = TileSize::default().count([side, side]);
    // Each axis takes ceil((10^7 - 32)/224) tiles, and shares about 32 pixels at each seam.
    let along = 44_643;
    assert_eq!(tiles, along * along);
    let covered = 1e7 + 32.0 * (along - 1) as f64;
    let ratio = pixels as f64 / (covered * covered);
    assert!((1.0..1.01).contains(&ratio), "{ratio}");
    let most = TileSize::default().count([side, 1]).pixels;
    assert_eq!(pixels, most * most);
}

#[test]
fn tiles_cover_every_size_with_weights_that_sum_to_one() {
    let device = ComputeDevice::cpu_f64();
    let sizes = [
        [1, 1],
        [16, 500],
        [289, 256],
        [300, 4096],
        [1000, 777],
        [8191, 40],
    ];
    for size in sizes {
        let tiling = Tiling::new(size, TileSize::default());
        let mut sum: Tensor<4> = device.zeros([1, 1, size[0], size[1]]);
        for tile in tiling.tiles() {
            let (rows, columns) = (tile.rows.clone(), tile.columns.clone());
            assert!(rows.start % 8 == 0 && columns.start % 8 == 0, "{tile:?}");
            assert!(rows.len() <= 256 && columns.len() <= 256, "{tile:?}");
            let part = [0..1, 0..1, rows.clone(), columns.clone()];
            let weights = tiling.weights(tile, &device);
            let weights =
                weights.unwrap_or_else(|| device.full([1, 1, rows.len(), columns.len()], 1.0));
            let added = sum.clone().slice(part.clone()) + weights;
            sum = sum.slice_assign(part, added);
        }
        let sum = columns(sum, 1);
        assert!((sum.min() - 1.0).abs() < 1e-12, "{size:?}: {}", sum.min());
        assert!((sum.max() - 1.0).abs() < 1e-12, "{size:?}: {}", sum.max());
    }
}

#[test]
fn only_tiles_with_a_wanted_pixel_are_evaluated() {
    let size = [1000, 2000];
    let tiling = Tiling::new(size, TileSize::default());
    let mut wanted = vec![false; size[0] * size[1]];
    assert!(tiling.clone().covering(&wanted).tiles().is_empty());
    let (row, column) = (500, 1234);
    wanted[row * size[1] + column] = true;
    let chosen = tiling.clone().covering(&wanted);
    assert!(!chosen.tiles().is_empty());
    for tile in tiling.tiles() {
        let holds = tile.rows.contains(&row) && tile.columns.contains(&column);
        assert_eq!(chosen.tiles().contains(tile), holds, "{tile:?}");
    }
}

/// Means of 256×256 photos in tiles: how closely they agree with untiled ones, and whether the
/// borders of the tiles show.
#[test]
fn tiled_and_untiled_means_agree_without_a_seam() {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the committed weights");
    let device = ComputeDevice::cpu();
    let denoiser = || PhotoDenoiser::new(&weights, &device).expect("the committed weights");
    let (whole, tiled) = (denoiser(), denoiser().in_tiles(small()));
    let z = WhiteNoise::new(1, 1, &device).draw([1, 3, SIDE, SIDE]) * 80.0;
    for (photo, task) in [
        ("peppers", "denoise"),
        ("peppers", "deblur"),
        ("portrait", "super-resolve"),
    ] {
        let posterior = problem(photo, task, &device);
        assert_eq!((whole.parts(&posterior), tiled.parts(&posterior)), (1, 9));
        let mean = |denoiser: &PhotoDenoiser| {
            let level = denoiser.level(&posterior, 80.0);
            denoiser.denoise(&posterior, z.clone(), &level)
        };
        let (whole, tiled) = (mean(&whole), mean(&tiled));
        let agreement = psnr(&whole, &tiled);
        assert!(agreement >= 40.0, "{photo}, {task}: {agreement:.1} dB");
        let seam = seam(&tiled, &whole);
        assert!((seam - 1.0).abs() < 0.02, "{photo}, {task}: {seam:.4}");
        println!("{photo}, {task}: {agreement:.1} dB, gradient at tile borders {seam:.4}");
    }
}

/// A caller may pause or stop a restoration between two tiles.
#[test]
fn a_step_is_advanced_tile_by_tile() {
    let bytes = model("photo-v2.safetensors");
    let weights = Weights::read(&bytes).expect("the committed weights");
    let device = ComputeDevice::cpu();
    let denoiser = PhotoDenoiser::new(&weights, &device).expect("the committed weights");
    let denoiser = Rc::new(denoiser.in_tiles(tile_size(96, 32)));
    let restoration = || {
        let posterior = problem("peppers", "denoise", &device);
        Run::new(denoiser.clone(), posterior, Sampler::DEFAULT, 0, 1).expect("valid")
    };
    let mut parts = Vec::new();
    let mut advanced = restoration();
    let total = advanced.total_tiles();
    while let Some(progress) = advanced.advance() {
        parts.push(matches!(progress, Progress::Step(_)));
    }
    assert_eq!((parts.len(), total, advanced.tiles()), (17, 16, 16));
    let steps = parts.iter().enumerate().filter(|(_, step)| **step);
    assert_eq!(steps.map(|(i, _)| i).collect::<Vec<_>>(), [0, 16]);

    let mut stepped = restoration();
    while stepped.step().is_some() {}
    let [a, b] = [advanced, stepped].map(|r| r.mean().expect("finished"));
    assert_eq!((a - b).abs().max().into_scalar::<f64>(), 0.0);
}

/// The posterior of a sample photo under the noisy measurement of a task.
fn problem(photo: &str, task: &str, device: &ComputeDevice) -> Posterior {
    let file = format!("www/samples/{photo}.jpg");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
    let prior = PriorModel::PHOTO_V2;
    let truth = centre_crop(&path, SIDE, device).expect("a sample photo");
    let truth = axes::from_rgb(truth);
    let fourier = Fourier::new(SIDE, SIDE, device);
    let (operator, sigma): (Rc<dyn LinearOperator>, f64) = match task {
        "denoise" => (Rc::new(Identity), 0.2),
        "deblur" => {
            let kernel = Kernel::gaussian(1.6).and_then(|k| k.circular(SIDE, SIDE));
            let kernel = kernel.expect("it fits");
            let blur = CircularConvolution::new(kernel, fourier.clone()).expect("it fits");
            (Rc::new(blur), 0.02)
        }
        _ => {
            let mean = BlockMean::new(4, SIDE, SIDE, device).expect("4 divides");
            (Rc::new(mean), 0.02)
        }
    };
    let noise = WhiteNoise::new(1, 0, device).draw(operator.measurement_shape(truth.dims()));
    let measurement = Measurement {
        y: operator.apply(truth) + noise * sigma,
        operator,
        s2: device.scalar(sigma * sigma),
    };
    Posterior::new(measurement, GaussianPrior::new(prior, fourier))
}

/// The PSNR of two images in [-1, 1], in dB.
fn psnr(a: &Tensor<4>, b: &Tensor<4>) -> f64 {
    let shown = |x: &Tensor<4>| axes::to_rgb(x.clone()).clamp(-1.0, 1.0);
    let mse = (shown(a) - shown(b)).square().mean();
    10.0 * (4.0 / mse.into_scalar::<f64>()).log10()
}

/// The mean horizontal gradient at the first and last columns of tiles, over that at all other
/// columns. Both gradients are relative to those of the untiled image at the same columns, because
/// a photo's own gradients differ from column to column.
fn seam(tiled: &Tensor<4>, whole: &Tensor<4>) -> f64 {
    let tiling = Tiling::new([SIDE, SIDE], small());
    let borders = tiling.tiles().iter().flat_map(|tile| {
        let columns = tile.columns.clone();
        [columns.start, columns.end]
    });
    let borders: Vec<usize> = borders.filter(|c| (1..SIDE).contains(c)).collect();
    let gradient = |x: &Tensor<4>, at_borders: bool| {
        let difference = x.clone().narrow(3, 1, SIDE - 1) - x.clone().narrow(3, 0, SIDE - 1);
        let columns = difference.abs().mean_dims(&[1, 2]).reshape([SIDE - 1]);
        let columns: Vec<f64> = columns.try_into_vec_as().expect("on the CPU");
        let chosen = (1..SIDE).filter(|c| borders.contains(c) == at_borders);
        let chosen: Vec<f64> = chosen.map(|c| columns[c - 1]).collect();
        chosen.iter().sum::<f64>() / chosen.len() as f64
    };
    let share = |at_borders| gradient(tiled, at_borders) / gradient(whole, at_borders);
    share(true) / share(false)
}
