//! The golden vectors of `models/`, computed by the PyTorch reference (operators in f64, the
//! network in f32), and what is held against them.
//!
//! Tolerances, relative L2 per tensor: 1e-5 against the operators' vectors; 1e-4 for the pivots of
//! convolutions, whose DFT of a state at tau = 80 rounds 160 times its signal; 1e-3 for the
//! network, computed in f32 on both sides. Shared by the native tests and the browser's, so nothing
//! here reads back.

use std::rc::Rc;

use burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::denoiser::{Denoiser, PhotoDenoiser, Weights};
use eps_restore::low_level::operators::{
    BlockMean, ChannelMix, CircularConvolution, Identity, LinearOperator, Mask, NoMeasurement,
};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::GaussianPrior;
use eps_restore::low_level::prior::model::PriorModel;
use eps_restore::low_level::sampler::interpolant;
use eps_restore::low_level::sampler::{DpmSolver2M, Heun, Solver};
use safetensors::{Dtype, SafeTensors};

use super::comparison::Comparison;

pub(crate) const CASES: [&str; 9] = [
    "none",
    "denoise",
    "mask",
    "block_mean_2",
    "block_mean_4",
    "block_mean_8",
    "gaussian",
    "motion",
    "grey",
];
pub(crate) const SIZES: [&str; 2] = ["64x64", "48x32"];

/// Everything that is compared: files as bytes, and where to compute.
#[derive(Debug)]
pub(crate) struct Check {
    operators: Golden,
    network: Golden,
    denoiser: PhotoDenoiser,
}

impl Check {
    pub(crate) fn new(
        weights: &[u8],
        operators: Vec<u8>,
        network: Vec<u8>,
        device: &ComputeDevice,
    ) -> Self {
        let weights = Weights::read(weights).expect("the released weights are readable");
        let denoiser = PhotoDenoiser::new(&weights, device);
        Self {
            operators: Golden::new(operators, device),
            network: Golden::new(network, device),
            denoiser: denoiser.expect("the released weights are complete"),
        }
    }

    /// The same with another denoiser.
    #[allow(
        dead_code,
        reason = "the browser's tests hold the kernels against their twins one by one"
    )]
    pub(crate) fn with_denoiser(self, denoiser: PhotoDenoiser) -> Self {
        Self { denoiser, ..self }
    }

    pub(crate) fn cases() -> impl Iterator<Item = String> {
        CASES
            .iter()
            .flat_map(|case| SIZES.iter().map(move |size| format!("{case}.{size}")))
    }

    /// Every pivot, Gaussian posterior, linear estimate, map and pixel variance of a case.
    pub(crate) fn operators(&self, case: &str) -> Vec<Comparison> {
        let posterior = self.operators.posterior(case);
        let of = |name: &str| self.operators.get(&format!("{case}.{name}"));
        let (z, t2) = (of("z"), of("tau").square());
        let g = posterior.gaussian_mean(z.clone(), t2.clone());
        let mut quantities = vec![
            ("w0", posterior.linear_estimate()),
            ("mu", posterior.pivot(z.clone(), t2.clone())),
            ("g", g.clone()),
            ("q", posterior.gaussian_variance(t2.clone())),
            ("w", posterior.shrunk_pivot(z, t2.clone(), g)),
            ("v", posterior.band_variances(t2.clone()).tensor()),
            ("p", posterior.pixel_variance(t2).tensor()),
        ];
        if !case.starts_with("none") {
            let measurement = posterior.measurement();
            let adjoint = measurement.operator.adjoint(measurement.y.clone());
            quantities.push(("adjoint_y", adjoint));
        }
        let (z, t2) = (of("z"), of("tau").square());
        let together = ["g", "w", "mu"]
            .into_iter()
            .zip(posterior.inputs(z, t2, |inputs| inputs));
        let quantities = quantities.into_iter().chain(together);
        let convolution = case.starts_with("gaussian") || case.starts_with("motion");
        let compare = |(name, got): (&str, Tensor<4>)| {
            let pivot = name == "mu" || name == "w";
            let tolerance = if convolution && pivot { 1e-4 } else { 1e-5 };
            Comparison::new(format!("{case}.{name}"), got, of(name), tolerance)
        };
        quantities.map(compare).collect()
    }

    /// The denoised image of a case.
    pub(crate) fn network(&self, case: &str) -> Comparison {
        Comparison::new(
            case.into(),
            self.denoised(case),
            self.network.get(case),
            1e-3,
        )
    }

    /// sqrt(q) F, what the network adds to the Gaussian posterior's mean, of a case.
    #[allow(dead_code, reason = "asked of half precision, natively")]
    pub(crate) fn correction(&self, case: &str, tolerance: f64) -> Comparison {
        let g = self.operators.get(&format!("{case}.g"));
        let (d, want) = (self.denoised(case), self.network.get(case));
        Comparison::new(case.into(), d - g.clone(), want - g, tolerance)
    }

    fn denoised(&self, case: &str) -> Tensor<4> {
        let posterior = self.operators.posterior(case);
        let t2 = self.operators.get(&format!("{case}.tau")).square();
        let level = self.denoiser.level_at(&posterior, t2);
        let z = self.operators.get(&format!("{case}.z"));
        self.denoiser.denoise(&posterior, z, &level)
    }

    /// The posterior mean, the paper's Heun run and one of DPM-Solver++(2M) from the mean, on one
    /// measurement.
    pub(crate) fn samplers(&self) -> Vec<Comparison> {
        let of = |name: &str| self.network.get(name);
        let posterior = self.operators.posterior("mask.48x32");
        let d = |z, tau| {
            self.denoiser
                .denoise(&posterior, z, &self.denoiser.level(&posterior, tau))
        };
        let start = of("heun.start");
        let mean = d(start.clone(), 80.0);
        let heun = run(Heun::new(interpolant::edm(10, 80.0, 0.002), start), d);
        let z = of("from_mean.mean") + of("from_mean.deviation") + of("from_mean.noise") * 5.0;
        let from_mean = run(DpmSolver2M::new(interpolant::edm(6, 5.0, 0.02), z), d);
        [
            ("from_mean.mean", mean),
            ("heun.result", heun),
            ("from_mean.result", from_mean),
        ]
        .map(|(name, got)| Comparison::new(name.into(), got, of(name), 1e-3))
        .into()
    }
}

