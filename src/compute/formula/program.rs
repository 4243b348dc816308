//! A formula as a list of operations, each on results of earlier ones.

use std::collections::HashMap;
use std::rc::Rc;

use burn::tensor::Tensor;

#[cfg(feature = "webgpu")]
use super::View;
use super::{Formula, Node};
#[cfg(feature = "webgpu")]
use crate::compute::device::ComputeDevice;

/// An operation on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    Recip,
    Sqrt,
    Ln,
    Positive,
}

/// An operation on two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
}

impl Unary {
    pub fn of_tensor(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Recip => x.recip(),
            Self::Sqrt => x.sqrt(),
            Self::Ln => x.log(),
            Self::Positive => x.clamp_min(0.0),
        }
    }

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
    pub fn of_tensors(self, a: Tensor<4>, b: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
        }
    }
}

/// An operation; its result is known by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// A value of the input of this number.
    Input(usize),
    /// The same, seen otherwise.
    #[cfg(feature = "webgpu")]
    View(usize, View),
    /// The value of this number that the kernel brings along.
    #[cfg(feature = "webgpu")]
    KernelValue(usize),
    /// The number of this number.
    Number(usize),
    Unary(Unary, usize),
    Binary(Binary, usize, usize),
}

/// What a program holds already, by the nodes of formulas.
#[derive(Default)]
struct Known {
    ops: HashMap<*const Node, usize>,
    inputs: HashMap<*const Node, usize>,
}

/// Formulas to be computed together.
pub struct Program {
    pub ops: Vec<Op>,
    pub inputs: Vec<Tensor<4>>,
    pub numbers: Vec<f64>,
    /// The operations whose results are asked for.
    pub outputs: Vec<usize>,
    /// The shape of the results.
    pub shape: [usize; 4],
}

impl Program {
    /// Over a shape that the formulas broadcast to.
    ///
    /// # Panics
    /// As [`Self::of`].
    pub fn over(formulas: &[Formula], shape: [usize; 4]) -> Self {
        Self {
            shape,
            ..Self::of(formulas)
        }
    }

    /// # Panics
    /// Where there is no tensor among them.
    pub fn of(formulas: &[Formula]) -> Self {
        let program = Self::within(formulas, [1; 4]);
        assert!(!program.inputs.is_empty(), "a formula of no tensor");
        program
    }

    /// How many tensors are read and written.
    #[cfg(feature = "webgpu")]
    pub fn tensors(&self) -> usize {
        self.inputs.len() + self.outputs.len()
    }

    /// For a kernel that brings values of images of that shape along; the results broadcast with
    /// them.
    pub fn within(formulas: &[Formula], shape: [usize; 4]) -> Self {
        let mut program = Self {
            ops: Vec::new(),
            inputs: Vec::new(),
            numbers: Vec::new(),
            outputs: Vec::new(),
            shape,
        };
        let mut known = Known::default();
        for formula in formulas {
            let output = program.add(formula, &mut known);
            program.outputs.push(output);
        }
        #[cfg(feature = "webgpu")]
        program.on_one_device();
        program
    }

    /// Where a device takes part, tensors of one value in host memory become numbers, and others
    /// there are brought to it.
    #[cfg(feature = "webgpu")]
    fn on_one_device(&mut self) {
        let device = self
            .inputs
            .iter()
            .map(ComputeDevice::of)
            .find(|x| !x.is_cpu());
        let brought = self.ops.iter().any(|op| matches!(op, Op::KernelValue(_)));
        if device.is_none() && !brought {
            return;
        }
        let (mut inputs, mut seen) = (Vec::new(), Vec::new());
        for x in std::mem::take(&mut self.inputs) {
            if ComputeDevice::of(&x).is_cpu() && x.dims() == [1; 4] {
                seen.push(Op::Number(self.numbers.len()));
                self.numbers.push(x.into_scalar::<f64>());
                continue;
            }
            seen.push(Op::Input(inputs.len()));
            inputs.push(match &device {
                Some(device) => device.bring(x),
                None => x,
            });
        }
        for op in &mut self.ops {
            *op = match *op {
                Op::Input(i) => seen[i],
                Op::View(i, view) => match seen[i] {
                    Op::Input(i) => Op::View(i, view),
                    number => number,
                },
                other => other,
            };
        }
        self.inputs = inputs;
    }

    /// The operation of a formula, after those of its parts.
    fn add(&mut self, formula: &Formula, known: &mut Known) -> usize {
        let node = Rc::as_ptr(&formula.0);
        if let Some(&at) = known.ops.get(&node) {
            return at;
        }
        let op = match &*formula.0 {
            Node::Tensor(tensor) => {
                self.cover(tensor.dims());
                Op::Input(self.input(tensor, node, known))
            }
            #[cfg(feature = "webgpu")]
            Node::View(view, formula) => {
                let Node::Tensor(tensor) = &*formula.0 else {
                    unreachable!("a view is of a tensor");
                };
                self.cover(view.shape(tensor.dims()));
                Op::View(self.input(tensor, Rc::as_ptr(&formula.0), known), *view)
            }
            #[cfg(feature = "webgpu")]
            Node::KernelValue(value) => Op::KernelValue(*value),
            Node::Number(number) => {
                self.numbers.push(*number);
                Op::Number(self.numbers.len() - 1)
            }
            Node::Unary(operation, x) => Op::Unary(*operation, self.add(x, known)),
            Node::Binary(operation, a, b) => {
                let a = self.add(a, known);
                Op::Binary(*operation, a, self.add(b, known))
            }
        };
        self.ops.push(op);
        known.ops.insert(node, self.ops.len() - 1);
        self.ops.len() - 1
    }

    /// The number of a tensor among the inputs.
    fn input(&mut self, tensor: &Tensor<4>, node: *const Node, known: &mut Known) -> usize {
        *known.inputs.entry(node).or_insert_with(|| {
            self.inputs.push(tensor.clone());
            self.inputs.len() - 1
        })
    }

    /// Widens the shape to one that this one broadcasts to.
    fn cover(&mut self, shape: [usize; 4]) {
        self.shape = std::array::from_fn(|i| self.shape[i].max(shape[i]));
    }
}
