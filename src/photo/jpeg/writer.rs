//! Writes coefficients as a baseline file (T.81 F.1.2).

use super::error::WriteError;
use super::huffman::HuffmanSpec;
use super::layout::{Component, Sampling};
use super::markers::{APP0, APP1, APP2, DHT, DQT, EOI, SOF0, SOF1, SOI, SOS};
use super::metadata::{ICC, ICC_CHUNK, JFIF, MAX_ICC, Orientation, exif};
use super::scan::{MAX_MCU_BLOCKS, Order};
use super::zigzag::ZIGZAG;
use super::{Jpeg, annex_k, encoder, optimal};

/// Which Huffman tables a file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HuffmanTables {
    /// Those that make this file smallest.
    #[default]
    Optimised,
    /// The usual ones of T.81 K.3.
    Standard,
}

pub(super) fn write(jpeg: &Jpeg, tables: HuffmanTables) -> Result<Vec<u8>, WriteError> {
    let components = jpeg.components();
    let area = |component: &Component| component.sampling().area();
    let indices: Vec<usize> = (0..components.len()).collect();
    let is_interleaved = components.iter().map(area).sum::<usize>() <= MAX_MCU_BLOCKS;
    let scans = if is_interleaved || components.len() == 1 {
        vec![indices]
    } else {
        check_padding(components)?;
        indices.iter().map(|index| vec![*index]).collect()
    };
    let size = [jpeg.width(), jpeg.height()];
    let orders: Vec<Order> = scans
        .iter()
        .map(|s| Order::new(size, components, s))
        .collect();
    let specs = match tables {
        HuffmanTables::Optimised => {
            let counts = encoder::count(components, &orders)?;
            counts.map(|counts| counts.map(|c| optimal::optimal(&c)))
        }
        HuffmanTables::Standard => annex_k::tables(),
    };

    let mut file = vec![0xFF, SOI];
    write_metadata(&mut file, jpeg)?;
    let table_numbers = write_quantisation(&mut file, components);
    write_frame(&mut file, size, components, &table_numbers);
    write_huffman(&mut file, &specs[..components.len().min(2)]);
    for (scan, order) in scans.iter().zip(&orders) {
        write_scan_header(&mut file, scan);
        file.extend(encoder::encode(components, order, &specs)?);
    }
    file.extend([0xFF, EOI]);
    Ok(file)
}

/// Whether the blocks that scans of single components leave out are 0.
fn check_padding(components: &[Component]) -> Result<(), WriteError> {
    for (index, component) in components.iter().enumerate() {
        let [wide, high] = component.coded();
        let is_padding = |block: usize| {
            block % component.blocks_wide() >= wide || block / component.blocks_wide() >= high
        };
        let mut blocks = component.blocks().iter().enumerate();
        if let Some((block, _)) = blocks.find(|(i, block)| is_padding(*i) && **block != [0; 64]) {
            return Err(WriteError::PaddingNotZero {
                component: index,
                block,
            });
        }
    }
    Ok(())
}

/// A marker and its segment, whose body is at most 65533 bytes long.
fn write_segment(file: &mut Vec<u8>, code: u8, body: &[u8]) {
    file.extend([0xFF, code]);
    file.extend(((body.len() + 2) as u16).to_be_bytes());
    file.extend(body);
}

fn write_metadata(file: &mut Vec<u8>, jpeg: &Jpeg) -> Result<(), WriteError> {
    // Version 1.1, square pixels of no stated size, no thumbnail.
    let jfif = [JFIF, &[1, 1, 0, 0, 1, 0, 1, 0, 0]].concat();
    write_segment(file, APP0, &jfif);
    if jpeg.orientation() != Orientation::default() {
        write_segment(file, APP1, &exif(jpeg.orientation()));
    }
    let icc = jpeg.icc().unwrap_or_default();
    if icc.len() > MAX_ICC {
        return Err(WriteError::IccTooLarge {
            bytes: icc.len(),
            most: MAX_ICC,
        });
    }
    let chunks = icc.chunks(ICC_CHUNK);
    let count = chunks.len() as u8;
    for (number, chunk) in (1..=count).zip(chunks) {
        write_segment(file, APP2, &[ICC, &[number, count], chunk].concat());
    }
    Ok(())
}

/// Writes each table once. Returns the number of each component's.
fn write_quantisation(file: &mut Vec<u8>, components: &[Component]) -> Vec<u8> {
    let mut tables: Vec<&[u16; 64]> = Vec::new();
    let mut numbers = Vec::new();
    for component in components {
        let known = tables.iter().position(|table| *table == component.table());
        let number = known.unwrap_or_else(|| {
            tables.push(component.table());
            tables.len() - 1
        });
        numbers.push(number as u8);
    }
    for (table, number) in tables.iter().zip(0..) {
        let values = ZIGZAG.iter().map(|index| table[*index]);
        let mut body = Vec::new();
        if is_wide(table) {
            body.push(0x10 | number);
            body.extend(values.flat_map(u16::to_be_bytes));
        } else {
            body.push(number);
            body.extend(values.map(|value| value as u8));
        }
        write_segment(file, DQT, &body);
    }
    numbers
}

/// Whether a quantisation table takes 16 bits a step, which baseline files do not have.
fn is_wide(table: &[u16; 64]) -> bool {
    table.iter().any(|step| *step > 255)
}

fn write_frame(file: &mut Vec<u8>, size: [usize; 2], components: &[Component], tables: &[u8]) {
    let is_baseline = !components
        .iter()
        .any(|component| is_wide(component.table()));
    let mut body = vec![8];
    body.extend((size[1] as u16).to_be_bytes());
    body.extend((size[0] as u16).to_be_bytes());
    body.push(components.len() as u8);
    for ((component, table), id) in components.iter().zip(tables).zip(1..) {
        let Sampling {
            horizontal,
            vertical,
        } = component.sampling();
        body.extend([id, horizontal << 4 | vertical, *table]);
    }
    write_segment(file, if is_baseline { SOF0 } else { SOF1 }, &body);
}

fn write_huffman(file: &mut Vec<u8>, specs: &[[HuffmanSpec; 2]]) {
    let mut body = Vec::new();
    for (pair, number) in specs.iter().zip(0..) {
        for (spec, class) in pair.iter().zip(0..) {
            body.push(class << 4 | number);
            body.extend(spec.counts());
            body.extend(spec.symbols());
        }
    }
    write_segment(file, DHT, &body);
}

fn write_scan_header(file: &mut Vec<u8>, scan: &[usize]) {
    let mut body = vec![scan.len() as u8];
    for component in scan {
        let table = encoder::table(*component) as u8;
        body.extend([*component as u8 + 1, table << 4 | table]);
    }
    body.extend([0, 63, 0]);
    write_segment(file, SOS, &body);
}
