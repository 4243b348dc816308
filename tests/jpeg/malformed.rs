//! Files that break the format, built segment by segment: refused with the reason and the place.

use eps_restore::low_level::photo::jpeg::{Jpeg, MAX_SCANS, ReadError};

const SOI: [u8; 2] = [0xFF, 0xD8];
const EOI: [u8; 2] = [0xFF, 0xD9];
const MAX_PIXELS: usize = 1 << 20;

fn segment(code: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&[0xFF, code], &length[..], body].concat()
}

/// Steps of 1, and Huffman tables whose only code, 0, is a difference of 0 or a block's end.
fn tables() -> Vec<u8> {
    let quantisation = [vec![0], vec![1; 64]].concat();
    let huffman = |class: u8| [vec![class << 4, 1], vec![0; 15], vec![0]].concat();
    let huffman = [huffman(0), huffman(1)].concat();
    [segment(0xDB, &quantisation), segment(0xC4, &huffman)].concat()
}

/// A grey frame of 8x8 pixels.
fn frame(code: u8) -> Vec<u8> {
    segment(code, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0])
}

/// A scan of the grey component, of a band and bits, with data.
fn scan(first: u8, last: u8, high: u8, low: u8, data: &[u8]) -> Vec<u8> {
    let header = segment(0xDA, &[1, 1, 0, first, last, high << 4 | low]);
    [&header[..], data].concat()
}

/// A whole block of zeros: two codes, then ones.
const BLOCK: [u8; 1] = [0x3F];

fn read(parts: &[&[u8]]) -> Result<Jpeg, ReadError> {
    Jpeg::read(&parts.concat(), MAX_PIXELS)
}

/// Asserts that the parts are malformed at the offset, with these words.
fn assert_malformed(parts: &[&[u8]], at: usize, words: &str) {
    match read(parts) {
        Err(ReadError::Malformed { offset, what }) => {
            assert!(what.contains(words), "{what}, not {words}");
            assert_eq!(offset, at, "{what}");
        }
        other => panic!("{other:?}, not {words}"),
    }
}

#[test]
fn the_smallest_file_is_read() {
    let whole = scan(0, 63, 0, 0, &BLOCK);
    let jpeg = read(&[&SOI, &tables(), &frame(0xC0), &whole, &EOI]).unwrap();
    assert_eq!(jpeg.components()[0].blocks(), [[0; 64]]);
}

#[test]
fn segments_out_of_order_are_malformed() {
    let (tables, sof) = (tables(), frame(0xC0));
    let whole = scan(0, 63, 0, 0, &BLOCK);
    let header = 2 + tables.len();
    assert_malformed(&[&SOI, &tables, &whole], header, "before the frame header");
    assert_malformed(&[&SOI, &SOI], 2, "inside this one");
    let parts: [&[u8]; 4] = [&SOI, &tables, &sof, &sof];
    assert_malformed(&parts, header + sof.len(), "second frame header");
    assert_malformed(
        &[&SOI, &sof, &whole],
        2 + sof.len(),
        "quantisation table 0 has not",
    );
    let parts: [&[u8]; 5] = [&SOI, &tables, &sof, &whole, &whole];
    assert_malformed(&parts, header + sof.len() + whole.len(), "do not follow");
    assert_malformed(
        &[&SOI, &[0xFF, 0x4F]],
        2,
        "FF 4F is no marker of this format",
    );
    assert_malformed(&[&SOI, &[0xFF, 0xE0, 0, 1]], 4, "length is 1");
    assert_eq!(read(&[&SOI, &EOI]), Err(ReadError::Truncated { offset: 2 }));
}

