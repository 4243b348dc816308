//! What the core answers, as plain objects.

use core::array;

use eps_restore::Photo;
use eps_restore::low_level::estimation::blur::{Blur, Candidate};
use eps_restore::low_level::estimation::grain::{BANDS, KNOTS, Part};
use eps_restore::low_level::request::cost::{Cost, Target};
use eps_restore::low_level::request::noise::AssumedGrain;
use serde::Serialize;
use serde_bytes::ByteBuf;
use wasm_bindgen::JsValue;

use crate::failure::Failure;

/// R, G and B.
const CHANNELS: usize = 3;

/// `Cost` of TypeScript. Floats: the memory of an outline may exceed the integers of JavaScript.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CostAnswer {
    width: f64,
    height: f64,
    evaluations: f64,
    mean_evaluations: f64,
    tiles: f64,
    pixels: f64,
    bytes: f64,
    gpu_bytes: f64,
    load: f64,
}

impl CostAnswer {
    /// `target`: the device that has to hold it.
    pub(crate) fn new(cost: Cost, target: Target) -> Self {
        Self {
            load: target.load(&cost),
            width: cost.width as f64,
            height: cost.height as f64,
            evaluations: cost.evaluations as f64,
            mean_evaluations: cost.mean_evaluations as f64,
            tiles: cost.tiles as f64,
            pixels: cost.pixels as f64,
            bytes: cost.bytes as f64,
            gpu_bytes: cost.gpu_bytes as f64,
        }
    }
}

/// `Step` of TypeScript.
#[derive(Serialize)]
pub(crate) struct StepAnswer {
    pub stage: &'static str,
    /// -1 where the step is not a sample's.
    pub sample: i32,
    pub step: usize,
    pub evaluations: usize,
    pub tau: f64,
    pub finished: bool,
    pub preview: ByteBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryAnswer>,
}

/// `Query` of TypeScript.
#[derive(Serialize)]
pub(crate) struct QueryAnswer {
    pub state: ByteBuf,
    pub pivot: ByteBuf,
}

/// `RestoredImages` of TypeScript.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResultAnswer {
    pub width: usize,
    pub height: usize,
    pub evaluations: usize,
    pub noise: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grain: Option<GrainAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistency: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chi_square: Option<f32>,
    pub estimate: ByteBuf,
    pub mean: ByteBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deviation: Option<ByteBuf>,
}

/// `Grain` of TypeScript.
#[derive(Serialize)]
pub(crate) struct GrainAnswer {
    deviations: [[f32; KNOTS]; CHANNELS],
    bands: BandsAnswer,
    compression: f64,
}

/// The spectra of a `Grain`.
#[derive(Serialize)]
struct BandsAnswer {
    luma: [f32; BANDS],
    chroma: [f32; BANDS],
}

impl From<AssumedGrain> for GrainAnswer {
    fn from(assumed: AssumedGrain) -> Self {
        let AssumedGrain { grain, white, .. } = assumed;
        let [luma, chroma] = grain.bands();
        Self {
            deviations: array::from_fn(|channel| grain.deviations(Part::Channel(channel))),
            bands: BandsAnswer { luma, chroma },
            compression: white,
        }
    }
}

/// `BlurCandidate` of TypeScript.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlurAnswer {
    kind: &'static str,
    size: f64,
    size_deviation: f64,
    angle: f64,
    confidence: f64,
    kernel: KernelAnswer,
}

/// The kernel of a `BlurCandidate`.
#[derive(Serialize)]
struct KernelAnswer {
    width: usize,
    height: usize,
    data: Vec<f64>,
}

impl From<&Candidate> for BlurAnswer {
    fn from(candidate: &Candidate) -> Self {
        let (width, height) = (candidate.kernel.width(), candidate.kernel.height());
        let (kind, size, angle) = match candidate.blur {
            Blur::Sharp => ("none", 0.0, 0.0),
            Blur::Gaussian { sigma } => ("gaussian", sigma, 0.0),
            Blur::Disc { radius } => ("disk", radius, 0.0),
            Blur::Line { length, angle } => ("motion", length, angle),
            Blur::Free => ("free", width.max(height) as f64, 0.0),
        };
        Self {
            kind,
            size,
            size_deviation: size * candidate.size_deviation.unwrap_or(0.0),
            angle,
            confidence: candidate.confidence,
            kernel: KernelAnswer {
                width,
                height,
                data: candidate.kernel.weights().to_vec(),
            },
        }
    }
}

/// A photo's RGBA bytes, as a `Uint8Array`.
pub(crate) fn bytes(photo: Photo) -> ByteBuf {
    ByteBuf::from(photo.into_rgba())
}

/// The plain object.
pub(crate) fn object(answer: &impl Serialize) -> Result<JsValue, Failure> {
    Ok(serde_wasm_bindgen::to_value(answer)?)
}
