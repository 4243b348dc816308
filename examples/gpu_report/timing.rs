//! Waiting for a GPU, and the clock.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use eps_restore::low_level::compute::device::ComputeDevice;

use crate::Failure;

/// Milliseconds for which launches are repeated between two looks at the clock.
const LONG_ENOUGH: f64 = 30.0;
/// Measurements, of which the fastest counts.
const MEASUREMENTS: usize = 3;

/// The value of a future that the GPU's own thread completes.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = work.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}

/// Milliseconds of one `launch` among many in a row, after one that compiles. `quick`: of one.
pub(crate) fn milliseconds(
    device: &ComputeDevice,
    quick: bool,
    mut launch: impl FnMut(),
) -> Result<f64, Failure> {
    let mut measured = |count: usize| -> Result<f64, Failure> {
        device.handle().sync()?;
        let begin = Instant::now();
        (0..count).for_each(|_| launch());
        device.handle().sync()?;
        Ok(begin.elapsed().as_secs_f64() * 1e3 / count as f64)
    };
    measured(1)?;
    let once = measured(1)?;
    if quick {
        return Ok(once);
    }
    let count = (LONG_ENOUGH / once).ceil().clamp(1.0, 1000.0) as usize;
    let mut fastest = f64::INFINITY;
    for _ in 0..MEASUREMENTS {
        fastest = fastest.min(measured(count)?);
    }
    Ok(fastest)
}
