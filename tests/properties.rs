//! Properties of all operators for random parameters, in f64: linearity, adjointness, the normal
//! equations, and variances between 0 and tau².

mod common;

use std::rc::Rc;

use burn::tensor::Tensor;
use common::dense::{columns, draw};
use eps_restore::Kernel;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::operators::{
    Bayer, BlockMean, ChannelMix, CircularConvolution, Decimation, Hadamard, Identity,
    LinearOperator, Mask, VarianceSource,
};
use proptest::prelude::*;

/// An operator, and the size of its images.
type Sized = (Rc<dyn LinearOperator>, [usize; 2]);

#[derive(Debug, Clone)]
enum Family {
    Identity,
    Mask(f64, bool),
    Bayer(usize),
    BlockMean(usize),
    Bicubic(usize),
    GaussianDecimation(usize, f64),
    Motion(f64, f64),
    Kernel(Vec<f64>),
    Mix([f64; 3]),
    Hadamard(f64, u64),
}

fn family() -> impl Strategy<Value = Family> {
    let factor = || 2..5_usize;
    let weight = || -1.0..1.0;
    prop_oneof![
        Just(Family::Identity),
        (-2.0..2.0, any::<bool>()).prop_map(|(level, colour)| Family::Mask(level, colour)),
        (0..4_usize).prop_map(Family::Bayer),
        factor().prop_map(Family::BlockMean),
        factor().prop_map(Family::Bicubic),
        (factor(), 0.3..4.0).prop_map(|(f, sigma)| Family::GaussianDecimation(f, sigma)),
        (0.5..14.0, 0.0..180.0).prop_map(|(length, angle)| Family::Motion(length, angle)),
        prop::collection::vec(0.01..1.0, 12).prop_map(Family::Kernel),
        [weight(), weight(), weight()].prop_map(Family::Mix),
        (0.05..1.0, 0..100_u64).prop_map(|(ratio, seed)| Family::Hadamard(ratio, seed)),
    ]
}

impl Family {
    /// The operator for images of about `size`: odd, prime and oblong where it allows them.
    fn build(&self, size: [usize; 2], device: &ComputeDevice) -> Sized {
        let multiple = |f: usize| size.map(|n| n.next_multiple_of(f));
        let plan = |[height, width]: [usize; 2]| Fourier::new(height, width, device);
        let blur = |kernel: Kernel| -> Rc<dyn LinearOperator> {
            let kernel = kernel.circular(size[0], size[1]).expect("it fits");
            Rc::new(CircularConvolution::new(kernel, plan(size)).expect("it fits"))
        };
        match self {
            Self::Identity => (Rc::new(Identity), size),
            Self::Mask(level, colour) => {
                let planes = if *colour { 3 } else { 1 };
                let noise = draw([1, planes, size[0], size[1]], 7, device);
                let known = noise.greater_elem(*level).float().cast(device.dtype());
                (Rc::new(Mask::new(known)), size)
            }
            Self::Bayer(i) => {
                let mask = Mask::bayer(Bayer::ALL[*i], size[0], size[1], device);
                (Rc::new(mask), size)
            }
            Self::BlockMean(f) => {
                let [height, width] = multiple(*f);
                let mean = BlockMean::new(*f, height, width, device);
                (Rc::new(mean.expect("a multiple")), [height, width])
            }
            Self::Bicubic(f) => {
                let size = multiple(*f);
                let reduction = Decimation::bicubic(*f, plan(size));
                (Rc::new(reduction.expect("a multiple")), size)
            }
            Self::GaussianDecimation(f, sigma) => {
                let size = multiple(*f);
                let reduction = Decimation::gaussian(*f, *sigma, plan(size));
                (Rc::new(reduction.expect("a multiple")), size)
            }
            Self::Motion(length, angle) => {
                (blur(Kernel::motion(*length, *angle).expect("valid")), size)
            }
            Self::Kernel(weights) => (
                blur(Kernel::new(4, 3, weights.clone()).expect("valid")),
                size,
            ),
            Self::Mix(weights) => {
                let mix = ChannelMix::new(*weights);
                (Rc::new(mix.expect("finite weights")), size)
            }
            Self::Hadamard(ratio, seed) => {
                let rows = Hadamard::new(*ratio, *seed, plan([16, 16]));
                (Rc::new(rows.expect("powers of two")), [16, 16])
            }
        }
    }
}

fn norm(x: Tensor<4>) -> f64 {
    columns(x, 1).norm()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(96)
    })]

    #[test]
    fn every_operator_keeps_the_contract(
        family in family(),
        height in 15..24_usize,
        width in 15..24_usize,
        log_tau in -6.2..4.4_f64,
        log_sigma in -5.3..-0.7_f64,
        a in -2.0..2.0_f64,
    ) {
        let device = ComputeDevice::cpu_f64();
        let (operator, [height, width]) = family.build([height, width], &device);
        let image = [1, 3, height, width];
        let (x, m) = (draw(image, 1, &device), draw(image, 2, &device));
        let y = operator.observed(draw(operator.measurement_shape(image), 3, &device));
        let scale = norm(x.clone()) + norm(m.clone());

        let sum = operator.apply(x.clone() * a + m.clone());
        let parts = operator.apply(x.clone()) * a + operator.apply(m.clone());
        prop_assert!(norm(sum - parts) < 1e-12 * scale, "linearity");

        let aty = operator.adjoint(y.clone());
        let ax = operator.apply(x.clone());
        let left = columns(ax, 1).dot(&columns(y.clone(), 1));
        let right = columns(x, 1).dot(&columns(aty, 1));
        prop_assert!((left - right).abs() < 1e-11 * scale * norm(y.clone()), "adjointness");

        // (mu - m)/v + Aᵀ (A mu - y)/s2 = 0, relative to the size of its terms.
        let (v, s2) = ((2.0 * log_tau).exp(), (2.0 * log_sigma).exp());
        let (tau2, sigma2) = (device.scalar(v), device.scalar(s2));
        let mu = operator.update((&m).into(), tau2, (&y).into(), sigma2).tensor();
        let prior = (mu.clone() - m.clone()) / v;
        let data = operator.adjoint(operator.apply(mu) - y.clone()) / s2;
        let size = norm(prior.clone()) + norm(m) / v + norm(y) / s2;
        prop_assert!(norm(prior + data) < 1e-9 * size, "normal equations");

        let VarianceSource::Closed(closed) = operator.prior_update().noise_variances() else {
            panic!("a closed form");
        };
        for variance in [
            closed.pixel_variance(device.scalar(v), device.scalar(s2)),
            closed.band_variances(device.scalar(v), device.scalar(s2)),
        ] {
            let share = columns(variance.tensor() / v, 1);
            let (least, greatest) = (share.min(), share.max());
            prop_assert!(least > 0.0 && greatest < 1.0 + 1e-9, "{least} to {greatest}");
        }
    }
}
