//! Photos as the files that libjpeg's tables make of them.

use std::rc::Rc;

use clap::ValueEnum;
use eps_restore::low_level::photo::jpeg::{HuffmanTables, Layout, Sampling};
use eps_restore::{Jpeg, Photo};
use image::{ImageFormat, load_from_memory_with_format};
use serde::Serialize;

use crate::photos::{self, Failure};

/// Tables K.1 and K.2 of T.81, which libjpeg scales by its quality.
const LUMA: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMA: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// How densely chroma is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
pub(crate) enum Chroma {
    #[value(name = "4:2:0")]
    #[serde(rename = "4:2:0")]
    Quarter,
    #[value(name = "4:4:4")]
    #[serde(rename = "4:4:4")]
    Full,
}

/// A file, and the photo that an ordinary decoder makes of it.
pub(crate) struct Compressed {
    pub file: Rc<Jpeg>,
    pub decoded: Photo,
}

/// A photo compressed at a quality of libjpeg, 1 to 100.
pub(crate) fn compressed(
    photo: &Photo,
    quality: u16,
    chroma: Chroma,
) -> Result<Compressed, Failure> {
    let empty = Jpeg::zeroed(photo.width(), photo.height(), &layouts(quality, chroma))?;
    let bytes = empty.compressed(photo)?.write(HuffmanTables::Optimised)?;
    let decoded = load_from_memory_with_format(&bytes, ImageFormat::Jpeg)?.into_rgb8();
    Ok(Compressed {
        file: Rc::new(Jpeg::read(&bytes, usize::MAX)?),
        decoded: photos::photo(&decoded)?,
    })
}

fn layouts(quality: u16, chroma: Chroma) -> [Layout; 3] {
    let scale = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    let scaled = |table: [u16; 64]| {
        table.map(|q| ((u32::from(q) * u32::from(scale) + 50) / 100).clamp(1, 255) as u16)
    };
    let side = match chroma {
        Chroma::Quarter => 2,
        Chroma::Full => 1,
    };
    let luma = Layout {
        sampling: Sampling {
            horizontal: side,
            vertical: side,
        },
        table: scaled(LUMA),
    };
    let colour = Layout {
        sampling: Sampling::ONE,
        table: scaled(CHROMA),
    };
    [luma, colour, colour]
}
