//! The whole: holes found, their labels at the smallest size, refined to the photo's own.

use crate::exemplar::choice;
use crate::exemplar::coarse;
use crate::exemplar::error::Error;
use crate::exemplar::fill::{Fill, fill};
use crate::exemplar::groups::{Groups, search_window};
use crate::exemplar::label::Label;
use crate::exemplar::offsets::{Peak, peaks};
use crate::exemplar::photo::Photo;
use crate::exemplar::random::Random;
use crate::exemplar::refinement::refined;
use crate::exemplar::rim_match::matches;
use crate::exemplar::scene::{Scene, Sites};
use crate::exemplar::watch::{Watch, finished};
use crate::photo::pixels::Window;

/// The most pixels of a hole at its smallest size.
const MOST_SITES: usize = 16_000;
/// The most pixels of a search window at its smallest size.
const MOST_PATCHES: usize = 260_000;
/// Offsets kept for variants: this many times those that one of them is offered.
const POOL: usize = 4;
/// Each variant needs those before it.
const MOST_VARIANTS: usize = 1000;
/// A label that covers a larger share of a hole than one in this many is not used in the next
/// variant.
const MUCH_USED: usize = 8;

/// What is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Offsets that a hole may be filled with.
    pub offsets: usize,
    /// Whether mirrored copies may be used too.
    pub mirrors: bool,
    /// The seed of all draws.
    pub seed: u64,
}

impl Options {
    /// Sixty offsets, no mirrors, seed 0.
    pub const DEFAULT: Self = Self {
        offsets: 60,
        mirrors: false,
        seed: 0,
    };
}

/// A photo whose holes can be filled with what is around them, in variants.
#[derive(Debug)]
pub struct Exemplar<'a> {
    photo: Photo<'a>,
    missing: &'a [bool],
    avoid: Option<&'a [bool]>,
    options: Options,
    groups: Groups,
    holes: Vec<Hole>,
}

#[derive(Debug)]
struct Hole {
    window: Window,
    /// The size at which labels are searched for: halved this often. `None` where next to nothing
    /// may be copied to a large hole.
    halvings: Option<usize>,
    /// Offsets that repeat often, and offsets that fit at the rim.
    pools: [Vec<Peak>; 2],
    /// For each variant known so far, the labels that it is mostly made of.
    used: Vec<Vec<Label>>,
}

