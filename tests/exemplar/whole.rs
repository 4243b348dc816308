//! Photos filled in one call.

use eps_restore::low_level::exemplar::{Options, filled_from_photo};
use eps_restore::{Error, Mask, Photo};

const SIZE: [usize; 2] = [96, 80];

/// A lattice with a period of 8 by 6 pixels.
fn lattice() -> Photo {
    let [width, height] = SIZE;
    let level = |i: usize| ((i % width % 8) * 20 + (i / width % 6) * 15) as u8;
    let pixel = |i| [level(i), 255 - level(i), 90, 255];
    Photo::new(width, height, (0..width * height).flat_map(pixel).collect()).expect("four bytes")
}

fn hole(inside: impl Fn(usize, usize) -> bool) -> Mask {
    let [width, height] = SIZE;
    let missing = (0..width * height).map(|i| inside(i % width, i / width));
    Mask::new(width, height, missing.collect()).expect("one entry a pixel")
}

fn filled(photo: &Photo, missing: &Mask, avoid: Option<&Mask>) -> Result<Photo, Error> {
    filled_from_photo(photo, missing, avoid, Options::DEFAULT, 0)
}

#[test]
fn a_lattice_goes_on_through_the_hole_and_all_else_stays() {
    let photo = lattice();
    let missing = hole(|x, y| (30..60).contains(&x) && (20..50).contains(&y));
    let mut painted = photo.rgba().to_vec();
    for (pixel, lost) in painted.chunks_exact_mut(4).zip(missing.pixels()) {
        if *lost {
            pixel[..3].copy_from_slice(&[255, 0, 255]);
        }
    }
    let painted = Photo::new(SIZE[0], SIZE[1], painted).expect("four bytes");
    let result = filled(&painted, &missing, None).expect("a fill");
    let pairs = result
        .rgba()
        .chunks_exact(4)
        .zip(photo.rgba().chunks_exact(4));
    for ((ours, truth), lost) in pairs.zip(missing.pixels()) {
        let off = ours.iter().zip(truth).map(|(a, b)| a.abs_diff(*b)).max();
        // The solve stops at half a thousandth of a level's energy a pixel.
        let most = u8::from(*lost);
        assert!(off <= Some(most), "{ours:?} for {truth:?}");
    }
}

#[test]
fn nothing_missing_changes_nothing_and_nothing_left_is_refused() {
    let photo = lattice();
    assert_eq!(filled(&photo, &hole(|_, _| false), None), Ok(photo.clone()));
    let refused = filled(&photo, &hole(|_, _| true), None).expect_err("nothing to copy from");
    assert!(matches!(refused, Error::InvalidMask(_)), "{refused}");
    let small = Mask::new(4, 4, vec![false; 16]).expect("16 pixels");
    let part = hole(|x, _| x < 20);
    for (missing, avoid) in [(&small, None), (&part, Some(&small))] {
        let refused = filled(&photo, missing, avoid).expect_err("another size");
        assert!(matches!(refused, Error::InvalidMask(_)), "{refused}");
    }
}
