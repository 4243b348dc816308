//! A hole whose texture comes from elsewhere: known pixels, and differences of neighbours in the
//! hole (docs/method.md, section 14).
//!
//! ```text
//! y = (c x + n,  ∇x + e)      n ~ N(0, s2),  e ~ N(0, R_h)
//! ```
//!
//! c is 1 at known pixels and 0 in the hole; ∇x are the differences to the right and lower
//! neighbour of which one pixel at least is in the hole. What is copied from another place has the
//! right texture and the wrong level, so its differences count as measured: R_h is small within a
//! copied region, large across its seams. With N = c/s2 and N_h = 1/R_h all is a system of one
//! kind,
//!
//! ```text
//! update    m + d,   (1/v + N + ∇ᵀ N_h ∇) d = N (y - m) + ∇ᵀ N_h (y_h - ∇m)
//! g, w0     (Q + 1/t2 + N + ∇ᵀ N_h ∇) g = z/t2 + N y + ∇ᵀ N_h y_h          w0: without z, 1/t2
//! ```
//!
//! of masses and ties on the grid. y is one tensor `[B, 9, H, W]`: three planes of pixels, three of
//! differences to the right, three of differences to the pixel below, with zeros where nothing is
//! measured. All colour axes are alike. Everything is computed in f64 on the CPU.

use burn::tensor::{DType, Tensor};

use super::{GaussianUpdate, LinearOperator, NoiseVariances, PriorUpdate};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::compute::grid_system::{GridSystem, Multigrid};
use crate::compute::host::values;
use crate::error::Error;
use crate::prior::noise_geometry::{BANDS, tree_band_variances, tree_variances};
use crate::prior::{GaussianPrior, KAPPA2};

const CHANNELS: usize = 3;
/// Of the update, of w0 from the first cycle, and of g from w0.
const UPDATE_ITERATIONS: usize = 8;
const W0_ITERATIONS: usize = 8;
const G_ITERATIONS: usize = 6;

/// Known pixels, and differences of neighbours in a hole with deviations of their own.
#[derive(Debug, Clone)]
pub struct GradientMask {
    batch: usize,
    size: [usize; 2],
    device: ComputeDevice,
    /// c, `[B, 1, H, W]`.
    known: Vec<f64>,
    /// N_h of the differences to the right and below, `[B, 1, H, W]` each.
    precisions: [Vec<f64>; 2],
}

/// The numbers of a measurement's noise and of a query, image by image.
struct Numbers {
    /// `[B, 1, H, W]`.
    s2: Vec<f64>,
    /// `[B, 3]`.
    v: Vec<f64>,
}

impl GradientMask {
    /// `known`: 1 for known pixels and 0 in the hole, `[B, 1, H, W]`; `deviations`: of the
    /// differences to the right and lower neighbour, `[B, 1, H, W]` each on [-1, 1], infinite where
    /// none is measured. Those of which no pixel is in the hole are not measured.
    ///
    /// # Errors
    /// [`Error::InvalidOperator`] where shapes differ, or a deviation is not above 0.
    pub fn new(known: Tensor<4>, deviations: [Tensor<4>; 2]) -> Result<Self, Error> {
        let [batch, planes, height, width] = known.dims();
        if planes != 1 || deviations.iter().any(|d| d.dims() != known.dims()) {
            return Err(Error::InvalidOperator(format!(
                "the mask has the shape {:?} and the deviations {:?}; all must be the same, of one \
                 plane",
                known.dims(),
                deviations.map(|d| d.dims())
            )));
        }
        let device = ComputeDevice::of(&known);
        let known = numbers(known);
        let [right, below] = deviations.map(numbers);
        if right.iter().chain(&below).any(|d| d.is_nan() || *d <= 0.0) {
            return Err(Error::InvalidOperator(
                "a deviation of a difference is not above 0".into(),
            ));
        }
        let area = height * width;
        let precision = |deviation: &[f64], step: usize, has: &dyn Fn(usize) -> bool| {
            let of = |i: usize| {
                let is_measured = has(i % area) && known[i].min(known[i + step]) == 0.0;
                if is_measured {
                    deviation[i].powi(-2)
                } else {
                    0.0
                }
            };
            (0..batch * area).map(of).collect()
        };
        let precisions = [
            precision(&right, 1, &|i| i % width + 1 < width),
            precision(&below, width, &|i| i / width + 1 < height),
        ];
        Ok(Self {
            batch,
            size: [height, width],
            device,
            known,
            precisions,
        })
    }

