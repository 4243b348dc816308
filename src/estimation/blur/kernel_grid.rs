//! Kernels on square circular grids.

use crate::photo::blur_kernel::Kernel;

/// The kernel on a grid of `side` pixels a side with its origin at the first one, wrapped around.
pub(super) fn on_grid(kernel: &Kernel, side: usize) -> Vec<f32> {
    let weights = kernel.weights().iter().map(|w| *w as f32);
    wrapped(weights, [kernel.height(), kernel.width()], side)
}

/// Values of `[height, width]` on such a grid; their origin is the middle.
pub(super) fn wrapped(
    values: impl Iterator<Item = f32>,
    [height, width]: [usize; 2],
    side: usize,
) -> Vec<f32> {
    let mut plane = vec![0.0; side * side];
    for (i, value) in values.enumerate() {
        // A multiple of the side is added, since kernels may be larger than the grid.
        let row = (i / width + height * side - height / 2) % side;
        let column = (i % width + width * side - width / 2) % side;
        plane[row * side + column] += value;
    }
    plane
}
