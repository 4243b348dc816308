//! What every fill keeps to, on photos that are made up.

use std::collections::BTreeSet;

use eps_restore::low_level::exemplar::{
    Class, Error, Exemplar, Fill, Label, Options, Photo, poisson,
};

/// Random bytes, the same everywhere.
struct Bytes(u64);

impl Bytes {
    fn next(&mut self) -> u8 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 56) as u8
    }
}

#[derive(Clone)]
struct Case {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
    missing: Vec<bool>,
    avoid: Vec<bool>,
}

impl Case {
    fn of(width: usize, height: usize, colour: impl FnMut(usize, usize) -> [u8; 3]) -> Self {
        let mut colour = colour;
        let rgb = (0..width * height).flat_map(|i| colour(i % width, i / width));
        Self {
            width,
            height,
            rgb: rgb.collect(),
            missing: vec![false; width * height],
            avoid: vec![false; width * height],
        }
    }

    fn noise(width: usize, height: usize, seed: u64) -> Self {
        let mut bytes = Bytes(seed);
        Self::of(width, height, |_, _| {
            [bytes.next(), bytes.next(), bytes.next()]
        })
    }

    /// Two waves and a little noise: something for seams to follow.
    fn waves(width: usize, height: usize) -> Self {
        let mut bytes = Bytes(3);
        Self::of(width, height, |x, y| {
            let wave = 60.0 * ((x as f32 / 9.0).sin() + (y as f32 / 7.0 + x as f32 / 40.0).cos());
            let level = (128.0 + wave) as u8;
            [level, level / 2 + bytes.next() / 16, 255 - level]
        })
    }

    fn with_hole(mut self, left: usize, top: usize, width: usize, height: usize) -> Self {
        for y in top..top + height {
            self.missing[y * self.width + left..][..width].fill(true);
        }
        self
    }

    fn photo(&self) -> Photo<'_> {
        Photo::rgb(self.width, self.height, &self.rgb).expect("three bytes a pixel")
    }

    fn exemplar(&self, options: Options) -> Result<Exemplar<'_>, Error> {
        let avoid = Some(&self.avoid[..]);
        Exemplar::new(self.photo(), &self.missing, avoid, options, &mut |_| true)
    }

    fn fills(&self, options: Options, variant: usize) -> Result<Vec<Fill>, Error> {
        self.exemplar(options)?.variant(variant, &mut |_| true)
    }

    fn colour(&self, x: usize, y: usize) -> [f32; 3] {
        [0, 1, 2].map(|c| f32::from(self.rgb[3 * (y * self.width + x) + c]))
    }

    fn solved(&self, fill: &Fill) -> Vec<[f32; 3]> {
        let solved = poisson::reconstruct(&self.photo(), &self.missing, fill, &mut || true);
        solved.expect("it converges")
    }

    /// Each missing pixel is in one fill, and each label points to a pixel that may be copied.
    fn check(&self, fills: &[Fill]) {
        let mut seen = vec![false; self.missing.len()];
        for pixel in fills.iter().flat_map(|fill| &fill.pixels) {
            let at = pixel.y as usize * self.width + pixel.x as usize;
            assert!(self.missing[at] && !seen[at]);
            seen[at] = true;
            if let Some(label) = pixel.label {
                let (x, y) = label.source(pixel.x as i32, pixel.y as i32);
                let (x, y) = (x as usize, y as usize);
                assert!(
                    x < self.width && y < self.height,
                    "{label:?} leaves the photo"
                );
                let source = y * self.width + x;
                assert!(!self.missing[source] && !self.avoid[source]);
                assert_eq!(pixel.colour, self.colour(x, y));
            }
        }
        assert_eq!(seen, self.missing);
        for fill in fills {
            let finite = |v: &[f32; 3]| v.iter().all(|v| v.is_finite());
            assert!(fill.gradients.iter().all(|g| finite(&g.wanted)));
            assert!(self.solved(fill).iter().all(finite));
        }
    }
}

#[test]
fn labels_point_to_what_may_be_copied() {
    let mut case = Case::waves(150, 120).with_hole(50, 40, 40, 30);
    for at in (0..case.avoid.len()).filter(|at| at % 150 < 30) {
        case.avoid[at] = true;
    }
    for variant in 0..3 {
        let fills = case.fills(Options::DEFAULT, variant).expect("a fill");
        case.check(&fills);
        assert!(fills[0].pixels.iter().all(|pixel| pixel.label.is_some()));
    }
}

#[test]
fn mirrored_labels_do_too() {
    let case = Case::waves(150, 120).with_hole(50, 40, 40, 30);
    let options = Options {
        mirrors: true,
        ..Options::DEFAULT
    };
    case.check(&case.fills(options, 0).expect("a fill"));
}

#[test]
fn a_symmetric_photo_is_completed_by_its_mirror_image() {
    let (width, height) = (160, 100);
    let half = Case::noise(width, height, 5);
    let rgb = |x: usize, y: usize| {
        let x = x.min(width - 1 - x);
        [0, 1, 2].map(|c| half.rgb[3 * (y * width + x) + c])
    };
    let whole = Case::of(width, height, rgb);
    let case = whole.clone().with_hole(20, 30, 30, 30);
    let options = Options {
        mirrors: true,
        ..Options::DEFAULT
    };
    let fills = case.fills(options, 0).expect("a fill");
    for pixel in &fills[0].pixels {
        let original = whole.colour(pixel.x as usize, pixel.y as usize);
        assert_eq!(pixel.colour, original);
        assert!(pixel.label.is_some_and(|label| label.mirrored));
    }
}

