//! Markers and their segments (T.81 B.1.1).

use super::error::ReadError;

pub(super) const SOF0: u8 = 0xC0;
pub(super) const SOF1: u8 = 0xC1;
pub(super) const SOF2: u8 = 0xC2;
pub(super) const DHT: u8 = 0xC4;
pub(super) const RST0: u8 = 0xD0;
pub(super) const SOI: u8 = 0xD8;
pub(super) const EOI: u8 = 0xD9;
pub(super) const SOS: u8 = 0xDA;
pub(super) const DQT: u8 = 0xDB;
pub(super) const DRI: u8 = 0xDD;
pub(super) const APP0: u8 = 0xE0;
pub(super) const APP1: u8 = 0xE1;
pub(super) const APP2: u8 = 0xE2;
pub(super) const APP14: u8 = 0xEE;
const TEM: u8 = 0x01;

/// A marker, with its parameters where it has some.
#[derive(Debug)]
pub(super) struct Segment<'a> {
    pub code: u8,
    /// Where the marker begins.
    pub offset: usize,
    /// The bytes after the segment's length.
    pub body: &'a [u8],
}

/// The first marker from `at` on, and where the next one may begin. Junk before a marker is passed
/// over, as other decoders do: it takes nothing from the coefficients.
pub(super) fn segment_at(bytes: &[u8], at: usize) -> Result<(Segment<'_>, usize), ReadError> {
    let cut = ReadError::Truncated {
        offset: bytes.len(),
    };
    let (code, offset) = next_marker(bytes, at)?;
    let after = offset + 2;
    let bare = matches!(code, TEM | RST0..=EOI);
    if bare {
        let body = &[];
        return Ok((Segment { code, offset, body }, after));
    }
    if code < SOF0 {
        let what = format!("FF {code:02X} is no marker of this format");
        return Err(ReadError::malformed(offset, what));
    }
    let Some(length) = bytes.get(after..).and_then(|rest| rest.first_chunk()) else {
        return Err(cut);
    };
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        let what = format!("the segment's length is {length}; it counts its own two bytes");
        return Err(ReadError::malformed(after, what));
    }
    let Some(body) = bytes.get(after + 2..after + length) else {
        return Err(cut);
    };
    Ok((Segment { code, offset, body }, after + length))
}

/// The code of the first marker from `at` on, and where its FF is: the last of several.
pub(super) fn next_marker(bytes: &[u8], mut at: usize) -> Result<(u8, usize), ReadError> {
    let skip = |at: usize, is_skipped: fn(&&u8) -> bool| {
        at + bytes.iter().skip(at).take_while(is_skipped).count()
    };
    loop {
        at = skip(at, |byte| **byte != 0xFF);
        at = skip(at, |byte| **byte == 0xFF);
        match bytes.get(at) {
            None => return Err(ReadError::Truncated { offset: at }),
            // A stuffed zero: the FF before it is data.
            Some(0) => {}
            Some(code) => return Ok((*code, at - 1)),
        }
    }
}

/// The fields of a segment's body, one after another.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn of(segment: &Segment<'a>) -> Self {
        Self {
            rest: segment.body,
            offset: segment.offset,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], ReadError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| self.fault("the segment is too short for its fields".into()))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, ReadError> {
        Ok(self.take(1)?[0])
    }

    /// The high and the low half of a byte.
    pub(super) fn nibbles(&mut self) -> Result<(u8, u8), ReadError> {
        let byte = self.byte()?;
        Ok((byte >> 4, byte & 15))
    }

    pub(super) fn word(&mut self) -> Result<u16, ReadError> {
        let bytes = self.take(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// An error in this segment.
    pub(super) fn fault(&self, what: String) -> ReadError {
        ReadError::malformed(self.offset, what)
    }
}
