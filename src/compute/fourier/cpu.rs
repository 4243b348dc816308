//! The Fourier transform on the CPU, by `rustfft`.

use std::cell::RefCell;
use std::ops::Range;

use burn::tensor::{DType, Tensor};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftDirection, FftNum, FftPlanner};

use super::spectrum::Spectrum;
use crate::compute::device::ComputeDevice;
use crate::compute::host::{tensor, values};

/// A float type of the CPU's transform.
pub(crate) trait Real: FftNum + burn::tensor::Element + bytemuck::Pod {
    /// The plan of this type. None before its first use.
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

/// The plans of one size, one for each float type.
#[derive(Default)]
pub(crate) struct Plans {
    f32: RefCell<Option<Plan<f32>>>,
    f64: RefCell<Option<Plan<f64>>>,
}

impl Plans {
    pub(crate) fn forward(&self, size: [usize; 2], x: Tensor<4>) -> Spectrum {
        match x.dtype() {
            DType::F64 => Plan::with(&self.f64, size, |plan| plan.forward(x)),
            _ => Plan::with(&self.f32, size, |plan| plan.forward(x)),
        }
    }

    pub(crate) fn inverse(&self, size: [usize; 2], s: Spectrum) -> Tensor<4> {
        match s.re.dtype() {
            DType::F64 => Plan::with(&self.f64, size, |plan| plan.inverse(s)),
            _ => Plan::with(&self.f32, size, |plan| plan.inverse(s)),
        }
    }

    pub(crate) fn images(&self, size: [usize; 2], s: Spectrum) -> Tensor<4> {
        match s.re.dtype() {
            DType::F64 => Plan::with(&self.f64, size, |plan| plan.images(s)),
            _ => Plan::with(&self.f32, size, |plan| plan.images(s)),
        }
    }

    pub(crate) fn filter(&self, size: [usize; 2], x: Tensor<4>, h: Tensor<4>) -> Tensor<4> {
        match x.dtype() {
            DType::F64 => Plan::with(&self.f64, size, |plan| plan.filter(x, h)),
            _ => Plan::with(&self.f32, size, |plan| plan.filter(x, h)),
        }
    }
}

/// Indices of the directions of a transform.
pub(crate) const FORWARD: usize = 0;
pub(crate) const INVERSE: usize = 1;

/// The transforms of the rows and columns of one size, and their buffers.
pub(crate) struct Plan<T: FftNum> {
    height: usize,
    width: usize,
    /// By direction, then by axis: rows, columns.
    passes: [[std::sync::Arc<dyn Fft<T>>; 2]; 2],
    /// A plane, row by row.
    pub plane: Vec<Complex<T>>,
    /// A spectrum, column by column.
    pub transposed: Vec<Complex<T>>,
    scratch: Vec<Complex<T>>,
}

impl<T: Real> Plan<T> {
    /// Calls `f` with the plan in `cell`, which is made at the first call.
    pub(crate) fn with<R>(
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
            transposed: vec![zero; height * width],
            scratch: vec![zero; scratch.unwrap_or(0)],
        }
    }

    /// Transforms `plane` in place.
    fn transform(&mut self, direction: usize) {
        self.spectrum(direction);
        transpose(&self.transposed, &mut self.plane, self.width, self.height);
    }

    /// Transforms the rows, then the columns, of `plane`; the result is in `transposed`.
    pub(crate) fn spectrum(&mut self, direction: usize) {
        let [rows, columns] = &self.passes[direction];
        rows.process_with_scratch(&mut self.plane, &mut self.scratch);
        transpose(&self.plane, &mut self.transposed, self.height, self.width);
        columns.process_with_scratch(&mut self.transposed, &mut self.scratch);
    }

    /// Transforms the columns, then the rows, of `transposed`; the result is in `plane`.
    pub(crate) fn image(&mut self, direction: usize) {
        let [rows, columns] = &self.passes[direction];
        columns.process_with_scratch(&mut self.transposed, &mut self.scratch);
        transpose(&self.transposed, &mut self.plane, self.width, self.height);
        rows.process_with_scratch(&mut self.plane, &mut self.scratch);
    }

    /// Transforms consecutive lines of the length of rows (axis 0) or of columns (axis 1).
    pub(crate) fn lines(&mut self, axis: usize, direction: usize, values: &mut [Complex<T>]) {
        self.passes[direction][axis].process_with_scratch(values, &mut self.scratch);
    }

