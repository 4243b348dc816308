//! A blur kernel of any shape, from one window of a photo: min over x, k of
//!
//! |k * x - y|² + lambda #{grad x ≠ 0},  then  |k * grad x - grad y|² + gamma |k|²,
//!
//! alternately, k >= 0 with sum 1, from coarse to fine in steps of sqrt 2. The l0 norm of gradients
//! keeps few strong edges, as a sharp photo's, and so does not fall for k = one pixel (Xu, Zheng
//! and Jia, *Unnatural L0 Sparse Representation for Natural Image Deblurring*, CVPR 2013; Pan, Hu,
//! Su and Yang, *Deblurring Text Images via L0-Regularized Intensity and Gradient Prior*, CVPR
//! 2014).

mod kernel_step;
mod latent;
mod resize;
mod simplex;
mod support;
mod window;

use std::ops::ControlFlow;

use crate::error::Error;
use crate::estimation::blur::plane::Luma;
use crate::estimation::blur::real_fourier::RealFourier;
use crate::photo::blur_kernel::Kernel;
use kernel_step::KernelStep;
use latent::Latent;
use window::Square;

/// The largest side of a kernel.
pub const LARGEST: usize = 31;
/// The smallest side of a kernel that is asked for.
pub const SMALLEST: usize = 5;
/// The side of the window, where the photo has one.
const WINDOW: usize = 512;
/// The least side of a window, in kernels.
const KERNELS: usize = 4;
/// Alternations at each size.
const ROUNDS: usize = 8;
/// The weight of the l0 norm at first, for brightness from 0 to 1; its decrease each round, and its
/// least.
const LAMBDA: f32 = 4e-3;
const DECREASE: f32 = 1.1;
const LEAST_LAMBDA: f32 = 4e-4;

/// The kernel of at most `side`×`side` pixels (odd, 5 to 31) that blurred a photo, centred on its
/// mean. `progress` is called after each alternation with the part that is done, 0 to 1;
/// [`ControlFlow::Break`] stops the search, and there is no kernel.
///
/// # Errors
/// [`Error::InvalidOption`] for another side, [`Error::InvalidImage`] for a photo of less than
/// four kernels a side.
pub fn free_kernel(
    luma: &Luma,
    side: usize,
    progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Option<Kernel>, Error> {
    if !(SMALLEST..=LARGEST).contains(&side) || side.is_multiple_of(2) {
        return Err(Error::InvalidOption(format!(
            "the kernel's side is {side}; it is odd, {SMALLEST} to {LARGEST}"
        )));
    }
    let window = Square::strongest(luma, WINDOW);
    if window.side < KERNELS * side {
        return Err(Error::InvalidImage(format!(
            "{}x{} is too small for a kernel of {side}: it takes {} a side",
            luma.width(),
            luma.height(),
            KERNELS * side
        )));
    }
    let scales = scales(side);
    let total: f64 = scales.iter().map(|s| s * s).sum();
    let mut done = 0.0;
    let mut kernel = Square::start();
    for scale in scales {
        let small = window.resized(resize::smooth_even(window.side as f64 * scale));
        let size = ((side as f64 * scale).round() as usize | 1).max(3);
        kernel = kernel.enlarged_kernel(size);
        let mut level = Level::new(&small, size);
        let mut lambda = LAMBDA;
        for _ in 0..ROUNDS {
            kernel = level.alternate(&kernel, lambda);
            lambda = (lambda / DECREASE).max(LEAST_LAMBDA);
            done += scale * scale / ROUNDS as f64;
            if progress((done / total).min(1.0)).is_break() {
                return Ok(None);
            }
        }
    }
    let weights = kernel.values.iter().map(|v| f64::from(*v)).collect();
    Kernel::new(side, side, weights).map(Some)
}

/// From the smallest scale, at which the kernel has about 3 pixels, to 1.
fn scales(side: usize) -> Vec<f64> {
    let mut scales = vec![1.0];
    while side as f64 * scales[scales.len() - 1] > 5.0 {
        scales.push(scales[scales.len() - 1] / std::f64::consts::SQRT_2);
    }
    scales.reverse();
    scales
}

/// The alternation at one size.
struct Level {
    fourier: RealFourier,
    latent: Latent,
    step: KernelStep,
    size: usize,
}

impl Level {
    fn new(window: &Square, size: usize) -> Self {
        let tapered = window.tapered(size);
        let mut fourier = RealFourier::new(tapered.side, tapered.side);
        Self {
            step: KernelStep::new(&tapered, size, &mut fourier),
            latent: Latent::new(tapered, &mut fourier),
            fourier,
            size,
        }
    }

    fn alternate(&mut self, kernel: &Square, lambda: f32) -> Square {
        let gradients = self.latent.edges(&mut self.fourier, kernel, lambda);
        let estimate = self.step.solve(&mut self.fourier, gradients, kernel);
        support::cleaned(estimate, self.size)
    }
}
