//! What JPEG operators of all samplings share: variances, maps, and the Gaussian posterior, by
//! conjugate gradients in image space (docs/method.md, sections 10.3 to 10.6).

use burn::tensor::Tensor;
use nalgebra::{Matrix3, Vector3};

use super::bands::band_maps;
use super::frequencies::{
    BinEigenvalues, Matrices, as_filter, eigenvalue, in_space, inverted, numbers, of_image, pairs,
};
use crate::compute::block_dct::{BLOCK, FREQUENCIES, through, tiled};
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::operators::{DataMap, GaussianUpdate, LinearOperator, NoiseVariances};
use crate::prior::{GaussianPrior, KAPPA2};

/// The precision of a prior at a frequency of a block, and at an eigenvalue of -Laplacian. What
/// folds onto the frequency has another eigenvalue than its own.
pub type PriorPrecision<'a> = &'a dyn Fn(usize, f64) -> Matrix3<f64>;

/// A measurement of the coefficients of blocks.
pub trait BlockMeasurement: LinearOperator {
    /// The iterations of w0 and g.
    fn iterations(&self) -> usize;

    /// The size of the images.
    fn size(&self) -> [usize; 2];

    /// The device of the images.
    fn device(&self) -> &ComputeDevice;

    /// N: the precision that the measurement adds at each frequency to the precision `prior`,
    /// for grain of variance `grain`.
    fn information(&self, prior: PriorPrecision<'_>, grain: f64) -> Matrices;

    /// y ↦ Aᵀ R^-1 y for grain of these variances, one an image.
    fn weighting<'a>(&'a self, grain: &[f64]) -> DataMap<'a>;

    /// x ↦ Aᵀ R^-1 A x.
    fn normal<'a>(&'a self, grain: &[f64]) -> DataMap<'a> {
        let weighting = self.weighting(grain);
        Box::new(move |x| weighting(self.apply(x)))
    }

    /// b with (A (G + s2) Aᵀ + R) b = `residual`, for a covariance G of the images, x ↦ G x, of the
    /// mean variance `level`, where the equations of [`Self::normal`] are ill conditioned
    /// for a wide G. None where they are not.
    fn coefficient_step(
        &self,
        _covariance: &dyn Fn(Tensor<4>) -> Tensor<4>,
        _level: &[f64],
        _grain: &[f64],
        _residual: Tensor<4>,
    ) -> Option<Tensor<4>> {
        None
    }
}

/// The covariances (prior + N)^-1 at each frequency.
pub(super) fn covariances(
    measurement: &dyn BlockMeasurement,
    prior: PriorPrecision<'_>,
    grain: f64,
) -> Matrices {
    let information = measurement.information(prior, grain);
    let at = |(k, n): (usize, Matrix3<f64>)| inverted(prior(k, eigenvalue(k)) + n);
    information.into_iter().enumerate().map(at).collect()
}

/// The covariances of S(v) for each image.
fn of_white(measurement: &dyn BlockMeasurement, v: &Tensor<4>, s2: &Tensor<4>) -> Vec<Matrices> {
    let of_image = |[v, grain]: [f64; 2]| {
        let prior = |_, _| Matrix3::identity() / v;
        covariances(measurement, &prior, grain)
    };
    pairs(v, s2).into_iter().map(of_image).collect()
}

impl<Jpeg: BlockMeasurement> NoiseVariances for Jpeg {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let images = of_white(self, &v, &s2);
        tiled(diagonals_in_space(&images, self.device()), self.size()).into()
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let colours = |image: &Matrices| {
            let on_axes: Vec<Vector3<f64>> = image.iter().map(Matrix3::diagonal).collect();
            let luma = std::array::from_fn(|k| on_axes[k][0]);
            let chroma = std::array::from_fn(|k| (on_axes[k][1] + on_axes[k][2]) / 2.0);
            [luma, chroma]
        };
        let images: Vec<[[f64; FREQUENCIES]; 2]> =
            of_white(self, &v, &s2).iter().map(colours).collect();
        tiled(band_maps(&images, self.device()), self.size()).into()
    }
}

fn diagonals_in_space(images: &[Matrices], device: &ComputeDevice) -> Tensor<4> {
    let diagonals = |image: &Matrices| image.iter().map(Matrix3::diagonal).collect();
    let diagonals: Vec<Vec<Vector3<f64>>> = images.iter().map(diagonals).collect();
    in_space(&diagonals, device)
}

