//! Every operator by name: the table that contract and exactness run over.

use std::rc::Rc;

use burn::tensor::Tensor;
use eps_restore::Kernel;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::operators::{
    Bayer, BlockMean, ChannelMix, CircularConvolution, CoarseGuidedMask, CroppedConvolution,
    Decimation, GuidedGrey, Hadamard, HintedGrey, Identity, Iterative, LinearMap, LinearOperator,
    Mask, MaskedBlockMean, NoMeasurement, OnAxes, PartlyMeasured, Tolerance, compose,
};

use eps_restore::low_level::prior::GaussianPrior;
use eps_restore::low_level::prior::model::PriorModel;

use super::dense::{Size, columns, draw};

/// Sizes for operators that take any; the second is prime. Maps need sides of at least 15.
const ANY: &[Size] = &[[16, 24], [17, 19]];
/// For operators whose dense matrices span three axes.
const JOINT: &[Size] = &[[15, 16]];

/// Every operator.
pub(crate) fn operators() -> Vec<Case> {
    let mut all = reductions();
    all.extend(filters());
    all.extend(channels());
    all.extend(parts());
    all.extend(compositions());
    all
}

/// Nothing, all pixels or some of them, and reduced images. The block mean's maps are those of the
/// infinite grid: on these sizes no filter of 15 pixels reaches a block twice.
fn reductions() -> Vec<Case> {
    vec![
        Case::new("nothing", JOINT, |[height, width], _| {
            Rc::new(NoMeasurement { height, width })
        })
        .joint(),
        Case::new("identity", ANY, |_, _| Rc::new(Identity)),
        Case::new("mask", ANY, |size, device| {
            Rc::new(Mask::new(known(size, 1, device)))
        }),
        Case::new("block mean 2", &[[18, 22]], |s, p| block_mean(2, s, p)).phases(2),
        Case::new("block mean 4", &[[20, 24]], |s, p| block_mean(4, s, p)).phases(4),
        Case::new("block mean 8", &[[24, 24]], |s, p| block_mean(8, s, p))
            .phases(8)
            .tiny([8, 8]),
        Case::new("bicubic 2", &[[18, 22]], |s, p| bicubic(2, s, p)).phases(2),
        Case::new("bicubic 3", &[[15, 21]], |s, p| bicubic(3, s, p))
            .phases(3)
            .tiny([6, 3]),
        Case::new("bicubic 4", &[[16, 20]], |s, p| bicubic(4, s, p)).phases(4),
        Case::new("bicubic 16", &[[16, 32]], |s, p| bicubic(16, s, p))
            .phases(16)
            .tiny([16, 16]),
        Case::new("Gaussian, every 8th", &[[24, 16]], |size, device| {
            Rc::new(Decimation::gaussian(8, 3.2, fourier(size, device)).expect("8 divides"))
        })
        .phases(8)
        .tiny([8, 8]),
    ]
}

/// Blurs that wrap around.
fn filters() -> Vec<Case> {
    vec![
        Case::new("asymmetric kernel", ANY, |size, device| {
            let weights = (0..20).map(|i| f64::from((7 * i + 3) % 11));
            convolution(Kernel::new(5, 4, weights.collect()), size, device)
        })
        .rounding(1e-4)
        .tiny([5, 6]),
        Case::new("motion", ANY, |size, device| {
            convolution(Kernel::motion(size[0] as f64 / 3.0, 30.0), size, device)
        })
        .rounding(1e-4)
        .tiny([5, 6]),
    ]
}

/// Operators that mix or choose channels, pixel by pixel.
fn channels() -> Vec<Case> {
    vec![
        Case::new("grey", JOINT, |_, _| Rc::new(ChannelMix::grey())).joint(),
        Case::new("BT.601", JOINT, |_, _| Rc::new(ChannelMix::bt601())).joint(),
        Case::new("BT.709", JOINT, |_, _| Rc::new(ChannelMix::bt709())).joint(),
        Case::new("green alone", JOINT, |_, _| {
            Rc::new(ChannelMix::single(1).expect("green"))
        })
        .joint(),
        Case::new("colour mask", JOINT, |size, device| {
            let planes = (1..4).map(|stream| known(size, stream, device));
            Rc::new(Mask::new(Tensor::cat(planes.collect(), 1)))
        })
        .joint()
        .rounding(5e-5),
        Case::new("hinted grey", JOINT, |size, device| {
            let [luma, chroma] = [5, 6].map(|stream| known(size, stream, device));
            Rc::new(HintedGrey::new(luma, chroma, 0))
        })
        .joint(),
        Case::new(
            "grey and block means of colour",
            &[[18, 18]],
            |size, device| {
                let prior = GaussianPrior::new(PriorModel::PHOTO_V2, fourier(size, device));
                Rc::new(GuidedGrey::new(2, prior).expect("2 divides"))
            },
        )
        .joint()
        .phases(2),
        bayer("RGGB", |s, p| sensor(Bayer::Rggb, s, p)),
        bayer("GRBG", |s, p| sensor(Bayer::Grbg, s, p)),
        bayer("BGGR", |s, p| sensor(Bayer::Bggr, s, p)),
        bayer("GBRG", |s, p| sensor(Bayer::Gbrg, s, p)),
    ]
}

