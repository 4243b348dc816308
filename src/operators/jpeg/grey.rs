//! Grey JPEG: luma alone is measured, and colours are free (docs/method.md, section 10.4).
//!
//! ```text
//! t = m_Y x,   y = T t + n,   E_t = sum over axes of m_Ya² E_a
//! (E_t^-1 + Tᵀ (R + s2 G_YY)^-1 T) d = Tᵀ (R + s2 G_YY)^-1 (y - A u)      x = u + E m_Yᵀ E_t^-1 d
//! ```
//!
//! Only the plane t is solved for: the free axes are a million times less certain, and would be
//! lost to rounding. y is `[B, 1, H, W]`, coefficients in place.

use burn::tensor::Tensor;
use nalgebra::{Matrix3, RowVector3};

use super::colour::{Tables, mixing};
use super::frequencies::{
    BinEigenvalues, Matrices, nearest_bin, nearest_frequency, numbers, of_image, pairs,
};
use super::full::check_size;
use super::posterior::{BlockMeasurement, PriorPrecision};
use crate::compute::block_dct::{
    BLOCK, FREQUENCIES, FrequencyMatrices, forward, inverse, through, weigh,
};
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::error::Error;
use crate::operators::{DataMap, GaussianUpdate, LinearOperator, PriorUpdate};
use crate::prior::{GaussianPrior, KAPPA2};

/// A grey JPEG file.
#[derive(Clone, Debug)]
pub struct GreyJpeg {
    size: [usize; 2],
    /// At the bins of a DFT of that size.
    eigenvalues: BinEigenvalues,
    device: ComputeDevice,
    /// m_Y.
    row: RowVector3<f64>,
    /// The diagonal of R.
    r: [f64; FREQUENCIES],
}

impl GreyJpeg {
    /// For images of `size`. `tables`: luma's counts.
    ///
    /// # Errors
    /// [`Error::InvalidImage`] if a side is not a multiple of 8.
    pub fn new(tables: &Tables, size: [usize; 2], device: &ComputeDevice) -> Result<Self, Error> {
        check_size(size, [BLOCK; 2])?;
        let [r, _] = tables.variances();
        Ok(Self {
            size,
            eigenvalues: BinEigenvalues::new(size),
            device: device.clone(),
            row: mixing().row(0).into(),
            r,
        })
    }

    /// |m_Y|².
    fn power(&self) -> f64 {
        self.row.norm_squared()
    }

    /// m_Yᵀ or its squares, `[1, 3, 1, 1]`.
    fn column(&self, of: impl Fn(f64) -> f64, device: &ComputeDevice) -> Tensor<4> {
        let column = self.row.iter().map(|m| of(*m)).collect();
        device.tensor(column, [1, 3, 1, 1])
    }

    /// A number at each frequency for each image's variance of grain.
    fn filter(&self, grain: &[f64], at: impl Fn(f64, f64) -> f64) -> FrequencyMatrices {
        FrequencyMatrices::new([grain.len(), 1, 1], |image, _, _, k| {
            at(self.r[k], grain[image] * self.power())
        })
    }

    /// m_Y x.
    fn luma(&self, x: Tensor<4>) -> Tensor<4> {
        let column = self.column(|m| m, &ComputeDevice::of(&x));
        (x * column).sum_dim(1)
    }

    /// The mean of x ~ N(u, F^-1 E F) given y; E is the prior's given a query at `t2`, or the
    /// prior's own.
    fn stationary_mean(
        &self,
        prior: &GaussianPrior,
        [u, e]: [Tensor<4>; 2],
        t2: Option<&[f64]>,
        y: Tensor<4>,
        grain: &[f64],
    ) -> Tensor<4> {
        let t = (e.clone() * self.column(|m| m * m, prior.device())).sum_dim(1);
        let precision = t.clone().recip();
        let weights = self.filter(grain, |r, s2| (r + s2).recip());
        let images = t2.map_or(1, <[f64]>::len).max(grain.len());
        let preconditioner = FrequencyMatrices::new([images, 1, 1], |image, _, _, k| {
            let own = self.plane_variance(
                prior,
                self.near_eigenvalue(k),
                t2.map(|t2| of_image(t2, image)),
            );
            let measured = self.r[k] + of_image(grain, image) * self.power();
            (own.recip() + measured.recip()).recip()
        });
        let fourier = prior.fourier();
        let residual = y - self.apply(u.clone());
        let right = inverse(weigh(&weights, residual));
        let precondition = |r| through(&preconditioner, r);
        let multiply =
            |x: Tensor<4>| fourier.filter(x.clone(), precision.clone()) + through(&weights, x);
        let start = precondition(right.clone());
        let stop = Stop::After(self.iterations());
        let d = conjugate_gradients(multiply, precondition, right, Some(start), &stop);
        let spread = e * self.column(|m| m, prior.device()) / t;
        u + fourier.filter(d.repeat_dim(1, 3), spread)
    }

    /// The eigenvalue of -Laplacian at the DFT bin nearest to frequency k of a block.
    fn near_eigenvalue(&self, k: usize) -> f64 {
        self.eigenvalues.at(nearest_bin(k, self.size))
    }