#[test]
fn headers_out_of_range_are_malformed() {
    let cases: [(u8, &[u8], &str); 14] = [
        (0xC0, &[8, 0, 8, 0, 0, 1, 1, 0x11, 0], "width is 0"),
        (0xC0, &[9, 0, 8, 0, 8, 1, 1, 0x11, 0], "samples have 9 bits"),
        (0xC0, &[8, 0, 8, 0, 8, 0], "no components"),
        (0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x51, 0], "factors are 5x1"),
        (0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x10, 0], "factors are 1x0"),
        (0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 4], "table 4"),
        (0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11], "too short"),
        (0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0, 0], "longer than"),
        (
            0xC0,
            &[8, 0, 8, 0, 8, 3, 1, 17, 0, 2, 17, 0, 1, 17, 0],
            "same identifier",
        ),
        (0xDB, &[0x20], "precision 2"),
        (0xDB, &[0; 65], "step is 0"),
        (0xC4, &[0x20], "class 2"),
        (
            0xC4,
            &[0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3],
            "more Huffman codes",
        ),
        (0xDD, &[0], "too short"),
    ];
    for (code, body, words) in cases {
        assert_malformed(&[&SOI, &segment(code, body)], 2, words);
    }
}

#[test]
fn scan_headers_out_of_range_are_malformed() {
    let sof = segment(
        0xC0,
        &[8, 0, 8, 0, 8, 3, 1, 0x44, 0, 2, 0x11, 0, 3, 0x11, 0],
    );
    let at = 2 + tables().len() + sof.len();
    let cases: [(&[u8], &str); 6] = [
        (&[0, 0, 63, 0], "0 components"),
        (&[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0], "4 components"),
        (&[1, 9, 0, 0, 63, 0], "no component 9"),
        (&[2, 1, 0, 1, 0, 0, 63, 0], "twice"),
        (&[1, 1, 0x04, 0, 63, 0], "numbers 0..=3"),
        (&[2, 1, 0, 2, 0, 0, 63, 0], "has 17 blocks"),
    ];
    for (body, words) in cases {
        assert_malformed(&[&SOI, &tables(), &sof, &segment(0xDA, body)], at, words);
    }
    let missing = segment(0xDA, &[1, 1, 0x10, 0, 63, 0]);
    assert_malformed(
        &[&SOI, &tables(), &sof, &missing],
        at,
        "Huffman table 1 has not",
    );
}

/// A file of a grey frame of `width`x8 pixels, up to its data.
fn header(width: u8, rest: &[u8]) -> Vec<u8> {
    let frame = segment(0xC0, &[8, 0, 8, 0, width, 1, 1, 0x11, 0]);
    [&SOI[..], &tables(), rest, &frame, &scan(0, 63, 0, 0, &[])].concat()
}

#[test]
fn data_that_does_not_fit_its_scan_is_refused() {
    let one = header(8, &[]);
    assert_malformed(&[&one, &[0xBF], &EOI], one.len(), "no Huffman code");
    assert_malformed(
        &[&one, &[0x3F, 0xFF, 0, 0x3F], &EOI],
        one.len() + 1,
        "goes on after",
    );
    // Five blocks take ten bits.
    let five = header(40, &[]);
    assert_malformed(
        &[&five, &[0], &tables()],
        five.len() + 1,
        "ends before its last block",
    );
    let cut = ReadError::Truncated {
        offset: five.len() + 1,
    };
    assert_eq!(read(&[&five, &[0], &EOI]), Err(cut.clone()));
    assert_eq!(read(&[&five, &[0]]), Err(cut));
    let restarts = header(16, &segment(0xDD, &[0, 1]));
    let whole: [&[u8]; 3] = [&restarts, &[0x3F, 0xFF, 0xD0, 0x3F], &EOI];
    assert!(read(&whole).is_ok());
    let parts: [&[u8]; 3] = [&restarts, &[0x3F, 0xFF, 0xD1, 0x3F], &EOI];
    assert_malformed(&parts, restarts.len() + 1, "FF D0 should be here");
    let cut = ReadError::Truncated {
        offset: restarts.len() + 1,
    };
    assert_eq!(read(&[&restarts, &[0x3F], &EOI]), Err(cut));
}

