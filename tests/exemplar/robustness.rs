//! Masks and photos of every kind: a fill or a typed error, and never a panic.

use eps_restore::low_level::exemplar::{Error, Exemplar, Fill, Options, Photo, poisson};

fn random(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1);
    (*state >> 40) as usize
}

fn fills(
    [width, height]: [usize; 2],
    rgb: &[u8],
    missing: &[bool],
    avoid: &[bool],
) -> Result<Vec<Fill>, Error> {
    let photo = Photo::rgb(width, height, rgb)?;
    let options = Options {
        offsets: 12,
        mirrors: true,
        seed: 1,
    };
    let mut exemplar = Exemplar::new(photo, missing, Some(avoid), options, &mut |_| true)?;
    let fills = exemplar.variant(1, &mut |_| true)?;
    for fill in &fills {
        let solved = poisson::reconstruct(&photo, missing, fill, &mut || true)?;
        assert!(solved.iter().flatten().all(|v| v.is_finite()));
    }
    Ok(fills)
}

#[test]
fn small_photos_with_any_masks() {
    let mut state = 11;
    for case in 0..300 {
        let size = [1 + random(&mut state) % 24, 1 + random(&mut state) % 24];
        let pixels = size[0] * size[1];
        let rgb: Vec<u8> = (0..3 * pixels).map(|_| random(&mut state) as u8).collect();
        let share = [0, 10, 50, 95, 100][case % 5];
        let mut mask = |share: usize| -> Vec<bool> {
            (0..pixels)
                .map(|_| random(&mut state) % 100 < share)
                .collect()
        };
        let (missing, avoid) = (mask(share), mask(100 - share));
        let copyable = missing.iter().zip(&avoid).any(|(m, a)| !m && !a);
        match fills(size, &rgb, &missing, &avoid) {
            Ok(fills) => {
                let filled: usize = fills.iter().map(|fill| fill.pixels.len()).sum();
                assert_eq!(filled, missing.iter().filter(|m| **m).count());
            }
            Err(Error::NothingToCopy(_)) => assert!(!copyable),
            Err(error) => panic!("case {case}, {size:?}: {error}"),
        }
    }
}

#[test]
fn holes_at_every_edge_and_corner_and_several_at_once() {
    let (width, height) = (180, 160);
    let mut state = 2;
    let rgb: Vec<u8> = (0..3 * width * height)
        .map(|_| random(&mut state) as u8 / 2)
        .collect();
    let mut missing = vec![false; width * height];
    for (left, top) in [
        (0, 0),
        (150, 0),
        (0, 130),
        (150, 130),
        (80, 60),
        (80, 0),
        (0, 70),
    ] {
        for y in top..top + 30 {
            missing[y * width + left..][..30].fill(true);
        }
    }
    let fills = fills(
        [width, height],
        &rgb,
        &missing,
        &vec![false; width * height],
    );
    let fills = fills.expect("there is much to copy");
    assert_eq!(fills.len(), 7);
    assert!(
        fills
            .iter()
            .flat_map(|f| &f.pixels)
            .all(|pixel| pixel.label.is_some())
    );
}

#[test]
fn no_holes_and_nothing_but_holes() {
    let rgb = vec![9; 3 * 64 * 48];
    let none = vec![false; 64 * 48];
    let all = vec![true; 64 * 48];
    assert_eq!(fills([64, 48], &rgb, &none, &none), Ok(Vec::new()));
    let nothing = |result| matches!(result, Err(Error::NothingToCopy(_)));
    assert!(nothing(fills([64, 48], &rgb, &all, &none)));
    let mut some = none.clone();
    some[700..720].fill(true);
    assert!(nothing(fills([64, 48], &rgb, &some, &all)));
    assert!(nothing(fills([1, 1], &[1, 2, 3], &[true], &[false])));
    assert_eq!(
        fills([1, 1], &[1, 2, 3], &[false], &[false]),
        Ok(Vec::new())
    );
}

/// Where a few pixels are all that is known of a large photo, they are not worth a search.
#[test]
fn next_to_nothing_to_copy_from() {
    let (width, height) = (700, 600);
    let rgb: Vec<u8> = (0..3 * width * height).map(|i| (i / 7) as u8).collect();
    let mut missing = vec![true; width * height];
    missing[123_456] = false;
    let fills = fills(
        [width, height],
        &rgb,
        &missing,
        &vec![false; width * height],
    );
    assert!(matches!(fills, Err(Error::NothingToCopy(_))));
}