    fn area(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// One for each difference that is measured.
    fn measured(&self, image: usize) -> [Vec<f64>; 2] {
        let of = |all: &Vec<f64>| -> Vec<f64> {
            let plane = self.plane(all, image).iter();
            plane.map(|n| f64::from(*n > 0.0)).collect()
        };
        [of(&self.precisions[0]), of(&self.precisions[1])]
    }

    /// A plane of one of B or 1 images.
    fn plane<'a>(&self, planes: &'a [f64], image: usize) -> &'a [f64] {
        let area = self.area();
        let image = image.min(planes.len() / area - 1);
        &planes[image * area..][..area]
    }

    fn numbers(&self, v: &Tensor<4>, s2: &Tensor<4>, batch: usize) -> Numbers {
        let [height, width] = self.size;
        Numbers {
            s2: numbers(s2.clone().expand([batch, 1, height, width])),
            v: numbers(v.clone().expand([batch, CHANNELS, 1, 1])),
        }
    }

    /// A function of the noise's deviation in each entry of a measurement of `batch` images; 0
    /// where nothing is measured.
    fn of_deviations(&self, batch: usize, s2: &Tensor<4>, of: impl Fn(f64) -> f64) -> Tensor<4> {
        let [height, width] = self.size;
        let s2 = numbers(s2.clone().expand([batch, 1, height, width]));
        let mut kinds = Vec::with_capacity(3 * batch * self.area());
        for image in 0..batch {
            let known = self.plane(&self.known, image).iter();
            let pixels = known.zip(self.plane(&s2, image));
            kinds.extend(pixels.map(|(c, s2)| if *c > 0.0 { of(s2.sqrt()) } else { 0.0 }));
            for precision in &self.precisions {
                let of = |n: &f64| if *n > 0.0 { of(n.powf(-0.5)) } else { 0.0 };
                kinds.extend(self.plane(precision, image).iter().map(of));
            }
        }
        let kinds = self.device.tensor(kinds, [batch, 3, height, width]);
        let planes = (0..3).map(|kind| kinds.clone().narrow(1, kind, 1).repeat_dim(1, CHANNELS));
        Tensor::cat(planes.collect(), 1)
    }

    /// The masses and ties of an image beside those of the data.
    fn system(&self, image: usize, s2: &[f64], mass: f64, tie: f64) -> GridSystem {
        let [height, width] = self.size;
        let data = self
            .plane(&self.known, image)
            .iter()
            .zip(self.plane(s2, image));
        let [right, below] = [0, 1].map(|step| self.plane(&self.precisions[step], image));
        let ties = |precision: &[f64], has: &dyn Fn(usize) -> bool| {
            let of = |(i, n): (usize, &f64)| if has(i) { tie + n } else { 0.0 };
            precision.iter().enumerate().map(of).collect()
        };
        GridSystem {
            size: self.size,
            mass: data.map(|(c, s2)| mass + c / s2).collect(),
            right: ties(right, &|i| i % width + 1 < width),
            below: ties(below, &|i| i / width + 1 < height),
        }
    }

    /// Aᵀ R⁻¹ y of a channel, `y` being its three planes.
    fn weighted_adjoint(&self, image: usize, s2: &[f64], y: [&[f64]; 3]) -> Vec<f64> {
        let known = self.plane(&self.known, image).iter();
        let mut b: Vec<f64> = known
            .zip(self.plane(s2, image))
            .zip(y[0])
            .map(|((c, s2), y)| c / s2 * y)
            .collect();
        for (precision, (y, step)) in self
            .precisions
            .iter()
            .zip([(y[1], 1), (y[2], self.size[1])])
        {
            let weighted = self
                .plane(precision, image)
                .iter()
                .zip(y)
                .map(|(n, y)| n * y);
            spread_differences(weighted.collect(), step, &mut b);
        }
        b
    }

    /// A x of a channel: its three planes.
    fn measure(&self, image: usize, x: &[f64]) -> [Vec<f64>; 3] {
        let known = self.plane(&self.known, image).iter();
        let [right, below] = self.measured(image);
        [
            known.zip(x).map(|(c, x)| c * x).collect(),
            differences(x, 1, &right),
            differences(x, self.size[1], &below),
        ]
    }

    /// The pixels and the two kinds of differences of a channel of y.
    fn planes_of<'a>(&self, y: &'a [f64], image: usize, channel: usize) -> [&'a [f64]; 3] {
        [0, 1, 2].map(|kind| {
            let plane = (image * 3 + kind) * CHANNELS + channel;
            &y[plane * self.area()..][..self.area()]
        })
    }

    /// y - A m.
    fn misses(&self, y: &[&[f64]; 3], image: usize, m: &[f64]) -> [Vec<f64>; 3] {
        let met = self.measure(image, m);
        [0, 1, 2].map(|kind| y[kind].iter().zip(&met[kind]).map(|(y, a)| y - a).collect())
    }

    /// `solve(image, channel)` of every plane, `[B, 3, H, W]`.
    fn each_plane(
        &self,
        batch: usize,
        mut solve: impl FnMut(usize, usize) -> Vec<f64>,
    ) -> Tensor<4> {
        let mut planes = Vec::with_capacity(batch * CHANNELS * self.area());
        for image in 0..batch {
            for channel in 0..CHANNELS {
                planes.extend(solve(image, channel));
            }
        }
        let [height, width] = self.size;
        self.device.tensor(planes, [batch, CHANNELS, height, width])
    }

    /// `maps` of each image's system under a white prior of variance v, `[B, count, H, W]`.
    fn of_white(
        &self,
        v: &Tensor<4>,
        s2: &Tensor<4>,
        count: usize,
        maps: impl Fn(&GridSystem) -> Vec<f64>,
    ) -> Tensor<4> {
        let batch = self.batch.max(v.dims()[0]).max(s2.dims()[0]);
        let Numbers { s2, v } = self.numbers(v, s2, batch);
        let of = |image: usize| {
            let mass = 1.0 / v[CHANNELS * image];
            maps(&self.system(image, &s2, mass, 0.0))
        };
        let [height, width] = self.size;
        let planes = (0..batch).flat_map(of).collect();
        self.device.tensor(planes, [batch, count, height, width])
    }
}