#[test]
fn the_same_seed_gives_the_same_fill() {
    let case = Case::noise(140, 110, 9).with_hole(40, 30, 50, 40);
    let run = |seed: u64, variant: usize| {
        let options = Options {
            seed,
            ..Options::DEFAULT
        };
        case.fills(options, variant).expect("a fill")
    };
    assert_eq!(run(1, 0), run(1, 0));
    assert_eq!(run(1, 2), run(1, 2));
    // Nor does it matter which variants were asked for before.
    let mut exemplar = case
        .exemplar(Options {
            seed: 1,
            ..Options::DEFAULT
        })
        .expect("a fill");
    let mut of = |j: usize| exemplar.variant(j, &mut |_| true).expect("a fill");
    let first = of(0);
    assert_eq!(of(2), run(1, 2));
    assert_eq!(of(0), first);
}

#[test]
fn a_variant_does_without_what_the_first_used_most() {
    let case = Case::waves(200, 160).with_hole(60, 50, 50, 50);
    let most = |variant: usize| {
        let fills = case.fills(Options::DEFAULT, variant).expect("a fill");
        let mut labels: Vec<Label> = fills[0].pixels.iter().filter_map(|p| p.label).collect();
        labels.sort_unstable();
        let total = labels.len();
        let runs = labels.chunk_by(|a, b| a == b);
        let much = runs.filter(|run| run.len() * 7 > total).map(|run| run[0]);
        much.collect::<BTreeSet<Label>>()
    };
    let (first, second) = (most(0), most(1));
    assert!(!first.is_empty());
    assert!(first.is_disjoint(&second), "{first:?} {second:?}");
}

/// A texture that repeats is completed by itself: by whole periods, so exactly.
#[test]
fn a_periodic_texture_is_continued_exactly() {
    for (side, hole, period) in [(200, 40, [12, 10]), (420, 130, [36, 40])] {
        let tile = Case::noise(period[0], period[1], 4);
        let rgb = |x: usize, y: usize| {
            let at = (y % period[1]) * period[0] + x % period[0];
            [0, 1, 2].map(|c| tile.rgb[3 * at + c])
        };
        let whole = Case::of(side, side, rgb);
        let case = whole.clone().with_hole(side / 3, side / 3, hole, hole);
        let fills = case.fills(Options::DEFAULT, 0).expect("a fill");
        for pixel in &fills[0].pixels {
            let original = whole.colour(pixel.x as usize, pixel.y as usize);
            assert_eq!(pixel.colour, original, "at {}, {}", pixel.x, pixel.y);
        }
        let inside = |g: &eps_restore::low_level::exemplar::Gradient| g.class.deviation(1.0) == 1.0;
        assert!(fills[0].gradients.iter().all(inside));
    }
}

#[test]
fn a_constant_stays_constant() {
    let case = Case::of(120, 90, |_, _| [10, 200, 30]).with_hole(30, 30, 40, 30);
    let fills = case.fills(Options::DEFAULT, 0).expect("a fill");
    let wanted = [10.0, 200.0, 30.0];
    assert!(fills[0].pixels.iter().all(|pixel| pixel.colour == wanted));
    for colour in case.solved(&fills[0]) {
        for (value, wanted) in colour.iter().zip(wanted) {
            assert!((value - wanted).abs() < 0.01);
        }
    }
}

/// Copies of a ramp have its gradient and another level: the solve puts them right.
#[test]
fn a_ramp_is_continued_by_the_solve() {
    let (width, height) = (160, 140);
    let ramp = |x: usize, y: usize| 20.0 + 0.5 * x as f32 + 0.8 * y as f32;
    let plane: Vec<f32> = (0..width * height)
        .map(|i| ramp(i % width, i / width))
        .collect();
    let missing: Vec<bool> = (0..width * height)
        .map(|i| (50..110).contains(&(i % width)) && (40..100).contains(&(i / width)))
        .collect();
    let photo = Photo::planes(width, height, [&plane[..]; 3]).expect("an entry a pixel");
    let mut exemplar = Exemplar::new(photo, &missing, None, Options::DEFAULT, &mut |_| true);
    let exemplar = exemplar.as_mut().expect("a hole");
    let fills = exemplar.variant(0, &mut |_| true).expect("a fill");
    let solved = poisson::reconstruct(&photo, &missing, &fills[0], &mut || true);
    let solved = solved.expect("it converges");
    for (pixel, colour) in fills[0].pixels.iter().zip(&solved) {
        let wanted = ramp(pixel.x as usize, pixel.y as usize);
        // The gradients' error, 5e-4 a pixel at most on average, over the 30 to the rim.
        assert!((colour[0] - wanted).abs() < 30.0 * poisson::TOLERANCE);
    }
}

#[test]
fn classes_are_those_of_the_labels() {
    let case = Case::waves(150, 120).with_hole(50, 40, 40, 30);
    let fill = &case.fills(Options::DEFAULT, 0).expect("a fill")[0];
    let label = |x: u32, y: u32| {
        let pixel = fill
            .pixels
            .iter()
            .find(|pixel| (pixel.x, pixel.y) == (x, y));
        pixel.and_then(|pixel| pixel.label)
    };
    assert_eq!(fill.gradients.len(), 41 * 30 + 40 * 31);
    for g in &fill.gradients {
        let next = match g.axis {
            eps_restore::low_level::exemplar::Axis::Horizontal => (g.x + 1, g.y),
            eps_restore::low_level::exemplar::Axis::Vertical => (g.x, g.y + 1),
        };
        let same = match (label(g.x, g.y), label(next.0, next.1)) {
            (Some(a), Some(b)) if a == b => g.class == Class::Inside,
            (Some(_), Some(_)) => matches!(g.class, Class::Seam { .. }),
            _ => matches!(g.class, Class::Rim { .. } | Class::Free),
        };
        assert!(same, "{g:?}");
    }
}
