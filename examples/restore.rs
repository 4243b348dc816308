//! Restores a photo natively: `cargo run --release --example restore -- photo.jpg --task inpaint
//! --mask mask.png -o out.png`.
//!
//! It has the options of the npm package, and the same seed gives the same result. It runs on the
//! CPU, or with `--features vulkan --device gpu` on a GPU.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use burn::tensor::Device;
use clap::{Parser, ValueEnum};
use eps_restore::low_level::estimation::blur::{self, Blur, Candidate, Luma, estimate_blur};
use eps_restore::low_level::exemplar::{self, Split, filled_from_photo};
use eps_restore::low_level::sampler::interpolant::Interpolant;
use eps_restore::{
    BT601, BT709, Bayer, Borders, Denoiser, GREY, Jpeg, Kernel, Mask, Noise, Photo, Reduction,
    Request, Restoration, Sampler, Stage, Task, restore_with,
};
use image::{DynamicImage, ImageDecoder, ImageReader, RgbaImage};
use indicatif::{ProgressBar, ProgressStyle};

#[derive(Parser)]
#[command(about = "Restores a photo by exact posterior sampling")]
struct Options {
    /// The photo: PNG, JPEG or WebP.
    photo: PathBuf,
    #[arg(long, value_enum)]
    task: TaskName,
    /// Inpaint: an image of the photo's size, white where pixels are missing.
    #[arg(long)]
    mask: Option<PathBuf>,
    /// Inpaint: what fills the missing pixels.
    #[arg(long, value_enum, default_value = "auto")]
    fill: FillName,
    /// Inpaint: white where nothing is copied from.
    #[arg(long)]
    avoid: Option<PathBuf>,
    /// Super-resolve: 2, 3, 4, 8 or 16.
    #[arg(long, default_value_t = 4)]
    factor: usize,
    /// Super-resolve: how the photo was made small.
    #[arg(long, value_enum, default_value = "block-mean")]
    reduction: ReductionName,
    /// Deblur: how the scene continues beyond the photo's borders.
    #[arg(long, value_enum, default_value = "unknown")]
    borders: BordersName,
    /// Colorize: how the grey photo was made.
    #[arg(long = "grey", value_enum, default_value = "mean")]
    weights_of_grey: GreyName,
    /// Demosaic: the sensor's colours, row by row from its first pixel.
    #[arg(long, value_enum, default_value = "rggb")]
    pattern: PatternName,
    /// Deblur: how the blur is found, where neither --sigma nor --motion states it. `auto` takes
    /// the most probable of none, a Gaussian, a disk, a line and any other shape of up to 31
    /// pixels, which takes seconds; `closed` leaves that last one out. A photo without a blur stays
    /// as it is.
    #[arg(long, value_enum, default_value = "auto")]
    kernel: KernelName,
    /// Deblur: the standard deviation of a Gaussian blur in pixels.
    #[arg(long)]
    sigma: Option<f64>,
    /// Deblur: a straight motion as LENGTH,ANGLE in pixels and degrees.
    #[arg(long, value_parser = motion)]
    motion: Option<(f64, f64)>,
    /// The standard deviation of the photo's noise in 8-bit levels, or `auto` to estimate it from
    /// the photo. The default is `auto` to denoise, and to enlarge, deblur and colourise a JPEG
    /// file; else a fixed level for each task.
    #[arg(long, value_parser = noise)]
    noise: Option<Noise>,
    /// The number of posterior samples; 0 for the mean alone.
    #[arg(long, default_value_t = 1)]
    samples: usize,
    #[arg(long, value_enum, default_value = "default")]
    sampler: SamplerName,
    /// The grid of noise levels: that of a backbone's own time.
    #[arg(long, value_enum, default_value = "edm")]
    interpolant: InterpolantName,
    /// Refines the mean by two more evaluations.
    #[arg(long)]
    refine: bool,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, value_enum, default_value = "cpu")]
    device: DeviceName,
    /// The file for the first sample, or for the mean where there are no samples.
    #[arg(short, long)]
    output: PathBuf,
    /// A file for the posterior mean.
    #[arg(long)]
    mean: Option<PathBuf>,
    #[arg(
        long,
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors"),
    )]
    weights: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TaskName {
    Inpaint,
    SuperResolve,
    Deblur,
    Denoise,
    /// The photo's own JPEG file: its traces are removed.
    Jpeg,
    /// The same, and the photo is enlarged.
    EnlargeJpeg,
    Colorize,
    Demosaic,
}

