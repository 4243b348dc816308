//! The DFT of whole lines in workgroup memory, in Stockham's form as in [`super::passes`]: lines of
//! up to 1024 values whose factors are at most [`LARGEST`], several lines to a workgroup. Two
//! buffers of [`HELD`] complex values, which fill the 16 KiB that every WebGPU adapter has.
//!
//! The waves are computed where they are used: a table would take one of the eight buffers that a
//! shader may see.

use std::f32::consts::FRAC_PI_4;

use cubecl::prelude::*;

/// Complex values that a workgroup holds.
pub const HELD: usize = 1024;
/// Invocations of a workgroup, and values of each.
pub const UNITS: usize = 256;
pub const EACH: usize = HELD / UNITS;

/// Greatest factor: the powers of a phasor are multiplied up, and lose a digit by about that many.
const LARGEST: usize = 32;
/// What a pass costs beside its multiplications, in multiplications a value: two barriers and the
/// way through workgroup memory.
const PASS: usize = 4;

/// Bits of a factor among packed ones: at most five factors are ever the cheapest for [`HELD`]
/// values.
const BITS: u32 = 6;

/// A line's length and its factors, in order of their passes.
#[derive(Clone)]
pub struct Line {
    length: usize,
    factors: Vec<usize>,
}

/// The passes of a line: known at the launch, so that one pipeline serves all lengths.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub struct Factors {
    passes: u32,
    packed: u32,
}

impl Line {
    /// None for lines that do not fit.
    pub fn new(length: usize) -> Option<Self> {
        let factors = cheapest(length)?;
        (length <= HELD).then_some(Self { length, factors })
    }

    /// Lines that a workgroup takes.
    pub fn together(&self) -> usize {
        HELD / self.length
    }

    /// As a launch takes them.
    pub fn factors(&self) -> FactorsLaunch {
        let digits = self.factors.iter().enumerate();
        let packed = digits.map(|(pass, &factor)| (factor as u32) << (BITS * pass as u32));
        FactorsLaunch::new(self.factors.len() as u32, packed.sum())
    }
}

/// The factors of least cost; none where a prime is too large.
fn cheapest(n: usize) -> Option<Vec<usize>> {
    if n == 1 {
        return Some(Vec::new());
    }
    let divisors = (2..=LARGEST.min(n)).filter(|d| n.is_multiple_of(*d));
    divisors
        .filter_map(|d| Some([vec![d], cheapest(n / d)?].concat()))
        .min_by_key(|factors| factors.iter().map(|factor| factor + PASS).sum::<usize>())
}

/// Real and imaginary parts in workgroup memory, two buffers of [`HELD`] each.
#[derive(CubeType)]
pub struct Held {
    pub re: Shared<[f32]>,
    pub im: Shared<[f32]>,
}

#[cube]
pub fn held() -> Held {
    Held {
        re: Shared::<[f32]>::new_slice(comptime!(2 * HELD)),
        im: Shared::<[f32]>::new_slice(comptime!(2 * HELD)),
    }
}

/// Transforms `values` values, lines of `length` one after another, from the first buffer; `sign`
/// is 1 forward and -1 back. Returns where the result begins; all invocations may read it.
#[cube]
pub fn transform(
    held: &mut Held,
    factors: &Factors,
    length: usize,
    values: usize,
    sign: f32,
) -> usize {
    let mut done = 1usize;
    let mut from = 0usize;
    for pass in 0..factors.passes {
        let factor = (factors.packed >> (pass * BITS)) as usize % comptime!(1usize << BITS);
        let to = HELD - from;
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
                let (x_re, x_im) = (held.re[start + q * hop], held.im[start + q * hop]);
                sum_re += x_re * re - x_im * im;
                sum_im += x_re * im + x_im * re;
                let next = re * step_re - im * step_im;
                im = re * step_im + im * step_re;
                re = next;
            }
            held.re[to + i] = sum_re;
            held.im[to + i] = sum_im;
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

/// e^(2 pi i k/n), 0 <= k < n, within two units in the last place: WGSL promises its own sin and
/// cos to 2^-11 only. Brought to an eighth of the circle in whole numbers, then by series whose
/// first term left out is below 4e-9.
#[cube]
fn phasor(k: usize, n: usize) -> Phasor {
    let eighth = 8 * k / n;
    let rest = 8 * k - eighth * n;
    let rest = select(eighth % 2 == 1, n - rest, rest);
    let x = f32::cast_from(rest) * (FRAC_PI_4 / f32::cast_from(n));
    let x2 = x * x;
    let mut cos = x2 * comptime!(1.0f32 / 40320.0) - comptime!(1.0f32 / 720.0);
    cos = (cos * x2 + comptime!(1.0f32 / 24.0)) * x2 - 0.5;
    cos = cos * x2 + 1.0;
    let mut sin = x2 * comptime!(1.0f32 / 362880.0) - comptime!(1.0f32 / 5040.0);
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
