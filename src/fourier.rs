//! The two-dimensional discrete Fourier transform of image planes, `[batch, channels, height, width]`.
//!
//! Forward e^(-i), not normalised; inverse 1/(HW). Any size. On the CPU by `rustfft`; on a GPU by a kernel, so that no pixel leaves the device.

use std::cell::RefCell;
use std::rc::Rc;

use burn::tensor::{DType, Tensor, TensorData};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftDirection, FftNum, FftPlanner};

use crate::kernels::formula::{Formula, tensors};
#[cfg(feature = "webgpu")]
use crate::kernels::gpu::GpuFourier;
use crate::place::Place;

/// A complex spectrum as two real tensors of one shape.
#[derive(Clone, Debug)]
pub struct Spectrum {
    pub re: Tensor<4>,
    pub im: Tensor<4>,
}

impl Spectrum {
    /// The product, frequency by frequency, in this one's float type.
    pub fn times(&self, other: &Spectrum) -> Self {
        Wave::of(self).times(other).spectrum()
    }

    /// The product with the conjugate of a filter.
    pub fn back_through(&self, filter: &Spectrum) -> Self {
        Wave::of(self).back_through(filter).spectrum()
    }

    /// The same at another place; this one must be on the CPU.
    pub fn to_place(&self, place: &Place) -> Self {
        let moved = |t: &Tensor<4>| place.tensor(values(t.clone().cast(DType::F64)), t.dims());
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
pub struct Wave {
    re: Formula,
    im: Formula,
    /// The float type that it is computed in.
    dtype: DType,
}

impl Wave {
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

    /// A spectrum in this one's float type.
    fn like(&self, spectrum: &Spectrum) -> [Formula; 2] {
        [&spectrum.re, &spectrum.im].map(|part| part.clone().cast(self.dtype).into())
    }

    /// The product with a spectrum.
    pub fn times(&self, filter: &Spectrum) -> Self {
        let [re, im] = self.like(filter);
        self.with(
            &self.re * &re - &self.im * &im,
            &self.re * im + &self.im * re,
        )
    }

    /// The product with the conjugate of one.
    pub fn back_through(&self, filter: &Spectrum) -> Self {
        let [re, im] = self.like(filter);
        self.with(
            &self.re * &re + &self.im * &im,
            &self.im * re - &self.re * im,
        )
    }

    /// The product with a real number.
    pub fn scale(&self, by: impl Into<Formula>) -> Self {
        let by = by.into();
        self.with(&self.re * &by, &self.im * by)
    }

    /// The sum with a spectrum times a real number.
    pub fn plus(&self, other: &Spectrum, by: impl Into<Formula>) -> Self {
        let (by, [re, im]) = (by.into(), self.like(other));
        self.with(&self.re + re * &by, &self.im + im * by)
    }

    /// This less another.
    pub fn minus(&self, other: Self) -> Self {
        self.with(&self.re - other.re, &self.im - other.im)
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
    place: Place,
    method: Rc<Method>,
}

enum Method {
    Fast(Box<Plans>),
    #[cfg(feature = "webgpu")]
    Gpu(Box<GpuFourier>),
}

impl Method {
    #[cfg(feature = "webgpu")]
    fn of(height: usize, width: usize, place: &Place) -> Self {
        if place.is_cpu() {
            return Self::Fast(Box::default());
        }
        Self::Gpu(Box::new(GpuFourier::new(height, width, place)))
    }

    /// There is no place but the CPU.
    #[cfg(not(feature = "webgpu"))]
    fn of(_height: usize, _width: usize, _place: &Place) -> Self {
        Self::Fast(Box::default())
    }
}

/// A float type that the CPU transforms in.
pub(crate) trait Real: FftNum + burn::tensor::Element {
    /// The plan of this type, once made.
    fn plan(plans: &Plans) -> &RefCell<Option<Plan<Self>>>;
}

impl Real for f32 {
    fn plan(plans: &Plans) -> &RefCell<Option<Plan<Self>>> {
        &plans.f32
    }
}

impl Real for f64 {
    fn plan(plans: &Plans) -> &RefCell<Option<Plan<Self>>> {
        &plans.f64
    }
}

/// Plans of one size.
#[derive(Default)]
pub(crate) struct Plans {
    f32: RefCell<Option<Plan<f32>>>,
    f64: RefCell<Option<Plan<f64>>>,
}

impl Fourier {
    pub fn new(height: usize, width: usize, place: &Place) -> Self {
        Self {
            height,
            width,
            place: place.clone(),
            method: Rc::new(Method::of(height, width, place)),
        }
    }

    pub fn size(&self) -> [usize; 2] {
        [self.height, self.width]
    }

    pub fn place(&self) -> &Place {
        &self.place
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

    /// Works with the CPU's plan itself: for solvers that keep spectra from one transform to the next.
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

    /// F^-1 (h F x), in x's float type: a real filter, even in space, given by its real spectrum h, `[B or 1, C or 1, H or 1, W or 1]`.
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

    /// f(F^-1 r(F x)), r a response for each of N filters, and f formulas of the N images that they make, as large as the largest of them. x as a formula.
    pub fn through<const N: usize, const M: usize>(
        &self,
        x: impl Into<Formula>,
        respond: impl Fn(Wave) -> [Wave; N],
        then: impl Fn([Formula; N]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        let x = x.into();
        #[cfg(feature = "webgpu")]
        if let Method::Gpu(transform) = &*self.method {
            let brought = |i: usize| Formula::brought(i);
            let wave = Wave {
                re: brought(0),
                im: brought(1),
                dtype: DType::F32,
            };
            let responses = respond(wave).map(|wave| [wave.re, wave.im]);
            let images = then(std::array::from_fn(brought));
            if let Some(images) = transform.through(&x, responses, images) {
                return images;
            }
        }
        // The spectrum is gone before the results are made: it is as large as two of them.
        let waves = respond(Wave::of(&self.forward(x.tensor())));
        let images = waves.map(|wave| self.inverse(wave.spectrum()));
        tensors(then(images.map(Formula::from)))
    }
}

impl Plans {
    fn forward(&self, size: [usize; 2], x: Tensor<4>) -> Spectrum {
        match x.dtype() {
            DType::F64 => Plan::with(&self.f64, size, |plan| plan.forward(x)),
            _ => Plan::with(&self.f32, size, |plan| plan.forward(x)),
        }
    }

    fn inverse(&self, size: [usize; 2], s: Spectrum) -> Tensor<4> {
        match s.re.dtype() {
            DType::F64 => Plan::with(&self.f64, size, |plan| plan.inverse(s)),
            _ => Plan::with(&self.f32, size, |plan| plan.inverse(s)),
        }
    }

    fn filter(&self, size: [usize; 2], x: Tensor<4>, h: Tensor<4>) -> Tensor<4> {
        match x.dtype() {
            DType::F64 => Plan::with(&self.f64, size, |plan| plan.filter(x, h)),
            _ => Plan::with(&self.f32, size, |plan| plan.filter(x, h)),
        }
    }
}

/// Which way a transform goes, as an index.
pub(crate) const FORWARD: usize = 0;
pub(crate) const INVERSE: usize = 1;

/// Row and column transforms of one size, and the buffers they work in.
pub(crate) struct Plan<T: FftNum> {
    height: usize,
    width: usize,
    passes: [[std::sync::Arc<dyn Fft<T>>; 2]; 2],
    /// An image, row by row.
    pub plane: Vec<Complex<T>>,
    /// A spectrum, column by column.
    pub turned: Vec<Complex<T>>,
    scratch: Vec<Complex<T>>,
}

impl<T: Real> Plan<T> {
    fn with<R>(
        cell: &RefCell<Option<Self>>,
        size: [usize; 2],
        f: impl FnOnce(&mut Self) -> R,
    ) -> R {
        f(cell.borrow_mut().get_or_insert_with(|| Self::new(size)))
    }

    fn new([height, width]: [usize; 2]) -> Self {
        let mut planner = FftPlanner::new();
        let mut plan = |direction| {
            [
                planner.plan_fft(width, direction),
                planner.plan_fft(height, direction),
            ]
        };
        let passes = [plan(FftDirection::Forward), plan(FftDirection::Inverse)];
        let scratch = passes.iter().flatten();
        let scratch = scratch.map(|p| p.get_inplace_scratch_len()).max();
        let zero = Complex::new(T::zero(), T::zero());
        Self {
            height,
            width,
            passes,
            plane: vec![zero; height * width],
            turned: vec![zero; height * width],
            scratch: vec![zero; scratch.unwrap_or(0)],
        }
    }

    /// Rows, then columns; the result lies in `plane`.
    fn transform(&mut self, direction: usize) {
        self.spectrum(direction);
        transpose(&self.turned, &mut self.plane, self.width, self.height);
    }

    /// Rows, then columns, from `plane`; the result lies turned in `turned`.
    pub fn spectrum(&mut self, direction: usize) {
        let [rows, columns] = &self.passes[direction];
        rows.process_with_scratch(&mut self.plane, &mut self.scratch);
        transpose(&self.plane, &mut self.turned, self.height, self.width);
        columns.process_with_scratch(&mut self.turned, &mut self.scratch);
    }

    /// Columns, then rows, from `turned`; the result lies in `plane`.
    pub fn image(&mut self, direction: usize) {
        let [rows, columns] = &self.passes[direction];
        columns.process_with_scratch(&mut self.turned, &mut self.scratch);
        transpose(&self.turned, &mut self.plane, self.width, self.height);
        rows.process_with_scratch(&mut self.plane, &mut self.scratch);
    }

    /// Lines as long as rows (axis 0) or as columns (axis 1), one after another.
    pub fn lines(&mut self, axis: usize, direction: usize, values: &mut [Complex<T>]) {
        self.passes[direction][axis].process_with_scratch(values, &mut self.scratch);
    }

    fn forward(&mut self, x: Tensor<4>) -> Spectrum {
        let (shape, place, x) = (x.dims(), Place::of(&x), values::<T>(x));
        let (mut re, mut im) = (Vec::with_capacity(x.len()), Vec::with_capacity(x.len()));
        for plane in x.chunks_exact(self.plane.len()) {
            for (to, &from) in self.plane.iter_mut().zip(plane) {
                *to = Complex::new(from, T::zero());
            }
            self.transform(FORWARD);
            re.extend(self.plane.iter().map(|c| c.re));
            im.extend(self.plane.iter().map(|c| c.im));
        }
        Spectrum {
            re: tensor(re, shape, &place),
            im: tensor(im, shape, &place),
        }
    }

    fn inverse(&mut self, s: Spectrum) -> Tensor<4> {
        let (shape, place) = (s.re.dims(), Place::of(&s.re));
        let (re, im) = (values::<T>(s.re), values::<T>(s.im));
        let n = self.plane.len();
        let unit = T::one() / T::from_usize(n).expect("a plane's size fits a float");
        let mut x = Vec::with_capacity(re.len());
        for (re, im) in re.chunks_exact(n).zip(im.chunks_exact(n)) {
            for (to, (&re, &im)) in self.plane.iter_mut().zip(re.iter().zip(im)) {
                *to = Complex::new(re, im);
            }
            self.transform(INVERSE);
            x.extend(self.plane.iter().map(|c| c.re * unit));
        }
        tensor(x, shape, &place)
    }

    /// Two planes at a time, one as the real part of a complex image and one as the imaginary: a real filter keeps them apart.
    fn filter(&mut self, x: Tensor<4>, h: Tensor<4>) -> Tensor<4> {
        let (place, [batch, channels, height, width]) = (Place::of(&x), x.dims());
        let batch = batch.max(h.dims()[0]);
        let shape = [batch, channels, height, width];
        let [filters, kinds, ..] = h.dims();
        let h = values::<T>(h.expand([filters, kinds, height, width]));
        let mut x = values::<T>(x.expand(shape));
        let n = self.plane.len();
        let unit = T::one() / T::from_usize(n).expect("a plane's size fits a float");
        let filter_of = |plane: usize| {
            let (image, channel) = (plane / channels, plane % channels);
            let at = image.min(filters - 1) * kinds + channel.min(kinds - 1);
            &h[at * n..(at + 1) * n]
        };
        let mut first = 0;
        while first < batch * channels {
            let same = first + 1 < batch * channels
                && std::ptr::eq(filter_of(first), filter_of(first + 1));
            let count = if same { 2 } else { 1 };
            let planes = &mut x[first * n..(first + count) * n];
            self.filter_pair(planes, filter_of(first), unit);
            first += count;
        }
        tensor(x, shape, &place)
    }

    /// One plane or two, by one filter.
    fn filter_pair(&mut self, planes: &mut [T], filter: &[T], unit: T) {
        let n = self.plane.len();
        let (first, second) = planes.split_at_mut(n);
        for (i, (to, &re)) in self.plane.iter_mut().zip(first.iter()).enumerate() {
            *to = Complex::new(re, second.get(i).copied().unwrap_or(T::zero()));
        }
        self.spectrum(FORWARD);
        // The spectrum lies turned, and stays so: two transpositions less.
        let (height, width) = (self.height, self.width);
        for (column, line) in self.turned.chunks_exact_mut(height).enumerate() {
            for (row, value) in line.iter_mut().enumerate() {
                *value = *value * (filter[row * width + column] * unit);
            }
        }
        self.image(INVERSE);
        for (i, value) in self.plane.iter().enumerate() {
            first[i] = value.re;
            if let Some(to) = second.get_mut(i) {
                *to = value.im;
            }
        }
    }
}

/// A tensor's values, of its own type.
pub(crate) fn values<T: burn::tensor::Element>(x: Tensor<4>) -> Vec<T> {
    x.into_data()
        .try_into_vec()
        .expect("a tensor's data is of its own type")
}

/// A tensor of them.
pub(crate) fn tensor<T: burn::tensor::Element>(
    values: Vec<T>,
    shape: [usize; 4],
    place: &Place,
) -> Tensor<4> {
    Tensor::from_data(
        TensorData::new(values, shape),
        (place.device(), place.dtype()),
    )
}

/// `[height, width]` to `[width, height]`, in blocks that fit the cache.
pub(crate) fn transpose<T: Copy>(from: &[T], to: &mut [T], height: usize, width: usize) {
    const BLOCK: usize = 16;
    for top in (0..height).step_by(BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            for i in top..height.min(top + BLOCK) {
                for j in left..width.min(left + BLOCK) {
                    to[j * height + i] = from[i * width + j];
                }
            }
        }
    }
}