#[derive(Clone, Copy, ValueEnum)]
enum ReductionName {
    BlockMean,
    Bicubic,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KernelName {
    Auto,
    Closed,
}

#[derive(Clone, Copy, ValueEnum)]
enum BordersName {
    Circular,
    Unknown,
}

#[derive(Clone, Copy, ValueEnum)]
enum GreyName {
    Mean,
    Bt601,
    Bt709,
}

#[derive(Clone, Copy, ValueEnum)]
enum PatternName {
    Rggb,
    Grbg,
    Bggr,
    Gbrg,
}

#[derive(Clone, Copy, ValueEnum)]
enum SamplerName {
    Draft,
    Default,
    Accurate,
    Paper,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FillName {
    /// Each hole by its width: texture first, then the network.
    Auto,
    /// What surrounds them: for scratches, wires and faces.
    Network,
    /// Texture from elsewhere in the photo: for people and objects.
    Photo,
}

#[derive(Clone, Copy, ValueEnum)]
enum InterpolantName {
    Edm,
    VpLinear,
    VpCosine,
    Flow,
}

#[derive(Clone, Copy, ValueEnum)]
enum DeviceName {
    Cpu,
    Gpu,
}

/// The largest JPEG file that is read.
const MAX_PIXELS: usize = 1 << 26;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let (photo, task) = problem(&options)?;
    let Some(task) = task else {
        return save(&photo, &options.output);
    };
    let weights = std::fs::read(&options.weights)?;
    let denoiser = Denoiser::on_device(device(options.device)?, &weights)?;
    let request = request(&options, photo, task);
    let restoration = run(request, &denoiser)?;
    if let Some(path) = &options.mean {
        save(&restoration.mean, path)?;
    }
    let result = restoration.samples.first();
    save(result.unwrap_or(&restoration.mean), &options.output)
}

/// The photo, its wide holes filled, and what is left for the network; no task where that is
/// nothing.
fn problem(options: &Options) -> Result<(Photo, Option<Task>), Failure> {
    let photo = open(&options.photo)?;
    if options.task == TaskName::Inpaint && options.fill != FillName::Network {
        return taken_out(options, photo);
    }
    let task = task(options, &photo)?;
    Ok((photo, task))
}

fn request(options: &Options, photo: Photo, task: Task) -> Request {
    let file = file(options).ok();
    let noise = options.noise.unwrap_or_default();
    Request::new(photo, task)
        .with_file(file)
        .with_noise(noise)
        .with_samples(options.samples)
        .with_sampler(sampler(options))
        .with_seed(options.seed)
}

fn sampler(options: &Options) -> Sampler {
    let preset = match options.sampler {
        SamplerName::Draft => Sampler::DRAFT,
        SamplerName::Default => Sampler::DEFAULT,
        SamplerName::Accurate => Sampler::ACCURATE,
        SamplerName::Paper => Sampler::PAPER,
    };
    let interpolant = match options.interpolant {
        InterpolantName::Edm => Interpolant::Edm,
        InterpolantName::VpLinear => Interpolant::VpLinear,
        InterpolantName::VpCosine => Interpolant::VpCosine,
        InterpolantName::Flow => Interpolant::FlowMatching,
    };
    Sampler {
        interpolant,
        ..preset
    }
    .refining(options.refine)
}

/// The photo with its holes, or its wide ones, filled from elsewhere in it.
fn taken_out(options: &Options, photo: Photo) -> Result<(Photo, Option<Task>), Failure> {
    let mask = |path: &Path| missing(Some(path));
    let avoid = options.avoid.as_deref().map(mask).transpose()?;
    let avoid = avoid.as_ref();
    let missing = missing(options.mask.as_deref())?;
    missing.check_size(photo.width(), photo.height())?;
    let seed = exemplar::Options {
        seed: options.seed,
        ..exemplar::Options::DEFAULT
    };
    let filled = |holes: &Mask| filled_from_photo(&photo, holes, avoid, seed, 0);
    if options.fill == FillName::Photo {
        return Ok((filled(&missing)?, None));
    }
    let split = Split::of(&missing, avoid)?;
    eprintln!(
        "holes: {} by the network, {} from the photo",
        split.narrow_holes, split.wide_holes
    );
    if split.wide_holes == 0 {
        return Ok((photo, Some(Task::Inpaint { missing })));
    }
    let task = match (split.narrow_holes, options.noise) {
        (0, None) => None,
        // Nothing is missing any more, but the noise is left.
        (0, Some(_)) => Some(Task::Denoise),
        _ => Some(Task::Inpaint {
            missing: split.narrow,
        }),
    };
    Ok((filled(&split.wide)?, task))
}

/// Restores the photo, and shows the progress.
fn run(request: Request, denoiser: &Denoiser) -> Result<Restoration, Failure> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template(
        "{msg:10} [{bar:32}] {pos}/{len} tiles, {eta} left",
    )?);
    let begin = Instant::now();
    let restoration = restore_with(request, denoiser, |progress| {
        bar.set_length(progress.total_tiles as u64);
        bar.set_position(progress.tiles as u64);
        bar.set_message(match progress.stage {
            Stage::Estimate => "estimate".into(),
            Stage::Mean => "mean".into(),
            Stage::Sample { index } => format!("sample {}", index + 1),
        });
        ControlFlow::Continue(())
    })?;
    let restoration = restoration.expect("a restoration that was not stopped");
    bar.finish_with_message(format!("{:.1} s", begin.elapsed().as_secs_f64()));
    if restoration.evaluations == 0 {
        eprintln!("no pixel is missing: the photo is the result");
    } else {
        eprintln!("noise: {:.1} of 255", restoration.noise);
    }
    if let Some(chi_square) = restoration.chi_square {
        eprintln!("chi² of the mean: {chi_square:.2}");
    }
    if let Some(share) = restoration.consistency {
        eprintln!("compresses back to {:.2} % of the file", 100.0 * share);
    }
    Ok(restoration)
}

