//! JPEG with chroma in cells of 1×2, 2×1 or 2×2 pixels: 4:2:2, 4:4:0 and 4:2:0 (docs/method.md,
//! section 10.5).
//!
//! ```text
//! A x = (T m_Y x, T B m_C x)                      B the mean over cells of f_v × f_h pixels
//! update = m + v Aᵀ b,   ((v + s2) A Aᵀ + R) b = y - A m
//! ```
//!
//! Cells couple luma and chroma. The system is solved by eight iterations of conjugate gradients;
//! without the coupling it is closed at each frequency, and that preconditions it: a condition
//! number of at most 3.03 for every v, table and sampling.
//!
//! y holds luma `[B, 1, H, W]` and then chroma `[B, 2, H/f_v, W/f_h]` as one line of numbers,
//! `[B, 1, 1, n]`.

use burn::tensor::{DType, Tensor};
use nalgebra::{DMatrix, Matrix2, Matrix3};

use super::colour::{Boxes, Tables, mixing};
use super::folding::Folding;
use super::frequencies::{Matrices, numbers, of_image, pairs};
use super::full::check_size;
use super::mcu::{CoupledMatrices, system, weighed_normal};
use super::posterior::{BlockMeasurement, PriorPrecision, SolvedInImageSpace};
use crate::compute::block_dct::{
    BLOCK, FREQUENCIES, FrequencyMatrices, forward, inverse, tiled, weigh,
};
use crate::compute::cells;
use crate::compute::conjugate_gradients::{Stop, conjugate_gradients};
use crate::compute::device::ComputeDevice;
use crate::compute::formula::Formula;
use crate::error::Error;
use crate::operators::{DataMap, LinearOperator, PriorUpdate};

/// The iterations of an update.
const UPDATE_ITERATIONS: usize = 8;

/// The iterations of an update behind a reduction by a filter.
const REDUCED_ITERATIONS: usize = 12;

/// A JPEG file whose chroma is halved along one axis or both.
#[derive(Clone, Debug)]
pub struct SubsampledJpeg {
    size: [usize; 2],
    /// The pixels of a cell of chroma, of rows and of columns.
    cell: [usize; 2],
    device: ComputeDevice,
    /// M'.
    mixing: Matrix3<f64>,
    /// The diagonals of R of luma and of chroma.
    r: [[f64; FREQUENCIES]; 2],
    boxes: Boxes,
}

/// The planes of a measurement.
struct Coefficients {
    luma: Tensor<4>,
    chroma: Tensor<4>,
}

impl SubsampledJpeg {
    /// For images of `size`. `cell`: the pixels of a cell of chroma,
    /// `[1, 2]`, `[2, 1]` or `[2, 2]`.
    ///
    /// # Errors
    /// [`Error::InvalidImage`] if the image is not whole MCUs; [`Error::InvalidOption`] for other
    /// cells.
    pub fn new(
        tables: &Tables,
        cell: [usize; 2],
        size: [usize; 2],
        device: &ComputeDevice,
    ) -> Result<Self, Error> {
        if ![[1, 2], [2, 1], [2, 2]].contains(&cell) {
            return Err(Error::InvalidOption(format!(
                "cells of chroma of {}x{} pixels; 1x2, 2x1 and 2x2 are possible",
                cell[0], cell[1]
            )));
        }
        check_size(size, cell.map(|side| side * BLOCK))?;
        Ok(Self {
            size,
            cell,
            device: device.clone(),
            mixing: mixing(),
            r: tables.variances(),
            boxes: Boxes::new(tables),
        })
    }

    /// f².
    fn area(&self) -> f64 {
        (self.cell[0] * self.cell[1]) as f64
    }

    /// The numbers of y.
    fn count(&self) -> usize {
        let pixels = self.size[0] * self.size[1];
        pixels + 2 * pixels / (self.cell[0] * self.cell[1])
    }

    fn packed(&self, Coefficients { luma, chroma }: Coefficients) -> Tensor<4> {
        let line = |x: Tensor<4>| {
            let [batch, channels, height, width] = x.dims();
            x.reshape([batch, 1, 1, channels * height * width])
        };
        Tensor::cat(vec![line(luma), line(chroma)], 3)
    }

