//! The operators of the tables, for images of one size.

use std::array;
use std::rc::Rc;

use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::fourier::Fourier;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::operators::jpeg::{FullJpeg, ReducedJpeg, SubsampledJpeg, Tables};
use eps_restore::low_level::operators::{
    Bayer, BlockMean, ChannelMix, CircularConvolution, Decimation, Hadamard, LinearOperator, Mask,
    MaskedBlockMean, compose, cropped_convolution,
};
use eps_restore::low_level::prior::model::PriorModel;
use eps_restore::{Error, Kernel};

/// The reach of a Gaussian blur of 1.5 pixels, and the width of the frame around the photo that it
/// blurs.
pub(crate) const REACH: usize = 6;

/// How a scene of side + 2 REACH pixels is measured and restored.
pub(crate) struct Case {
    pub name: &'static str,
    pub operator: Rc<dyn LinearOperator>,
    /// Pixels of the scene around the restored image.
    pub frame: usize,
    /// The operator that measures the whole scene, where it is not `operator`.
    pub scene: Option<Rc<dyn LinearOperator>>,
}

impl Case {
    fn new(name: &'static str, operator: Rc<dyn LinearOperator>) -> Self {
        Self {
            name,
            operator,
            frame: REACH,
            scene: None,
        }
    }
}

pub(crate) fn plan(side: usize, device: &ComputeDevice) -> Fourier {
    Fourier::new(side, side, device)
}

fn blur(kernel: &Kernel, side: usize, device: &ComputeDevice) -> CircularConvolution {
    let kernel = kernel.circular(side, side).expect("it fits");
    CircularConvolution::new(kernel, plan(side, device)).expect("it fits")
}

pub(crate) fn cases(side: usize, device: &ComputeDevice) -> Vec<Case> {
    let mut cases = samplings(side, device);
    cases.extend(blurs(side, device));
    cases.extend(files(side, device));
    cases
}

/// JPEG files, and thumbnails kept as one, for their cost: rounding is no Gaussian noise, which is
/// drawn here. The steps are about those of quality 75.
fn files(side: usize, device: &ComputeDevice) -> Vec<Case> {
    let table = |first: f64| array::from_fn(|k| first + (k / 8 + k % 8) as f64 * first / 3.0);
    let tables = Tables {
        luma: table(6.0),
        chroma: table(9.0),
    };
    let full = FullJpeg::new(&tables, [side; 2], device).expect("whole blocks");
    let halved = |side| {
        let jpeg = SubsampledJpeg::new(&tables, [2, 2], [side; 2], device);
        Rc::new(jpeg.expect("whole MCUs"))
    };
    let reduced = ReducedJpeg::bicubic(2, halved(side / 2), plan(side, device));
    vec![
        Case::new("JPEG 4:4:4", Rc::new(full)),
        Case::new("JPEG 4:2:0", halved(side)),
        Case::new(
            "JPEG 4:2:0 of bicubic 2",
            Rc::new(reduced.expect("its size")),
        ),
    ]
}

/// The operators other than a Gaussian blur.
fn samplings(side: usize, device: &ComputeDevice) -> Vec<Case> {
    let case = Case::new;
    let fourier = || plan(side, device);
    let motion = Kernel::motion(9.0, 30.0).expect("valid");
    let scratches = WhiteNoise::new(3, 0, device).draw([1, 1, side / 2, side / 2]);
    let scratches = Mask::new(scratches.greater_elem(-0.52).float());
    let holes = WhiteNoise::new(3, 1, device).draw([1, 1, side, side]);
    let holes = holes.greater_elem(-0.52).float();
    let reduced = |operator: Result<Decimation, Error>| Rc::new(operator.expect("it divides"));
    vec![
        case("mask", Rc::new(Mask::new(holes))),
        case(
            "block mean 4",
            Rc::new(BlockMean::new(4, side, side, device).expect("it divides")),
        ),
        case("bicubic 2", reduced(Decimation::bicubic(2, fourier()))),
        case("bicubic 4", reduced(Decimation::bicubic(4, fourier()))),
        case("bicubic 8", reduced(Decimation::bicubic(8, fourier()))),
        case(
            "Gaussian 1.6, every 4th",
            reduced(Decimation::gaussian(4, 1.6, fourier())),
        ),
        case(
            "RGGB",
            Rc::new(Mask::bayer(Bayer::Rggb, side, side, device)),
        ),
        case("BT.601", Rc::new(ChannelMix::bt601())),
        case(
            "Hadamard 0.25",
            Rc::new(Hadamard::new(0.25, 1, fourier()).expect("powers of two")),
        ),
        case(
            "mask after block mean 2",
            Rc::new(
                MaskedBlockMean::new(2, scratches, &PriorModel::PHOTO_V2, fourier())
                    .expect("it divides"),
            ),
        ),
        case(
            "grey after motion",
            Rc::new(compose(
                Rc::new(blur(&motion, side, device)),
                Rc::new(ChannelMix::grey()),
                fourier(),
            )),
        ),
    ]
}

/// A Gaussian blur with each treatment of the borders.
fn blurs(side: usize, device: &ComputeDevice) -> Vec<Case> {
    let gaussian = Kernel::gaussian(1.5).expect("valid");
    let circular = || Rc::new(blur(&gaussian, side, device));
    let whole = side + 2 * REACH;
    let of_scene = || Rc::new(blur(&gaussian, whole, device));
    let crop = Mask::crop([[REACH; 2]; 2], [whole; 2], device).expect("a narrow frame");
    let drawn = compose(of_scene(), Rc::new(crop), plan(whole, device));
    let cropped = cropped_convolution(
        blur(&gaussian, whole, device),
        [[REACH; 2]; 2],
        plan(whole, device),
    )
    .expect("a narrow frame");
    vec![
        Case::new("Gaussian blur, circular scene", circular()),
        Case {
            scene: Some(of_scene()),
            ..Case::new("Gaussian blur of a photo, as if circular", circular())
        },
        Case {
            frame: 0,
            ..Case::new("Gaussian blur of a photo, unknown borders", cropped)
        },
        Case {
            frame: 0,
            ..Case::new("the same, maps and q by draws", Rc::new(drawn))
        },
    ]
}