    /// E_t at an eigenvalue of -Laplacian.
    fn plane_variance(&self, prior: &GaussianPrior, l: f64, t2: Option<f64>) -> f64 {
        let axes = self.axis_variances(prior, l, t2);
        axes.iter()
            .zip(self.row.iter())
            .map(|(e, m)| e * m * m)
            .sum()
    }

    /// E of each axis.
    fn axis_variances(&self, prior: &GaussianPrior, l: f64, t2: Option<f64>) -> [f64; 3] {
        let added = t2.map_or(0.0, f64::recip);
        prior
            .model()
            .stiffness
            .map(|c| (c * (KAPPA2 + l) + added).recip())
    }

    /// q of one image: of x given t exactly, and what the uncertainty of t adds.
    fn axis_posteriors(&self, prior: &GaussianPrior, t2: f64, grain: f64) -> [f64; 3] {
        let [height, width] = self.size;
        let mut sums = [0.0; 3];
        for i in 0..height * width {
            let bin = [i / width, i % width];
            let l = self.eigenvalues.at(bin);
            let k = nearest_frequency(bin, self.size);
            let e = self.axis_variances(prior, l, Some(t2));
            let parts: [f64; 3] = std::array::from_fn(|a| e[a] * self.row[a] * self.row[a]);
            let t: f64 = parts.iter().sum();
            let own = self.plane_variance(prior, self.near_eigenvalue(k), Some(t2));
            let measured = self.r[k] + grain * self.power();
            let s = (own.recip() + measured.recip()).recip();
            for (a, sum) in sums.iter_mut().enumerate() {
                let others = parts[(a + 1) % 3] + parts[(a + 2) % 3];
                *sum += e[a] * others / t + e[a] * parts[a] * s / (t * t);
            }
        }
        sums.map(|sum| sum / (height * width) as f64)
    }
}

impl LinearOperator for GreyJpeg {
    fn measurement_shape(&self, [batch, _, height, width]: [usize; 4]) -> [usize; 4] {
        [batch, 1, height, width]
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        forward(self.luma(x))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        let column = self.column(|m| m, &ComputeDevice::of(&y));
        inverse(y) * column
    }

    fn noise(&self, white: Tensor<4>, s2: &Tensor<4>) -> Formula {
        let root = self.filter(&numbers(s2), |r, s2| (r + s2).sqrt());
        weigh(&root, white).into()
    }

    fn whitened(&self, r: Tensor<4>, s2: &Tensor<4>) -> Formula {
        let inverse = self.filter(&numbers(s2), |r, s2| (r + s2).powf(-0.5));
        weigh(&inverse, r).into()
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let m = m.tensor();
        let residual = (y - self.apply(m.clone())).tensor();
        let numbers = pairs(&v, &s2);
        let gain = FrequencyMatrices::new([numbers.len(), 1, 1], |image, _, _, k| {
            let [v, s2] = numbers[image];
            v / ((v + s2) * self.power() + self.r[k])
        });
        Formula::from(m) + self.adjoint(weigh(&gain, residual))
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Custom(self)
    }
}

impl GaussianUpdate for GreyJpeg {
    fn linear_estimate(&self, prior: &GaussianPrior, y: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let [batch, _, height, width] = y.dims();
        let zero = ComputeDevice::of(&y).zeros([batch, 3, height, width]);
        let e = prior.spectrum();
        self.stationary_mean(prior, [zero, e], None, y, &numbers(&s2))
    }

    fn mean(
        &self,
        prior: &GaussianPrior,
        [z, t2]: [Tensor<4>; 2],
        y: Tensor<4>,
        s2: Tensor<4>,
        _estimate: Tensor<4>,
    ) -> Tensor<4> {
        let of_query = numbers(&t2);
        let (u, e) = prior.given_query(z, t2);
        self.stationary_mean(prior, [u, e], Some(&of_query), y, &numbers(&s2))
    }

    fn variance(&self, prior: &GaussianPrior, t2: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let images = pairs(&t2, &s2);
        let of_image = |&[t2, grain]: &[f64; 2]| self.axis_posteriors(prior, t2, grain);
        let values: Vec<f64> = images.iter().flat_map(of_image).collect();
        prior.device().tensor(values, [images.len(), 3, 1, 1])
    }
}

impl BlockMeasurement for GreyJpeg {
    fn iterations(&self) -> usize {
        3
    }

    fn size(&self) -> [usize; 2] {
        self.size
    }

    fn device(&self) -> &ComputeDevice {
        &self.device
    }

    fn information(&self, _: PriorPrecision<'_>, grain: f64) -> Matrices {
        let normal: Matrix3<f64> = self.row.transpose() * self.row;
        let at = |r: &f64| normal / (r + grain * self.power());
        self.r.iter().map(at).collect()
    }

    fn weighting<'a>(&'a self, grain: &[f64]) -> DataMap<'a> {
        let filter = self.filter(grain, |r, s2| (r + s2).recip());
        Box::new(move |y| self.adjoint(weigh(&filter, y)))
    }
}
