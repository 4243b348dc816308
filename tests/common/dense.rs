//! The dense matrices that operators are held to.
//!
//! An image is a column of pixels, row by row and axis after axis. Where an operator treats the
//! colour axes alike, a matrix on one of them stands for all three, a batch of images is three
//! columns an image, and the prior's precision is that of each axis in turn.

use std::ops::Range;

use burn::tensor::{DType, Tensor};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::operators::{LinearOperator, PriorUpdate};
use eps_restore::low_level::prior::KAPPA2;
use eps_restore::low_level::prior::model::PriorModel;
use eps_restore::low_level::prior::noise_geometry::{BANDS, REACH, band_filters};
use nalgebra::{DMatrix, DVector};

use super::cases::Case;

/// Height and width.
pub(crate) type Size = [usize; 2];

/// White noise; each stream is another draw.
pub(crate) fn draw(shape: [usize; 4], stream: u64, device: &ComputeDevice) -> Tensor<4> {
    WhiteNoise::new(6, stream, device).draw(shape)
}

/// A tensor's values in columns of `rows`.
pub(crate) fn columns(x: Tensor<4>, rows: usize) -> DMatrix<f64> {
    let values = x.cast(DType::F64).into_data().try_into_vec::<f64>();
    let values = values.expect("f64 values");
    DMatrix::from_column_slice(rows, values.len() / rows, &values)
}

/// The tensor whose images `[channels, H, W]` are columns.
pub(crate) fn images(columns: &DMatrix<f64>, [channels, height, width]: [usize; 3]) -> Tensor<4> {
    let batch = columns.len() / (channels * height * width);
    let shape = [batch, channels, height, width];
    ComputeDevice::cpu_f64().tensor(columns.as_slice().to_vec(), shape)
}

/// |a - b|/|b|, Frobenius; 0 where both are 0.
pub(crate) fn relative_error(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    (a - b).norm() / b.norm().max(f64::MIN_POSITIVE)
}

/// The greatest |a - b|/|b| of an entry: small variances count as much as large ones.
pub(crate) fn worst_entry(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    (a - b).component_div(b).amax()
}

/// The inverse of a symmetric positive definite matrix.
pub(crate) fn inverse(m: DMatrix<f64>) -> DMatrix<f64> {
    m.cholesky().expect("a positive definite matrix").inverse()
}

/// M^-1 b of a symmetric positive definite matrix.
pub(crate) fn solution(m: DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    m.cholesky().expect("a positive definite matrix").solve(b)
}

/// What lies beyond an image's border.
#[derive(Clone, Copy)]
pub(crate) enum Borders {
    /// The other side: operators with closed forms in the DFT.
    Circular,
    /// The edge again in the prior, the reflected image in the maps: operators that are iterated in
    /// space.
    Open,
}

impl Borders {
    pub(crate) fn of(operator: &dyn LinearOperator) -> Self {
        match operator.prior_update() {
            PriorUpdate::Spectral(_) | PriorUpdate::Iterative(_) => Self::Circular,
            PriorUpdate::Diagonal(_)
            | PriorUpdate::PerChannel(_)
            | PriorUpdate::Spatial(_)
            | PriorUpdate::Custom(_) => Self::Open,
        }
    }

    /// The pixel that is the neighbour `at` along a side of n pixels.
    fn neighbour(self, at: i64, n: usize) -> usize {
        match self {
            Self::Circular => at.rem_euclid(n as i64) as usize,
            Self::Open => at.clamp(0, n as i64 - 1) as usize,
        }
    }

    /// The pixel that a band filter sees at `at`: reflected without repeating the edge.
    fn index(self, at: i64, n: usize) -> usize {
        let last = n as i64 - 1;
        match self {
            Self::Circular => self.neighbour(at, n),
            Self::Open => (last - (last - at.abs()).abs()) as usize,
        }
    }
}

