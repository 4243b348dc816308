//! Huffman tables (T.81 Annex C): as a file gives them, for decoding and for encoding.

use super::bits::BitReader;

/// A table as a file gives it: how many codes have 1, 2, … 16 bits, and their symbols in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HuffmanSpec {
    counts: [u8; 16],
    symbols: Vec<u8>,
}

impl HuffmanSpec {
    /// None where there are more codes than fit into their lengths, or not a symbol a code.
    pub(super) fn new(counts: [u8; 16], symbols: Vec<u8>) -> Option<Self> {
        let mut room = 1_u32;
        for count in counts {
            room = (2 * room).checked_sub(u32::from(count))?;
        }
        let codes: usize = counts.iter().map(|count| usize::from(*count)).sum();
        (codes == symbols.len()).then_some(Self { counts, symbols })
    }

    pub(super) fn counts(&self) -> &[u8; 16] {
        &self.counts
    }

    pub(super) fn symbols(&self) -> &[u8] {
        &self.symbols
    }

    /// The codes in order, as (symbol, code, length).
    fn codes(&self) -> impl Iterator<Item = (u8, u32, u32)> {
        let counts = self.counts.iter().zip(1_u32..);
        let lengths = counts.flat_map(|(count, length)| (0..*count).map(move |_| length));
        let mut next = (0_u32, 0_u32);
        self.symbols
            .iter()
            .zip(lengths)
            .map(move |(symbol, length)| {
                let code = next.0 << (length - next.1);
                next = (code + 1, length);
                (*symbol, code, length)
            })
    }
}

/// Bits that the first look-up takes. Longer codes are rare.
const LOOKUP_BITS: u32 = 10;

/// A table for decoding.
#[derive(Debug)]
pub(super) struct HuffmanDecoder {
    /// By the next bits: the code's length in the high byte, its symbol in the low one. 0 where
    /// the code is longer.
    lookup: Box<[u16; 1 << LOOKUP_BITS]>,
    /// The longer codes in order: the end of those up to this one among all 16-bit words, length
    /// and symbol.
    long: Vec<(u32, u32, u8)>,
}

impl HuffmanDecoder {
    pub(super) fn new(spec: &HuffmanSpec) -> Self {
        let mut lookup = Box::new([0; 1 << LOOKUP_BITS]);
        let mut long = Vec::new();
        for (symbol, code, length) in spec.codes() {
            if length > LOOKUP_BITS {
                long.push(((code + 1) << (16 - length), length, symbol));
                continue;
            }
            let span = 1 << (LOOKUP_BITS - length);
            let start = (code << (LOOKUP_BITS - length)) as usize;
            lookup[start..start + span].fill((length as u16) << 8 | u16::from(symbol));
        }
        Self { lookup, long }
    }

    /// Consumes a code, and leaves its additional bits ready. None where no code begins so.
    pub(super) fn symbol(&self, bits: &mut BitReader) -> Option<u8> {
        bits.fill();
        let entry = self.lookup[bits.peek(LOOKUP_BITS) as usize];
        if entry == 0 {
            return self.long_symbol(bits);
        }
        bits.skip(u32::from(entry >> 8));
        Some(entry as u8)
    }

    #[cold]
    fn long_symbol(&self, bits: &mut BitReader) -> Option<u8> {
        let word = bits.peek(16);
        let index = self.long.partition_point(|(end, ..)| *end <= word);
        let (_, length, symbol) = self.long.get(index)?;
        bits.skip(*length);
        Some(*symbol)
    }
}

/// A table for encoding: the code and its length by symbol.
#[derive(Debug)]
pub(super) struct HuffmanEncoder {
    codes: [(u32, u32); 256],
}

impl HuffmanEncoder {
    pub(super) fn new(spec: &HuffmanSpec) -> Self {
        let mut codes = [(0, 0); 256];
        for (symbol, code, length) in spec.codes() {
            codes[usize::from(symbol)] = (code, length);
        }
        Self { codes }
    }

    /// The code of a symbol and its length: 0 where the table has none.
    pub(super) fn code(&self, symbol: u8) -> (u32, u32) {
        self.codes[usize::from(symbol)]
    }
}
