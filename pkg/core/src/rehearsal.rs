//! Restorations that nobody waits for and whose results are not read. A GPU compiles the pipelines
//! of a task in its first run, which takes seconds on some drivers: rehearsals of the usual tasks,
//! while nothing else is computed, leave hardly anything to compile for the runs that follow.

use eps_restore::{Error, GREY, Mask, Reduction, Request, Sampler, Task};

use crate::trial::picture;

/// What is rehearsed, the most probable first; none after the last. Pictures are as small as take
/// every path of a large photo: a grey one of more than 128 pixels is coloured at a smaller size
/// first. Samples take the same pipelines in all tasks.
pub(crate) fn request(number: usize) -> Result<Option<Request>, Error> {
    let (side, task, samples) = match number {
        0 => (
            64,
            Task::Inpaint {
                missing: stripe(64)?,
            },
            1,
        ),
        1 => {
            let (factor, reduction) = (2, Reduction::BlockMean);
            (64, Task::SuperResolve { factor, reduction }, 0)
        }
        2 => (64, Task::Denoise, 0),
        3 => {
            let (weights, hints) = (GREY, None);
            (144, Task::Colorize { weights, hints }, 0)
        }
        _ => return Ok(None),
    };
    let request = Request::new(picture(side)?, task).with_samples(samples);
    Ok(Some(request.with_sampler(Sampler::DRAFT)))
}

/// A scratch from top to bottom.
fn stripe(side: usize) -> Result<Mask, Error> {
    let lost = (0..side * side).map(|i| (i % side).abs_diff(side / 2) < 6);
    Mask::new(side, side, lost.collect())
}
