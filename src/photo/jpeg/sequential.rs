//! Blocks of sequential scans (T.81 F.2.2).

use super::bits::BitReader;
use super::entropy::{BlockDecoder, Fault};
use super::huffman::HuffmanDecoder;
use super::zigzag::ZIGZAG;

pub(super) const NO_CODE: Fault = Fault("no Huffman code begins with these bits");
pub(super) const DC_RANGE: Fault = Fault("a DC coefficient is outside ±2047");
pub(super) const AC_RANGE: Fault = Fault("an AC coefficient is outside ±1023");
pub(super) const RUN_PAST_END: Fault =
    Fault("a run of zeros goes past the block's last coefficient");

/// Decodes whole blocks.
#[derive(Debug)]
pub(super) struct SequentialDecoder<'a> {
    /// The tables of each component of the scan, for DC and AC.
    tables: Vec<(&'a HuffmanDecoder, &'a HuffmanDecoder)>,
    /// Each component's last DC coefficient.
    last: Vec<i32>,
}

impl<'a> SequentialDecoder<'a> {
    pub(super) fn new(tables: Vec<(&'a HuffmanDecoder, &'a HuffmanDecoder)>) -> Self {
        Self {
            last: vec![0; tables.len()],
            tables,
        }
    }
}

impl BlockDecoder for SequentialDecoder<'_> {
    fn restart(&mut self) {
        self.last.fill(0);
    }

    fn block(
        &mut self,
        part: usize,
        bits: &mut BitReader,
        block: &mut [i16; 64],
    ) -> Result<(), Fault> {
        let (dc, ac) = self.tables[part];
        block[0] = dc_coefficient(dc, bits, &mut self.last[part], 0)?;
        let mut k = 1;
        while k < 64 {
            let symbol = ac.symbol(bits).ok_or(NO_CODE)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 {
                if run < 15 {
                    break;
                }
                k += 16;
                continue;
            }
            if size > 10 {
                return Err(AC_RANGE);
            }
            k += run;
            let place = ZIGZAG.get(k).ok_or(RUN_PAST_END)?;
            block[*place] = bits.coefficient(size) as i16;
            k += 1;
        }
        Ok(())
    }
}

/// The next DC coefficient, sent as its difference from the last one without its `low` lowest bits
/// (F.2.2.1, G.1.2.1).
pub(super) fn dc_coefficient(
    table: &HuffmanDecoder,
    bits: &mut BitReader,
    last: &mut i32,
    low: u8,
) -> Result<i16, Fault> {
    let size = table.symbol(bits).ok_or(NO_CODE)?;
    if size > 11 {
        return Err(DC_RANGE);
    }
    *last += bits.coefficient(size.into());
    let value = *last << low;
    match i16::try_from(value) {
        Ok(value) if (-2047..=2047).contains(&value) => Ok(value),
        _ => Err(DC_RANGE),
    }
}
