//! The noise of measurements: draws of it and whitened residuals of every operator, and operators
//! under noise that differs from entry to entry, against dense matrices in f64. Golden vectors hold
//! the closed forms of masks and convolutions; here are those that iterate.

mod common;

use std::rc::Rc;

use burn::tensor::Tensor;
use common::cases;
use common::dense::{Dense, Size, columns, draw, inverse, relative_error};
use common::digits::variances;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::operators::{
    BlockMean, ChannelMix, CircularConvolution, Iterative, LinearOperator, Mask, MaskedBlockMean,
    Tolerance, compose,
};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::GaussianPrior;
use eps_restore::low_level::prior::model::PriorModel;
use nalgebra::{DMatrix, DVector};

const SIZE: Size = [16, 18];
/// Pairs of tau and sigma_y: one image each of a batch.
const LEVELS: [(f64, f64); 3] = [(0.7, 0.1), (0.7, 0.01), (0.7, 0.03)];
const EXACT: Tolerance = Tolerance {
    pivot: 1e-11,
    rest: 1e-11,
    noise: 0.0,
};

/// Operators of each kind.
fn operators(device: &ComputeDevice) -> Vec<(&'static str, Rc<dyn LinearOperator>)> {
    let fourier = Fourier::new(SIZE[0], SIZE[1], device);
    let exactly = |iterative: Iterative| iterative.with_tolerance(EXACT);
    let means = || BlockMean::new(2, SIZE[0], SIZE[1], device).expect("2 divides the sides");
    let known = |[height, width]: Size| {
        let known = (0..height * width).map(|i| if i % 7 == 3 { 0.0 } else { 1.0 });
        Mask::new(device.tensor(known.collect(), [1, 1, height, width]))
    };
    let masked = MaskedBlockMean::new(2, known([8, 9]), &PriorModel::PHOTO_V2, fourier.clone());
    let masked = masked.expect("2 divides the sides").with_tolerance(EXACT);
    let grey = Rc::new(ChannelMix::bt601());
    let mean_of_known = compose(Rc::new(known(SIZE)), Rc::new(means()), fourier.clone());
    let grey_means = compose(Rc::new(means()), grey, fourier);
    vec![
        ("mask after block mean", Rc::new(masked)),
        ("block mean after mask", Rc::new(exactly(mean_of_known))),
        ("grey after block mean", Rc::new(exactly(grey_means))),
    ]
}

#[test]
fn pivots_and_means_are_exact_under_noise_of_each_entry() {
    let (device, t2) = (ComputeDevice::cpu_f64(), 0.49);
    for (name, operator) in operators(&device) {
        let shape = [1, 3, SIZE[0], SIZE[1]];
        let measured = operator.measurement_shape(shape);
        // Deviations from 0.05 to about 0.2, of every entry its own.
        let s2 = (draw(measured, 7, &device).abs() * 0.05 + 0.05).square();
        let y = operator.observed(draw(measured, 8, &device) * 0.4);
        let z = draw(shape, 9, &device);
        let dense = Dense::of(operator.as_ref(), 3, SIZE);
        let precision: DVector<f64> = columns(s2.clone().recip(), dense.a.nrows())
            .column(0)
            .into();
        let weighted = dense.a.transpose() * DMatrix::from_diagonal(&precision);
        let of = |x: &Tensor<4>, rows| columns(x.clone(), rows);
        let data = &weighted * of(&y, dense.a.nrows());
        let query = of(&z, dense.a.ncols()) / t2;
        let normal = &weighted * &dense.a;
        let n = normal.nrows();
        let identity = DMatrix::identity(n, n);
        let measurement = Measurement { operator, y, s2 };
        let fourier = Fourier::new(SIZE[0], SIZE[1], &device);
        let prior = GaussianPrior::new(PriorModel::PHOTO_V2, fourier);
        let posterior = Posterior::new(measurement, prior);

        let truth = inverse(&identity / t2 + &normal) * (&query + &data);
        let got = posterior.pivot(z.clone(), device.scalar(t2));
        let pivot = relative_error(&of(&got, n), &truth);

        let q = dense.prior_precision(&(0..3));
        let truth = inverse(q + &identity / t2 + &normal) * (query + data);
        let got = posterior.gaussian_mean(z, device.scalar(t2));
        let mean = relative_error(&of(&got, n), &truth);
        println!("{name:24} pivot {pivot:.1e} mean {mean:.1e}");
        assert!(pivot < 1e-9 && mean < 1e-9, "{name}");
    }
}

/// The identity under grain that has a colour, written as a convolution: draws of its noise have
/// the spectrum that was asked for.
#[test]
fn draws_of_coloured_noise_have_their_spectrum() {
    let device = ComputeDevice::cpu_f64();
    let fourier = Fourier::new(SIZE[0], SIZE[1], &device);
    let operator = CircularConvolution::identity(fourier.clone());
    let spectrum = |i: usize| 0.01 + 0.05 / (1.0 + (i % SIZE[1]).min(SIZE[1] - i % SIZE[1]) as f64);
    let s2 = (0..SIZE[0] * SIZE[1]).map(spectrum).collect();
    let s2: Tensor<4> = device.tensor(s2, [1, 1, SIZE[0], SIZE[1]]);
    let white = draw([400, 3, SIZE[0], SIZE[1]], 3, &device);
    let noise = operator.noise(white.clone(), &s2).tensor();
    let whitened = operator.whitened(noise.clone(), &s2).tensor();
    let off = (whitened - white).abs().max().into_scalar::<f64>();
    assert!(off < 1e-10, "whitened noise is off by {off:.1e}");
    let power = fourier.forward(noise).power() / (SIZE[0] * SIZE[1]) as f64;
    let mean = power.mean_dim(0).mean_dim(1);
    // 1200 draws of a power with two degrees of freedom: a deviation of 3 % at each frequency.
    let off = ((mean - s2.clone()) / s2).abs().max().into_scalar::<f64>();
    assert!(off < 0.2, "{off}");
}

#[test]
fn whitening_undoes_the_noise_and_the_truth_has_a_chi_square_of_one() {
    let device = ComputeDevice::cpu_f64();
    for (case, size) in cases::operators()
        .into_iter()
        .flat_map(|case| case.sizes.iter().map(move |&size| (case, size)))
    {
        let operator = case.operator(size, &device);
        let shape = [LEVELS.len(), 3, size[0], size[1]];
        let measured = operator.measurement_shape(shape);
        let [_, s2] = variances(&LEVELS, &device);
        let white = operator.observed(draw(measured, 6, &device));
        let noise = operator.noise(white.clone(), &s2).tensor();
        let whitened = columns(operator.whitened(noise, &s2).tensor(), 1);
        let error = relative_error(&whitened, &columns(white.clone(), 1));
        assert!(error < 1e-12, "{}: {error:.1e}", case.name);

        let entries = columns(operator.observed(white.ones_like()), 1).sum();
        if entries == 0.0 {
            continue;
        }
        let (x, y) = (draw(shape, 4, &device), device.zeros(measured));
        let measurement = Measurement { operator, y, s2 };
        let y = measurement.simulate(x.clone(), white);
        let chi_square = columns(measurement.with(y).chi_square(x), 1)[0];
        println!("{:24} {chi_square:.3} of {entries} entries", case.name);
        // Five deviations of the mean of squared normal draws.
        let off = (chi_square - 1.0).abs();
        assert!(
            off < 5.0 * (2.0 / entries).sqrt(),
            "{}: {chi_square}",
            case.name
        );
    }
}
