//! What is written is read back, and is what was read.

use crate::common::{MAX_PIXELS, Random, corpus, layouts, randomise};
use eps_restore::low_level::photo::jpeg::{
    ColorSpace, HuffmanTables, Jpeg, Layout, Orientation, ReadError, Sampling, WriteError,
};

const TABLES: [HuffmanTables; 2] = [HuffmanTables::Optimised, HuffmanTables::Standard];

fn read(bytes: &[u8]) -> Jpeg {
    Jpeg::read(bytes, MAX_PIXELS).unwrap()
}

#[test]
fn files_keep_everything() {
    for (name, bytes) in corpus() {
        let Ok(jpeg) = Jpeg::read(&bytes, MAX_PIXELS) else {
            continue;
        };
        let sizes = TABLES.map(|tables| {
            let written = jpeg
                .write(tables)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(read(&written), jpeg, "{name}, {tables:?}");
            written.len()
        });
        assert!(
            sizes[0] <= sizes[1],
            "{name}: optimised tables make {sizes:?} bytes"
        );
    }
}

#[test]
fn random_coefficients_of_every_sampling_come_back() {
    let factors = || (1..=4).flat_map(|h| (1..=4).map(move |v| (h, v)));
    let mut random = Random::new(1);
    for luma in factors() {
        for chroma in factors() {
            let samplings = [luma, chroma, (1, 1 + random.below(4) as u8)];
            let blocks: u8 = samplings.iter().map(|(h, v)| h * v).sum();
            let size = [1 + random.below(70), 1 + random.below(70)];
            let step = 1 + random.below(400) as u16;
            let mut jpeg = Jpeg::zeroed(size[0], size[1], &layouts(&samplings, step)).unwrap();
            randomise(&mut jpeg, &mut random, blocks <= 10);
            for tables in TABLES {
                assert_eq!(
                    read(&jpeg.write(tables).unwrap()),
                    jpeg,
                    "{samplings:?} {size:?}"
                );
            }
        }
    }
}

#[test]
fn random_grey_coefficients_come_back() {
    let mut random = Random::new(2);
    for side in 1..40 {
        let mut jpeg = Jpeg::zeroed(side, 41 - side, &layouts(&[(1, 1)], 3)).unwrap();
        randomise(&mut jpeg, &mut random, true);
        assert_eq!(jpeg.color_space(), ColorSpace::Grey);
        for tables in TABLES {
            assert_eq!(read(&jpeg.write(tables).unwrap()), jpeg);
        }
    }
}

#[test]
fn orientations_and_profiles_come_back() {
    let mut jpeg = Jpeg::zeroed(9, 9, &layouts(&[(1, 1)], 1)).unwrap();
    for value in 1..=8 {
        jpeg.set_orientation(Orientation::new(value).unwrap());
        assert_eq!(
            read(&jpeg.write(TABLES[0]).unwrap()).orientation().value(),
            value
        );
    }
    for length in [1, 65519, 65520, 200_000] {
        jpeg.set_icc(Some((0..length).map(|i| (i % 251) as u8).collect()));
        assert_eq!(read(&jpeg.write(TABLES[0]).unwrap()).icc(), jpeg.icc());
    }
    let most = 255 * 65519;
    jpeg.set_icc(Some(vec![1; most]));
    assert_eq!(
        read(&jpeg.write(TABLES[0]).unwrap()).icc().unwrap().len(),
        most
    );
    jpeg.set_icc(Some(vec![1; most + 1]));
    let bytes = most + 1;
    assert_eq!(
        jpeg.write(TABLES[0]),
        Err(WriteError::IccTooLarge { bytes, most })
    );
}

#[test]
fn coefficients_out_of_range_are_refused() {
    let colour = layouts(&[(2, 2), (1, 1), (1, 1)], 1);
    let with = |component: usize, block: usize, index: usize, value: i16| {
        let mut jpeg = Jpeg::zeroed(32, 32, &colour).unwrap();
        jpeg.blocks_mut(component)[block][index] = value;
        jpeg.write(HuffmanTables::Optimised)
    };
    assert!(with(1, 2, 63, -1023).is_ok() && with(1, 2, 0, -2047).is_ok());
    let ac = WriteError::AcOutOfRange {
        component: 1,
        block: 2,
        index: 63,
        value: 1024,
    };
    assert_eq!(with(1, 2, 63, 1024), Err(ac));
    let dc = WriteError::DcOutOfRange {
        component: 2,
        block: 3,
        difference: -2048,
    };
    assert_eq!(with(2, 3, 0, -2048), Err(dc));
    assert!(with(0, 0, 5, i16::MIN).is_err() && with(0, 0, 0, i16::MIN).is_err());
}

#[test]
fn padding_that_no_scan_has_room_for_is_refused() {
    let mut jpeg = Jpeg::zeroed(8, 8, &layouts(&[(4, 4), (1, 1), (1, 1)], 1)).unwrap();
    assert!(jpeg.write(HuffmanTables::Standard).is_ok());
    jpeg.blocks_mut(0)[5][1] = 1;
    let expected = WriteError::PaddingNotZero {
        component: 0,
        block: 5,
    };
    assert_eq!(jpeg.write(HuffmanTables::Standard), Err(expected));
}

#[test]
fn impossible_layouts_are_refused() {
    let one = |sampling, step| Layout {
        sampling,
        table: [step; 64],
    };
    let odd = Sampling {
        horizontal: 5,
        vertical: 1,
    };
    let valid = one(Sampling::ONE, 1);
    let cases = [
        Jpeg::zeroed(0, 1, &[valid]),
        Jpeg::zeroed(1, 65536, &[valid]),
        Jpeg::zeroed(1, 1, &[valid; 2]),
        Jpeg::zeroed(1, 1, &[]),
        Jpeg::zeroed(1, 1, &[one(odd, 1), valid, valid]),
        Jpeg::zeroed(1, 1, &[one(crate::common::sampling(2, 1), 1)]),
        Jpeg::zeroed(1, 1, &[one(Sampling::ONE, 0)]),
    ];
    for case in cases {
        assert!(
            matches!(case, Err(WriteError::InvalidLayout(_))),
            "{case:?}"
        );
    }
    assert!(Jpeg::zeroed(1, 65535, &[valid]).is_ok());
}

#[test]
fn the_limit_on_pixels_holds() {
    let jpeg = Jpeg::zeroed(20, 30, &layouts(&[(1, 1)], 1)).unwrap();
    let bytes = jpeg.write(HuffmanTables::Optimised).unwrap();
    assert_eq!(Jpeg::read(&bytes, 600), Ok(jpeg));
    let refused = ReadError::TooLarge {
        width: 20,
        height: 30,
        max_pixels: 599,
    };
    assert_eq!(Jpeg::read(&bytes, 599), Err(refused));
}
