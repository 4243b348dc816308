//! A = C K, a crop after circular convolution: a blurred photo, of which nothing was measured
//! beyond its borders (docs/method.md, section 12).
//!
//! On the torus of photo and frame, the data's covariance D = s2 + K E Kᵀ is diagonal in the DFT,
//! and so is its inverse P. On the photo I alone,
//!
//! ```text
//! (D_II)^-1 b = (P (b + f))_I      where f lies on the frame F and (P (b + f))_F = 0
//! x = u + E Kᵀ r,   r = (D_II)^-1 (y - A u)
//! ```
//!
//! f stands for data on the frame that carry no information. Its unknowns lie on the frame alone,
//! and `frame_system.rs` finds them in a few iterations of half a filter each. x is then refined
//! from the residual y - A x - s2 r, whose terms stay small where r is large: each pass recovers
//! the digits that the previous one rounded away.
//!
//! On a GPU nothing can be read back within a step. There P_II preconditions the iterations of
//! `iterative.rs`.

use std::cell::Cell;
use std::rc::Rc;

use burn::tensor::{DType, Tensor};
use rustfft::num_complex::Complex;

use super::cropped_solver::ImageEquations;
use super::frame_system::TorusFrame;
use super::frame_variance::FrameVariance;
use super::{
    CircularConvolution, ClosedVariances, DataMap, Iterative, IterativeUpdate, LinearMap,
    LinearOperator, Mask, NoiseVariances, PriorUpdate, SpectralUpdate, Tolerance,
};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::compute::fourier::{Fourier, Real, Spectrum, transpose};
use crate::compute::host::{tensor, values};
use crate::error::Error;

/// A blurred photo with unknown borders, in a frame of `frame` pixels before and after it, of rows
/// and of columns. Since the torus is closed, both sides of an axis together must be at least twice
/// as wide as the kernel reaches.
///
/// p, the maps and q are those of the convolution of the whole torus, which come close inside the
/// crop at low noise levels, and what the frame leaves unknown beyond that.
///
/// # Errors
/// [`Error::InvalidMask`] if the frame is wider than the image.
pub fn cropped_convolution(
    blur: CircularConvolution,
    frame: [[usize; 2]; 2],
    fourier: Fourier,
) -> Result<Rc<dyn LinearOperator>, Error> {
    let cropped = CroppedConvolution::on(blur, frame, fourier.clone())?;
    if fourier.device().is_cpu() {
        return Ok(Rc::new(cropped));
    }
    let cropped = Rc::new(cropped);
    Ok(Rc::new(CroppedConvolutionOnGpu {
        cropped: cropped.clone(),
        iterative: Iterative::new(cropped, fourier),
    }))
}

/// [`cropped_convolution`] on the CPU.
#[derive(Debug)]
pub struct CroppedConvolution {
    blur: CircularConvolution,
    crop: Mask,
    frame: TorusFrame,
    /// What the frame leaves unknown.
    unknown: FrameVariance,
    fourier: Fourier,
    tolerance: Tolerance,
    /// The worst ratio of residual to tolerance so far.
    worst: Cell<f64>,
}

impl CroppedConvolution {
    /// As [`cropped_convolution`].
    ///
    /// # Errors
    /// As [`cropped_convolution`], and [`Error::InvalidOperator`] on a GPU.
    pub fn new(
        blur: CircularConvolution,
        frame: [[usize; 2]; 2],
        fourier: Fourier,
    ) -> Result<Self, Error> {
        if fourier.device().is_cpu() {
            return Self::on(blur, frame, fourier);
        }
        Err(Error::InvalidOperator(
            "a cropped convolution iterates on the CPU; use cropped_convolution() on a GPU".into(),
        ))
    }

    fn on(
        blur: CircularConvolution,
        frame: [[usize; 2]; 2],
        fourier: Fourier,
    ) -> Result<Self, Error> {
        let size = fourier.size();
        let crop = Mask::crop(frame, size, fourier.device())?;
        let [re, im] = blur.spectrum();
        let kernel = Spectrum { re, im };
        Ok(Self {
            unknown: FrameVariance::new(kernel, blur.power(), crop.known(), fourier.clone()),
            blur,
            crop,
            frame: TorusFrame::new(frame, size),
            fourier,
            tolerance: Tolerance::default(),
            worst: Cell::new(0.0),
        })
    }

