//! The golden vectors of `models/`, computed by the PyTorch reference (operators in f64, the
//! network in f32), and what is held against them, natively and in a browser: nothing here reads
//! back.
//!
//! Tolerances, relative L2 per tensor: 1e-5; 1e-4 for a state at tau = 20 and for iterations that
//! go through a DFT, and for q after sixteen sweeps of 3×3 inverses; 1e-3 for what an operator
//! iterates in data space, the reference with another number of iterations, and for the network.

use std::rc::Rc;

use burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::denoiser::{Denoiser as _, PhotoDenoiser, Weights};
use eps_restore::low_level::operators::jpeg::{
    FullJpeg, GreyJpeg, ReducedJpeg, SubsampledJpeg, Tables,
};
use eps_restore::low_level::operators::{
    BlockMean, ChannelMix, CircularConvolution, Decimation, GradientMask, Hadamard, Identity,
    LinearOperator, Mask, NoMeasurement, cropped_convolution,
};
use eps_restore::low_level::posterior::Posterior;
use eps_restore::low_level::posterior::measurement::Measurement;
use eps_restore::low_level::prior::GaussianPrior;
use eps_restore::low_level::prior::model::PriorModel;
use eps_restore::low_level::sampler::interpolant;
use eps_restore::low_level::sampler::{DpmSolver2M, Heun, Solver};
use safetensors::{Dtype, SafeTensors};

use super::comparison::Comparison;

/// The frame of the cropped blur: pixels before and after it, of rows and of columns.
const FRAME: [[usize; 2]; 2] = [[2, 3], [3, 4]];

/// White noise, noise for each pixel and channel, noise that has a spectrum, JPEG files.
const CASES: [&str; 26] = [
    "none",
    "denoise",
    "mask",
    "gradients",
    "mosaic",
    "block_mean_2",
    "block_mean_4",
    "block_mean_8",
    "bicubic_2",
    "blur",
    "cropped_blur",
    "hadamard",
    "grey",
    "luma",
    "pixel_noise",
    "channel_noise",
    "coloured",
    "uncertain_blur",
    "jpeg_grey",
    "jpeg_444",
    "jpeg_422",
    "jpeg_420",
    "jpeg_444_grain",
    "jpeg_420_grain",
    "block_mean_2_jpeg_444",
    "bicubic_2_jpeg_444",
];
/// Those that are computed on the CPU, whatever the device: they iterate.
const ON_CPU: [&str; 2] = ["cropped_blur", "gradients"];
const SIZES: [[usize; 2]; 2] = [[32, 32], [16, 32]];
/// Cases of another size as well, whose sides are not powers of two.
const LARGER: [&str; 2] = ["mask.48x32", "blur.48x32"];
/// The case that whole runs of samplers are made on.
const RUN: &str = "mask.48x32";

/// The network's tolerance.
const NETWORK: f64 = 1e-3;

/// Everything that is compared: files as bytes, and where to compute.
#[derive(Debug)]
pub(crate) struct Golden {
    operators: Vec<u8>,
    network: Vec<u8>,
    denoiser: PhotoDenoiser,
    device: ComputeDevice,
}

