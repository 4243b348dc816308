//! A photo with its holes filled.

use super::search::{Exemplar, Options};
use super::{Error as Reason, Photo as Pixels, poisson};
use crate::error::Error;
use crate::photo::mask::Mask;
use crate::photo::pixels::Photo;

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
    let (width, height) = (photo.width(), photo.height());
    missing.check_size(width, height)?;
    if let Some(avoid) = avoid {
        avoid.check_size(width, height)?;
    }
    if !missing.pixels().contains(&true) {
        return Ok(photo.clone());
    }
    let pixels = Pixels::rgba(width, height, photo.rgba())?;
    let (hole, avoid) = (missing.pixels(), avoid.map(Mask::pixels));
    let mut exemplar = Exemplar::new(pixels, hole, avoid, options, &mut |_| true)?;
    let mut rgba = photo.rgba().to_vec();
    for fill in exemplar.variant(variant, &mut |_| true)? {
        let colours = poisson::reconstruct(&pixels, hole, &fill, &mut || true)?;
        for (pixel, colour) in fill.pixels.iter().zip(colours) {
            let at = 4 * (pixel.y as usize * width + pixel.x as usize);
            let levels = colour.map(|level| level.round().clamp(0.0, 255.0) as u8);
            rgba[at..at + 3].copy_from_slice(&levels);
        }
    }
    Photo::new(width, height, rgba)
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
