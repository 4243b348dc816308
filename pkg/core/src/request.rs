//! JavaScript's requests, checked: unknown names are refused, and so are numbers out of range.

use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use wasm_bindgen::JsValue;

use eps_restore::low_level::estimation::blur::{self, Luma};
use eps_restore::low_level::operators::Bayer;
use eps_restore::low_level::request::cost::Outline;
use eps_restore::low_level::request::task::{
    BT601, BT709, Borders, ColourHints, GREY, Reduction, Task,
};
use eps_restore::low_level::sampler::interpolant::Interpolant;
use eps_restore::low_level::sampler::{Sampler, SolverKind};
use eps_restore::{Error, Jpeg, Kernel, Mask, Noise, Photo, Request};

use crate::jpeg::jpeg;
use crate::user_operator::{UserFunctions, UserOperator};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EngineRequest {
    image: Bytes,
    file: Option<ByteBuf>,
    task: TaskRequest,
    /// The functions of the task `operator`.
    functions: Option<UserFunctions>,
    noise: Option<NoiseRequest>,
    samples: f64,
    sampler: SamplerRequest,
    #[serde(default)]
    refine: bool,
    seed: f64,
    /// Whether steps carry what the network was asked about.
    #[serde(default)]
    inspect: bool,
}

/// A request of which only the photo's size is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutlineFields {
    width: usize,
    height: usize,
    task: TaskRequest,
    functions: Option<UserFunctions>,
    noise: Option<NoiseRequest>,
    samples: f64,
    sampler: SamplerRequest,
    #[serde(default)]
    refine: bool,
}

/// A photo whose blur is to be estimated.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BlurredPhoto {
    image: Bytes,
    file: Option<ByteBuf>,
    kernel_side: Option<usize>,
}

