//! Reads a file, segment by segment (T.81 B.2).

use super::Jpeg;
use super::entropy::EntropyData;
use super::error::{ReadError, Unsupported};
use super::frame::Frame;
use super::huffman::{HuffmanDecoder, HuffmanSpec};
use super::layout::{self, Component};
use super::markers::{self, Fields, Segment, segment_at};
use super::metadata::Metadata;
use super::progressive::{self, AcFirst, AcRefinement, DcFirst, DcRefinement, Progress};
use super::scan::{Order, Part, Scan};
use super::sequential::SequentialDecoder;
use super::zigzag::ZIGZAG;

/// What has been read of a file.
struct Reader<'a> {
    file: &'a [u8],
    max_pixels: usize,
    metadata: Metadata<'a>,
    /// Quantisation tables by number, in row-major order.
    quantisation: [Option<[u16; 64]>; 4],
    dc: [Option<HuffmanSpec>; 4],
    ac: [Option<HuffmanSpec>; 4],
    restart_interval: usize,
    frame: Option<Frame>,
    scans: usize,
    /// Empty before the first scan.
    components: Vec<Component>,
    progress: Vec<Progress>,
}

pub(super) fn read(file: &[u8], max_pixels: usize) -> Result<Jpeg, ReadError> {
    if !file.starts_with(&[0xFF, markers::SOI]) {
        return Err(ReadError::NotJpeg);
    }
    let mut reader = Reader {
        file,
        max_pixels,
        metadata: Metadata::default(),
        quantisation: [None; 4],
        dc: [const { None }; 4],
        ac: [const { None }; 4],
        restart_interval: 0,
        frame: None,
        scans: 0,
        components: Vec::new(),
        progress: Vec::new(),
    };
    let mut at = 2;
    loop {
        let (segment, next) = segment_at(file, at)?;
        at = match segment.code {
            markers::EOI => return reader.finish(segment.offset),
            markers::SOS => reader.read_scan(&segment, next)?,
            _ => {
                reader.read_segment(&segment)?;
                next
            }
        };
    }
}

impl<'a> Reader<'a> {
    fn read_segment(&mut self, segment: &Segment<'a>) -> Result<(), ReadError> {
        match segment.code {
            markers::SOF0 | markers::SOF1 | markers::SOF2 => self.read_frame(segment),
            markers::DHT => self.read_huffman(segment),
            markers::DQT => self.read_quantisation(segment),
            markers::DRI => {
                let mut fields = Fields::of(segment);
                self.restart_interval = fields.word()?.into();
                Ok(())
            }
            markers::SOI => Err(ReadError::malformed(
                segment.offset,
                "a picture begins inside this one",
            )),
            0xC3 => Err(Unsupported::Lossless.into()),
            0xC5..=0xC7 | 0xCD..=0xCF | 0xDE | 0xDF => Err(Unsupported::Hierarchical.into()),
            0xC9..=0xCC => Err(Unsupported::Arithmetic.into()),
            _ => {
                self.metadata.add(segment);
                Ok(())
            }
        }
    }

    fn read_frame(&mut self, segment: &Segment) -> Result<(), ReadError> {
        if self.frame.is_some() {
            let what = "a second frame header; a file has one";
            return Err(ReadError::malformed(segment.offset, what));
        }
        self.frame = Some(Frame::parse(segment)?);
        Ok(())
    }

    /// A DQT segment (B.2.4.1).
    fn read_quantisation(&mut self, segment: &Segment) -> Result<(), ReadError> {
        let mut fields = Fields::of(segment);
        while !fields.is_empty() {
            let (precision, number) = fields.nibbles()?;
            if precision > 1 || number > 3 {
                return Err(fields.fault(format!(
                    "quantisation table {number} of precision {precision}: numbers must be in \
                     0..=3, precisions 0 or 1"
                )));
            }
            let mut table = [0; 64];
            for index in ZIGZAG {
                table[index] = match precision {
                    0 => fields.byte()?.into(),
                    _ => fields.word()?,
                };
            }
            if table.contains(&0) {
                return Err(fields.fault("a quantisation step is 0; it must be at least 1".into()));
            }
            self.quantisation[usize::from(number)] = Some(table);
        }
        Ok(())
    }

    /// A DHT segment (B.2.4.2).
    fn read_huffman(&mut self, segment: &Segment) -> Result<(), ReadError> {
        let mut fields = Fields::of(segment);
        while !fields.is_empty() {
            let (class, number) = fields.nibbles()?;
            if class > 1 || number > 3 {
                return Err(fields.fault(format!(
                    "Huffman table {number} of class {class}: numbers must be in 0..=3, classes 0 \
                     or 1"
                )));
            }
            let mut counts = [0; 16];
            counts.copy_from_slice(fields.take(16)?);
            let codes = counts.iter().map(|count| usize::from(*count)).sum();
            let symbols = fields.take(codes)?.to_vec();
            let Some(spec) = HuffmanSpec::new(counts, symbols) else {
                return Err(fields.fault("more Huffman codes than their lengths allow".into()));
            };
            let tables = if class == 0 {
                &mut self.dc
            } else {
                &mut self.ac
            };
            tables[usize::from(number)] = Some(spec);
        }
        Ok(())
    }

