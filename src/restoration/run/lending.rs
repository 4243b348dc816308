//! Tiles of a run's evaluation that others compute, while the run goes on with the rest.

use super::{Method, Run, State};
use crate::denoiser::{Divisible, Loan, NetworkInputs};
use crate::error::Error;

impl<D: Divisible> Run<D> {
    /// Tiles of the evaluation under way, or of the next one, that nobody computes.
    pub fn open_tiles(&self) -> usize {
        match &self.method {
            _ if !self.evaluates() => 0,
            Method::Direct(method) => method.open_tiles(),
            Method::CoarseToFine(method) => method.open_tiles(),
        }
    }

    /// Lends an open tile: [`Self::advance`] then computes others. None where no tile is open, or
    /// the next step evaluates nothing.
    pub fn lend(&mut self) -> Option<(Loan, NetworkInputs)> {
        if !self.evaluates() {
            return None;
        }
        let goal = self.goal();
        match &mut self.method {
            Method::Direct(method) => method.lend(&goal),
            Method::CoarseToFine(method) => method.lend(),
        }
    }

    /// Takes the output for a lent tile. False if it is not awaited (any more).
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for another number of values than the tile has.
    pub fn give_back(&mut self, loan: &Loan, output: &[f32]) -> Result<bool, Error> {
        match &mut self.method {
            Method::Direct(method) => method.give_back(loan, output),
            Method::CoarseToFine(method) => method.give_back(loan, output),
        }
    }

    /// Opens a lent tile again, which will not come back.
    pub fn reopen(&mut self, loan: &Loan) {
        match &mut self.method {
            Method::Direct(method) => method.reopen(loan),
            Method::CoarseToFine(method) => method.reopen(loan),
        }
    }

    /// Whether the next step is an evaluation.
    fn evaluates(&self) -> bool {
        !matches!(self.state, State::Estimate) && !self.is_finished()
    }
}