/// A measurement whose noise is to be estimated.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EngineMeasurement {
    image: Bytes,
    file: Option<ByteBuf>,
    task: TaskRequest,
    functions: Option<UserFunctions>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bytes {
    data: ByteBuf,
    width: usize,
    height: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Floats {
    data: Vec<f64>,
    width: usize,
    height: usize,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
enum TaskRequest {
    Inpaint {
        mask: Bytes,
    },
    SuperResolve {
        factor: f64,
        reduction: Option<ReductionRequest>,
    },
    Deblur {
        kernel: Floats,
        borders: Option<BordersRequest>,
    },
    Denoise {},
    Jpeg {
        file: ByteBuf,
        reduced: Option<Reduced>,
    },
    Colorize {
        weights: Option<GreyRequest>,
        hints: Option<HintsRequest>,
    },
    ColorizeFrom {
        small: Vec<Bytes>,
    },
    Demosaic {
        pattern: BayerRequest,
    },
    Compose {
        first: Box<TaskRequest>,
        second: Box<TaskRequest>,
    },
    /// Its functions come beside the task.
    Operator {},
}

/// Colours that some pixels of a grey photo should have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HintsRequest {
    colours: Bytes,
    noise: Option<f64>,
}

/// How a photo was reduced before it was compressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reduced {
    factor: f64,
    reduction: Option<ReductionRequest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum ReductionRequest {
    BlockMean,
    Bicubic,
    Gaussian(f64),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum BordersRequest {
    Circular,
    Unknown,
}

/// A mix of R, G and B by name, or its weights.
#[derive(Deserialize)]
#[serde(untagged)]
enum GreyRequest {
    Named(GreyName),
    Weights([f64; 3]),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum GreyName {
    Mean,
    Bt601,
    Bt709,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum BayerRequest {
    Rggb,
    Grbg,
    Bggr,
    Gbrg,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NoiseRequest {
    Level(f64),
    Named(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SamplerRequest {
    Named(String),
    Stated(StatedSampler),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StatedSampler {
    solver: String,
    points: f64,
    tau_max: f64,
    tau_min: f64,
    from_mean: bool,
}

impl EngineRequest {
    /// # Errors
    /// [`Error::InvalidOption`] and the errors of each part.
    pub(crate) fn read(request: JsValue) -> Result<EngineRun, Error> {
        let request: Self = of_js(request)?;
        let inspect = request.inspect;
        let user = user_operator(request.functions);
        let (photo, task) = (request.image.photo()?, request.task.read(&user)?);
        let request = Request::new(photo, task)
            .with_file(readable(request.file.as_ref()))
            .with_noise(noise(request.noise)?)
            .with_samples(whole("samples", request.samples)? as usize)
            .with_sampler(request.sampler.read()?.refining(request.refine))
            .with_seed(whole("seed", request.seed)?);
        Ok(EngineRun {
            request,
            user,
            inspect,
        })
    }
}

/// A request as the engine runs it.
pub(crate) struct EngineRun {
    pub request: Request,
    /// The page's own operator, where the task is one.
    pub user: Option<Rc<UserOperator>>,
    /// Whether steps carry what the network was asked about.
    pub inspect: bool,
}

/// An outline that owns its task.
pub(crate) struct EngineOutline {
    width: usize,
    height: usize,
    pub task: Task,
    keeps_known: bool,
    may_follow_brightness: bool,
    samples: usize,
    sampler: Sampler,
}

impl EngineOutline {
    /// # Errors
    /// As [`EngineRequest::read`].
    pub(crate) fn read(outline: JsValue) -> Result<Self, Error> {
        let fields: OutlineFields = of_js(outline)?;
        let task = fields.task.read(&user_operator(fields.functions))?;
        let noise = noise(fields.noise)?;
        Ok(Self {
            width: fields.width,
            height: fields.height,
            keeps_known: noise.keeps_known(&task),
            may_follow_brightness: noise.may_follow_brightness(&task),
            task,
            samples: whole("samples", fields.samples)? as usize,
            sampler: fields.sampler.read()?.refining(fields.refine),
        })
    }

    pub(crate) fn borrowed(&self) -> Outline<'_> {
        Outline {
            width: self.width,
            height: self.height,
            task: &self.task,
            keeps_known: self.keeps_known,
            may_follow_brightness: self.may_follow_brightness,
            samples: self.samples,
            sampler: self.sampler,
        }
    }
}

impl EngineMeasurement {
    /// # Errors
    /// [`Error::InvalidOption`] and the errors of each part.
    pub(crate) fn read(request: JsValue) -> Result<(Photo, Option<Rc<Jpeg>>, Task), Error> {
        let request: Self = of_js(request)?;
        let user = user_operator(request.functions);
        let file = readable(request.file.as_ref());
        Ok((request.image.photo()?, file, request.task.read(&user)?))
    }
}

impl BlurredPhoto {
    /// # Errors
    /// [`Error::InvalidImage`] for the wrong number of bytes.
    pub(crate) fn read(request: JsValue) -> Result<(Luma, blur::Options), Error> {
        let Self {
            image,
            file,
            kernel_side,
        } = of_js(request)?;
        let file = readable(file.as_ref());
        let luma = Luma::of_photo(&image.photo()?, file.as_deref());
        Ok((luma, blur::Options { kernel_side }))
    }
}

impl Bytes {
    pub(crate) fn photo(self) -> Result<Photo, Error> {
        Photo::new(self.width, self.height, self.data.into_vec())
    }

    /// What is not 0 is missing.
    pub(crate) fn mask(self) -> Result<Mask, Error> {
        let missing = self.data.iter().map(|&b| b != 0).collect();
        Mask::new(self.width, self.height, missing)
    }
}

/// The fields of a JavaScript object.
///
/// # Errors
/// [`Error::InvalidOption`] where a name or a type is wrong.
pub(crate) fn of_js<T: DeserializeOwned>(object: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(object).map_err(|e| Error::InvalidOption(e.to_string()))
}

/// The coefficients of the file that a photo was decoded from, if it is a JPEG that is read.
fn readable(file: Option<&ByteBuf>) -> Option<Rc<Jpeg>> {
    file.and_then(|file| jpeg(file).ok()).map(Rc::new)
}

/// # Errors
/// [`Error::InvalidOption`] where it is no picture, and [`Error::InvalidImage`].
pub(crate) fn photo(pixels: JsValue) -> Result<Photo, Error> {
    of_js::<Bytes>(pixels)?.photo()
}

fn user_operator(functions: Option<UserFunctions>) -> Option<Rc<UserOperator>> {
    functions.map(|functions| Rc::new(UserOperator::new(functions)))
}

impl TaskRequest {
    fn read(self, user: &Option<Rc<UserOperator>>) -> Result<Task, Error> {
        Ok(match self {
            TaskRequest::Inpaint { mask } => Task::Inpaint {
                missing: mask.mask()?,
            },
            TaskRequest::SuperResolve { factor, reduction } => {
                let (factor, reduction) = Reduced { factor, reduction }.read();
                Task::SuperResolve { factor, reduction }
            }
            TaskRequest::Jpeg { file, reduced } => Task::Jpeg {
                file: Rc::new(jpeg(&file)?),
                reduced: reduced.map(Reduced::read),
            },
            TaskRequest::Deblur { kernel, borders } => Task::Deblur {
                kernel: Kernel::new(kernel.width, kernel.height, kernel.data)?,
                borders: match borders {
                    None | Some(BordersRequest::Unknown) => Borders::Unknown,
                    Some(BordersRequest::Circular) => Borders::Circular,
                },
            },
            TaskRequest::Denoise {} => Task::Denoise,
            TaskRequest::Colorize { weights, hints } => Task::Colorize {
                weights: match weights {
                    None | Some(GreyRequest::Named(GreyName::Mean)) => GREY,
                    Some(GreyRequest::Named(GreyName::Bt601)) => BT601,
                    Some(GreyRequest::Named(GreyName::Bt709)) => BT709,
                    Some(GreyRequest::Weights(weights)) => weights,
                },
                hints: hints.map(HintsRequest::read).transpose()?,
            },
            TaskRequest::ColorizeFrom { small } => Task::ColorizeFrom {
                small: small
                    .into_iter()
                    .map(Bytes::photo)
                    .collect::<Result<_, Error>>()?,
            },
            TaskRequest::Demosaic { pattern } => Task::Demosaic {
                pattern: match pattern {
                    BayerRequest::Rggb => Bayer::Rggb,
                    BayerRequest::Grbg => Bayer::Grbg,
                    BayerRequest::Bggr => Bayer::Bggr,
                    BayerRequest::Gbrg => Bayer::Gbrg,
                },
            },
            TaskRequest::Compose { first, second } => Task::Compose {
                first: Box::new(first.read(user)?),
                second: Box::new(second.read(user)?),
            },
            TaskRequest::Operator {} => match user {
                Some(user) => Task::Operator {
                    source: user.clone(),
                },
                None => {
                    return Err(Error::InvalidOperator("its functions are missing".into()));
                }
            },
        })
    }
}

impl HintsRequest {
    fn read(self) -> Result<ColourHints, Error> {
        Ok(ColourHints {
            colours: self.colours.photo()?,
            noise: self.noise.unwrap_or(ColourHints::NOISE),
        })
    }
}

impl Reduced {
    /// A factor that is no whole number is 0, which no task takes.
    fn read(self) -> (usize, Reduction) {
        let whole = self.factor.fract() == 0.0 && (1.0..=64.0).contains(&self.factor);
        let factor = if whole { self.factor as usize } else { 0 };
        let reduction = match self.reduction {
            None | Some(ReductionRequest::BlockMean) => Reduction::BlockMean,
            Some(ReductionRequest::Bicubic) => Reduction::Bicubic,
            Some(ReductionRequest::Gaussian(sigma)) => Reduction::Gaussian { sigma },
        };
        (factor, reduction)
    }
}

fn noise(noise: Option<NoiseRequest>) -> Result<Noise, Error> {
    match noise {
        None => Ok(Noise::TaskDefault),
        Some(NoiseRequest::Level(level)) => Ok(Noise::Level(level)),
        Some(NoiseRequest::Named(name)) if name == "auto" => Ok(Noise::Auto),
        Some(NoiseRequest::Named(other)) => Err(Error::InvalidNoise(format!(
            "noise is {other:?}; it must be a standard deviation in 8-bit levels or \"auto\""
        ))),
    }
}

impl SamplerRequest {
    fn read(self) -> Result<Sampler, Error> {
        match self {
            SamplerRequest::Named(name) => match name.as_str() {
                "draft" => Ok(Sampler::DRAFT),
                "default" => Ok(Sampler::DEFAULT),
                "accurate" => Ok(Sampler::ACCURATE),
                other => Err(Error::InvalidOption(format!(
                    "sampler is {other:?}; it must be \"draft\", \"default\", \"accurate\" or \
                     an object"
                ))),
            },
            SamplerRequest::Stated(stated) => stated.read(),
        }
    }
}

impl StatedSampler {
    fn read(self) -> Result<Sampler, Error> {
        let solver = match self.solver.as_str() {
            "euler" => SolverKind::Euler,
            "heun" => SolverKind::Heun,
            "dpmpp2m" => SolverKind::DpmSolver2M,
            "churn" => SolverKind::Churn,
            other => {
                return Err(Error::InvalidOption(format!(
                    "solver is {other:?}; it must be \"euler\", \"heun\", \"dpmpp2m\" or \"churn\""
                )));
            }
        };
        Ok(Sampler {
            solver,
            interpolant: Interpolant::Edm,
            points: whole("points", self.points)? as usize,
            tau_max: self.tau_max,
            tau_min: self.tau_min,
            from_mean: self.from_mean,
            refine_mean: false,
        })
    }
}

/// A JavaScript number that must be a whole one of at least 0.
pub(crate) fn whole(name: &str, value: f64) -> Result<u64, Error> {
    const LARGEST_SAFE: f64 = 9_007_199_254_740_991.0;
    if value.fract() == 0.0 && (0.0..=LARGEST_SAFE).contains(&value) {
        return Ok(value as u64);
    }
    Err(Error::InvalidOption(format!(
        "{name} is {value}; it must be a whole number of at least 0"
    )))
}
