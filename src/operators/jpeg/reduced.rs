//! A photo that was made smaller and then saved as a JPEG: a thumbnail (docs/method.md, section
//! 10.7).
//!
//! y = A D x + n depends on the small photo b = D x alone. Under x ~ N(u, F^-1 E F) it has the
//! spectrum E_b, 1/f² times the sum of |k̂|² E over each alias group, and
//!
//! ```text
//! E[x | y] = u + E Dᵀ E_b^-1 (b^ - D u)                  b^ = E[b | y], exactly
//! (E_b^-1 + Aᵀ R^-1 A)(b^ - D u) = Aᵀ R^-1 (y - A D u)
//! ```
//!
//! The iterations run on the small photo. A mean of blocks under white noise has E_b = v/f², so
//! that b^ is the small JPEG's own update. Maps and q are averages over the phases of small pixels
//! and blocks: those of the spectrum
//!
//! ```text
//! E - E² |k̂|²/(f² E_b) + E² |k̂|² S/(f² E_b²)            S the posterior spectrum of b
//! ```

use std::fmt::{self, Debug, Formatter};
use std::rc::Rc;

use burn::tensor::Tensor;
use nalgebra::{Matrix3, Vector3};

use super::frequencies::{
    BinEigenvalues, Matrices, as_filter, nearest_bin, nearest_frequency, numbers, of_image, pairs,
};
use super::posterior::{BlockMeasurement, covariances};
use crate::compute::block_dct::{BLOCK, through};
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, View};
use crate::compute::fourier::{ComplexFormula, Fourier};
use crate::compute::host::values;
use crate::error::Error;
use crate::operators::aliasing::Aliasing;
use crate::operators::convolution::exact_spectrum;
use crate::operators::decimation::{bicubic_kernel, block_mean_kernel};
use crate::operators::{
    GaussianUpdate, LinearOperator, NoiseVariances, PriorUpdate, spectrum_mean,
};
use crate::prior::noise_geometry::SpectralBands;
use crate::prior::{GaussianPrior, KAPPA2};

/// A reduction, then a JPEG file of the small photo.
pub struct ReducedJpeg {
    jpeg: Rc<dyn BlockMeasurement>,
    aliasing: Aliasing,
    /// |k̂|² on the large grid, row by row.
    power: Vec<f64>,
    /// Whether D takes the means of blocks.
    is_mean: bool,
    bands: SpectralBands,
    fourier: Fourier,
    /// At the bins of `fourier`.
    eigenvalues: BinEigenvalues,
    small: Fourier,
}

impl Debug for ReducedJpeg {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReducedJpeg")
            .field("factor", &self.aliasing.factor())
            .field("is_mean", &self.is_mean)
            .finish_non_exhaustive()
    }
}

/// E at an axis and an eigenvalue of -Laplacian, for one image.
type Spectrum<'a> = &'a dyn Fn(usize, f64) -> f64;

impl ReducedJpeg {
    /// The means of blocks, then a JPEG. `fourier` has the size of the large photo, `factor` times
    /// that of the file.
    ///
    /// # Errors
    /// [`Error::InvalidFactor`] if the sides are not multiples of `factor`;
    /// [`Error::InvalidImage`] if the file has another size.
    pub fn block_mean(
        factor: usize,
        jpeg: Rc<dyn BlockMeasurement>,
        fourier: Fourier,
    ) -> Result<Self, Error> {
        let kernel = block_mean_kernel(factor, fourier.size())?;
        Self::new(kernel, factor, true, jpeg, fourier)
    }

    /// A bicubic reduction, then a JPEG.
    ///
    /// # Errors
    /// As [`Self::block_mean`].
    pub fn bicubic(
        factor: usize,
        jpeg: Rc<dyn BlockMeasurement>,
        fourier: Fourier,
    ) -> Result<Self, Error> {
        let kernel = bicubic_kernel(factor, fourier.size())?;
        Self::new(kernel, factor, false, jpeg, fourier)
    }

    fn new(
        kernel: Tensor<4>,
        factor: usize,
        is_mean: bool,
        jpeg: Rc<dyn BlockMeasurement>,
        fourier: Fourier,
    ) -> Result<Self, Error> {
        let ([height, width], device) = (fourier.size(), fourier.device().clone());
        let small = [height / factor, width / factor];
        if jpeg.size() != small {
            return Err(Error::InvalidImage(format!(
                "the JPEG has {:?} rows and columns; the reduced image has {small:?}",
                jpeg.size()
            )));
        }
        let spectrum = exact_spectrum(kernel, [height, width])?;
        Ok(Self {
            power: values(spectrum.power()),
            aliasing: Aliasing::new(factor, spectrum.to_device(&device))?,
            bands: SpectralBands::new(height, width, &device),
            small: Fourier::new(small[0], small[1], &device),
            jpeg,
            is_mean,
            eigenvalues: BinEigenvalues::new(fourier.size()),
            fourier,
        })
    }

    fn device(&self) -> &ComputeDevice {
        self.fourier.device()
    }

