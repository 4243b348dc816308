//! Photos filled in one call.

use eps_restore::low_level::exemplar::{FillProgress, FillRun, Options, filled_from_photo};
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

#[test]
fn a_run_gives_the_same_variants_in_parts() {
    let photo = lattice();
    let missing = hole(|x, y| (30..60).contains(&x) && (20..50).contains(&y));
    let count = 3;
    let run = FillRun::new(
        photo.clone(),
        missing.clone(),
        None,
        Options::DEFAULT,
        count,
    );
    let mut run = run.expect("masks of the photo's size");
    let (mut variants, mut shares) = (Vec::new(), vec![run.share()]);
    while let Some(progress) = run.advance().expect("a fill") {
        shares.push(run.share());
        if let FillProgress::Variant(filled) = progress {
            variants.push(filled);
        }
    }
    let wanted = (0..count).map(|variant| {
        filled_from_photo(&photo, &missing, None, Options::DEFAULT, variant).expect("a fill")
    });
    assert_eq!(variants, wanted.collect::<Vec<Photo>>());
    assert!(shares.len() > 100, "{} parts", shares.len());
    assert!(shares.is_sorted());
    assert_eq!((shares[0], shares[shares.len() - 1]), (0.0, 1.0));
}

#[test]
fn a_run_refuses_what_it_cannot_fill() {
    let photo = lattice();
    let small = Mask::new(4, 4, vec![false; 16]).expect("16 pixels");
    let part = hole(|x, _| x < 20);
    for (missing, avoid) in [(small.clone(), None), (part, Some(small))] {
        let run = FillRun::new(photo.clone(), missing, avoid, Options::DEFAULT, 1);
        assert!(matches!(run, Err(Error::InvalidMask(_))));
    }
    let all = hole(|_, _| true);
    let run = FillRun::new(photo.clone(), all, None, Options::DEFAULT, 1);
    let mut run = run.expect("a mask of the photo's size");
    let ended = loop {
        match run.advance() {
            Ok(Some(FillProgress::Part)) => {}
            ended => break ended,
        }
    };
    assert!(matches!(ended, Err(Error::InvalidMask(_))), "{ended:?}");
    let nothing = hole(|_, _| false);
    let run = FillRun::new(photo.clone(), nothing, None, Options::DEFAULT, 1);
    let mut run = run.expect("a mask of the photo's size");
    let same = loop {
        match run.advance().expect("a fill") {
            Some(FillProgress::Part) => {}
            Some(FillProgress::Variant(same)) => break same,
            None => panic!("it ended without a variant"),
        }
    };
    assert_eq!(same, photo);
}
