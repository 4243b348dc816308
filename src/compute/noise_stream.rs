//! The streams of white noise that a seed defines, and their numbers.
//!
//! Streams are independent. The numbers never change, so that a seed gives the same sample in
//! every release.

/// A purpose for which white noise is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoiseStream {
    /// The query z at which the posterior mean is evaluated.
    Mean,
    /// The starting point of sample `i`.
    Sample(usize),
    /// The noise that a stochastic solver adds to sample `i`.
    Churn(usize),
    /// The draws that estimate variances for which no closed form is known.
    Variances,
}

impl NoiseStream {
    /// The number of the stream within one region of a photo.
    pub fn id(self) -> u64 {
        match self {
            Self::Mean => 0,
            Self::Sample(i) => 1 + i as u64,
            Self::Churn(i) => (1 << 31) + i as u64,
            Self::Variances => 1 << 33,
        }
    }

    /// The number of the stream in the region of index `region`. Each region has its own streams.
    pub fn in_region(self, region: u64) -> u64 {
        self.id() + (region << 40)
    }
}
