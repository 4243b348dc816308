//! The eigenvalues of a spectrum that are noise alone.

/// The variance of the noise (Chen, Zhu and Heng 2015, algorithm 1): the mean of the largest set of
/// smallest eigenvalues of which at least as many lie above their mean as below it.
///
/// The eigenvalues of noise alone scatter evenly around their mean. Those that hold a signal lie
/// far above, and raise the mean over the median.
///
/// `rising`: the eigenvalues in rising order.
///
/// # Panics
/// If there are no eigenvalues.
pub(super) fn noise_variance(rising: &[f64]) -> f64 {
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
