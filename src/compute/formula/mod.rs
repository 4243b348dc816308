//! Elementwise formulas of image tensors, computed in one pass: chunk by chunk in the cache of a
//! CPU, or in one launch on a GPU.
//!
//! A formula is built with the usual operators and computed by [`Formula::tensor`]. [`plain`] does
//! the same arithmetic by tensor operations, one after another. It is the reference in tests, and
//! computes formulas in f64.

mod cpu;
#[cfg_attr(not(feature = "webgpu"), path = "no_gpu.rs")]
pub mod gpu;
mod program;
mod view;

use std::fmt::{self, Debug};
use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::device::{Backend, ComputeDevice};

pub use program::{Binary, Op, Program, Unary};
pub use view::{CHANNELS, Group, View};

/// The largest number of tensors that one launch reads and writes. A WebGPU shader may have eight
/// storage buffers, and one of them holds the shapes.
pub const TENSORS: usize = 7;

/// A formula of tensors that broadcast against each other, `[B or 1, C or 1, H or 1, W or 1]`.
///
/// Cheap to clone: clones share their parts, and a shared part is computed once.
#[derive(Clone)]
pub struct Formula(Rc<Node>);

// Printed as a tree, a part that a formula uses often would be printed as often.
impl Debug for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Formula").finish_non_exhaustive()
    }
}

#[allow(
    clippy::large_enum_variant,
    reason = "each node has its own allocation"
)]
enum Node {
    Tensor(Tensor<4>),
    /// A view of a formula that is just a tensor. Only in formulas for a GPU.
    View(View, Formula),
    /// Index into the values that a kernel computes itself. Only in formulas that are part of a
    /// GPU kernel.
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
    /// The kernel value of the given index. A formula that contains it can only be computed as part
    /// of a kernel.
    pub(crate) fn kernel_value(index: usize) -> Self {
        Self(Rc::new(Node::KernelValue(index)))
    }

    /// A view of this formula, which must be a tensor. On a GPU it takes no copy of the tensor.
    ///
    /// # Panics
    /// If this formula is not just a tensor.
    pub fn view(&self, view: View) -> Self {
        let Node::Tensor(tensor) = &*self.0 else {
            panic!("only a tensor has views");
        };
        match on_gpu(tensor) {
            true => Self(Rc::new(Node::View(view, self.clone()))),
            false => view.of(tensor.clone()).into(),
        }
    }

    fn unary(&self, operation: Unary) -> Self {
        Self(Rc::new(Node::Unary(operation, self.clone())))
    }

    /// 1/x.
    pub fn recip(&self) -> Self {
        self.unary(Unary::Recip)
    }

    /// The square root.
    pub fn sqrt(&self) -> Self {
        self.unary(Unary::Sqrt)
    }

    /// The natural logarithm.
    pub fn ln(&self) -> Self {
        self.unary(Unary::Ln)
    }

    /// max(x, 0).
    pub fn positive(&self) -> Self {
        self.unary(Unary::Positive)
    }

    /// An equivalent formula of at most [`TENSORS`] tensors, results included. Parts that hold too
    /// many are computed.
    fn within_tensor_limit(&self) -> Self {
        let tensors =
            |formula: &Self| Program::in_kernel(std::slice::from_ref(formula), [1; 4]).tensors();
        if tensors(self) <= TENSORS {
            return self.clone();
        }
        match &*self.0 {
            Node::Unary(operation, x) => x.within_tensor_limit().unary(*operation),
            Node::Binary(operation, a, b) => {
                let computed = |formula: &Self| formula.within_tensor_limit().tensor().into();
                let (a, b) = if tensors(a) < tensors(b) {
                    (a.clone(), computed(b))
                } else {
                    (computed(a), b.clone())
                };
                Self(Rc::new(Node::Binary(*operation, a, b))).within_tensor_limit()
            }
            _ => self.clone(),
        }
    }

    /// Whether a GPU kernel computes this formula.
    ///
    /// # Panics
    /// If the formula contains no tensor.
    pub fn is_on_gpu(&self) -> bool {
        on_gpu(&Program::of(std::slice::from_ref(self)).inputs[0])
    }

    /// An equivalent formula for repeated use on `device`. If all its tensors are in host memory
    /// and `device` is a GPU, it is computed now and uploaded once.
    ///
    /// # Panics
    /// If `device` is a GPU and the formula contains no tensor.
    pub fn to_device(self, device: &ComputeDevice) -> Self {
        if device.backend() != Backend::Gpu || self.is_on_gpu() {
            return self;
        }
        let x = self.tensor();
        // A number stays in host memory: it becomes an argument of the kernels.
        match x.dims() {
            [1, 1, 1, 1] => x.into(),
            _ => device.bring(x).into(),
        }
    }