fn file(options: &Options) -> Result<Rc<Jpeg>, Failure> {
    let bytes = std::fs::read(&options.photo)?;
    Ok(Rc::new(Jpeg::read(&bytes, MAX_PIXELS)?))
}

fn reduction(options: &Options) -> Reduction {
    match options.reduction {
        ReductionName::BlockMean => Reduction::BlockMean,
        ReductionName::Bicubic => Reduction::Bicubic,
    }
}

/// None for a photo without a blur that is to be unblurred.
fn task(options: &Options, photo: &Photo) -> Result<Option<Task>, Failure> {
    let task = match options.task {
        TaskName::Inpaint => Task::Inpaint {
            missing: missing(options.mask.as_deref())?,
        },
        TaskName::SuperResolve => Task::SuperResolve {
            factor: options.factor,
            reduction: reduction(options),
        },
        TaskName::Deblur => {
            let borders = match options.borders {
                BordersName::Unknown => Borders::Unknown,
                BordersName::Circular => Borders::Circular,
            };
            let kernel = kernel(options, photo)?;
            return Ok(kernel.map(|kernel| Task::Deblur { kernel, borders }));
        }
        TaskName::Denoise => Task::Denoise,
        TaskName::Jpeg => Task::Jpeg {
            file: file(options)?,
            reduced: None,
        },
        TaskName::EnlargeJpeg => Task::Jpeg {
            file: file(options)?,
            reduced: Some((options.factor, reduction(options))),
        },
        TaskName::Colorize => Task::Colorize {
            weights: match options.weights_of_grey {
                GreyName::Mean => GREY,
                GreyName::Bt601 => BT601,
                GreyName::Bt709 => BT709,
            },
            hints: None,
        },
        TaskName::Demosaic => Task::Demosaic {
            pattern: match options.pattern {
                PatternName::Rggb => Bayer::Rggb,
                PatternName::Grbg => Bayer::Grbg,
                PatternName::Bggr => Bayer::Bggr,
                PatternName::Gbrg => Bayer::Gbrg,
            },
        },
    };
    Ok(Some(task))
}

