//! Formulas on the CPU in f32, chunk by chunk: each operation runs over a whole chunk, whose values
//! stay in the first-level cache.

use burn::tensor::Tensor;

use super::program::{Binary, Op, Program, Unary};
use crate::compute::device::ComputeDevice;
use crate::compute::host::Borrowed;

/// Values per chunk.
const CHUNK: usize = 512;
/// The domain of [`ln`]: the positive normal numbers.
const NORMAL: std::ops::RangeInclusive<f32> = f32::MIN_POSITIVE..=f32::MAX;

/// The values of an input, and the distance between them along each axis: 0 along an axis that the
/// input broadcasts along.
struct Input {
    values: Borrowed<f32>,
    strides: Vec<usize>,
}

/// The result of an operation on a chunk.
enum Value {
    /// The same number at every place of the chunk.
    Uniform(f32),
    Chunk(Box<[f32; CHUNK]>),
}

/// Chunks that are not in use. They are boxed, so that passing one on does not copy it.
#[allow(
    clippy::vec_box,
    reason = "boxes move between this pool and the values"
)]
type ChunkPool = Vec<Box<[f32; CHUNK]>>;

/// The outputs of a program, each a tensor of the program's shape.
pub(super) fn run(program: &Program, device: &ComputeDevice) -> Vec<Tensor<4>> {
    let shape = program.shape;
    let (axes, inputs) = merge_axes(program, shape);
    let total: usize = shape.iter().product();
    let mut outputs: Vec<Vec<f32>> = program
        .outputs
        .iter()
        .map(|_| Vec::with_capacity(total))
        .collect();
    let inner = axes.last().copied().unwrap_or(1);
    let mut values: Vec<Value> = program.ops.iter().map(|_| Value::Uniform(0.0)).collect();
    let mut pool = Vec::new();
    for line in 0..total / inner.max(1) {
        let starts: Vec<usize> = inputs
            .iter()
            .map(|input| line_start(input, line, &axes))
            .collect();
        for from in (0..inner).step_by(CHUNK) {
            let count = CHUNK.min(inner - from);
            for (i, op) in program.ops.iter().enumerate() {
                let (earlier, rest) = values.split_at_mut(i);
                let to = &mut rest[0];
                match *op {
                    Op::Input(i) => load(&inputs[i], starts[i], from, count, to, &mut pool),
                    Op::View(..) | Op::KernelValue(_) => {
                        unreachable!("only GPU kernels compute these")
                    }
                    Op::Number(i) => to.set_uniform(program.numbers[i] as f32, &mut pool),
                    Op::Unary(operation, x) => unary(operation, &earlier[x], count, to, &mut pool),
                    Op::Binary(operation, a, b) => {
                        binary(operation, &earlier[a], &earlier[b], count, to, &mut pool);
                    }
                }
            }
            for (output, &index) in outputs.iter_mut().zip(&program.outputs) {
                match &values[index] {
                    Value::Uniform(value) => output.resize(output.len() + count, *value),
                    Value::Chunk(values) => output.extend_from_slice(&values[..count]),
                }
            }
        }
    }
    let tensors = outputs
        .into_iter()
        .map(|values| device.tensor_f32(values, shape));
    tensors.collect()
}

/// The lengths of the axes of the shape, and the inputs with their strides along them. Neighbouring
/// axes are merged where every input can be read along both with one stride.
fn merge_axes(program: &Program, shape: [usize; 4]) -> (Vec<usize>, Vec<Input>) {
    let strides = program.inputs.iter().map(|x| strides(x.dims()));
    let strides: Vec<[usize; 4]> = strides.collect();
    let mut axes = vec![shape[3]];
    // The strides of each input, innermost axis first.
    let mut steps: Vec<Vec<usize>> = strides.iter().map(|s| vec![s[3]]).collect();
    for axis in (0..3).rev() {
        let outermost = axes.len() - 1;
        let mergeable =
            |(s, steps): (&[usize; 4], &Vec<usize>)| s[axis] == steps[outermost] * axes[outermost];
        if shape[axis] == 1 {
            continue;
        }
        if axes[outermost] == 1 || strides.iter().zip(&steps).all(mergeable) {
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
            values: Borrowed::new(x.clone()),
            strides: steps,
        }
    });
    (axes, inputs.collect())
}

/// The strides of a contiguous tensor; 0 along axes of length 1.
fn strides([b, c, h, w]: [usize; 4]) -> [usize; 4] {
    let step = |length: usize, step: usize| if length == 1 { 0 } else { step };
    [step(b, c * h * w), step(c, h * w), step(h, w), step(w, 1)]
}