impl Golden {
    pub(crate) fn new(
        weights: &[u8],
        operators: Vec<u8>,
        network: Vec<u8>,
        device: &ComputeDevice,
    ) -> Self {
        let weights = Weights::read(weights).expect("the released weights are readable");
        let denoiser = PhotoDenoiser::new(&weights, device);
        Self {
            operators,
            network,
            denoiser: denoiser.expect("the released weights are complete"),
            device: device.clone(),
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

    /// What the device computes, as `case.size`.
    pub(crate) fn cases(&self) -> Vec<String> {
        let of_size = |case: &str| SIZES.map(|[height, width]| format!("{case}.{height}x{width}"));
        let cases = CASES.into_iter().flat_map(of_size);
        let cases = cases.chain(LARGER.map(String::from));
        let computed = |name: &String| self.device.is_cpu() || !ON_CPU.contains(&parsed(name).0);
        cases.filter(computed).collect()
    }

    /// Every pivot, Gaussian posterior, linear estimate, map and pixel variance of a case.
    pub(crate) fn operators(&self, case: &str) -> Vec<Comparison> {
        self.asked(case, |asked| compared(case, asked))
    }

    /// The denoised images of a case.
    pub(crate) fn network(&self, case: &str) -> Vec<Comparison> {
        let wanted = vector(&self.network, case, &self.device);
        self.asked(case, |asked| {
            let (got, wanted) = (self.denoised(asked), asked.image_of(&wanted));
            vec![Comparison::new(asked.name.clone(), got, wanted, NETWORK)]
        })
    }

    /// sqrt(q) F, what the network adds to the Gaussian posterior's mean, of a case.
    #[allow(dead_code, reason = "asked of half precision, natively")]
    pub(crate) fn correction(&self, case: &str, tolerance: f64) -> Vec<Comparison> {
        let wanted = vector(&self.network, case, &self.device);
        self.asked(case, |asked| {
            let g = asked
                .posterior
                .gaussian_mean((asked.of)("z"), asked.t2.clone());
            let got = self.denoised(asked) - g;
            let wanted = asked.image_of(&wanted) - (asked.of)("g");
            vec![Comparison::new(asked.name.clone(), got, wanted, tolerance)]
        })
    }

    fn denoised(&self, asked: &Asked<'_>) -> Tensor<4> {
        let level = self.denoiser.level_at(&asked.posterior, asked.t2.clone());
        self.denoiser
            .denoise(&asked.posterior, (asked.of)("z"), &level)
    }

    /// The posterior mean, the paper's Heun run and one of DPM-Solver++(2M) from the mean, on one
    /// measurement.
    pub(crate) fn samplers(&self) -> Vec<Comparison> {
        let of = |name: &str| vector(&self.network, name, &self.device);
        self.asked(RUN, |asked| {
            let d = |z, tau| {
                let level = self.denoiser.level(&asked.posterior, tau);
                self.denoiser.denoise(&asked.posterior, z, &level)
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
            .map(|(name, got)| Comparison::new(name.into(), got, of(name), NETWORK))
            .into()
        })
    }

    /// What `compare` finds about each posterior of a case.
    fn asked(
        &self,
        name: &str,
        compare: impl Fn(&Asked<'_>) -> Vec<Comparison>,
    ) -> Vec<Comparison> {
        let (case, size) = parsed(name);
        let of = |quantity: &str| self.get(&format!("{name}.{quantity}"), &self.device);
        if !case.contains("jpeg") {
            return compare(&Asked {
                posterior: self.posterior(case, size, &of),
                t2: of("tau").square(),
                of: &of,
                image: None,
                name: name.into(),
            });
        }
        // A file of its own for each image: tables and variances are those of one.
        let of_image = |image: usize| {
            let of = |quantity: &str| of(quantity).narrow(0, image, 1);
            let tau = self.get(&format!("{name}.tau"), &ComputeDevice::cpu_f64());
            let tau = tau.narrow(0, image, 1).into_scalar::<f64>();
            compare(&Asked {
                posterior: self.jpeg(case, size, image, &of),
                t2: self.device.scalar(tau * tau),
                of: &of,
                image: Some(image),
                name: format!("{name}.{image}"),
            })
        };
        [0, 1].into_iter().flat_map(of_image).collect()
    }

    /// The posterior of a JPEG file.
    fn jpeg(
        &self,
        case: &str,
        size: [usize; 2],
        image: usize,
        of: &dyn Fn(&str) -> Tensor<4>,
    ) -> Posterior {
        let host = ComputeDevice::cpu_f64();
        let name = format!("{case}.{}x{}", size[0], size[1]);
        let numbers = |quantity: &str| -> Vec<f64> {
            let values = self.get(&format!("{name}.{quantity}"), &host);
            let values = values.narrow(0, image, 1).try_into_vec_as();
            values.expect("on the CPU")
        };
        let table = |quantity: &str| numbers(quantity).try_into().expect("64 steps");
        let tables = Tables {
            luma: table("luma"),
            chroma: table("chroma"),
        };
        let grain = match case.ends_with("grain") {
            true => numbers("grain")[0].powi(2),
            false => 0.0,
        };
        let prior = PriorModel::PHOTO_V2;
        let device = &self.device;
        let fourier = Fourier::new(size[0], size[1], device);
        let halved = |cell| SubsampledJpeg::new(&tables, cell, size, device);
        let small = || FullJpeg::new(&tables, size.map(|n| n / 2), device).expect("blocks");
        let reduced = match case.split("_2_jpeg").next() {
            Some("block_mean") => Some(ReducedJpeg::block_mean(
                2,
                Rc::new(small()),
                fourier.clone(),
            )),
            Some("bicubic") => Some(ReducedJpeg::bicubic(2, Rc::new(small()), fourier.clone())),
            _ => None,
        };
        let sampling = case.split("jpeg_").nth(1).and_then(|s| s.split('_').next());
        let operator: Rc<dyn LinearOperator> = match sampling {
            _ if reduced.is_some() => Rc::new(reduced.expect("a reduction").expect("blocks")),
            Some("grey") => Rc::new(GreyJpeg::new(&tables, size, device).expect("blocks")),
            Some("444") => Rc::new(FullJpeg::new(&tables, size, device).expect("blocks")),
            Some("422") => Rc::new(halved([1, 2]).expect("whole MCUs")),
            Some("420") => Rc::new(halved([2, 2]).expect("whole MCUs")),
            other => panic!("no operator for the sampling {other:?}"),
        };
        let line = |x: Tensor<4>| x.reshape([1, 1, 1, -1]);
        let y = match sampling {
            Some("444" | "grey") => of("y"),
            _ => Tensor::cat(vec![line(of("y.luma")), line(of("y.chroma"))], 3),
        };
        let measurement = Measurement {
            operator,
            y,
            s2: self.device.scalar(grain),
        };
        Posterior::new(measurement, GaussianPrior::new(prior, fourier))
    }

    fn posterior(&self, case: &str, size: [usize; 2], of: &dyn Fn(&str) -> Tensor<4>) -> Posterior {
        let [height, width] = size;
        let prior = PriorModel::PHOTO_V2;
        let fourier = Fourier::new(height, width, &self.device);
        let operator: Rc<dyn LinearOperator> = match case {
            "none" => Rc::new(NoMeasurement { height, width }),
            "denoise" => Rc::new(Identity),
            "mask" | "pixel_noise" => Rc::new(Mask::new(of("mask"))),
            "gradients" => {
                let gradients = GradientMask::new(of("mask"), [of("right"), of("below")]);
                Rc::new(gradients.expect("deviations above 0"))
            }
            "mosaic" | "channel_noise" => Rc::new(Mask::new(of("mask"))),
            "block_mean_2" | "block_mean_4" | "block_mean_8" => {
                let factor = case.trim_start_matches("block_mean_");
                let factor = factor.parse().expect("block_mean_FACTOR");
                let mean = BlockMean::new(factor, height, width, &self.device);
                Rc::new(mean.expect("a factor that divides the sides"))
            }
            "bicubic_2" => {
                let bicubic = Decimation::bicubic(2, fourier.clone());
                Rc::new(bicubic.expect("2 divides the sides"))
            }
            "coloured" => Rc::new(CircularConvolution::identity(fourier.clone())),
            "blur" | "uncertain_blur" => {
                let kernel = format!("{case}.{height}x{width}.kernel");
                let kernel = self.get(&kernel, &ComputeDevice::cpu_f64());
                let blur = CircularConvolution::new(kernel, fourier.clone());
                Rc::new(blur.expect("a kernel of the image's size"))
            }
            "cropped_blur" => {
                let kernel = format!("{case}.{height}x{width}.kernel");
                let kernel = self.get(&kernel, &ComputeDevice::cpu_f64());
                let blur = CircularConvolution::new(kernel, fourier.clone());
                let blur = blur.expect("a kernel of the image's size");
                let cropped = cropped_convolution(blur, FRAME, fourier.clone());
                cropped.expect("a frame within the image")
            }
            "hadamard" => {
                let rows = Hadamard::of_rows(of("signs"), of("rows"), 0.25, fourier.clone());
                Rc::new(rows)
            }
            "grey" => Rc::new(ChannelMix::grey()),
            "luma" => Rc::new(ChannelMix::bt601()),
            other => panic!("no operator for the case {other}"),
        };
        let measurement = match case {
            "none" => Measurement {
                operator,
                y: self.device.zeros([2, 1, 1, 1]),
                s2: self.device.scalar(1.0),
            },
            _ => Measurement {
                operator,
                y: of("y"),
                s2: of("sigma_y").square(),
            },
        };
        Posterior::new(measurement, GaussianPrior::new(prior, fourier))
    }

    fn get(&self, name: &str, device: &ComputeDevice) -> Tensor<4> {
        vector(&self.operators, name, device)
    }
}

/// Case and size of a name.
fn parsed(name: &str) -> (&str, [usize; 2]) {
    let (case, size) = name.split_once('.').expect("case.size");
    let (height, width) = size.split_once('x').expect("HEIGHTxWIDTH");
    (
        case,
        [height, width].map(|side| side.parse().expect("a side")),
    )
}

fn run(mut solver: impl Solver, mut d: impl FnMut(Tensor<4>, f64) -> Tensor<4>) -> Tensor<4> {
    while let Some((z, tau)) = solver.query() {
        solver.answer(d(z, tau));
    }
    solver.sample()
}

/// A posterior of a case, and where its vectors are.
struct Asked<'a> {
    posterior: Posterior,
    t2: Tensor<4>,
    /// The vector of a quantity.
    of: &'a dyn Fn(&str) -> Tensor<4>,
    /// Which of the case's images, where each has a posterior of its own.
    image: Option<usize>,
    name: String,
}

impl Asked<'_> {
    /// The part of a batch that the posterior is about.
    fn image_of(&self, batch: &Tensor<4>) -> Tensor<4> {
        match self.image {
            Some(image) => batch.clone().narrow(0, image, 1),
            None => batch.clone(),
        }
    }
}

/// Every quantity of a posterior against the vectors of that name.
fn compared(case: &str, asked: &Asked<'_>) -> Vec<Comparison> {
    let Asked {
        posterior,
        t2,
        of,
        name,
        ..
    } = asked;
    let z = of("z");
    let g = posterior.gaussian_mean(z.clone(), t2.clone());
    let [g2, w2, mu2] = posterior.inputs(z.clone(), t2.clone(), |inputs| inputs);
    let quantities = [
        ("w0", posterior.linear_estimate()),
        ("mu", posterior.pivot(z.clone(), t2.clone())),
        ("g", g.clone()),
        ("q", posterior.gaussian_variance(t2.clone())),
        ("w", posterior.shrunk_pivot(z, t2.clone(), g)),
        ("v", posterior.band_variances(t2.clone()).tensor()),
        ("p", posterior.pixel_variance(t2.clone()).tensor()),
        ("g", g2),
        ("w", w2),
        ("mu", mu2),
    ];
    let compare = |(quantity, got)| {
        let within = tolerance(parsed(case).0, quantity);
        Comparison::new(format!("{name}.{quantity}"), got, of(quantity), within)
    };
    quantities.map(compare).into()
}

fn tolerance(case: &str, quantity: &str) -> f64 {
    match (case, quantity) {
        ("hadamard", "g" | "w" | "w0") => 1e-3,
        ("cropped_blur", "g" | "w" | "w0") => 1e-3,
        ("cropped_blur", "mu") => 1e-2,
        ("mosaic" | "channel_noise", "q") => 1e-4,
        ("bicubic_2_jpeg_444", "w0" | "g") => 1e-4,
        (
            "blur" | "uncertain_blur" | "coloured" | "bicubic_2" | "bicubic_2_jpeg_444",
            "mu" | "w",
        ) => 1e-4,
        _ => 1e-5,
    }
}

/// A vector of a file, in f32 or f64, as `[.., .., .., ..]`: numbers of an image become
/// `[B, 1, 1, 1]`, and tables of an image `[B, 1, H, W]`.
fn vector(bytes: &[u8], name: &str, device: &ComputeDevice) -> Tensor<4> {
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