    fn unpacked(&self, y: Tensor<4>) -> Coefficients {
        let ([batch, ..], [height, width]) = (y.dims(), self.size);
        let [rows, columns] = [height / self.cell[0], width / self.cell[1]];
        let pixels = height * width;
        let (luma, chroma) = (
            y.clone().narrow(3, 0, pixels),
            y.narrow(3, pixels, 2 * rows * columns),
        );
        Coefficients {
            luma: luma.reshape([batch, 1, height, width]),
            chroma: chroma.reshape([batch, 2, rows, columns]),
        }
    }

    /// The diagonal of R, `[1, 1, 1, n]`.
    fn rounding(&self) -> Tensor<4> {
        let plane = |r: &[f64; FREQUENCIES], size: [usize; 2], count: usize| {
            let block = self.device.tensor(r.to_vec(), [1, 1, BLOCK, BLOCK]);
            tiled(block, size).repeat_dim(1, count)
        };
        let small = [0, 1].map(|axis| self.size[axis] / self.cell[axis]);
        self.packed(Coefficients {
            luma: plane(&self.r[0], self.size, 1),
            chroma: plane(&self.r[1], small, 2),
        })
    }

    /// B x.
    fn cells(&self, x: Tensor<4>) -> Tensor<4> {
        cells::means(x, self.cell)
    }

    /// Each value at every pixel of its cell.
    fn spread(&self, c: Tensor<4>) -> Tensor<4> {
        cells::spread(c, self.cell)
    }

    /// m times the channels of x.
    fn mixed(m: &DMatrix<f64>, x: Tensor<4>) -> Tensor<4> {
        let shape = [1, m.nrows(), m.ncols()];
        weigh(&FrequencyMatrices::new(shape, |_, i, j, _| m[(i, j)]), x)
    }

    /// The rows of M' that make luma, and those that make chroma.
    fn rows_of_mixing(&self) -> [DMatrix<f64>; 2] {
        let rows = |from, count| DMatrix::from_fn(count, 3, |i, j| self.mixing[(from + i, j)]);
        [rows(0, 1), rows(1, 2)]
    }

    /// (v + s2) M' M'ᵀ.
    fn coupling(&self, variance: f64) -> Matrix3<f64> {
        self.mixing * self.mixing.transpose() * variance
    }

    /// A function of (v + s2) A Aᵀ + R, without what couples luma to chroma: a number for luma and
    /// a matrix for chroma at each frequency.
    fn decoupled(
        &self,
        variances: &[f64],
        of_luma: impl Fn(f64) -> f64,
        of_chroma: impl Fn(Matrix2<f64>) -> Matrix2<f64>,
    ) -> [FrequencyMatrices; 2] {
        let couplings: Vec<_> = variances.iter().map(|v| self.coupling(*v)).collect();
        let images = couplings.len();
        let luma = FrequencyMatrices::new([images, 1, 1], |image, _, _, k| {
            of_luma(couplings[image][(0, 0)] + self.r[0][k])
        });
        let chroma: Vec<Vec<Matrix2<f64>>> = couplings
            .iter()
            .map(|coupling| {
                let own: Matrix2<f64> = coupling.fixed_view::<2, 2>(1, 1) / self.area();
                let at = |r: &f64| of_chroma(own + Matrix2::identity() * *r);
                self.r[1].iter().map(at).collect()
            })
            .collect();
        let chroma =
            FrequencyMatrices::new([images, 2, 2], |image, i, j, k| chroma[image][k][(i, j)]);
        [luma, chroma]
    }

    /// The inverse of that: nearly the inverse of [`Self::system`].
    fn decoupled_inverse(&self, variances: &[f64]) -> [FrequencyMatrices; 2] {
        self.decoupled(variances, f64::recip, inverted)
    }

    /// The weights of luma and chroma times y.
    fn times(&self, [luma, chroma]: &[FrequencyMatrices; 2], y: Tensor<4>) -> Tensor<4> {
        let y = self.unpacked(y);
        self.packed(Coefficients {
            luma: weigh(luma, y.luma),
            chroma: weigh(chroma, y.chroma),
        })
    }

    /// The matrices of (v + s2) A Aᵀ + R.
    fn coupled(&self, variances: &[f64]) -> CoupledMatrices {
        let couplings: Vec<_> = variances.iter().map(|v| self.coupling(*v)).collect();
        let images = couplings.len();
        let matrix = |rows: usize, columns: usize, at: [usize; 2], share: f64| {
            FrequencyMatrices::new([images, rows, columns], |image, i, j, k| {
                let coupled = couplings[image][(at[0] + i, at[1] + j)] * share;
                match i == j && at[0] == at[1] {
                    true => coupled + self.r[at[0]][k],
                    false => coupled,
                }
            })
        };
        let share = self.area().recip();
        CoupledMatrices {
            luma: matrix(1, 1, [0, 0], 1.0),
            to_luma: matrix(1, 2, [0, 1], share),
            to_chroma: matrix(2, 1, [1, 0], 1.0),
            chroma: matrix(2, 2, [1, 1], share),
        }
    }