/// The index of an input's first value on a line.
fn line_start(input: &Input, mut line: usize, axes: &[usize]) -> usize {
    let mut at = 0;
    for axis in (0..axes.len() - 1).rev() {
        at += line % axes[axis] * input.strides[axis];
        line /= axes[axis];
    }
    at
}

impl Value {
    /// Makes this `value` at every place.
    fn set_uniform(&mut self, value: f32, pool: &mut ChunkPool) {
        if let Value::Chunk(values) = std::mem::replace(self, Value::Uniform(value)) {
            pool.push(values);
        }
    }

    /// The chunk to write values into, taken from the pool if this has none.
    fn chunk(&mut self, pool: &mut ChunkPool) -> &mut [f32; CHUNK] {
        if let Value::Uniform(_) = self {
            *self = Value::Chunk(pool.pop().unwrap_or_else(|| Box::new([0.0; CHUNK])));
        }
        let Value::Chunk(values) = self else {
            unreachable!("it was just made a chunk");
        };
        values
    }
}

/// `count` values of an input, from place `from` of the line that begins at `start`.
fn load(
    input: &Input,
    start: usize,
    from: usize,
    count: usize,
    to: &mut Value,
    pool: &mut ChunkPool,
) {
    match input.strides[input.strides.len() - 1] {
        0 => to.set_uniform(input.values[start], pool),
        _ => to.chunk(pool)[..count]
            .copy_from_slice(&input.values[start + from..start + from + count]),
    }
}

fn unary(operation: Unary, x: &Value, count: usize, to: &mut Value, pool: &mut ChunkPool) {
    match x {
        Value::Uniform(x) => to.set_uniform(operation.of(*x), pool),
        Value::Chunk(x) => {
            let to = &mut to.chunk(pool)[..count];
            let each = to.iter_mut().zip(&x[..count]);
            match operation {
                Unary::Recip => each.for_each(|(to, x)| *to = 1.0 / x),
                Unary::Sqrt => each.for_each(|(to, x)| *to = x.sqrt()),
                // Checking the domain of `ln` takes less time than `ln` saves.
                Unary::Ln if x[..count].iter().all(|x| NORMAL.contains(x)) => {
                    each.for_each(|(to, x)| *to = ln(*x));
                }
                Unary::Ln => each.for_each(|(to, x)| *to = x.ln()),
                Unary::Positive => each.for_each(|(to, x)| *to = x.max(0.0)),
            }
        }
    }
}

/// The natural logarithm of a positive normal number, within 2 units in the last place: n ln 2 plus
/// the polynomial of Moshier's Cephes library on [sqrt(1/2), sqrt(2)]. It has no branch and no
/// call, so that it vectorises.
#[inline(always)]
fn ln(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    const ROOT: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    // n is the exponent for which x/2^n lies in the interval, and r = x/2^n - 1.
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
    pool: &mut ChunkPool,
) {
    match operation {
        Binary::Add => elementwise(|a, b| a + b, a, b, count, to, pool),
        Binary::Sub => elementwise(|a, b| a - b, a, b, count, to, pool),
        Binary::Mul => elementwise(|a, b| a * b, a, b, count, to, pool),
        Binary::Div => elementwise(|a, b| a / b, a, b, count, to, pool),
    }
}

#[inline(always)]
fn elementwise(
    f: impl Fn(f32, f32) -> f32,
    a: &Value,
    b: &Value,
    count: usize,
    to: &mut Value,
    pool: &mut ChunkPool,
) {
    match (a, b) {
        (Value::Uniform(a), Value::Uniform(b)) => to.set_uniform(f(*a, *b), pool),
        (Value::Chunk(a), Value::Uniform(b)) => {
            let b = *b;
            let to = &mut to.chunk(pool)[..count];
            to.iter_mut()
                .zip(&a[..count])
                .for_each(|(to, a)| *to = f(*a, b));
        }
        (Value::Uniform(a), Value::Chunk(b)) => {
            let a = *a;
            let to = &mut to.chunk(pool)[..count];
            to.iter_mut()
                .zip(&b[..count])
                .for_each(|(to, b)| *to = f(a, *b));
        }
        (Value::Chunk(a), Value::Chunk(b)) => {
            let to = &mut to.chunk(pool)[..count];
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
    fn the_logarithm_is_within_two_units_in_the_last_place() {
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
