//! Formulas on the CPU in f32: chunk after chunk, each operation over a whole chunk, whose values
//! stay in the nearest cache.

use burn::tensor::Tensor;

use super::program::{Binary, Op, Program, Unary};
use crate::compute::device::ComputeDevice;

/// Values of a chunk.
const CHUNK: usize = 512;
/// The numbers that [`ln`] takes.
const NORMAL: std::ops::RangeInclusive<f32> = f32::MIN_POSITIVE..=f32::MAX;

/// The values of an input, and how far apart they lie along each axis; 0 where one stands for all.
struct Input {
    values: Vec<f32>,
    strides: Vec<usize>,
}

/// What an operation has made of a chunk.
enum Value {
    One(f32),
    Many(Box<[f32; CHUNK]>),
}

/// Chunks that no operation holds. Boxed, so that one that changes hands is not copied.
#[allow(
    clippy::vec_box,
    reason = "a chunk goes from here into a value and back"
)]
type Spare = Vec<Box<[f32; CHUNK]>>;

/// A tensor of the program's shape for each of its outputs.
pub fn run(program: &Program, device: &ComputeDevice) -> Vec<Tensor<4>> {
    let shape = program.shape;
    let (axes, inputs) = merged(program, shape);
    let total: usize = shape.iter().product();
    let mut outputs: Vec<Vec<f32>> = program
        .outputs
        .iter()
        .map(|_| Vec::with_capacity(total))
        .collect();
    let inner = axes.last().copied().unwrap_or(1);
    let mut values: Vec<Value> = program.ops.iter().map(|_| Value::One(0.0)).collect();
    let mut spare = Vec::new();
    for line in 0..total / inner.max(1) {
        let starts: Vec<usize> = inputs
            .iter()
            .map(|input| start(input, line, &axes))
            .collect();
        for from in (0..inner).step_by(CHUNK) {
            let count = CHUNK.min(inner - from);
            for (i, op) in program.ops.iter().enumerate() {
                let (before, rest) = values.split_at_mut(i);
                let to = &mut rest[0];
                match *op {
                    Op::Input(i) => load(&inputs[i], starts[i], from, count, to, &mut spare),
                    #[cfg(feature = "webgpu")]
                    Op::View(..) | Op::KernelValue(_) => unreachable!("only in a GPU's kernels"),
                    Op::Number(i) => to.set_one(program.numbers[i] as f32, &mut spare),
                    Op::Unary(operation, x) => unary(operation, &before[x], count, to, &mut spare),
                    Op::Binary(operation, a, b) => {
                        binary(operation, &before[a], &before[b], count, to, &mut spare)
                    }
                }
            }
            for (output, &at) in outputs.iter_mut().zip(&program.outputs) {
                match &values[at] {
                    Value::One(value) => output.resize(output.len() + count, *value),
                    Value::Many(values) => output.extend_from_slice(&values[..count]),
                }
            }
        }
    }
    let tensors = outputs
        .into_iter()
        .map(|values| device.tensor_f32(values, shape));
    tensors.collect()
}

/// The axes of the shape, those that all inputs run through in one go made one; and the inputs.
fn merged(program: &Program, shape: [usize; 4]) -> (Vec<usize>, Vec<Input>) {
    let strides = program.inputs.iter().map(|x| strides(x.dims()));
    let strides: Vec<[usize; 4]> = strides.collect();
    let mut axes = vec![shape[3]];
    // Of each input, the innermost axis first.
    let mut steps: Vec<Vec<usize>> = strides.iter().map(|s| vec![s[3]]).collect();
    for axis in (0..3).rev() {
        let outermost = axes.len() - 1;
        let whole =
            |(s, steps): (&[usize; 4], &Vec<usize>)| s[axis] == steps[outermost] * axes[outermost];
        if shape[axis] == 1 {
            continue;
        }
        if axes[outermost] == 1 || strides.iter().zip(&steps).all(whole) {
            if axes[outermost] == 1 {
                steps
                    .iter_mut()
                    .zip(&strides)
                    .for_each(|(steps, s)| steps[outermost] = s[axis]);
            }
            axes[outermost] *= shape[axis];
            continue;
        }
        axes.push(shape[axis]);
        steps
            .iter_mut()
            .zip(&strides)
            .for_each(|(steps, s)| steps.push(s[axis]));
    }
    axes.reverse();
    let inputs = program.inputs.iter().zip(steps).map(|(x, mut steps)| {
        steps.reverse();
        Input {
            values: values(x),
            strides: steps,
        }
    });
    (axes, inputs.collect())
}

fn values(x: &Tensor<4>) -> Vec<f32> {
    x.clone()
        .into_data()
        .try_into_vec()
        .expect("a tensor of f32")
}

/// Steps from value to value along each axis of a contiguous tensor; 0 along an axis of one value.
fn strides([b, c, h, w]: [usize; 4]) -> [usize; 4] {
    let step = |length: usize, step: usize| if length == 1 { 0 } else { step };
    [step(b, c * h * w), step(c, h * w), step(h, w), step(w, 1)]
}

/// Where an input's values for a line begin.
fn start(input: &Input, mut line: usize, axes: &[usize]) -> usize {
    let mut at = 0;
    for axis in (0..axes.len() - 1).rev() {
        at += line % axes[axis] * input.strides[axis];
        line /= axes[axis];
    }
    at
}

