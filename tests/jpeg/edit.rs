//! Coefficients of edited photos, at the file's own tables and sampling.

use crate::common::{MAX_PIXELS, file};
use eps_restore::Photo;
use eps_restore::low_level::photo::jpeg::{HuffmanTables, Jpeg, WriteError};

/// A file, and the photo that another decoder makes of it, turned for display.
fn decoded(name: &str) -> (Jpeg, Photo) {
    let jpeg = Jpeg::read(&file(name), MAX_PIXELS).unwrap();
    let pixels = image::load_from_memory(&file(name)).unwrap().into_rgba8();
    let (width, height) = (jpeg.width(), jpeg.height());
    let photo = Photo::new(width, height, pixels.into_raw()).unwrap();
    let photo = photo.upright(jpeg.orientation());
    (jpeg, photo)
}

/// The photo with the levels of a rectangle inverted.
fn painted(photo: &Photo, [left, top]: [usize; 2], side: usize) -> Photo {
    let (width, height) = (photo.width(), photo.height());
    let mut rgba = photo.rgba().to_vec();
    for y in top..(top + side).min(height) {
        for x in left..(left + side).min(width) {
            for value in &mut rgba[4 * (y * width + x)..][..3] {
                *value = 255 - *value;
            }
        }
    }
    Photo::new(width, height, rgba).unwrap()
}

const KINDS: [&str; 5] = [
    "baseline-444.jpg",
    "baseline-420.jpg",
    "baseline-422.jpg",
    "grey.jpg",
    "orientation-6.jpg",
];

#[test]
fn nothing_edited_changes_nothing() {
    for name in KINDS {
        let (jpeg, photo) = decoded(name);
        assert_eq!(jpeg.edited(&photo, &photo), Ok(jpeg), "{name}");
    }
}

#[test]
fn only_blocks_under_the_brush_change() {
    for name in KINDS {
        let (jpeg, photo) = decoded(name);
        let edited = jpeg.edited(&photo, &painted(&photo, [9, 3], 5)).unwrap();
        for (ours, theirs) in jpeg.components().iter().zip(edited.components()) {
            let pairs = ours.blocks().iter().zip(theirs.blocks());
            let changed = pairs.filter(|(a, b)| a != b).count();
            assert!((1..=2).contains(&changed), "{name}: {changed} blocks");
        }
        let written = edited.write(HuffmanTables::Optimised).unwrap();
        assert_eq!(Jpeg::read(&written, MAX_PIXELS), Ok(edited), "{name}");
    }
}

/// Whether a decoder may have clipped a pixel of a block, or the block reaches beyond the photo.
fn is_clipped(stored: &Photo, [column, row]: [usize; 2]) -> bool {
    let [right, bottom] = [8 * (column + 1), 8 * (row + 1)];
    let inside = right <= stored.width() && bottom <= stored.height();
    let pixel = |x: usize, y: usize| &stored.rgba()[4 * (y * stored.width() + x)..][..3];
    let extreme = |x, y| pixel(x, y).iter().any(|v| *v == 0 || *v == 255);
    !inside || (bottom - 8..bottom).any(|y| (right - 8..right).any(|x| extreme(x, y)))
}

/// Decoders round pixels to levels, which adds noise of variance 1/12 to each coefficient: a step
/// of 4 is rounded to another one at 7 deviations only, in blocks without pixels that were clipped.
/// Chroma that is coarser than pixels is smoothed by decoders, and is not asked.
#[test]
fn a_decoded_photo_compresses_back_to_its_file() {
    for name in ["baseline-444.jpg", "grey.jpg"] {
        let (jpeg, photo) = decoded(name);
        let again = jpeg.compressed(&photo).unwrap();
        let stored = photo.as_stored(jpeg.orientation());
        let (mut coarse, mut equal) = (0, 0);
        for (ours, theirs) in jpeg.components().iter().zip(again.components()) {
            for (i, (a, b)) in ours.blocks().iter().zip(theirs.blocks()).enumerate() {
                if is_clipped(&stored, [i % ours.blocks_wide(), i / ours.blocks_wide()]) {
                    continue;
                }
                let asked = (0..64).filter(|k| ours.table()[*k] >= 4);
                let same: Vec<bool> = asked.map(|k| a[k] == b[k]).collect();
                coarse += same.len();
                equal += same.iter().filter(|same| **same).count();
            }
        }
        let share = f64::from(equal as u32) / f64::from(coarse as u32);
        assert!(share > 0.999, "{name}: {share} of {coarse}");
        assert!(jpeg.agreement(&again) > 0.9, "{name}");
        assert_eq!(jpeg.agreement(&jpeg), 1.0);
    }
}

#[test]
fn an_edited_photo_decodes_to_the_edit() {
    let (jpeg, photo) = decoded("baseline-444.jpg");
    let after = painted(&photo, [8, 8], 16);
    let written = jpeg.edited(&photo, &after).unwrap();
    let bytes = written.write(HuffmanTables::Optimised).unwrap();
    let theirs = image::load_from_memory(&bytes).unwrap().into_rgba8();
    let pairs = after.rgba().iter().zip(theirs.as_raw());
    let squares = pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
    let error = (squares.sum::<f64>() / after.rgba().len() as f64).sqrt();
    // Blocks are quantised anew; a wrong transform or colour is off by tens of levels.
    assert!(error < 3.0, "{error} levels");
}

#[test]
fn photos_of_another_size_are_refused() {
    let (jpeg, photo) = decoded("orientation-6.jpg");
    let (width, height) = (photo.height() + 1, photo.width());
    let other = Photo::new(width, height, vec![0; 4 * width * height]).unwrap();
    let refused = jpeg.edited(&photo, &other).unwrap_err();
    assert!(
        matches!(refused, WriteError::SizesDiffer { .. }),
        "{refused}"
    );
}

#[test]
fn orientations_turn_and_turn_back() {
    let photo = Photo::new(3, 2, (0..24).collect()).unwrap();
    for value in 1..=8 {
        let orientation = eps_restore::low_level::photo::jpeg::Orientation::new(value).unwrap();
        let upright = photo.clone().upright(orientation);
        assert_eq!(upright.width() == 2, orientation.swaps_sides(), "{value}");
        assert_eq!(upright.as_stored(orientation), photo, "{value}");
    }
}