    /// The values of the formula.
    ///
    /// # Panics
    /// If the formula contains no tensor.
    pub fn tensor(self) -> Tensor<4> {
        let [tensor] = tensors([self]);
        tensor
    }
}

/// `x` repeated to a shape that it broadcasts to. This saves repeating it at each of several uses.
pub fn expand(x: Tensor<4>, shape: [usize; 4]) -> Tensor<4> {
    if x.dims() == shape {
        return x;
    }
    let formulas = [x.into()];
    let program = Program::over(&formulas, shape);
    let [y] = run(&formulas, program);
    y
}

/// The values of several formulas, all of the shape that they broadcast to together.
///
/// They are computed in one pass. Only formulas on a GPU that contain more than [`TENSORS`]
/// tensors, results included, take several launches.
///
/// # Panics
/// If no formula contains a tensor.
pub fn tensors<const N: usize>(formulas: [Formula; N]) -> [Tensor<4>; N] {
    if let Some(tensors) = computed(&formulas) {
        return tensors;
    }
    let program = Program::of(&formulas);
    if on_gpu(&program.inputs[0]) && program.tensors() > TENSORS {
        return formulas.map(|formula| {
            let formulas = [formula.within_tensor_limit()];
            let [tensor] = run(&formulas, Program::over(&formulas, program.shape));
            tensor
        });
    }
    run(&formulas, program)
}

/// The formulas' tensors, if each is just a tensor and all have one shape.
fn computed<const N: usize>(formulas: &[Formula; N]) -> Option<[Tensor<4>; N]> {
    let tensors = formulas.iter().map(|formula| match &*formula.0 {
        Node::Tensor(tensor) => Some(tensor.clone()),
        _ => None,
    });
    let tensors: Vec<Tensor<4>> = tensors.collect::<Option<_>>()?;
    let same = tensors.windows(2).all(|two| two[0].dims() == two[1].dims());
    same.then(|| outputs(tensors))
}

/// `finish` of the sums of `x` over groups of f×f pixels: `[B, C, H/f, W/f]` from `[B, C, H, W]`.
/// f must divide H and W.
///
/// # Panics
/// If `x` contains no tensor.
pub fn grouped(
    x: Formula,
    group: Group,
    f: usize,
    finish: impl Fn(Formula) -> Formula,
) -> Tensor<4> {
    let program = Program::of(std::slice::from_ref(&x));
    if on_gpu(&program.inputs[0]) {
        let [b, c, h, w] = program.shape;
        let finish = [finish(Formula::kernel_value(0))];
        let finish = Program::in_kernel(&finish, [b, c, h / f, w / f]);
        return gpu::grouped(&program, group, f, &finish);
    }
    finish(group.sums(x.tensor(), f).into()).tensor()
}

/// Whether GPU kernels compute formulas of `x`.
fn on_gpu(x: &Tensor<4>) -> bool {
    ComputeDevice::of(x).backend() == Backend::Gpu
}

/// The values of `formulas`, whose program is `program`.
fn run<const N: usize>(formulas: &[Formula; N], program: Program) -> [Tensor<4>; N] {
    let device = ComputeDevice::of(&program.inputs[0]);
    match device.backend() {
        Backend::Cpu => outputs(cpu::run(&program, &device)),
        Backend::Gpu => outputs(gpu::run(&program)),
        Backend::Tensors => plain(formulas).map(|x| x.expand(program.shape)),
    }
}

fn outputs<const N: usize>(tensors: Vec<Tensor<4>>) -> [Tensor<4>; N] {
    tensors.try_into().expect("a tensor for each formula")
}

/// The values of `formulas` by plain tensor operations: the reference for [`tensors`].
///
/// # Panics
/// If no formula contains a tensor.
pub fn plain<const N: usize>(formulas: &[Formula; N]) -> [Tensor<4>; N] {
    let program = Program::of(formulas);
    let device = ComputeDevice::of(&program.inputs[0]);
    let mut values: Vec<Tensor<4>> = Vec::with_capacity(program.ops.len());
    for op in &program.ops {
        values.push(match *op {
            Op::Input(i) => program.inputs[i].clone(),
            Op::View(..) | Op::KernelValue(_) => unreachable!("only GPU kernels compute these"),
            Op::Number(i) => device.tensor(vec![program.numbers[i]], [1; 4]),
            Op::Unary(operation, x) => operation.of_tensor(values[x].clone()),
            Op::Binary(operation, a, b) => {
                operation.of_tensors(values[a].clone(), values[b].clone())
            }
        });
    }
    std::array::from_fn(|i| values[program.outputs[i]].clone().expand(program.shape))
}
