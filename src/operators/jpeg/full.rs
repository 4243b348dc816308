//! JPEG with chroma at full resolution (4:4:4): everything is a 3×3 matrix at each of the 64
//! frequencies (docs/method.md, section 10.3).
//!
//! ```text
//! A x = T M' x
//! update(m, v, y) = m + Tᵀ K (y - A m),   K = v M'ᵀ (v M' M'ᵀ + s2 G + R)^-1
//! N = M'ᵀ (R + s2 G)^-1 M',   S = (1/v + N)^-1
//! ```
//!
//! y holds Y, Cb and Cr, `[B, 3, H, W]`, coefficients in place.

use burn::tensor::Tensor;
use nalgebra::{Matrix3, Vector3};

use super::colour::{Boxes, Tables, mixing};
use super::frequencies::{Matrices, as_filter, inverted, numbers, pairs};
use super::posterior::{BlockMeasurement, PriorPrecision, SolvedInImageSpace};
use crate::compute::block_dct::{
    BLOCK, FREQUENCIES, FrequencyMatrices, forward, inverse, through, weigh,
};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::error::Error;
use crate::operators::{DataMap, LinearOperator, PriorUpdate};

/// A JPEG file of 4:4:4.
#[derive(Clone, Debug)]
pub struct FullJpeg {
    size: [usize; 2],
    device: ComputeDevice,
    /// M'.
    mixing: Matrix3<f64>,
    /// The diagonal of R at each frequency.
    r: Vec<Vector3<f64>>,
    boxes: Boxes,
}

impl FullJpeg {
    /// For images of `size`.
    ///
    /// # Errors
    /// [`Error::InvalidImage`] if a side is not a multiple of 8.
    pub fn new(tables: &Tables, size: [usize; 2], device: &ComputeDevice) -> Result<Self, Error> {
        check_size(size, [BLOCK; 2])?;
        let [luma, chroma] = tables.variances();
        let r = luma.iter().zip(chroma);
        Ok(Self {
            size,
            device: device.clone(),
            mixing: mixing(),
            boxes: Boxes::new(tables),
            r: r.map(|(luma, chroma)| Vector3::new(*luma, chroma, chroma))
                .collect(),
        })
    }

    /// R + s2 G at frequency k.
    fn noise_covariance(&self, k: usize, grain: f64) -> Matrix3<f64> {
        Matrix3::from_diagonal(&self.r[k]) + self.mixing * self.mixing.transpose() * grain
    }

    /// Its lower triangular root.
    fn noise_root(&self, k: usize, grain: f64) -> Matrix3<f64> {
        let covariance = self.noise_covariance(k, grain).cholesky();
        covariance.expect("a positive definite matrix").l()
    }

    /// A matrix at each frequency for each image's numbers.
    fn filter<Numbers: Copy>(
        images: &[Numbers],
        at: impl Fn(usize, Numbers) -> Matrix3<f64>,
    ) -> FrequencyMatrices {
        let of_image = |numbers: &Numbers| (0..FREQUENCIES).map(|k| at(k, *numbers)).collect();
        let images: Vec<Matrices> = images.iter().map(of_image).collect();
        as_filter(&images)
    }

    /// A matrix at every frequency.
    fn everywhere(m: Matrix3<f64>) -> FrequencyMatrices {
        Self::filter(&[()], |_, ()| m)
    }
}

/// Refuses images that are not whole MCUs.
pub(super) fn check_size([height, width]: [usize; 2], mcu: [usize; 2]) -> Result<(), Error> {
    if height > 0 && width > 0 && height.is_multiple_of(mcu[0]) && width.is_multiple_of(mcu[1]) {
        return Ok(());
    }
    Err(Error::InvalidImage(format!(
        "an image of {height}x{width}; a JPEG's consists of whole blocks of {}x{}",
        mcu[0], mcu[1]
    )))
}

impl LinearOperator for FullJpeg {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        weigh(&Self::everywhere(self.mixing), forward(x))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        inverse(weigh(&Self::everywhere(self.mixing.transpose()), y))
    }

    fn noise(&self, white: Tensor<4>, s2: &Tensor<4>) -> Formula {
        let root = |k, grain| self.noise_root(k, grain);
        weigh(&Self::filter(&numbers(s2), root), white).into()
    }

    fn whitened(&self, r: Tensor<4>, s2: &Tensor<4>) -> Formula {
        let inverse = |k, grain| {
            let root = self.noise_root(k, grain).try_inverse();
            root.expect("a triangular matrix of positive diagonal")
        };
        weigh(&Self::filter(&numbers(s2), inverse), r).into()
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let m = m.tensor();
        let residual = (y - self.apply(m.clone())).tensor();
        let gain = |k: usize, [v, grain]: [f64; 2]| {
            let spread = self.mixing.transpose() * v;
            let data = self.mixing * spread + self.noise_covariance(k, grain);
            spread * inverted(data)
        };
        let gain = Self::filter(&pairs(&v, &s2), gain);
        Formula::from(m) + inverse(weigh(&gain, residual))
    }

    fn constrained(&self, x: Tensor<4>, y: &Tensor<4>) -> Tensor<4> {
        let now = self.apply(x.clone());
        let of = |plane: usize, first: usize, count: usize| {
            let [now, y] = [&now, y].map(|t| t.clone().narrow(1, first, count));
            self.boxes.moves(plane, now, y)
        };
        let moves = Tensor::cat(vec![of(0, 0, 1), of(1, 1, 2)], 1);
        let back = self.mixing.try_inverse().expect("three colours");
        x + inverse(weigh(&Self::everywhere(back), moves))
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Custom(self)
    }
}

impl BlockMeasurement for FullJpeg {
    fn iterations(&self) -> usize {
        3
    }

    fn size(&self) -> [usize; 2] {
        self.size
    }

    fn device(&self) -> &ComputeDevice {
        &self.device
    }

    /// The same whatever the prior.
    fn information(&self, _: PriorPrecision<'_>, grain: f64) -> Matrices {
        let at = |k| {
            let inverse = inverted(self.noise_covariance(k, grain));
            self.mixing.transpose() * inverse * self.mixing
        };
        (0..FREQUENCIES).map(at).collect()
    }

    fn weighting<'a>(&'a self, grain: &[f64]) -> DataMap<'a> {
        let at = |k, grain| self.mixing.transpose() * inverted(self.noise_covariance(k, grain));
        let filter = Self::filter(grain, at);
        Box::new(move |y| inverse(weigh(&filter, y)))
    }

    /// One matrix for each frequency in place of two.
    fn normal<'a>(&'a self, grain: &[f64]) -> DataMap<'a> {
        let none = |_, _| Matrix3::zeros();
        let information = |grain: &f64| self.information(&none, *grain);
        let images: Vec<Matrices> = grain.iter().map(information).collect();
        let filter = as_filter(&images);
        Box::new(move |x| through(&filter, x))
    }
}

impl SolvedInImageSpace for FullJpeg {}
