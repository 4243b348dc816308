//! Who draws which stream of a seed's white noise. Streams are independent, and these numbers never
//! change: a seed means the same sample in every release.

/// A stream of white noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoiseStream {
    /// The query of the posterior mean.
    Mean,
    /// Where sample `i` starts.
    Sample(usize),
    /// What a stochastic solver adds to sample `i`.
    Churn(usize),
    /// The draws that estimate variances without a closed form.
    Variances,
}

impl NoiseStream {
    /// The stream's number within one region of a photo.
    pub fn id(self) -> u64 {
        match self {
            Self::Mean => 0,
            Self::Sample(i) => 1 + i as u64,
            Self::Churn(i) => (1 << 31) + i as u64,
            Self::Variances => 1 << 33,
        }
    }

    /// The stream's number in a region of this index: each region draws noise of its own.
    pub fn in_region(self, region: u64) -> u64 {
        self.id() + (region << 40)
    }
}
