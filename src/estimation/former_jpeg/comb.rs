//! Whether numbers are multiples of a step, up to a little noise.

/// The steps that are told apart.
const STEPS: std::ops::RangeInclusive<u16> = 2..=80;
/// The deviation of a coefficient once its pixels were rounded and clipped, in levels.
const SIGMA: f64 = 0.45;
/// The share of coefficients that clipping moves anywhere.
const OUTLIERS: f64 = 0.05;
/// Entries of a table for each level of distance.
const RESOLUTION: f32 = 16.0;
/// Below this distance from 0, in levels, a coefficient says nothing of any step.
const LEAST: f32 = 1.0;

/// The logarithm of how much more probable a distance from the nearest multiple is where numbers
/// are multiples of a step than where they are anything, for each step.
pub(super) struct Comb {
    tables: Vec<Vec<f32>>,
}

/// The most probable step of some numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    pub(super) step: u16,
    /// The logarithm of the probability ratio, less what the choice among all steps is worth.
    pub(super) score: f32,
}

impl Comb {
    pub(super) fn new() -> Self {
        Self {
            tables: STEPS.map(table).collect(),
        }
    }

    /// The step that the numbers are probably multiples of. Those nearest to its zeroth multiple
    /// count for nothing: smooth photos have them anyway.
    pub(super) fn best(&self, numbers: impl Iterator<Item = f32>) -> Best {
        let mut scores = vec![0.0; self.tables.len()];
        for number in numbers.map(f32::abs).filter(|x| *x > LEAST) {
            for ((score, table), step) in scores.iter_mut().zip(&self.tables).zip(STEPS) {
                let step = f32::from(step);
                if number < 0.5 * step {
                    break;
                }
                // An instruction of WebAssembly, as `round` is not.
                let multiple = (number / step).round_ties_even();
                let distance = (number - multiple * step).abs();
                *score += table[(distance * RESOLUTION) as usize];
            }
        }
        let ranked = scores.into_iter().zip(STEPS);
        let (score, step) = ranked
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .expect("there are steps");
        let choice = (self.tables.len() as f32).ln();
        Best {
            step,
            score: score - choice,
        }
    }
}

fn table(step: u16) -> Vec<f32> {
    let step = f64::from(step);
    let entries = (step / 2.0 * f64::from(RESOLUTION)).ceil() as usize + 1;
    let ratio = |i: usize| {
        let distance = (i as f64 + 0.5) / f64::from(RESOLUTION);
        let normal = (-0.5 * (distance / SIGMA).powi(2)).exp();
        let density = normal / (SIGMA * (2.0 * std::f64::consts::PI).sqrt());
        ((1.0 - OUTLIERS) * density * step + OUTLIERS).ln() as f32
    };
    (0..entries).map(ratio).collect()
}

#[cfg(test)]
mod tests {
    use super::Comb;

    #[test]
    fn multiples_are_told_from_other_numbers() {
        let comb = Comb::new();
        for step in [2, 3, 7, 40] {
            let multiples = (1..200).map(|i| (i % 5 + 1) as f32 * f32::from(step) + 0.3);
            let best = comb.best(multiples);
            assert_eq!(best.step, step);
            assert!(best.score > 50.0, "{step}: {}", best.score);
        }
        let numbers = (1..500).map(|i| (i as f32 * 0.618).fract() * 60.0);
        assert!(comb.best(numbers).score < 0.0);
    }
}
