//! The noise of a blurred photo whose kernel is known. Where the kernel takes the scene away, the
//! spectrum shows nothing but noise.

use crate::estimation::blur::plane::Luma;
use crate::estimation::blur::search::Search;
use crate::photo::blur_kernel::Kernel;
use crate::photo::jpeg::YCBCR;

/// The standard deviation, in 8-bit levels, of the white noise that each of R, G and B had before
/// the photo was rounded and compressed; `None` where the photo has too little texture to tell it.
///
/// s² is fitted to the power spectrum together with the scene's (`evidence`), JPEG's rounding as a
/// part of the model. R, G and B are taken for independent, so that luma has less noise than each.
pub fn noise_under(luma: &Luma, kernel: &Kernel) -> Option<f64> {
    let of_luma = Search::new(luma)?.noise_under(kernel);
    let share = YCBCR[0]
        .iter()
        .map(|weight| weight * weight)
        .sum::<f64>()
        .sqrt();
    Some(of_luma / share)
}