    /// A scan; returns where its data ends.
    fn read_scan(&mut self, segment: &Segment, from: usize) -> Result<usize, ReadError> {
        let malformed = |what: String| ReadError::malformed(segment.offset, what);
        // Put back after the scan.
        let Some(frame) = self.frame.take() else {
            return Err(malformed("a scan comes before the frame header".into()));
        };
        let scan = Scan::parse(segment, &frame)?;
        if self.components.is_empty() {
            self.metadata.check_colors(&frame)?;
            frame.check_size(self.max_pixels, self.file)?;
            self.components = layout::components(frame.width, frame.height, &frame.layouts())
                .ok_or(ReadError::OutOfMemory)?;
            self.progress = self.components.iter().map(|_| Progress::new()).collect();
        }
        self.scans += 1;
        if self.scans > super::MAX_SCANS {
            return Err(ReadError::TooManyScans);
        }
        let scan = if frame.is_progressive {
            progressive::check(&scan).map_err(malformed)?;
            scan
        } else {
            // Some encoders write zeros for what is the same in all sequential scans (G.1.1.1.1).
            Scan {
                band: (0, 63),
                high: 0,
                low: 0,
                ..scan
            }
        };
        for part in &scan.parts {
            self.latch_table(&frame, part).map_err(malformed)?;
            self.progress[part.component]
                .enter(&scan)
                .map_err(malformed)?;
        }
        let end = self.decode(&frame, &scan, segment.offset, from);
        self.frame = Some(frame);
        end
    }

    /// Gives a component its quantisation table at its first scan: later ones are for others.
    fn latch_table(&mut self, frame: &Frame, part: &Part) -> Result<(), String> {
        if self.progress[part.component].is_empty() {
            let number = frame.components[part.component].table;
            let table = self.quantisation[number]
                .ok_or_else(|| format!("quantisation table {number} has not been defined"))?;
            self.components[part.component].set_table(table);
        }
        Ok(())
    }

    fn decode(
        &mut self,
        frame: &Frame,
        scan: &Scan,
        offset: usize,
        from: usize,
    ) -> Result<usize, ReadError> {
        let data = EntropyData {
            file: self.file,
            from,
            restart_interval: self.restart_interval,
        };
        let scanned: Vec<usize> = scan.parts.iter().map(|part| part.component).collect();
        let order = Order::new([frame.width, frame.height], &self.components, &scanned);
        let tables = |specs: &[Option<HuffmanSpec>; 4], number: fn(&Part) -> usize| {
            let table = |part: &Part| decoder(specs, number(part));
            let tables = scan.parts.iter().map(table).collect::<Result<Vec<_>, _>>();
            tables.map_err(|what| ReadError::malformed(offset, what))
        };
        let dc = || tables(&self.dc, |part| part.dc);
        let ac = || tables(&self.ac, |part| part.ac);
        let components = &mut self.components;
        if !frame.is_progressive {
            let (dc, ac) = (dc()?, ac()?);
            let tables = dc.iter().zip(&ac).collect();
            return data.decode(&order, components, &mut SequentialDecoder::new(tables));
        }
        match (scan.band.0, scan.high) {
            (0, 0) => {
                let tables = dc()?;
                let mut decoder = DcFirst::new(tables.iter().collect(), scan.low);
                data.decode(&order, components, &mut decoder)
            }
            (0, _) => data.decode(&order, components, &mut DcRefinement { low: scan.low }),
            (_, 0) => data.decode(&order, components, &mut AcFirst::new(&ac()?[0], scan)),
            (_, _) => data.decode(&order, components, &mut AcRefinement::new(&ac()?[0], scan)),
        }
    }

    fn finish(self, offset: usize) -> Result<Jpeg, ReadError> {
        let Some(frame) = self.frame else {
            return Err(ReadError::Truncated { offset });
        };
        let complete = self.progress.iter().all(Progress::is_complete);
        if self.components.is_empty() || !complete {
            return Err(ReadError::Truncated { offset });
        }
        Ok(Jpeg {
            width: frame.width,
            height: frame.height,
            components: self.components,
            orientation: self.metadata.orientation(),
            icc: self.metadata.icc(),
        })
    }
}

fn decoder(specs: &[Option<HuffmanSpec>; 4], number: usize) -> Result<HuffmanDecoder, String> {
    match &specs[number] {
        Some(spec) => Ok(HuffmanDecoder::new(spec)),
        None => Err(format!("Huffman table {number} has not been defined")),
    }
}
