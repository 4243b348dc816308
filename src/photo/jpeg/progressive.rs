//! Blocks of progressive scans (T.81 G.1.2, G.2), and which bits of a file have come.

use super::bits::BitReader;
use super::entropy::{BlockDecoder, Fault};
use super::huffman::HuffmanDecoder;
use super::scan::Scan;
use super::sequential::{AC_RANGE, NO_CODE, RUN_PAST_END, dc_coefficient};
use super::zigzag::ZIGZAG;

/// Decodes the first, high bits of DC coefficients.
#[derive(Debug)]
pub(super) struct DcFirst<'a> {
    tables: Vec<&'a HuffmanDecoder>,
    last: Vec<i32>,
    low: u8,
}

impl<'a> DcFirst<'a> {
    pub(super) fn new(tables: Vec<&'a HuffmanDecoder>, low: u8) -> Self {
        Self {
            last: vec![0; tables.len()],
            tables,
            low,
        }
    }
}

impl BlockDecoder for DcFirst<'_> {
    fn restart(&mut self) {
        self.last.fill(0);
    }

    fn block(
        &mut self,
        part: usize,
        bits: &mut BitReader,
        block: &mut [i16; 64],
    ) -> Result<(), Fault> {
        let last = &mut self.last[part];
        block[0] = dc_coefficient(self.tables[part], bits, last, self.low)?;
        Ok(())
    }
}

/// Decodes another bit of DC coefficients.
#[derive(Debug)]
pub(super) struct DcRefinement {
    pub low: u8,
}

impl BlockDecoder for DcRefinement {
    fn restart(&mut self) {}

    fn block(
        &mut self,
        _: usize,
        bits: &mut BitReader,
        block: &mut [i16; 64],
    ) -> Result<(), Fault> {
        block[0] |= (bits.take(1) as i16) << self.low;
        Ok(())
    }
}

/// Decodes a band of AC coefficients: their first bits, or another one.
#[derive(Debug)]
pub(super) struct Band<'a> {
    table: &'a HuffmanDecoder,
    first: usize,
    last: usize,
    low: u8,
    /// Blocks that have no further new coefficients: this one and those after it.
    end_of_bands: u32,
}

impl<'a> Band<'a> {
    fn new(table: &'a HuffmanDecoder, scan: &Scan) -> Self {
        Self {
            table,
            first: scan.band.0.into(),
            last: scan.band.1.into(),
            low: scan.low,
            end_of_bands: 0,
        }
    }

    /// Takes the length of a run of blocks from its symbol's high half.
    fn start_run(&mut self, exponent: u32, bits: &mut BitReader) {
        let more = if exponent > 0 { bits.take(exponent) } else { 0 };
        self.end_of_bands = (1 << exponent) + more;
    }
}

/// Decodes the first, high bits of AC coefficients.
#[derive(Debug)]
pub(super) struct AcFirst<'a>(Band<'a>);

impl<'a> AcFirst<'a> {
    pub(super) fn new(table: &'a HuffmanDecoder, scan: &Scan) -> Self {
        Self(Band::new(table, scan))
    }
}

impl BlockDecoder for AcFirst<'_> {
    fn restart(&mut self) {
        self.0.end_of_bands = 0;
    }

    fn block(
        &mut self,
        _: usize,
        bits: &mut BitReader,
        block: &mut [i16; 64],
    ) -> Result<(), Fault> {
        let band = &mut self.0;
        let mut k = band.first;
        while k <= band.last && band.end_of_bands == 0 {
            let symbol = band.table.symbol(bits).ok_or(NO_CODE)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run < 15 {
                band.start_run(run, bits);
                break;
            }
            k += run as usize;
            if size > 0 {
                if size + u32::from(band.low) > 10 {
                    return Err(AC_RANGE);
                }
                if k > band.last {
                    return Err(RUN_PAST_END);
                }
                block[ZIGZAG[k]] = (bits.coefficient(size) << band.low) as i16;
            }
            k += 1;
        }
        band.end_of_bands = band.end_of_bands.saturating_sub(1);
        Ok(())
    }
}

/// Decodes another bit of AC coefficients.
#[derive(Debug)]
pub(super) struct AcRefinement<'a>(Band<'a>);

