//! Why coefficients cannot be read or written, in types for programs and sentences for people.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

const NO_MEMORY: &str = "there is no memory for the coefficients of a JPEG of this size";

/// Why the coefficients of a file are not to be had. Its pixels may still be: other decoders read
/// more kinds of JPEG, and repair damaged ones by guessing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The bytes do not begin with an SOI marker.
    NotJpeg,
    /// A JPEG of a kind that this reader does not know.
    Unsupported(Unsupported),
    /// More pixels than the caller allows.
    TooLarge {
        /// Columns of pixels.
        width: usize,
        /// Rows of pixels.
        height: usize,
        /// The caller's limit.
        max_pixels: usize,
    },
    /// There is no memory for the coefficients.
    OutOfMemory,
    /// More scans than [`MAX_SCANS`](super::MAX_SCANS).
    TooManyScans,
    /// The file ends, or is closed by an EOI marker, before all its coefficients have come.
    Truncated {
        /// Where it ends, in bytes from the file's start.
        offset: usize,
    },
    /// The bytes break the format.
    Malformed {
        /// The byte at fault, or where its segment begins, from the file's start.
        offset: usize,
        /// What is wrong there, and what would be right.
        what: String,
    },
}

/// A kind of JPEG that is refused whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsupported {
    /// Arithmetic instead of Huffman coding.
    Arithmetic,
    /// Lossless coding: it has no DCT coefficients.
    Lossless,
    /// A hierarchy of frames.
    Hierarchical,
    /// 12 bits a sample.
    TwelveBit,
    /// The height follows the first scan, in a DNL segment.
    HeightAfterScan,
    /// Three components that are R, G and B.
    Rgb,
    /// Four components: CMYK or YCCK.
    Cmyk,
    /// Two components, or more than four.
    Components(u8),
}

/// Why coefficients cannot be written as a baseline file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// The size, the sampling factors or the quantisation tables are those of no JPEG.
    InvalidLayout(String),
    /// There is no memory for the coefficients.
    OutOfMemory,
    /// A photo of another size than the file's.
    SizesDiffer {
        /// Columns and rows of the photo, as the file would store it.
        photo: [usize; 2],
        /// Columns and rows of the file.
        file: [usize; 2],
    },
    /// Two successive DC coefficients are more than 2047 apart.
    DcOutOfRange {
        /// The index of the component.
        component: usize,
        /// The index of the block in the component.
        block: usize,
        /// The DC coefficient less the one before it in the file.
        difference: i32,
    },
    /// An AC coefficient outside ±1023.
    AcOutOfRange {
        /// The index of the component.
        component: usize,
        /// The index of the block in the component.
        block: usize,
        /// The index of the coefficient in the block, in row-major order.
        index: usize,
        /// The coefficient.
        value: i16,
    },
    /// A block beyond the picture's edge is not 0, in a layout whose files hold no such block.
    PaddingNotZero {
        /// The index of the component.
        component: usize,
        /// The index of the block in the component.
        block: usize,
    },
    /// The ICC profile takes more than the 255 segments that a file has for it.
    IccTooLarge {
        /// Its bytes.
        bytes: usize,
        /// The most that can be written.
        most: usize,
    },
}

impl ReadError {
    /// A code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJpeg => "not-jpeg",
            Self::Unsupported(kind) => kind.code(),
            Self::TooLarge { .. } => "too-large",
            Self::OutOfMemory => "out-of-memory",
            Self::TooManyScans => "too-many-scans",
            Self::Truncated { .. } => "truncated",
            Self::Malformed { .. } => "malformed",
        }
    }

    pub(super) fn malformed(offset: usize, what: impl Into<String>) -> Self {
        Self::Malformed {
            offset,
            what: what.into(),
        }
    }
}

impl Unsupported {
    fn code(self) -> &'static str {
        match self {
            Self::Arithmetic => "arithmetic-coding",
            Self::Lossless => "lossless",
            Self::Hierarchical => "hierarchical",
            Self::TwelveBit => "twelve-bit",
            Self::HeightAfterScan => "height-after-scan",
            Self::Rgb => "rgb",
            Self::Cmyk => "cmyk",
            Self::Components(_) => "components",
        }
    }
}

impl From<Unsupported> for ReadError {
    fn from(kind: Unsupported) -> Self {
        Self::Unsupported(kind)
    }
}

impl Display for ReadError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJpeg => f.write_str("not a JPEG: the first two bytes must be FF D8"),
            Self::Unsupported(kind) => kind.fmt(f),
            Self::TooLarge {
                width,
                height,
                max_pixels,
            } => write!(
                f,
                "the JPEG has {width}x{height} pixels; at most {max_pixels} are read"
            ),
            Self::OutOfMemory => f.write_str(NO_MEMORY),
            Self::TooManyScans => write!(
                f,
                "the JPEG has more than {} scans; no ordinary encoder writes as many",
                super::MAX_SCANS
            ),
            Self::Truncated { offset } => write!(
                f,
                "the JPEG is cut short: it ends at byte {offset}, before all its coefficients and \
                 an EOI marker"
            ),
            Self::Malformed { offset, what } => {
                write!(f, "the JPEG is malformed at byte {offset}: {what}")
            }
        }
    }
}

impl Display for Unsupported {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let found = match self {
            Self::Arithmetic => "uses arithmetic coding; it must use Huffman coding",
            Self::Lossless => "is lossless; it must have DCT coefficients",
            Self::Hierarchical => "is hierarchical; it must have a single frame",
            Self::TwelveBit => "has 12 bits a sample; it must have 8",
            Self::HeightAfterScan => "gives its height in a DNL segment; it must be in the frame's",
            Self::Rgb => "stores R, G and B; colours must be Y, Cb and Cr",
            Self::Cmyk => "has four components, CMYK or YCCK; it must be grey or Y, Cb and Cr",
            Self::Components(n) => {
                return write!(f, "the JPEG has {n} components; it must have 1 or 3");
            }
        };
        write!(f, "the JPEG {found}")
    }
}

impl Display for WriteError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidLayout(what) => write!(f, "no JPEG has this layout: {what}"),
            Self::OutOfMemory => f.write_str(NO_MEMORY),
            Self::SizesDiffer { photo, file } => write!(
                f,
                "the photo has {}x{} pixels and the file {}x{}; they must be the same",
                photo[0], photo[1], file[0], file[1]
            ),
            Self::DcOutOfRange {
                component,
                block,
                difference,
            } => write!(
                f,
                "the DC coefficient of block {block} of component {component} differs from the one \
                 before by {difference}; at most 2047 either way can be written"
            ),
            Self::AcOutOfRange {
                component,
                block,
                index,
                value,
            } => write!(
                f,
                "coefficient {index} of block {block} of component {component} is {value}; AC \
                 coefficients must be in -1023..=1023"
            ),
            Self::PaddingNotZero { component, block } => write!(
                f,
                "block {block} of component {component} lies beyond the picture's edge and is not \
                 0; with more than 10 blocks an MCU, a file has no room for it"
            ),
            Self::IccTooLarge { bytes, most } => write!(
                f,
                "the ICC profile has {bytes} bytes; at most {most} can be written"
            ),
        }
    }
}

impl Error for ReadError {}
impl Error for Unsupported {}
impl Error for WriteError {}
