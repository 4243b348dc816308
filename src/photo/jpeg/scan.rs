//! Scans: their headers (T.81 B.2.3), and the order of their blocks (A.2).

use super::error::ReadError;
use super::frame::Frame;
use super::layout::{Component, Sampling, mcus};
use super::markers::{Fields, Segment};

/// The most blocks in an MCU of several components.
pub(super) const MAX_MCU_BLOCKS: usize = 10;

/// A scan header.
#[derive(Debug)]
pub(super) struct Scan {
    pub parts: Vec<Part>,
    /// The band of coefficients in zigzag order, first and last.
    pub band: (u8, u8),
    /// The bit sent before, 0 for none, and the lowest one sent now.
    pub high: u8,
    pub low: u8,
}

/// A component in a scan, and the numbers of its Huffman tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub component: usize,
    pub dc: usize,
    pub ac: usize,
}

impl Scan {
    pub(super) fn parse(segment: &Segment, frame: &Frame) -> Result<Self, ReadError> {
        let mut fields = Fields::of(segment);
        let count = fields.byte()?;
        if !(1..=frame.components.len()).contains(&usize::from(count)) {
            return Err(fields.fault(format!("the scan has {count} components of the frame's")));
        }
        let mut parts: Vec<Part> = Vec::new();
        for _ in 0..count {
            let part = Part::parse(&mut fields, frame)?;
            if parts.iter().any(|other| other.component == part.component) {
                return Err(fields.fault("a component is twice in the scan".into()));
            }
            parts.push(part);
        }
        let band = (fields.byte()?, fields.byte()?);
        let (high, low) = fields.nibbles()?;
        if !fields.is_empty() {
            return Err(fields.fault("the scan header is longer than its components".into()));
        }
        let area = |part: &Part| frame.components[part.component].sampling.area();
        let blocks: usize = parts.iter().map(area).sum();
        if parts.len() > 1 && blocks > MAX_MCU_BLOCKS {
            return Err(fields.fault(format!(
                "an MCU has {blocks} blocks; with several components it has 10 at most"
            )));
        }
        Ok(Self {
            parts,
            band,
            high,
            low,
        })
    }
}

impl Part {
    fn parse(fields: &mut Fields, frame: &Frame) -> Result<Self, ReadError> {
        let id = fields.byte()?;
        let (dc, ac) = fields.nibbles()?;
        let Some(component) = frame.index(id) else {
            return Err(fields.fault(format!("the frame has no component {id}")));
        };
        if dc > 3 || ac > 3 {
            return Err(fields.fault(format!(
                "Huffman tables {dc} and {ac} must be of the numbers 0..=3"
            )));
        }
        Ok(Self {
            component,
            dc: dc.into(),
            ac: ac.into(),
        })
    }
}

/// The blocks of a scan, by MCU.
#[derive(Debug)]
pub(super) struct Order {
    /// MCUs in a row and in a column.
    mcus: [usize; 2],
    parts: Vec<OrderedComponent>,
}

/// A component in a scan's order.
#[derive(Debug)]
struct OrderedComponent {
    component: usize,
    /// Blocks in a row and in a column of an MCU.
    wide: usize,
    high: usize,
    /// Blocks in a row of the component.
    blocks_wide: usize,
}

/// Where a block of an MCU is.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockPosition {
    /// The index of its component in the scan, and in the frame.
    pub part: usize,
    pub component: usize,
    /// Its index in the component.
    pub block: usize,
}

impl Order {
    /// The order of components in one scan. A component alone has a block an MCU, and no padding
    /// (A.2.2).
    pub(super) fn new(size: [usize; 2], components: &[Component], scanned: &[usize]) -> Self {
        let samplings: Vec<Sampling> = components.iter().map(Component::sampling).collect();
        let part = |component: usize, sampling: Sampling| OrderedComponent {
            component,
            wide: sampling.horizontal.into(),
            high: sampling.vertical.into(),
            blocks_wide: components[component].blocks_wide(),
        };
        match scanned {
            [only] => Self {
                mcus: components[*only].coded(),
                parts: vec![part(*only, Sampling::ONE)],
            },
            _ => Self {
                mcus: mcus(size, &samplings),
                parts: scanned.iter().map(|&c| part(c, samplings[c])).collect(),
            },
        }
    }

    /// How many MCUs there are.
    pub(super) fn mcus(&self) -> usize {
        self.mcus[0] * self.mcus[1]
    }

    /// Visits the blocks of an MCU until a visit fails.
    pub(super) fn visit<E>(
        &self,
        mcu: usize,
        mut visit: impl FnMut(BlockPosition) -> Result<(), E>,
    ) -> Result<(), E> {
        let (row, column) = (mcu / self.mcus[0], mcu % self.mcus[0]);
        for (index, part) in self.parts.iter().enumerate() {
            for y in row * part.high..(row + 1) * part.high {
                let start = y * part.blocks_wide + column * part.wide;
                for block in start..start + part.wide {
                    visit(BlockPosition {
                        part: index,
                        component: part.component,
                        block,
                    })?;
                }
            }
        }
        Ok(())
    }
}
