//! Evaluations that are divided: their parts are computed by several workers, each of which has the
//! denoiser.

use std::rc::Rc;

use super::Denoiser;
use super::network_inputs::NetworkInputs;
use crate::error::Error;

/// A part of an evaluation that is computed elsewhere.
#[derive(Debug, Clone)]
pub struct Loan {
    /// The evaluation that the part belongs to.
    evaluation: Rc<()>,
    part: usize,
}

impl Loan {
    pub(super) fn new(evaluation: Rc<()>, part: usize) -> Self {
        Self { evaluation, part }
    }

    /// The index of the part, if it belongs to this evaluation.
    pub(super) fn part_of(&self, evaluation: &Rc<()>) -> Option<usize> {
        Rc::ptr_eq(&self.evaluation, evaluation).then_some(self.part)
    }
}

/// A denoiser whose evaluations have parts that do not depend on one another.
///
/// D is the same to the last bit, whoever computes the parts and in whatever order they come back.
/// The evaluation goes on meanwhile: [`Denoiser::advance`] computes open parts, and where none is
/// left, lent ones. Of a part that is computed twice the first result counts.
pub trait Divisible: Denoiser {
    /// The number of parts that nobody computes.
    fn open_parts(&self, evaluation: &Self::Evaluation) -> usize;

    /// Lends an open part. None where there is none, or on a device other than the CPU in f32.
    fn lend(&self, evaluation: &mut Self::Evaluation) -> Option<(Loan, NetworkInputs)>;

    /// Takes the output for a lent part. False if it belongs to another evaluation, or the part has
    /// been computed meanwhile.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for another number of values than the part has.
    fn give_back(
        &self,
        evaluation: &mut Self::Evaluation,
        loan: &Loan,
        output: &[f32],
    ) -> Result<bool, Error>;

    /// Opens a lent part again, which will not come back.
    fn reopen(&self, evaluation: &mut Self::Evaluation, loan: &Loan);

    /// The output for a part that another worker has lent, on the CPU.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for inputs that are not the network's.
    fn evaluate_part(&self, inputs: NetworkInputs) -> Result<Vec<f32>, Error>;
}