fn numbers(x: Tensor<4>) -> Vec<f64> {
    values(x.cast(DType::F64))
}

/// x at a step ahead less x, where it is measured.
fn differences(x: &[f64], step: usize, measured: &[f64]) -> Vec<f64> {
    let ahead = |i: usize| x.get(i + step).copied().unwrap_or_default();
    let of = |(i, on): (usize, &f64)| if *on > 0.0 { ahead(i) - x[i] } else { 0.0 };
    measured.iter().enumerate().map(of).collect()
}

/// Adds `differences`' adjoint.
fn spread_differences(weighted: Vec<f64>, step: usize, to: &mut [f64]) {
    for (i, value) in weighted.into_iter().enumerate() {
        if value != 0.0 {
            to[i] -= value;
            to[i + step] += value;
        }
    }
}

impl LinearOperator for GradientMask {
    fn measurement_shape(&self, [batch, channels, height, width]: [usize; 4]) -> [usize; 4] {
        [batch, 3 * channels, height, width]
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        let (batch, area) = (x.dims()[0], self.area());
        let x = numbers(x);
        let plane = |i: usize, c: usize| &x[(i * CHANNELS + c) * area..][..area];
        let measured = |i: usize| [0, 1, 2].map(|c| self.measure(i, plane(i, c)));
        let mut y = Vec::with_capacity(3 * x.len());
        for image in 0..batch {
            let channels = measured(image);
            for kind in 0..3 {
                channels.iter().for_each(|planes| y.extend(&planes[kind]));
            }
        }
        let [height, width] = self.size;
        self.device.tensor(y, [batch, 3 * CHANNELS, height, width])
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        let (batch, y) = (y.dims()[0], numbers(y));
        self.each_plane(batch, |image, channel| {
            let [pixels, right, below] = self.planes_of(&y, image, channel);
            let known = self.plane(&self.known, image).iter();
            let mut x: Vec<f64> = known.zip(pixels).map(|(c, y)| c * y).collect();
            let [on_right, on_below] = self.measured(image);
            for (y, on, step) in [(right, on_right, 1), (below, on_below, self.size[1])] {
                let seen = on.iter().zip(y).map(|(on, y)| on * y);
                spread_differences(seen.collect(), step, &mut x);
            }
            x
        })
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let [m, y] = [m, y].map(Formula::tensor);
        let batch = [m.dims()[0], v.dims()[0], s2.dims()[0], self.batch];
        let batch = batch.into_iter().max().expect("four of them");
        let Numbers { s2, v } = self.numbers(&v, &s2, batch);
        let [height, width] = self.size;
        let m = numbers(m.expand([batch, CHANNELS, height, width]));
        let y = numbers(y.expand([batch, 3 * CHANNELS, height, width]));
        let mut solver: Option<([f64; 2], Multigrid)> = None;
        let updated = self.each_plane(batch, |image, channel| {
            let plane = image * CHANNELS + channel;
            let m = &m[plane * self.area()..][..self.area()];
            let misses = self.misses(&self.planes_of(&y, image, channel), image, m);
            let b = self.weighted_adjoint(image, &s2, misses.each_ref().map(Vec::as_slice));
            // Planes of an image mostly have one system.
            let key = [image as f64, v[plane]];
            if solver.as_ref().is_none_or(|(of, _)| *of != key) {
                let system = self.system(image, &s2, 1.0 / v[plane], 0.0);
                solver = Some((key, Multigrid::new(&system)));
            }
            let (_, multigrid) = solver.as_ref().expect("made above");
            let d = multigrid.solve(&b, None, UPDATE_ITERATIONS);
            m.iter().zip(d).map(|(m, d)| m + d).collect()
        });
        updated.into()
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Custom(self)
    }

