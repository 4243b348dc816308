//! The search for a photo's blur, step by step.

use crate::error::Error;
use crate::estimation::blur::candidates::{Candidate, add_free, closed_forms};
use crate::estimation::blur::decision::Fits;
use crate::estimation::blur::free::{self, FreeKernelSearch};
use crate::estimation::blur::plane::Luma;
use crate::estimation::blur::search::Search;

/// What is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The side of a kernel of any shape (odd, 5 to 31 pixels), which takes seconds; `None` for
    /// Gaussians, discs and lines alone.
    pub kernel_side: Option<usize>,
}

/// The blurs that a photo may have, the most probable first: no blur, the best Gaussian, disc and
/// line, and the kernel of any shape that was asked for. [`BlurSearch`] does it step by step.
///
/// There are none where the photo does not show its blur: without texture, or with less than 128
/// pixels a side, which are enough for every kernel.
///
/// # Errors
/// [`Error::InvalidOption`] for another side of the kernel.
pub fn estimate_blur(luma: &Luma, options: Options) -> Result<Vec<Candidate>, Error> {
    let mut search = BlurSearch::new(luma, options)?;
    while search.step() {}
    Ok(search.candidates())
}

/// The search for [`estimate_blur`]'s candidates.
#[derive(Debug)]
pub struct BlurSearch {
    /// `None` where the photo does not show its blur.
    closed: Option<Closed>,
    shape: Option<FreeKernelSearch>,
}

/// What has a closed form.
#[derive(Debug)]
struct Closed {
    search: Search,
    fits: Fits,
}

/// The part of the work that the closed forms are, where a kernel of any shape is looked for.
const CLOSED_SHARE: f64 = 0.1;

impl BlurSearch {
    /// Finds the closed forms: 0.4 s for 12 megapixels.
    ///
    /// # Errors
    /// Those of [`estimate_blur`].
    pub fn new(luma: &Luma, options: Options) -> Result<Self, Error> {
        options.kernel_side.map_or(Ok(()), free::check)?;
        let closed = Search::new(luma).map(|mut search| Closed {
            fits: search.all(),
            search,
        });
        let side = options.kernel_side.filter(|_| closed.is_some());
        let shape = side.map(|side| FreeKernelSearch::new(luma, side));
        Ok(Self {
            closed,
            shape: shape.transpose()?,
        })
    }

    /// Goes on with the kernel of any shape, for up to half a second; `false` where nothing is
    /// left to do.
    pub fn step(&mut self) -> bool {
        self.shape.as_mut().is_some_and(FreeKernelSearch::step)
    }

    /// The part of the work that is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        let shape = self.shape.as_ref().map_or(1.0, FreeKernelSearch::progress);
        CLOSED_SHARE + (1.0 - CLOSED_SHARE) * shape
    }

    /// What was found, the most probable first; a kernel of any shape once its search is over.
    pub fn candidates(&mut self) -> Vec<Candidate> {
        let Some(Closed { search, fits }) = &mut self.closed else {
            return Vec::new();
        };
        let mut candidates = closed_forms(search, fits);
        let shape = self.shape.as_ref().filter(|shape| shape.is_done());
        if let Some(Ok(kernel)) = shape.map(FreeKernelSearch::kernel) {
            add_free(&mut candidates, kernel, search, fits);
        }
        candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        candidates
    }
}