/// Operators that measure a part of what another one would.
fn parts() -> Vec<Case> {
    vec![
        Case::new("Hadamard 0.5", &[[16, 16]], |size, device| {
            let rows = Hadamard::new(0.5, 1, fourier(size, device)).expect("powers of two");
            Rc::new(rows.with_tolerance(exact()))
        })
        .joint()
        // Rows that mix axes of unlike variances are no random rotation: luma's q is too large.
        .rough(0.85, 2.0),
        Case::new("crop after convolution", &[[30, 32]], |size, device| {
            let kernel = Kernel::gaussian(0.7).and_then(|k| k.circular(size[0], size[1]));
            let blur = CircularConvolution::new(kernel.expect("it fits"), fourier(size, device));
            let blur = blur.expect("a kernel of the image's size");
            let frame = size.map(|n| [(n / 8).clamp(1, 3); 2]);
            let fourier = fourier(size, device);
            let whole = CroppedConvolution::new(blur, frame, fourier);
            Rc::new(whole.expect("a narrow frame").with_tolerance(exact()))
        })
        .tiny([7, 7])
        .rough(0.95, 1.1),
        Case::new("mask after block mean", &[[24, 32]], |size, device| {
            let mask = Mask::new(known([size[0] / 2, size[1] / 2], 1, device));
            let operator =
                MaskedBlockMean::new(2, mask, &PriorModel::PHOTO_V2, fourier(size, device));
            Rc::new(operator.expect("2 divides").with_tolerance(exact()))
        })
        .rough(0.9, 1.2),
        Case::new("mask and block means", &[[16, 24]], |size, device| {
            Rc::new(CoarseGuidedMask::new(known(size, 1, device), 2).expect("2 divides"))
        })
        .phases(2)
        .rough(0.5, 2.0),
        Case::new("block mean of a part", &[[16, 24]], |size, device| {
            // Four columns beside the part, the blocks there unmeasured.
            let part = |[height, width]: Size, edge: usize| {
                let inside = |i: usize| i % width < width - edge;
                let known = (0..height * width).map(|i| f64::from(u8::from(inside(i))));
                device.tensor(known.collect(), [1, 1, height, width])
            };
            let mean = Rc::new(means(2, size, device));
            let measured = Mask::new(part(size.map(|n| n / 2), 2));
            let whole = PartlyMeasured::new(mean, measured, part(size, 4), fourier(size, device));
            Rc::new(whole.with_tolerance(exact()))
        })
        .tiny([4, 8])
        .phases(2)
        .rough(0.5, 1.5),
    ]
}

/// Operators of which only the product and the adjoint are known.
fn compositions() -> Vec<Case> {
    vec![
        Case::new("grey after motion", JOINT, |size, device| {
            let motion = convolution(Kernel::motion(size[0] as f64 / 3.0, 30.0), size, device);
            let grey = Rc::new(ChannelMix::grey());
            Rc::new(exactly(compose(motion, grey, fourier(size, device))))
        })
        .joint()
        .rough(0.1, 2.5),
        Case::new("block mean after mask", &[[16, 20]], |size, device| {
            let mask = Rc::new(Mask::new(known(size, 1, device)));
            let mean = block_mean(2, size, device);
            Rc::new(exactly(compose(mask, mean, fourier(size, device))))
        })
        .rough(0.3, 2.0),
        Case::new("sensitivities, user-supplied", JOINT, |size, device| {
            let map = OnAxes(Rc::new(Sensitivities));
            let checked = Iterative::checked(Rc::new(map), fourier(size, device));
            Rc::new(exactly(checked.expect("an adjoint pair")))
        })
        .joint()
        .rough(0.1, 2.5),
        Case::new("vignette, user-supplied", ANY, |size, device| {
            let map = Rc::new(Vignette::new(size, device));
            let checked = Iterative::checked(map, fourier(size, device));
            Rc::new(exactly(checked.expect("an adjoint pair")))
        })
        .rough(0.3, 2.5),
    ]
}

type Build = fn(Size, &ComputeDevice) -> Rc<dyn LinearOperator>;

/// An operator and what the tests need to know of it.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub name: &'static str,
    /// Where its quantities are compared with dense matrices.
    pub sizes: &'static [Size],
    /// Where samplers are compared with dense matrices, at every step of many.
    pub tiny: Size,
    /// Variances are averages over phases × phases pixels.
    pub phases: usize,
    /// Colour axes that its dense matrix spans.
    pub channels: usize,
    /// Between which shares of the dense ones q, p and the maps lie where they are not exact:
    /// those of operators nearby, and averages over six draws, each of which holds one number
    /// of the widest band, or of a tint, in images this small: their deviation is sqrt(2/6).
    pub rough: Option<(f64, f64)>,
    /// The relative error that f32 may leave in `update`.
    pub rounding: f64,
    build: Build,
}