    /// The spectra of real planes, two planes a and b of an image at a time, as the complex plane
    /// a + i b. The Hermitian part of its spectrum is that of a, the rest is i times that of b.
    ///
    /// Both planes share their rounding errors. Planes of different images, whose magnitudes may
    /// differ widely, are therefore never paired.
    fn forward(&mut self, x: Tensor<4>) -> Spectrum {
        let (shape, device, x) = (x.dims(), ComputeDevice::of(&x), values::<T>(x));
        let zero = T::zero();
        let (mut re, mut im) = (vec![zero; x.len()], vec![zero; x.len()]);
        let n = self.plane.len();
        for at in pairs(shape, n) {
            let (first, second) = x[at.clone()].split_at(n);
            for (i, (to, &re)) in self.plane.iter_mut().zip(first).enumerate() {
                *to = Complex::new(re, second.get(i).copied().unwrap_or(zero));
            }
            self.transform(FORWARD);
            if second.is_empty() {
                for ((re, im), value) in re[at.clone()].iter_mut().zip(&mut im[at]).zip(&self.plane)
                {
                    (*re, *im) = (value.re, value.im);
                }
            } else {
                self.split(&mut re[at.clone()], &mut im[at]);
            }
        }
        Spectrum {
            re: tensor(re, shape, &device),
            im: tensor(im, shape, &device),
        }
    }

    /// Splits the spectrum of a + i b in `plane` into those of the real planes a and b, which are
    /// written one after the other.
    fn split(&self, re: &mut [T], im: &mut [T]) {
        let (height, width) = (self.height, self.width);
        let half = T::one() / (T::one() + T::one());
        let (re_a, re_b) = re.split_at_mut(height * width);
        let (im_a, im_b) = im.split_at_mut(height * width);
        for row in 0..height {
            let opposite = (height - row) % height * width;
            for column in 0..width {
                let at = row * width + column;
                let (s, t) = (
                    self.plane[at],
                    self.plane[opposite + (width - column) % width],
                );
                re_a[at] = (s.re + t.re) * half;
                im_a[at] = (s.im - t.im) * half;
                re_b[at] = (s.im + t.im) * half;
                im_b[at] = (t.re - s.re) * half;
            }
        }
    }

    /// The inverse transform of spectra of real planes, two planes of an image at a time.
    fn images(&mut self, s: Spectrum) -> Tensor<4> {
        let (shape, device) = (s.re.dims(), ComputeDevice::of(&s.re));
        let (mut re, im) = (values::<T>(s.re), values::<T>(s.im));
        let n = self.plane.len();
        let unit = T::one() / T::from_usize(n).expect("a plane's size fits a float");
        for at in pairs(shape, n) {
            let (first, second) = re[at.clone()].split_at_mut(n);
            let (im_a, im_b) = im[at].split_at(n);
            for (i, to) in self.plane.iter_mut().enumerate() {
                *to = match second.get(i) {
                    // The first spectrum plus i times the second.
                    Some(&re_b) => Complex::new(first[i] - im_b[i], im_a[i] + re_b),
                    None => Complex::new(first[i], im_a[i]),
                };
            }
            self.transform(INVERSE);
            for (i, value) in self.plane.iter().enumerate() {
                first[i] = value.re * unit;
                if let Some(to) = second.get_mut(i) {
                    *to = value.im * unit;
                }
            }
        }
        tensor(re, shape, &device)
    }

    fn inverse(&mut self, s: Spectrum) -> Tensor<4> {
        let (shape, device) = (s.re.dims(), ComputeDevice::of(&s.re));
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
        tensor(x, shape, &device)
    }

    /// The inverse transform of h times the spectrum of x. Neighbouring planes under one filter are
    /// transformed as one complex plane: a real h keeps its real and imaginary parts separate.
    fn filter(&mut self, x: Tensor<4>, h: Tensor<4>) -> Tensor<4> {
        let (device, [batch, channels, height, width]) = (ComputeDevice::of(&x), x.dims());
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
        tensor(x, shape, &device)
    }

    /// Filters one plane or two in place.
    fn filter_pair(&mut self, planes: &mut [T], filter: &[T], unit: T) {
        let n = self.plane.len();
        let (first, second) = planes.split_at_mut(n);
        for (i, (to, &re)) in self.plane.iter_mut().zip(first.iter()).enumerate() {
            *to = Complex::new(re, second.get(i).copied().unwrap_or(T::zero()));
        }
        self.spectrum(FORWARD);
        // The spectrum is transposed and stays so, which saves two transpositions.
        let (height, width) = (self.height, self.width);
        for (column, line) in self.transposed.chunks_exact_mut(height).enumerate() {
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

/// The indices of the values of two consecutive planes of an image, each of n values, or of its
/// last plane alone.
fn pairs([batch, channels, ..]: [usize; 4], n: usize) -> impl Iterator<Item = Range<usize>> {
    let of_image = move |image: usize| {
        let pair = move |first: usize| {
            let last = (first + 2).min(channels);
            (image * channels + first) * n..(image * channels + last) * n
        };
        (0..channels).step_by(2).map(pair)
    };
    (0..batch).flat_map(of_image)
}

/// Transposes `[height, width]` to `[width, height]`, in blocks that fit the cache.
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