    /// R is s2 at pixels, and R_h at differences.
    fn noise(&self, white: Tensor<4>, s2: &Tensor<4>) -> Formula {
        let deviations = self.of_deviations(white.dims()[0], s2, |deviation| deviation);
        (white * deviations).into()
    }

    fn whitened(&self, r: Tensor<4>, s2: &Tensor<4>) -> Formula {
        let weights = self.of_deviations(r.dims()[0], s2, f64::recip);
        (r * weights).into()
    }
}

impl NoiseVariances for GradientMask {
    fn pixel_variance(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        self.of_white(&v, &s2, 1, tree_variances).into()
    }

    fn band_variances(&self, v: Tensor<4>, s2: Tensor<4>) -> Formula {
        let bands = self.of_white(&v, &s2, BANDS, |system| {
            tree_band_variances(system).concat()
        });
        bands.repeat_dim(1, 2).into()
    }
}

impl GaussianUpdate for GradientMask {
    fn linear_estimate(&self, prior: &GaussianPrior, y: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let batch = y.dims()[0].max(s2.dims()[0]).max(self.batch);
        let [height, width] = self.size;
        let s2 = numbers(s2.expand([batch, 1, height, width]));
        let y = numbers(y.expand([batch, 3 * CHANNELS, height, width]));
        self.each_plane(batch, |image, channel| {
            let c = prior.model().stiffness[channel];
            let b = self.weighted_adjoint(image, &s2, self.planes_of(&y, image, channel));
            let system = self.system(image, &s2, c * KAPPA2, c);
            Multigrid::new(&system).solve(&b, None, W0_ITERATIONS)
        })
    }

    fn mean(
        &self,
        prior: &GaussianPrior,
        [z, t2]: [Tensor<4>; 2],
        y: Tensor<4>,
        s2: Tensor<4>,
        estimate: Tensor<4>,
    ) -> Tensor<4> {
        let batch = [z.dims()[0], t2.dims()[0], s2.dims()[0], self.batch];
        let batch = batch.into_iter().max().expect("four of them");
        let Numbers { s2, v: t2 } = self.numbers(&t2, &s2, batch);
        let [height, width] = self.size;
        let [z, estimate] =
            [z, estimate].map(|x| numbers(x.expand([batch, CHANNELS, height, width])));
        let y = numbers(y.expand([batch, 3 * CHANNELS, height, width]));
        self.each_plane(batch, |image, channel| {
            let plane = image * CHANNELS + channel;
            let of = |x: &[f64]| x[plane * self.area()..][..self.area()].to_vec();
            let (c, t2) = (prior.model().stiffness[channel], t2[plane]);
            let mut b = self.weighted_adjoint(image, &s2, self.planes_of(&y, image, channel));
            b.iter_mut().zip(of(&z)).for_each(|(b, z)| *b += z / t2);
            let system = self.system(image, &s2, c * KAPPA2 + 1.0 / t2, c);
            Multigrid::new(&system).solve(&b, Some(&of(&estimate)), G_ITERATIONS)
        })
    }

    fn variance(&self, prior: &GaussianPrior, t2: Tensor<4>, s2: Tensor<4>) -> Tensor<4> {
        let batch = t2.dims()[0].max(s2.dims()[0]).max(self.batch);
        let Numbers { s2, v: t2 } = self.numbers(&t2, &s2, batch);
        self.each_plane(batch, |image, channel| {
            let c = prior.model().stiffness[channel];
            let mass = c * KAPPA2 + 1.0 / t2[image * CHANNELS + channel];
            tree_variances(&self.system(image, &s2, mass, c))
        })
    }
}
