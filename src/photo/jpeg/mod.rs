//! The quantised DCT coefficients of JPEG files, read and written exactly.
//!
//! A file's coefficient `q` of frequency `k` with the quantisation step `n` says that the encoder
//! saw a DCT coefficient in `n (q ± 1/2)`, in 8-bit levels; this is all that it says. The DCT is
//! the orthonormal one of 8x8 blocks. Frequencies are in row-major order: `k = 8 v + u`, with `u`
//! along the row. Section numbers are those of ITU-T T.81.
//!
//! [`Jpeg::read`] takes baseline, extended sequential and progressive files: Huffman-coded, 8 bits,
//! grey or Y, Cb and Cr. It reads exactly or not at all: [`ReadError`] says why not. No bytes make
//! it panic; memory and time are bounded by `max_pixels` and the file's length. [`Jpeg::write`]
//! makes a baseline file of the same coefficients.

mod annex_k;
mod bits;
mod colour;
mod edit;
mod encoder;
mod entropy;
mod error;
mod frame;
mod huffman;
mod layout;
mod loss;
mod markers;
mod metadata;
mod optimal;
mod part;
mod progressive;
mod reader;
mod scan;
mod sequential;
mod writer;
mod zigzag;

pub use annex_k::QUANTISATION;
pub use colour::YCBCR;
pub use error::{ReadError, Unsupported, WriteError};
pub use layout::{Component, Layout, Sampling};
pub use metadata::Orientation;
pub use part::Area;
pub use writer::HuffmanTables;

/// The most scans that are read. Encoders write about 10. Each coefficient comes at most 14 times
/// besides, once a bit, so that the time a file takes is bounded by its pixels and its length.
pub const MAX_SCANS: usize = 100;

/// A picture as its quantised coefficients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jpeg {
    width: usize,
    height: usize,
    components: Vec<Component>,
    orientation: Orientation,
    icc: Option<Vec<u8>>,
}

/// What a picture's components are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorSpace {
    /// One component, Y.
    Grey,
    /// Three components, Y, Cb and Cr, as in JFIF.
    YCbCr,
}

impl Jpeg {
    /// The coefficients of a file of at most `max_pixels` pixels. Bytes after its end are ignored.
    ///
    /// # Errors
    /// [`ReadError`], where the coefficients are not known exactly.
    pub fn read(bytes: &[u8], max_pixels: usize) -> Result<Self, ReadError> {
        reader::read(bytes, max_pixels)
    }

    /// A picture of the given size, upright and without a profile, whose coefficients are all 0.
    /// It has a layout a component: one for grey, or three for Y, Cb and Cr.
    ///
    /// # Errors
    /// [`WriteError::InvalidLayout`] for another number of components, a side outside 1..=65535,
    /// a factor outside 1..=4, a step of 0, or one component that is subsampled;
    /// [`WriteError::OutOfMemory`].
    pub fn zeroed(width: usize, height: usize, layouts: &[Layout]) -> Result<Self, WriteError> {
        layout::check(width, height, layouts)?;
        Ok(Self {
            width,
            height,
            components: layout::components(width, height, layouts)
                .ok_or(WriteError::OutOfMemory)?,
            orientation: Orientation::default(),
            icc: None,
        })
    }

    /// A file of these coefficients: baseline, or extended sequential where a step is above 255.
    /// It has a JFIF header, the profile in APP2 segments, and the orientation in an EXIF segment
    /// unless it is upright.
    ///
    /// # Errors
    /// [`WriteError`], where a coefficient or the profile does not fit into such a file. Whatever
    /// was read does, unless its DC coefficients jump by more than those of 8-bit pixels can.
    pub fn write(&self, tables: HuffmanTables) -> Result<Vec<u8>, WriteError> {
        writer::write(self, tables)
    }

    /// Columns of pixels, as stored.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of pixels, as stored.
    pub fn height(&self) -> usize {
        self.height
    }

    /// What the components are.
    pub fn color_space(&self) -> ColorSpace {
        match self.components.len() {
            1 => ColorSpace::Grey,
            _ => ColorSpace::YCbCr,
        }
    }

    /// The components, in the order of the colour space.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The blocks of a component, to be changed.
    ///
    /// # Panics
    /// Where there is no such component.
    pub fn blocks_mut(&mut self, component: usize) -> &mut [[i16; 64]] {
        self.components[component].blocks_mut()
    }

    /// How the picture is to be turned for display.
    pub fn orientation(&self) -> Orientation {
        self.orientation
    }

    /// Sets how the picture is to be turned; no coefficient moves.
    pub fn set_orientation(&mut self, orientation: Orientation) {
        self.orientation = orientation;
    }

    /// The bytes of the ICC profile.
    pub fn icc(&self) -> Option<&[u8]> {
        self.icc.as_deref()
    }

    /// Sets the ICC profile; no coefficient changes.
    pub fn set_icc(&mut self, icc: Option<Vec<u8>>) {
        self.icc = icc;
    }

    /// The blocks of a component as `y = q n / 127.5`: the DCT of the component on the scale of
    /// pixels x = u8/127.5 - 1. A level of 128 is x = 0.5/127.5, which is added to Y's DC; Cb and
    /// Cr are centred at 0.
    ///
    /// # Panics
    /// Where there is no such component.
    pub fn dequantised(&self, component: usize) -> Vec<[f32; 64]> {
        let grey = if component == 0 {
            8.0 * 0.5 / 127.5
        } else {
            0.0
        };
        let component = &self.components[component];
        let scale = component.table().map(|step| f32::from(step) / 127.5);
        let block = |block: &[i16; 64]| {
            let mut values = std::array::from_fn(|k| f32::from(block[k]) * scale[k]);
            values[0] += grey;
            values
        };
        component.blocks().iter().map(block).collect()
    }
}
