//! Elementwise formulas of image tensors, computed in one pass: over chunks that stay in the cache
//! on a CPU, in one launch on a GPU.
//!
//! A formula is written with the usual operators and computed where [`Formula::tensor`] asks for
//! it. Its twin is the same arithmetic in plain tensor operations, one after another, which is also
//! what computes it in f64.

mod cpu;
#[cfg(feature = "webgpu")]
pub mod gpu;
mod program;
mod view;

use std::rc::Rc;

use burn::tensor::{DType, Tensor};

use crate::compute::device::ComputeDevice;

pub use program::{Binary, Op, Program, Unary};
pub use view::{CHANNELS, Group, View};

/// Most tensors that one pass reads and writes: a WebGPU shader may see eight buffers, of which one
/// holds the shapes.
pub const TENSORS: usize = 7;

/// A formula of tensors that broadcast against each other, `[B or 1, C or 1, H or 1, W or 1]`.
/// Cheap to clone: a part that occurs twice is computed once.
#[derive(Clone)]
pub struct Formula(Rc<Node>);

#[allow(
    clippy::large_enum_variant,
    reason = "each lies behind a pointer of its own"
)]
enum Node {
    Tensor(Tensor<4>),
    /// A tensor by its own formula, seen otherwise.
    #[cfg(feature = "webgpu")]
    View(View, Formula),
    /// A value that the kernel which computes the formula brings along, by its number.
    #[cfg(feature = "webgpu")]
    KernelValue(usize),
    Number(f64),
    Unary(Unary, Formula),
    Binary(Binary, Formula, Formula),
}

impl From<Tensor<4>> for Formula {
    fn from(tensor: Tensor<4>) -> Self {
        Self(Rc::new(Node::Tensor(tensor)))
    }
}

impl From<&Tensor<4>> for Formula {
    fn from(tensor: &Tensor<4>) -> Self {
        tensor.clone().into()
    }
}

impl From<f64> for Formula {
    fn from(number: f64) -> Self {
        Self(Rc::new(Node::Number(number)))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $operation:ident) => {
        impl<Other: Into<Formula>> std::ops::$trait<Other> for Formula {
            type Output = Formula;

            fn $method(self, other: Other) -> Formula {
                Formula(Rc::new(Node::Binary(
                    Binary::$operation,
                    self,
                    other.into(),
                )))
            }
        }

        impl<Other: Into<Formula>> std::ops::$trait<Other> for &Formula {
            type Output = Formula;

            fn $method(self, other: Other) -> Formula {
                std::ops::$trait::$method(self.clone(), other)
            }
        }
    };
}

operator!(Add, add, Add);
operator!(Sub, sub, Sub);
operator!(Mul, mul, Mul);
operator!(Div, div, Div);

impl From<&Formula> for Formula {
    fn from(formula: &Formula) -> Self {
        formula.clone()
    }
}

impl Formula {
    /// The value of this number that a kernel brings along: such a formula can't be computed by
    /// itself.
    #[cfg(feature = "webgpu")]
    pub(crate) fn brought(number: usize) -> Self {
        Self(Rc::new(Node::KernelValue(number)))
    }

    /// The tensor that this formula is made from, seen otherwise.
    ///
    /// # Panics
    /// Where this is more than a tensor.
    pub fn view(&self, view: View) -> Self {
        let Node::Tensor(tensor) = &*self.0 else {
            panic!("only a tensor has views");
        };
        #[cfg(feature = "webgpu")]
        if on_gpu(tensor) {
            return Self(Rc::new(Node::View(view, self.clone())));
        }
        view.of(tensor.clone()).into()
    }

    fn unary(&self, operation: Unary) -> Self {
        Self(Rc::new(Node::Unary(operation, self.clone())))
    }

    pub fn recip(&self) -> Self {
        self.unary(Unary::Recip)
    }

    pub fn sqrt(&self) -> Self {
        self.unary(Unary::Sqrt)
    }

    /// The natural logarithm.
    pub fn ln(&self) -> Self {
        self.unary(Unary::Ln)
    }

    /// The greater of this and 0.
    pub fn positive(&self) -> Self {
        self.unary(Unary::Positive)
    }

    /// The same formula of few enough tensors for one launch: what holds most of them is computed.
    #[cfg(feature = "webgpu")]
    fn fitting(&self) -> Self {
        let tensors =
            |formula: &Self| Program::within(std::slice::from_ref(formula), [1; 4]).tensors();
        if tensors(self) <= TENSORS {
            return self.clone();
        }
        match &*self.0 {
            Node::Unary(operation, x) => x.fitting().unary(*operation),
            Node::Binary(operation, a, b) => {
                let computed = |formula: &Self| formula.fitting().tensor().into();
                let (a, b) = if tensors(a) < tensors(b) {
                    (a.clone(), computed(b))
                } else {
                    (computed(a), b.clone())
                };
                Self(Rc::new(Node::Binary(*operation, a, b))).fitting()
            }
            _ => self.clone(),
        }
    }

    /// Whether it is computed where formulas are kernels.
    #[cfg(feature = "webgpu")]
    pub fn is_on_gpu(&self) -> bool {
        on_gpu(&Program::of(std::slice::from_ref(self)).inputs[0])
    }

