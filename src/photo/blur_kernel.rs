//! Blur kernels: small images of weights that sum to 1, given about their centre.

use burn::tensor::Tensor;

use crate::compute::device::ComputeDevice;
use crate::error::Error;

/// The largest standard deviation of a Gaussian, in pixels.
pub const MAX_SIGMA: f64 = 30.0;
/// The largest radius of a disk, in pixels.
pub const MAX_RADIUS: f64 = 50.0;
/// The longest motion, in pixels.
pub const MAX_LENGTH: f64 = 100.0;

/// A blur kernel; its origin is the pixel (height/2, width/2), rounded down.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    width: usize,
    height: usize,
    weights: Vec<f64>,
}

impl Kernel {
    /// Weights row by row; they are divided by their sum.
    ///
    /// # Errors
    /// [`Error::InvalidKernel`] for a wrong number of weights, a negative one, one that is not
    /// finite, or a sum of 0.
    pub fn new(width: usize, height: usize, weights: Vec<f64>) -> Result<Self, Error> {
        let invalid = |what: String| Err(Error::InvalidKernel(what));
        if weights.is_empty() || Some(weights.len()) != width.checked_mul(height) {
            return invalid(format!(
                "{width}x{height} takes one weight a pixel, but {} were given",
                weights.len()
            ));
        }
        if let Some(weight) = weights.iter().find(|w| !w.is_finite() || **w < 0.0) {
            return invalid(format!(
                "the weight {weight} is not a finite number of at least 0"
            ));
        }
        let sum: f64 = weights.iter().sum();
        if sum <= 0.0 || !sum.is_finite() {
            return invalid(format!(
                "the weights sum to {sum}; one at least must be above 0"
            ));
        }
        Ok(Self {
            width,
            height,
            weights: weights.iter().map(|w| w / sum).collect(),
        })
    }