    /// y ↦ ((v + s2) A Aᵀ + R) y.
    fn system<'a>(&'a self, variances: &[f64]) -> DataMap<'a> {
        let (matrices, cell, size) = (self.coupled(variances), self.cell, self.size);
        match self.device.dtype() {
            _ if !self.device.is_cpu() => Box::new(move |y| self.system_by_planes(&matrices, y)),
            DType::F64 => Box::new(move |y| system::<f64>(&matrices, cell, size, y)),
            _ => Box::new(move |y| system::<f32>(&matrices, cell, size, y)),
        }
    }

    fn system_by_planes(&self, matrices: &CoupledMatrices, y: Tensor<4>) -> Tensor<4> {
        let y = self.unpacked(y);
        let cells = inverse(weigh(&matrices.to_luma, y.chroma.clone()));
        let means = forward(self.cells(inverse(y.luma.clone())));
        self.packed(Coefficients {
            luma: weigh(&matrices.luma, y.luma) + forward(self.spread(cells)),
            chroma: weigh(&matrices.chroma, y.chroma) + weigh(&matrices.to_chroma, means),
        })
    }

    /// x ↦ Aᵀ W A x, plane by plane.
    fn normal_by_planes(&self, weights: &[FrequencyMatrices; 2], x: Tensor<4>) -> Tensor<4> {
        self.adjoint(self.times(weights, self.apply(x)))
    }
}

impl LinearOperator for SubsampledJpeg {
    fn measurement_shape(&self, [batch, ..]: [usize; 4]) -> [usize; 4] {
        [batch, 1, 1, self.count()]
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        let [of_luma, of_chroma] = self.rows_of_mixing();
        let cells = self.cells(x.clone());
        self.packed(Coefficients {
            luma: forward(Self::mixed(&of_luma, x)),
            chroma: forward(Self::mixed(&of_chroma, cells)),
        })
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        let Coefficients { luma, chroma } = self.unpacked(y);
        let [of_luma, of_chroma] = self.rows_of_mixing();
        let shares = of_chroma.transpose() / self.area();
        let cells = Self::mixed(&shares, inverse(chroma));
        Self::mixed(&of_luma.transpose(), inverse(luma)) + self.spread(cells)
    }

    /// Grain's own coupling of luma and chroma is left out, as in w0 and g.
    fn noise(&self, white: Tensor<4>, s2: &Tensor<4>) -> Formula {
        let weights = self.decoupled(&numbers(s2), f64::sqrt, root);
        self.times(&weights, white).into()
    }

    fn whitened(&self, r: Tensor<4>, s2: &Tensor<4>) -> Formula {
        let of_luma = |variance: f64| variance.sqrt().recip();
        let weights = self.decoupled(&numbers(s2), of_luma, |c| inverted(root(c)));
        self.times(&weights, r).into()
    }

    fn update(&self, m: Formula, v: Tensor<4>, y: Formula, s2: Tensor<4>) -> Formula {
        let m = m.tensor();
        let residual = (y - self.apply(m.clone())).tensor();
        let variances: Vec<f64> = pairs(&v, &s2).iter().map(|[v, s2]| v + s2).collect();
        let multiply = self.system(&variances);
        let inverse = self.decoupled_inverse(&variances);
        let precondition = |r| self.times(&inverse, r);
        let stop = Stop::After(UPDATE_ITERATIONS);
        let b = conjugate_gradients(multiply, precondition, residual, None, &stop);
        Formula::from(v) * self.adjoint(b) + m
    }

    fn constrained(&self, x: Tensor<4>, y: &Tensor<4>) -> Tensor<4> {
        let now = self.unpacked(self.apply(x.clone()));
        let y = self.unpacked(y.clone());
        let luma = inverse(self.boxes.moves(0, now.luma, y.luma));
        let chroma = inverse(self.boxes.moves(1, now.chroma, y.chroma));
        let moves = Tensor::cat(vec![luma, self.spread(chroma)], 1);
        let back = self.mixing.try_inverse().expect("three colours");
        x + Self::mixed(&DMatrix::from_fn(3, 3, |i, j| back[(i, j)]), moves)
    }