    /// D x.
    fn reduced(&self, x: Tensor<4>) -> Tensor<4> {
        let filtered = Formula::from(self.aliasing.filtered(&self.fourier, x));
        filtered.view(View::First(self.aliasing.factor())).tensor()
    }

    /// u + E Dᵀ E_b^-1 step.
    fn enlarged(&self, u: Tensor<4>, e: Tensor<4>, step: Tensor<4>) -> Tensor<4> {
        let small = self.aliasing.data_spectrum(e.clone());
        let scaled = self.small.filter(step, small.recip());
        let respond = |r: ComplexFormula| [r.back_through(self.aliasing.spectrum()).scale(&e)];
        let spread = self.aliasing.spread(scaled);
        let [x] = self
            .fourier
            .through(spread, respond, |[added]| [added + &u]);
        x
    }

    /// The mean of x ~ N(u, F^-1 E F) given y. `spectra`: E of each image.
    fn stationary_mean(
        &self,
        [u, e]: [Tensor<4>; 2],
        spectra: &[Spectrum<'_>],
        y: Tensor<4>,
        grain: &[f64],
    ) -> Tensor<4> {
        let jpeg = &self.jpeg;
        let precision = self.aliasing.data_spectrum(e.clone()).recip();
        let residual = y - jpeg.apply(self.reduced(u.clone()));
        let right = jpeg.weighting(grain)(residual);
        let normal = jpeg.normal(grain);
        let inverse = as_filter(&self.small_covariances(spectra, grain));
        let precondition = |r| through(&inverse, r);
        let multiply = |x: Tensor<4>| self.small.filter(x.clone(), precision.clone()) + normal(x);
        let start = precondition(right.clone());
        let stop = Stop::After(jpeg.iterations());
        let step = conjugate_gradients(multiply, precondition, right, Some(start), &stop);
        self.enlarged(u, e, step)
    }

    /// The posterior covariances of b at the frequencies of a block, for each image.
    fn small_covariances(&self, spectra: &[Spectrum<'_>], grain: &[f64]) -> Vec<Matrices> {
        let images = spectra.len().max(grain.len());
        let image = |i: usize| {
            let spectrum = spectra[i.min(spectra.len() - 1)];
            let own: Vec<Vector3<f64>> = (0..BLOCK * BLOCK)
                .map(|k| Vector3::from_fn(|axis, _| self.at_block(spectrum, axis, k).recip()))
                .collect();
            let own = |k: usize, _| Matrix3::from_diagonal(&own[k]);
            covariances(&*self.jpeg, &own, of_image(grain, i))
        };
        (0..images).map(image).collect()
    }

    /// E_b at the DFT bin nearest to frequency k of a block.
    fn at_block(&self, spectrum: Spectrum<'_>, axis: usize, k: usize) -> f64 {
        let bin = nearest_bin(k, self.small.size());
        self.alias_mean(spectrum, axis, bin)
    }

    /// E_b at a bin of the small grid.
    fn alias_mean(&self, spectrum: Spectrum<'_>, axis: usize, bin: [usize; 2]) -> f64 {
        let ([height, width], factor) = (self.small.size(), self.aliasing.factor());
        let members = (0..factor * factor).map(|member| {
            let row = bin[0] + member / factor * height;
            let column = bin[1] + member % factor * width;
            let at = row * self.fourier.size()[1] + column;
            self.power[at] * spectrum(axis, self.eigenvalues.at([row, column]))
        });
        members.sum::<f64>() / self.aliasing.area()
    }

    /// The spectrum of the covariance left of x, averaged over phases: `[images, 3, H, W]`.
    fn remaining(&self, spectra: &[Spectrum<'_>], grain: &[f64]) -> Tensor<4> {
        let ([height, width], [rows, columns]) = (self.fourier.size(), self.small.size());
        let covariances = self.small_covariances(spectra, grain);
        let mut left = Vec::with_capacity(covariances.len() * 3 * height * width);
        for (image, covariance) in covariances.iter().enumerate() {
            let spectrum = spectra[image.min(spectra.len() - 1)];
            for axis in 0..3 {
                let small = (0..rows * columns).map(|i| {
                    let bin = [i / columns, i % columns];
                    let e = self.alias_mean(spectrum, axis, bin);
                    let s = covariance[nearest_frequency(bin, [rows, columns])][(axis, axis)];
                    (s / e - 1.0) / e / self.aliasing.area()
                });
                let small: Vec<f64> = small.collect();
                left.extend((0..height * width).map(|i| {
                    let (row, column) = (i / width, i % width);
                    let e = spectrum(axis, self.eigenvalues.at([row, column]));
                    let weight = small[row % rows * columns + column % columns];
                    e + e * e * self.power[i] * weight
                }));
            }
        }
        let shape = [covariances.len(), 3, height, width];
        self.device().tensor(left, shape)
    }

    /// [`Self::remaining`] of white noise of variance v.
    fn remaining_of_white(&self, v: &Tensor<4>, s2: &Tensor<4>) -> Tensor<4> {
        let numbers = pairs(v, s2);
        let white: Vec<_> = numbers.iter().map(|[v, _]| move |_, _| *v).collect();
        let spectra: Vec<Spectrum<'_>> = white.iter().map(|e| e as Spectrum<'_>).collect();
        let grain: Vec<f64> = numbers.iter().map(|[_, grain]| *grain).collect();
        self.remaining(&spectra, &grain)
    }
}

/// E of the prior given a query at t2; the prior's own without one.
fn of_prior(prior: &GaussianPrior, t2: Option<f64>) -> impl Fn(usize, f64) -> f64 {
    let (stiffness, precision) = (prior.model().stiffness, t2.map_or(0.0, f64::recip));
    move |axis, l| (stiffness[axis] * (KAPPA2 + l) + precision).recip()
}

impl LinearOperator for ReducedJpeg {
    fn measurement_shape(&self, [batch, channels, height, width]: [usize; 4]) -> [usize; 4] {
        let f = self.aliasing.factor();
        let small = [batch, channels, height / f, width / f];
        self.jpeg.measurement_shape(small)
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.jpeg.apply(self.reduced(x))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        let small = self.aliasing.spread(self.jpeg.adjoint(y));
        self.aliasing.correlated(&self.fourier, small)
    }

    fn noise(&self, white: Tensor<4>, s2: &Tensor<4>) -> Formula {
        self.jpeg.noise(white, s2)
    }

    fn whitened(&self, r: Tensor<4>, s2: &Tensor<4>) -> Formula {
        self.jpeg.whitened(r, s2)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let (m, y) = (m.tensor(), y.tensor());
        let b = self.reduced(m.clone());
        if self.is_mean {
            let of_block = v / self.aliasing.area();
            let updated = self.jpeg.update((&b).into(), of_block, y.into(), s2);
            let step = (updated - b).tensor();
            return Formula::from(m) + self.aliasing.repeat(step);
        }
        let [height, width] = self.fourier.size();
        let [batch, ..] = v.dims();
        let flat = self
            .device()
            .bring(v.clone())
            .expand([batch, 1, height, width]);
        let (variances, grain) = (numbers(&v), numbers(&s2));
        let small = self.aliasing.data_spectrum(flat.clone());
        let covariance = |x: Tensor<4>| self.small.filter(x, small.clone());
        let level: Vec<f64> = variances.iter().map(|v| v * self.mean_power()).collect();
        let residual = y.clone() - self.jpeg.apply(b);
        let step = self
            .jpeg
            .coefficient_step(&covariance, &level, &grain, residual);
        if let Some(step) = step {
            let step = covariance(self.jpeg.adjoint(step));
            return self.enlarged(m, flat, step).into();
        }
        let white: Vec<_> = variances.iter().map(|v| move |_, _| *v).collect();
        let spectra: Vec<Spectrum<'_>> = white.iter().map(|e| e as Spectrum<'_>).collect();
        self.stationary_mean([m, flat], &spectra, y, &grain).into()
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Custom(self)
    }
}

impl ReducedJpeg {
    /// The mean of the spectrum of D Dᵀ.
    fn mean_power(&self) -> f64 {
        let sum: f64 = self.power.iter().sum();
        sum / self.power.len() as f64
    }
}

impl NoiseVariances for ReducedJpeg {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let remaining = self.remaining_of_white(&v, &s2);
        spectrum_mean(remaining).into()
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        self.bands.of(self.remaining_of_white(&v, &s2)).into()
    }
}

