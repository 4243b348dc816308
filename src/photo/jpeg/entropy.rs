//! Entropy-coded data: restart intervals and the markers between them (T.81 F.2.1, E.2.4).

use super::bits::{BitReader, stuffed_offset, unstuff};
use super::error::ReadError;
use super::layout::Component;
use super::markers::{EOI, RST0, next_marker};
use super::scan::Order;

/// What is wrong with a block's bits.
#[derive(Debug)]
pub(super) struct Fault(pub &'static str);

/// Decodes blocks one after another.
pub(super) trait BlockDecoder {
    /// Begins a restart interval.
    fn restart(&mut self);

    /// Decodes a block of the scan's component `part`.
    fn block(
        &mut self,
        part: usize,
        bits: &mut BitReader,
        block: &mut [i16; 64],
    ) -> Result<(), Fault>;
}

/// The entropy-coded data of a scan.
#[derive(Debug)]
pub(super) struct EntropyData<'a> {
    pub file: &'a [u8],
    /// Where the data begins.
    pub from: usize,
    /// MCUs between two restart markers; 0 for no such markers.
    pub restart_interval: usize,
}

impl EntropyData<'_> {
    /// Decodes all blocks. Returns where the data ends.
    pub(super) fn decode(
        &self,
        order: &Order,
        components: &mut [Component],
        decoder: &mut impl BlockDecoder,
    ) -> Result<usize, ReadError> {
        let total = order.mcus();
        let step = match self.restart_interval {
            0 => total,
            step => step,
        };
        let mut from = self.from;
        let mut clean = Vec::new();
        for (index, start) in (0..total).step_by(step).enumerate() {
            if index > 0 {
                from = self.skip_restart_marker(from, index - 1)?;
            }
            let end = unstuff(self.file, from, &mut clean);
            let mut bits = BitReader::new(&clean);
            decoder.restart();
            for mcu in start..total.min(start + step) {
                let block = order.visit(mcu, |position| {
                    let block = &mut components[position.component].blocks_mut()[position.block];
                    let decoded = decoder.block(position.part, &mut bits, block);
                    if bits.is_overrun() {
                        return Err(None);
                    }
                    decoded.map_err(Some)
                });
                block.map_err(|fault| self.error(from, end, bits.touched(), fault))?;
            }
            if bits.untouched() > 0 {
                let offset = stuffed_offset(self.file, from, bits.touched());
                let what = "entropy-coded data goes on after its last block";
                return Err(ReadError::malformed(offset, what));
            }
            from = end;
        }
        Ok(from)
    }

    /// A fault in the bits from `from` to `end`; none where they ran out.
    fn error(&self, from: usize, end: usize, touched: usize, fault: Option<Fault>) -> ReadError {
        if let Some(Fault(what)) = fault {
            let offset = stuffed_offset(self.file, from, touched.saturating_sub(1));
            return ReadError::malformed(offset, what);
        }
        self.early(end, "entropy-coded data ends before its last block")
    }

    /// The marker at `offset` comes too early: the file ends there, or is malformed.
    fn early(&self, offset: usize, what: &str) -> ReadError {
        match next_marker(self.file, offset) {
            Ok((EOI, offset)) => ReadError::Truncated { offset },
            Ok((_, offset)) => ReadError::malformed(offset, what),
            Err(error) => error,
        }
    }

    /// Where the data goes on after the restart marker of this index, counted modulo 8.
    fn skip_restart_marker(&self, at: usize, index: usize) -> Result<usize, ReadError> {
        let expected = RST0 + (index % 8) as u8;
        match next_marker(self.file, at)? {
            (code, offset) if code == expected => Ok(offset + 2),
            _ => {
                let what = format!("the restart marker FF {expected:02X} should be here");
                Err(self.early(at, &what))
            }
        }
    }
}