    /// The same for use at a place: what only holds values of host memory is computed now, and
    /// brought there once.
    pub fn at(self, device: &ComputeDevice) -> Self {
        #[cfg(feature = "webgpu")]
        let here = self.is_on_gpu();
        #[cfg(not(feature = "webgpu"))]
        let here = true;
        if here || device.is_cpu() {
            return self;
        }
        let x = self.tensor();
        // A number stays one.
        match x.dims() {
            [1, 1, 1, 1] => x.into(),
            _ => device.bring(x).into(),
        }
    }

    /// Its values.
    pub fn tensor(self) -> Tensor<4> {
        let [tensor] = tensors([self]);
        tensor
    }
}

/// A tensor over the whole of a shape that it broadcasts to, so that whoever reads it several times
/// need not spread it each time.
pub fn spread(x: Tensor<4>, shape: [usize; 4]) -> Tensor<4> {
    if x.dims() == shape {
        return x;
    }
    let formulas = [x.into()];
    let program = Program::over(&formulas, shape);
    let [y] = run(&formulas, program);
    y
}

/// The values of formulas of one shape: in one pass, or on a GPU, where they hold too many tensors
/// for one launch, in several.
///
/// # Panics
/// Where a formula holds no tensor.
pub fn tensors<const N: usize>(formulas: [Formula; N]) -> [Tensor<4>; N] {
    if let Some(tensors) = bare(&formulas) {
        return tensors;
    }
    let program = Program::of(&formulas);
    #[cfg(feature = "webgpu")]
    if on_gpu(&program.inputs[0]) && program.tensors() > TENSORS {
        return formulas.map(|formula| {
            let formulas = [formula.fitting()];
            let [tensor] = run(&formulas, Program::over(&formulas, program.shape));
            tensor
        });
    }
    run(&formulas, program)
}

/// Tensors that are computed already.
fn bare<const N: usize>(formulas: &[Formula; N]) -> Option<[Tensor<4>; N]> {
    let tensors = formulas.iter().map(|formula| match &*formula.0 {
        Node::Tensor(tensor) => Some(tensor.clone()),
        _ => None,
    });
    let tensors: Vec<Tensor<4>> = tensors.collect::<Option<_>>()?;
    let same = tensors.windows(2).all(|two| two[0].dims() == two[1].dims());
    same.then(|| outputs(tensors))
}

/// Of the sums of a formula over groups of f×f pixels, a formula: `[B, C, H/f, W/f]`.
pub fn grouped(x: Formula, group: Group, f: usize, then: impl Fn(Formula) -> Formula) -> Tensor<4> {
    #[cfg(feature = "webgpu")]
    {
        let program = Program::of(std::slice::from_ref(&x));
        if on_gpu(&program.inputs[0]) {
            let [b, c, h, w] = program.shape;
            let then = [then(Formula::brought(0))];
            let then = Program::within(&then, [b, c, h / f, w / f]);
            return gpu::grouped(&program, group, f, &then);
        }
    }
    then(group.sums(x.tensor(), f).into()).tensor()
}

/// Whether a tensor is where formulas are kernels.
#[cfg(feature = "webgpu")]
fn on_gpu(x: &Tensor<4>) -> bool {
    let device = ComputeDevice::of(x);
    !device.is_cpu() && device.dtype() == DType::F32
}

fn run<const N: usize>(formulas: &[Formula; N], program: Program) -> [Tensor<4>; N] {
    let device = ComputeDevice::of(&program.inputs[0]);
    if device.dtype() != DType::F32 {
        return plain(formulas).map(|x| x.expand(program.shape));
    }
    if device.is_cpu() {
        return outputs(cpu::run(&program, &device));
    }
    #[cfg(feature = "webgpu")]
    return outputs(gpu::formula(&program));
    #[cfg(not(feature = "webgpu"))]
    plain(formulas).map(|x| x.expand(program.shape))
}

fn outputs<const N: usize>(tensors: Vec<Tensor<4>>) -> [Tensor<4>; N] {
    tensors.try_into().expect("a tensor for each formula")
}

/// The same by plain tensor operations.
pub fn plain<const N: usize>(formulas: &[Formula; N]) -> [Tensor<4>; N] {
    let program = Program::of(formulas);
    let device = ComputeDevice::of(&program.inputs[0]);
    let mut values: Vec<Tensor<4>> = Vec::with_capacity(program.ops.len());
    for op in &program.ops {
        values.push(match *op {
            Op::Input(i) => program.inputs[i].clone(),
            #[cfg(feature = "webgpu")]
            Op::View(..) | Op::KernelValue(_) => unreachable!("only in a GPU's kernels"),
            Op::Number(i) => device.tensor(vec![program.numbers[i]], [1; 4]),
            Op::Unary(operation, x) => operation.of_tensor(values[x].clone()),
            Op::Binary(operation, a, b) => {
                operation.of_tensors(values[a].clone(), values[b].clone())
            }
        });
    }
    std::array::from_fn(|i| values[program.outputs[i]].clone().expand(program.shape))
}
