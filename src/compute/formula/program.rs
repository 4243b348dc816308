//! Formulas as lists of operations, each of which takes the results of earlier ones.

use std::collections::HashMap;
use std::rc::Rc;

use burn::tensor::Tensor;

use super::{Formula, Node, View};
use crate::compute::device::ComputeDevice;

/// An operation on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// 1/x.
    Recip,
    /// The square root of x.
    Sqrt,
    /// The natural logarithm of x.
    Ln,
    /// max(x, 0).
    Positive,
}

/// An operation on two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// a + b.
    Add,
    /// a - b.
    Sub,
    /// a b.
    Mul,
    /// a/b.
    Div,
}

impl Unary {
    /// The operation on every value of `x`.
    pub fn of_tensor(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Recip => x.recip(),
            Self::Sqrt => x.sqrt(),
            Self::Ln => x.log(),
            Self::Positive => x.clamp_min(0.0),
        }
    }

    /// The operation on one value.
    #[inline(always)]
    pub fn of(self, x: f32) -> f32 {
        match self {
            Self::Recip => 1.0 / x,
            Self::Sqrt => x.sqrt(),
            Self::Ln => x.ln(),
            Self::Positive => x.max(0.0),
        }
    }
}

impl Binary {
    /// The operation on the values of `a` and `b`, which broadcast against each other.
    pub fn of_tensors(self, a: Tensor<4>, b: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
        }
    }
}

/// An operation. Operands are indices into [`Program::ops`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Index into [`Program::inputs`].
    Input(usize),
    /// Index into [`Program::inputs`], and the view through which the input is read. In GPU kernels
    /// only.
    View(usize, View),
    /// Index into the values that a GPU kernel computes itself.
    KernelValue(usize),
    /// Index into [`Program::numbers`].
    Number(usize),
    /// An operation on the result of an earlier one.
    Unary(Unary, usize),
    /// An operation on the results of two earlier ones.
    Binary(Binary, usize, usize),
}

/// The index of each node that a program already contains, among its operations and its inputs.
#[derive(Default)]
struct Indices {
    ops: HashMap<*const Node, usize>,
    inputs: HashMap<*const Node, usize>,
}

/// Formulas that are computed together.
#[derive(Debug)]
pub struct Program {
    /// The operations, each after its operands.
    pub ops: Vec<Op>,
    /// The tensors that are read. They broadcast to [`Program::shape`].
    pub inputs: Vec<Tensor<4>>,
    /// The constants. A GPU takes them as arguments, so that a kernel serves all their values.
    pub numbers: Vec<f64>,
    /// Indices into [`Program::ops`]: the result of each formula.
    pub outputs: Vec<usize>,
    /// The shape of the results.
    pub shape: [usize; 4],
}

impl Program {
    /// The program of formulas that broadcast to `shape`, which becomes the shape of the results.
    ///
    /// # Panics
    /// If no formula contains a tensor.
    pub fn over(formulas: &[Formula], shape: [usize; 4]) -> Self {
        Self {
            shape,
            ..Self::of(formulas)
        }
    }

    /// The program of `formulas`, whose results have the shape that all of them broadcast to.
    ///
    /// # Panics
    /// If no formula contains a tensor.
    pub fn of(formulas: &[Formula]) -> Self {
        let program = Self::in_kernel(formulas, [1; 4]);
        assert!(!program.inputs.is_empty(), "a formula without tensors");
        program
    }

    /// The number of tensors that are read and written.
    pub fn tensors(&self) -> usize {
        self.inputs.len() + self.outputs.len()
    }

    /// The program of formulas that are part of a kernel. Kernel values are those of images of
    /// `shape`, with which the results broadcast.
    pub fn in_kernel(formulas: &[Formula], shape: [usize; 4]) -> Self {
        let mut program = Self {
            ops: Vec::new(),
            inputs: Vec::new(),
            numbers: Vec::new(),
            outputs: Vec::new(),
            shape,
        };
        let mut indices = Indices::default();
        for formula in formulas {
            let output = program.add(formula, &mut indices);
            program.outputs.push(output);
        }
        program.move_to_gpu();
        program
    }

    /// Prepares a program of which a part is on a GPU: of the tensors in host memory, those of one
    /// value become numbers, and the others are uploaded.
    fn move_to_gpu(&mut self) {
        let device = self
            .inputs
            .iter()
            .map(ComputeDevice::of)
            .find(|x| !x.is_cpu());
        let in_kernel = self.ops.iter().any(|op| matches!(op, Op::KernelValue(_)));
        if device.is_none() && !in_kernel {
            return;
        }
        // The new operation for each of the old inputs.
        let (mut inputs, mut replacements) = (Vec::new(), Vec::new());
        for x in std::mem::take(&mut self.inputs) {
            if ComputeDevice::of(&x).is_cpu() && x.dims() == [1; 4] {
                replacements.push(Op::Number(self.numbers.len()));
                self.numbers.push(x.into_scalar::<f64>());
                continue;
            }
            replacements.push(Op::Input(inputs.len()));
            inputs.push(match &device {
                Some(device) => device.bring(x),
                None => x,
            });
        }
        for op in &mut self.ops {
            *op = match *op {
                Op::Input(i) => replacements[i],
                Op::View(i, view) => match replacements[i] {
                    Op::Input(i) => Op::View(i, view),
                    number => number,
                },
                other => other,
            };
        }
        self.inputs = inputs;
    }

    /// Adds the operations of a formula that are not yet in the program, operands first. The index
    /// of the formula's result.
    fn add(&mut self, formula: &Formula, indices: &mut Indices) -> usize {
        let node = Rc::as_ptr(&formula.0);
        if let Some(&index) = indices.ops.get(&node) {
            return index;
        }
        let op = match &*formula.0 {
            Node::Tensor(tensor) => {
                self.broadcast_with(tensor.dims());
                Op::Input(self.input(tensor, node, indices))
            }
            Node::View(view, formula) => {
                let Node::Tensor(tensor) = &*formula.0 else {
                    unreachable!("a view is of a tensor");
                };
                self.broadcast_with(view.shape(tensor.dims()));
                let input = self.input(tensor, Rc::as_ptr(&formula.0), indices);
                Op::View(input, *view)
            }
            Node::KernelValue(index) => Op::KernelValue(*index),
            Node::Number(number) => {
                self.numbers.push(*number);
                Op::Number(self.numbers.len() - 1)
            }
            Node::Unary(operation, x) => Op::Unary(*operation, self.add(x, indices)),
            Node::Binary(operation, a, b) => {
                let a = self.add(a, indices);
                Op::Binary(*operation, a, self.add(b, indices))
            }
        };
        self.ops.push(op);
        indices.ops.insert(node, self.ops.len() - 1);
        self.ops.len() - 1
    }

    /// The index of a tensor among the inputs, to which it is added if it is new.
    fn input(&mut self, tensor: &Tensor<4>, node: *const Node, indices: &mut Indices) -> usize {
        *indices.inputs.entry(node).or_insert_with(|| {
            self.inputs.push(tensor.clone());
            self.inputs.len() - 1
        })
    }

    /// Broadcasts the shape of the results with `shape`.
    fn broadcast_with(&mut self, shape: [usize; 4]) {
        self.shape = std::array::from_fn(|i| self.shape[i].max(shape[i]));
    }
}
