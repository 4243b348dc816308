//! What clipping to 0-255 takes from the variance of noise, and which patches to go by.

use super::patches::Patches;

/// Patches that keep this share of the variance in every channel are taken as they are.
const NEARLY_ALL: f64 = 0.98;
/// How many there should be at least: so many for each dimension, and this share of all.
const ENOUGH: (usize, f64) = (20, 0.1);

/// The variance of the noise before it was clipped, where `variance` estimates it from chosen
/// patches as they are and `sigma` is about its deviation.
///
/// Of `from`, which can't be empty, the patches that clipping touched least are chosen, and their
/// estimate is divided by the share of the variance that they kept. Both depend on sigma, so this
/// is a step of a fixed-point iteration.
pub fn unclipped(
    patches: &Patches,
    from: &[usize],
    sigma: f64,
    variance: impl Fn(&[usize]) -> f64,
) -> f64 {
    if !patches.may_be_clipped() {
        return variance(from);
    }
    let (chosen, kept) = least_clipped(patches, from, sigma);
    variance(&chosen) / kept
}

/// The patches that clipping touches least at this sigma, and the share of the variance that they
/// keep, averaged over their channels.
fn least_clipped(patches: &Patches, from: &[usize], sigma: f64) -> (Vec<usize>, f64) {
    let shares = Shares::new(sigma);
    let least = |i: usize| {
        let shares = patches.means(i).map(|mean| shares.at(mean));
        shares.fold(1.0, f64::min)
    };
    let mut order: Vec<(f64, usize)> = from.iter().map(|&i| (least(i), i)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let enough = (ENOUGH.0 * patches.dimensions()).max((ENOUGH.1 * from.len() as f64) as usize);
    let untouched = order.partition_point(|(share, _)| *share >= NEARLY_ALL);
    order.truncate(untouched.max(enough));
    let chosen: Vec<usize> = order.into_iter().map(|(_, i)| i).collect();
    let all = chosen.iter().flat_map(|&i| patches.means(i));
    let (sum, count) = all.fold((0.0, 0.0), |(sum, n), m| (sum + shares.at(m), n + 1.0));
    (chosen, sum / count)
}

/// The share of the variance of N(mu, sigma²) that is left after clipping to 0-255, by the mean
/// after clipping.
struct Shares(Vec<f64>);

impl Shares {
    const LEVELS: usize = 256;

    /// By the moments on a grid of the noise.
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
        // The mean rises with mu: the first mu whose mean reaches a level stands for it.
        let share = |level: usize| {
            let at = table.partition_point(|(mean, _)| *mean < level as f64);
            table[at.min(Self::LEVELS - 1)].1
        };
        Self((0..Self::LEVELS).map(share).collect())
    }

    fn at(&self, mean: f64) -> f64 {
        self.0[(mean.round() as usize).min(Self::LEVELS - 1)]
    }
}
