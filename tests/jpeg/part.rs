//! Parts of pictures: the same coefficients, and the same pixels.

use crate::common::{MAX_PIXELS, file};
use eps_restore::Photo;
use eps_restore::low_level::photo::jpeg::{Area, HuffmanTables, Jpeg, Orientation};

const KINDS: [&str; 4] = [
    "baseline-444.jpg",
    "baseline-420.jpg",
    "baseline-422.jpg",
    "grey.jpg",
];

/// The pixels of a file, turned for display, as another decoder makes them.
fn decoded(bytes: &[u8], orientation: Orientation) -> Photo {
    let pixels = image::load_from_memory(bytes).unwrap().into_rgba8();
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let photo = Photo::new(width, height, pixels.into_raw()).unwrap();
    photo.upright(orientation)
}

fn pixels(photo: &Photo, [columns, rows]: &Area) -> Vec<u8> {
    let row = |y: usize| {
        let from = y * photo.width();
        &photo.rgba()[4 * (from + columns.start)..4 * (from + columns.end)]
    };
    rows.clone().flat_map(row).copied().collect()
}

#[test]
fn parts_show_what_the_picture_shows_there() {
    for name in KINDS {
        for orientation in 1..=8 {
            let orientation = Orientation::new(orientation).unwrap();
            let mut jpeg = Jpeg::read(&file(name), MAX_PIXELS).unwrap();
            jpeg.set_orientation(orientation);
            let whole = decoded(&file(name), orientation);
            let [width, height] = [whole.width(), whole.height()];
            for area in [
                [0..1, 0..1],
                [17..29, 5..20],
                [width - 3..width, 0..height],
                [0..width, height - 1..height],
            ] {
                let (part, shown) = jpeg.part(area.clone()).unwrap();
                for axis in 0..2 {
                    assert!(shown[axis].start <= area[axis].start, "{name} {area:?}");
                    assert!(shown[axis].end >= area[axis].end, "{name} {area:?}");
                    assert!(shown[axis].len() < area[axis].len() + 32, "{name} {area:?}");
                }
                let written = part.write(HuffmanTables::Optimised).unwrap();
                assert_eq!(Jpeg::read(&written, MAX_PIXELS), Ok(part.clone()));
                // Another decoder smooths chroma across the part's borders.
                if part.components()[0].sampling() == part.components().last().unwrap().sampling() {
                    let decoded = decoded(&written, orientation);
                    assert_eq!(decoded.width(), shown[0].len(), "{name} {orientation:?}");
                    assert_eq!(
                        decoded.rgba(),
                        pixels(&whole, &shown),
                        "{name} {orientation:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn parts_have_the_blocks_of_the_picture() {
    for name in KINDS {
        let mut jpeg = Jpeg::read(&file(name), MAX_PIXELS).unwrap();
        jpeg.set_orientation(Orientation::new(1).unwrap());
        let [width, height] = [jpeg.width(), jpeg.height()];
        let (part, shown) = jpeg.part([17..width, 18..height]).unwrap();
        let luma = &jpeg.components()[0];
        let coded = [8 * luma.blocks_wide(), 8 * luma.blocks_high()];
        for (ours, theirs) in part.components().iter().zip(jpeg.components()) {
            // Subsampled components have fewer blocks, in the same proportion.
            let left = shown[0].start * theirs.blocks_wide() / coded[0];
            let top = shown[1].start * theirs.blocks_high() / coded[1];
            let wide = ours.blocks_wide();
            assert!(left > 0 && top > 0, "{name}");
            for (i, block) in ours.blocks().iter().enumerate() {
                let at = (top + i / wide) * theirs.blocks_wide() + left + i % wide;
                assert_eq!(*block, theirs.blocks()[at], "{name}");
            }
        }
    }
}

#[test]
fn the_whole_is_a_part_of_itself() {
    for name in KINDS {
        let jpeg = Jpeg::read(&file(name), MAX_PIXELS).unwrap();
        let area = [0..jpeg.width(), 0..jpeg.height()];
        assert_eq!(jpeg.part(area.clone()), Ok((jpeg, area)), "{name}");
    }
}

#[test]
fn areas_beyond_the_picture_are_refused() {
    let jpeg = Jpeg::read(&file(KINDS[0]), MAX_PIXELS).unwrap();
    let beyond = [jpeg.width(), jpeg.height()].map(|side| 0..side + 8);
    for area in [
        [beyond[0].clone(), 0..1],
        [0..1, beyond[1].clone()],
        [3..3, 0..1],
    ] {
        assert!(jpeg.part(area.clone()).is_err(), "{area:?}");
    }
}