fn missing(mask: Option<&Path>) -> Result<Mask, Failure> {
    let mask = open(mask.ok_or("--task inpaint takes --mask, white where pixels are missing")?)?;
    let painted = |p: &[u8]| p[3] > 127 && p[..3].iter().any(|&v| v > 127);
    let pixels = mask.rgba().chunks_exact(4).map(painted).collect();
    Ok(Mask::new(mask.width(), mask.height(), pixels)?)
}

fn kernel(options: &Options, photo: &Photo) -> Result<Option<Kernel>, Failure> {
    match (options.sigma, options.motion) {
        (Some(sigma), None) => Ok(Some(Kernel::gaussian(sigma)?)),
        (None, Some((length, angle))) => Ok(Some(Kernel::motion(length, angle)?)),
        (None, None) => found_kernel(options, photo),
        _ => Err("--task deblur takes either --sigma or --motion, not both".into()),
    }
}

/// The probability at which a blur convinces: twice that of all others together.
const CONVINCING: f64 = 2.0 / 3.0;

/// The kernel of the most probable blur, or none.
fn found_kernel(options: &Options, photo: &Photo) -> Result<Option<Kernel>, Failure> {
    let file = file(options).ok();
    let luma = Luma::of_photo(photo, file.as_deref());
    let shapes = blur::Options {
        kernel_side: (options.kernel == KernelName::Auto).then_some(blur::LARGEST),
    };
    let candidates = estimate_blur(&luma, shapes)?;
    for candidate in &candidates {
        let percent = 100.0 * candidate.confidence;
        eprintln!("{:?}: {percent:.0} %", candidate.blur);
    }
    let first = candidates.into_iter().next();
    let convinces = |first: &Candidate| first.confidence > CONVINCING;
    let kept = match &first {
        None => Some("the photo does not show its blur"),
        Some(first) if first.blur == Blur::Sharp => Some("the photo is most probably sharp"),
        Some(first) if !convinces(first) => Some("no blur is probable enough"),
        Some(_) => None,
    };
    if let Some(why) = kept {
        eprintln!("{why}: the photo is the result; --sigma or --motion states a blur");
        return Ok(None);
    }
    Ok(first.map(|first| first.kernel))
}

fn noise(text: &str) -> Result<Noise, String> {
    if text == "auto" {
        return Ok(Noise::Auto);
    }
    let level = text
        .parse()
        .map_err(|e| format!("a number or `auto` is expected: {e}"))?;
    Ok(Noise::Level(level))
}

fn motion(text: &str) -> Result<(f64, f64), String> {
    let number = |t: &str| t.trim().parse::<f64>().map_err(|e| format!("{t:?}: {e}"));
    let (length, angle) = text.split_once(',').ok_or("LENGTH,ANGLE is expected")?;
    Ok((number(length)?, number(angle)?))
}

fn open(path: &Path) -> Result<Photo, Failure> {
    let named = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let reader = ImageReader::open(path).map_err(|e| named(&e))?;
    let mut decoder = reader.with_guessed_format()?.into_decoder()?;
    let orientation = decoder.orientation().map_err(|e| named(&e))?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|e| named(&e))?;
    image.apply_orientation(orientation);
    let image = image.into_rgba8();
    let (width, height) = image.dimensions();
    Ok(Photo::new(
        width as usize,
        height as usize,
        image.into_raw(),
    )?)
}

fn save(photo: &Photo, path: &Path) -> Result<(), Failure> {
    let (width, height) = (photo.width() as u32, photo.height() as u32);
    let image = RgbaImage::from_raw(width, height, photo.rgba().to_vec());
    image.expect("four bytes a pixel").save(path)?;
    Ok(())
}

#[cfg(feature = "webgpu")]
fn device(name: DeviceName) -> Result<Device, Failure> {
    match name {
        DeviceName::Cpu => Ok(Device::flex()),
        DeviceName::Gpu => Ok(Device::wgpu_options().init()?),
    }
}

#[cfg(not(feature = "webgpu"))]
fn device(name: DeviceName) -> Result<Device, Failure> {
    match name {
        DeviceName::Cpu => Ok(Device::flex()),
        DeviceName::Gpu => Err("--device gpu needs --features vulkan (or webgpu)".into()),
    }
}