fn run(mut solver: impl Solver, mut d: impl FnMut(Tensor<4>, f64) -> Tensor<4>) -> Tensor<4> {
    while let Some((z, tau)) = solver.query() {
        solver.answer(d(z, tau));
    }
    solver.sample()
}

/// A file of golden vectors.
#[derive(Debug)]
pub(crate) struct Golden {
    bytes: Vec<u8>,
    device: ComputeDevice,
}

impl Golden {
    fn new(bytes: Vec<u8>, device: &ComputeDevice) -> Self {
        Self {
            bytes,
            device: device.clone(),
        }
    }

    /// A vector as [`vector`] reads it.
    pub(crate) fn get(&self, name: &str) -> Tensor<4> {
        self.get_at(name, &self.device)
    }

    fn get_at(&self, name: &str, device: &ComputeDevice) -> Tensor<4> {
        vector(&self.bytes, name, device)
    }

    /// The posterior of a case such as `mask.48x32`.
    pub(crate) fn posterior(&self, case: &str) -> Posterior {
        let of = |name: &str| self.get(&format!("{case}.{name}"));
        let [batch, _, height, width] = of("x").dims();
        let fourier = Fourier::new(height, width, &self.device);
        let name = case.split('.').next().expect("a case has a name");
        let operator: Rc<dyn LinearOperator> = match name {
            "none" => Rc::new(NoMeasurement { height, width }),
            "denoise" => Rc::new(Identity),
            "mask" => Rc::new(Mask::new(of("mask"))),
            "gaussian" | "motion" => {
                let kernel = self.get_at(&format!("{case}.kernel"), &ComputeDevice::cpu());
                let blur = CircularConvolution::new(kernel, fourier.clone());
                Rc::new(blur.expect("it fits"))
            }
            "grey" => Rc::new(ChannelMix::grey()),
            block => {
                let factor = block.trim_start_matches("block_mean_");
                let factor = factor.parse().expect("block_mean_FACTOR");
                let mean = BlockMean::new(factor, height, width, &self.device);
                Rc::new(mean.expect("a factor that divides the sides"))
            }
        };
        let measured = name != "none";
        let measurement = Measurement {
            operator,
            y: if measured {
                of("y")
            } else {
                self.device.zeros([batch, 1, 1, 1])
            },
            s2: if measured {
                of("sigma_y").square()
            } else {
                self.device.scalar(1.0)
            },
        };
        Posterior::new(
            measurement,
            GaussianPrior::new(PriorModel::PHOTO_V1, fourier),
        )
    }
}

/// A vector of a file, in f32 or f64, as `[.., .., .., ..]`: numbers of an image become
/// `[B, 1, 1, 1]`, and tables of an image `[B, 1, H, W]`.
pub(crate) fn vector(bytes: &[u8], name: &str, device: &ComputeDevice) -> Tensor<4> {
    let file = SafeTensors::deserialize(bytes).expect("a safetensors file");
    let view = file
        .tensor(name)
        .unwrap_or_else(|_| panic!("no vector {name}"));
    let shape = match *view.shape() {
        [b] => [b, 1, 1, 1],
        [b, h, w] => [b, 1, h, w],
        [a, b, h, w] => [a, b, h, w],
        ref other => panic!("{name} has the shape {other:?}"),
    };
    if view.dtype() == Dtype::F64 {
        let words = view.data().chunks_exact(8);
        let values = words.map(|b| f64::from_le_bytes(b.try_into().expect("eight bytes")));
        return device.tensor(values.collect(), shape);
    }
    let words = view.data().chunks_exact(4);
    let values = words.map(|b| f32::from_le_bytes(b.try_into().expect("four bytes")));
    device.tensor_f32(values.collect(), shape)
}
