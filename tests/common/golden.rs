//! The golden vectors of `models/`, computed by the PyTorch reference: operators in f64, the network in f32.

use std::path::PathBuf;
use std::rc::Rc;

use burn::tensor::Tensor;
use eps_restore::denoiser::{PhotoDenoiser, PhotoV1, Weights};
use eps_restore::fourier::Fourier;
use eps_restore::measurement::Measurement;
use eps_restore::operators::{
    BlockMean, ChannelMix, CircularConvolution, Identity, LinearOperator, Mask, Nothing,
};
use eps_restore::place::Place;
use eps_restore::posterior::Posterior;
use eps_restore::prior::GaussianPrior;
use safetensors::SafeTensors;

pub const CASES: [&str; 9] = [
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
pub const SIZES: [&str; 2] = ["64x64", "48x32"];

pub fn model(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn denoiser(place: &Place) -> PhotoDenoiser {
    let bytes = model("photo-v1.safetensors");
    let weights = Weights::read(&bytes, place).expect("the released weights are readable");
    PhotoDenoiser::new(PhotoV1::new(&weights).expect("the released weights are complete"))
}

/// A file of golden vectors.
pub struct Golden {
    bytes: Vec<u8>,
    place: Place,
}

impl Golden {
    pub fn operators(place: &Place) -> Self {
        Self::read("golden-operators.safetensors", place)
    }

    pub fn network(place: &Place) -> Self {
        Self::read("golden-network.safetensors", place)
    }

    fn read(name: &str, place: &Place) -> Self {
        Self {
            bytes: model(name),
            place: place.clone(),
        }
    }

    /// A vector as `[.., .., .., ..]`: per-image scalars become `[B, 1, 1, 1]`.
    pub fn get(&self, name: &str) -> Tensor<4> {
        let file = SafeTensors::deserialize(&self.bytes).expect("a safetensors file");
        let view = file
            .tensor(name)
            .unwrap_or_else(|_| panic!("no vector {name}"));
        let shape = match *view.shape() {
            [b] => [b, 1, 1, 1],
            [a, b, h, w] => [a, b, h, w],
            ref other => panic!("{name} has the shape {other:?}"),
        };
        let words = view.data().chunks_exact(4);
        let values = words.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        self.place.tensor_f32(values.collect(), shape)
    }

    /// The posterior of a case such as `mask.48x32`.
    pub fn posterior(&self, case: &str) -> Posterior {
        let of = |name: &str| self.get(&format!("{case}.{name}"));
        let [batch, _, height, width] = of("x").dims();
        let fourier = Fourier::new(height, width, &self.place);
        let name = case.split('.').next().expect("a case has a name");
        let operator: Rc<dyn LinearOperator> = match name {
            "none" => Rc::new(Nothing { height, width }),
            "denoise" => Rc::new(Identity),
            "mask" => Rc::new(Mask::new(of("mask"))),
            "gaussian" | "motion" => {
                Rc::new(CircularConvolution::new(of("kernel"), fourier.clone()))
            }
            "grey" => Rc::new(ChannelMix::grey()),
            block => {
                let factor = block.trim_start_matches("block_mean_");
                let factor = factor.parse().expect("block_mean_FACTOR");
                Rc::new(BlockMean::new(factor, height, width, &self.place))
            }
        };
        let measured = name != "none";
        let measurement = Measurement {
            operator,
            y: if measured {
                of("y")
            } else {
                self.place.zeros([batch, 1, 1, 1])
            },
            s2: if measured {
                of("sigma_y").square()
            } else {
                self.place.scalar(1.0)
            },
        };
        Posterior::new(measurement, GaussianPrior::new(fourier))
    }
}