/// A measurement whose Gaussian posterior is solved for on all axes together, in image space.
pub(super) trait SolvedInImageSpace: BlockMeasurement {}

impl<Jpeg: SolvedInImageSpace> GaussianUpdate for Jpeg {
    fn linear_estimate(&self, prior: &GaussianPrior, y: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let grain = numbers(&s2);
        let right = self.weighting(&grain)(y);
        solve(self, prior, right, &[0.0], &grain)
    }

    fn mean(
        &self,
        prior: &GaussianPrior,
        [z, t2]: [Tensor<4>; 2],
        y: Tensor<4>,
        s2: Tensor<4>,
        _estimate: Tensor<4>,
    ) -> Tensor<4> {
        let grain = numbers(&s2);
        let precision: Vec<f64> = numbers(&t2).into_iter().map(f64::recip).collect();
        let query = Formula::from(z) / t2;
        let right = (query + self.weighting(&grain)(y)).tensor();
        solve(self, prior, right, &precision, &grain)
    }

    /// The variance of the preconditioner itself. An isolated block would hardly constrain its
    /// mean, so at frequency 0 the prior has what the other frequencies leave of its pixel variance
    /// given z (docs/method.md, section 10.6).
    fn variance(&self, prior: &GaussianPrior, t2: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let image = |[t2, grain]: [f64; 2]| {
            let lowest = lowest_precision(prior, t2.recip());
            let precision = |_, l: f64| match l {
                0.0 => Matrix3::from_diagonal(&lowest),
                l => precision_at(prior, l, t2.recip()),
            };
            covariances(self, &precision, grain)
        };
        let images: Vec<Matrices> = pairs(&t2, &s2).into_iter().map(image).collect();
        tiled(diagonals_in_space(&images, prior.device()), self.size())
    }
}

/// (Q + precision + Aᵀ R^-1 A)^-1 right, preconditioned by the inverse of its matrices at the
/// frequencies of a block, from that inverse of the right side.
fn solve(
    measurement: &dyn BlockMeasurement,
    prior: &GaussianPrior,
    right: Tensor<4>,
    precision: &[f64],
    grain: &[f64],
) -> Tensor<4> {
    let images = precision.len().max(grain.len());
    let inverse = |i: usize| {
        let prior_precision = |_, l: f64| precision_at(prior, l, of_image(precision, i));
        covariances(measurement, &prior_precision, of_image(grain, i))
    };
    let inverse = as_filter(&(0..images).map(inverse).collect::<Vec<_>>());
    let precondition = |r: Tensor<4>| through(&inverse, r);
    let per_image = [precision.len(), 1, 1, 1];
    let added = prior.device().tensor(precision.to_vec(), per_image);
    let (q, normal) = (prior.in_space(), measurement.normal(grain));
    let multiply = |x: Tensor<4>| {
        let product = q.times(x.clone()) + normal(x.clone());
        (Formula::from(x) * &added + product).tensor()
    };
    let start = precondition(right.clone());
    let after = Stop::After(measurement.iterations());
    conjugate_gradients(multiply, precondition, right, Some(start), &after)
}

/// diag(c) (kappa² + l) + precision.
fn precision_at(prior: &GaussianPrior, l: f64, precision: f64) -> Matrix3<f64> {
    let c = Vector3::from(prior.model().stiffness);
    Matrix3::from_diagonal(&c.map(|c| c * (KAPPA2 + l) + precision))
}

/// The prior's precision at frequency 0 of a block that is not isolated.
fn lowest_precision(prior: &GaussianPrior, precision: f64) -> Vector3<f64> {
    let [height, width] = prior.fourier().size();
    let bins = BinEigenvalues::new([height, width]);
    Vector3::from(prior.model().stiffness).map(|c| {
        let variance = |l: f64| (c * (KAPPA2 + l) + precision).recip();
        let spectrum = (0..height * width).map(|i| variance(bins.at([i / width, i % width])));
        let pixel = spectrum.sum::<f64>() / (height * width) as f64;
        let others: f64 = (1..FREQUENCIES).map(|k| variance(eigenvalue(k))).sum();
        let left = (BLOCK * BLOCK) as f64 * pixel - others;
        left.clamp(variance(eigenvalue(1)), variance(0.0)).recip()
    })
}
