//! The dense matrices that operators are held to.
//!
//! An image is a column of pixels, row by row and channel after channel. Where an operator treats
//! its channels alike, a matrix on one channel stands for all three, and a batch of images is three
//! columns an image.

use burn::tensor::{DType, Tensor};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::operators::{LinearOperator, PriorUpdate};
use eps_restore::low_level::prior::KAPPA2;
use eps_restore::low_level::prior::axes::Axes;
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
    prior: PriorModel,
}

impl Dense {
    /// The matrices of a case, on as many channels as it says.
    pub(crate) fn new(case: &Case, size: Size) -> Self {
        let operator = case.operator(size, &ComputeDevice::cpu_f64());
        Self::of(operator.as_ref(), case.channels, size).under(case.prior)
    }

    /// The same under another prior.
    pub(crate) fn under(self, prior: PriorModel) -> Self {
        Self { prior, ..self }
    }

    /// Applies the operator to each image that is 1 in a single entry; under photo-v1's prior.
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
            prior: PriorModel::PHOTO_V1,
            a,
        }
    }

    /// S(v) = (I/v + AᵀA/s2)^-1.
    pub(crate) fn noise_covariance(&self, v: f64, s2: f64) -> DMatrix<f64> {
        let n = self.a.ncols();
        inverse(DMatrix::identity(n, n) / v + &self.normal / s2)
    }

    /// Q + I/t2 + AᵀA/s2; 1/t2 is 0 where there is no x_t.
    pub(crate) fn posterior_precision(&self, inverse_t2: f64, s2: f64) -> DMatrix<f64> {
        let n = self.a.ncols();
        self.prior_precision() + DMatrix::identity(n, n) * inverse_t2 + &self.normal / s2
    }

    /// How often each entry is each other's neighbour.
    pub(crate) fn neighbours(&self) -> DMatrix<f64> {
        self.in_each_channel(&neighbours(self.borders, self.size))
    }

    /// Q.
    pub(crate) fn prior_precision(&self) -> DMatrix<f64> {
        let membrane = self.in_each_channel(&membrane(self.borders, self.size));
        DMatrix::from_diagonal(&self.stiffness()) * membrane
    }

    /// The prior's c at each entry.
    pub(crate) fn stiffness(&self) -> DVector<f64> {
        let pixels = self.size[0] * self.size[1];
        DVector::from_fn(self.channels * pixels, |i, _| {
            self.prior.stiffness[i / pixels]
        })
    }

    fn in_each_channel(&self, matrix: &DMatrix<f64>) -> DMatrix<f64> {
        DMatrix::identity(self.channels, self.channels).kronecker(matrix)
    }

    /// The diagonal of a covariance in three channels, one a column.
    pub(crate) fn pixel_variance(&self, covariance: &DMatrix<f64>) -> DMatrix<f64> {
        let pixels = self.size[0] * self.size[1];
        let diagonal = covariance.diagonal();
        DMatrix::from_fn(pixels, 3, |i, c| diagonal[c % self.channels * pixels + i])
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
        let along = |d: [f64; 3]| {
            let norm: f64 = d.iter().map(|v| v * v).sum();
            let mut sum = DMatrix::zeros(pixels, pixels);
            for (i, j) in (0..9).map(|k| (k / 3, k % 3)) {
                let block = covariance.view((i * pixels, j * pixels), (pixels, pixels));
                sum += block * (d[i] * d[j] / norm);
            }
            sum
        };
        let [luma, red_blue, green_magenta] = match self.prior.axes {
            Axes::Rgb => [[1.0; 3], [1.0, 0.0, -1.0], [1.0, -2.0, 1.0]],
            Axes::Opponent => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        };
        [along(luma), (along(red_blue) + along(green_magenta)) / 2.0]
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
