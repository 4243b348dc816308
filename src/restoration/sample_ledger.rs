//! Which samples a run draws, how many are finished, and how they differ.

use burn::tensor::Tensor;

use super::sample_moments::SampleMoments;
use crate::error::Error;

/// The samples that one of several runs draws: `first`, `first + every`, … A sample is the same
/// whichever run draws it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSubset {
    first: usize,
    every: usize,
}

impl SampleSubset {
    /// Every sample.
    pub const ALL: Self = Self { first: 0, every: 1 };

    /// # Errors
    /// [`Error::InvalidOption`] where `every` is 0.
    pub fn new(first: usize, every: usize) -> Result<Self, Error> {
        if every == 0 {
            return Err(Error::InvalidOption(
                "a subset's samples lie 0 apart; they must lie at least 1 apart".into(),
            ));
        }
        Ok(Self { first, every })
    }

    /// How many of the first `wanted` samples belong to the subset.
    pub fn count(self, wanted: usize) -> usize {
        wanted.saturating_sub(self.first).div_ceil(self.every)
    }

    /// The index of the subset's sample number `i`.
    fn index(self, i: usize) -> usize {
        self.first + i * self.every
    }
}

/// The samples of a run.
pub(super) struct SampleLedger {
    wanted: usize,
    subset: SampleSubset,
    /// Samples of the subset that are finished.
    finished: usize,
    /// The last of them, where other runs draw the rest.
    last: Option<Tensor<4>>,
    /// Of all finished samples, or of the adopted ones where several runs draw them.
    moments: SampleMoments,
}

impl SampleLedger {
    /// For `wanted` samples, all of them drawn here.
    pub(super) fn new(wanted: usize) -> Self {
        Self {
            wanted,
            subset: SampleSubset::ALL,
            finished: 0,
            last: None,
            moments: SampleMoments::default(),
        }
    }

    /// Draws only these of the samples.
    pub(super) fn draw_only(&mut self, subset: SampleSubset) {
        self.subset = subset;
    }

    /// How many samples are drawn here.
    pub(super) fn count(&self) -> usize {
        self.subset.count(self.wanted)
    }

    /// The index of the sample under way, counted over all runs.
    pub(super) fn index(&self) -> usize {
        self.subset.index(self.finished)
    }

    pub(super) fn is_complete(&self) -> bool {
        self.finished == self.count()
    }

    /// Takes a sample that was finished here.
    pub(super) fn finish(&mut self, sample: Tensor<4>) {
        self.finished += 1;
        if self.subset == SampleSubset::ALL {
            self.moments.add(sample);
        } else {
            self.last = Some(sample);
        }
    }

    /// Takes the next sample of all runs, in order, whichever of them drew it.
    pub(super) fn adopt(&mut self, sample: Tensor<4>) {
        self.moments.add(sample);
    }

    /// The last sample finished here, where several runs draw the samples.
    pub(super) fn last(&self) -> Option<Tensor<4>> {
        self.last.clone()
    }

    /// The standard deviation between samples; none for fewer than two.
    pub(super) fn deviation(&self) -> Option<Tensor<4>> {
        self.moments.deviation()
    }
}
