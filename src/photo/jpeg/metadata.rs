//! Application segments: the ICC profile, EXIF's orientation, and what tells the colours.

use super::error::{ReadError, Unsupported};
use super::frame::Frame;
use super::markers::{APP0, APP1, APP2, APP14, Segment};

/// How a picture is to be turned for display: EXIF's orientation, 1..=8. 1 is upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Orientation(u8);

impl Orientation {
    /// None outside 1..=8.
    pub fn new(value: u8) -> Option<Self> {
        (1..=8).contains(&value).then_some(Self(value))
    }

    /// EXIF's value, 1..=8.
    pub fn value(self) -> u8 {
        self.0
    }

    /// What turns the displayed picture back.
    pub fn inverse(self) -> Self {
        Self(match self.0 {
            6 => 8,
            8 => 6,
            own => own,
        })
    }

    /// Whether rows and columns change places for display.
    pub fn swaps_sides(self) -> bool {
        self.0 >= 5
    }
}

impl Default for Orientation {
    fn default() -> Self {
        Self(1)
    }
}

pub(super) const JFIF: &[u8] = b"JFIF\0";
pub(super) const EXIF: &[u8] = b"Exif\0\0";
pub(super) const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";

/// Bytes of a profile in one segment, which also has two counters.
pub(super) const ICC_CHUNK: usize = 65533 - ICC.len() - 2;
/// The longest profile that a file can hold.
pub(super) const MAX_ICC: usize = 255 * ICC_CHUNK;

/// What the segments before the first scan say.
#[derive(Debug, Default)]
pub(super) struct Metadata<'a> {
    has_jfif: bool,
    /// The colour transform of Adobe's segment: 0 for none, 1 for YCbCr.
    adobe: Option<u8>,
    orientation: Option<Orientation>,
    /// The profile's chunks as (number from 1, how many there are, bytes).
    icc: Vec<(u8, u8, &'a [u8])>,
}

impl<'a> Metadata<'a> {
    /// Takes what is known of an application segment, and ignores the rest.
    pub(super) fn add(&mut self, segment: &Segment<'a>) {
        let body = segment.body;
        match segment.code {
            APP0 if body.starts_with(JFIF) && body.len() >= 14 => self.has_jfif = true,
            APP1 => {
                if let Some(tiff) = body.strip_prefix(EXIF) {
                    self.orientation = self.orientation.or_else(|| orientation(tiff));
                }
            }
            APP2 => {
                if let Some([number, count, bytes @ ..]) = body.strip_prefix(ICC) {
                    self.icc.push((*number, *count, bytes));
                }
            }
            APP14 if body.starts_with(ADOBE) => self.adobe = body.get(11).copied(),
            _ => {}
        }
    }

    pub(super) fn orientation(&self) -> Orientation {
        self.orientation.unwrap_or_default()
    }

    /// The profile put together; none where a chunk is missing or comes twice.
    pub(super) fn icc(&self) -> Option<Vec<u8>> {
        let mut chunks = self.icc.clone();
        chunks.sort_by_key(|(number, ..)| *number);
        let count = chunks.len();
        let mut numbered = chunks.iter().zip(1_usize..);
        let whole = numbered.all(|((number, total, _), i)| {
            usize::from(*number) == i && usize::from(*total) == count
        });
        let bytes = || chunks.iter().flat_map(|(.., bytes)| *bytes).copied();
        (whole && count > 0).then(|| bytes().collect())
    }

    /// Refuses three components that are not Y, Cb and Cr. JFIF's header says that they are, else
    /// Adobe's segment says what they are, else their identifiers do.
    pub(super) fn check_colors(&self, frame: &Frame) -> Result<(), ReadError> {
        let ids: Vec<u8> = frame
            .components
            .iter()
            .map(|component| component.id)
            .collect();
        let is_rgb = match self.adobe {
            _ if self.has_jfif => false,
            Some(transform) => transform == 0,
            None => ids == b"RGB",
        };
        if ids.len() == 3 && is_rgb {
            return Err(Unsupported::Rgb.into());
        }
        Ok(())
    }
}

/// The orientation in the first directory of a TIFF header; none where it is not well formed.
fn orientation(tiff: &[u8]) -> Option<Orientation> {
    let big_endian = match tiff.first_chunk()? {
        b"MM\0\x2A" => true,
        b"II\x2A\0" => false,
        _ => return None,
    };
    let field = |at: usize, size: usize| -> Option<usize> {
        let bytes = tiff.get(at..at.checked_add(size)?)?;
        let append = |value: usize, byte: &u8| value << 8 | usize::from(*byte);
        Some(match big_endian {
            true => bytes.iter().fold(0, append),
            false => bytes.iter().rev().fold(0, append),
        })
    };
    let directory = field(4, 4)?;
    let mut entries = (0..field(directory, 2)?).map_while(|i| directory.checked_add(2 + 12 * i));
    // Tag 0x0112, type SHORT, one value.
    let is_orientation = |at: &usize| {
        [(0, 2, 0x0112), (2, 2, 3), (4, 4, 1)]
            .iter()
            .all(|(offset, size, value)| field(at.saturating_add(*offset), *size) == Some(*value))
    };
    let entry = entries.find(is_orientation)?;
    let value = field(entry.checked_add(8)?, 2)?;
    Orientation::new(u8::try_from(value).ok()?)
}

/// The body of an EXIF segment that says nothing but the orientation.
pub(super) fn exif(orientation: Orientation) -> Vec<u8> {
    let mut body = EXIF.to_vec();
    // A big-endian TIFF header, whose directory at 8 has one entry and no successor.
    body.extend(b"MM\0\x2A\0\0\0\x08\0\x01");
    body.extend(b"\x01\x12\0\x03\0\0\0\x01\0");
    body.extend([orientation.value(), 0, 0, 0, 0, 0, 0]);
    body
}
