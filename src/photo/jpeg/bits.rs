//! Entropy-coded bits: byte stuffing (T.81 F.1.2.3), a reader and a writer.

/// Copies the entropy-coded bytes at `from` into `clean`, without the zeros stuffed after FF, up to
/// a marker or the end. Returns where that is.
pub(super) fn unstuff(bytes: &[u8], from: usize, clean: &mut Vec<u8>) -> usize {
    clean.clear();
    let mut at = from;
    loop {
        let rest = &bytes[at..];
        let plain = rest.iter().position(|byte| *byte == 0xFF);
        let plain = plain.unwrap_or(rest.len());
        clean.extend_from_slice(&rest[..plain]);
        match after_stuffing(bytes, at + plain) {
            Some(next) => at = next,
            None => return at + plain,
        }
        clean.push(0xFF);
    }
}

/// Where the unstuffed byte `index` of the data at `from` lies in the file.
pub(super) fn stuffed_offset(bytes: &[u8], from: usize, index: usize) -> usize {
    let next = |at: usize| after_stuffing(bytes, at).unwrap_or(at + 1);
    (0..index).fold(from, |at, _| next(at)).min(bytes.len())
}

/// The end of FF bytes at `at` and the zero stuffed after them; none where there are not both.
fn after_stuffing(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let run = rest.iter().take_while(|byte| **byte == 0xFF).count();
    (run > 0 && rest.get(run) == Some(&0)).then_some(at + run + 1)
}

/// Reads bits, the highest of a byte first. Past the end it reads zeros, and says so.
#[derive(Debug)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// Bytes taken into `word`, those past the end too.
    taken: usize,
    /// The next bits, from the top.
    word: u64,
    /// Bits in `word` that may be consumed.
    count: u32,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            taken: 0,
            word: 0,
            count: 0,
        }
    }

    /// Makes at least 32 bits ready: more than a Huffman code and its additional bits take.
    pub(super) fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        let rest = self.bytes.get(self.taken..).unwrap_or_default();
        if let Some(chunk) = rest.first_chunk() {
            // Bits of a byte that is not counted yet come again with it, the same.
            self.word |= u64::from_be_bytes(*chunk) >> self.count;
            let whole = (63 - self.count) / 8;
            self.taken += whole as usize;
            self.count += 8 * whole;
            return;
        }
        while self.count <= 56 {
            let byte = self.bytes.get(self.taken).copied().unwrap_or(0);
            self.word |= u64::from(byte) << (56 - self.count);
            self.taken += 1;
            self.count += 8;
        }
    }

    /// The next `count` bits, 1 to 32 of those that are ready.
    pub(super) fn peek(&self, count: u32) -> u32 {
        (self.word >> (64 - count)) as u32
    }

    /// Consumes bits that are ready.
    pub(super) fn skip(&mut self, count: u32) {
        self.word <<= count;
        self.count -= count;
    }

    /// Consumes 1 to 16 bits.
    pub(super) fn take(&mut self, count: u32) -> u32 {
        self.fill();
        let bits = self.peek(count);
        self.skip(count);
        bits
    }

    /// The additional bits of a coefficient of `size` bits, at most 16 and ready (T.81 F.2.2.1,
    /// EXTEND).
    pub(super) fn coefficient(&mut self, size: u32) -> i32 {
        if size == 0 {
            return 0;
        }
        let bits = self.peek(size) as i32;
        self.skip(size);
        let negative = bits < 1 << (size - 1);
        bits - if negative { (1 << size) - 1 } else { 0 }
    }

    /// Whether more bits were consumed than there are.
    pub(super) fn is_overrun(&self) -> bool {
        self.consumed() > 8 * self.bytes.len() as u64
    }

    /// Whole bytes that were not touched.
    pub(super) fn untouched(&self) -> usize {
        self.bytes.len().saturating_sub(self.touched())
    }

    /// Bytes that were consumed, in part or whole.
    pub(super) fn touched(&self) -> usize {
        self.consumed().div_ceil(8) as usize
    }

    fn consumed(&self) -> u64 {
        8 * self.taken as u64 - u64::from(self.count)
    }
}

/// Writes bits, the highest of a byte first, with a zero stuffed after each FF.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// The last bits, from the bottom.
    word: u64,
    count: u32,
}

impl BitWriter {
    /// Appends the low `count` bits, at most 32.
    pub(super) fn put(&mut self, bits: u32, count: u32) {
        self.word = self.word << count | u64::from(bits);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.word >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    /// The bytes, the last filled up with ones.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let missing = (8 - self.count % 8) % 8;
        self.put((1 << missing) - 1, missing);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: [u8; 9] = [1, 0xFF, 0, 0xFF, 0xFF, 0, 2, 0xFF, 0xD9];

    #[test]
    fn stuffed_zeros_go_and_markers_end_the_data() {
        let mut clean = Vec::new();
        assert_eq!(unstuff(&DATA, 0, &mut clean), 7);
        assert_eq!(clean, [1, 0xFF, 0xFF, 2]);
        let offsets = [0, 1, 2, 3, 4].map(|index| stuffed_offset(&DATA, 0, index));
        assert_eq!(offsets, [0, 1, 3, 6, 7]);
    }

    #[test]
    fn bits_come_back_as_they_were_written() {
        let mut writer = BitWriter::default();
        let items = (0..500_u32).map(|i| (i.wrapping_mul(0x9E37_79B9), 1 + i % 16));
        let items: Vec<_> = items
            .map(|(bits, count)| (bits >> (32 - count), count))
            .collect();
        for (bits, count) in &items {
            writer.put(*bits, *count);
        }
        let mut clean = Vec::new();
        unstuff(&writer.finish(), 0, &mut clean);
        let mut reader = BitReader::new(&clean);
        for (bits, count) in items {
            assert_eq!(reader.take(count), bits);
        }
        assert_eq!((reader.untouched(), reader.is_overrun()), (0, false));
        reader.take(16);
        assert!(reader.is_overrun());
    }
}
