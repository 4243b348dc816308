//! The loans of a run by numbers, which JavaScript can hold.

use std::collections::BTreeMap;

use eps_restore::Error;
use eps_restore::low_level::denoiser::{Loan, NetworkInputs, PhotoDenoiser};
use eps_restore::low_level::request::job::Job;

/// The loans that may still come back.
#[derive(Debug, Default)]
pub(crate) struct Loans {
    open: BTreeMap<u32, Loan>,
    last: u32,
}

impl Loans {
    /// Lends an open tile of the job. None where there is none.
    pub(crate) fn lend(&mut self, job: &mut Job<PhotoDenoiser>) -> Option<(u32, NetworkInputs)> {
        let (loan, inputs) = job.lend()?;
        self.last += 1;
        self.open.insert(self.last, loan);
        Some((self.last, inputs))
    }

    /// Takes the output for a tile. False if it is not awaited any more.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for another number of values than the tile has.
    pub(crate) fn give_back(
        &mut self,
        job: &mut Job<PhotoDenoiser>,
        number: u32,
        output: &[f32],
    ) -> Result<bool, Error> {
        match self.open.remove(&number) {
            Some(loan) => job.give_back(&loan, output),
            None => Ok(false),
        }
    }

    /// Opens a tile again, which will not come back.
    pub(crate) fn reopen(&mut self, job: &mut Job<PhotoDenoiser>, number: u32) {
        if let Some(loan) = self.open.remove(&number) {
            job.reopen(&loan);
        }
    }
}