    fn prior_update(&self) -> PriorUpdate<'_> {
        PriorUpdate::Custom(self)
    }
}

impl BlockMeasurement for SubsampledJpeg {
    fn iterations(&self) -> usize {
        12
    }

    fn size(&self) -> [usize; 2] {
        self.size
    }

    fn device(&self) -> &ComputeDevice {
        &self.device
    }

    fn information(&self, prior: PriorPrecision<'_>, grain: f64) -> Matrices {
        let folding = Folding {
            cell: self.cell,
            mixing: self.mixing,
            r: &self.r,
            grain: self.coupling(grain),
        };
        folding.information(prior)
    }

    fn weighting<'a>(&'a self, grain: &[f64]) -> DataMap<'a> {
        let weights = self.decoupled_inverse(grain);
        Box::new(move |y| self.adjoint(self.times(&weights, y)))
    }

    fn normal<'a>(&'a self, grain: &[f64]) -> DataMap<'a> {
        let weights = self.decoupled_inverse(grain);
        let (mixing, cell) = (&self.mixing, self.cell);
        match self.device.dtype() {
            _ if !self.device.is_cpu() => Box::new(move |x| self.normal_by_planes(&weights, x)),
            DType::F64 => Box::new(move |x| weighed_normal::<f64>(mixing, cell, &weights, x)),
            _ => Box::new(move |x| weighed_normal::<f32>(mixing, cell, &weights, x)),
        }
    }

    fn coefficient_step(
        &self,
        covariance: &dyn Fn(Tensor<4>) -> Tensor<4>,
        level: &[f64],
        grain: &[f64],
        residual: Tensor<4>,
    ) -> Option<Tensor<4>> {
        let per_image = |values: &[f64]| {
            let shape = [values.len(), 1, 1, 1];
            self.device.tensor(values.to_vec(), shape)
        };
        let (s2, rounding) = (per_image(grain), self.rounding());
        let multiply = |p: Tensor<4>| {
            let back = self.adjoint(p.clone());
            let spread = covariance(back.clone()) + back * s2.clone();
            self.apply(spread) + p * rounding.clone()
        };
        let images = level.len().max(grain.len());
        let variances = (0..images).map(|i| of_image(level, i) + of_image(grain, i));
        let variances: Vec<f64> = variances.collect();
        let inverse = self.decoupled_inverse(&variances);
        let precondition = |r| self.times(&inverse, r);
        let stop = Stop::After(REDUCED_ITERATIONS);
        Some(conjugate_gradients(
            multiply,
            precondition,
            residual,
            None,
            &stop,
        ))
    }
}

impl SolvedInImageSpace for SubsampledJpeg {}

/// The lower triangular root of a covariance.
fn root(covariance: Matrix2<f64>) -> Matrix2<f64> {
    covariance.cholesky().expect("positive definite").l()
}

fn inverted(m: Matrix2<f64>) -> Matrix2<f64> {
    m.try_inverse().expect("a regular matrix")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::white_noise::WhiteNoise;

    #[test]
    fn products_by_mcus_agree_with_those_by_planes() {
        let device = ComputeDevice::cpu_f64();
        let steps = |first: f64| std::array::from_fn(|k| first + k as f64);
        let tables = Tables {
            luma: steps(12.0),
            chroma: steps(18.0),
        };
        let (variances, size) = ([0.01, 0.2], [32, 80]);
        let noise = |shape| WhiteNoise::new(1, 0, &device).draw(shape);
        let largest = |x: Tensor<4>| x.abs().max().into_scalar::<f64>();
        for cell in [[1, 2], [2, 1], [2, 2]] {
            let jpeg = SubsampledJpeg::new(&tables, cell, size, &device).expect("whole MCUs");
            let x = noise([2, 3, size[0], size[1]]);
            let y = noise(jpeg.measurement_shape(x.dims()));
            let by_planes = jpeg.normal_by_planes(&jpeg.decoupled_inverse(&variances), x.clone());
            let scale = largest(by_planes.clone());
            assert!(
                largest(jpeg.normal(&variances)(x) - by_planes) < 1e-13 * scale,
                "{cell:?}"
            );
            let by_planes = jpeg.system_by_planes(&jpeg.coupled(&variances), y.clone());
            assert!(
                largest(jpeg.system(&variances)(y) - by_planes) < 1e-13,
                "{cell:?}"
            );
        }
    }
}
