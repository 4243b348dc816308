//! A photo with its holes filled: in one call, or step by step.

use std::cell::Cell;
use std::fmt::{self, Debug};
use std::pin::Pin;
use std::rc::Rc;

use super::poisson::reconstructed;
use super::search::{Exemplar, Options};
use super::watch::{Watch, advanced, finished};
use super::{Error as Reason, Photo as Pixels};
use crate::error::Error;
use crate::photo::mask::Mask;
use crate::photo::pixels::Photo;

/// The share of a variant's work before its Poisson solve.
const LABELLED: f32 = 0.8;

/// The photo with its missing pixels filled from elsewhere in it, by gradients of what is copied.
/// All other pixels are as they were.
///
/// `avoid`: what is not copied from. Each `variant`, from 0, copies from other places.
///
/// # Errors
/// [`Error::InvalidMask`] where a mask has another size than the photo, or nothing is left to copy
/// from; [`Error::InvalidOption`] for a variant beyond 999; [`Error::NotConverged`].
pub fn filled_from_photo(
    photo: &Photo,
    missing: &Mask,
    avoid: Option<&Mask>,
    options: Options,
    variant: usize,
) -> Result<Photo, Error> {
    check_sizes(photo, missing, avoid)?;
    let fill = async |watch: Watch<'_>| {
        let mut holes = Holes::of(photo, missing, avoid, options, watch.part(0.0, 0.5)).await?;
        holes.filled(variant, watch.part(0.5, 1.0)).await
    };
    Ok(finished(fill, &mut |_| true)?)
}

/// What a [`FillRun`] has done.
#[derive(Debug)]
pub enum FillProgress {
    /// A part of a variant.
    Part,
    /// The last part of one: the photo, filled.
    Variant(Photo),
}

/// Variants of a filled photo under way. Who drops it cancels it.
pub struct FillRun {
    work: Pin<Box<dyn Future<Output = Result<(), Reason>>>>,
    report: Rc<Report>,
}

/// What the work of a run tells.
#[derive(Default)]
struct Report {
    share: Cell<f32>,
    variant: Cell<Option<Photo>>,
}

impl FillRun {
    /// The first `count` variants of [`filled_from_photo`]. The search that they share is made
    /// once.
    ///
    /// # Errors
    /// [`Error::InvalidMask`] where a mask has another size than the photo; what else may fail does
    /// so in [`Self::advance`].
    pub fn new(
        photo: Photo,
        missing: Mask,
        avoid: Option<Mask>,
        options: Options,
        count: usize,
    ) -> Result<Self, Error> {
        check_sizes(&photo, &missing, avoid.as_ref())?;
        let report = Rc::new(Report::default());
        let told = report.clone();
        let work = async move {
            let watch = Watch::new(&told.share);
            // The search counts as one of the variants.
            let share = |done: usize| done as f32 / (count + 1) as f32;
            let part = |number: usize| watch.part(share(number), share(number + 1));
            let mut holes = Holes::of(&photo, &missing, avoid.as_ref(), options, part(0)).await?;
            for variant in 0..count {
                let filled = holes.filled(variant, part(variant + 1)).await?;
                told.variant.set(Some(filled));
                watch.check(share(variant + 2)).await;
            }
            Ok(())
        };
        Ok(Self {
            work: Box::pin(work),
            report,
        })
    }

    /// Goes on, for some hundredths of a second. `None` once all variants are finished; it panics
    /// where it is called again after that, or after an error.
    ///
    /// # Errors
    /// As of [`filled_from_photo`].
    pub fn advance(&mut self) -> Result<Option<FillProgress>, Error> {
        let done = advanced(self.work.as_mut()).transpose()?;
        Ok(match (self.report.variant.take(), done) {
            (Some(photo), _) => Some(FillProgress::Variant(photo)),
            (None, None) => Some(FillProgress::Part),
            (None, Some(())) => None,
        })
    }

    /// The share of all variants' work that is done, 0 to 1.
    pub fn share(&self) -> f32 {
        self.report.share.get()
    }
}

impl Debug for FillRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FillRun")
            .field("share", &self.share())
            .finish_non_exhaustive()
    }
}

/// A photo, and what its holes can be filled with.
struct Holes<'a> {
    photo: &'a Photo,
    pixels: Pixels<'a>,
    missing: &'a [bool],
    exemplar: Exemplar<'a>,
}

impl<'a> Holes<'a> {
    async fn of(
        photo: &'a Photo,
        missing: &'a Mask,
        avoid: Option<&'a Mask>,
        options: Options,
        watch: Watch<'_>,
    ) -> Result<Self, Reason> {
        let pixels = Pixels::rgba(photo.width(), photo.height(), photo.rgba())?;
        let (missing, avoid) = (missing.pixels(), avoid.map(Mask::pixels));
        Ok(Self {
            photo,
            pixels,
            missing,
            exemplar: Exemplar::searched(pixels, missing, avoid, options, watch).await?,
        })
    }

    /// The photo filled in this variant.
    async fn filled(&mut self, variant: usize, watch: Watch<'_>) -> Result<Photo, Reason> {
        let fills = self
            .exemplar
            .fills(variant, watch.part(0.0, LABELLED))
            .await?;
        let mut photo = self.photo.clone();
        let width = photo.width();
        for (number, fill) in fills.iter().enumerate() {
            let [from, to] = [number, number + 1].map(|n| n as f32 / fills.len() as f32);
            let part = watch.part(LABELLED, 1.0).part(from, to);
            let colours = reconstructed(&self.pixels, self.missing, fill, part).await?;
            for (pixel, colour) in fill.pixels.iter().zip(colours) {
                let at = 4 * (pixel.y as usize * width + pixel.x as usize);
                let levels = colour.map(|level| level.round().clamp(0.0, 255.0) as u8);
                photo.rgba_mut()[at..at + 3].copy_from_slice(&levels);
            }
        }
        Ok(photo)
    }
}

fn check_sizes(photo: &Photo, missing: &Mask, avoid: Option<&Mask>) -> Result<(), Error> {
    for mask in [Some(missing), avoid].into_iter().flatten() {
        mask.check_size(photo.width(), photo.height())?;
    }
    Ok(())
}

impl From<Reason> for Error {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::InvalidImage(why) => Self::InvalidImage(why),
            Reason::InvalidMask(why) => Self::InvalidMask(why),
            Reason::NothingToCopy(why) => Self::InvalidMask(format!("nothing to copy from: {why}")),
            Reason::NotConverged(why) => Self::NotConverged(why),
            Reason::InvalidOption(why) => Self::InvalidOption(why),
            Reason::Cancelled => Self::InvalidOption("the fill was cancelled".into()),
        }
    }
}
