//! A grey photo with hints of colour as one measurement: luma everywhere, and chroma where a person
//! painted it (docs/method.md, section 15).

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::error::Error;
use crate::operators::{GREY, HintedGrey};
use crate::photo::pixels::Photo;
use crate::posterior::measurement::Measurement;
use crate::prior::axes;
use crate::prior::model::PriorModel;
use crate::request::canvas::{Canvas, on_canvas};
use crate::request::margin::padded;
use crate::request::noise::{LEVELS, checked};
use crate::request::task::ColourHints;
use crate::restoration::colours::GreyPhoto;
use crate::restoration::hints::Hints;

/// Alpha from here on is painted.
const PAINTED: u8 = 128;

/// A photo and what is painted on it, on a canvas.
pub(super) struct HintedPhoto {
    /// Luma, `[1, 1, H, W]`.
    luma: Tensor<4>,
    /// Where there is a photo, `[1, 1, H, W]` of zeros and ones.
    known: Tensor<4>,
    hints: Hints,
}

impl HintedPhoto {
    /// At its own size.
    pub(super) fn measurement(self) -> Measurement {
        self.hints.measurement(self.luma, self.known)
    }

    /// Coloured at a smaller size first. `white`: the variance of the grey's noise.
    pub(super) fn coarsened(
        self,
        white: Tensor<4>,
        prior: PriorModel,
        factors: Vec<usize>,
    ) -> GreyPhoto {
        let grey = self.luma / 3.0_f64.sqrt();
        GreyPhoto::new(grey, white, prior, factors).with_hints(self.hints)
    }
}

/// A photo that is the grey of these weights, on a canvas. `s2`: R of luma and chroma.
///
/// # Errors
/// [`Error::InvalidImage`] for hints of another size than the photo's, [`Error::InvalidNoise`], and
/// [`Error::InvalidOption`] where the grey is not luma.
pub(super) fn hinted(
    photo: &Photo,
    weights: [f64; 3],
    hints: &ColourHints,
    canvas: Canvas,
    s2: Tensor<4>,
) -> Result<HintedPhoto, Error> {
    check(photo, weights, hints)?;
    let device = ComputeDevice::of(&s2);
    let colours = || hints.colours.rgba().chunks_exact(4);
    let pixels = photo.rgba().chunks_exact(4).zip(colours());
    let shown: Vec<[f64; 3]> = pixels
        .map(|(pixel, colour)| axes::vector(tinted(rgb(pixel), rgb(colour))))
        .collect();
    let painted: Vec<bool> = colours().map(|colour| colour[3] >= PAINTED).collect();
    let on = |planes: Vec<f32>| {
        let count = planes.len() / painted.len();
        let shape = [1, count, photo.height(), photo.width()];
        padded(device.tensor_f32(planes, shape), canvas, 0.0)
    };
    let planes = (0..3).flat_map(|axis| shown.iter().map(move |x| x[axis] as f32));
    let known = on(vec![1.0; painted.len()]);
    let planes = on(planes.collect());
    let chroma = planes.clone().narrow(1, 1, 2);
    Ok(HintedPhoto {
        luma: planes.narrow(1, 0, 1),
        known,
        hints: Hints::new(chroma, on_canvas(&painted, canvas), s2),
    })
}

/// R on [-1, 1] beside a grey of this noise variance.
pub(super) fn hinted_variance(grey: f64, hints: &ColourHints, device: &ComputeDevice) -> Tensor<4> {
    HintedGrey::noise_variance(grey, (hints.noise / LEVELS).powi(2), device)
}

fn check(photo: &Photo, weights: [f64; 3], hints: &ColourHints) -> Result<(), Error> {
    checked(hints.noise)?;
    let [of_hints, of_photo] = [&hints.colours, photo].map(|p| [p.width(), p.height()]);
    if of_hints != of_photo {
        return Err(Error::InvalidImage(format!(
            "the hints of colour are {}x{} and the photo {}x{}",
            of_hints[0], of_hints[1], of_photo[0], of_photo[1]
        )));
    }
    if weights != GREY {
        return Err(Error::InvalidOption(
            "hints of colour need the equal mean of R, G and B as the grey".into(),
        ));
    }
    Ok(())
}

fn rgb(pixel: &[u8]) -> [f64; 3] {
    [0, 1, 2].map(|c| f64::from(pixel[c]) / LEVELS - 1.0)
}

/// The colour at the brightness of the pixel, as saturated as that allows.
fn tinted(pixel: [f64; 3], colour: [f64; 3]) -> [f64; 3] {
    let mean = |x: [f64; 3]| x.iter().sum::<f64>() / 3.0;
    let (grey, own) = (mean(pixel), mean(colour));
    let tint = colour.map(|c| c - own);
    let room = |c: &f64| (c.signum() - grey) / c;
    let saturation = tint.iter().filter(|c| **c != 0.0).map(room);
    let saturation = saturation.fold(1.0, f64::min);
    tint.map(|c| grey + saturation * c)
}

#[cfg(test)]
mod tests {
    use super::tinted;

    /// A colour keeps its hue, takes the brightness of the pixel, and stays within the range.
    #[test]
    fn a_tint_has_the_brightness_of_its_pixel() {
        for grey in [-1.0, -0.4, 0.0, 0.9, 1.0] {
            let tint = tinted([grey; 3], [1.0, -1.0, -1.0]);
            let mean = tint.iter().sum::<f64>() / 3.0;
            assert!((mean - grey).abs() < 1e-12, "{tint:?}");
            assert!(tint.iter().all(|c| c.abs() <= 1.0 + 1e-12), "{tint:?}");
            assert!((tint[1] - tint[2]).abs() < 1e-12, "{tint:?}");
        }
        let grey = tinted([0.2; 3], [0.5; 3]);
        assert!(grey.iter().all(|c| (c - 0.2).abs() < 1e-12), "{grey:?}");
        let mild = tinted([0.0; 3], [0.3, 0.0, -0.3]);
        assert!((mild[0] - 0.3).abs() < 1e-12 && (mild[2] + 0.3).abs() < 1e-12);
    }
}
