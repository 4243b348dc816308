//! Spectra, and formulas of complex numbers.

use burn::tensor::{DType, Tensor};

use crate::compute::device::ComputeDevice;
use crate::compute::formula::{Formula, tensors};
use crate::compute::host::values;

/// A complex spectrum as two real tensors of one shape.
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// The real parts.
    pub re: Tensor<4>,
    /// The imaginary parts.
    pub im: Tensor<4>,
}

impl Spectrum {
    /// The product with another spectrum at each frequency, in the float type of `self`.
    pub fn times(&self, other: &Spectrum) -> Self {
        ComplexFormula::of(self).times(other).spectrum()
    }

    /// The product with the conjugate of `filter`, in the float type of `self`.
    pub fn back_through(&self, filter: &Spectrum) -> Self {
        ComplexFormula::of(self).back_through(filter).spectrum()
    }

    /// A copy on `device`, in its float type. `self` must be on the CPU.
    pub fn to_device(&self, device: &ComputeDevice) -> Self {
        let moved = |t: &Tensor<4>| device.tensor(values(t.clone().cast(DType::F64)), t.dims());
        Self {
            re: moved(&self.re),
            im: moved(&self.im),
        }
    }

    /// The squared magnitude at each frequency.
    pub fn power(&self) -> Tensor<4> {
        let [re, im] = [&self.re, &self.im].map(Formula::from);
        (&re * &re + &im * &im).tensor()
    }
}

/// A complex number at each frequency, given by formulas of its real and imaginary parts.
#[derive(Debug, Clone)]
pub struct ComplexFormula {
    pub(super) re: Formula,
    pub(super) im: Formula,
    /// The float type of the result.
    pub(super) dtype: DType,
}

impl ComplexFormula {
    /// The values of `spectrum`.
    pub fn of(spectrum: &Spectrum) -> Self {
        Self {
            re: (&spectrum.re).into(),
            im: (&spectrum.im).into(),
            dtype: spectrum.re.dtype(),
        }
    }

    /// The values of the formula.
    pub fn spectrum(self) -> Spectrum {
        let [re, im] = tensors([self.re, self.im]);
        Spectrum { re, im }
    }

    /// `spectrum` in the float type of `self`. Products that share the result read it once.
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

    /// The product with the conjugate of a spectrum.
    pub fn back_through(&self, filter: &Spectrum) -> Self {
        self.correlated(&self.like(filter))
    }

    /// The product with the conjugate of another formula.
    pub fn correlated(&self, filter: &Self) -> Self {
        let Self { re, im, .. } = filter;
        self.with(&self.re * re + &self.im * im, &self.im * re - &self.re * im)
    }

    /// The product with a real number.
    pub fn scale(&self, by: impl Into<Formula>) -> Self {
        let by = by.into();
        self.with(&self.re * &by, &self.im * by)
    }

    /// The sum with `other` times a real number.
    pub fn plus(&self, other: &Spectrum, by: impl Into<Formula>) -> Self {
        self.sum(self.like(other).scale(by))
    }

    /// The difference to another formula.
    pub fn minus(&self, other: Self) -> Self {
        self.with(&self.re - other.re, &self.im - other.im)
    }

    /// The sum with another formula.
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
