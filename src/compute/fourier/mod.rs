//! The two-dimensional discrete Fourier transform of image planes `[B, C, H, W]` of any size.
//!
//! The forward transform has e^(-i) and is not normalised; the inverse has the factor 1/(HW). The
//! CPU uses `rustfft`. GPUs use kernels, so that images stay on the device.

mod cpu;
#[cfg_attr(not(feature = "webgpu"), path = "no_gpu.rs")]
mod gpu;
mod spectrum;

use std::fmt::{self, Debug};
use std::rc::Rc;

use burn::tensor::{DType, Tensor};

use self::cpu::Plans;
pub(crate) use self::cpu::{FORWARD, INVERSE, Plan, Real, transpose};
use self::gpu::GpuFourier;
pub use self::spectrum::{ComplexFormula, Spectrum};
use crate::compute::device::{Backend, ComputeDevice};
use crate::compute::formula::{Formula, tensors};

/// The transform of planes of one size on one device. Cheap to clone.
#[derive(Clone)]
pub struct Fourier {
    height: usize,
    width: usize,
    device: ComputeDevice,
    method: Rc<Method>,
}

impl Debug for Fourier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fourier")
            .field("height", &self.height)
            .field("width", &self.width)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

enum Method {
    Cpu(Box<Plans>),
    Gpu(Box<GpuFourier>),
}

impl Method {
    fn of(height: usize, width: usize, device: &ComputeDevice) -> Self {
        match device.backend() {
            Backend::Gpu => Self::Gpu(Box::new(GpuFourier::new(height, width, device))),
            Backend::Cpu | Backend::Tensors => Self::Cpu(Box::default()),
        }
    }
}

impl Fourier {
    /// The transform of planes of `height` by `width` pixels on `device`.
    pub fn new(height: usize, width: usize, device: &ComputeDevice) -> Self {
        Self {
            height,
            width,
            device: device.clone(),
            method: Rc::new(Method::of(height, width, device)),
        }
    }

    /// `[height, width]` of the planes.
    pub fn size(&self) -> [usize; 2] {
        [self.height, self.width]
    }

    /// The device of the planes.
    pub fn device(&self) -> &ComputeDevice {
        &self.device
    }

    /// The spectrum of real planes `[B, C, H, W]`.
    pub fn forward(&self, x: Tensor<4>) -> Spectrum {
        match &*self.method {
            Method::Cpu(plans) => plans.forward(self.size(), x),
            Method::Gpu(transform) => {
                let [re, im] = transform.forward(x);
                Spectrum { re, im }
            }
        }
    }

    /// The real part of the inverse transform of `s` `[B, C, H, W]`.
    pub fn inverse(&self, s: Spectrum) -> Tensor<4> {
        match &*self.method {
            Method::Cpu(plans) => plans.inverse(self.size(), s),
            Method::Gpu(transform) => transform.inverse(s.re, s.im),
        }
    }

    /// The inverse transform of spectra of real images `[B, C, H, W]`.
    fn images(&self, s: Spectrum) -> Tensor<4> {
        match &*self.method {
            Method::Cpu(plans) => plans.images(self.size(), s),
            Method::Gpu(_) => self.inverse(s),
        }
    }

    /// Calls `f` with the plan of the CPU's transform. Solvers use it to keep spectra from one
    /// transform to the next.
    ///
    /// # Panics
    /// If the planes are on a GPU.
    pub(crate) fn planned<T: Real, R>(&self, f: impl FnOnce(&mut Plan<T>) -> R) -> R {
        match &*self.method {
            Method::Cpu(plans) => Plan::with(T::plan(plans), self.size(), f),
            Method::Gpu(_) => panic!("a GPU's transform has no plan"),
        }
    }

    /// F^-1 (h F x), in the float type of x `[B, C, H, W]`. The filter is real and even in space,
    /// so that its spectrum h, `[B or 1, C or 1, H or 1, W or 1]`, is real.
    pub fn filter(&self, x: Tensor<4>, h: Tensor<4>) -> Tensor<4> {
        let h = h.cast(x.dtype());
        // A constant needs no transform.
        if h.dims()[2..] == [1, 1] {
            return x * h;
        }
        match &*self.method {
            Method::Cpu(plans) => plans.filter(self.size(), x, h),
            Method::Gpu(_) => {
                let [y] = self.through(x, |x| [x.scale(&h)], |y| y);
                y
            }
        }
    }

    /// f(F^-1 r(F x)) for a formula x: `respond` is r, the spectra of N filtered images, and
    /// `combine` is f, M formulas of these images.
    ///
    /// The filters must be real in space. All results have the shape that x, the spectra and the
    /// formulas broadcast to.
    pub fn through<const N: usize, const M: usize>(
        &self,
        x: impl Into<Formula>,
        respond: impl Fn(ComplexFormula) -> [ComplexFormula; N],
        combine: impl Fn([Formula; N]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        self.filtered([x.into()], |[x]| respond(x), combine)
    }

    /// [`Self::through`] for two images x and x'. Every filtered image must be a sum h x + h' x'
    /// with filters h and h' that are real in space.
    ///
    /// A GPU transforms both as one complex image x + i x', and computes the sum as the real part
    /// of (h - i h') (x + i x'). The rounding error of one image then falls on the other too, so
    /// both should be of the same scale.
    pub fn through_both<const N: usize, const M: usize>(
        &self,
        x: [Formula; 2],
        respond: impl Fn([ComplexFormula; 2]) -> [ComplexFormula; N],
        combine: impl Fn([Formula; N]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        self.filtered(x, respond, combine)
    }

    /// [`Self::through`] and [`Self::through_both`], for K images, at most two.
    fn filtered<const K: usize, const N: usize, const M: usize>(
        &self,
        x: [Formula; K],
        respond: impl Fn([ComplexFormula; K]) -> [ComplexFormula; N],
        combine: impl Fn([Formula; N]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        if let Method::Gpu(transform) = &*self.method {
            let value = |i: usize| Formula::kernel_value(i);
            let (re, im, dtype) = (value(0), value(1), DType::F32);
            // -i times the spectrum of x + i x'.
            let rotated = ComplexFormula {
                re: im.clone(),
                im: &re * -1.0,
                dtype,
            };
            let spectra = [ComplexFormula { re, im, dtype }, rotated];
            let responses = respond(std::array::from_fn(|i| spectra[i].clone()));
            let responses = responses.map(|response| [response.re, response.im]);
            let images = combine(std::array::from_fn(value));
            if let Some(images) = transform.through(&x, responses, images) {
                return images;
            }
        }
        // The spectra are freed before the results are computed: each takes the memory of two.
        let responses = respond(x.map(|x| ComplexFormula::of(&self.forward(x.tensor()))));
        let images = responses.map(|response| self.images(response.spectrum()));
        tensors(combine(images.map(Formula::from)))
    }
}
