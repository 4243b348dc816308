//! What the decision sees of photos whose blur is known.

use std::path::PathBuf;

use eps_restore::Kernel;
use eps_restore::low_level::estimation::blur::{Blur, decision_inputs};
use serde_json::json;

use crate::blurs::{Kind, kernel, size};
use crate::damage::{Stream, Wear, taken};
use crate::photos::{Failure, at_most};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// A text file with the path of a photo in each line. None of them may be a test's.
    #[arg(long)]
    data: PathBuf,
    /// Blurs of each photo.
    #[arg(long, default_value_t = 8)]
    rounds: usize,
}

/// The longer side of reduced photos, in two sizes.
const SIDES: [u32; 2] = [640, 1024];
/// The least side of a photo.
const LEAST: u32 = 200;

pub(crate) fn print(options: &Options) -> Result<(), Failure> {
    let list = std::fs::read_to_string(&options.data)?;
    for round in 0..options.rounds {
        for (index, file) in list.lines().enumerate() {
            let mut stream = Stream::new(1000 * index as u64 + round as u64);
            let side = SIDES[usize::from(stream.uniform() < 0.3)];
            let photo = at_most(image::open(file)?.into_rgb8(), side);
            if photo.width().min(photo.height()) < LEAST {
                continue;
            }
            let (blur, kernel) = drawn(&mut stream)?;
            let wear = drawn_wear(&mut stream);
            let luma = taken(&photo, &kernel, wear, &mut stream)?.luma()?;
            let Some(inputs) = decision_inputs(&luma) else {
                continue;
            };
            let line = json!({
                "photo": index,
                "kind": kind_index(blur),
                "size": size(blur),
                "noise": wear.noise,
                "quality": wear.quality,
                "kinds": inputs.kinds,
                "sizes": inputs.sizes,
                "sigma": inputs.sigma,
            });
            println!("{line}");
        }
    }
    Ok(())
}

/// The column of the softmax.
fn kind_index(blur: Blur) -> usize {
    match blur {
        Blur::Sharp | Blur::Free => 0,
        Blur::Gaussian { .. } => 1,
        Blur::Disc { .. } => 2,
        Blur::Line { .. } => 3,
    }
}

/// Sharp in two of five, each kind in one; a quarter of the lines along an axis.
fn drawn(stream: &mut Stream) -> Result<(Blur, Kernel), Failure> {
    let (u, place) = (stream.uniform(), (stream.uniform() * 1e4) as usize);
    let is_along_axis = stream.uniform() < 0.25;
    let mut between = |low: f64, high: f64| low * (high / low).powf(stream.uniform());
    let blur = match (5.0 * u) as usize {
        0 | 1 => Blur::Sharp,
        2 => Kind::Gaussian.of_size(between(1.0, 3.0), place),
        3 => Kind::Disc.of_size(between(1.5, 6.0), place),
        _ if is_along_axis => Kind::LineAlongAxis.of_size(between(7.0, 25.0), place),
        _ => Kind::Line.of_size(between(7.0, 25.0), place),
    };
    Ok((blur, kernel(blur)?))
}

/// Without noise in one case of seven, as pictures that a program blurred; else of 0.5 to 5 levels.
fn drawn_wear(stream: &mut Stream) -> Wear {
    let is_noisy = stream.uniform() > 0.15;
    let noise = 0.5 * 10f64.powf(stream.uniform());
    let quality = 75.0 + 20.0 * stream.uniform();
    Wear {
        noise: if is_noisy { noise } else { 0.0 },
        quality: (stream.uniform() > 0.25).then_some(quality.round() as u8),
    }
}