#[test]
fn one_pixel_to_copy_from() {
    let rgb: Vec<u8> = (0..3 * 60 * 60).map(|i| (i / 3) as u8).collect();
    let mut missing = vec![true; 60 * 60];
    missing[1234] = false;
    let fills = fills([60, 60], &rgb, &missing, &vec![false; 3600]).expect("one pixel");
    let copied = fills[0].pixels.iter().filter(|pixel| pixel.label.is_some());
    assert!((1..=96).contains(&copied.count()));
}

#[test]
fn wrong_sizes_values_and_options() {
    let rgb = [0; 12];
    assert!(matches!(
        Photo::rgb(2, 3, &rgb),
        Err(Error::InvalidImage(_))
    ));
    assert!(matches!(Photo::rgb(0, 0, &[]), Err(Error::InvalidImage(_))));
    assert!(matches!(
        Photo::rgb(usize::MAX, 2, &rgb),
        Err(Error::InvalidImage(_))
    ));
    let photo = Photo::rgb(2, 2, &rgb).expect("three bytes a pixel");
    let new = |missing: &[bool], options: Options| {
        Exemplar::new(photo, missing, None, options, &mut |_| true).map(|_| ())
    };
    assert!(matches!(
        new(&[true; 3], Options::DEFAULT),
        Err(Error::InvalidMask(_))
    ));
    let none = Options {
        offsets: 0,
        ..Options::DEFAULT
    };
    assert!(matches!(
        new(&[true; 4], none),
        Err(Error::InvalidOption(_))
    ));
    let made = Exemplar::new(photo, &[false; 4], None, Options::DEFAULT, &mut |_| true);
    let late = made.expect("no holes").variant(usize::MAX, &mut |_| true);
    assert!(matches!(late, Err(Error::InvalidOption(_))));
    let plane = [0.0, f32::NAN, 0.0, 0.0];
    let photo = Photo::planes(2, 2, [&plane; 3]).expect("an entry a pixel");
    let new = |missing: &[bool]| {
        let made = Exemplar::new(photo, missing, None, Options::DEFAULT, &mut |_| true);
        made.map(|_| ())
    };
    // Where it is missing, anything goes.
    assert_eq!(new(&[false, true, false, false]), Ok(()));
    let known = new(&[true, false, false, false]);
    assert!(matches!(known, Err(Error::InvalidImage(_))));
}

#[test]
fn it_stops_when_told_to() {
    let (width, height) = (160, 140);
    let mut state = 3;
    let rgb: Vec<u8> = (0..3 * width * height)
        .map(|_| random(&mut state) as u8)
        .collect();
    let missing: Vec<bool> = (0..width * height)
        .map(|i| (50..90).contains(&(i % width)) && (50..90).contains(&(i / width)))
        .collect();
    let photo = Photo::rgb(width, height, &rgb).expect("three bytes a pixel");
    let new = |go_on: &mut dyn FnMut(f32) -> bool| {
        Exemplar::new(photo, &missing, None, Options::DEFAULT, go_on)
    };
    let (mut shares, mut exemplar) = (Vec::new(), None);
    for stop in [1, 2, 5, usize::MAX] {
        shares.clear();
        let result = new(&mut |share| {
            shares.push(share);
            shares.len() < stop
        });
        match result {
            Ok(made) => exemplar = Some(made),
            Err(error) => assert_eq!(error, Error::Cancelled),
        }
    }
    assert!(shares.is_sorted() && shares.iter().all(|share| (0.0..=1.0).contains(share)));
    let mut exemplar = exemplar.expect("it is not always stopped");
    let mut shares = Vec::new();
    let fills = exemplar.variant(0, &mut |share| {
        shares.push(share);
        true
    });
    assert!(fills.is_ok() && shares.is_sorted());
    for stop in [1, 10, shares.len()] {
        let mut asked = 0;
        let stopped = exemplar.variant(0, &mut |_| {
            asked += 1;
            asked < stop
        });
        assert_eq!(stopped, Err(Error::Cancelled));
        assert_eq!(asked, stop);
    }
}