impl Case {
    fn new(name: &'static str, sizes: &'static [Size], build: Build) -> Self {
        Self {
            name,
            sizes,
            tiny: [4, 4],
            phases: 1,
            channels: 1,
            rough: None,
            rounding: 1e-5,
            build,
        }
    }

    fn tiny(self, tiny: Size) -> Self {
        Self { tiny, ..self }
    }

    fn phases(self, phases: usize) -> Self {
        Self { phases, ..self }
    }

    /// The axes are measured together.
    fn joint(self) -> Self {
        Self {
            channels: 3,
            ..self
        }
    }

    fn rough(self, low: f64, high: f64) -> Self {
        Self {
            rough: Some((low, high)),
            ..self
        }
    }

    fn rounding(self, rounding: f64) -> Self {
        Self { rounding, ..self }
    }

    pub(crate) fn operator(&self, size: Size, device: &ComputeDevice) -> Rc<dyn LinearOperator> {
        (self.build)(size, device)
    }
}

fn means(factor: usize, [height, width]: Size, device: &ComputeDevice) -> BlockMean {
    BlockMean::new(factor, height, width, device).expect("a factor that divides the sides")
}

fn block_mean(factor: usize, size: Size, device: &ComputeDevice) -> Rc<dyn LinearOperator> {
    Rc::new(means(factor, size, device))
}

fn convolution(
    kernel: Result<Kernel, eps_restore::Error>,
    [height, width]: Size,
    device: &ComputeDevice,
) -> Rc<dyn LinearOperator> {
    let kernel = kernel.and_then(|k| k.circular(height, width));
    let blur = CircularConvolution::new(
        kernel.expect("a kernel that fits the image"),
        fourier([height, width], device),
    );
    Rc::new(blur.expect("a kernel of the image's size"))
}

fn fourier([height, width]: Size, device: &ComputeDevice) -> Fourier {
    Fourier::new(height, width, device)
}

fn bicubic(factor: usize, size: Size, device: &ComputeDevice) -> Rc<dyn LinearOperator> {
    let reduction = Decimation::bicubic(factor, fourier(size, device));
    Rc::new(reduction.expect("a factor that divides the sides"))
}

fn sensor(pattern: Bayer, [height, width]: Size, device: &ComputeDevice) -> Rc<dyn LinearOperator> {
    Rc::new(Mask::bayer(pattern, height, width, device))
}

fn bayer(name: &'static str, build: Build) -> Case {
    Case::new(name, JOINT, build).joint().rounding(5e-5)
}

/// Iterated as far as f64 carries.
fn exactly(iterative: Iterative) -> Iterative {
    iterative.with_tolerance(exact())
}

fn exact() -> Tolerance {
    Tolerance {
        pivot: 1e-11,
        rest: 1e-11,
        noise: 0.0,
    }
}

/// A lens that darkens the corners: a map that the crate knows nothing of.
struct Vignette {
    gain: Tensor<4>,
}

impl Vignette {
    fn new([height, width]: Size, device: &ComputeDevice) -> Self {
        let off = |at: usize, n: usize| 2.0 * at as f64 / (n - 1) as f64 - 1.0;
        let gain = (0..height * width)
            .map(|i| 1.0 - 0.4 * (off(i / width, height).powi(2) + off(i % width, width).powi(2)));
        Self {
            gain: device.tensor(gain.collect(), [1, 1, height, width]),
        }
    }
}

impl LinearMap for Vignette {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        let gain = self.gain.clone().cast(x.dtype());
        x * gain
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.apply(y)
    }
}

/// A sensor whose channels differ in sensitivity: a map of red, green and blue.
struct Sensitivities;

impl LinearMap for Sensitivities {
    fn measurement_shape(&self, image: [usize; 4]) -> [usize; 4] {
        image
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        let gain = ComputeDevice::of(&x).tensor(vec![0.9, 0.5, 0.2], [1, 3, 1, 1]);
        x * gain
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.apply(y)
    }
}

/// Three of ten pixels missing at random, and a box of a quarter of the height: holes that the
/// fixed numbers of iterations can fill.
fn known([height, width]: Size, stream: u64, device: &ComputeDevice) -> Tensor<4> {
    let random = columns(
        draw([1, 1, height, width], stream, &ComputeDevice::cpu_f64()),
        height * width,
    );
    let side = height / 4;
    let boxed = |at: usize, n: usize| (n / 3..n / 3 + side).contains(&at);
    let known = random.iter().enumerate().map(|(i, n)| {
        let missing = *n < -0.52 || (boxed(i / width, height) && boxed(i % width, width));
        if missing { 0.0 } else { 1.0 }
    });
    device.tensor(known.collect(), [1, 1, height, width])
}
