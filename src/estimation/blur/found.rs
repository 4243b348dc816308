//! A blur with its fit.

use crate::estimation::blur::evidence::Fit;
use crate::estimation::blur::kind::Blur;

/// A blur and its fit.
#[derive(Debug, Clone)]
pub(in crate::estimation::blur) struct Found {
    pub blur: Blur,
    pub fit: Fit,
}

impl Found {
    pub(in crate::estimation::blur) fn beats(&self, other: &Self) -> bool {
        self.fit.log_evidence > other.fit.log_evidence
    }
}
