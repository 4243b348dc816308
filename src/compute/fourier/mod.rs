//! The two-dimensional discrete Fourier transform of image planes, `[batch, channels, height,
//! width]`.
//!
//! Forward e^(-i), not normalised; inverse 1/(HW). Any size. On the CPU by `rustfft`; on a GPU by a
//! kernel, so that no pixel leaves the device.

mod cpu;
#[cfg(feature = "webgpu")]
mod gpu;

use std::rc::Rc;

use burn::tensor::{DType, Tensor};

use self::cpu::Plans;
pub(crate) use self::cpu::{FORWARD, INVERSE, Plan, Real, tensor, transpose, values};
#[cfg(feature = "webgpu")]
use self::gpu::GpuFourier;
use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, tensors};

/// A complex spectrum as two real tensors of one shape.
#[derive(Clone, Debug)]
pub struct Spectrum {
    pub re: Tensor<4>,
    pub im: Tensor<4>,
}

impl Spectrum {
    /// The product, frequency by frequency, in this one's float type.
    pub fn times(&self, other: &Spectrum) -> Self {
        ComplexFormula::of(self).times(other).spectrum()
    }

    /// The product with the conjugate of a filter.
    pub fn back_through(&self, filter: &Spectrum) -> Self {
        ComplexFormula::of(self).back_through(filter).spectrum()
    }

    /// The same at another place; this one must be on the CPU.
    pub fn to_place(&self, device: &ComputeDevice) -> Self {
        let moved = |t: &Tensor<4>| device.tensor(values(t.clone().cast(DType::F64)), t.dims());
        Self {
            re: moved(&self.re),
            im: moved(&self.im),
        }
    }

    /// |k|².
    pub fn power(&self) -> Tensor<4> {
        let [re, im] = [&self.re, &self.im].map(Formula::from);
        (&re * &re + &im * &im).tensor()
    }
}

/// A complex number at each frequency, as formulas of its parts.
#[derive(Clone)]
pub struct ComplexFormula {
    re: Formula,
    im: Formula,
    /// The float type that it is computed in.
    dtype: DType,
}

impl ComplexFormula {
    pub fn of(spectrum: &Spectrum) -> Self {
        Self {
            re: (&spectrum.re).into(),
            im: (&spectrum.im).into(),
            dtype: spectrum.re.dtype(),
        }
    }

    /// Its values.
    pub fn spectrum(self) -> Spectrum {
        let [re, im] = tensors([self.re, self.im]);
        Spectrum { re, im }
    }

    /// A spectrum in this one's float type: products that share it read it once.
    pub fn like(&self, spectrum: &Spectrum) -> Self {
        let part = |part: &Tensor<4>| part.clone().cast(self.dtype).into();
        self.with(part(&spectrum.re), part(&spectrum.im))
    }

    /// The product with a spectrum.
    pub fn times(&self, filter: &Spectrum) -> Self {
        let Self { re, im, .. } = self.like(filter);
        self.with(
            &self.re * &re - &self.im * &im,
            &self.re * im + &self.im * re,
        )
    }

    /// The product with the conjugate of one.
    pub fn back_through(&self, filter: &Spectrum) -> Self {
        self.correlated(&self.like(filter))
    }

    /// The product with the conjugate of another.
    pub fn correlated(&self, filter: &Self) -> Self {
        let Self { re, im, .. } = filter;
        self.with(&self.re * re + &self.im * im, &self.im * re - &self.re * im)
    }

    /// The product with a real number.
    pub fn scale(&self, by: impl Into<Formula>) -> Self {
        let by = by.into();
        self.with(&self.re * &by, &self.im * by)
    }

    /// The sum with a spectrum times a real number.
    pub fn plus(&self, other: &Spectrum, by: impl Into<Formula>) -> Self {
        self.sum(self.like(other).scale(by))
    }

    /// This less another.
    pub fn minus(&self, other: Self) -> Self {
        self.with(&self.re - other.re, &self.im - other.im)
    }

    /// The sum with another.
    pub fn sum(&self, other: Self) -> Self {
        self.with(&self.re + other.re, &self.im + other.im)
    }

    fn with(&self, re: Formula, im: Formula) -> Self {
        Self {
            re,
            im,
            dtype: self.dtype,
        }
    }
}

/// The transform for planes of one size at one place. Cheap to clone.
#[derive(Clone)]
pub struct Fourier {
    height: usize,
    width: usize,
    device: ComputeDevice,
    method: Rc<Method>,
}

enum Method {
    Fast(Box<Plans>),
    #[cfg(feature = "webgpu")]
    Gpu(Box<GpuFourier>),
}

impl Method {
    #[cfg(feature = "webgpu")]
    fn of(height: usize, width: usize, device: &ComputeDevice) -> Self {
        if device.is_cpu() {
            return Self::Fast(Box::default());
        }
        Self::Gpu(Box::new(GpuFourier::new(height, width, device)))
    }

    /// There is no place but the CPU.
    #[cfg(not(feature = "webgpu"))]
    fn of(_height: usize, _width: usize, _place: &ComputeDevice) -> Self {
        Self::Fast(Box::default())
    }
}

