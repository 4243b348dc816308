//! Progress and pauses. A fill is a future that pauses at every look at its watch: whoever polls it
//! reports how far it is, does something else, or drops it, and so cancels it within one stage's
//! shortest part. No waker is involved, and no thread.

use std::cell::Cell;
use std::future::poll_fn;
use std::mem::replace;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use crate::exemplar::error::Error;

/// Tells the share of the work that is done, and pauses there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch<'a> {
    share: &'a Cell<f32>,
    from: f32,
    to: f32,
}

impl<'a> Watch<'a> {
    /// A watch that writes the share that is done, 0 to 1, into `share`.
    pub(crate) fn new(share: &'a Cell<f32>) -> Self {
        Self {
            share,
            from: 0.0,
            to: 1.0,
        }
    }

    /// A watch over the part of this one's work between two shares.
    pub(crate) fn part(&self, from: f32, to: f32) -> Self {
        let length = self.to - self.from;
        Self {
            share: self.share,
            from: self.from + length * from,
            to: self.from + length * to,
        }
    }

    /// Pauses where this share of the work is done.
    pub(crate) async fn check(&self, share: f32) {
        let share = self.from + (self.to - self.from) * share.clamp(0.0, 1.0);
        self.share.set(share);
        self.pause().await;
    }

    /// Pauses where no more is done than at the last check.
    pub(crate) async fn pause(&self) {
        let mut paused = false;
        poll_fn(|_| {
            if replace(&mut paused, true) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

/// Goes on with paused work. `None` where it pauses again.
pub(crate) fn advanced<T>(work: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
    match work.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// Does work to its end. At each pause `go_on` is given the share that is done, 0 to 1, and says
/// whether to go on.
///
/// # Errors
/// [`Error::Cancelled`], and the work's own.
pub(crate) fn finished<T>(
    work: impl AsyncFnOnce(Watch<'_>) -> Result<T, Error>,
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Result<T, Error> {
    let share = Cell::new(0.0);
    let mut work = pin!(work(Watch::new(&share)));
    loop {
        if let Some(done) = advanced(work.as_mut()) {
            return done;
        }
        if !go_on(share.get()) {
            return Err(Error::Cancelled);
        }
    }
}
