//! A formula as a list of operations, each on results of earlier ones.

use std::collections::HashMap;
use std::rc::Rc;

use burn::tensor::Tensor;

use super::{Formula, Node, TENSORS};

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
    /// The number of this number.
    Number(usize),
    Unary(Unary, usize),
    Binary(Binary, usize, usize),
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
    /// Where there is no tensor among them, or more than [`TENSORS`] in and out.
    pub fn of(formulas: &[Formula]) -> Self {
        let mut program = Self {
            ops: Vec::new(),
            inputs: Vec::new(),
            numbers: Vec::new(),
            outputs: Vec::new(),
            shape: [1; 4],
        };
        let mut known = HashMap::new();
        for formula in formulas {
            let output = program.add(formula, &mut known);
            program.outputs.push(output);
        }
        let tensors = program.inputs.len() + program.outputs.len();
        assert!(tensors <= TENSORS, "formulas of {tensors} tensors");
        assert!(!program.inputs.is_empty(), "a formula of no tensor");
        program
    }

    /// The operation of a formula, after those of its parts.
    fn add(&mut self, formula: &Formula, known: &mut HashMap<*const Node, usize>) -> usize {
        let node = Rc::as_ptr(&formula.0);
        if let Some(&at) = known.get(&node) {
            return at;
        }
        let op = match &*formula.0 {
            Node::Tensor(tensor) => {
                let along = tensor.dims();
                self.shape = std::array::from_fn(|i| self.shape[i].max(along[i]));
                self.inputs.push(tensor.clone());
                Op::Input(self.inputs.len() - 1)
            }
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
        known.insert(node, self.ops.len() - 1);
        self.ops.len() - 1
    }
}