impl Value {
    fn set_one(&mut self, value: f32, spare: &mut Spare) {
        if let Value::Many(values) = std::mem::replace(self, Value::One(value)) {
            spare.push(values);
        }
    }

    fn many(&mut self, spare: &mut Spare) -> &mut [f32; CHUNK] {
        if let Value::One(_) = self {
            *self = Value::Many(spare.pop().unwrap_or_else(|| Box::new([0.0; CHUNK])));
        }
        let Value::Many(values) = self else {
            unreachable!("it was just made many");
        };
        values
    }
}

fn load(input: &Input, start: usize, from: usize, count: usize, to: &mut Value, spare: &mut Spare) {
    match input.strides[input.strides.len() - 1] {
        0 => to.set_one(input.values[start], spare),
        _ => to.many(spare)[..count]
            .copy_from_slice(&input.values[start + from..start + from + count]),
    }
}

fn unary(operation: Unary, x: &Value, count: usize, to: &mut Value, spare: &mut Spare) {
    match x {
        Value::One(x) => to.set_one(operation.of(*x), spare),
        Value::Many(x) => {
            let to = &mut to.many(spare)[..count];
            let each = to.iter_mut().zip(&x[..count]);
            match operation {
                Unary::Recip => each.for_each(|(to, x)| *to = 1.0 / x),
                Unary::Sqrt => each.for_each(|(to, x)| *to = x.sqrt()),
                // A pass that finds out whether `ln` may be used costs less than it saves.
                Unary::Ln if x[..count].iter().all(|x| NORMAL.contains(x)) => {
                    each.for_each(|(to, x)| *to = ln(*x));
                }
                Unary::Ln => each.for_each(|(to, x)| *to = x.ln()),
                Unary::Positive => each.for_each(|(to, x)| *to = x.max(0.0)),
            }
        }
    }
}

/// The logarithm of a positive normal number to 2 units in the last place, without a branch or a
/// call, so that it vectorises: n ln 2 plus a polynomial on [sqrt(1/2), sqrt(2)], as Moshier's
/// Cephes has it.
#[inline(always)]
fn ln(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    const ROOT: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    // The exponent that leaves a factor within the interval.
    let shifted = x.to_bits().wrapping_sub(ROOT);
    let n = (shifted as i32 >> 23) as f32;
    let r = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(ROOT)) - 1.0;
    let p = 7.037_683_6e-2_f32;
    let p = p * r - 1.151_461e-1;
    let p = p * r + 1.167_699_9e-1;
    let p = p * r - 1.242_014_1e-1;
    let p = p * r + 1.424_932_3e-1;
    let p = p * r - 1.666_805_8e-1;
    let p = p * r + 2.000_071_5e-1;
    let p = p * r - 2.499_999_4e-1;
    let p = p * r + 3.333_333e-1;
    let square = r * r;
    let low = p * r * square + n * LN2_LOW - 0.5 * square;
    n * LN2_HIGH + (r + low)
}

fn binary(
    operation: Binary,
    a: &Value,
    b: &Value,
    count: usize,
    to: &mut Value,
    spare: &mut Spare,
) {
    match operation {
        Binary::Add => both(|a, b| a + b, a, b, count, to, spare),
        Binary::Sub => both(|a, b| a - b, a, b, count, to, spare),
        Binary::Mul => both(|a, b| a * b, a, b, count, to, spare),
        Binary::Div => both(|a, b| a / b, a, b, count, to, spare),
    }
}

#[inline(always)]
fn both(
    f: impl Fn(f32, f32) -> f32,
    a: &Value,
    b: &Value,
    count: usize,
    to: &mut Value,
    spare: &mut Spare,
) {
    match (a, b) {
        (Value::One(a), Value::One(b)) => to.set_one(f(*a, *b), spare),
        (Value::Many(a), Value::One(b)) => {
            let b = *b;
            let to = &mut to.many(spare)[..count];
            to.iter_mut()
                .zip(&a[..count])
                .for_each(|(to, a)| *to = f(*a, b));
        }
        (Value::One(a), Value::Many(b)) => {
            let a = *a;
            let to = &mut to.many(spare)[..count];
            to.iter_mut()
                .zip(&b[..count])
                .for_each(|(to, b)| *to = f(a, *b));
        }
        (Value::Many(a), Value::Many(b)) => {
            let to = &mut to.many(spare)[..count];
            let pairs = a[..count].iter().zip(&b[..count]);
            to.iter_mut()
                .zip(pairs)
                .for_each(|(to, (a, b))| *to = f(*a, *b));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ln;

    #[test]
    fn the_logarithm_is_right_to_two_units_in_the_last_place() {
        let mut x = f32::MIN_POSITIVE;
        while x < f32::MAX / 1.01 {
            let exact = f64::from(x).ln();
            let unit = (exact.abs() * f64::from(f32::EPSILON)).max(f64::from(f32::EPSILON) / 16.0);
            let error = (f64::from(ln(x)) - exact).abs();
            assert!(
                error <= 2.0 * unit,
                "{x:e}: off by {:.1} units",
                error / unit
            );
            x *= 1.001_3;
        }
        assert_eq!(ln(1.0), 0.0);
    }
}
