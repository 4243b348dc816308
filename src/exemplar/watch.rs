//! Progress, and the question whether to go on.

use crate::exemplar::error::Error;

/// Reports the share of the work that is done, and stops it when the caller says so.
pub(crate) struct Watch<'a> {
    go_on: &'a mut dyn FnMut(f32) -> bool,
    from: f32,
    to: f32,
    last: f32,
}

impl<'a> Watch<'a> {
    /// `go_on` is given the share that is done, 0 to 1, and says whether to go on.
    pub(crate) fn new(go_on: &'a mut dyn FnMut(f32) -> bool) -> Self {
        Self {
            go_on,
            from: 0.0,
            to: 1.0,
            last: 0.0,
        }
    }

    /// A watch over the part of this one's work between two shares.
    pub(crate) fn part(&mut self, from: f32, to: f32) -> Watch<'_> {
        let length = self.to - self.from;
        Watch {
            from: self.from + length * from,
            to: self.from + length * to,
            last: self.from + length * from,
            go_on: &mut *self.go_on,
        }
    }

    /// [`Error::Cancelled`] where the caller does not want to go on.
    pub(crate) fn check(&mut self, share: f32) -> Result<(), Error> {
        self.last = self.from + (self.to - self.from) * share.clamp(0.0, 1.0);
        self.check_again()
    }

    /// The same, where no more is done than at the last check.
    pub(crate) fn check_again(&mut self) -> Result<(), Error> {
        if (self.go_on)(self.last) {
            Ok(())
        } else {
            Err(Error::Cancelled)
        }
    }
}
