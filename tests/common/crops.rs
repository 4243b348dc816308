//! Photos as truth: centre crops at their own resolution.

use std::path::Path;

use burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;

/// The centre crop `[1, 3, side, side]` of an image file.
///
/// # Errors
/// A sentence where the file is no image or too small.
pub(crate) fn centre_crop(
    path: &Path,
    side: usize,
    device: &ComputeDevice,
) -> Result<Tensor<4>, String> {
    let image = image::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let image = image.into_rgb8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    if width.min(height) < side {
        return Err(format!(
            "{}: {width}x{height} is smaller than {side}",
            path.display()
        ));
    }
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let pixels = image.as_raw();
    let at = |channel: usize, i: usize| {
        let pixel = (top + i / side) * width + left + i % side;
        f32::from(pixels[3 * pixel + channel]) / 127.5 - 1.0
    };
    let values = (0..3).flat_map(|channel| (0..side * side).map(move |i| at(channel, i)));
    Ok(device.tensor_f32(values.collect(), [1, 3, side, side]))
}
