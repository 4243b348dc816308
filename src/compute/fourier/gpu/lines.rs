//! The DFT of whole lines in workgroup memory, by Stockham's passes as in [`super::passes`].
//!
//! Lines have up to 1024 values and factors of at most [`LARGEST`]; a workgroup takes several of
//! them. Two buffers of [`CAPACITY`] complex values fill the 16 KiB of workgroup memory that every
//! WebGPU adapter has.
//!
//! Twiddle factors are computed where they are used. A table would take one of the eight storage
//! buffers that a shader may have.

use std::f32::consts::FRAC_PI_4;

use cubecl::prelude::*;

/// Complex values of a workgroup.
pub(super) const CAPACITY: usize = 1024;
/// Invocations of a workgroup.
pub(super) const UNITS: usize = 256;
/// Complex values of an invocation.
pub(super) const VALUES: usize = CAPACITY / UNITS;

/// The largest factor. A pass multiplies its phasor up to powers as high as its factor, and powers
/// around 32 have lost one decimal digit.
const LARGEST: usize = 32;
/// Overhead of a pass, in multiplications for each value: two barriers, and one reading and writing
/// of workgroup memory.
const PASS_OVERHEAD: usize = 4;

/// Bits of each factor in [`Factors`]. The cheapest factorisation of a length up to [`CAPACITY`]
/// has at most five factors, which fit 32 bits.
const BITS: u32 = 6;

/// The length of a line, and its factors in the order of the passes.
#[derive(Clone)]
pub(super) struct Line {
    length: usize,
    factors: Vec<usize>,
}

/// The factors of a line as an argument of a launch, so that one pipeline serves all lengths.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub(super) struct Factors {
    /// The number of factors.
    passes: u32,
    /// The factors, [`BITS`] each, from the lowest bits up.
    packed: u32,
}

impl Line {
    /// None if the line is too long, or has too large a prime factor.
    pub(super) fn new(length: usize) -> Option<Self> {
        let factors = cheapest(length)?;
        (length <= CAPACITY).then_some(Self { length, factors })
    }

    /// The largest number of lines of a workgroup.
    pub(super) fn lines_per_workgroup(&self) -> usize {
        CAPACITY / self.length
    }

    /// The factors as an argument of a launch.
    pub(super) fn factors(&self) -> FactorsLaunch {
        let digits = self.factors.iter().enumerate();
        let packed = digits.map(|(pass, &factor)| (factor as u32) << (BITS * pass as u32));
        FactorsLaunch::new(self.factors.len() as u32, packed.sum())
    }
}

/// The factors of n of least cost. None if a prime factor exceeds [`LARGEST`].
fn cheapest(n: usize) -> Option<Vec<usize>> {
    if n == 1 {
        return Some(Vec::new());
    }
    let divisors = (2..=LARGEST.min(n)).filter(|d| n.is_multiple_of(*d));
    divisors
        .filter_map(|d| Some([vec![d], cheapest(n / d)?].concat()))
        .min_by_key(|factors| {
            let costs = factors.iter().map(|factor| factor + PASS_OVERHEAD);
            costs.sum::<usize>()
        })
}

/// Workgroup memory for the real and the imaginary parts of lines: two buffers of [`CAPACITY`]
/// values for each.
#[derive(CubeType)]
pub(super) struct LineBuffers {
    pub re: Shared<[f32]>,
    pub im: Shared<[f32]>,
}

#[cube]
pub(super) fn buffers() -> LineBuffers {
    LineBuffers {
        re: Shared::<[f32]>::new_slice(comptime!(2 * CAPACITY)),
        im: Shared::<[f32]>::new_slice(comptime!(2 * CAPACITY)),
    }
}

/// Transforms consecutive lines of `length` values, `values` in all, that begin at index 0. `sign`
/// is 1 for the forward transform and -1 for the inverse. Returns the index at which the result
/// begins. All invocations may read it at once.
#[cube]
pub(super) fn transform(
    buffers: &mut LineBuffers,
    factors: &Factors,
    length: usize,
    values: usize,
    sign: f32,
) -> usize {
    let mut done = 1usize;
    let mut from = 0usize;
    for pass in 0..factors.passes {
        let factor = (factors.packed >> (pass * BITS)) as usize % comptime!(1usize << BITS);
        let to = CAPACITY - from;
        let span = done * factor;
        let hop = length / factor;
        sync_cube();
        for i in range_stepped(UNIT_POS as usize, values, UNITS) {
            let o = i % length;
            let start = from + i - o + o / span * done + o % done;
            let step = phasor(o % span * (length / span), length);
            let (step_re, step_im) = (step.re, -step.im * sign);
            let mut re = 1.0f32;
            let mut im = 0.0f32;
            let mut sum_re = 0.0f32;
            let mut sum_im = 0.0f32;
            for q in 0..factor {
                let (x_re, x_im) = (buffers.re[start + q * hop], buffers.im[start + q * hop]);
                sum_re += x_re * re - x_im * im;
                sum_im += x_re * im + x_im * re;
                let next = re * step_re - im * step_im;
                im = re * step_im + im * step_re;
                re = next;
            }
            buffers.re[to + i] = sum_re;
            buffers.im[to + i] = sum_im;
        }
        from = to;
        done = span;
    }
    sync_cube();
    from
}

#[derive(CubeType, Clone, Copy)]
struct Phasor {
    re: f32,
    im: f32,
}

/// e^(2 pi i k/n), 0 <= k < n, within two units in the last place. WGSL guarantees only an error of
/// 2^-11 for its own sin and cos.
///
/// Integer arithmetic reduces the angle to an eighth of the circle. There sin and cos are power
/// series whose first omitted term is below 4e-9.
#[cube]
fn phasor(k: usize, n: usize) -> Phasor {
    let eighth = 8 * k / n;
    let rest = 8 * k - eighth * n;
    let rest = select(eighth % 2 == 1, n - rest, rest);
    let x = f32::cast_from(rest) * (FRAC_PI_4 / f32::cast_from(n));
    let x2 = x * x;
    let mut cos = x2 * comptime!(1.0f32 / 40_320.0) - comptime!(1.0f32 / 720.0);
    cos = (cos * x2 + comptime!(1.0f32 / 24.0)) * x2 - 0.5;
    cos = cos * x2 + 1.0;
    let mut sin = x2 * comptime!(1.0f32 / 362_880.0) - comptime!(1.0f32 / 5040.0);
    sin = (sin * x2 + comptime!(1.0f32 / 120.0)) * x2 - comptime!(1.0f32 / 6.0);
    sin = (sin * x2 + 1.0) * x;
    let swapped = (eighth + 1) % 4 >= 2;
    let re = select(swapped, sin, cos);
    let im = select(swapped, cos, sin);
    Phasor {
        re: select((eighth + 2) % 8 >= 4, -re, re),
        im: select(eighth >= 4, -im, im),
    }
}
