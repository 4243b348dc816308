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
/// mean. It takes seconds; [`FreeKernelSearch`] does it step by step.
///
/// # Errors
/// Those of [`FreeKernelSearch::new`].
pub fn free_kernel(luma: &Luma, side: usize) -> Result<Kernel, Error> {
    let mut search = FreeKernelSearch::new(luma, side)?;
    while search.step() {}
    search.kernel()
}

/// The search for a kernel, one alternation at a time.
#[derive(Debug)]
pub struct FreeKernelSearch {
    window: Square,
    side: usize,
    /// The scales to come, the next one last.
    scales: Vec<f64>,
    level: Option<Level>,
    kernel: Square,
    /// Work in units of an alternation of the whole window.
    total: f64,
    done: f64,
}

impl FreeKernelSearch {
    /// `side`: of the kernel, in pixels (odd, 5 to 31).
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for another side, [`Error::InvalidImage`] for a photo of less than
    /// four kernels a side.
    pub fn new(luma: &Luma, side: usize) -> Result<Self, Error> {
        check(side)?;
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
        Ok(Self {
            window,
            side,
            total: scales.iter().map(|s| s * s * ROUNDS as f64).sum(),
            done: 0.0,
            scales,
            level: None,
            kernel: Square::start(),
        })
    }

    /// Does one alternation; `false` where none is left.
    pub fn step(&mut self) -> bool {
        if self.level.as_ref().is_none_or(Level::is_done) {
            let Some(scale) = self.scales.pop() else {
                return false;
            };
            let level = Level::new(&self.window, self.side, scale);
            self.kernel = self.kernel.enlarged_kernel(level.size);
            self.level = Some(level);
        }
        if let Some(level) = &mut self.level {
            self.kernel = level.alternate(&self.kernel);
            self.done += level.scale * level.scale;
        }
        true
    }

    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.scales.is_empty() && self.level.as_ref().is_some_and(Level::is_done)
    }

    /// The part of the work that is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        (self.done / self.total).min(1.0)
    }

    /// What has been found so far, on the grid of the last alternation, without zeros around it.
    ///
    /// # Errors
    /// [`Error::InvalidKernel`] where the photo has no edges to find one by.
    pub fn kernel(&self) -> Result<Kernel, Error> {
        let Square { side, values } = support::trimmed(&self.kernel);
        Kernel::new(side, side, values.into_iter().map(f64::from).collect())
    }
}

/// # Errors
/// [`Error::InvalidOption`] for a side that no kernel can be asked for with.
pub(in crate::estimation::blur) fn check(side: usize) -> Result<(), Error> {
    if (SMALLEST..=LARGEST).contains(&side) && !side.is_multiple_of(2) {
        return Ok(());
    }
    Err(Error::InvalidOption(format!(
        "the kernel's side is {side}; it is odd, {SMALLEST} to {LARGEST}"
    )))
}

/// From 1 to the smallest scale, at which the kernel has about 3 pixels.
fn scales(side: usize) -> Vec<f64> {
    let mut scales = vec![1.0];
    while side as f64 * scales[scales.len() - 1] > 5.0 {
        scales.push(scales[scales.len() - 1] / std::f64::consts::SQRT_2);
    }
    scales
}

/// The alternations at one size.
#[derive(Debug)]
struct Level {
    fourier: RealFourier,
    latent: Latent,
    step: KernelStep,
    /// Of the window, 0 to 1.
    scale: f64,
    /// The kernel's side.
    size: usize,
    lambda: f32,
    rounds: usize,
}

impl Level {
    fn new(window: &Square, side: usize, scale: f64) -> Self {
        let size = ((side as f64 * scale).round() as usize | 1).max(3);
        let small = window.resized(resize::smooth_even(window.side as f64 * scale));
        let tapered = small.tapered(size);
        let mut fourier = RealFourier::new(tapered.side, tapered.side);
        Self {
            step: KernelStep::new(&tapered, size, &mut fourier),
            latent: Latent::new(tapered, &mut fourier),
            fourier,
            scale,
            size,
            lambda: LAMBDA,
            rounds: 0,
        }
    }

    fn is_done(&self) -> bool {
        self.rounds == ROUNDS
    }

    fn alternate(&mut self, kernel: &Square) -> Square {
        let gradients = self.latent.edges(&mut self.fourier, kernel, self.lambda);
        let estimate = self.step.solve(&mut self.fourier, gradients, kernel);
        self.lambda = (self.lambda / DECREASE).max(LEAST_LAMBDA);
        self.rounds += 1;
        support::cleaned(estimate, self.size)
    }
}
