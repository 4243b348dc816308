//! Frame headers (T.81 B.2.2).

use super::error::{ReadError, Unsupported};
use super::layout::{Layout, Sampling, samples};
use super::markers::{Fields, SOF2, Segment};

/// A frame header.
#[derive(Debug)]
pub(super) struct Frame {
    pub is_progressive: bool,
    pub width: usize,
    pub height: usize,
    pub components: Vec<FrameComponent>,
}

/// A component as the frame header gives it.
#[derive(Debug)]
pub(super) struct FrameComponent {
    pub id: u8,
    pub sampling: Sampling,
    /// The number of its quantisation table.
    pub table: usize,
}

impl Frame {
    pub(super) fn parse(segment: &Segment) -> Result<Self, ReadError> {
        let mut fields = Fields::of(segment);
        match fields.byte()? {
            8 => {}
            12 => return Err(Unsupported::TwelveBit.into()),
            bits => return Err(fields.fault(format!("samples have {bits} bits; they must have 8"))),
        }
        let height = usize::from(fields.word()?);
        let width = usize::from(fields.word()?);
        if width == 0 {
            return Err(fields.fault("the width is 0; it must be at least 1".into()));
        }
        if height == 0 {
            return Err(Unsupported::HeightAfterScan.into());
        }
        let components = match fields.byte()? {
            0 => return Err(fields.fault("the frame has no components".into())),
            count @ (1 | 3) => (0..count).map(|_| FrameComponent::parse(&mut fields)),
            4 => return Err(Unsupported::Cmyk.into()),
            count => return Err(Unsupported::Components(count).into()),
        };
        let mut components = components.collect::<Result<Vec<_>, _>>()?;
        if !fields.is_empty() {
            return Err(fields.fault("the frame header is longer than its components".into()));
        }
        if let [only] = components.as_mut_slice() {
            // Its blocks come in raster order whatever its factors are (A.2.2).
            only.sampling = Sampling::ONE;
        }
        let repeats = |(i, id): (usize, u8)| components[..i].iter().any(|other| other.id == id);
        if components
            .iter()
            .map(|component| component.id)
            .enumerate()
            .any(repeats)
        {
            return Err(fields.fault("two components have the same identifier".into()));
        }
        Ok(Self {
            is_progressive: segment.code == SOF2,
            width,
            height,
            components,
        })
    }

    /// Whether there may be memory for it: not for more than `max_pixels`, nor for more blocks than
    /// `bytes` bytes hold. A block takes a bit at least.
    pub(super) fn check_size(&self, max_pixels: usize, file: &[u8]) -> Result<(), ReadError> {
        let pixels = self.width as u64 * self.height as u64;
        if pixels > max_pixels as u64 {
            return Err(ReadError::TooLarge {
                width: self.width,
                height: self.height,
                max_pixels,
            });
        }
        let samplings: Vec<Sampling> = self.components.iter().map(|c| c.sampling).collect();
        let blocks = |component: &FrameComponent| -> u64 {
            let samples = samples([self.width, self.height], component.sampling, &samplings);
            samples.iter().map(|n| n.div_ceil(8) as u64).product()
        };
        if self.components.iter().map(blocks).sum::<u64>() > 8 * file.len() as u64 {
            return Err(ReadError::Truncated { offset: file.len() });
        }
        Ok(())
    }

    /// The components' layouts, their quantisation tables not yet known.
    pub(super) fn layouts(&self) -> Vec<Layout> {
        let layout = |component: &FrameComponent| Layout {
            sampling: component.sampling,
            table: [1; 64],
        };
        self.components.iter().map(layout).collect()
    }

    /// The index of the component with this identifier.
    pub(super) fn index(&self, id: u8) -> Option<usize> {
        self.components
            .iter()
            .position(|component| component.id == id)
    }
}

impl FrameComponent {
    fn parse(fields: &mut Fields) -> Result<Self, ReadError> {
        let id = fields.byte()?;
        let (horizontal, vertical) = fields.nibbles()?;
        let sampling = Sampling {
            horizontal,
            vertical,
        };
        if !sampling.is_valid() {
            return Err(fields.fault(format!(
                "the sampling factors are {horizontal}x{vertical}; they must be in 1..=4"
            )));
        }
        let table = usize::from(fields.byte()?);
        if table > 3 {
            return Err(fields.fault(format!("quantisation table {table} must be one of 0..=3")));
        }
        Ok(Self {
            id,
            sampling,
            table,
        })
    }
}