impl<'a> AcRefinement<'a> {
    pub(super) fn new(table: &'a HuffmanDecoder, scan: &Scan) -> Self {
        Self(Band::new(table, scan))
    }
}

impl BlockDecoder for AcRefinement<'_> {
    fn restart(&mut self) {
        self.0.end_of_bands = 0;
    }

    fn block(
        &mut self,
        _: usize,
        bits: &mut BitReader,
        block: &mut [i16; 64],
    ) -> Result<(), Fault> {
        let band = &mut self.0;
        let mut k = band.first;
        while k <= band.last && band.end_of_bands == 0 {
            let symbol = band.table.symbol(bits).ok_or(NO_CODE)?;
            let (run, size) = (u32::from(symbol >> 4), symbol & 15);
            if size == 0 && run < 15 {
                band.start_run(run, bits);
                break;
            }
            if size > 1 || (size == 1 && band.low > 9) {
                return Err(AC_RANGE);
            }
            let bit = 1 << band.low;
            let new = match size {
                0 => 0,
                _ if bits.take(1) == 1 => bit,
                _ => -bit,
            };
            k = refine(block, k..=band.last, run, bit, bits);
            if new != 0 {
                if k > band.last {
                    return Err(RUN_PAST_END);
                }
                block[ZIGZAG[k]] = new;
            }
            k += 1;
        }
        if band.end_of_bands > 0 {
            refine(block, k..=band.last, 64, 1 << band.low, bits);
            band.end_of_bands -= 1;
        }
        Ok(())
    }
}

/// Reads a bit for each coefficient of the band that is not 0, up to the zero after `zeros` others.
/// Returns where that is, or where the band ends.
fn refine(
    block: &mut [i16; 64],
    band: std::ops::RangeInclusive<usize>,
    mut zeros: u32,
    bit: i16,
    bits: &mut BitReader,
) -> usize {
    let end = *band.end() + 1;
    for k in band {
        let value = &mut block[ZIGZAG[k]];
        if *value == 0 {
            if zeros == 0 {
                return k;
            }
            zeros -= 1;
        } else if bits.take(1) == 1 {
            *value += if *value > 0 { bit } else { -bit };
        }
    }
    end
}

/// Which bits of a component's coefficients have come, in zigzag order: the lowest one, or none
/// yet.
#[derive(Debug)]
pub(super) struct Progress([Option<u8>; 64]);

impl Progress {
    pub(super) fn new() -> Self {
        Self([None; 64])
    }

    /// Whether all bits have come.
    pub(super) fn is_complete(&self) -> bool {
        self.0.iter().all(|low| *low == Some(0))
    }

    /// Whether no bit has come.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Enters a scan; what is wrong where it does not follow on those before (G.1.1.1).
    pub(super) fn enter(&mut self, scan: &Scan) -> Result<(), String> {
        let (first, last) = (usize::from(scan.band.0), usize::from(scan.band.1));
        if first > 0 && self.0[0].is_none() {
            return Err("AC coefficients come before the DC coefficients".into());
        }
        for k in first..=last {
            let expected = match self.0[k] {
                None => scan.high == 0,
                Some(low) => low > 0 && scan.high == low && scan.low == low - 1,
            };
            if !expected {
                return Err(format!(
                    "bits {}..{} of coefficient {k} do not follow on those before",
                    scan.high, scan.low
                ));
            }
            self.0[k] = Some(scan.low);
        }
        Ok(())
    }
}

/// Checks a progressive scan's header by itself (G.1.1.1).
pub(super) fn check(scan: &Scan) -> Result<(), String> {
    let (first, last) = scan.band;
    let band = match first {
        0 => last == 0,
        _ => first <= last && last <= 63 && scan.parts.len() == 1,
    };
    if !band {
        return Err(format!(
            "a scan of coefficients {first}..={last} in {} components: it must be the DC \
             coefficients, or 1 to 63 of one component",
            scan.parts.len()
        ));
    }
    if scan.low > 13 {
        return Err(format!(
            "the lowest bit is {}; it must be in 0..=13",
            scan.low
        ));
    }
    Ok(())
}
