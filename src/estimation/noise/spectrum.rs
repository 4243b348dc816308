//! Which of a spectrum's eigenvalues are noise alone.

/// The variance of the noise: the mean of the most eigenvalues, counted from the least, of which as
/// many lie above their mean as below it.
///
/// Noise alone scatters its eigenvalues evenly around their mean; those with a signal in them lie
/// far above it, and pull the mean over the median. `rising` must hold at least one. Chen, Zhu and
/// Heng 2015, algorithm 1.
pub fn noise_variance(rising: &[f64]) -> f64 {
    let mut sum: f64 = rising.iter().sum();
    for count in (1..=rising.len()).rev() {
        let mean = sum / count as f64;
        let above = rising[..count].iter().filter(|v| **v > mean).count();
        let below = rising[..count].iter().filter(|v| **v < mean).count();
        if above >= below {
            return mean.max(0.0);
        }
        sum -= rising[count - 1];
    }
    rising[0].max(0.0)
}