/// How often each pixel is each other's neighbour.
fn neighbours(borders: Borders, [height, width]: Size) -> DMatrix<f64> {
    let mut matrix = DMatrix::zeros(height * width, height * width);
    for i in 0..height * width {
        let (row, column) = ((i / width) as i64, (i % width) as i64);
        for (down, right) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
            let row = borders.neighbour(row + down, height);
            let column = borders.neighbour(column + right, width);
            matrix[(i, row * width + column)] += 1.0;
        }
    }
    matrix
}

/// Q of a membrane prior of stiffness 1, one channel.
pub(crate) fn membrane(borders: Borders, size: Size) -> DMatrix<f64> {
    let n = size[0] * size[1];
    DMatrix::identity(n, n) * (KAPPA2 + 4.0) - neighbours(borders, size)
}

/// A as a matrix, and the Gaussian posteriors that follow from it.
pub(crate) struct Dense {
    pub a: DMatrix<f64>,
    pub borders: Borders,
    normal: DMatrix<f64>,
    channels: usize,
    size: Size,
}

impl Dense {
    /// The matrices of a case, on as many channels as it says.
    pub(crate) fn new(case: &Case, size: Size) -> Self {
        let operator = case.operator(size, &ComputeDevice::cpu_f64());
        Self::of(operator.as_ref(), case.channels, size)
    }

    /// Applies the operator to each image that is 1 in a single entry.
    pub(crate) fn of(operator: &dyn LinearOperator, channels: usize, size: Size) -> Self {
        let n = channels * size[0] * size[1];
        let basis = images(&DMatrix::identity(n, n), [channels, size[0], size[1]]);
        let applied = operator.apply(basis);
        let rows = applied.dims()[1..].iter().product();
        let a = columns(applied, rows);
        Self {
            normal: a.transpose() * &a,
            borders: Borders::of(operator),
            channels,
            size,
            a,
        }
    }

    /// S(v) = (I/v + AᵀA/s2)^-1.
    pub(crate) fn noise_covariance(&self, v: f64, s2: f64) -> DMatrix<f64> {
        let n = self.a.ncols();
        inverse(DMatrix::identity(n, n) / v + &self.normal / s2)
    }

