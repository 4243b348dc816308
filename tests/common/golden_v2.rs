//! The golden vectors of the second edition, `models/golden-operators-v2.safetensors`: every
//! quantity of the PyTorch reference on photo-v2's prior, in f64, on the opponent axes.
//!
//! Tolerances, relative L2 per tensor: 1e-5; 1e-4 for a state at tau = 20 and for iterations that
//! go through a DFT, and for q after sixteen sweeps of 3×3 inverses; 1e-3 for what an operator
//! iterates in data space, the reference with another number of iterations.

use std::rc::Rc;

use burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::denoiser::{Denoiser as _, PhotoDenoiser};
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

use super::comparison::Comparison;
use super::golden::vector;

/// The cases: white noise, noise for each pixel and channel, noise that has a spectrum, JPEG files.
/// The frame of the cropped blur: pixels before and after it, of rows and of columns.
const FRAME: [[usize; 2]; 2] = [[2, 3], [3, 4]];

pub(crate) const CASES: [&str; 24] = [
    "none",
    "denoise",
    "mask",
    "gradients",
    "mosaic",
    "block_mean_4",
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
pub(crate) const ON_CPU: [&str; 2] = ["cropped_blur", "gradients"];
pub(crate) const SIZES: [[usize; 2]; 2] = [[32, 32], [16, 32]];

/// The file, and where to compute.
#[derive(Debug)]
pub(crate) struct GoldenV2 {
    bytes: Vec<u8>,
    device: ComputeDevice,
}

impl GoldenV2 {
    pub(crate) fn new(bytes: Vec<u8>, device: &ComputeDevice) -> Self {
        Self {
            bytes,
            device: device.clone(),
        }
    }

    /// Every pivot, Gaussian posterior, linear estimate, map and pixel variance of a case.
    pub(crate) fn compare(&self, case: &str, size: [usize; 2]) -> Vec<Comparison> {
        self.asked(case, size, |asked| compared(case, asked))
    }

    /// The denoised images of a case by a network, against the file of its outputs.
    pub(crate) fn network(
        &self,
        case: &str,
        size: [usize; 2],
        denoiser: &PhotoDenoiser,
        outputs: &[u8],
    ) -> Vec<Comparison> {
        let key = format!("{case}.{}x{}", size[0], size[1]);
        let wanted = vector(outputs, &key, &self.device);
        self.asked(case, size, |asked| {
            let level = denoiser.level_at(&asked.posterior, asked.t2.clone());
            let got = denoiser.denoise(&asked.posterior, (asked.of)("z"), &level);
            let wanted = match asked.image {
                Some(image) => wanted.clone().narrow(0, image, 1),
                None => wanted.clone(),
            };
            vec![Comparison::new(asked.name.clone(), got, wanted, 1e-3)]
        })
    }

    /// What `compare` finds about each posterior of a case.
    fn asked(
        &self,
        case: &str,
        size: [usize; 2],
        compare: impl Fn(&Asked<'_>) -> Vec<Comparison>,
    ) -> Vec<Comparison> {
        let name = format!("{case}.{}x{}", size[0], size[1]);
        let of = |quantity: &str| self.get(&format!("{name}.{quantity}"), &self.device);
        if !case.contains("jpeg") {
            return compare(&Asked {
                posterior: self.posterior(case, size, &of),
                t2: of("tau").square(),
                of: &of,
                image: None,
                name: name.clone(),
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
        let (axes, device) = (prior.axes, &self.device);
        let fourier = Fourier::new(size[0], size[1], device);
        let halved = |cell| SubsampledJpeg::new(&tables, cell, axes, size, device);
        let small = || FullJpeg::new(&tables, axes, size.map(|n| n / 2), device).expect("blocks");
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
            Some("grey") => Rc::new(GreyJpeg::new(&tables, axes, size, device).expect("blocks")),
            Some("444") => Rc::new(FullJpeg::new(&tables, axes, size, device).expect("blocks")),
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
            "mosaic" | "channel_noise" => Rc::new(Mask::new(of("mask")).on(prior.axes)),
            "block_mean_4" => {
                let mean = BlockMean::new(4, height, width, &self.device);
                Rc::new(mean.expect("4 divides the sides"))
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
                let cropped = cropped_convolution(blur, FRAME, fourier.clone(), &prior);
                cropped.expect("a frame within the image")
            }
            "hadamard" => {
                let rows = Hadamard::of_rows(of("signs"), of("rows"), 0.25, fourier.clone());
                Rc::new(rows.on(prior.axes))
            }
            "grey" => Rc::new(ChannelMix::grey().on(prior.axes)),
            "luma" => Rc::new(ChannelMix::bt601().on(prior.axes)),
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
        vector(&self.bytes, name, device)
    }
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
        let within = tolerance(case, quantity);
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