impl Fourier {
    pub fn new(height: usize, width: usize, device: &ComputeDevice) -> Self {
        Self {
            height,
            width,
            device: device.clone(),
            method: Rc::new(Method::of(height, width, device)),
        }
    }

    pub fn size(&self) -> [usize; 2] {
        [self.height, self.width]
    }

    pub fn device(&self) -> &ComputeDevice {
        &self.device
    }

    /// The spectrum of real planes `[B, C, H, W]`.
    pub fn forward(&self, x: Tensor<4>) -> Spectrum {
        match &*self.method {
            Method::Fast(plans) => plans.forward(self.size(), x),
            #[cfg(feature = "webgpu")]
            Method::Gpu(transform) => {
                let [re, im] = transform.forward(x);
                Spectrum { re, im }
            }
        }
    }

    /// The real part of the inverse transform.
    pub fn inverse(&self, s: Spectrum) -> Tensor<4> {
        match &*self.method {
            Method::Fast(plans) => plans.inverse(self.size(), s),
            #[cfg(feature = "webgpu")]
            Method::Gpu(transform) => transform.inverse(s.re, s.im),
        }
    }

    /// The inverse transform of spectra of real images.
    fn images(&self, s: Spectrum) -> Tensor<4> {
        match &*self.method {
            Method::Fast(plans) => plans.images(self.size(), s),
            #[cfg(feature = "webgpu")]
            Method::Gpu(_) => self.inverse(s),
        }
    }

    /// Works with the CPU's plan itself: for solvers that keep spectra from one transform to the
    /// next.
    ///
    /// # Panics
    /// Where the transform is a GPU's.
    pub(crate) fn planned<T: Real, R>(&self, f: impl FnOnce(&mut Plan<T>) -> R) -> R {
        match &*self.method {
            Method::Fast(plans) => Plan::with(T::plan(plans), self.size(), f),
            #[cfg(feature = "webgpu")]
            Method::Gpu(_) => panic!("a GPU's transform has no plan"),
        }
    }

    /// F^-1 (h F x), in x's float type: a real filter, even in space, given by its real spectrum h,
    /// `[B or 1, C or 1, H or 1, W or 1]`.
    pub fn filter(&self, x: Tensor<4>, h: Tensor<4>) -> Tensor<4> {
        let h = h.cast(x.dtype());
        // A constant needs no transform.
        if h.dims()[2..] == [1, 1] {
            return x * h;
        }
        match &*self.method {
            Method::Fast(plans) => plans.filter(self.size(), x, h),
            #[cfg(feature = "webgpu")]
            Method::Gpu(_) => {
                let [y] = self.through(x, |x| [x.scale(&h)], |y| y);
                y
            }
        }
    }

    /// f(F^-1 r(F x)), r a response for each of N filters, each real in space, and f formulas of
    /// the N images that they make, as large as the largest of them. x as a formula.
    pub fn through<const N: usize, const M: usize>(
        &self,
        x: impl Into<Formula>,
        respond: impl Fn(ComplexFormula) -> [ComplexFormula; N],
        then: impl Fn([Formula; N]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        self.filtered([x.into()], |[x]| respond(x), then)
    }

    /// The same of two images, whose responses are sums of what filters make of the one and of the
    /// other.
    ///
    /// A GPU transforms them as one complex image, x + i x'. The filters' sum h x + h' x' is then
    /// the real part of (h - i h') (x + i x'). Both images share one rounding error, and so they
    /// should have the same scale.
    pub fn through_both<const N: usize, const M: usize>(
        &self,
        x: [Formula; 2],
        respond: impl Fn([ComplexFormula; 2]) -> [ComplexFormula; N],
        then: impl Fn([Formula; N]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        self.filtered(x, respond, then)
    }

    /// Of one image or of two.
    fn filtered<const K: usize, const N: usize, const M: usize>(
        &self,
        x: [Formula; K],
        respond: impl Fn([ComplexFormula; K]) -> [ComplexFormula; N],
        then: impl Fn([Formula; N]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        #[cfg(feature = "webgpu")]
        if let Method::Gpu(transform) = &*self.method {
            let brought = |i: usize| Formula::brought(i);
            let (re, im, dtype) = (brought(0), brought(1), DType::F32);
            let turned = ComplexFormula {
                re: im.clone(),
                im: &re * -1.0,
                dtype,
            };
            let waves = [ComplexFormula { re, im, dtype }, turned];
            let responses = respond(std::array::from_fn(|i| waves[i].clone()));
            let responses = responses.map(|wave| [wave.re, wave.im]);
            let images = then(std::array::from_fn(brought));
            if let Some(images) = transform.through(&x, responses, images) {
                return images;
            }
        }
        // The spectra are gone before the results are made: each is as large as two of them.
        let waves = respond(x.map(|x| ComplexFormula::of(&self.forward(x.tensor()))));
        let images = waves.map(|wave| self.images(wave.spectrum()));
        tensors(then(images.map(Formula::from)))
    }
}
