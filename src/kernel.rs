//! Blur kernels: small images of weights that sum to 1, given about their centre.

use burn::tensor::Tensor;

use crate::error::Error;
use crate::place::Place;

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
    /// [`Error::InvalidKernel`] for a wrong number of weights, a negative one, one that is not finite, or a sum of 0.
    pub fn new(width: usize, height: usize, weights: Vec<f64>) -> Result<Self, Error> {
        let invalid = |what: String| Err(Error::InvalidKernel(what));
        if weights.is_empty() || weights.len() != width * height {
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
    /// [`Error::InvalidKernel`] where sigma is not in (0, 30].
    pub fn gaussian(sigma: f64) -> Result<Self, Error> {
        if !(sigma > 0.0 && sigma <= 30.0) {
            return Err(Error::InvalidKernel(format!(
                "sigma is {sigma}; a Gaussian kernel takes one above 0 and at most 30 pixels"
            )));
        }
        let half = (4.0 * sigma).ceil() as i64;
        let line = (-half..=half).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp());
        let line: Vec<f64> = line.collect();
        let weights = line.iter().flat_map(|a| line.iter().map(move |b| a * b));
        Self::new(line.len(), line.len(), weights.collect())
    }

    /// A straight motion of `length` pixels at `angle` degrees, counter-clockwise from the right: 16 points a pixel, each shared bilinearly.
    ///
    /// # Errors
    /// [`Error::InvalidKernel`] where the length is not in [1, 100] or the angle not finite.
    pub fn motion(length: f64, angle: f64) -> Result<Self, Error> {
        if !(1.0..=100.0).contains(&length) || !angle.is_finite() {
            return Err(Error::InvalidKernel(format!(
                "a motion of {length} pixels at {angle} degrees; the length must be 1 to 100, the angle finite"
            )));
        }
        let half = (length / 2.0).ceil() as usize + 1;
        let side = 2 * half + 1;
        let (sin, cos) = angle.to_radians().sin_cos();
        let points = (16.0 * length).ceil() as usize;
        let mut weights = vec![0.0; side * side];
        for i in 0..points {
            // The path of a shutter that is open while the camera moves over `length` - 1 steps between pixel centres.
            let along = ((i as f64 + 0.5) / points as f64 - 0.5) * (length - 1.0);
            let (x, y) = (half as f64 + along * cos, half as f64 - along * sin);
            let (column, row) = (x.floor(), y.floor());
            for (dx, wx) in [(0, 1.0 - (x - column)), (1, x - column)] {
                for (dy, wy) in [(0, 1.0 - (y - row)), (1, y - row)] {
                    weights[(row as usize + dy) * side + column as usize + dx] += wx * wy;
                }
            }
        }
        Self::new(side, side, weights)
    }

    /// The kernel on an image's grid with its origin at [0, 0], wrapped around: `[1, 1, height, width]` in f64 on the CPU.
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
        Ok(Place::cpu_f64().tensor(plane, [1, 1, height, width]))
    }
}
