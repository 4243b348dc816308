//! Single facts of single operators that the contract's table has no column for.

mod common;

use std::rc::Rc;

use burn::tensor::Tensor;
use common::cases::operators;
use common::dense::{Dense, columns, draw};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::operators::{
    BlockMean, Decimation, Iterative, LinearMap, PriorUpdate, SpectralOperator, block_mean_kernel,
};
use eps_restore::low_level::restoration::converged;
use nalgebra::DVector;

/// A block mean is the decimation whose kernel is 1/f² on the f² pixels up to and including the
/// first of each block.
#[test]
fn a_block_mean_is_a_filtered_decimation() {
    let (size, factor, device) = ([18, 24], 3, ComputeDevice::cpu_f64());
    let fourier = Fourier::new(size[0], size[1], &device);
    let kernel = block_mean_kernel(factor, size).expect("3 divides");
    let filtered = Decimation::new(factor, kernel, fourier.clone()).expect("3 divides");
    let block = BlockMean::new(factor, size[0], size[1], &device).expect("3 divides");
    let x = draw([2, 3, size[0], size[1]], 1, &device);
    let y = draw([2, 3, size[0] / factor, size[1] / factor], 2, &device);
    let (v, s2) = (device.scalar(0.4), device.scalar(0.01));
    let both: [&dyn SpectralOperator; 2] = [&filtered, &block];
    let quantities = both.map(|operator| {
        [
            operator.apply(x.clone()),
            operator.adjoint(y.clone()),
            operator
                .update((&x).into(), v.clone(), (&y).into(), s2.clone())
                .tensor(),
            operator.pixel_variance(v.clone(), s2.clone()).tensor(),
            operator.band_variances(v.clone(), s2.clone()).tensor(),
        ]
    });
    let [filtered, block] = quantities;
    for (a, b) in filtered.into_iter().zip(block) {
        let error = (columns(a, 1) - columns(b, 1)).amax();
        println!("{error:.1e}");
        assert!(error < 1e-12, "{error:.1e}");
    }
}

/// An adjoint that is none is refused, and so is the residual of an iteration that did not
/// converge.
#[test]
fn what_is_no_adjoint_pair_is_refused() {
    struct Shift;
    impl LinearMap for Shift {
        fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
            image
        }
        fn apply(&self, x: Tensor<4>) -> Tensor<4> {
            Tensor::cat(vec![x.clone().narrow(3, 1, 15), x.narrow(3, 0, 1)], 3)
        }
        fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
            self.apply(y)
        }
    }
    let fourier = Fourier::new(16, 16, &ComputeDevice::cpu());
    let error = Iterative::checked(Rc::new(Shift), fourier).err();
    assert_eq!(error.map(|e| e.code()), Some("invalid-operator"));
    assert!(converged(0.99).is_ok());
    for residual in [1.01, f32::NAN] {
        let error = converged(residual).err();
        assert_eq!(error.map(|e| e.code()), Some("not-converged"));
    }
}

#[test]
fn local_normal_matrices_are_those_of_the_operator() {
    let device = ComputeDevice::cpu_f64();
    for case in operators() {
        let size = case.sizes[0];
        let operator = case.operator(size, &device);
        let x = draw([2, 3, size[0], size[1]], 4, &device);
        let PriorUpdate::Spatial(update) = operator.prior_update() else {
            continue;
        };
        let product = operator.adjoint(operator.apply(x.clone()));
        let off = columns(update.normal(x) - product, 1).amax();
        assert!(off < 1e-13, "{}: AᵀA by {off:.1e}", case.name);
        let dense = Dense::new(&case, size);
        let truth = (dense.a.transpose() * &dense.a).diagonal();
        let n = truth.len();
        let got: DVector<f64> = columns(update.diagonal(), n).column(0).into();
        let off = (got - truth).amax();
        assert!(off < 1e-13, "{}: its diagonal by {off:.1e}", case.name);
    }
}