    /// A Gaussian of standard deviation `sigma` pixels, cut at 4 sigma.
    ///
    /// # Errors
    /// [`Error::InvalidKernel`] where sigma is not above 0 and at most [`MAX_SIGMA`].
    pub fn gaussian(sigma: f64) -> Result<Self, Error> {
        if !(sigma > 0.0 && sigma <= MAX_SIGMA) {
            return Err(Error::InvalidKernel(format!(
                "sigma is {sigma}; a Gaussian kernel takes one above 0 and at most {MAX_SIGMA} \
                 pixels"
            )));
        }
        let half = (4.0 * sigma).ceil() as i64;
        let line = (-half..=half).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp());
        let line: Vec<f64> = line.collect();
        let weights = line.iter().flat_map(|a| line.iter().map(move |b| a * b));
        Self::new(line.len(), line.len(), weights.collect())
    }

    /// The even disk of `radius` pixels that a lens out of focus makes of a point: each pixel
    /// weighs as much as its area inside the disk, summed in 30 lines.
    ///
    /// # Errors
    /// [`Error::InvalidKernel`] where the radius is not above 0 and at most [`MAX_RADIUS`].
    pub fn disk(radius: f64) -> Result<Self, Error> {
        const LINES: i64 = 30;
        if !(radius > 0.0 && radius <= MAX_RADIUS) {
            return Err(Error::InvalidKernel(format!(
                "the radius is {radius}; a disk takes one above 0 and at most {MAX_RADIUS} \
                 pixels"
            )));
        }
        let half = (radius - 0.5).ceil().max(0.0) as i64;
        let side = (2 * half + 1) as usize;
        let mut weights = vec![0.0; side * side];
        for line in 0..side as i64 * LINES {
            let y = (line as f64 + 0.5) / LINES as f64 - half as f64 - 0.5;
            let reach = (radius * radius - y * y).max(0.0).sqrt();
            let row = (line / LINES) as usize * side;
            for column in -half..=half {
                let (left, right) = (column as f64 - 0.5, column as f64 + 0.5);
                let inside = (right.min(reach) - left.max(-reach)).max(0.0);
                weights[row + (column + half) as usize] += inside;
            }
        }
        Self::new(side, side, weights)
    }

    /// A straight, even motion of `length` pixels at `angle` degrees, counter-clockwise from the
    /// right: each pixel weighs as much as the length of the path inside it.
    ///
    /// # Errors
    /// [`Error::InvalidKernel`] where the length is not above 0 and at most [`MAX_LENGTH`], or
    /// the angle not finite.
    pub fn motion(length: f64, angle: f64) -> Result<Self, Error> {
        if !(length > 0.0 && length <= MAX_LENGTH && angle.is_finite()) {
            return Err(Error::InvalidKernel(format!(
                "a motion of {length} pixels at {angle} degrees; the length must be above 0 and at \
                 most {MAX_LENGTH}, the angle finite"
            )));
        }
        let half = length / 2.0;
        let radius = (half - 0.5).ceil().max(0.0) as i64;
        let (sin, cos) = angle.to_radians().sin_cos();
        let inside = |column: i64, row: i64| {
            let (left, right) = path_inside(column as f64, cos, half);
            let (top, bottom) = path_inside(row as f64, -sin, half);
            (right.min(bottom) - left.max(top)).max(0.0)
        };
        let side = -radius..=radius;
        let weights = side
            .clone()
            .flat_map(|row| side.clone().map(move |column| inside(column, row)));
        let size = 2 * radius as usize + 1;
        Self::new(size, size, weights.collect())
    }

    /// Columns of weights.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of weights.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The weights row by row; their sum is 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The standard deviation of the weights about their mean in pixels along an axis, both axes
    /// alike.
    pub(crate) fn deviation(&self) -> f64 {
        let (mut means, mut squares) = ([0.0; 2], 0.0);
        for (i, weight) in self.weights.iter().enumerate() {
            let at = [(i / self.width) as f64, (i % self.width) as f64];
            for (mean, at) in means.iter_mut().zip(at) {
                *mean += weight * at;
                squares += weight * at * at;
            }
        }
        let variance = squares - means[0] * means[0] - means[1] * means[1];
        (0.5 * variance.max(0.0)).sqrt()
    }

    /// Rows and columns that it reaches from its origin, at most.
    pub fn reach(&self) -> [usize; 2] {
        [self.height / 2, self.width / 2]
    }

    /// The kernel on an image's grid with its origin at [0, 0], wrapped around: `[1, 1, height,
    /// width]` in f64 on the CPU.
    ///
    /// # Errors
    /// [`Error::InvalidKernel`] where it is larger than the image.
    pub fn circular(&self, height: usize, width: usize) -> Result<Tensor<4>, Error> {
        if self.height > height || self.width > width {
            return Err(Error::InvalidKernel(format!(
                "a kernel of {}x{} is larger than the photo of {width}x{height}",
                self.width, self.height
            )));
        }
        let mut plane = vec![0.0; height * width];
        for (i, weight) in self.weights.iter().enumerate() {
            let row = (i / self.width + height - self.height / 2) % height;
            let column = (i % self.width + width - self.width / 2) % width;
            plane[row * width + column] += weight;
        }
        Ok(ComputeDevice::cpu_f64().tensor(plane, [1, 1, height, width]))
    }
}

/// The part of a path from -half to half, along an axis on which it advances by `step`, that lies
/// in the pixel centred on `at`: (from, to).
fn path_inside(at: f64, step: f64, half: f64) -> (f64, f64) {
    // A direction along the other axis, up to the rounding of sin and cos.
    if step.abs() < 1e-12 {
        return if at.abs() < 0.5 {
            (-half, half)
        } else {
            (0.0, 0.0)
        };
    }
    let (a, b) = ((at - 0.5) / step, (at + 0.5) / step);
    (a.min(b).max(-half), a.max(b).min(half))
}
