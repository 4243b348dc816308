//! Channels-last feature maps.

/// The feature map of one image, `[height, width, pitch]`. Each pixel has `channels` values, then
/// padding.
#[derive(Debug, Clone)]
pub struct Map {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Values of a pixel, without the padding.
    pub channels: usize,
    /// Values from one pixel to the next: `channels`, which convolutions round up to whole panels.
    pub pitch: usize,
    /// The values, pixel by pixel, padding included.
    pub data: Vec<f32>,
}

impl Map {
    /// A map of zeros without padding.
    pub fn zeros(height: usize, width: usize, channels: usize) -> Self {
        Self::padded(height, width, channels, channels)
    }

    /// A map of zeros with `pitch` values for each pixel.
    pub fn padded(height: usize, width: usize, channels: usize, pitch: usize) -> Self {
        Self {
            height,
            width,
            channels,
            pitch,
            data: vec![0.0; height * width * pitch],
        }
    }

    /// The number of pixels.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// The values of a pixel, padding included.
    pub fn pixel(&self, row: usize, column: usize) -> &[f32] {
        let start = (row * self.width + column) * self.pitch;
        &self.data[start..start + self.pitch]
    }

    /// [`Self::pixel`], mutable.
    pub fn pixel_mut(&mut self, row: usize, column: usize) -> &mut [f32] {
        let start = (row * self.width + column) * self.pitch;
        &mut self.data[start..start + self.pitch]
    }

    /// The map of planes `[channels, height, width]`.
    pub fn from_planes(planes: &[f32], height: usize, width: usize) -> Self {
        let area = height * width;
        let channels = planes.len() / area;
        let mut map = Self::zeros(height, width, channels);
        for (channel, plane) in planes.chunks_exact(area).enumerate() {
            for (pixel, value) in map.data.chunks_exact_mut(channels).zip(plane) {
                pixel[channel] = *value;
            }
        }
        map
    }

    /// Appends the planes `[channels, height, width]` to `to`.
    pub fn extend_planes(&self, to: &mut Vec<f32>) {
        for channel in 0..self.channels {
            to.extend(self.data.iter().skip(channel).step_by(self.pitch));
        }
    }
}