impl GaussianUpdate for ReducedJpeg {
    fn linear_estimate(&self, prior: &GaussianPrior, y: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let zero = self.adjoint(y.clone()).zeros_like();
        let own = of_prior(prior, None);
        self.stationary_mean([zero, prior.spectrum()], &[&own], y, &numbers(&s2))
    }

    fn mean(
        &self,
        prior: &GaussianPrior,
        [z, t2]: [Tensor<4>; 2],
        y: Tensor<4>,
        s2: Tensor<4>,
        _estimate: Tensor<4>,
    ) -> Tensor<4> {
        let own: Vec<_> = numbers(&t2)
            .into_iter()
            .map(|t2| of_prior(prior, Some(t2)))
            .collect();
        let spectra: Vec<Spectrum<'_>> = own.iter().map(|e| e as Spectrum<'_>).collect();
        let (u, e) = prior.given_query(z, t2);
        self.stationary_mean([u, e], &spectra, y, &numbers(&s2))
    }

    fn variance(&self, prior: &GaussianPrior, t2: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let numbers = pairs(&t2, &s2);
        let own: Vec<_> = numbers
            .iter()
            .map(|[t2, _]| of_prior(prior, Some(*t2)))
            .collect();
        let spectra: Vec<Spectrum<'_>> = own.iter().map(|e| e as Spectrum<'_>).collect();
        let grain: Vec<f64> = numbers.iter().map(|[_, grain]| *grain).collect();
        spectrum_mean(self.remaining(&spectra, &grain))
    }
}