    /// The colour axes by whose images the matrices are: all together, or one at a time, which
    /// differ in the prior.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Range<usize>> {
        let channels = self.channels;
        (0..3 / channels).map(move |i| i * channels..(i + 1) * channels)
    }

    /// Q + I/t2 + AᵀA/s2 on a group of axes; 1/t2 is 0 where there is no x_t.
    pub(crate) fn posterior_precision(
        &self,
        axes: &Range<usize>,
        inverse_t2: f64,
        s2: f64,
    ) -> DMatrix<f64> {
        let n = self.a.ncols();
        self.prior_precision(axes) + DMatrix::identity(n, n) * inverse_t2 + &self.normal / s2
    }

    /// The preconditioner of masks: Q + I/t2 + AᵀA/s2 without what couples pixels.
    pub(crate) fn preconditioner(
        &self,
        axes: &Range<usize>,
        inverse_t2: f64,
        s2: f64,
    ) -> DMatrix<f64> {
        let diagonal = self
            .stiffness(axes)
            .map(|c| c * (KAPPA2 + 4.0) + inverse_t2);
        &self.normal / s2 + DMatrix::from_diagonal(&diagonal)
    }

    /// How often each entry is each other's neighbour.
    pub(crate) fn neighbours(&self) -> DMatrix<f64> {
        self.in_each_channel(&neighbours(self.borders, self.size))
    }

    /// Q on a group of axes.
    pub(crate) fn prior_precision(&self, axes: &Range<usize>) -> DMatrix<f64> {
        let membrane = self.in_each_channel(&membrane(self.borders, self.size));
        DMatrix::from_diagonal(&self.stiffness(axes)) * membrane
    }

    /// The prior's c at each entry of a group of axes.
    pub(crate) fn stiffness(&self, axes: &Range<usize>) -> DVector<f64> {
        let pixels = self.size[0] * self.size[1];
        DVector::from_fn(axes.len() * pixels, |i, _| {
            PriorModel::PHOTO_V2.stiffness[axes.start + i / pixels]
        })
    }

    fn in_each_channel(&self, matrix: &DMatrix<f64>) -> DMatrix<f64> {
        DMatrix::identity(self.channels, self.channels).kronecker(matrix)
    }

    /// The diagonal of a covariance, one axis a column.
    pub(crate) fn pixel_variance(&self, covariance: &DMatrix<f64>) -> DMatrix<f64> {
        let pixels = self.size[0] * self.size[1];
        let diagonal = covariance.diagonal();
        DMatrix::from_column_slice(pixels, self.channels, diagonal.as_slice())
    }

    /// The eight noise-geometry maps of a covariance, one a column.
    pub(crate) fn band_variances(&self, covariance: &DMatrix<f64>) -> DMatrix<f64> {
        let [luma, chroma] = self.luma_and_chroma(covariance);
        let filters = band_filters();
        let map = |k: usize| {
            let colour = if k < BANDS { &luma } else { &chroma };
            self.band_variance(colour, &filters[k % BANDS])
        };
        DMatrix::from_columns(&std::array::from_fn::<_, { 2 * BANDS }, _>(map))
    }

    /// The covariance along luma, and the mean of those along the two chroma directions.
    fn luma_and_chroma(&self, covariance: &DMatrix<f64>) -> [DMatrix<f64>; 2] {
        if self.channels == 1 {
            return [covariance.clone(), covariance.clone()];
        }
        let pixels = self.size[0] * self.size[1];
        let block = |axis: usize| {
            let at = axis * pixels;
            covariance.view((at, at), (pixels, pixels)).into_owned()
        };
        let [luma, red_blue, green_magenta] = [0, 1, 2].map(block);
        [luma, (red_blue + green_magenta) / 2.0]
    }

    /// Var[f * n]/|f|² at each pixel. Beyond an open border n is an independent copy of the pixel
    /// reflected there, as the method has it: only the diagonal of a mask's covariance is not
    /// 0.
    fn band_variance(&self, covariance: &DMatrix<f64>, filter: &[f64]) -> DVector<f64> {
        let energy: f64 = filter.iter().map(|f| f * f).sum();
        let pixels = self.size[0] * self.size[1];
        let variance = |i: usize| -> f64 {
            let seen = self.reach(i);
            let terms = |a: usize| -> f64 {
                let with = |b: usize| filter[a] * filter[b] * covariance[(seen[b], seen[a])];
                match self.borders {
                    Borders::Circular => (0..seen.len()).map(with).sum(),
                    Borders::Open => with(a),
                }
            };
            (0..seen.len()).map(terms).sum::<f64>() / energy
        };
        DVector::from_fn(pixels, |i, _| variance(i))
    }

    /// The pixels under a band filter centred at pixel i.
    fn reach(&self, i: usize) -> Vec<usize> {
        let [height, width] = self.size;
        let from = |at: usize, offset: usize| (at + offset) as i64 - (REACH / 2) as i64;
        let seen = (0..REACH * REACH).map(|o| {
            let row = self.borders.index(from(i / width, o / REACH), height);
            let column = self.borders.index(from(i % width, o % REACH), width);
            row * width + column
        });
        seen.collect()
    }

    /// Each pixel of each column replaced by the mean of its block of phases × phases.
    pub(crate) fn phase_mean(&self, planes: &DMatrix<f64>, phases: usize) -> DMatrix<f64> {
        let width = self.size[1];
        DMatrix::from_fn(planes.nrows(), planes.ncols(), |i, plane| {
            let corner = (i / width / phases * phases, i % width / phases * phases);
            let block = (0..phases * phases).map(|p| {
                let (row, column) = (corner.0 + p / phases, corner.1 + p % phases);
                planes[(row * width + column, plane)]
            });
            block.sum::<f64>() / (phases * phases) as f64
        })
    }
}
