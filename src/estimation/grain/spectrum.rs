//! The spectrum of grain: how its variance is shared out over spatial frequencies.
//!
//! With ρ = 8 |w|/π (8 at Nyquist along an axis) there are four bands, in the order of the maps of
//! the noise geometry, finest first: ρ above 4, 2 to 4, 1 to 2 and below 1. The spectrum is n̂ =
//! exp of a function linear in ρ² between four nodes, one a band, and constant beyond; its mean
//! over all frequencies of pixels is 1, so that white noise has n̂ = 1. A Gaussian blur's response,
//! exp(-β ρ²), is one line.

use std::f32::consts::{FRAC_1_SQRT_2, SQRT_2};

use super::response::{AREAS, CELLS, radius_of_cell};

/// The bands, and the nodes.
pub const BANDS: usize = 4;
/// The radius of each node, finest first: the middles of octaves.
pub(super) const NODES: [f32; BANDS] = [4.0 * SQRT_2, 2.0 * SQRT_2, SQRT_2, FRAC_1_SQRT_2];
/// The lower end of each band but the coarsest, which begins at 0.
const ENDS: [f32; BANDS - 1] = [4.0, 2.0, 1.0];

/// A spectrum, of mean 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spectrum {
    /// The natural logarithm at each node.
    logarithms: [f32; BANDS],
}

impl Spectrum {
    /// White noise.
    pub(super) const WHITE: Self = Self {
        logarithms: [0.0; BANDS],
    };

    /// With these logarithms at the nodes, scaled to mean 1; and the mean before.
    pub(super) fn scaled(logarithms: [f32; BANDS]) -> (Self, f32) {
        let raw = Self { logarithms };
        let mean: f32 = AREAS.iter().zip(raw.cells()).map(|(a, n)| a * n).sum();
        let scaled = logarithms.map(|log| log - mean.ln());
        (Self { logarithms: scaled }, mean)
    }

    /// n̂ at a frequency in radians a pixel, [w_y, w_x], each in -π to π.
    pub(super) fn at(&self, [wy, wx]: [f32; 2]) -> f32 {
        self.at_radius(8.0 / std::f32::consts::PI * wy.hypot(wx))
    }

    /// n̂ at a radius ρ.
    fn at_radius(&self, rho: f32) -> f32 {
        let terms = node_weights(rho).into_iter().zip(self.logarithms);
        terms.map(|(w, log)| w * log).sum::<f32>().exp()
    }

    /// Its power, scaled to mean 1.
    pub(super) fn powered(&self, exponent: f32) -> Self {
        Self::scaled(self.logarithms.map(|log| exponent * log)).0
    }

    /// Its logarithm at the finest node.
    pub(super) fn finest(&self) -> f32 {
        self.logarithms[0]
    }

    /// How much its logarithm grows from the finest band's node to the next.
    pub(super) fn growth(&self) -> f32 {
        self.logarithms[1] - self.logarithms[0]
    }

    /// n̂ in the cells of a response.
    pub(super) fn cells(&self) -> [f32; CELLS] {
        std::array::from_fn(|r| self.at_radius(radius_of_cell(r)))
    }

    /// The variance of a coefficient with this response, for noise of variance 1.
    pub(super) fn seen_by(&self, response: &[f32; CELLS]) -> f32 {
        response.iter().zip(self.cells()).map(|(a, n)| a * n).sum()
    }

    /// The mean of n̂ in each band, finest first. White noise has 1 in each.
    pub(super) fn bands(&self) -> [f32; BANDS] {
        let cells = self.cells();
        std::array::from_fn(|band| {
            let inside = (0..CELLS).filter(|&r| band_of(radius_of_cell(r)) == band);
            let (sum, area) = inside.fold((0.0, 0.0), |(sum, area), r| {
                (sum + AREAS[r] * cells[r], area + AREAS[r])
            });
            sum / area
        })
    }
}

/// The band of a radius.
fn band_of(rho: f32) -> usize {
    ENDS.iter().take_while(|end| rho < **end).count()
}

/// The weights of the nodes at a radius: linear in its square.
pub(super) fn node_weights(rho: f32) -> [f32; BANDS] {
    let rho = rho.clamp(NODES[BANDS - 1], NODES[0]);
    let finer = (0..BANDS - 2).take_while(|&j| NODES[j + 1] > rho).count();
    let [high, low] = [NODES[finer], NODES[finer + 1]].map(|node| node * node);
    let share = (rho * rho - low) / (high - low);
    let mut weights = [0.0; BANDS];
    weights[finer] = share;
    weights[finer + 1] = 1.0 - share;
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_has_one_in_each_band() {
        let bands = Spectrum::WHITE.bands();
        assert!(bands.iter().all(|b| (b - 1.0).abs() < 1e-6));
        let (white, mean) = Spectrum::scaled([0.7; BANDS]);
        assert!((mean - 0.7f32.exp()).abs() < 1e-4);
        assert!((white.at([1.0, 2.0]) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn bands_follow_a_blur() {
        // exp(-4 |w|²): Gaussian blur of 2 px. Means over octaves in closed form.
        let logs = NODES.map(|rho| -4.0 * (rho * std::f32::consts::PI / 8.0).powi(2));
        let (blurred, mean) = Spectrum::scaled(logs);
        let bands = blurred.bands().map(|b| b * mean);
        for (band, truth) in bands.iter().zip([0.0, 0.0115, 0.246, 0.746]) {
            assert!((band - truth).abs() < 0.15 * truth + 5e-3, "{bands:?}");
        }
    }
}
