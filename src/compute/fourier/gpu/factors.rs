//! The DFT along one axis by passes over global memory: one launch for each pass, no workgroup
//! memory.
//!
//! The passes are Stockham's, whose result is in natural order. A line of length n = r_1 … r_p
//! takes p passes. With l = r_1 … r_(i-1) and w = e^(-2 pi i/n), pass i computes, for each o < n,
//!
//! ```text
//! y[o] = sum over q < r_i of x[s + q n/r_i] w^(q (o mod l r_i) n/(l r_i))
//!        where s = floor(o/(l r_i)) l + (o mod l)
//! ```
//!
//! Factors are products of primes up to [`LARGEST`], so that two passes suffice up to n = 1024. A
//! larger prime is a factor by itself. The twiddle factors are in a table that is computed in f64.
//! For the roofline, a pass of factor r: 8 r FLOP and 16 B for each value, as caches serve its r
//! inputs.

use std::f64::consts::TAU;

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use crate::compute::device::ComputeDevice;
use crate::compute::gpu::{empty, from_tensor, grid};

/// The largest composite factor. A pass takes as many multiplications for each value as its factor,
/// and one launch.
const LARGEST: usize = 32;

/// The real and imaginary parts of planes.
pub(super) type Complex = [CubeTensor; 2];

/// The transform of one axis by passes alone.
pub(super) struct Factors {
    length: usize,
    /// The factors of the passes, in order.
    factors: Vec<usize>,
    /// For each k < length the pair cos and sin of 2 pi k/length.
    twiddles: CubeTensor,
}

impl Factors {
    /// The transform of lines of `length` values.
    pub(super) fn new(length: usize, device: &ComputeDevice) -> Self {
        let twiddles = (0..length).flat_map(|k| {
            let angle = TAU * k as f64 / length as f64;
            [angle.cos() as f32, angle.sin() as f32]
        });
        Self {
            length,
            factors: factors(length),
            twiddles: from_tensor(device.tensor_f32(twiddles.collect(), [2 * length])),
        }
    }

    /// Cost per value, in complex multiplications.
    pub(super) fn cost(length: usize) -> usize {
        factors(length).into_iter().sum()
    }

    /// `scale` times the transform of lines whose values are `stride` apart, given by real and
    /// imaginary parts; no imaginary part means zero. `sign` is 1 for the forward transform and -1
    /// for the inverse.
    pub(super) fn lines(
        &self,
        (mut re, mut im): (CubeTensor, Option<CubeTensor>),
        stride: usize,
        sign: f32,
        scale: f32,
    ) -> Complex {
        let (mut done, mut scale) = (1, scale);
        for &factor in &self.factors {
            let shape: [usize; 4] = re.meta.shape().dims();
            let to = [empty(&re, shape), empty(&re, shape)];
            let values: usize = shape.iter().product();
            let (count, dim) = grid(&re, values);
            // SAFETY: every index lies within a line, and every line within the planes.
            unsafe {
                pass::launch_unchecked(
                    &re.client.clone(),
                    count,
                    dim,
                    re.into_buffer_arg(),
                    im.map(CubeTensor::into_buffer_arg).into(),
                    self.twiddles.clone().into_buffer_arg(),
                    to[0].clone().into_buffer_arg(),
                    to[1].clone().into_buffer_arg(),
                    values as u32,
                    self.length as u32,
                    stride as u32,
                    factor as u32,
                    done,
                    sign,
                    scale,
                );
            }
            done *= factor as u32;
            scale = 1.0;
            let [next_re, next_im] = to;
            (re, im) = (next_re, Some(next_im));
        }
        [re, im.expect("an axis has at least one factor")]
    }
}

/// The factors of n in the order of their passes: as few as possible, and then of the least sum.
fn factors(n: usize) -> Vec<usize> {
    let divisors = (2..=LARGEST.min(n)).filter(|d| n.is_multiple_of(*d));
    let rest = |d: usize| match n / d {
        1 => vec![d],
        rest => [vec![d], factors(rest)].concat(),
    };
    let smallest = || (2..=n).find(|d| n.is_multiple_of(*d)).map(rest);
    divisors
        .map(rest)
        .min_by_key(|factors| (factors.len(), factors.iter().sum::<usize>()))
        .or_else(smallest)
        .unwrap_or_else(|| vec![1])
}

/// One pass over all lines, whose values are `stride` apart. `done` is the product of the factors
/// of the earlier passes.
#[cube(launch_unchecked)]
#[allow(
    clippy::too_many_arguments,
    reason = "a kernel's arguments are its interface"
)]
fn pass(
    re: &[f32],
    im: ComptimeOption<&[f32]>,
    twiddles: &[Vector<f32, Const<2>>],
    to_re: &mut [f32],
    to_im: &mut [f32],
    values: u32,
    length: u32,
    stride: u32,
    factor: u32,
    done: u32,
    sign: f32,
    scale: f32,
) {
    if ABSOLUTE_POS >= values as usize {
        terminate!();
    }
    let (length, stride) = (length as usize, stride as usize);
    let (factor, done) = (factor as usize, done as usize);
    let inner = ABSOLUTE_POS % stride;
    let line = ABSOLUTE_POS / stride;
    let (to, start) = (line % length, line / length * length);
    let span = done * factor;
    let from = to / span * done + to % done;
    let hop = length / factor;
    let step = to % span * (length / span);
    let mut twiddle = 0usize;
    let mut sum_re = 0.0f32;
    let mut sum_im = 0.0f32;
    for q in 0..factor {
        let at = (start + from + q * hop) * stride + inner;
        let w = twiddles[twiddle];
        let cos = w.extract(0usize);
        let sin = w.extract(1usize) * sign;
        let x = re[at];
        sum_re += x * cos;
        sum_im -= x * sin;
        if im.is_some() {
            let x = im.unwrap()[at];
            sum_re += x * sin;
            sum_im += x * cos;
        }
        twiddle += step;
        if twiddle >= length {
            twiddle -= length;
        }
    }
    to_re[ABSOLUTE_POS] = sum_re * scale;
    to_im[ABSOLUTE_POS] = sum_im * scale;
}
