//! A = S H D: compressed sensing by random rows S of the orthonormal Walsh-Hadamard transform H of
//! randomly signed pixels D, in each channel by itself.
//!
//! A Aᵀ = I on the chosen rows, so the pivot is one transform there and back. The sides are powers
//! of two, and a measurement has the image's shape, with zeros in the rows that were not chosen:
//! everything is a mask in another basis.
//!
//! diag AᵀA is exactly the share of chosen rows. Its other entries average to 0 over signs and rows
//! and are of order sqrt(share/pixels), so that every band's variance is the pixel variance but for
//! about 2 % at 64×64. The Gaussian posterior is iterated. Its q is that of the large-system limit,
//! in which H D is a random rotation: the fixed point of vector approximate message passing
//! (Rangan, Schniter, Fletcher 2019).

use std::rc::Rc;

use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{Iterative, LinearMap, LinearOperator, PriorUpdate, spectrum_mean};
use crate::compute::formula::Formula;
use crate::compute::fourier::Fourier;
use crate::compute::walsh_hadamard::walsh_hadamard;
use crate::error::Error;

/// Iterations of q: each halves its distance at least.
const FIXED_POINT: usize = 24;

/// Random Walsh-Hadamard rows.
#[derive(Clone)]
pub struct Hadamard {
    rows: Rc<Rows>,
    iterative: Iterative,
}

struct Rows {
    /// D, ±1, `[1, 3, H, W]`.
    signs: Tensor<4>,
    /// 1 where a row was chosen, `[1, 3, H, W]`.
    chosen: Tensor<4>,
    /// The part of rows that were chosen, the same in each channel.
    share: f64,
}

impl Hadamard {
    /// Measures about `ratio` of as many numbers as the image has; a seed means the same rows and
    /// signs everywhere.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where a side is no power of two or the ratio is not in (0, 1].
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
            signs.extend((0..n).map(|_| {
                if random.next_u32() & 1 == 0 {
                    1.0
                } else {
                    -1.0
                }
            }));
            chosen.extend(subset(count, n, &mut random));
        }
        let shape = [1, 3, height, width];
        let rows = Rc::new(Rows {
            signs: device.tensor(signs, shape),
            chosen: device.tensor(chosen, shape),
            share: count as f64 / n as f64,
        });
        let of_rows = rows.clone();
        Ok(Self {
            iterative: Iterative::new(rows.clone(), fourier)
                .with_variance(move |e, s2| of_rows.smooth_variance(e, s2)),
            rows,
        })
    }

    /// The same with its iterations replaced, to end them elsewhere.
    pub fn map(self, change: impl FnOnce(Iterative) -> Iterative) -> Self {
        Self {
            iterative: change(self.iterative),
            ..self
        }
    }

    fn variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let (v, s2) = (Formula::from(v), Formula::from(s2));
        // v - share v²/(s2 + v), without a difference.
        &v * (&s2 + &v * (1.0 - self.rows.share)) / (&s2 + &v)
    }
}

/// `count` ones among n, by Fisher and Yates' shuffle.
fn subset(count: usize, n: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut order: Vec<usize> = (0..n).collect();
    let mut chosen = vec![0.0; n];
    for i in 0..count {
        // The remainder's bias is below n/2^64.
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
        self.observed(walsh_hadamard(x * signs))
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        let signs = self.signs.clone().cast(y.dtype());
        walsh_hadamard(self.observed(y)) * signs
    }

    fn observed(&self, y: Tensor<4>) -> Tensor<4> {
        let chosen = self.chosen.clone().cast(y.dtype());
        y * chosen
    }
}

impl Rows {
    /// The rows say of each pixel what noise of precision theta = share/(s2 + v (1 - share)) would,
    /// v being what the prior says of it beside them: q = mean E/(1 + theta E), 1/v = 1/q -
    /// theta.
    fn smooth_variance(&self, e: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let mut v = spectrum_mean(e.clone());
        let mut q = v.clone();
        for _ in 0..FIXED_POINT {
            let beside = Formula::from(v) * (1.0 - self.share) + &s2;
            let left = (Formula::from(&e) * self.share / beside + 1.0).recip();
            let left = left.tensor();
            q = spectrum_mean(e.clone() * left.clone());
            v = q.clone() / spectrum_mean(left);
        }
        q
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

    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        Some(self.variance(v, s2))
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Option<Formula> {
        Some(self.variance(v, s2))
    }

    fn row_power(&self) -> Option<f64> {
        Some(1.0)
    }

    /// The maps hold the mean over all directions, of which some are measured and some not at all.
    fn maps_hold_to(&self) -> f64 {
        1.0
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Iterative(&self.iterative)
    }

    fn residual(&self) -> Option<Tensor<4>> {
        self.iterative.residual()
    }
}
