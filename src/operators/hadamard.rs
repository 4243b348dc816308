//! A = S H D Uᵀ: compressed sensing by random rows S of the orthonormal Walsh-Hadamard transform H
//! of randomly signed pixels D, in each channel alone (docs/method.md, sections 3.2 and 5.4).
//!
//! A Aᵀ = I on the chosen rows, so that the pivot is one transform and its inverse. The sides are
//! powers of two. A measurement has the image's shape, with zeros in the rows that are not chosen:
//! A is a mask in another basis.
//!
//! The diagonal of AᵀA is exactly the share of chosen rows. The other entries average to 0 over
//! signs and rows and are of order sqrt(share/pixels), so that the variance of each band is the
//! pixel variance within about 2 % at 64×64. w0 and g are iterated. q is that of large systems, in
//! which H D is a random rotation: the fixed point of vector approximate message passing (Rangan,
//! Schniter, Fletcher 2019).

use std::rc::Rc;

use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{
    ClosedVariances, Iterative, IterativeUpdate, LinearMap, LinearOperator, NoiseVariances,
    PriorUpdate, Tolerance, spectrum_mean,
};
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::compute::walsh_hadamard::walsh_hadamard;
use crate::error::Error;
use crate::prior::axes;

/// The iterations of q. Each at least halves the distance to the fixed point.
const FIXED_POINT_ITERATIONS: usize = 24;

/// Random Walsh-Hadamard rows.
#[derive(Debug, Clone)]
pub struct Hadamard {
    rows: Rc<Rows>,
    iterative: Iterative,
}

/// The map S H D Uᵀ.
#[derive(Debug, Clone)]
struct Rows {
    /// D, ±1, `[1, 3, H, W]`.
    signs: Tensor<4>,
    /// 1 for the chosen rows, 0 elsewhere: `[1, 3, H, W]`.
    chosen: Tensor<4>,
    /// The share of chosen rows, the same in each channel.
    share: f64,
}

impl Hadamard {
    /// Measures about `ratio` times as many numbers as the image has. A seed means the same rows
    /// and signs on every device and in every release.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] if a side is not a power of two or `ratio` is not in (0, 1].
    pub fn new(ratio: f64, seed: u64, fourier: Fourier) -> Result<Self, Error> {
        let [height, width] = fourier.size();
        if !(height.is_power_of_two() && width.is_power_of_two()) {
            return Err(Error::InvalidOption(format!(
                "compressed sensing takes sides that are powers of two, not {height}x{width}"
            )));
        }
        if !(ratio > 0.0 && ratio <= 1.0) {
            return Err(Error::InvalidOption(format!(
                "the ratio of measurements is {ratio}; above 0 and at most 1 is possible"
            )));
        }
        let (n, device) = (height * width, fourier.device());
        let count = ((ratio * n as f64).round() as usize).clamp(1, n);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (mut signs, mut chosen) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            signs.extend((0..n).map(|_| random_sign(&mut random)));
            chosen.extend(random_subset(count, n, &mut random));
        }
        let shape = [1, 3, height, width];
        let [signs, chosen] = [signs, chosen].map(|values| device.tensor(values, shape));
        let share = count as f64 / n as f64;
        Ok(Self::of_rows(signs, chosen, share, fourier))
    }

    /// Rows that others have chosen: `signs` are ±1 and `chosen` 0 or 1, both `[B or 1, 3, H, W]`,
    /// with `share` of ones in each channel.
    pub fn of_rows(signs: Tensor<4>, chosen: Tensor<4>, share: f64, fourier: Fourier) -> Self {
        let rows = Rc::new(Rows {
            signs,
            chosen,
            share,
        });
        Self {
            iterative: Iterative::new(rows.clone(), fourier),
            rows,
        }
    }

    /// The same operator with another tolerance of its iterations.
    pub fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self {
            iterative: self.iterative.with_tolerance(tolerance),
            ..self
        }
    }

    /// v - share v²/(s2 + v), without the difference.
    fn variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let (v, s2) = (Formula::from(v), Formula::from(s2));
        &v * (&s2 + &v * (1.0 - self.rows.share)) / (&s2 + &v)
    }
}

/// 1 or -1.
fn random_sign(random: &mut ChaCha8Rng) -> f64 {
    if random.next_u32() & 1 == 0 {
        1.0
    } else {
        -1.0
    }
}

/// `count` ones among n numbers that are otherwise 0, by the shuffle of Fisher and Yates.
fn random_subset(count: usize, n: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut order: Vec<usize> = (0..n).collect();
    let mut chosen = vec![0.0; n];
    for i in 0..count {
        // The bias of the remainder is below n/2^64.
        let other = i + (random.next_u64() % (n - i) as u64) as usize;
        order.swap(i, other);
        chosen[order[i]] = 1.0;
    }
    chosen
}

impl LinearMap for Rows {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        let signs = self.signs.clone().cast(x.dtype());
        self.observed(walsh_hadamard(axes::to_rgb(x) * signs))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        let signs = self.signs.clone().cast(y.dtype());
        axes::from_rgb(walsh_hadamard(self.observed(y)) * signs)
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        let chosen = self.chosen.clone().cast(y.dtype());
        y * chosen
    }
}

impl LinearOperator for Hadamard {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.rows.apply(x)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.rows.adjoint(y)
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        self.rows.observed(y)
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let m = m.tensor();
        let residual = y.tensor() - self.apply(m.clone());
        let v = Formula::from(v);
        Formula::from(m) + (&v / (&v + s2)) * self.adjoint(residual)
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Iterative(IterativeUpdate {
            solver: &self.iterative,
            closed_variances: Some(self),
        })
    }

    fn residual(&self) -> Option<Tensor<4>> {
        self.iterative.residual()
    }
}

impl NoiseVariances for Hadamard {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        self.variance(v, s2)
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        self.variance(v, s2)
    }
}

impl ClosedVariances for Hadamard {
    /// q, the fixed point of
    ///
    /// ```text
    /// theta = share/(s2 + v (1 - share)),   q = mean E/(1 + theta E),   1/v = 1/q - theta
    /// ```
    ///
    /// The rows tell as much about each pixel as noise of precision theta. v is the variance that
    /// the prior then leaves of the pixel without its own measurement. A channel's v, and an axis's
    /// theta, are means over axes and channels by the squares of U.
    fn stationary_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let share = self.rows.share;
        let mut v = spectrum_mean(e.clone());
        let mut q = v.clone();
        for _ in 0..FIXED_POINT_ITERATIONS {
            let noise = Formula::from(axes::rgb_variances(v)) * (1.0 - share) + &s2;
            let theta = axes::variances((noise.recip() * share).tensor());
            let shrink = (Formula::from(&e) * theta + 1.0).recip();
            let shrink = shrink.tensor();
            q = spectrum_mean(e.clone() * shrink.clone());
            v = q.clone() / spectrum_mean(shrink);
        }
        q
    }
}