    /// The same operator with another tolerance of its iterations.
    pub fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self { tolerance, ..self }
    }

    /// E[x | y] for x ~ N(u, F^-1 E F), E `[B or 1, 1 or 3, H or 1, W or 1]`, to a residual of
    /// `tolerance` |y - A u|.
    fn mean(
        &self,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
        tolerance: Tensor<4>,
    ) -> Tensor<4> {
        let (result_dtype, shape) = (u.dtype(), u.dims());
        if e.dims()[1] > 1 {
            let [u, e, y, s2, tolerance] = [u, e, y, s2, tolerance].map(|t| axis_by_axis(t, shape));
            return self.mean(u, e, y, s2, tolerance).reshape(shape);
        }
        let inputs = [u, e, y, s2, tolerance];
        if result_dtype == DType::F64 || self.tolerance.is_beyond_f32() {
            let inputs = inputs.map(|tensor| tensor.cast(DType::F64));
            return self.mean_in::<f64>(inputs).cast(result_dtype);
        }
        self.mean_in::<f32>(inputs)
    }

    /// [`Self::mean`] in the float type T, image by image, for a spectrum that its channels share.
    /// The images may be several for each kernel.
    fn mean_in<T: Real>(&self, [u, e, y, s2, tolerance]: [Tensor<4>; 5]) -> Tensor<4> {
        let [height, width] = self.fourier.size();
        let [re, im] = self.blur.spectrum().map(|part| part.cast(u.dtype()));
        let batch = [&u, &e, &y, &s2, &re].map(|t| t.dims()[0]);
        let kernels = re.dims()[0];
        let batch = batch.into_iter().max().expect("five of them");
        let (device, channels) = (ComputeDevice::of(&u), u.dims()[1]);
        let shape = [batch, channels, height, width];
        let of_image = |t: Tensor<4>, shape: [usize; 4], i: usize| {
            let whole = t.expand(shape);
            values::<T>(whole.narrow(0, i, 1))
        };
        let scalar = |t: &Tensor<4>, i| of_image(t.clone(), [batch, 1, 1, 1], i)[0];
        let mut x = Vec::with_capacity(batch * channels * height * width);
        for i in 0..batch {
            let spectrum = |t: &Tensor<4>, images: usize, i: usize| {
                let rows = of_image(t.clone(), [images, 1, height, width], i);
                let mut columns = rows.clone();
                transpose(&rows, &mut columns, height, width);
                columns
            };
            let kernel = [&re, &im].map(|part| spectrum(part, kernels, i * kernels / batch));
            let [re, im] = kernel;
            let kernel = re.into_iter().zip(im);
            let equations = ImageEquations {
                u: of_image(u.clone(), shape, i),
                y: of_image(y.clone(), shape, i),
                e: spectrum(&e, batch, i),
                kernel: kernel.map(|(re, im)| Complex::new(re, im)).collect(),
                s2: scalar(&s2, i),
                tolerance: scalar(&tolerance, i).to_f64(),
            };
            let solution = self
                .fourier
                .planned(|plan| equations.solve(&self.frame, plan));
            self.worst.set(self.worst.get().max(solution.residual));
            x.extend(solution.x);
        }
        tensor(x, shape, &device)
    }

    /// C F^-1 spectrum F Cᵀ r.
    fn filtered(&self, r: Tensor<4>, spectrum: &Tensor<4>) -> Tensor<4> {
        let on_torus = self.crop.adjoint(r);
        self.crop
            .apply(self.fourier.filter(on_torus, spectrum.clone()))
    }
}

/// The planes of x, which broadcasts to `shape` `[B, 3, .., ..]`, as images of one plane.
fn axis_by_axis(x: Tensor<4>, [batch, channels, _, _]: [usize; 4]) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    x.expand([batch, channels, height, width])
        .reshape([batch * channels, 1, height, width])
}

impl LinearOperator for CroppedConvolution {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.crop.apply(self.blur.apply(x))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.blur.adjoint(self.crop.adjoint(y))
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.crop.observed(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let tolerance = self.tolerance.for_white_prior(&v);
        self.mean(m.tensor(), v, y.tensor(), s2, tolerance).into()
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Spectral(self)
    }

    fn residual(&self) -> Option<Tensor<4>> {
        Some(self.fourier.device().scalar(self.worst.get()))
    }
}

impl NoiseVariances for CroppedConvolution {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let whole = self.blur.pixel_variance(v.clone(), s2.clone());
        whole + self.unknown.of_pixels(v, s2)
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let whole = self.blur.band_variances(v.clone(), s2.clone());
        whole + self.unknown.of_bands(v, s2)
    }
}

impl ClosedVariances for CroppedConvolution {
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let whole = self.blur.stationary_variance(e.clone(), s2.clone());
        whole + self.unknown.of_pixels(e, s2)
    }
}

impl SpectralUpdate for CroppedConvolution {
    fn stationary_update(
        &self,
        _fourier: &Fourier,
        u: Tensor<4>,
        e: Tensor<4>,
        y: Tensor<4>,
        s2: Tensor<4>,
    ) -> Tensor<4> {
        let tolerance = s2.zeros_like() + self.tolerance.rest;
        self.mean(u, e, y, s2, tolerance)
    }

    /// None: a cropped covariance is not stationary.
    fn data_spectrum(&self, _: Tensor<4>) -> Option<Tensor<4>> {
        None
    }
}

impl LinearMap for CroppedConvolution {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        LinearOperator::apply(self, x)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        LinearOperator::adjoint(self, y)
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        LinearOperator::observed(self, y)
    }

    /// One filter, E |k̂|², in place of three.
    fn gram(&self, e: Tensor<4>) -> Option<DataMap<'_>> {
        let spectrum = e * self.blur.power();
        Some(Box::new(move |r| self.filtered(r, &spectrum)))
    }

    /// P_II, which approximates (D_II)^-1.
    fn preconditioner(&self, e: Tensor<4>, s2: Tensor<4>) -> Option<DataMap<'_>> {
        let inverse = (e * self.blur.power() + s2).recip();
        Some(Box::new(move |r| self.filtered(r, &inverse)))
    }
}

/// [`cropped_convolution`] on a GPU.
struct CroppedConvolutionOnGpu {
    cropped: Rc<CroppedConvolution>,
    iterative: Iterative,
}

impl LinearOperator for CroppedConvolutionOnGpu {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        self.iterative.measurement_shape(image)
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.iterative.apply(x)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.iterative.adjoint(y)
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.iterative.observed(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        self.iterative.update(m, v, y, s2)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Iterative(IterativeUpdate {
            solver: &self.iterative,
            closed_variances: Some(&*self.cropped),
        })
    }

    fn residual(&self) -> Option<Tensor<4>> {
        self.iterative.residual()
    }
}
