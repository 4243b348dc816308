//! The variance that clipping to 0 to 255 takes from noise, and the choice of the patches that it
//! affects least.

use super::patches::Patches;

/// The share of the variance above which a patch counts as unclipped, in each channel.
const NEARLY_ALL: f64 = 0.98;
/// The least number of chosen patches, for each dimension of a patch.
const ENOUGH_PER_DIMENSION: usize = 20;
/// The least number of chosen patches, as a share of all.
const ENOUGH_OF_ALL: f64 = 0.1;

/// The variance of the noise before clipping. `variance` estimates it from chosen patches, clipped
/// as they are; `sigma` is an estimate of its deviation so far.
///
/// Among the patches `from`, which must not be empty, those that clipping affected least are
/// chosen. Their estimate is divided by the share of the variance that clipping left. Both depend
/// on sigma: this is one step of a fixed-point iteration.
pub(super) fn unclipped(
    patches: &Patches,
    from: &[usize],
    sigma: f64,
    variance: impl Fn(&[usize]) -> f64,
) -> f64 {
    if !patches.may_be_clipped() {
        return variance(from);
    }
    let (chosen, share) = least_clipped(patches, from, sigma);
    variance(&chosen) / share
}

/// The patches that clipping affects least at this sigma, and the share of the variance that it
/// leaves them, averaged over their channels.
fn least_clipped(patches: &Patches, from: &[usize], sigma: f64) -> (Vec<usize>, f64) {
    let surviving = SurvivingVariance::new(sigma);
    let least = |i: usize| {
        let shares = patches.means(i).map(|mean| surviving.share_at(mean));
        shares.fold(1.0, f64::min)
    };
    let mut order: Vec<(f64, usize)> = from.iter().map(|&i| (least(i), i)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let enough_of_all = (ENOUGH_OF_ALL * from.len() as f64) as usize;
    let enough = (ENOUGH_PER_DIMENSION * patches.dimensions()).max(enough_of_all);
    let unclipped = order.partition_point(|(share, _)| *share >= NEARLY_ALL);
    order.truncate(unclipped.max(enough));
    let chosen: Vec<usize> = order.into_iter().map(|(_, i)| i).collect();
    let all = chosen.iter().flat_map(|&i| patches.means(i));
    let (sum, count) = all.fold((0.0, 0.0), |(sum, n), mean| {
        (sum + surviving.share_at(mean), n + 1.0)
    });
    (chosen, sum / count)
}

/// The share of the variance of N(mu, sigma²) that survives clipping to 0 to 255, tabulated by the
/// mean after clipping, in whole levels.
struct SurvivingVariance(Vec<f64>);

impl SurvivingVariance {
    const LEVELS: usize = 256;

    /// From the moments of the clipped noise, by sums over a grid of 4 deviations on each side.
    fn new(sigma: f64) -> Self {
        const REACH: i32 = 60;
        let grid = (-REACH..=REACH).map(|i| 4.0 * f64::from(i) / f64::from(REACH));
        let noise: Vec<(f64, f64)> = grid.map(|n| (n, (-n * n / 2.0).exp())).collect();
        let total: f64 = noise.iter().map(|(_, weight)| weight).sum();
        let whole: f64 = noise.iter().map(|(n, weight)| n * n * weight).sum::<f64>() / total;
        let moments = |mu: usize| {
            let (mut mean, mut square) = (0.0, 0.0);
            for (n, weight) in &noise {
                let value = (mu as f64 + sigma * n).clamp(0.0, 255.0);
                mean += weight * value / total;
                square += weight * value * value / total;
            }
            (mean, (square - mean * mean) / (whole * sigma * sigma))
        };
        if sigma == 0.0 {
            return Self(vec![1.0; Self::LEVELS]);
        }
        let table: Vec<(f64, f64)> = (0..Self::LEVELS).map(moments).collect();
        // The mean rises with mu: a level stands for the first mu whose mean reaches it.
        let share = |level: usize| {
            let at = table.partition_point(|(mean, _)| *mean < level as f64);
            table[at.min(Self::LEVELS - 1)].1
        };
        Self((0..Self::LEVELS).map(share).collect())
    }

    /// The share for a mean after clipping.
    fn share_at(&self, mean: f64) -> f64 {
        self.0[(mean.round() as usize).min(Self::LEVELS - 1)]
    }
}