#[test]
fn coefficients_out_of_range_are_malformed() {
    let table = |class: u8, symbol: u8| {
        segment(0xC4, &[&[class << 4, 1][..], &[0; 15], &[symbol]].concat())
    };
    let cases = [
        (0, 12, "outside ±2047"),
        (1, 0x0B, "outside ±1023"),
        (1, 0xF1, "past the block's last"),
    ];
    for (class, symbol, words) in cases {
        let header = header(8, &table(class, symbol));
        let result = read(&[&header, &[0; 4], &EOI]);
        let Err(ReadError::Malformed { offset, what }) = result else {
            panic!("{result:?}, not {words}");
        };
        assert!(what.contains(words), "{what}, not {words}");
        assert!((header.len()..header.len() + 4).contains(&offset));
    }
}

#[test]
fn progressive_scans_out_of_order_are_malformed() {
    let header = [&SOI[..], &tables(), &frame(0xC2)].concat();
    let dc = scan(0, 0, 0, 1, &[0x7F]);
    let cases = [
        (scan(1, 63, 0, 0, &[]), 0, "AC coefficients come before"),
        (scan(0, 5, 0, 0, &[]), 0, "must be the DC"),
        (scan(0, 0, 0, 14, &[]), 0, "lowest bit is 14"),
        (scan(0, 0, 1, 0, &[]), 0, "do not follow"),
        ([&dc[..], &dc].concat(), dc.len(), "do not follow"),
        (
            [&dc[..], &scan(0, 0, 2, 1, &[])].concat(),
            dc.len(),
            "do not follow",
        ),
        (
            [&dc[..], &scan(9, 8, 0, 0, &[])].concat(),
            dc.len(),
            "must be the DC",
        ),
        (
            [&dc[..], &scan(1, 64, 0, 0, &[])].concat(),
            dc.len(),
            "must be the DC",
        ),
    ];
    for (scans, at, words) in cases {
        assert_malformed(&[&header, &scans, &EOI], header.len() + at, words);
    }
    let offset = header.len() + dc.len();
    assert_eq!(
        read(&[&header, &dc, &EOI]),
        Err(ReadError::Truncated { offset })
    );
}

/// A picture of 4 gigapixels in a few bytes: no memory is taken for it, whatever the limit.
#[test]
fn pictures_that_the_file_is_too_short_for_are_truncated() {
    for sof in [0xC0, 0xC2] {
        let frame = segment(sof, &[8, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 0x11, 0]);
        let bytes = [
            &SOI[..],
            &tables(),
            &frame,
            &scan(0, 0, 0, 0, &[0; 99]),
            &EOI,
        ]
        .concat();
        let length = bytes.len();
        let truncated = ReadError::Truncated { offset: length };
        assert_eq!(Jpeg::read(&bytes, usize::MAX), Err(truncated));
    }
}

/// Encoders may send each coefficient in a scan of its own, but not every bit of each.
#[test]
fn scans_are_counted() {
    let file = |scans: &[Vec<u8>]| {
        let header = [&SOI[..], &tables(), &frame(0xC2)].concat();
        Jpeg::read(&[&header[..], &scans.concat(), &EOI].concat(), MAX_PIXELS)
    };
    let single = |low: u8| (1..64).map(move |k| scan(k, k, 0, low, &[0x7F]));
    let dc = || std::iter::once(scan(0, 0, 0, 0, &[0x7F]));
    assert!(file(&dc().chain(single(0)).collect::<Vec<_>>()).is_ok());
    let refinement = (1..64).map(|k| scan(k, k, 1, 0, &[0x7F]));
    let scans: Vec<_> = dc().chain(single(1)).chain(refinement).collect();
    assert!(scans.len() > MAX_SCANS);
    assert_eq!(file(&scans), Err(ReadError::TooManyScans));
}
