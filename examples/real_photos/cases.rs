//! The ten photos and their damages.

use std::path::Path;

use eps_restore::low_level::request::task::{Borders, GREY, Reduction, Task};
use eps_restore::{Kernel, Mask};
use image::RgbImage;
use image::imageops::{FilterType, resize};

use crate::damage::{self, Saved};
use crate::photos::{self, Failure};

pub(crate) struct Case {
    pub about: &'static str,
    /// A sample photo of the demo, or a photo of the folder.
    file: &'static str,
    /// The centre of the sheet's cut, in units of the photo's sides.
    pub shown: (f64, f64),
    damage: Damage,
}

enum Damage {
    /// Reduced by this factor by bicubic interpolation, then a JPEG of quality 75.
    Thumbnail(u32),
    /// A phone's grain, stronger in brighter parts, then a JPEG.
    Phone {
        read: f64,
        shot: f64,
        quality: u8,
    },
    /// Scratches and dust on a scanned print.
    Print,
    Blurred {
        sigma: f64,
        quality: u8,
    },
    Shaken {
        length: f64,
        angle: f64,
    },
    /// A print that lost its colours.
    Faded,
}

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/samples");

pub(crate) const CASES: [Case; 10] = [
    Case {
        about: "spaniels: a scanned print with scratches and dust, JPEG 85",
        file: "spaniels.jpg",
        shown: (0.42, 0.3),
        damage: Damage::Print,
    },
    Case {
        about: "otter: kept at half size by bicubic, JPEG 75; enlarged 2×",
        file: "oakland-zoo-otters.jpg",
        shown: (0.45, 0.42),
        damage: Damage::Thumbnail(2),
    },
    Case {
        about: "skyline: a thumbnail, a quarter by bicubic, JPEG 75; enlarged 4×",
        file: "singaporean-cityscape.jpg",
        shown: (0.5, 0.5),
        damage: Damage::Thumbnail(4),
    },
    Case {
        about: "osprey: a phone's grain, JPEG 90",
        file: "perched-osprey.jpg",
        shown: (0.4, 0.4),
        damage: Damage::Phone {
            read: 6.0,
            shot: 0.9,
            quality: 90,
        },
    },
    Case {
        about: "spices: a phone's grain in poor light, JPEG 75",
        file: "the-spices-of-life.jpg",
        shown: (0.5, 0.6),
        damage: Damage::Phone {
            read: 12.0,
            shot: 1.6,
            quality: 75,
        },
    },
    Case {
        about: "colosseum: shaken, 13 pixels, JPEG 95",
        file: "roman-colosseum.jpg",
        shown: (0.3, 0.5),
        damage: Damage::Shaken {
            length: 13.0,
            angle: 20.0,
        },
    },
    Case {
        about: "wren: out of focus, sigma 2 pixels, JPEG 95",
        file: "canyon-wren.jpg",
        shown: (0.42, 0.3),
        damage: Damage::Blurred {
            sigma: 2.0,
            quality: 95,
        },
    },
    Case {
        about: "lake: a faded print, its colours lost, JPEG 90",
        file: "lake-sherburne.jpg",
        shown: (0.5, 0.45),
        damage: Damage::Faded,
    },
    Case {
        about: "portrait: a small blurry cut of a photo, sigma 1.5 pixels, JPEG 90",
        file: "portrait.jpg",
        shown: (0.5, 0.45),
        damage: Damage::Blurred {
            sigma: 1.5,
            quality: 90,
        },
    },
    Case {
        about: "forget-me-nots: scratches and dust, JPEG 85",
        file: "blue-periwinkle.jpg",
        shown: (0.4, 0.4),
        damage: Damage::Print,
    },
];

impl Case {
    /// The undamaged photo.
    pub(crate) fn original(&self, folder: &Path) -> Result<RgbImage, Failure> {
        let sample = Path::new(SAMPLES).join(self.file);
        if sample.exists() {
            return Ok(image::open(sample)?.into_rgb8());
        }
        photos::reduced(&folder.join(self.file))
    }

    /// The damaged photo, and the task that restores it.
    pub(crate) fn damaged(&self, original: &RgbImage) -> Result<(Saved, Task), Failure> {
        let (width, height) = original.dimensions();
        Ok(match self.damage {
            Damage::Thumbnail(factor) => {
                let small = resize(
                    original,
                    width / factor,
                    height / factor,
                    FilterType::CatmullRom,
                );
                let task = Task::SuperResolve {
                    factor: factor as usize,
                    reduction: Reduction::Bicubic,
                };
                (damage::saved(&small, 75)?, task)
            }
            Damage::Phone {
                read,
                shot,
                quality,
            } => (
                damage::saved(&damage::grain(original, read, shot), quality)?,
                Task::Denoise,
            ),
            Damage::Print => {
                let (scratched, lost) = damage::scratches(original);
                let missing = Mask::new(width as usize, height as usize, lost)?;
                (damage::saved(&scratched, 85)?, Task::Inpaint { missing })
            }
            Damage::Blurred { sigma, quality } => {
                let blurred = damage::blurred(original, &damage::gaussian(sigma));
                (
                    damage::saved(&damage::grain(&blurred, 1.5, 0.0), quality)?,
                    deblur(Kernel::gaussian(sigma)?),
                )
            }
            Damage::Shaken { length, angle } => {
                let blurred = damage::blurred(original, &damage::line(length, angle));
                (
                    damage::saved(&damage::grain(&blurred, 1.5, 0.0), 95)?,
                    deblur(Kernel::motion(length, angle)?),
                )
            }
            Damage::Faded => (
                damage::saved(&damage::faded(original), 90)?,
                Task::Colorize {
                    weights: GREY,
                    hints: None,
                },
            ),
        })
    }
}

fn deblur(kernel: Kernel) -> Task {
    Task::Deblur {
        kernel,
        borders: Borders::Unknown,
    }
}
