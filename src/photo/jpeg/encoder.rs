//! Codes blocks: counts their symbols first, then writes them (T.81 F.1.2).

use super::bits::BitWriter;
use super::error::WriteError;
use super::huffman::{HuffmanEncoder, HuffmanSpec};
use super::layout::Component;
use super::scan::{BlockPosition, Order};
use super::zigzag::ZIGZAG;

/// How often each symbol comes: for luminance and chrominance, DC and AC.
pub(super) type Counts = [[[u32; 256]; 2]; 2];

const DC: usize = 0;
const AC: usize = 1;
/// The end of a block, and sixteen zeros.
const END: u8 = 0x00;
const ZEROS: u8 = 0xF0;

/// The number of a component's Huffman tables: 0 for luminance, 1 for chrominance.
pub(super) fn table(component: usize) -> usize {
    component.min(1)
}

/// Where symbols go.
trait Sink {
    /// Takes a symbol of a table and class, and its `size` additional bits.
    fn put(&mut self, table: usize, class: usize, symbol: u8, bits: u32, size: u32);
}

impl Sink for Counts {
    fn put(&mut self, table: usize, class: usize, symbol: u8, _: u32, _: u32) {
        self[table][class][usize::from(symbol)] += 1;
    }
}

/// Writes codes and additional bits.
struct Coder {
    encoders: [[HuffmanEncoder; 2]; 2],
    bits: BitWriter,
}

impl Sink for Coder {
    fn put(&mut self, table: usize, class: usize, symbol: u8, bits: u32, size: u32) {
        let (code, length) = self.encoders[table][class].code(symbol);
        self.bits.put(code << size | bits, length + size);
    }
}

/// Counts the symbols of scans.
pub(super) fn count(components: &[Component], orders: &[Order]) -> Result<Counts, WriteError> {
    let mut counts = [[[0; 256]; 2]; 2];
    for order in orders {
        run(components, order, &mut counts)?;
    }
    Ok(counts)
}

/// The entropy-coded data of a scan, in tables that have all its symbols.
pub(super) fn encode(
    components: &[Component],
    order: &Order,
    specs: &[[HuffmanSpec; 2]; 2],
) -> Result<Vec<u8>, WriteError> {
    let mut coder = Coder {
        encoders: [0, 1].map(|i| [0, 1].map(|j| HuffmanEncoder::new(&specs[i][j]))),
        bits: BitWriter::default(),
    };
    run(components, order, &mut coder)?;
    Ok(coder.bits.finish())
}

fn run(components: &[Component], order: &Order, sink: &mut impl Sink) -> Result<(), WriteError> {
    let mut last = vec![0; components.len()];
    for mcu in 0..order.mcus() {
        order.visit(mcu, |position| {
            let block = &components[position.component].blocks()[position.block];
            code_dc(
                position,
                block[0].into(),
                &mut last[position.component],
                sink,
            )?;
            code_ac(position, block, sink)
        })?;
    }
    Ok(())
}

/// The size of a value, and its additional bits (T.81 F.1.2.1, table F.1).
fn additional(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = value - i32::from(value < 0);
    (size, bits as u32 & ((1 << size) - 1))
}

fn code_dc(
    position: BlockPosition,
    value: i32,
    last: &mut i32,
    sink: &mut impl Sink,
) -> Result<(), WriteError> {
    let difference = value - *last;
    *last = value;
    let (size, bits) = additional(difference);
    if size > 11 {
        return Err(WriteError::DcOutOfRange {
            component: position.component,
            block: position.block,
            difference,
        });
    }
    sink.put(table(position.component), DC, size as u8, bits, size);
    Ok(())
}

fn code_ac(
    position: BlockPosition,
    block: &[i16; 64],
    sink: &mut impl Sink,
) -> Result<(), WriteError> {
    let table = table(position.component);
    let mut zeros = 0;
    for index in &ZIGZAG[1..] {
        let value = block[*index];
        if value == 0 {
            zeros += 1;
            continue;
        }
        let (size, bits) = additional(value.into());
        if size > 10 {
            return Err(WriteError::AcOutOfRange {
                component: position.component,
                block: position.block,
                index: *index,
                value,
            });
        }
        for _ in 0..zeros / 16 {
            sink.put(table, AC, ZEROS, 0, 0);
        }
        sink.put(table, AC, (zeros as u8 % 16) << 4 | size as u8, bits, size);
        zeros = 0;
    }
    if zeros > 0 {
        sink.put(table, AC, END, 0, 0);
    }
    Ok(())
}