impl<'a> Exemplar<'a> {
    /// Finds the holes of a photo and the offsets by which what is around them repeats.
    ///
    /// `missing` and `avoid` have one entry a pixel, row by row; what is to be avoided is known,
    /// but not copied. `go_on` is given the share that is done, 0 to 1, and says whether to go on.
    ///
    /// # Errors
    /// [`Error::InvalidMask`] for masks of another size, [`Error::InvalidOption`] for no or more
    /// than 1000 offsets, [`Error::InvalidImage`] for known values that are not finite,
    /// [`Error::NothingToCopy`] where there are holes and no pixel may be copied to any, and
    /// [`Error::Cancelled`].
    pub fn new(
        photo: Photo<'a>,
        missing: &'a [bool],
        avoid: Option<&'a [bool]>,
        options: Options,
        go_on: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Self, Error> {
        let search =
            async |watch: Watch<'_>| Self::searched(photo, missing, avoid, options, watch).await;
        finished(search, go_on)
    }

    /// The same, as work that pauses.
    pub(crate) async fn searched(
        photo: Photo<'a>,
        missing: &'a [bool],
        avoid: Option<&'a [bool]>,
        options: Options,
        watch: Watch<'_>,
    ) -> Result<Self, Error> {
        let pixels = photo.width() * photo.height();
        if missing.len() != pixels || avoid.is_some_and(|avoid| avoid.len() != pixels) {
            return Err(Error::InvalidMask(format!(
                "a photo of {}x{} takes masks of {pixels} entries",
                photo.width(),
                photo.height()
            )));
        }
        if !(1..=1000).contains(&options.offsets) {
            return Err(Error::InvalidOption(format!(
                "{} offsets; 1 to 1000 are possible",
                options.offsets
            )));
        }
        let groups = Groups::of(missing, photo.width(), photo.height());
        let mut exemplar = Self {
            photo,
            missing,
            avoid,
            options,
            groups,
            holes: Vec::new(),
        };
        exemplar.search(watch).await?;
        Ok(exemplar)
    }

    /// The number of holes.
    pub fn holes(&self) -> usize {
        self.holes.len()
    }

    /// The fills of all holes in variant `j`. The first is the best; each further one does without
    /// the offsets that the ones before it used most.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for `j` of 1000 or more, and [`Error::Cancelled`].
    pub fn variant(
        &mut self,
        j: usize,
        go_on: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Vec<Fill>, Error> {
        finished(async |watch| self.fills(j, watch).await, go_on)
    }

    /// The same, as work that pauses.
    pub(crate) async fn fills(&mut self, j: usize, watch: Watch<'_>) -> Result<Vec<Fill>, Error> {
        if j >= MOST_VARIANTS {
            return Err(Error::InvalidOption(format!(
                "variant is {j}; 0 to {} are possible",
                MOST_VARIANTS - 1
            )));
        }
        let count = self.holes.len();
        let mut fills = Vec::with_capacity(count);
        for hole in 0..count {
            let share = 1.0 / count as f32;
            let part = watch.part(hole as f32 * share, (hole + 1) as f32 * share);
            fills.push(self.filled(hole, j, part).await?);
        }
        Ok(fills)
    }

    async fn search(&mut self, watch: Watch<'_>) -> Result<(), Error> {
        let count = self.groups.bounds.len();
        let mut nothing = count > 0;
        for number in 0..count {
            let share = 1.0 / count as f32;
            let part = watch.part(number as f32 * share, (number + 1) as f32 * share);
            part.check(0.0).await;
            let size = [self.photo.width(), self.photo.height()];
            let copyable = |at: usize| self.may_be_copied(at);
            let window = search_window(self.groups.bounds[number], size, copyable);
            let scene = self.scene(window, number)?;
            let levels = pyramid(scene, part, |_, scene| is_small(scene)).await;
            let scene = &levels[levels.len() - 1];
            let possible = is_small(scene) && scene.copyable.contains(&true);
            nothing &= !possible;
            self.holes.push(Hole {
                window,
                halvings: possible.then_some(levels.len() - 1),
                pools: if possible {
                    self.pools(scene, part).await
                } else {
                    [Vec::new(), Vec::new()]
                },
                used: Vec::new(),
            });
        }
        if nothing {
            return Err(Error::NothingToCopy(
                "every pixel around the holes is missing or to be avoided".to_owned(),
            ));
        }
        Ok(())
    }

    /// Offsets that repeat often, and offsets that fit at the rim.
    async fn pools(&self, scene: &Scene, watch: Watch<'_>) -> [Vec<Peak>; 2] {
        let sites = Sites::of(scene);
        let wanted = POOL * self.options.offsets;
        let mirrors = self.options.mirrors;
        let often = peaks(scene, mirrors, 2 * wanted, watch.part(0.0, 0.6)).await;
        let fitting = matches(scene, watch.part(0.6, 1.0)).await;
        [often, fitting].map(|pool| {
            let mut pool = choice::useful(pool, scene, &sites);
            pool.truncate(wanted);
            pool
        })
    }

    fn may_be_copied(&self, at: usize) -> bool {
        !self.missing[at] && !self.avoid.is_some_and(|avoid| avoid[at])
    }

    /// The window of a hole at full size.
    fn scene(&self, window: Window, hole: usize) -> Result<Scene, Error> {
        let width = self.photo.width();
        let pixels = || window.offsets(width).map(|(_, at)| at);
        let of_hole = |at: usize| self.missing[at] && self.groups.hole(at, width) == hole;
        Ok(Scene {
            picture: self.photo.window(window, self.missing)?,
            missing: pixels().map(|at| self.missing[at]).collect(),
            hole: pixels().map(of_hole).collect(),
            copyable: pixels().map(|at| self.may_be_copied(at)).collect(),
        })
    }

    async fn filled(&mut self, number: usize, j: usize, watch: Watch<'_>) -> Result<Fill, Error> {
        let Hole {
            window, halvings, ..
        } = self.holes[number];
        let whole = self.scene(window, number)?;
        let Some(halvings) = halvings else {
            let corner = [window.left, window.top];
            return Ok(fill(&whole, &Sites::default(), &[], corner));
        };
        let mut levels = pyramid(whole, watch, |n, _| n == halvings).await;
        let whole = levels[0].hole.clone();
        let (mut sites, mut labels) = (Sites::default(), Vec::new());
        let known = self.holes[number].used.len().min(j);
        let share = |done: usize, of: usize| 0.5 * done as f32 / of as f32;
        for earlier in known..=j {
            let [from, to] = [earlier, earlier + 1].map(|at| share(at - known, j + 1 - known));
            let scene = &mut levels[halvings];
            (sites, labels) = self
                .coarse(number, earlier, scene, watch.part(from, to))
                .await?;
        }
        for level in (0..halvings).rev() {
            let [from, to] = [level + 1, level].map(|left| 1.0 - share(left, halvings));
            let part = watch.part(from, to);
            let (above, below) = levels.split_at_mut(level + 1);
            let scene = &mut above[level];
            let parents = drop_orphans(scene, &below[0], &sites);
            let finer = Sites::of(scene);
            let coarse: Vec<Label> = parents.iter().map(|&site| labels[site]).collect();
            labels = refined(scene, &finer, &coarse, part).await;
            sites = finer;
        }
        watch.check(1.0).await;
        let scene = &mut levels[0];
        scene.hole = whole;
        Ok(fill(scene, &sites, &labels, [window.left, window.top]))
    }

    /// The sites and labels of a variant at the smallest size. Sites that no label can be used at
    /// are taken out of the scene's hole.
    async fn coarse(
        &mut self,
        number: usize,
        j: usize,
        scene: &mut Scene,
        watch: Watch<'_>,
    ) -> Result<(Sites, Vec<Label>), Error> {
        let hole = &mut self.holes[number];
        let mut sites = Sites::of(scene);
        let mut random = Random::new(self.options.seed, (number as u64) << 32 | j as u64);
        let used: Vec<Label> = hole.used[..j].iter().flatten().copied().collect();
        let mut offered = Vec::new();
        for pool in &hole.pools {
            let drawn = choice::drawn(pool, self.options.offsets, &used, &mut random);
            offered.extend(drawn);
        }
        offered.sort_unstable();
        offered.dedup();
        let left = choice::complete(&mut offered, scene, &sites, &mut random);
        if !left.is_empty() {
            for site in left {
                let (x, y) = sites.places[site];
                if let Some(at) = scene.at(x, y) {
                    scene.hole[at] = false;
                }
            }
            sites = Sites::of(scene);
        }
        let labels = coarse::labels(scene, &sites, &offered, watch).await?;
        if hole.used.len() == j {
            hole.used.push(much_used(&labels));
        }
        Ok((sites, labels))
    }
}

/// A scene and its halves, until one is the last, or nothing could be copied in the next.
async fn pyramid(
    scene: Scene,
    watch: Watch<'_>,
    is_last: impl Fn(usize, &Scene) -> bool,
) -> Vec<Scene> {
    let mut levels = vec![scene];
    loop {
        watch.check(0.0).await;
        let halvings = levels.len() - 1;
        if is_last(halvings, &levels[halvings]) {
            return levels;
        }
        let next = levels[halvings].halved();
        if !next.copyable.contains(&true) {
            return levels;
        }
        levels.push(next);
    }
}

/// Whether labels are searched for at this size.
fn is_small(scene: &Scene) -> bool {
    let sites = scene.hole.iter().filter(|&&hole| hole).count();
    scene.hole.len() <= MOST_PATCHES && sites <= MOST_SITES
}

/// Takes pixels whose blocks have no site out of a scene's hole. The sites of those that are left.
fn drop_orphans(scene: &mut Scene, coarse: &Scene, sites: &Sites) -> Vec<usize> {
    let (width, across) = (scene.width(), coarse.width());
    let mut parents = Vec::new();
    for at in 0..scene.hole.len() {
        if !scene.hole[at] {
            continue;
        }
        match sites.at(at / width / 2 * across + at % width / 2) {
            Some(site) => parents.push(site),
            None => scene.hole[at] = false,
        }
    }
    parents
}

/// The labels that cover much of a hole.
fn much_used(labels: &[Label]) -> Vec<Label> {
    let mut sorted = labels.to_vec();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a == b);
    let much = runs.filter(|run| run.len() * MUCH_USED > labels.len());
    much.map(|run| run[0]).collect()
}
