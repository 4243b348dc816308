//! Gaussian laws of images, and the denoiser that is exact for one.

use burn::tensor::Tensor;
use eps_restore::low_level::denoiser::Denoiser;
use eps_restore::low_level::operators::PriorUpdate;
use eps_restore::low_level::posterior::Posterior;
use nalgebra::{DMatrix, DVector};

use eps_restore::low_level::prior::model::PriorModel;

use super::dense::{Borders, Dense, Size, columns, images, inverse, membrane};

/// N(mean, covariance).
#[derive(Clone)]
pub(crate) struct Gaussian {
    pub mean: DVector<f64>,
    pub covariance: DMatrix<f64>,
}

impl Gaussian {
    /// A prior of coloured images: correlations fall off by e over two pixels, those of the
    /// channels differ, and the mean is not 0.
    pub(crate) fn images([height, width]: Size) -> Self {
        let pixels = height * width;
        let space = DMatrix::from_fn(pixels, pixels, |i, j| {
            let down = (i / width).abs_diff(j / width) as f64;
            let right = (i % width).abs_diff(j % width) as f64;
            (-down.hypot(right) / 2.0).exp()
        });
        let colour = DMatrix::from_row_slice(
            3,
            3,
            &[0.30, 0.18, 0.10, 0.18, 0.25, 0.15, 0.10, 0.15, 0.20],
        );
        Self {
            mean: DVector::from_fn(3 * pixels, |i, _| 0.4 * (1.3 * i as f64).sin()),
            covariance: colour.kronecker(&space),
        }
    }

    /// The membrane prior of the crate, circular borders.
    pub(crate) fn membrane([height, width]: Size) -> Self {
        let stiffness = DVector::from(PriorModel::PHOTO_V2.stiffness.to_vec());
        let space = inverse(membrane(Borders::Circular, [height, width]));
        Self {
            mean: DVector::zeros(3 * height * width),
            covariance: DMatrix::from_diagonal(&stiffness.map(f64::recip)).kronecker(&space),
        }
    }

    /// The law of x given y = A x + sqrt(s2) n: N(P (C^-1 m + Aᵀy/s2), P), P = (C^-1 + AᵀA/s2)^-1.
    pub(crate) fn given(&self, a: &DMatrix<f64>, y: &DVector<f64>, s2: f64) -> Self {
        let precision = inverse(self.covariance.clone());
        let information = &precision * &self.mean + a.transpose() * y / s2;
        let covariance = inverse(precision + a.transpose() * a / s2);
        Self {
            mean: &covariance * information,
            covariance,
        }
    }

    /// Images that stand for this law in `of_basis`: the mean, then the mean plus each column of a
    /// root of the covariance.
    pub(crate) fn basis(&self) -> DMatrix<f64> {
        let root = self.covariance.clone().cholesky();
        let root = root.expect("a positive definite covariance").unpack();
        shifted(root.insert_column(0, 0.0), &self.mean)
    }

    /// The law that an affine map makes of another, from what it makes of that one's `basis`.
    pub(crate) fn of_basis(points: DMatrix<f64>) -> Self {
        let mean: DVector<f64> = points.column(0).into();
        let root = shifted(points, &-&mean);
        Self {
            covariance: &root * root.transpose(),
            mean,
        }
    }

    /// This law and independent noise of variance `v` in every pixel.
    pub(crate) fn noisy(&self, v: f64) -> Self {
        let n = self.mean.len();
        Self {
            mean: self.mean.clone(),
            covariance: &self.covariance + DMatrix::identity(n, n) * v,
        }
    }
}

/// `by` added to each column.
fn shifted(mut columns: DMatrix<f64>, by: &DVector<f64>) -> DMatrix<f64> {
    for mut column in columns.column_iter_mut() {
        column += by;
    }
    columns
}

/// D(mu, Sigma) = m + C (C + Sigma)^-1 (mu - m), exact for the prior N(m, C).
pub(crate) struct GaussianDenoiser {
    prior: Gaussian,
    operator: Dense,
    /// Asks at z where the pivot mu* belongs: deliberately wrong.
    approximate: bool,
}

impl GaussianDenoiser {
    pub(crate) fn new(prior: Gaussian, operator: Dense) -> Self {
        Self {
            prior,
            operator,
            approximate: false,
        }
    }

    /// The denoiser that a method without the pivot would use.
    pub(crate) fn approximate(self) -> Self {
        Self {
            approximate: true,
            ..self
        }
    }
}

/// C (C + Sigma*)^-1 at one noise level.
pub(crate) struct Gain {
    t2: Tensor<4>,
    matrix: DMatrix<f64>,
    /// Of an operator that iterates: its pivot at this level, so that the solvers share what takes
    /// hundreds of iterations.
    pivot: Option<Affine>,
}

/// x to `matrix` x + `offset`.
struct Affine {
    matrix: DMatrix<f64>,
    offset: DVector<f64>,
}

impl Affine {
    /// The pivot at noise variance t2, from what it makes of zero and of tau in each pixel by
    /// itself.
    fn pivot(posterior: &Posterior, t2: &Tensor<4>, tau: f64, n: usize) -> Self {
        let [height, width] = posterior.prior().fourier().size();
        let asked = DMatrix::identity(n, n).insert_column(0, 0.0) * tau;
        let told = posterior.pivot(images(&asked, [3, height, width]), t2.clone());
        let told = columns(told, n);
        let offset: DVector<f64> = told.column(0).into();
        let matrix = shifted(told, &-&offset).remove_column(0) / tau;
        Self { matrix, offset }
    }

    fn apply(&self, x: DMatrix<f64>) -> DMatrix<f64> {
        shifted(&self.matrix * x, &self.offset)
    }
}

impl Denoiser for GaussianDenoiser {
    type Level = Gain;
    /// D itself: its only part.
    type Evaluation = Tensor<4>;

    fn level(&self, posterior: &Posterior, tau: f64) -> Gain {
        let s2 = columns(posterior.measurement().s2.clone(), 1)[0];
        let sigma = self.operator.noise_covariance(tau * tau, s2);
        let c = &self.prior.covariance;
        let sum = (c + sigma).cholesky().expect("a positive definite sum");
        let t2 = posterior.prior().device().scalar(tau * tau);
        let update = posterior.measurement().operator.prior_update();
        let iterates = matches!(update, PriorUpdate::Iterative(_));
        let n = self.prior.mean.len();
        Gain {
            pivot: iterates.then(|| Affine::pivot(posterior, &t2, tau, n)),
            matrix: sum.solve(c).transpose(),
            t2,
        }
    }

    fn parts(&self, _: &Posterior) -> usize {
        1
    }

    fn advance(&self, d: &mut Tensor<4>) -> Option<Tensor<4>> {
        Some(d.clone())
    }

    fn begin(&self, posterior: &Posterior, z: Tensor<4>, level: &Gain) -> Tensor<4> {
        let [_, channels, height, width] = z.dims();
        let mean = &self.prior.mean;
        let asked = |z| columns(z, mean.len());
        let query = match &level.pivot {
            _ if self.approximate => asked(z),
            Some(pivot) => pivot.apply(asked(z)),
            None => asked(posterior.pivot(z, level.t2.clone())),
        };
        let centred = shifted(query, &-mean);
        let d = shifted(&level.matrix * centred, mean);
        images(&d, [channels, height, width])
    }
}
